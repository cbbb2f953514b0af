"""Owns how the loops of the law are compiled. Must not know what they compute."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, TypeVar
from zlib import crc32

from numba import njit

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
inlined: Compiler = njit(**_OPTIONS, inline="always")  # of any compiled code
kept: Compiler = njit(**_OPTIONS, cache=True)  # for Python; compiled once and for all processes, see `source`


def source(*files: str) -> int:
    """A number for what is written in some modules.

    numba compiles anew what it has kept when its own file changes, not when that of what it calls does; with this as the default of
    an argument it does.
    """
    return crc32(b"".join(Path(file).read_bytes() for file in files))
