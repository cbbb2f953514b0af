"""Owns where foreign code runs, and how long one call of it may take: here, in a thread, or in a process that can be ended.

Here and in `testing/remote` alone the library looks at a clock, for time-outs. Must not know what it runs.
"""

from __future__ import annotations

import contextvars
import queue
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, Protocol, get_args

from refund_fsm.errors import BadData, RefundFsmError

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

Isolation = Literal["none", "thread", "process"]
SLICES = 10  # into which a time-out is cut: a call is hung when nothing moved for that many in a row
STARTUP = 120.0  # seconds that a new process may take to load what it needs

Job = Callable[..., Any]  # (make, *arguments, progress) -> result


class Hung(RefundFsmError):
    """A call that did not end in time. `progress` is what the job last wrote down."""

    def __init__(self, progress: tuple[int, int]) -> None:
        self.progress = progress
        super().__init__(f"no answer at {progress}")


class Ended(RefundFsmError):
    """A process that ended by itself in the middle of a job. `code` is its exit code, None when it is not known."""

    def __init__(self, progress: tuple[int, int], code: int | None) -> None:
        self.progress, self.code = progress, code
        super().__init__(f"exit code {code} at {progress}")


class Place(Protocol):
    """Where jobs are done, one after the other."""

    def do(self, job: Job, *arguments: Any) -> Any:
        """The result of `job(make, *arguments, progress)`; what it raises is raised here. `Hung` and `Ended` as they say."""

    def close(self) -> None:
        """Ends what was started, but for a thread that hangs."""


def place_for(isolation: Isolation, make: Callable[[], Any], timeout: float) -> Place:
    """A place for an implementation; `timeout` in seconds for each of its calls. `BadData` for an unknown isolation, and for a
    `make` that no other process can find."""
    if isolation not in get_args(Isolation):
        raise BadData("isolation", isolation, " or ".join(repr(one) for one in get_args(Isolation)))
    places: dict[Isolation, Callable[[Callable[[], Any], float], Place]] = {"none": _Here, "thread": _Thread, "process": _Process}
    return places[isolation](make, timeout)


class _Here:
    """In the caller's own thread: what hangs, hangs."""

    def __init__(self, make: Callable[[], Any], _timeout: float) -> None:
        self._make = make

    def do(self, job: Job, *arguments: Any) -> Any:
        return job(self._make, *arguments, [0, 0])

    def close(self) -> None:
        """Nothing was started."""


class _Thread:
    """In a daemon thread, in a copy of the caller's context. One that hangs is left behind, and a new one goes on."""

    def __init__(self, make: Callable[[], Any], timeout: float) -> None:
        self._make, self._timeout = make, timeout
        self._jobs: queue.SimpleQueue[tuple[Job, tuple[Any, ...]] | None] | None = None
        self._answer: tuple[bool, Any] = (True, None)

    def do(self, job: Job, *arguments: Any) -> Any:
        if self._jobs is None:
            self._start()
        assert self._jobs is not None
        progress = [0, 0]
        self._jobs.put((job, (*arguments, progress)))

        def answered(seconds: float) -> bool:
            try:
                self._answer = self._results.get(timeout=seconds)
            except queue.Empty:
                return False
            return True

        if not _waited(answered, progress, self._timeout):
            self._jobs = None
            raise Hung((progress[0], progress[1]))
        return _unpacked(self._answer)

    def _start(self) -> None:
        jobs: queue.SimpleQueue[Any] = queue.SimpleQueue()
        results: queue.SimpleQueue[Any] = queue.SimpleQueue()
        make = self._make

        def serve() -> None:
            while (task := jobs.get()) is not None:  # ends with the run that feeds it
                job, arguments = task
                results.put(_packed(job, make, arguments))

        self._jobs, self._results = jobs, results
        threading.Thread(target=contextvars.copy_context().run, args=(serve,), name="refund_fsm lockstep", daemon=True).start()

    def close(self) -> None:
        """Lets the thread end."""
        if self._jobs is not None:
            self._jobs.put(None)
            self._jobs = None


class _Process:
    """In a process made by `spawn`, which finds `make` by its name. One that hangs is killed, and a new one goes on."""

    def __init__(self, make: Callable[[], Any], timeout: float) -> None:
        import pickle

        try:
            pickle.dumps(make)
        except Exception as error:
            why = f"something that another process finds by its module and name, or isolation='thread' ({type(error).__name__}: {error})"
            raise BadData("make", make, why) from None
        self._make, self._timeout = make, timeout
        self._process: Any = None

    def do(self, job: Job, *arguments: Any) -> Any:
        if self._process is None:
            self._start()
        progress = self._progress
        progress[0] = progress[1] = 0
        try:
            self._pipe.send((job, arguments))
            if not _waited(self._pipe.poll, progress, self._timeout):
                self._kill()
                raise Hung((progress[0], progress[1]))
            return _unpacked(self._pipe.recv())
        except (EOFError, BrokenPipeError, ConnectionResetError):
            code = self._kill()
            raise Ended((progress[0], progress[1]), code) from None
        except KeyboardInterrupt:
            self._kill()
            raise

    def _start(self) -> None:
        import multiprocessing

        context = multiprocessing.get_context("spawn")  # the only start that is safe beside threads, and the same everywhere
        self._progress: Any = context.RawArray("q", 2)
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, self._make, self._progress), daemon=True)
        self._process.start()
        theirs.close()
        try:
            ready = self._pipe.poll(STARTUP) and self._pipe.recv()
        except EOFError:
            ready = False
        if not ready:
            code = self._kill()
            raise BadData("make", self._make, f"something that a new process can load; it ended with exit code {code}")

    def _kill(self) -> int | None:
        process, self._process = self._process, None
        process.join(0.2)  # one that ended by itself has a code of its own
        process.kill()
        process.join()
        self._pipe.close()
        code: int | None = process.exitcode
        process.close()
        return code

    def close(self) -> None:
        """Ends the process."""
        if self._process is not None:
            self._kill()


def _serve(pipe: Connection, make: Callable[[], Any], progress: Any) -> None:
    """What the other process does: jobs, until nobody asks any more."""
    pipe.send(True)
    while True:  # ends when the pipe is closed at the other side, or the process is killed
        try:
            job, arguments = pipe.recv()
        except (EOFError, OSError):
            return
        pipe.send(_packed(job, make, (*arguments, progress)))


def _packed(job: Job, make: Callable[[], Any], arguments: tuple[Any, ...]) -> tuple[bool, Any]:
    try:
        return True, job(make, *arguments)
    except BaseException as error:
        return False, _portable(error)


def _portable(error: BaseException) -> BaseException:
    """An exception that another process can read: our own, an interrupt, or its words."""
    if isinstance(error, (RefundFsmError, KeyboardInterrupt)):
        return error
    return RuntimeError(f"{type(error).__name__}: {error}")


def _unpacked(answer: tuple[bool, Any]) -> Any:
    done, value = answer
    if not done:
        raise value
    return value


def _waited(answered: Callable[[float], bool], progress: Any, timeout: float) -> bool:
    """Whether an answer came before nothing had moved for `timeout` seconds."""
    last, still = (-1, -1), 0
    while not answered(timeout / SLICES):  # ends: a job moves on or is found hung; jobs themselves are bounded
        now = (progress[0], progress[1])
        still = still + 1 if now == last else 0
        last = now
        if still >= SLICES:
            return False
    return True
