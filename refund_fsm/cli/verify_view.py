"""Owns how the verdict on a service is shown: the report with both traces, or plain data. Must not call a service."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from refund_fsm.text import Languages, Text
from refund_fsm.text.sections import Answer, Section, json_of

if TYPE_CHECKING:
    from refund_fsm.testing import Departure, Divergence, LockstepReport

STDERR = Text("服务最后写到标准错误的内容", "What the service wrote last on its stderr")


def answer(report: LockstepReport, stderr: Sequence[str]) -> Answer:
    """What is said of a report; `stderr` are the last lines that the service wrote there."""
    return Answer(lambda lang: _sections(report, stderr, lang), lambda: json_of(_plain(report, stderr)))


def _sections(report: LockstepReport, stderr: Sequence[str], lang: Languages) -> Iterator[Section]:
    for one in lang.each:
        first, *others = report.text(one).split("\n")
        yield Section(first, tuple(others), alarm=not report.ok)
    if stderr and not report.ok:
        yield Section(STDERR, tuple(f"  {line}" for line in stderr))


def _plain(report: LockstepReport, stderr: Sequence[str]) -> dict[str, Any]:
    """The report as plain data. A divergence's `circumstances` and `reproduction`, a test for pytest, say all that is known of it."""
    found: dict[str, Any] = {
        "workflow": report.workflow.key,
        "ok": report.ok,
        "cases": report.paths,
        "calls": report.steps,
        "suites": [run._asdict() for run in report.suites],
        "random_cases": report.walks,
        "left_out": dict(report.left_out),
        "divergence": None,
    }
    if report.divergence is None or report.counterexample is None:
        return found
    about = report.trace.about if report.trace is not None else ()
    return {
        **found,
        "divergence": {**_told(report.divergence), "circumstances": [line.en for line in about]},
        "counterexample": report.counterexample.to_dict(),
        "again": report.again,
        "proven": report.proven,
        "tries": report.tries,
        "reproduction": report.reproduction(),
        "divergences": [_kind(one) for one in report.divergences],
        "further": [{**group._asdict(), "cases": cases} for group, cases in report.further.items()],
        "stopped": report.stopped,
        "stderr": list(stderr),
    }


def _kind(one: Departure) -> dict[str, Any]:
    """One kind of divergence, in how many cases it was met, and the shortest of it."""
    about = {"circumstances": [line.en for line in one.trace.about], "counterexample": one.counterexample.to_dict()}
    more = {"again": one.again, "proven": one.proven, "tries": one.tries, "reproduction": one.reproduction()}
    return {"group": one.group._asdict(), "cases": one.cases, **_told(one.divergence), **about, **more}


def _told(one: Divergence) -> dict[str, Any]:
    return {**one._asdict(), "expected": _value(one.expected), "got": _value(one.got)}


def _value(value: Any) -> Any:
    """States, bools, instants and words, as JSON has them."""
    if isinstance(value, datetime):
        return value.isoformat()
    return sorted(value) if isinstance(value, frozenset) else value
