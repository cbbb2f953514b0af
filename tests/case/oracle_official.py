"""A plain reading of official.md, the platform's own rules for shops: its table, limits, special periods, facts and guards, by hand.

Imports nothing of the package that it checks, and takes orders and requests as dictionaries, so that it runs without the package too.
Days off are a list of its own: what the State Council's notice on the holidays of 2026 says (published 2025-11-04).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from typing import Any

Facts = dict[str, Any]
HERE = timezone(timedelta(hours=8))  # Shanghai knows no summer time in these years

# event | actor | from → to (`=` stays) | guards | needs | what the facts become
TABLE = """
submit | buyer | draft → requested | kind_fits period_open applications_remain amount_within_balance no_other_case | |
fast_refund | platform | requested → refunding | wants_refund_only may_refund_at_once | |
approve_refund | merchant | requested → refunding | wants_refund_only | |
refund_without_return | merchant | requested → refunding | wants_return | |
approve_return | merchant | requested → awaiting_return | wants_goods_back | |
reject | merchant | requested → rejected | shipped | note |
refuse_by_shipping | merchant | requested → closed | unshipped | tracking_no |
review_timeout | clock | requested → refunding | wants_refund_only | |
review_timeout | clock | requested → awaiting_return | wants_goods_back | |
ship_return | buyer | awaiting_return → return_shipped | | tracking_no | goods_returned
return_timeout | clock | awaiting_return → closed | | |
fast_refund_on_return | platform | return_shipped → refunding | wants_return seven_day_goods | note |
extend_receipt | merchant | return_shipped → = | not_yet_extended | | extended
deliver_return | carrier | return_shipped → received | | |
confirm_receipt | merchant | return_shipped received → refunding | wants_return | |
confirm_receipt | merchant | return_shipped received → exchange_to_ship | wants_exchange | |
receipt_timeout | clock | return_shipped received → refunding | silence_pays | |
receipt_timeout | clock | return_shipped received → platform_arbitration | silence_steps_in | |
reject_receipt | merchant | return_shipped received → receipt_rejected | | note |
step_in | platform | receipt_rejected → platform_arbitration | | |
apply_arbitration | buyer | rejected receipt_rejected → platform_arbitration | | |
apply_arbitration | buyer | exchange_to_ship exchange_shipped → platform_arbitration | | |
accept_rejection | buyer | rejected receipt_rejected → closed | | |
arbitration_request_timeout | clock | rejected → closed | | |
arbitration_request_timeout | clock | receipt_rejected → platform_arbitration | | |
ship_exchange | merchant | exchange_to_ship → exchange_shipped | | tracking_no | exchange_sent
turn_into_refund | platform | exchange_to_ship → refunding | | |
confirm_exchange | buyer | exchange_shipped → exchanged | | |
exchange_timeout | clock | exchange_shipped → exchanged | | |
rule_refund | platform | platform_arbitration → refunding | goods_settled | note |
rule_return | platform | platform_arbitration → awaiting_return | goods_with_buyer | note | a_return_again
rule_for_merchant | platform | platform_arbitration → closed | no_exchange_sent | note |
rule_for_merchant | platform | platform_arbitration → exchanged | exchange_was_sent | note |
concede | merchant | platform_arbitration → refunding | | |
withdraw | buyer | platform_arbitration → cancelled | no_exchange_sent | |
withdraw | buyer | platform_arbitration → exchanged | exchange_was_sent | |
cancel | buyer | draft requested awaiting_return rejected → cancelled | | |
add_evidence | buyer | requested rejected receipt_rejected platform_arbitration → = | | evidence | has_evidence
add_merchant_evidence | merchant | receipt_rejected platform_arbitration → = | | evidence |
refund_paid | payment | refunding → refunded | | |
payout_failed | payment | refunding → refund_failed | | |
retry_payout | payment | refund_failed → refunding | | |
"""

# states that share one count | guards | field: the first row whose guards hold counts
LIMITS = """
requested | unshipped | unshipped_review_hours
requested | is_fresh | fresh_review_hours
requested | | shipped_review_hours
awaiting_return | | parcel_return_days
return_shipped | is_cross_border | cross_border_receipt_days
return_shipped | | parcel_receipt_days
received | | signed_receipt_hours
rejected | | arbitration_request_days
receipt_rejected | | arbitration_request_days
exchange_to_ship | | exchange_shipping_hours
exchange_shipped | | exchange_confirm_days
platform_arbitration | | arbitration_working_days
refunding refund_failed | | payout_working_days
"""

LENGTHS = {
    "unshipped_review_hours": 24,
    "fresh_review_hours": 24,
    "shipped_review_hours": 36,
    "parcel_return_days": 7,
    "cross_border_receipt_days": 10,
    "parcel_receipt_days": 7,
    "signed_receipt_hours": 48,
    "arbitration_request_days": 7,
    "exchange_shipping_hours": 48,
    "exchange_confirm_days": 7,
    "arbitration_working_days": 7,
    "payout_working_days": 7,  # 3 to 7: the longest is what is checked
}
AFTER_SALE_DAYS, ELECTRONIC_AFTER_SALE_DAYS = 30, 15
MAX_APPLICATIONS = 5
EXTENSION = timedelta(days=7)
FAST_REFUND_FEN = 200_000
DEAR_FEN = 20_000
STATUTORY_DAYS = 7

# field | guard | due from | due before | days: Spring Festival 2026
SPECIAL = """
shipped_review_hours fresh_review_hours | wants_refund_only | 02-11 | 02-25 | 7
shipped_review_hours fresh_review_hours | wants_return | 02-11 | 02-25 | 5
shipped_review_hours fresh_review_hours | wants_exchange | 02-11 | 02-25 | 7
parcel_return_days parcel_receipt_days cross_border_receipt_days signed_receipt_hours | | 02-11 | 02-17 | 15
parcel_return_days parcel_receipt_days cross_border_receipt_days signed_receipt_hours | | 02-17 | 02-25 | 10
"""

FINAL = {"refunded", "closed", "cancelled", "exchanged"}
FAULTS = {"quality", "damaged", "not_as_described", "wrong_item", "not_received"}

# What differs from the week: days off from Monday to Friday, and weekends at work. From 2025-12-01 to 2026-12-31.
DAYS_OFF = """
2026-01-01 2026-01-02 2026-02-16 2026-02-17 2026-02-18 2026-02-19 2026-02-20 2026-02-23 2026-04-06 2026-05-01 2026-05-04 2026-05-05
2026-06-19 2026-09-25 2026-10-01 2026-10-02 2026-10-05 2026-10-06 2026-10-07
"""
MADE_UP = "2026-01-04 2026-02-14 2026-02-28 2026-05-09 2026-09-20 2026-10-10"
FIRST_DAY, LAST_DAY = date(2025, 12, 1), date(2026, 12, 31)  # of these lists


@dataclass(frozen=True)
class Row:
    """One rule: its id and the cells of its row."""

    id: str
    event: str
    actor: str
    source: str
    dest: str
    guards: tuple[str, ...]
    needs: tuple[str, ...]
    effect: str


@dataclass(frozen=True)
class Special:
    """One row of a special period: what a limit becomes that is due inside."""

    field: str
    guard: str
    first: datetime
    before: datetime
    days: int


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


def _cells(table: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]


def _numbered() -> list[Row]:
    """P01, P02, … row by row, one for each source."""
    found: list[Row] = []
    for event, actor, move, guards, needs, effect in _cells(TABLE):
        sources, dest = move.split(" → ")
        for source in sources.split():
            to = source if dest == "=" else dest
            found.append(Row(f"P{len(found) + 1:02}", event, actor, source, to, tuple(guards.split()), tuple(needs.split()), effect))
    return found


def _midnight(day: str) -> datetime:
    return datetime.fromisoformat(f"2026-{day}T00:00:00+08:00")


def _specials() -> list[Special]:
    return [
        Special(one, guard, _midnight(first), _midnight(before), int(days))
        for fields, guard, first, before, days in _cells(SPECIAL)
        for one in fields.split()
    ]


ROWS = _numbered()
SPECIALS = _specials()
LIMIT_ROWS = [(states.split(), guards.split(), name) for states, guards, name in _cells(LIMITS)]
EVENTS = {row.event: row.actor for row in ROWS}
STATES = {state for row in ROWS for state in (row.source, row.dest)}


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
        before, length = dict(vars(self)), len(self.steps)
        refused = self._refused(event, at, by, details)
        if refused is None:
            return self.steps[-1].rule
        vars(self).update(before)
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
