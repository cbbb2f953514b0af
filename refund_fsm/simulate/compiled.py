"""Owns how loops are compiled, and until when what was compiled is kept on disk. Must not know what they compute.

numba keeps the code of a function until the one file that holds the function changes. It would not see an edit of what the function
takes from other files: functions, constants, the places in a tuple. Here it keeps it until any file changes that compiled code can
take from, which are all of `ROOMS`; so compiled code can be laid out as any other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Protocol, TypeVar

from numba import njit
from numba.core.caching import CompileResultCacheImpl, FunctionCache

# What compiled code takes from, and where all of it stands: this module, and all modules of these rooms
ROOMS = ("eventlog", "simulate/chain", "simulate/law", "simulate/sample")

Function = TypeVar("Function", bound=Callable[..., Any])


class Compiler(Protocol):
    """What leaves a function as it looks, for the type checker."""

    def __call__(self, function: Function, /) -> Function: ...


# No counting of references (`_nrt`), which takes longer than a short race: such a loop makes no array, and keeps none beyond its call.
_OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "_nrt": False, "no_cfunc_wrapper": True}
_INNER: dict[str, Any] = {**_OPTIONS, "no_cpython_wrapper": True}  # for compiled code alone: Python must not call these, but `py_func`
part: Compiler = njit(**_INNER)  # of a loop; a second less to compile without the wrappers
tiny: Compiler = njit(**_INNER, forceinline=True)  # put in place of each call
summing: Compiler = njit(**_INNER, fastmath={"reassoc"})  # may add up in any order
inlined: Compiler = njit(**_OPTIONS, inline="always")  # put in its place before compiling: tuples of arrays cost nothing only so


def kept(function: Function) -> Function:
    """A loop that Python calls: compiled once and for all processes, until the sources change."""
    made: Any = njit(**_OPTIONS)(function)
    if made is not function:  # it is where numba is told to compile nothing
        made._cache = _Kept(function)  # as `enable_caching` does
    return made  # type: ignore[no-any-return]  # it looks as the function does


def files() -> list[Path]:
    """The modules that compiled code can take from."""
    package = Path(__file__).parent.parent
    return sorted([Path(__file__), *(file for room in ROOMS for file in package.joinpath(room).rglob("*.py"))])


@cache
def sources() -> bytes:
    """A hash of all that is written where compiled code takes from."""
    found = hashlib.sha256()
    for file in files():
        found.update(file.name.encode())
        found.update(file.read_bytes())
    return found.digest()


class _Stamped(CompileResultCacheImpl):
    """Where the code of a function is kept, stamped with all sources; numba's own stamp is the function's file."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)
        self.locator.get_source_stamp = sources


class _Kept(FunctionCache):
    """The code of one function on disk, as `njit(cache=True)` has it, but for the stamp."""

    _impl_class = _Stamped

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """What was kept for arguments of such types; None where there is nothing that can be read."""
        try:
            return super().load_overload(sig, target_context)
        except Exception:  # it was cut off; or it names a tuple that stands elsewhere now, where numba itself would give up
            self.flush()
            return None
