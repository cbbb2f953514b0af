"""Owns a service that is a process: started without a shell, one line to its stdin, one line from its stdout, its stderr kept by its end.

Everything is read and written by whoever asks, as far as pipes allow without waiting, so no thread is left behind, and what floods a
pipe, or never reads its own, is found by the time it takes. The process leads a group of its own, which ends with it. Must not know what
a line says.
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress

from refund_fsm.errors import BadData, MissingPart, plain
from refund_fsm.testing.lockstep import CallFault
from refund_fsm.testing.remote.link import CHUNK, MAX_ANSWER, Deadline, excerpt, fault

KEPT = 4096  # bytes of stderr that are kept
LINES = 20  # of them, at most
TOLD = 4  # lines of stderr in a message
SLICE = 0.5  # seconds after which it is looked whether a silent process is still there
POLLS, PAUSE = 100, 0.01  # how often, and after how many seconds, it is looked whether a process ends by itself


class ProcessLink:
    """A link to a process; it is started by the first message, and by the next one after `drop`."""

    def __init__(self, command: Sequence[str]) -> None:
        self.command = checked(command)
        self._process: subprocess.Popen[bytes] | None = None
        self._selector: selectors.BaseSelector | None = None
        self._unread = bytearray()
        self._stderr = bytearray()

    def exchange(self, message: bytes, seconds: float) -> bytes:
        """As in `Link`; `MissingPart` where there is no such program, `BadData` where it cannot be started."""
        deadline = Deadline(seconds)
        if self._process is None:
            self._start()
        self._check_silent()
        self._send(message, deadline)
        while b"\n" not in self._unread:  # ends: by a line, by an end, at the cap, or in time
            self._wait(deadline)
        line, _, rest = bytes(self._unread).partition(b"\n")
        self._unread = bytearray(rest)
        if rest:
            raise self._talks()
        return line

    def _start(self) -> None:
        self._unread.clear()
        pipe = subprocess.PIPE
        try:
            self._process = subprocess.Popen(self.command, stdin=pipe, stdout=pipe, stderr=pipe, bufsize=0, start_new_session=True)
        except FileNotFoundError:
            raise MissingPart(f"{plain(self.command[0])} is needed for the command, and there is no such program") from None
        except (OSError, ValueError) as error:
            expected = f"a command that can be started ({getattr(error, 'strerror', None) or error})"
            raise BadData("command", " ".join(self.command), expected) from None
        self._selector = selectors.DefaultSelector()
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            assert stream is not None
            os.set_blocking(stream.fileno(), False)
            if stream is not self._process.stdin:
                self._selector.register(stream, selectors.EVENT_READ)

    def _check_silent(self) -> None:
        """A service that is not asked says nothing."""
        self._look(0)
        if self._unread:
            raise self._talks()

    def _talks(self) -> CallFault:
        return fault("nonsense", f"more than one line to an answer: {excerpt(bytes(self._unread))}")

    def _send(self, message: bytes, deadline: Deadline) -> None:
        assert self._process is not None and self._process.stdin is not None and self._selector is not None
        stdin, left = self._process.stdin, memoryview(message)
        asked = False
        try:
            while left:  # ends: all is written, or the time is over
                try:
                    left = left[os.write(stdin.fileno(), left) :]
                except BlockingIOError:
                    if not asked:
                        self._selector.register(stdin, selectors.EVENT_WRITE)
                        asked = True
                    self._wait(deadline)
        except BrokenPipeError:
            raise self._ended() from None
        finally:
            if asked:
                self._selector.unregister(stdin)

    def _wait(self, deadline: Deadline) -> None:
        """Until something moves, for a while; what came is read. A process may end while what it started keeps its pipes open."""
        assert self._process is not None
        if not self._look(min(deadline.left(), SLICE)) and _end_of(self._process) is not None:
            raise self._ended()

    def _look(self, seconds: float) -> bool:
        """Reads what is there, waiting so long for something; whether there was anything."""
        process, selector = self._process, self._selector
        assert process is not None and selector is not None
        ready = selector.select(seconds)
        for key, _ in ready:
            if key.fileobj is process.stdin:
                continue
            data = _read(key.fd)
            if data is None:
                continue
            if not data:
                selector.unregister(key.fileobj)
            if key.fileobj is process.stderr:
                self._keep(data)
            elif data:
                self._unread += data
                if len(self._unread) > MAX_ANSWER:
                    raise fault("nonsense", f"an answer of more than {MAX_ANSWER:,} bytes: {excerpt(bytes(self._unread))}")
            else:
                raise self._ended()
        return bool(ready)

    def _keep(self, data: bytes) -> None:
        self._stderr += data
        del self._stderr[:-KEPT]

    def _ended(self) -> CallFault:
        """How the process ended, with what it said last; or that it goes on, but not with its answers."""
        assert self._process is not None
        end = _left_to_end(self._process)
        self._read_last_words()
        if end is None:
            told = "the process closed its stdin or stdout, and goes on"
        elif end.si_code == os.CLD_EXITED:
            told = f"the process ended, exit code {end.si_status}"
        else:
            told = f"the process was ended by signal {end.si_status}"
        last = [line for line in self.said() if any(map(str.isalpha, line)) and not line.lstrip().startswith("at ")][-TOLD:]
        return fault("raised", f"{told}; its stderr: {' | '.join(last)}" if last else told)

    def _read_last_words(self) -> None:
        assert self._process is not None and self._process.stderr is not None
        for _ in range(MAX_ANSWER // CHUNK):
            data = _read(self._process.stderr.fileno())
            if not data:
                return
            self._keep(data)

    def drop(self) -> None:
        """Kills the process and its group."""
        if self._process is not None:
            self._end()

    def close(self) -> None:
        """Closes the process's stdin, and kills it when it does not end by itself in about a second."""
        process = self._process
        if process is None:
            return
        assert process.stdin is not None
        with suppress(OSError):
            process.stdin.close()
        with suppress(CallFault):  # its last words, so that a full pipe does not keep it from ending
            self._look(0)
        _left_to_end(process)
        self._end()

    def _end(self) -> None:
        process, selector = self._process, self._selector
        if process is None:
            return
        self._process = self._selector = None
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)  # before it is waited for: until then nobody else has its number
        process.wait()
        if selector is not None:
            selector.close()
        for stream in (process.stdin, process.stdout, process.stderr):
            assert stream is not None
            with suppress(OSError):
                stream.close()

    def said(self) -> tuple[str, ...]:
        """The last lines of stderr."""
        lines = self._stderr.decode("utf-8", errors="backslashreplace").splitlines()
        return tuple(plain(line) for line in lines if line.strip())[-LINES:]


def checked(command: Sequence[str]) -> tuple[str, ...]:
    """A command as it is started: the program and its arguments. `BadData` for anything else, and on a system whose pipes cannot be waited
    for with a time-out."""
    if sys.platform == "win32":
        raise BadData("command", command, "a URL: on this system pipes cannot be waited for with a time-out")
    several = () if isinstance(command, (str, bytes)) else tuple(command)
    if not several or not all(isinstance(one, str) and "\0" not in one for one in several) or not several[0].strip():
        raise BadData("command", command, "a program and its arguments, one text each, such as ['node', 'service.mjs']")
    return several


def _read(number: int) -> bytes | None:
    """What a pipe holds: None for nothing yet, no bytes at its end."""
    try:
        return os.read(number, CHUNK)
    except BlockingIOError:
        return None
    except OSError:
        return b""


def _left_to_end(process: subprocess.Popen[bytes]) -> os.waitid_result | None:
    """How the process ended, if it does within about a second; it is not waited for, so that its number stays its own."""
    for _ in range(POLLS):
        end = _end_of(process)
        if end is not None:
            return end
        time.sleep(PAUSE)
    return None


def _end_of(process: subprocess.Popen[bytes]) -> os.waitid_result | None:
    """How the process ended, if it has."""
    return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
