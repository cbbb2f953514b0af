"""Owns a service elsewhere as a maker of implementations: `RemoteService` speaks the protocol, `RemoteImplementation` is one case of it.

Must not know a workflow. What a service says wrongly is a `CallFault`, which a report tells; where it never answers at all, `BadData`.
"""

from __future__ import annotations

import shlex
import threading
import weakref
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from refund_fsm.errors import BadData
from refund_fsm.testing.lockstep import CallFault
from refund_fsm.testing.remote import messages
from refund_fsm.testing.remote.link import Link, fault
from refund_fsm.testing.remote.messages import FURTHER, PROTOCOL, Answer
from refund_fsm.testing.remote.process import ProcessLink
from refund_fsm.testing.remote.web import WebLink
from refund_fsm.text.literals import python_text
from refund_fsm.workflow import Order, RefundRequest

MAX_TIMEOUT = 86_400
STARTUP = 30.0  # seconds that a program may take to load what it needs


class RemoteService:
    """A service that speaks the protocol of `tests/examples/node/PROTOCOL.md`; called, it gives a case that is not open yet:

        with RemoteService.of_command(["node", "service.mjs"]) as service:
            report = verify_implementation(service, workflow, isolation="none")

    One process, or one connection, serves all cases. One that dies, answers nonsense, late or not at all is ended, and started again for
    the next case. A call takes at most `timeout` seconds, so `isolation="none"` needs no thread. `operations` are those that it has.
    Several threads may use it, one after the other; it cannot be pickled, so not with `isolation="process"`.
    """

    def __init__(self, link: Link, field: str, given: str | Sequence[str], timeout: float, startup: float | None = None) -> None:
        for name, seconds in (("timeout", timeout), ("startup", timeout if startup is None else startup)):
            if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not 0 < seconds <= MAX_TIMEOUT:
                raise BadData(name, seconds, "seconds, more than 0 and at most a day")
        self._startup = timeout if startup is None else max(startup, timeout)
        self._link, self._timeout = link, timeout
        self._field, self._given = field, given
        self._lock = threading.Lock()
        self._number = self._cases = 0
        self._greeted = False
        self._life = 0  # how often the service was given up: what was opened before is gone then
        self._finish = weakref.finalize(self, link.close)
        try:
            self.operations: tuple[str, ...] = self._greeting()
        except CallFault as error:
            self.close()
            name = given if isinstance(given, str) else shlex.join(given)
            raise BadData(field, name, f"a service that answers hello; {error.told}") from None
        except BaseException:
            self.close()
            raise

    @classmethod
    def of_command(cls, command: Sequence[str], *, timeout: float = 10.0, startup: float = STARTUP) -> Self:
        """The service that a command starts: a program and its arguments, without a shell. `timeout` in seconds for each answer, `startup`
        for the first after a start. `MissingPart` where there is no such program, `BadData` where it does not answer `hello`."""
        link = ProcessLink(command)
        return cls(link, "command", link.command, timeout, startup)

    @classmethod
    def of_url(cls, url: str, *, timeout: float = 10.0) -> Self:
        """The service at an http or https URL, to which each operation is posted. `timeout` in seconds for each answer. `BadData` where
        nobody answers `hello` there."""
        return cls(WebLink(url), "url", url, timeout)

    def __call__(self) -> RemoteImplementation:
        with self._lock:
            if not self._greeted and self._greeting() != self.operations:
                raise fault("nonsense", f"other operations than before: {', '.join(self.operations)}")
            self._cases += 1
            return RemoteImplementation(self, str(self._cases), self._life)

    def ask(self, op: str, case: str, life: int, members: Mapping[str, Any]) -> Answer:
        """The answer to one operation of a case; `CallFault` for whatever is none."""
        with self._lock:
            if life != self._life:
                raise fault("raised", "the case has ended with its service")
            answer = self._exchange(op, {"case": case, **members}, self._timeout)
        messages.check_error(answer)
        return answer

    def lives(self, life: int) -> bool:
        """Whether what was opened in that life is still there."""
        return life == self._life

    def said(self) -> tuple[str, ...]:
        """The last lines that the service wrote on its stderr, nothing in them interpreted."""
        return self._link.said()

    @property
    def as_source(self) -> str:
        """How a test that reproduces something makes its implementations: lines of Python that name `make`."""
        given = [self._given] if isinstance(self._given, str) else self._given
        quoted = ", ".join(map(python_text, given))
        told = quoted if isinstance(self._given, str) else f"[{quoted}]"
        return f"from refund_fsm.testing import RemoteService\n\nmake = RemoteService.of_{self._field}({told})"

    def close(self) -> None:
        """Ends the connection, and the process, once the call that is under way has ended. Asked again, it is started again."""
        with self._lock:
            self._link.close()
            self._greeted = False
            self._life += 1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _greeting(self) -> tuple[str, ...]:
        answer = self._exchange("hello", {"protocol": PROTOCOL}, self._startup)
        try:
            messages.check_error(answer)
            found = messages.operations_of(answer)
        except CallFault:
            self._give_up()
            raise
        self._greeted = True
        return found

    def _exchange(self, op: str, members: Mapping[str, Any], seconds: float) -> Answer:
        """One message and its answer; whatever goes wrong in between ends the service, since the next answer might be to this one."""
        self._number += 1
        try:
            return messages.answer_of(self._link.exchange(messages.written(op, self._number, members), seconds), self._number)
        except BaseException:
            self._give_up()
            raise

    def _give_up(self) -> None:
        self._link.drop()
        self._greeted = False
        self._life += 1


class RemoteImplementation:
    """One case of a `RemoteService`, as `verify_implementation` drives it: an `Implementation`, with those of the further methods that
    the service has. What the service says beside an answer (`state`, `due`) is not asked for again."""

    def __init__(self, service: RemoteService, case: str, life: int) -> None:
        self._service, self._case, self._life = service, case, life
        self._last: Answer = {}
        self._open = False

    def open(self, order: Order, request: RefundRequest, at: datetime) -> None:
        """Opens the case."""
        told = {"order": messages.plain_of(order), "request": messages.plain_of(request), "at": at.isoformat()}
        self._ask("open", told)
        self._open = True

    def apply(self, event: str, by: str, at: datetime, details: Mapping[str, Any]) -> bool:
        """Whether the event is taken."""
        told = {"event": event, "by": by, "at": at.isoformat(), "details": messages.details_of(details)}
        return messages.taken_of(self._ask("apply", told))

    def state(self) -> str:
        """The state that the case is in."""
        return messages.state_of(self._last if "state" in self._last else self._ask("state", {}, keep=False))

    def __getattr__(self, name: str) -> Any:
        """`advance`, `due`, `news` and `close`, where the service has them."""
        if name in FURTHER and name in self._service.operations:
            return getattr(self, f"_{name}")
        raise AttributeError(f"{name}: not among the operations of the service")

    def _advance(self, to: datetime) -> None:
        self._ask("advance", {"to": to.isoformat()})

    def _due(self) -> datetime | None:
        return messages.due_of(self._last if "due" in self._last else self._ask("due", {}, keep=False))

    def _news(self, order: Order, at: datetime) -> None:
        self._ask("news", {"order": messages.plain_of(order), "at": at.isoformat()})

    def _close(self) -> None:
        if self._open and self._service.lives(self._life):
            self._ask("close", {})

    def _ask(self, op: str, members: Mapping[str, Any], *, keep: bool = True) -> Answer:
        if keep:
            self._last = {}  # what was told before is no more, even where no answer comes
        answer = self._service.ask(op, self._case, self._life, members)
        if keep:
            self._last = answer
        return answer
