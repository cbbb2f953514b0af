"""Owns how loops are compiled, and until when what was compiled is kept on disk. Must not know what they compute.

numba keeps the code of a function until the one file that holds the function changes. It would not see an edit of what the function
takes from other files: functions, constants, the places in a tuple. Here it keeps it until any file changes that compiled code can
take from, which are all of `ROOMS`; so compiled code can be laid out as any other. It is kept where numba keeps code: in
`NUMBA_CACHE_DIR`, else beside the sources, else in the user's cache. Where none of them can be written it is compiled in each process.

Once in a process it is logged, to `refund_fsm.simulate`, that something is compiled and where it is kept (INFO), or that it cannot be
kept (WARNING). What is loaded from disk is not worth a line.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numba
from numba.core.caching import CompileResultCacheImpl, FunctionCache, NullCache

from refund_fsm.simulate.compiled.parts import ApartPipeline, LoopPipeline, PartPipeline, contexts
from refund_fsm.simulate.compiled.views import Handed, taken

# What compiled code takes from, and where all of it stands: all modules of these rooms
ROOMS = ("eventlog", "simulate/chain", "simulate/compiled", "simulate/law", "simulate/sample")
LOGGER = logging.getLogger("refund_fsm.simulate")

Function = TypeVar("Function", bound=Callable[..., Any])


class Compiler(Protocol):
    """What leaves a function as it looks, for the type checker."""

    def __call__(self, function: Function, /) -> Function: ...


# No counting of references (`_nrt`), which takes longer than a short race: such a loop makes no array, and keeps none beyond its call.
_OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "_nrt": False, "no_cfunc_wrapper": True}


def _inner(**options: Any) -> Compiler:
    """What loops call, and nobody else. numba would let Python call it, at the address 0; it has no code of its own."""
    compiler = numba.njit(**{**_OPTIONS, "no_cpython_wrapper": True, **options})

    def compiled(function: Any) -> Any:
        def refuse(*arguments: Any) -> Any:
            raise TypeError(f"{function.__qualname__} is a part of loops, which Python cannot call; `py_func` of it can be called")

        made: Any = compiler(function)
        if not numba.config.DISABLE_JIT:
            made._insert = lambda *found: None  # so Python never finds it compiled,
            made._compile_for_args = refuse  # and asks for this each time
        return made

    return compiled


part = _inner(pipeline_class=PartPipeline)  # of a loop; put in place of its calls where that pays
tiny = _inner(pipeline_class=PartPipeline, forceinline=True)  # always put in place
apart = _inner(pipeline_class=ApartPipeline)  # never: large, or called at many places
summing = _inner(pipeline_class=ApartPipeline, fastmath={"reassoc"})  # may add up in any order


def kept(function: Function) -> Function:
    """A loop that Python calls: compiled once and for all processes, until the sources change."""
    if numba.config.DISABLE_JIT:
        return function
    return Loop(function)  # type: ignore[return-value]  # it looks as the function does


class Loop:
    """A compiled loop. Its arguments are handed over as words, see `views`."""

    def __init__(self, function: Callable[..., Any]) -> None:
        inner: Any = part(function)

        def loop(handed: Any) -> Any:
            return inner(*taken(handed))

        for name in ("__module__", "__name__", "__qualname__", "__doc__"):
            setattr(loop, name, getattr(function, name))
            setattr(self, name, getattr(function, name))
        self._made: Any = numba.njit(**_OPTIONS, pipeline_class=LoopPipeline)(loop)
        self._made._cache = _cache_of(function)  # as `enable_caching` does

    def __call__(self, *arguments: Any) -> Any:
        return self._made(Handed(arguments))

    @property
    def stats(self) -> Any:
        """What numba counts: `cache_path`, `cache_hits` and `cache_misses`."""
        return self._made.stats


def files() -> list[Path]:
    """The modules that compiled code can take from."""
    package = Path(__file__).parents[2]
    return sorted(file for room in ROOMS for file in package.joinpath(room).rglob("*.py"))


@cache
def sources() -> bytes:
    """A hash of all that is written where compiled code takes from, and of whether it looks for bounds."""
    found = hashlib.sha256(b"checked" if numba.config.BOUNDSCHECK else b"")
    for file in files():
        found.update(file.name.encode())
        found.update(file.read_bytes())
    return found.digest()


@cache
def _told_once(level: int, message: str) -> None:
    LOGGER.log(level, message)


def _tell_kept(folder: str) -> None:
    _told_once(logging.INFO, f"compiling what plays cases and follows the law: some seconds, once; it is kept in {folder}")


def _tell_lost(reason: object) -> None:
    _told_once(
        logging.WARNING,
        "compiling what plays cases and follows the law: some seconds in every process, because it cannot be kept: "
        f"{reason} (NUMBA_CACHE_DIR names a folder that can be written)",
    )


class _Stamped(CompileResultCacheImpl):
    """Where the code of a function is kept, stamped with all sources; numba's own stamp is the function's file."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)
        self.locator.get_source_stamp = sources


class _Kept(FunctionCache):
    """The code of one function on disk, as `njit(cache=True)` has it, but for the stamp; a disk that fails costs time, not the answer."""

    _impl_class = _Stamped

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """What was kept for arguments of such types; None where there is nothing that can be read."""
        found = None
        try:
            found = super().load_overload(sig, contexts()[1])
        except Exception:  # it was cut off; or it names a tuple that stands elsewhere now, where numba itself would give up
            try:
                self.flush()
            except OSError as error:
                self._give_up(error)
                return None
        if found is None and self._enabled:
            _tell_kept(self.cache_path)
        return found

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keeps it, where the disk can."""
        try:
            super().save_overload(sig, data)
        except OSError as error:
            self._give_up(error)

    def _give_up(self, error: OSError) -> None:
        self.disable()
        _tell_lost(f"{self.cache_path}: {error.strerror or error}")


class _Lost(NullCache):
    """Where nothing can be kept."""

    def load_overload(self, sig: Any, target_context: Any) -> None:
        """Nothing."""
        _tell_lost("no folder can be written")


def _cache_of(function: Callable[..., Any]) -> Any:
    try:
        return _Kept(function)
    except (OSError, RuntimeError):  # numba finds no folder that it can write
        return _Lost()
