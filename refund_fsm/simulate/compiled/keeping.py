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

import numba
from numba.core.caching import CompileResultCacheImpl, FunctionCache

from refund_fsm.simulate.compiled.parts import ApartPipeline, LoopPipeline, PartPipeline, contexts
from refund_fsm.simulate.compiled.views import Handed, taken

# What compiled code takes from, and where all of it stands: all modules of these rooms
ROOMS = ("eventlog", "simulate/chain", "simulate/compiled", "simulate/law", "simulate/sample")

Function = TypeVar("Function", bound=Callable[..., Any])


class Compiler(Protocol):
    """What leaves a function as it looks, for the type checker."""

    def __call__(self, function: Function, /) -> Function: ...


# No counting of references (`_nrt`), which takes longer than a short race: such a loop makes no array, and keeps none beyond its call.
_OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "_nrt": False, "no_cfunc_wrapper": True}
_INNER: dict[str, Any] = {**_OPTIONS, "no_cpython_wrapper": True, "pipeline_class": PartPipeline}
part: Compiler = numba.njit(**_INNER)  # of a loop: compiled code alone may call it
tiny: Compiler = numba.njit(**_INNER, forceinline=True)  # put in place of each call
summing: Compiler = numba.njit(**{**_INNER, "pipeline_class": ApartPipeline}, fastmath={"reassoc"})  # may add up in any order
apart: Compiler = numba.njit(**{**_INNER, "pipeline_class": ApartPipeline})  # called, never put in place: what is large, or often written


def kept(function: Function) -> Function:
    """A loop that Python calls: compiled once and for all processes, until the sources change."""
    if numba.config.DISABLE_JIT:
        return function
    inner = part(function)

    def loop(handed):
        return inner(*taken(handed))

    loop.__module__, loop.__name__, loop.__qualname__ = function.__module__, function.__name__, function.__qualname__
    made: Any = numba.njit(**_OPTIONS, pipeline_class=LoopPipeline)(loop)
    made._cache = _Kept(function)  # as `enable_caching` does
    return Loop(made)


class Loop:
    def __init__(self, made: Any) -> None:
        self._made = made

    def __call__(self, *arguments: Any) -> Any:
        return self._made(Handed(arguments))

    @property
    def stats(self) -> Any:
        return self._made.stats


def files() -> list[Path]:
    """The modules that compiled code can take from."""
    package = Path(__file__).parents[2]
    return sorted(file for room in ROOMS for file in package.joinpath(room).rglob("*.py"))


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
            return super().load_overload(sig, contexts()[1])
        except Exception:  # it was cut off; or it names a tuple that stands elsewhere now, where numba itself would give up
            self.flush()
            return None
