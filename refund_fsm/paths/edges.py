"""Owns the names of boundaries, and which of them an attempt meets: how near a call comes to the end of a limit, to a change of the facts,
to the balance; and whether lines of an order differ.

| what | a name |
|---|---|
| the end of a limit | `requested S11 merchant…: begun on a make-up day: at` |
| the ordinary end of a limit beside a special period | `… : its ordinary end a microsecond before 2026-02-11 00:00` |
| a holiday or a make-up day within a limit | `requested: over 2026-04-06` |
| a change of the facts | `draft submit: in_window yes→no 7 days on, dated on a plain day: a minute before` |
| … that shows only after the filing | `draft submit: found_at_once yes→no 1 days on for what comes later, dated on a plain day: at` |
| the amount | `draft submit: a fen above the balance, refunded and pending` |
| the amount, where others have lines | `draft submit: beside lines with money left: a fen above the balance` |
| pieces | `draft submit: more pieces than are left` |
| lines | `draft submit: open_case of the other lines alone` |
| a number from which on facts are others | `draft submit: dear no→yes for what comes later, by what was paid for the line: a fen below` |

Must not choose what is wanted.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from refund_fsm.case import Due, RefundCase
from refund_fsm.paths.counts import due_name
from refund_fsm.paths.coverage import Attempt
from refund_fsm.paths.dials import dials_of, facts_of, within
from refund_fsm.paths.starts import DAY, TICK, exceptional, sort_of
from refund_fsm.paths.truth import ever_read, fired, told
from refund_fsm.scenario import MINUTE
from refund_fsm.text import SHANGHAI
from refund_fsm.workflow import Order, OrderLine, RefundRequest, Rule, Workflow, counting

WHEN = {
    -MINUTE: "a minute before",
    -TICK: "a microsecond before",
    timedelta(0): "at",
    TICK: "a microsecond after",
    MINUTE: "a minute after",
}
AMOUNTS = {-1: "a fen below the balance", 0: "the balance", 1: "a fen above the balance"}
PIECES = ("as many pieces as are left", "more pieces than are left")
TRAITS = ("refunded_fen", "pending_fen", "no_reason_excluded", "open_case", "applications", "fresh", "electronic")  # of a line
NUMBERS = {True: ("a fen below", "at", "a fen above"), False: ("one below", "at", "one above")}  # of money, or of a count
LATER = " for what comes later"  # a change of facts that turns no verdict on the filing
OTHERS, ITS = "of the other lines alone", "of the line alone"
LEFT, GONE = "beside lines with money left", "beside lines that are refunded and pending"


def boundaries(attempt: Attempt, *, by_number: bool = True) -> Iterator[str]:
    """The boundaries that an attempt meets; unless `by_number`, without those of `numbers`, which cost most."""
    due = attempt.before.due
    if due is not None:
        yield from ends(attempt, due)
    event = attempt.after.workflow.events.get(attempt.event or "")
    if event is not None and event.files and attempt.code in (None, "guard_failed"):
        case = attempt.before
        filed = next((step for step in attempt.after.steps[len(case.steps) :] if step.event == event.name), None)
        where = f"{(filed.source if filed else attempt.after.state).key} {event.name}"
        rules = case.workflow.rules_at[(filed.source if filed else attempt.after.state).key, event.name]
        yield from (f"{where}: {name}: {when}" for name, when in turns(attempt.after, rules, attempt.at))
        if by_number:
            yield from (f"{where}: {name}" for name in numbers(attempt.after, rules, attempt.at))
        yield from (f"{where}: {name}" for name in (*amounts(case.order, case.request), *lines(case.order, case.request)))


def what(case: RefundCase, due: Due) -> str:
    """What a limit is called: its state, the rule that the clock fires, and how it is counted."""
    key, name = case.state.key, due_name(case.workflow, case.state.key, due)
    return f"{key} {due.then.id}{name}" if due.then else f"{key}{name or f' {due.limit.field}'}"


def entered(case: RefundCase) -> datetime:
    """When the count of the present state began."""
    group_of, at = case.workflow.group_of, case.opened_at
    for step in case.steps:
        source, dest = step.source.key, step.dest.key
        if dest != source and (dest not in group_of or group_of[dest] != group_of.get(source)):
            at = step.at
    return at


def ends(attempt: Attempt, due: Due) -> Iterator[str]:
    """How near an attempt comes to the end of the running limit."""
    case, when = attempt.before, WHEN.get(attempt.at - due.at)
    if when is None:
        return
    begun, calendar, name = entered(case), case.policy.calendar, what(case, due)
    yield f"{name}: begun {sort_of(begun, calendar)}: {when}"
    count = counting(case.workflow, case.policy).of(case.state.key, case.facts)
    if attempt.at != due.at or count is None:
        return
    if count.unit == "working_days":
        first, last = begun.astimezone(SHANGHAI).date(), (due.at - TICK).astimezone(SHANGHAI).date()
        yield from (f"{case.state.key}: over {day}" for day in exceptional(calendar) if first < day <= last)
    for period, _ in count.special:
        ordinary = calendar.deadline(begun, count.length, count.unit).at
        near = ordinary if count.unit == "hours" else ordinary - DAY
        for bound in (period.start, period.end):
            beside = _beside(near - bound, hours=count.unit == "hours")
            if beside:
                yield f"{case.state.key} {count.limit.field}: its ordinary end {beside} {bound:%Y-%m-%d %H:%M}"


def _beside(apart: timedelta, *, hours: bool) -> str | None:
    if hours:
        return WHEN.get(apart)
    return {-DAY: "on the day before", timedelta(0): "on the day of"}.get(apart)


def turns(case: RefundCase, rules: tuple[Rule, ...], at: datetime) -> Iterator[tuple[str, str]]:
    """The changes of an order's facts that an instant lies near, and how near: those that turn which of the rules fires, or a fact that any
    guard reads."""
    for apart, when in WHEN.items():
        turn = at - apart
        if turn - TICK >= case.order.paid_at:
            old, new = (case.workflow.derive(case.order, case.request, instant, case.policy) for instant in (turn - TICK, turn))
            turned = fired(rules, old) is not fired(rules, new)
            if turned or _is_read(case.workflow, old, new):
                dated = f"dated {sort_of(dated_by(case.order, turn), case.policy.calendar)}"
                yield f"{changed_at(case.workflow, case.order, old, new, turn)}{'' if turned else LATER}, {dated}", when


def numbers(case: RefundCase, rules: tuple[Rule, ...], at: datetime) -> Iterator[str]:
    """The numbers of the order and the request from which on facts are others, as far as they lie beside what it has; not the balance."""
    order, request = case.order, case.request
    for dial in dials_of(order, request):
        number = dial.read(order, request)
        if number is None:
            continue
        near = range(max(dial.low, number - 2), number + 2)
        facts = {one: facts_of(case.workflow, case.policy, *dial.turn(order, request, one), at) for one in (near[0], near[-1])}
        if facts[near[0]] == facts[near[-1]]:
            continue
        facts |= {one: facts_of(case.workflow, case.policy, *dial.turn(order, request, one), at) for one in near[1:-1]}
        for low, high in pairwise(near):
            old, new = facts[low], facts[high]
            if old is None or new is None:
                continue
            turned = fired(rules, old) is not fired(rules, new)
            if within(*dial.turn(order, request, low)) == within(*dial.turn(order, request, high)) and (
                turned or _is_read(case.workflow, old, new)
            ):
                beside = NUMBERS[dial.money][number - high + 1]
                yield f"{changed(case.workflow, old, new)}{'' if turned else LATER}, by {dial.name}: {beside}"


def _is_read(workflow: Any, old: Any, new: Any) -> bool:
    """Whether any guard reads a fact that differs."""
    return any(getattr(old, name) != getattr(new, name) for name in ever_read(workflow))


def changed(workflow: Any, old: Any, new: Any) -> str:
    """What changes, such as `in_window yes→no`."""
    differing = [one.name for one in workflow.fact_fields if getattr(old, one.name) != getattr(new, one.name)]
    return ", ".join(f"{name} {told(getattr(old, name))}→{told(getattr(new, name))}" for name in differing)


def changed_at(workflow: Workflow, order: Order, old: Any, new: Any, turn: datetime) -> str:
    """What changes at an instant, and how many days after what the order last went through, such as `in_window yes→no 7 days on`."""
    days = (turn.astimezone(SHANGHAI).date() - dated_by(order, turn).astimezone(SHANGHAI).date()).days
    return f"{changed(workflow, old, new)} {days} days on" if days else changed(workflow, old, new)


def dated_by(order: Order, by: datetime) -> datetime:
    """The last instant of an order up to a change."""
    instants = (order.paid_at, order.shipped_at, order.signed_at, order.activated_at)
    return max(at for at in instants if at is not None and at <= by)


def amounts(order: Order, request: RefundRequest) -> Iterator[str]:
    """How what is claimed stands to the balance, what was taken of it before, and what is left of the lines around it."""
    line = order.line(request.sku)
    more = request.claimed_fen(line) - line.balance_fen
    if request.quantity is not None and more >= 0 and line.refunded_fen:
        yield PIECES[more > 0]
    stands = AMOUNTS.get(more)
    if stands is not None:
        parts = [name for name, fen in (("refunded", line.refunded_fen), ("pending", line.pending_fen)) if fen]
        yield f"{stands}, {' and '.join(parts) or 'nothing taken'}"
        around = _around(order, line)
        if around is not None:
            yield f"{around}: {stands}"


def _around(order: Order, line: OrderLine) -> str | None:
    """What is left of the lines before and after one: all of each, or nothing of any, of which some is refunded and some pending."""
    place = order.lines.index(line)
    others = (*order.lines[:place], *order.lines[place + 1 :])
    if not 0 < place < len(others):
        return None
    if all(one.balance_fen == one.paid_fen > 1 for one in others):  # a fen more than the balance is there
        return LEFT
    taken = all(one.paid_fen and not one.balance_fen for one in others)
    return GONE if taken and any(one.refunded_fen for one in others) and any(one.pending_fen for one in others) else None


def lines(order: Order, request: RefundRequest) -> Iterator[str]:
    """By which traits the claimed line differs from all others, of which some stand before it and some after."""
    place = next(number for number, line in enumerate(order.lines) if line.sku == request.sku)
    claimed, others = order.lines[place], (*order.lines[:place], *order.lines[place + 1 :])
    if 0 < place < len(order.lines) - 1:
        for name in TRAITS:
            its, theirs = bool(getattr(claimed, name)), {bool(getattr(line, name)) for line in others}
            if theirs == {not its}:
                yield f"{name} {ITS if its else OTHERS}"
