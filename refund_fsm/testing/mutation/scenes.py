"""Owns the orders on which derivations are compared, each with the instants at which its facts change by themselves.

One for each of `DAYS` days, at another hour in turn, of the facts that change by themselves; orders of all sorts, with amounts and
lines varied; and orders beside each number from which on facts are others. Must not know a mutant, nor compare.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, time, timedelta, tzinfo
from functools import partial
from random import Random
from typing import Any

from refund_fsm.errors import RefundFsmError, WorkflowError
from refund_fsm.graph import drift
from refund_fsm.paths import thresholds
from refund_fsm.scenario import Opening
from refund_fsm.testing.openings import OPENING_BYTES, Choices, Spread, opening_with
from refund_fsm.text import SHANGHAI
from refund_fsm.workflow import Order, OrderLine, Policy, RefundRequest, Workflow

DAYS = 730  # of signing, one order each
SORTS = 240  # orders of all sorts, every second of which is seen amid other lines as well
LOOKED = 400  # facts that are looked through for those that change by themselves
FIRST = datetime(2025, 1, 1, tzinfo=SHANGHAI)
HOURS = (time(10), time(0), time(23, 59, 59, 999999), time(8), time(7, 59, 59, 999999))  # two of them are midnight in UTC
MOST_HINTS = 8  # of where facts may change that are looked at
INSTANTS = ("paid_at", "shipped_at", "signed_at", "activated_at")
ZONES = (None, SHANGHAI, UTC)

Told = Callable[[datetime], Any]
Hint = tuple[str, tzinfo | None, timedelta]  # from which instant of an order, or from the midnight before it in which zone, how far


def told(workflow: Workflow, policy: Policy, opening: Opening, at: datetime) -> Any:
    """The facts of an order at an instant, as they are derived; the name of what was raised instead."""
    try:
        return workflow.facts_of(opening.order, opening.request, at, policy)
    except Exception as error:  # a faulty derivation may raise anything
        return type(error).__name__


class Scene:
    """An opening, and the original's facts by instant, derived when first asked for. `looks`: the opening, a minute on, each change
    of the facts and a microsecond before it."""

    __slots__ = ("_facts", "_told", "looks", "opening")

    def __init__(self, opening: Opening, derive: Told, turns: Iterable[datetime]) -> None:
        self.opening, self._told = opening, derive
        self._facts: dict[datetime, Any] = {}
        self.looks = dict.fromkeys((opening.at, opening.at + timedelta(minutes=1), *around(turns)))

    def at(self, at: datetime) -> Any:
        """The original's facts at an instant."""
        if at not in self._facts:
            self._facts[at] = self._told(at)
        return self._facts[at]


def around(turns: Iterable[datetime]) -> Iterator[datetime]:
    """Each instant, and a microsecond before it."""
    for turn in turns:
        yield from (turn - drift.TICK, turn)


class Hints:
    """Where facts changed in the orders before, seen from the instants of these orders: so few looks do."""

    def __init__(self) -> None:
        self._right = Counter[Hint]()

    def learn(self, opening: Opening, turns: Iterable[datetime]) -> None:
        """That the facts of an order change there. Of what it may be counted from, that which fits other orders too comes to stand out."""
        for turn in turns:
            for name, value in _instants(opening):
                self._right.update((name, zone, turn - _based(value, zone)) for zone in ZONES)

    def of(self, opening: Opening) -> list[datetime]:
        """Where the facts of another order may change."""
        instants = dict(_instants(opening))
        hints = [hint for hint, _ in self._right.most_common(MOST_HINTS * 2) if hint[0] in instants][:MOST_HINTS]
        found = dict.fromkeys((*instants.values(), *(_based(instants[name], zone) + apart for name, zone, apart in hints)))
        return [at for at in found if at > opening.at]


def _instants(opening: Opening) -> Iterator[tuple[str, datetime]]:
    yield from ((name, value) for name in INSTANTS if (value := getattr(opening.order, name)) is not None)
    yield from ((f"evidence {number}", piece.at) for number, piece in enumerate(opening.request.evidence[:2]))


