"""Every kind of fault is found, with a shortest counterexample and a test that reproduces it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from refund_fsm import Evidence, Limit
from refund_fsm.scenario.path import START
from refund_fsm.testing import BareCase, CaseImplementation, verify_implementation
from tests.exchange import WORKFLOW as EXCHANGE
from tests.testing.lockstep.services import (
    SHIFTED,
    VIRTUAL,
    Clocked,
    Details,
    Service,
    anybody,
    assert_reproduced,
    failing,
    over,
    quick,
    variant,
    without,
)


def no_note(_: Any, real: Any, event: str, by: str, at: datetime, details: Details) -> Any:
    return real(event, by, at, {"note": "…", **details} if event == "reject" and not str(details.get("note", "")).strip() else details)


def backdates(self: Any, real: Any, event: str, by: str, at: datetime, details: Details) -> Any:
    return real(event, by, max(at, self.opened.now), details)


def hasty_clock(self: Any, real: Any, event: str, by: str, at: datetime, details: Details) -> Any:
    due = self.opened.due
    return real(event, by, max(at, due.at) if by == "clock" and due else at, details)


def says_yes(_: Any, real: Any, event: str, by: str, at: datetime, details: Details) -> Any:
    return real(event, by, at, details) or event not in VIRTUAL.events


def boom(*_: Any) -> Any:
    raise KeyError("合同")


def leave(*_: Any) -> Any:
    raise SystemExit(3)


def when(event: str, then: Callable[..., Any]) -> Callable[..., Any]:
    return lambda _, real, got, *rest: then() if got == event else real(got, *rest)


class Forgetful(Service):
    """Takes the third evidence for the end of the case: a fault that shows only after repetitions."""

    pieces = 0

    def apply(self, event: str, by: str, at: datetime, details: Details) -> bool:
        taken = super().apply(event, by, at, details)
        self.pieces += taken and event == "add_evidence"
        return taken

    def state(self) -> str:
        return "closed" if self.pieces >= 3 else super().state()


class Sly(Service):
    """An event that it refuses changes it, which shows later."""

    spoiled = False

    def apply(self, event: str, by: str, at: datetime, details: Details) -> bool:
        self.spoiled = self.spoiled or (event == "grant_refund" and self.state() == "requested")
        return super().apply(event, by, at, details) and not (self.spoiled and event == "start_review")


class Sleepy(Clocked):
    """The clock does nothing in the instant itself."""

    def advance(self, to: datetime) -> None:
        due = self.due()
        super().advance(to - timedelta(microseconds=1) if due == to else to)


SHORT = VIRTUAL.variant(limits={**VIRTUAL.limits, VIRTUAL.states["rejected"]: Limit("complaint_days", cites="D7", length=6)})
# (what, make, kind, part, steps of the shortest counterexample)
FAULTS: list[tuple[str, Any, str, str, int]] = [
    ("a rule is dropped", over(without(VIRTUAL, "V07")), "acceptance", "apply", 3),
    ("a rule is redirected", over(variant(VIRTUAL, "V09", dest=VIRTUAL.states["cancelled"])), "state", "state", 4),
    ("a guard is dropped", over(variant(VIRTUAL, "V06", when=())), "acceptance", "apply", 3),
    ("an effect is dropped", over(variant(VIRTUAL, "V03", effect=None)), "acceptance", "apply", 7),
    ("anybody may", failing("apply", anybody), "acceptance", "apply", 1),
    ("a note is not asked for", failing("apply", no_note), "acceptance", "apply", 3),
    ("it may be dated back", failing("apply", backdates), "acceptance", "apply", 1),
    ("unknown events are taken", failing("apply", says_yes), "acceptance", "apply", 1),
    ("the clock's event is taken before its time", failing("apply", hasty_clock), "acceptance", "apply", 4),
    ("a limit is a day too long", over(SHIFTED), "acceptance", "apply", 4),
    ("a limit is a day too short", over(SHORT), "acceptance", "apply", 4),
    ("a limit is a day too long, and it shows", over(SHIFTED, CaseImplementation), "deadline", "due", 3),
    ("the clock is late", Sleepy, "state", "state", 4),
    ("after the third piece", Forgetful, "state", "state", 4),
    ("a refused event changes it", Sly, "acceptance", "apply", 3),
    ("making raises", boom, "raised", "make", 0),
    ("opening raises", failing("open", boom), "raised", "open", 0),
    ("an event raises", failing("apply", when("start_review", boom)), "raised", "apply", 1),
    ("an event leaves", failing("apply", when("start_review", leave)), "raised", "apply", 1),
    ("looking raises", failing("state", boom), "raised", "state", 0),
    ("its deadline raises", failing("due", boom, Clocked), "raised", "due", 0),
    ("its clock raises", failing("advance", boom, Clocked), "raised", "advance", 1),
    ("apply says nothing", failing("apply", lambda *_: None), "nonsense", "apply", 1),
    ("apply says 1", failing("apply", lambda _, real, *rest: int(real(*rest))), "nonsense", "apply", 1),
    ("no state", failing("state", lambda *_: None), "nonsense", "state", 0),
    ("a state in a list", failing("state", lambda _, real: [real()]), "nonsense", "state", 0),
    ("a state that nobody knows", failing("state", lambda _, real: real().replace("reviewing", "审核")), "nonsense", "state", 2),
    ("a deadline without a zone", failing("due", lambda _, real: real() and real().replace(tzinfo=None), Clocked), "nonsense", "due", 1),
    ("closing raises", failing("close", boom), "raised", "close", 0),
]


@pytest.mark.parametrize(("make", "kind", "part", "length"), [row[1:] for row in FAULTS], ids=[row[0] for row in FAULTS])
def test_a_fault_is_found_with_a_shortest_counterexample(make: Any, kind: str, part: str, length: int) -> None:
    report = verify_implementation(make, VIRTUAL, examples=500)
    assert not report.ok and report.divergence is not None and report.counterexample is not None and report.found is not None, str(report)
    assert (report.divergence.kind, report.divergence.part, len(report.counterexample)) == (kind, part, length), str(report)
    assert report.divergence.place == length and report.again
    report.counterexample.replay(VIRTUAL)
    report.found.replay(VIRTUAL)
    assert length <= len(report.found)
    for lang in ("zh", "en"):
        told = report.text(lang)
        assert "←" in told and VIRTUAL.label.get(lang) in told
    if make is not boom:
        assert_reproduced(report, make, Clocked if hasattr(make(), "due") else Service)


class Exchange(BareCase):
    """A user's own workflow as it should be."""

    def __init__(self) -> None:
        super().__init__(EXCHANGE)


PIECES = (Evidence(kind="photo", by="warehouse", at=START - timedelta(days=600)),)


def test_each_thing_that_an_event_needs_is_asked_for() -> None:
    def lax(_: Any, real: Any, event: str, by: str, at: datetime, details: Details) -> Any:
        return real(event, by, at, details if event != "fail_goods" or "note" not in details else {**details, "evidence": PIECES})

    report = quick(failing("apply", lax, Exchange), EXCHANGE, examples=500)
    assert report.counterexample is not None and len(report.counterexample) <= 4, str(report)
    last = report.counterexample.steps[-1]
    assert (last.event, last.refusal) == ("fail_goods", "missing_detail")
    assert last.details["note"] and not last.details.get("evidence")


def test_random_paths_find_what_is_beyond_the_suites() -> None:
    report = quick(Forgetful, VIRTUAL, criterion=(), examples=400, seed=1)
    assert not report.ok and report.suites == () and 0 < report.walks <= 400
    assert report.counterexample is not None and len(report.counterexample) == 4
