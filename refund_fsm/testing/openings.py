"""Owns the openings of cases: orders and requests drawn from the facts that a workflow can open with, then made varied.

Generic: the facts come from the workflow's facts class, the order that has them from its `example_of`. Amounts and instants are
then varied while the facts stay as drawn; what comes after the opening, and what no fact should depend on, is added
unasked, so that facts which look at it are caught. Must not know an order type, nor how a case is stepped.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import Any, TypeVar, get_args

from refund_fsm.errors import TooLong, WorkflowError
from refund_fsm.scenario import Opening
from refund_fsm.text import SHANGHAI
from refund_fsm.workflow import Domain, Evidence, EvidenceKind, Order, OrderLine, Policy, RefundRequest, Workflow, assignments

MAX_FACTS = 1 << 17  # sets of facts that a workflow may open with: more is not meant to be enumerated
FIRST_DAY = datetime(2025, 1, 6, tzinfo=SHANGHAI)  # a Monday
DAYS = 700  # so that most openings lie in published years of the calendar, and long cases run beyond them
LEAD = timedelta(days=10)  # before a special period, in which limits that end in it are begun
TIMES = (time(10), time(0), time(23, 59, 59, 999999), time(17, 30, 30))
GAPS = tuple(
    timedelta(**{unit: length}) for unit, length in (("minutes", 1), ("hours", 23), ("days", 1), ("days", 3), ("days", 6), ("days", 7))
)
SOON = (timedelta(microseconds=1), timedelta(minutes=1), timedelta(days=1), timedelta(days=3), timedelta(days=8))
BALANCES = (9900, 1, 100, 4999, 5000, 5001, 129_900)  # fen; the small amount of the policy (D6) and its neighbours among them
TAKEN = (0, 1, 2500)  # fen
TITLES = ("杯子", "连衣裙 M 码", "季卡会员")
DESCRIPTIONS = ("", "尺码偏小，想退掉。", "Cracked on arrival\nsee the photos", "🙂 想退")
EVIDENCE_KINDS: tuple[EvidenceKind, ...] = get_args(EvidenceKind)

GOLDEN = (math.sqrt(5) - 1) / 2

OPENING_BYTES = 48  # enough for every choice of an opening; choices beyond the last byte take the first option
T = TypeVar("T")


class Choices:
    """A string of bytes read as choices. A zero byte takes the first option, so options stand with the simplest first."""

    __slots__ = ("_data", "_place")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._place = 0

    def byte(self) -> int:
        """The next byte; 0 beyond the last."""
        self._place += 1
        return self._data[self._place - 1] if self._place <= len(self._data) else 0

    def pick(self, options: Sequence[T]) -> T:
        """One of the options: even for few of them, and every one of up to 65,536 can come up."""
        return options[(self.byte() | self.byte() << 8 if len(options) > 16 else self.byte()) % len(options)]

    def upto(self, most: int) -> int:
        """A whole number from 0 to `most`."""
        return self.pick(range(most + 1))


@dataclass(frozen=True, slots=True)
class Openings:
    """The facts that a workflow can open with. `fruitful` let the case leave its initial state other than to its end; `ships`:
    some of its orders hold goods that are shipped."""

    fruitful: tuple[Any, ...]
    barren: tuple[Any, ...]
    ships: bool


def openings_of(workflow: Workflow, policy: Policy) -> Openings:
    """All facts that some order has at an opening, in the order of their domains. `TooLong` beyond `MAX_FACTS`."""
    return _openings(workflow, tuple((one.name, one.start(policy)) for one in workflow.fact_fields))


@lru_cache(maxsize=64)
def _openings(workflow: Workflow, starts: tuple[tuple[str, Domain], ...]) -> Openings:
    number = math.prod(len(values) for _, values in starts)
    if number > MAX_FACTS:
        raise TooLong(f"workflow {workflow.key}: {number:,} sets of facts to open with; expected at most {MAX_FACTS:,}")
    onward = [r for r in workflow.rules if r.source.key == workflow.initial.key and not r.dest.final and not r.internal and not r.by_clock]
    fruitful: list[Any] = []
    barren: list[Any] = []
    ships = False
    for known in assignments([name for name, _ in starts], dict(starts)):
        facts = workflow.facts(**known)
        made_up = workflow.make_up(facts, FIRST_DAY)
        if made_up is None:
            continue
        ships = ships or made_up[0].shipped_at is not None
        leads = any(rule.holds(facts) for rule in onward)
        (fruitful if leads else barren).append(facts)
    if not fruitful and not barren:
        raise WorkflowError(f"workflow {workflow.key}", "example_of gives no order for any facts")
    return Openings(tuple(fruitful or barren), tuple(barren or fruitful), ships)


class Facts:
    """Facts to choose from, one field after the other: so each field is found at its first value that matters not, whatever the others
    are. A choice among whole facts, numbered, ends at some that none of its neighbours in number can replace."""

    __slots__ = ("_tree",)

    def __init__(self, facts: Sequence[Any], names: Sequence[str]) -> None:
        self._tree: dict[Any, Any] = {}
        for one in facts:
            here = self._tree
            for name in names:
                here = here.setdefault((type(getattr(one, name)), getattr(one, name)), {})
            here[None] = one

    def pick(self, choices: Choices) -> Any:
        """Facts; a field that has one value takes no byte."""
        here = self._tree
        while None not in here:  # ends: every round is one field deeper
            options = list(here)
            here = here[options[0] if len(options) == 1 else choices.pick(options)]
        return here[None]


@lru_cache(maxsize=64)
def _by_field(workflow: Workflow, starts: tuple[tuple[str, Domain], ...]) -> tuple[Facts, Facts]:
    known, names = _openings(workflow, starts), [name for name, _ in starts]
    return Facts(known.fruitful, names), Facts(known.barren, names)


def plain_opening_of(choices: Choices, workflow: Workflow, policy: Policy) -> Opening:
    """As `opening_of`, its facts chosen field by field, so that a failing test's opening becomes plain in every field that matters not."""
    fruitful, barren = _by_field(workflow, tuple((one.name, one.start(policy)) for one in workflow.fact_fields))
    return opening_with(choices, workflow, policy, (barren if choices.upto(7) == 7 else fruitful).pick(choices))


