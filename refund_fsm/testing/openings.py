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

MAX_FACTS = 1 << 16  # sets of facts that a workflow may open with: more is not meant to be enumerated
FIRST_DAY = datetime(2025, 1, 6, tzinfo=SHANGHAI)  # a Monday
DAYS = 700  # so that most openings lie in published years of the calendar, and long cases run beyond them
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

OPENING_BYTES = 48  # enough for every choice of an opening; choices beyond the last byte take the first option
T = TypeVar("T")


class Script:
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
        example = workflow.example_of(facts, FIRST_DAY)
        if example is None:
            continue
        ships = ships or example[0].shipped_at is not None
        leads = any(all(guard(facts) for guard in rule.when) for rule in onward)
        (fruitful if leads else barren).append(facts)
    if not fruitful and not barren:
        raise WorkflowError(f"workflow {workflow.key}", "example_of gives no order for any facts")
    return Openings(tuple(fruitful or barren), tuple(barren or fruitful), ships)


def opening_of(script: Script, workflow: Workflow, policy: Policy) -> Opening:
    """Seven in eight are fruitful. The simplest is the workflow's own example of its first fruitful facts."""
    known = openings_of(workflow, policy)
    facts = script.pick(known.barren if script.upto(7) == 7 else known.fruitful)
    at = datetime.combine(FIRST_DAY + timedelta(days=script.upto(DAYS)), script.pick(TIMES), SHANGHAI)
    example = workflow.example_of(facts, at)
    if example is None or workflow.facts_of(*example, at, policy) != facts:
        raise WorkflowError(f"workflow {workflow.key}", f"example_of gives {example!r} at {at}, which has not the facts {facts!r}")
    opening = Opening(*example, at)
    for vary in (_amounts, _earlier):
        varied = vary(script, opening) if script.pick((False, True)) else opening
        if workflow.facts_of(*varied, policy) == facts:
            opening = varied
    for add in (_wording, _other_lines, _shipped_later if known.ships else _activated, _more_evidence):
        opening = add(script, opening) if script.pick((False, True)) else opening
    return opening


def _changed(opening: Opening, order: dict[str, Any], request: dict[str, Any]) -> Opening:
    return Opening(Order(**{**dict(opening.order), **order}), RefundRequest(**{**dict(opening.request), **request}), opening.at)


def _with_line(opening: Opening, **changes: Any) -> tuple[OrderLine, ...]:
    """The order's lines with the claimed one changed."""
    return tuple(OrderLine(**{**dict(line), **changes}) if line.sku == opening.request.sku else line for line in opening.order.lines)


def _wording(script: Script, opening: Opening) -> Opening:
    order = {
        "id": script.pick(("P-20260213-0001", "订单 7")),
        "payment_method": script.pick(("wechat", "alipay", "bank_card")),
        "freight_insurance": script.pick((False, True)),
        "lines": _with_line(opening, title=script.pick(TITLES), quantity=1 + script.upto(2)),
    }
    return _changed(opening, order, {"description": script.pick(DESCRIPTIONS)})


def _amounts(script: Script, opening: Opening) -> Opening:
    """Other amounts that stand to each other as before: within the balance, or beyond it."""
    asked, had = opening.request.amount_fen, opening.order.line(opening.request.sku).balance_fen
    beyond = had < (had or 1 if asked is None else asked)
    balance = 0 if beyond and script.pick((False, True)) else script.pick(BALANCES)
    refunded, pending = script.pick(TAKEN), script.pick(TAKEN)
    lines = _with_line(opening, paid_fen=balance + refunded + pending, refunded_fen=refunded, pending_fen=pending)
    amounts = ((None, 1) if balance == 0 else (balance + 1, balance + 10_000)) if beyond else (None, balance, max(1, balance // 2))
    return _changed(opening, {"lines": lines}, {"amount_fen": script.pick(amounts)})


def _other_lines(script: Script, opening: Opening) -> Opening:
    """Items that nobody claims, before and after the one that is."""
    others = tuple(
        OrderLine(
            sku=f"{opening.request.sku}-{number}",
            title=script.pick(TITLES),
            quantity=number,
            paid_fen=script.pick(BALANCES),
            no_reason_excluded=script.pick((False, True)),
            open_case=script.pick((None, "RC-of-another-line")),
        )
        for number in range(1, 2 + script.upto(2))
    )
    before = script.upto(len(others))
    return _changed(opening, {"lines": (*others[:before], *opening.order.lines, *others[before:])}, {})


def _earlier(script: Script, opening: Opening) -> Opening:
    """What has happened to the order happened earlier, and not all at once."""
    moved: dict[str, datetime] = {}
    latest = opening.at
    for name in ("signed_at", "shipped_at", "paid_at"):
        value = getattr(opening.order, name)
        if value is not None:
            latest = moved[name] = min(value, latest) - script.pick((timedelta(0), *GAPS))
    return _changed(opening, dict(moved), {})


def _shipped_later(script: Script, opening: Opening) -> Opening:
    """The order knows what comes after the opening (a simulation does)."""
    order, then = opening.order, opening.at + script.pick(SOON)
    signed = script.pick((None, *SOON))
    if order.shipped_at is None:
        return _changed(opening, {"shipped_at": then, "signed_at": None if signed is None else then + signed}, {})
    return opening if order.signed_at is not None else _changed(opening, {"signed_at": then}, {})


def _activated(script: Script, opening: Opening) -> Opening:
    since = script.pick((opening.order.paid_at, opening.at, opening.at + SOON[2]))
    return _changed(opening, {"activated_at": since}, {})


def _more_evidence(script: Script, opening: Opening) -> Opening:
    """Further evidence, brought before the opening or after it."""
    at = opening.at + script.pick((-SOON[1], *SOON))
    kind = script.pick(EVIDENCE_KINDS)
    more = Evidence(kind=kind, by=script.pick(("buyer", "merchant")), at=at, note=script.pick(DESCRIPTIONS))
    return _changed(opening, {}, {"evidence": (*opening.request.evidence, more)})
