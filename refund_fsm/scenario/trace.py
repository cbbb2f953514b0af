"""Owns the playing of a scenario, and the `Trace` that comes of it: every move, the clock's own included, and every refusal.

Must not print (`trace_view.py`), and judges nothing: it asks the case.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from refund_fsm.case import Breach, Due, Move, News, RefundCase, Refusal, Refused, Step
from refund_fsm.case.plain import limit_of, step_of
from refund_fsm.errors import BadData, TooLong
from refund_fsm.scenario.file import Scenario
from refund_fsm.scenario.news import Row
from refund_fsm.scenario.plain import due_of, move_of, news_of, refusal_of, text_of
from refund_fsm.workflow import CLOCK, Order, Rule, State, spelled

MAX_ROWS = 100_000  # of one trace: a workflow that goes round by itself is an error, not a hang
Kind = Literal["step", "advance", "refused", "repeated", "news", "move"]


@dataclass(frozen=True, slots=True)
class TraceRow:
    """One line of a trace: a step, time that passed, an event that was refused, one that was delivered again, news of the order, or
    a move to other rules.

    `state` and `due` are the case's afterwards. `expected` says that the scenario foresaw the refusal. `breach` is the one that
    the step records, or that is open when time has passed. `provisional` says that `at` is the instant of a limit that rests on days
    whose holidays are not published yet.
    """

    kind: Kind
    at: datetime
    by: str
    event: str
    state: State
    due: Due | None
    step: Step | None = None
    refusal: Refusal | None = None
    expected: bool = False
    breach: Breach | None = None
    provisional: bool = False
    news: News | None = None
    move: Move | None = None


@dataclass(frozen=True, slots=True)
class Trace:
    """What came of a scenario. `refusal` is the one that ended it; `unmet` are the expectations of the file that did not hold."""

    scenario: Scenario
    case: RefundCase
    rows: tuple[TraceRow, ...]
    refusal: Refusal | None
    unmet: tuple[str, ...]

    @property
    def sound(self) -> bool:
        """Whether nothing was found: no refusal but those that the file foresaw, and every expectation met."""
        return self.refusal is None and not self.unmet

    @property
    def payout_due(self) -> Due | None:
        """The limit of the payout (A13), as it ran when the money was last under way; None before the decision."""
        paying = {rule.source.key for rule in self.case.workflow.rules if rule.event.pays}
        return next((row.due for row in reversed(self.rows) if row.state.key in paying), None)

    @property
    def open_breaches(self) -> tuple[Breach, ...]:
        """The limits that are passed now and that no step has recorded."""
        return open_breaches(self.case)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON: instants as ISO strings, amounts in fen, texts in both languages."""
        case, title, freight = self.case, self.scenario.title, self.case.freight
        return {
            "scenario": self.scenario.where,
            "title": text_of(title) if title else None,
            "order_type": case.workflow.key,
            "fingerprint": case.workflow.fingerprint,
            "case_id": case.case_id,
            "opened_at": case.opened_at.isoformat(),
            "now": case.now.isoformat(),
            "state": case.state.key,
            "final": case.state.final,
            "rows": [_row_of(row) for row in self.rows],
            "refusal": refusal_of(self.refusal) if self.refusal else None,
            "unmet": list(self.unmet),
            "amount_fen": case.amount_fen,
            "paid_fen": case.paid_fen,
            "refundable_fen": case.refundable_fen,
            "payout_key": case.payout_key,
            "freight": {"payer": freight.payer, "text": text_of(freight.text), "cites": list(spelled(freight.cites))} if freight else None,
            "due": due_of(case.due),
            "payout_due": due_of(self.payout_due),
            "statutory_due": due_of(case.statutory_due),
            "statutory_passed": case.statutory_passed,
            "breaches": [limit_of(breach) for breach in case.breaches()],
            "open_breaches": [limit_of(breach) for breach in self.open_breaches],
        }


def open_breaches(case: RefundCase) -> tuple[Breach, ...]:
    """The limits of a case that are passed at its `now` and that no step has recorded."""
    recorded = [*(step.breach for step in case.steps), *(move.breach for move in case.moves)]
    return tuple(breach for breach in case.breaches() if breach not in recorded)


def play(scenario: Scenario, until: datetime | None = None) -> Trace:
    """Plays a scenario, or its events up to and including the instant `until`.

    The first refusal that the file does not foresee ends it. Raises `BadData` naming file, event and value for bad data,
    and for a scenario without a request.
    """
    case = opened(scenario)
    rows: list[TraceRow] = []
    unmet: list[str] = []
    for row in scenario.rows:
        if until is not None and row.at > until:
            continue
        key = f"{scenario.where}: {row.place}"
        fresh, case = _played(case, row, key)
        rows += fresh
        if len(rows) > MAX_ROWS:
            raise TooLong(f"{key}: more than {MAX_ROWS:,} rows; the clock's rules go round without end")
        last = fresh[-1] if fresh else None
        refusal = last.refusal if last else None
        if refusal is not None and refusal.code != row.refused:
            return Trace(scenario, case, tuple(rows), refusal, tuple(unmet))
        if row.refused is not None and refusal is None:
            unmet.append(f"{key}.refused: {row.refused!r}; but the event was accepted, and the case is {case.state.key!r}")
        if row.expect is not None and row.expect != case.state.key:
            unmet.append(f"{key}.expect: {row.expect!r}; but the case is {case.state.key!r}")
    return Trace(scenario, case, tuple(rows), None, tuple(unmet))