def opening_of(choices: Choices, workflow: Workflow, policy: Policy) -> Opening:
    """Seven in eight are fruitful. The simplest is the one that the workflow's `example_of` gives for its first fruitful facts."""
    known = openings_of(workflow, policy)
    return opening_with(choices, workflow, policy, choices.pick(known.barren if choices.upto(7) == 7 else known.fruitful))


class Spread:
    """Facts to open with, one after the other, spread evenly over all: seven in eight are fruitful. Steps of the golden section through a
    list never come near each other for long, so few of them lie among all values of each fact."""

    __slots__ = ("_barren", "_fruitful", "_taken")

    def __init__(self, workflow: Workflow, policy: Policy, start: int) -> None:
        known = openings_of(workflow, policy)
        self._fruitful, self._barren, self._taken = known.fruitful, known.barren, start

    def pick(self) -> Any:
        """The next facts."""
        self._taken += 1
        facts = self._barren if self._taken % 8 == 0 else self._fruitful
        return facts[int(self._taken * GOLDEN % 1.0 * len(facts))]


def opening_with(choices: Choices, workflow: Workflow, policy: Policy, facts: Any) -> Opening:
    """An opening with these facts: when, of how much, and what no fact should depend on."""
    at = datetime.combine(_day(choices, workflow, policy), choices.pick(TIMES), SHANGHAI)
    made_up = workflow.make_up(facts, at)
    if made_up is None or workflow.derive(*made_up, at, policy) != facts:
        raise WorkflowError(f"workflow {workflow.key}", f"example_of gives {made_up!r} at {at}, which has not the facts {facts!r}")
    opening = Opening(*made_up, at)
    for vary in (_amounts, _earlier):
        varied = vary(choices, opening) if choices.pick((False, True)) else opening
        if workflow.derive(*varied, policy) == facts:
            opening = varied
    for add in (_wording, _other_lines, _shipped_later if openings_of(workflow, policy).ships else _activated, _more_evidence):
        opening = add(choices, opening) if choices.pick((False, True)) else opening
    return opening


def _day(choices: Choices, workflow: Workflow, policy: Policy) -> datetime:
    """Any day; where special periods may move the table's limits, every second day is one from which a limit may end in such a period."""
    fields = {row.field for row in workflow.limit_rows} if policy.special else set()
    spans = dict.fromkeys((one.start, one.end) for one in policy.special if one.limit in fields)
    if spans and choices.upto(1):
        start, end = choices.pick(tuple(spans))
        return start - LEAD + timedelta(days=choices.upto(min(DAYS, (end - start + LEAD).days)))
    return FIRST_DAY + timedelta(days=choices.upto(DAYS))


