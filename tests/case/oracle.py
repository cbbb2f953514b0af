"""A plain reading of rules.md §§ 3, 4, 6 and 7, written anew: facts as dictionaries, days counted one by one, tables by hand.

Imports nothing of the package that it checks; only reads the attributes of the orders, requests and policies it is given.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from typing import Any

import chinese_calendar

from tests.case.tables_by_hand import LIMITS, ROWS, Row

Facts = dict[str, Any]
HERE = timezone(timedelta(hours=8))
FINAL = {"refunded", "closed", "cancelled"}
FAULTS = {"quality", "damaged", "not_as_described", "wrong_item", "not_received"}
FILING = {"contact_merchant", "submit", "contact_support"}


def holds(guard: str, f: Facts) -> bool:
    """Rules.md § 4, one sentence after the other."""
    match guard:
        case "kind_fits":
            return _kind_fits(f)
        case "window_open":
            if f["reason"] in FAULTS | {"not_shipped"} or f["goods"] == "not_shipped":
                return True
            return not f["excluded"] and (f["goods"] == "in_transit" or f["in_window"] or f["window_kept"])
        case "amount_within_balance":
            return bool(f["amount_ok"])
        case "no_other_case":
            return not f["other_case_open"]
        case "wants_refund_only":
            return bool(f["kind"] == "refund_only")
        case "wants_return":
            return bool(f["kind"] == "return_and_refund")
        case "attempts_remain":
            return bool(f["attempts_left"] > 0)
        case "evidence_askable":
            return bool(f["evidence_requests_left"] > 0)
        case "goods_settled":
            return bool(f["kind"] == "refund_only" or f["goods_returned"])
        case "goods_with_buyer":
            return bool(f["kind"] == "return_and_refund" and not f["goods_returned"])
        case "not_yet_negotiated":
            return not f["negotiated"]
        case "silence_approves":
            return bool(f["on_merchant_silence"] == "approve")
        case "silence_escalates":
            return bool(f["on_merchant_silence"] == "escalate")
        case "ground_is_refundable":
            mistaken = f["reason"] == "wrong_purchase" and not f["benefits_used"]
            unused = f["reason"] == "unused" and not f["benefits_used"] and f["found_at_once"]
            return mistaken or unused or f["reason"] == "platform_fault"
    raise AssertionError(guard)


def _kind_fits(f: Facts) -> bool:
    kind, reason, goods = f["kind"], f["reason"], f["goods"]
    fits = reason in FAULTS or goods == "not_shipped" if kind == "refund_only" else goods in ("in_transit", "signed")
    if reason == "not_shipped":
        return fits and goods == "not_shipped"
    if reason == "not_received":
        return fits and kind == "refund_only" and goods in ("in_transit", "signed")
    return fits and (reason not in FAULTS or goods == "signed")


def step(
    order_type: str, state: str, facts: Facts, event: str, by: str, details: Mapping[str, Any]
) -> tuple[Row, Facts] | tuple[str, tuple[str, ...]]:
    """The row that fires and the facts after it; or the code of the refusal (time aside), and all guards that fail.

    A clock event is judged as if its limit had come: who calls it knows the instant.
    """
    rows = ROWS[order_type]
    if not any(row.event == event for row in rows):
        return "unknown_event", ()
    if state in FINAL:
        return "case_final", ()
    here = [row for row in rows if row.event == event and row.source == state]
    if not here:
        return "wrong_state", ()
    if here[0].actor != by:
        return "wrong_actor", ()
    if any(not _given(details.get(need)) for need in here[0].needs):
        return "missing_detail", ()
    for row in here:
        if all(holds(guard, facts) for guard in row.guards):
            return row, _after(row, facts)
    return "guard_failed", tuple(dict.fromkeys(guard for row in here for guard in row.guards if not holds(guard, facts)))


def _given(value: Any) -> bool:
    return value is not None and value != () and (not isinstance(value, str) or value.strip() != "")


def _after(row: Row, facts: Facts) -> Facts:
    after = dict(facts)
    for effect in row.effects:
        if effect.endswith("-"):
            after[effect[:-1]] -= 1
        elif effect.endswith("?"):
            after[effect[:-1]] = facts["goods"] == "signed" and facts["in_window"]
        else:
            after[effect] = True
    return after


def facts_at(order_type: str, order: Any, request: Any, at: datetime, policy: Any) -> Facts:
    """Rules.md § 3."""
    (line,) = [one for one in order.lines if one.sku == request.sku]
    balance = line.paid_fen - line.refunded_fen - line.pending_fen
    amount = balance if request.amount_fen is None else request.amount_fen
    facts: Facts = {
        "reason": request.reason,
        "amount_ok": amount > 0 and amount <= balance,
        "other_case_open": line.open_case is not None,
        "has_evidence": len([piece for piece in request.evidence if piece.at <= at]) > 0,
    }
    if order_type != "third_party":
        facts["evidence_requests_left"] = policy.max_evidence_requests
    if order_type == "virtual":
        facts["benefits_used"] = order.benefits_used
        facts["found_at_once"] = (at - order.paid_at).total_seconds() < policy.found_at_once_hours * 3600
        return facts
    goods = "not_shipped"
    if order.shipped_at is not None and at >= order.shipped_at:
        goods = "in_transit"
    if order.signed_at is not None and at >= order.signed_at:
        goods = "signed"
    facts |= {"kind": request.kind, "goods": goods, "excluded": line.no_reason_excluded, "attempts_left": policy.max_resubmissions}
    facts["in_window"] = goods != "signed" or day_of(at) <= last_day_of_window(day_of(order.signed_at), policy)
    facts |= {"window_kept": False, "goods_returned": False}
    if order_type == "third_party":
        facts |= {"negotiated": False, "on_merchant_silence": policy.on_merchant_silence}
    return facts


def day_of(at: datetime) -> date:
    """The day in Shanghai."""
    return at.astimezone(HERE).date()


def works(day: date) -> bool:
    """Whether people work on that day: published years by their calendar, later ones by the week."""
    if day.year > 2026:
        return day.weekday() < 5
    return bool(chinese_calendar.is_workday(day))  # type: ignore[no-untyped-call]  # the package has no types


def last_day_of_window(signed: date, policy: Any) -> date:
    """Day 1 is the day of signing (D4) or the next (L3); with roll-over no last day is a day off (L4)."""
    day = signed if policy.window_starts == "signing_day" else signed + timedelta(days=1)
    for _ in range(policy.no_reason_days - 1):
        day += timedelta(days=1)
    while policy.roll_over and not works(day):  # ends: no run of days off lasts a month
        day += timedelta(days=1)
    return day


def end_of(start: datetime, field: str, policy: Any, *, roll_over: bool = False) -> datetime:
    """When a count from `start` ends (rules.md § 6), days counted one by one."""
    value = getattr(policy, field)
    length = getattr(value, "at_most", value)
    if field.endswith("_hours"):
        return start + timedelta(hours=length)
    day, left = day_of(start), length
    while left:  # ends: no run of days off lasts a month
        day += timedelta(days=1)
        if works(day) or not field.endswith("_working_days"):
            left -= 1
    while roll_over and not works(day):  # the same
        day += timedelta(days=1)
    return datetime(day.year, day.month, day.day, tzinfo=HERE) + timedelta(days=1)


@dataclass
class Plain:
    """A case by the plain reading: it changes in place, and `tell` answers None or the code of the refusal with the failed guards."""

    order_type: str
    order: Any
    request: Any
    now: datetime
    policy: Any
    state: str = "draft"
    facts: Facts = field(default_factory=dict)
    since: datetime | None = None
    received: datetime | None = None
    breached: bool = False
    kept: Facts = field(default_factory=dict)
    paid_fen: int = 0
    log: list[tuple[datetime, str, str, datetime | None]] = field(default_factory=list)  # instant, rule, state after, breach

    def __post_init__(self) -> None:
        self.facts = facts_at(self.order_type, self.order, self.request, self.now, self.policy)

    def twin(self) -> Plain:
        """Another case of the same past."""
        twin = copy.copy(self)
        twin.kept, twin.log = dict(self.kept), list(self.log)
        return twin

    def _group(self, state: str) -> str | None:
        return next((group for group in LIMITS[self.order_type] if state in group.split()), None)

    @property
    def due(self) -> datetime | None:
        """When the limit of the present state is reached."""
        group = self._group(self.state)
        return None if group is None else end_of(self.since or self.now, LIMITS[self.order_type][group], self.policy)

    @property
    def statutory(self) -> datetime | None:
        """When the law's seven days after the receipt end (L1)."""
        return self.received and end_of(self.received, "statutory_refund_days", self.policy, roll_over=self.policy.roll_over)

    @property
    def _enforced(self) -> str | None:
        """The clock's event in the present state."""
        return next((row.event for row in ROWS[self.order_type] if row.source == self.state and row.actor == "clock"), None)

    def run(self, to: datetime) -> str | None:
        """Lets the clock run: the last clock event that fires."""
        fired = None
        while self._enforced and self.due is not None and self.due <= to:  # ends: every round needs a later instant
            fired, at = self._enforced, self.due
            found = step(self.order_type, self.state, self.facts, fired, "clock", {})
            assert isinstance(found[0], Row) and isinstance(found[1], dict), found
            self._move(found[0], self.facts, found[1], at)
        self.now = to
        return fired

    def tell(self, event: str, at: datetime, by: str, details: Mapping[str, Any]) -> tuple[str, tuple[str, ...]] | None:
        """An event: None when it is taken. Nothing but the passing of the clock changes when it is not."""
        known = any(row.event == event for row in ROWS[self.order_type])
        if at < self.now and known and self.state not in FINAL:
            return "time_reversed", ()
        if self.run(max(at, self.now)) == event and by == "clock":
            return None
        facts = self.facts
        if event in FILING:
            facts = {**facts_at(self.order_type, self.order, self.request, at, self.policy), **self.kept}
        found = step(self.order_type, self.state, facts, event, by, details)
        if isinstance(found[0], str):
            return found[0], tuple(found[1])
        if by == "clock":
            return "not_due", ()
        self._move(found[0], facts, dict(found[1]), at)
        return None

    def _move(self, row: Row, before: Facts, after: Facts, at: datetime) -> None:
        breach = self.due if self.due is not None and not self._enforced and not self.breached and self.due <= at else None
        self.breached = self.breached or breach is not None
        self.kept |= {name: value for name, value in after.items() if value != before[name]}
        group = self._group(row.dest)
        if row.dest != row.source and (group is None or group != self._group(row.source)):
            self.since, self.breached = at, False
        if row.dest == "received" and self.received is None and self.order_type != "virtual":
            self.received = at
        if row.event == "refund_paid":
            line = next(one for one in self.order.lines if one.sku == self.request.sku)
            balance = line.paid_fen - line.refunded_fen - line.pending_fen
            self.paid_fen += balance if self.request.amount_fen is None else self.request.amount_fen
        self.state, self.facts, self.now = row.dest, after, at
        self.log.append((at, row.id, row.dest, breach))