def subject_of(scenario: Scenario, at: datetime) -> RefundCase | Order:
    """The case as far as its events have got by an instant; the order alone while no case is open."""
    if scenario.request is None or scenario.opened_at is None or at < scenario.opened_at:
        return scenario.order_at(at)
    return play(scenario, until=at).case


def opened(scenario: Scenario) -> RefundCase:
    """The case that a scenario opens. `BadData` naming the file when it cannot be opened."""
    if scenario.request is None:
        raise BadData(f"{scenario.where}: request", None, "a table [request]")
    if scenario.opened_at is None:
        raise BadData(f"{scenario.where}: event", None, "at least one [[event]], or opened_at")
    try:
        return RefundCase.open(scenario.order, scenario.request, at=scenario.opened_at, policy=scenario.policy, workflow=scenario.workflow)
    except BadData as error:
        events = [row for row in scenario.rows if row.order is None]
        first = "event[0].at" if events and events[0].at == scenario.opened_at else "opened_at"
        field = {"at": first, "sku": "request.sku"}.get(error.field, error.field)
        raise BadData(f"{scenario.where}: {field}", error.value, error.expected) from None


def _played(case: RefundCase, row: Row, key: str) -> tuple[list[TraceRow], RefundCase]:
    """The rows that one row of the file makes, and the case after them."""
    try:
        if row.order is not None:
            return _told(case, row, row.order)
        if row.name is None:
            moved, ran = _run(case, row.at)
            ran = ran.advance(to=row.at)
            passed = _line("advance", ran, row.at, CLOCK.key, "advance", breach=next(iter(open_breaches(ran)), None))
            return moved or [passed], ran
        after = case.apply(row.name, at=row.at, by=row.by, **row.details)
    except BadData as error:
        raise BadData(f"{key}.{error.field.removeprefix('order.')}", error.value, error.expected) from None
    except Refused as error:
        moved, ran = _run(case, row.at)
        refused = _line("refused", ran, row.at, row.by, row.name or "advance", refusal=error.refusal)
        return [*moved, replace(refused, expected=error.refusal.code == row.refused)], ran
    if after is case:
        return [_line("repeated", case, row.at, row.by, row.name)], case
    if row.by == CLOCK.key:
        moved, _ = _run(case, row.at)
        return [*moved[:-1], replace(moved[-1], step=after.steps[-1])], after
    moved, _ = _run(case, row.at)
    return [*moved, _line("step", after, row.at, row.by, row.name, step=after.steps[-1])], after


def _told(case: RefundCase, row: Row, order: Order) -> tuple[list[TraceRow], RefundCase]:
    """The rows of news, and the case that was told. What it knew already is time that passes."""
    if row.at < case.opened_at:
        opened = f"not before {case.opened_at.isoformat()}, when the case is opened: by opened_at, or else with its first [[event]]"
        raise BadData("at", row.at.isoformat(), opened)
    moved, ran = _run(case, row.at)
    told = ran.with_order(order, at=row.at)
    if len(told.news) == len(case.news):
        return [*moved, _line("advance", told, row.at, CLOCK.key, "advance")], told
    return [*moved, _line("news", told, row.at, "", "news", news=told.news[-1])], told


def _run(case: RefundCase, to: datetime) -> tuple[list[TraceRow], RefundCase]:
    """The clock's own steps until `to`, one by one, so that each shows what was due after it; the case at `to`."""
    if to < case.now:
        return [], case
    rows = []
    for stop in _stops(case, to):
        known, due = len(case.steps), case.due
        case = case.advance(to=stop)
        counted_on = due is not None and due.provisional
        rows += [_line("step", case, step.at, step.by, step.event, step=step, provisional=counted_on) for step in case.steps[known:]]
    return rows, case.advance(to=to)


def _stops(case: RefundCase, to: datetime) -> Iterator[datetime]:
    """The instants until `to` at which the clock fires a rule."""
    for _ in range(MAX_ROWS):
        due = case.due
        if due is None or due.then is None or due.at > to:
            return
        at = max(due.at, case.now)
        yield at
        case = case.advance(to=at)
    raise TooLong(f"case {case.case_id}: more than {MAX_ROWS:,} clock rules fired in one advance")


def _line(kind: Kind, case: RefundCase, at: datetime, by: str, event: str, **more: Any) -> TraceRow:
    if "step" in more:
        more["breach"] = more["step"].breach
    return TraceRow(kind, at.astimezone(case.now.tzinfo), by, event, case.state, case.due, **more)


def _row_of(row: TraceRow) -> dict[str, Any]:
    step = row.step
    rule: Rule | None = step.rule if step else None
    return {
        "kind": row.kind,
        "at": row.at.isoformat(),
        "provisional": row.provisional,
        "by": row.by,
        "event": row.event,
        "rule": rule.id if rule else None,
        "cites": list(rule.sources) if rule else [],
        "source": step.source.key if step else row.state.key,
        "state": row.state.key,
        "details": step_of(step)["details"] if step else {},
        "due": due_of(row.due),
        "breach": limit_of(row.breach) if row.breach else None,
        "refusal": refusal_of(row.refusal) if row.refusal else None,
        "expected": row.expected,
        **({"news": news_of(row.news)} if row.news else {}),
        **({"move": move_of(row.move)} if row.move else {}),
    }