def _changed(opening: Opening, order: dict[str, Any], request: dict[str, Any]) -> Opening:
    return Opening(Order(**{**dict(opening.order), **order}), RefundRequest(**{**dict(opening.request), **request}), opening.at)


def _with_line(opening: Opening, **changes: Any) -> tuple[OrderLine, ...]:
    """The order's lines with the claimed one changed."""
    return tuple(OrderLine(**{**dict(line), **changes}) if line.sku == opening.request.sku else line for line in opening.order.lines)


def _wording(choices: Choices, opening: Opening) -> Opening:
    order = {
        "id": choices.pick(("P-20260213-0001", "订单 7")),
        "payment_method": choices.pick(("wechat", "alipay", "bank_card")),
        "freight_insurance": choices.pick((False, True)),
        "lines": _with_line(opening, title=choices.pick(TITLES), quantity=1 + choices.upto(2)),
    }
    return _changed(opening, order, {"description": choices.pick(DESCRIPTIONS)})


def _amounts(choices: Choices, opening: Opening) -> Opening:
    """Other amounts that stand to each other as before: within the balance, or beyond it."""
    asked, had = opening.request.amount_fen, opening.order.line(opening.request.sku).balance_fen
    beyond = had < (had or 1 if asked is None else asked)
    balance = 0 if beyond and choices.pick((False, True)) else choices.pick(BALANCES)
    refunded, pending = choices.pick(TAKEN), choices.pick(TAKEN)
    lines = _with_line(opening, paid_fen=balance + refunded + pending, refunded_fen=refunded, pending_fen=pending)
    amounts = ((None, 1) if balance == 0 else (balance + 1, balance + 10_000)) if beyond else (None, balance, max(1, balance // 2))
    return _changed(opening, {"lines": lines}, {"amount_fen": choices.pick(amounts)})


def _other_lines(choices: Choices, opening: Opening) -> Opening:
    """Items that nobody claims, before and after the one that is."""
    others = tuple(
        OrderLine(
            sku=f"{opening.request.sku}-{number}",
            title=choices.pick(TITLES),
            quantity=number,
            paid_fen=choices.pick(BALANCES),
            no_reason_excluded=choices.pick((False, True)),
            open_case=choices.pick((None, "RC-of-another-line")),
        )
        for number in range(1, 2 + choices.upto(2))
    )
    before = choices.upto(len(others))
    return _changed(opening, {"lines": (*others[:before], *opening.order.lines, *others[before:])}, {})


def _earlier(choices: Choices, opening: Opening) -> Opening:
    """What has happened to the order happened earlier, and not all at once."""
    moved: dict[str, datetime] = {}
    latest = opening.at
    for name in ("signed_at", "shipped_at", "paid_at"):
        value = getattr(opening.order, name)
        if value is not None:
            latest = moved[name] = min(value, latest) - choices.pick((timedelta(0), *GAPS))
    return _changed(opening, dict(moved), {})


def _shipped_later(choices: Choices, opening: Opening) -> Opening:
    """The order knows what comes after the opening (a simulation does)."""
    order, then = opening.order, opening.at + choices.pick(SOON)
    signed = choices.pick((None, *SOON))
    if order.shipped_at is None:
        return _changed(opening, {"shipped_at": then, "signed_at": None if signed is None else then + signed}, {})
    return opening if order.signed_at is not None else _changed(opening, {"signed_at": then}, {})


def _activated(choices: Choices, opening: Opening) -> Opening:
    since = choices.pick((opening.order.paid_at, opening.at, opening.at + SOON[2]))
    return _changed(opening, {"activated_at": since}, {})


def _more_evidence(choices: Choices, opening: Opening) -> Opening:
    """Further evidence, brought before the opening or after it."""
    at = opening.at + choices.pick((-SOON[1], *SOON))
    kind = choices.pick(EVIDENCE_KINDS)
    more = Evidence(kind=kind, by=choices.pick(("buyer", "merchant")), at=at, note=choices.pick(DESCRIPTIONS))
    return _changed(opening, {}, {"evidence": (*opening.request.evidence, more)})