def _based(value: datetime, zone: tzinfo | None) -> datetime:
    return value if zone is None else datetime.combine(value.astimezone(zone).date(), time(0), zone)


def scenes(workflow: Workflow, policy: Policy) -> Iterator[Scene]:
    """All scenes of a workflow under a policy, those of all sorts first, since they tell most faults."""
    hints = Hints()
    for opening in (*_sorts(workflow, policy), *_days(workflow, policy), *_numbers(workflow, policy)):
        derive = partial(told, workflow, policy, opening)
        turns = drift.changes(derive, opening.at, hints.of(opening))
        hints.learn(opening, turns)
        yield Scene(opening, derive, turns)


def _sorts(workflow: Workflow, policy: Policy) -> Iterator[Opening]:
    """Openings of all sorts, amounts and lines varied too."""
    spread = Spread(workflow, policy, 0)
    for number in range(SORTS):
        opening = opening_with(Choices(Random(number).randbytes(OPENING_BYTES)), workflow, policy, spread.pick())
        yield opening
        if number % 2:
            yield from _trapped(opening)


def _days(workflow: Workflow, policy: Policy) -> Iterator[Opening]:
    """One order a day whose facts change by themselves, where there are such orders."""
    moving = tuple(dict.fromkeys(_moving(workflow, policy)))
    for day in range(DAYS if moving else 0):
        at = datetime.combine(FIRST + timedelta(days=day), HOURS[day % len(HOURS)], SHANGHAI)
        made = workflow.make_up(moving[day % len(moving)], at)
        if made is not None:
            yield Opening(*made, at)


def _moving(workflow: Workflow, policy: Policy) -> Iterator[Any]:
    spread = Spread(workflow, policy, 0)
    for _ in range(LOOKED):
        facts = spread.pick()
        made = workflow.make_up(facts, FIRST)
        if made is not None:
            opening = Opening(*made, FIRST)
            if told(workflow, policy, opening, FIRST) != told(workflow, policy, opening, FIRST + drift.HORIZON):
                yield facts


def _numbers(workflow: Workflow, policy: Policy) -> Iterator[Opening]:
    """Openings beside each number from which on their facts are others."""
    spread = Spread(workflow, policy, 0)
    made = (workflow.make_up(spread.pick(), FIRST) for _ in range(LOOKED))
    known = set()
    for found in thresholds(workflow, policy, [Opening(*one, FIRST) for one in made if one is not None]):
        changed = (found.dial.name, found.number, found.old)
        if changed not in known:
            known.add(changed)
            yield from (opening for opening in found.openings() if _opens(workflow, policy, opening))


def _opens(workflow: Workflow, policy: Policy, opening: Opening) -> bool:
    """Whether the original takes an order: beside a number may stand one that no order has."""
    try:
        workflow.bounds(policy).check(told(workflow, policy, opening, opening.at), "", "")
    except WorkflowError:
        return False
    return True


def _trapped(opening: Opening) -> Iterator[Opening]:
    """The opening with lines around the claimed one that differ from it in every trait."""
    line = opening.order.line(opening.request.sku)
    other = OrderLine(
        sku=f"{line.sku}-other",
        title=line.title,
        quantity=1,
        paid_fen=max(1, line.paid_fen),
        refunded_fen=0 if line.refunded_fen else line.paid_fen,
        no_reason_excluded=not line.no_reason_excluded,
        open_case=None if line.open_case else "OTHER",
        applications=0 if line.applications else 9,
        fresh=not line.fresh,
        electronic=not line.electronic,
    )
    pending = {"refunded_fen": 0, "pending_fen": 0 if line.pending_fen else line.paid_fen}
    more = OrderLine(**{**dict(other), **pending, "sku": f"{line.sku}-another"})
    try:
        order = Order(**{**dict(opening.order), "lines": (other, line, more)})
    except RefundFsmError:  # an order that holds no more
        return
    yield Opening(order, RefundRequest(**dict(opening.request)), opening.at)
