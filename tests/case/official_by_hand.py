"""The tables of official.md §§ 3 and 4 by hand: a row for each rule, limit and special period; and the days off. Takes nothing of ours.

Days off are what the State Council's notice on the holidays of 2026 says (published 2025-11-04).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

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

# field | guard | due from | due before | days: Spring Festival 2026
SPECIAL = """
shipped_review_hours fresh_review_hours | wants_refund_only | 02-11 | 02-25 | 7
shipped_review_hours fresh_review_hours | wants_return | 02-11 | 02-25 | 5
shipped_review_hours fresh_review_hours | wants_exchange | 02-11 | 02-25 | 7
parcel_return_days parcel_receipt_days cross_border_receipt_days signed_receipt_hours | | 02-11 | 02-17 | 15
parcel_return_days parcel_receipt_days cross_border_receipt_days signed_receipt_hours | | 02-17 | 02-25 | 10
"""

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
