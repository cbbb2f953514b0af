"""Owns what an implementation under test is: three methods, four more that it may have, and `RefundCase` as one.

Must not know an order type, nor what is asked of an implementation, nor what it is compared with.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from refund_fsm.case import RefundCase, Refused
from refund_fsm.errors import BadData, RefundFsmError, shown
from refund_fsm.workflow import Order, Policy, RefundRequest, Workflow


class Implementation(Protocol):
    """One case of an after-sales service, as everything drives it that tests one: `verify_implementation` and its reproductions, the
    files of `Suite.to_pytest`, `machine_for`. So one adapter serves them all. Instants are aware and in Asia/Shanghai.

    `open` is called once, first. `apply` says whether the event is taken, and a refused event changes nothing; `details` may
    hold `note` and `tracking_no` (text) and `evidence` (a tuple of `Evidence`). The clock's event comes as
    `apply(event, "clock", due, {})` at its own instant, each in its order, and is refused before it is due.

    It may also have:

    | method | when it is there |
    |---|---|
    | `advance(to) -> None` | is called instead of the clock's events, whenever time has passed: before an event, and on its own |
    | `due() -> datetime \\| None` | deadlines are compared too: the limit of the present state, or None where there is none |
    | `news(order, at) -> None` | random paths and `machine_for` tell news: the newest order, whole, as `RefundCase.with_order` does |
    | `close() -> None` | is called at the end, once for every implementation that was made |
    """

    def open(self, order: Order, request: RefundRequest, at: datetime) -> None:
        """Opens the case."""

    def apply(self, event: str, by: str, at: datetime, details: Mapping[str, Any]) -> bool:
        """Whether the event is taken."""
        ...  # the body of a protocol's method, which mypy wants where something is returned

    def state(self) -> str:
        """The state that the case is in."""
        ...  # the same


# Gives an implementation of a case that is not open yet, from nothing, or from a backend that cases share. Any, so that a wrong one can be
# said to be wrong.
Make = Callable[..., Any]


class Abilities(NamedTuple):
    """Which of the further methods an implementation has."""

    advances: bool
    has_due: bool
    closes: bool
    hears: bool = False


class SignatureFault(RefundFsmError):
    """An implementation without the methods that it must have. `part`, `got` and `expected` as in `BadData`; can be pickled."""

    def __init__(self, part: str, got: str, expected: str) -> None:
        self.part, self.got, self.expected = part, got, expected
        super().__init__(part, got, expected)

    def as_bad_data(self) -> BadData:
        """What the caller of the runner is told."""
        return BadData(self.part, Unquoted(self.got), self.expected)


class Unquoted(str):
    """Words about a value, which a message shows without quotes."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


_NEEDED = {"open": ("order", "request", "at"), "apply": ("event", "by", "at", "details"), "state": ()}
_FURTHER = {"advance": ("to",), "due": (), "close": (), "news": ("order", "at")}


def abilities_of(made: object) -> Abilities:
    """Which further methods an implementation has; `SignatureFault` when a method is missing or takes other arguments."""
    for name, arguments in _NEEDED.items():
        if getattr(made, name, None) is None:
            raise SignatureFault(f"make().{name}", f"not there in {shown(made)}", f"a method {_called(name, arguments)}")
        _check_method(made, name, arguments)
    for name, arguments in _FURTHER.items():
        if getattr(made, name, None) is not None:
            _check_method(made, name, arguments)
    return Abilities(*(getattr(made, name, None) is not None for name in _FURTHER))


def _called(name: str, arguments: tuple[str, ...]) -> str:
    return f"{name}({', '.join(arguments)})"


def _check_method(made: object, name: str, arguments: tuple[str, ...]) -> None:
    method = getattr(made, name)
    expected = f"a method that can be called as {_called(name, arguments)}"
    if not callable(method):
        raise SignatureFault(f"make().{name}", shown(method), expected)
    if inspect.iscoroutinefunction(method):
        raise SignatureFault(f"make().{name}", "a coroutine function", f"{expected} and answers at once: run the loop inside it")
    try:
        signature = inspect.signature(method)
    except (TypeError, ValueError):  # some methods made in C have none: calling will tell
        return
    try:
        signature.bind(*arguments)
    except TypeError as error:
        raise SignatureFault(f"make().{name}", f"{name}{signature} ({error})", expected) from None


class BareCase:
    """`RefundCase` as an implementation of the three methods and no more: whoever drives it brings the clock's events."""

    def __init__(self, workflow: Workflow, policy: Policy | None = None) -> None:
        self.workflow = workflow
        self.policy = workflow.default_policy() if policy is None else policy
        self.case: RefundCase | None = None

    @property
    def opened(self) -> RefundCase:
        """The case; `BadData` before it is open."""
        if self.case is None:
            raise BadData("case", None, "a case that was opened")
        return self.case

    def open(self, order: Order, request: RefundRequest, at: datetime) -> None:
        """Opens the case."""
        self.case = RefundCase.open(order, request, at=at, policy=self.policy, workflow=self.workflow)

    def apply(self, event: str, by: str, at: datetime, details: Mapping[str, Any]) -> bool:
        """Whether the event is taken."""
        try:
            self.case = self.opened.apply(event, at=at, by=by, **details)
        except Refused:
            return False
        return True

    def state(self) -> str:
        """The key of the state."""
        return self.opened.state.key


class CaseImplementation(BareCase):
    """`RefundCase` as an implementation with a clock and deadlines of its own, which may be told news. `partial(CaseImplementation,
    workflow)` is a `make`."""

    def news(self, order: Order, at: datetime) -> None:
        """Tells the case the newest order."""
        self.case = self.opened.with_order(order, at=at)

    def advance(self, to: datetime) -> None:
        """Fires every clock rule that falls due by `to`."""
        self.case = self.opened.advance(to=to)

    def due(self) -> datetime | None:
        """The limit of the present state."""
        found = self.opened.due
        return None if found is None else found.at
