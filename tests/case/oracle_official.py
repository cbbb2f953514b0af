"""A plain reading of official.md, the platform's own rules for shops: facts, guards, limits with special periods, and a case that steps.

Imports nothing of the package that it checks, and takes orders and requests as dictionaries, so that it runs without the package too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from typing import Any

from tests.case.official_by_hand import DAYS_OFF, EVENTS, FIRST_DAY, LAST_DAY, LENGTHS, LIMIT_ROWS, MADE_UP, ROWS, SPECIALS, Row, Special

Facts = dict[str, Any]
HERE = timezone(timedelta(hours=8))  # Shanghai knows no summer time in these years

AFTER_SALE_DAYS, ELECTRONIC_AFTER_SALE_DAYS = 30, 15
MAX_APPLICATIONS = 5
EXTENSION = timedelta(days=7)
FAST_REFUND_FEN = 200_000
DEAR_FEN = 20_000
STATUTORY_DAYS = 7
FINAL = {"refunded", "closed", "cancelled", "exchanged"}
FAULTS = {"quality", "damaged", "not_as_described", "wrong_item", "not_received"}


@dataclass(frozen=True)
class Due:
    """Where the running limit ends, by which row and which special row, and what the clock then does (None: a breach)."""

    at: datetime
    field: str
    special: Special | None
    clock: str | None


@dataclass(frozen=True)
class Fired:
    """A step: when, which rule, where it led, the breach that it found (its instant), and the limit that ran before it."""

    at: datetime
    rule: str
    state: str
    breach: datetime | None
    due: Due | None


def holds(guard: str, f: Facts) -> bool:
    """The guards of official.md § 2, and those of rules.md § 4 that the table names."""
    match guard:
        case "kind_fits":
            return _kind_fits(f)
        case "period_open":
            return bool(f["in_period"])
        case "applications_remain":
            return bool(f["may_apply"])
        case "amount_within_balance":
            return bool(f["amount_ok"])
        case "no_other_case":
            return not f["other_case_open"]
        case "unshipped":
            return bool(f["goods"] == "not_shipped")
        case "shipped":
            return bool(f["goods"] != "not_shipped")
        case "wants_refund_only":
            return bool(f["kind"] == "refund_only")
        case "wants_return":
            return bool(f["kind"] == "return_and_refund")
        case "wants_exchange":
            return bool(f["kind"] == "exchange")
        case "wants_goods_back":
            return bool(f["kind"] != "refund_only")
        case "may_refund_at_once":
            return bool(f["fast_refundable"])
        case "seven_day_goods":
            return not f["excluded"]
    return _holds_on_the_way(guard, f)


def _holds_on_the_way(guard: str, f: Facts) -> bool:
    """The guards of what comes after the review."""
    match guard:
        case "silence_steps_in":
            return bool(f["kind"] == "exchange" and f["dear"])
        case "silence_pays":
            return not (f["kind"] == "exchange" and f["dear"])
        case "not_yet_extended":
            return not f["extended"]
        case "has_extension":
            return bool(f["extended"])
        case "is_fresh":
            return bool(f["line_class"] == "fresh")
        case "is_cross_border":
            return bool(f["line_class"] == "cross_border")
        case "exchange_was_sent":
            return bool(f["exchange_sent"])
        case "no_exchange_sent":
            return not f["exchange_sent"]
        case "goods_settled":
            return bool(f["kind"] == "refund_only" or f["goods_returned"])
        case "goods_with_buyer":
            return bool(f["kind"] != "refund_only" and (not f["goods_returned"] or f["exchange_sent"]))
    raise AssertionError(guard)


def _kind_fits(f: Facts) -> bool:
    kind, reason, goods = f["kind"], f["reason"], f["goods"]
    if kind != "refund_only" and f["line_class"] == "electronic":
        return False
    if kind == "exchange" and (goods != "signed" or reason in ("not_shipped", "not_received")):
        return False
    fits = reason in FAULTS or goods == "not_shipped" if kind == "refund_only" else goods in ("in_transit", "signed")
    if reason == "not_shipped":
        return fits and goods == "not_shipped"
    if reason == "not_received":
        return fits and kind == "refund_only" and goods in ("in_transit", "signed")
    return fits and (reason not in FAULTS or goods == "signed")


def claimed(order: Mapping[str, Any], request: Mapping[str, Any]) -> int:
    """The amount asked for, or what is left of the line."""
    amount: int | None = request.get("amount_fen")
    return _balance(_line(order, request)) if amount is None else amount


def _line(order: Mapping[str, Any], request: Mapping[str, Any]) -> Mapping[str, Any]:
    found: list[Mapping[str, Any]] = [line for line in order["lines"] if line["sku"] == request["sku"]]
    return found[0]


def _balance(line: Mapping[str, Any]) -> int:
    return int(line["paid_fen"]) - int(line.get("refunded_fen", 0)) - int(line.get("pending_fen", 0))


def _class(order: Mapping[str, Any], line: Mapping[str, Any]) -> str:
    if line.get("electronic", False):
        return "electronic"
    if order.get("cross_border", False):
        return "cross_border"
    return "fresh" if line.get("fresh", False) else "ordinary"


def _goods(order: Mapping[str, Any], at: datetime) -> str:
    shipped, signed = order.get("shipped_at"), order.get("signed_at")
    if signed is not None and signed <= at:
        return "signed"
    return "in_transit" if shipped is not None and shipped <= at else "not_shipped"


def _in_period(order: Mapping[str, Any], line: Mapping[str, Any], at: datetime) -> bool:
    if _goods(order, at) != "signed":
        return True
    days = ELECTRONIC_AFTER_SALE_DAYS if line.get("electronic", False) else AFTER_SALE_DAYS
    return at < end_of_day(day_of(order["signed_at"]) + timedelta(days=days))


def _fast(order: Mapping[str, Any], request: Mapping[str, Any], at: datetime) -> bool:
    """R15 before the goods are shipped, R20 while they are on their way."""
    line, goods, special = _line(order, request), _goods(order, at), order.get("special_order", False)
    if goods == "not_shipped":
        return not special
    asked = request["kind"] == "refund_only" and request["reason"] == "not_received" and goods == "in_transit"
    barred = line.get("no_reason_excluded", False) or order.get("cross_border", False) or special
    return asked and claimed(order, request) <= FAST_REFUND_FEN and not barred


def facts_at(order: Mapping[str, Any], request: Mapping[str, Any], at: datetime) -> Facts:
    """Official.md § 2: what is derived at the opening and at `submit`."""
    line = _line(order, request)
    return {
        "kind": request["kind"],
        "reason": request["reason"],
        "goods": _goods(order, at),
        "excluded": bool(line.get("no_reason_excluded", False)),
        "amount_ok": 0 < claimed(order, request) <= _balance(line),
        "other_case_open": line.get("open_case") is not None,
        "has_evidence": any(piece["at"] <= at for piece in request.get("evidence", ())),
        "in_period": _in_period(order, line, at),
        "may_apply": line.get("applications", 0) < MAX_APPLICATIONS,
        "line_class": _class(order, line),
        "fast_refundable": _fast(order, request, at),
        "dear": sum(one["paid_fen"] for one in order["lines"]) > DEAR_FEN,
        "goods_returned": False,
        "exchange_sent": False,
        "extended": False,
    }


def day_of(at: datetime) -> date:
    """The day in Shanghai."""
    return at.astimezone(HERE).date()


def end_of_day(day: date) -> datetime:
    """24:00, that is 00:00 of the next day."""
    return datetime.combine(day + timedelta(days=1), time(), HERE)


def works(day: date) -> bool:
    """Whether people work on that day."""
    assert FIRST_DAY <= day <= LAST_DAY, f"{day} is in no list"
    return str(day) in MADE_UP or (day.weekday() < 5 and str(day) not in DAYS_OFF)


def last_day(start: datetime, days: int) -> date:
    """The n-th day after the day of the start."""
    return day_of(start) + timedelta(days=days)


def last_working_day(start: datetime, days: int) -> date:
    """The n-th working day after the day of the start, counted one by one."""
    day = day_of(start)
    while days:  # ends: no run of days off lasts a fortnight
        day += timedelta(days=1)
        days -= works(day)
    return day


def counted(name: str, start: datetime, facts: Facts) -> tuple[datetime, Special | None]:
    """Where a limit of that field ends that began at `start`, and the special row that says so."""
    length = LENGTHS[name]
    if name.endswith("_hours"):
        ordinary = lies = start + timedelta(hours=length)
    else:
        last = last_working_day(start, length) if name.endswith("_working_days") else last_day(start, length)
        ordinary, lies = end_of_day(last), datetime.combine(last, time(), HERE)
    for row in SPECIALS:
        if row.field == name and row.first <= lies < row.before and (not row.guard or holds(row.guard, facts)):
            return max(ordinary, end_of_day(last_day(start, row.days))), row
    return ordinary, None


def _group(state: str) -> list[str]:
    """The states that share a count with it."""
    return next((states for states, _, _ in LIMIT_ROWS if state in states), [state])


def _given(value: Any) -> bool:
    return bool(value.strip()) if isinstance(value, str) else bool(value)


@dataclass
class OfficialReading:
    """A case by the plain reading. It changes in place; a refused event changes nothing at all."""

    order: Mapping[str, Any]
    request: Mapping[str, Any]
    now: datetime
    state: str = "draft"
    facts: Facts = field(default_factory=dict)
    entered: datetime | None = None  # where the running count began
    told: Due | None = None
    breached: bool = False  # whether a step has recorded the breach of this count
    returned_at: datetime | None = None  # where the count of the law began
    paid_fen: int = 0
    failed: tuple[str, ...] = ()  # the guards that barred the last event
    steps: list[Fired] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.facts = facts_at(self.order, self.request, self.now)

    def due(self) -> Due | None:
        """The running limit, passed or not."""
        return self.told

    def statutory(self) -> datetime | None:
        """When the seven days of the law end, counted from the first receipt of a return."""
        return None if self.returned_at is None else end_of_day(last_day(self.returned_at, STATUTORY_DAYS))

    def advance(self, to: datetime) -> str | None:
        """Lets clock rules fire one after another, each at its own instant: the event of the last one."""
        assert to >= self.now
        fired = None
        while self.told is not None and self.told.clock is not None and self.told.at <= to:  # ends: every limit has a length
            fired = self.told.clock
            self._move(next(row for row in self.rows(fired) if self.fires(row, self.facts)), self.facts, self.told.at)
        self.now = to
        return fired

    def apply(self, event: str, at: datetime, by: str, details: Mapping[str, Any]) -> str:
        """The id of the rule that fires, or the code of the refusal."""
        self.failed = ()
        before, length = dict(vars(self)), len(self.steps)
        refused = self._refused(event, at, by, details)
        if refused is None:
            return self.steps[-1].rule
        vars(self).update({**before, "failed": self.failed})
        del self.steps[length:]
        return refused

    def rows(self, event: str) -> list[Row]:
        """The rules of that event here."""
        return [row for row in ROWS if row.event == event and row.source == self.state]

    @staticmethod
    def fires(row: Row, facts: Facts) -> bool:
        """Whether all its guards hold."""
        return all(holds(guard, facts) for guard in row.guards)

    def _refused(self, event: str, at: datetime, by: str, details: Mapping[str, Any]) -> str | None:
        """Does it, and answers None; or why not, when things may have moved."""
        if event not in EVENTS:
            return "unknown_event"
        if self.state in FINAL:
            return "case_final"
        if at < self.now:
            return "time_reversed"
        if self.advance(at) == event and by == "clock":
            return None
        if self.state in FINAL:
            return "case_final"
        here = self.rows(event)
        if not here:
            return "wrong_state"
        if by != EVENTS[event]:
            return "wrong_actor"
        if by == "clock":
            return "not_due"
        if not all(_given(details.get(need)) for need in here[0].needs):
            return "missing_detail"
        facts = facts_at(self.order, self.request, at) if event == "submit" else self.facts
        firing = [row for row in here if self.fires(row, facts)]
        assert len(firing) < 2, f"{firing} clash"
        if not firing:
            barring = [guard for row in here for guard in row.guards if not holds(guard, facts)]
            self.failed = tuple(dict.fromkeys(barring))
            return "guard_failed"
        self._move(firing[0], facts, at)
        return None

    def _move(self, row: Row, facts: Facts, at: datetime) -> None:
        due = self.told
        breach = due.at if due is not None and due.clock is None and not self.breached and due.at <= at else None
        after = _after(row, facts)
        stays, changed = row.dest in _group(self.state), after != self.facts
        self.breached = self.breached or breach is not None
        self.state, self.facts, self.now = row.dest, after, at
        if not stays:
            self.entered, self.breached = at, False
            self.told = self._count()
        elif changed:
            self.told = self._later(self._count())
        self._ends(row, at)
        self.steps.append(Fired(at, row.id, row.dest, breach, due))

    def _ends(self, row: Row, at: datetime) -> None:
        """What a step does beside the limit: the money, and the clock of the law."""
        if row.event == "refund_paid":
            self.paid_fen += claimed(self.order, self.request)
        if row.dest == "received" and self.returned_at is None and holds("wants_return", self.facts):
            self.returned_at = at

    def _count(self) -> Due | None:
        """The limit of this state under these facts, from where its count began."""
        fit = (name for states, guards, name in LIMIT_ROWS if self.state in states and all(holds(guard, self.facts) for guard in guards))
        name = next(fit, None)
        if name is None or self.entered is None:
            return None
        at, special = counted(name, self.entered, self.facts)
        if self.state == "return_shipped" and self.facts["extended"]:
            at += EXTENSION
        clock = next((row.event for row in ROWS if row.source == self.state and row.actor == "clock"), None)
        return Due(at, name, special, clock)

    def _later(self, found: Due | None) -> Due | None:
        """An update of the running limit: never before what was told, nor before now; one that changes nothing is none."""
        if found is None or self.told is None or found.at == self.told.at:
            return found
        return Due(max(found.at, self.told.at, self.now), found.field, found.special, found.clock)


def _after(row: Row, facts: Facts) -> Facts:
    """The facts that a rule leaves."""
    if not row.effect:
        return facts
    if row.effect == "a_return_again":
        return {**facts, "kind": "return_and_refund", "goods_returned": False, "exchange_sent": False, "extended": False}
    return {**facts, row.effect: True}
