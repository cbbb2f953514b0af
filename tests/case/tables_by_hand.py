"""The tables of rules.md §§ 4 and 6, written anew by hand: a row for each rule, and which limit counts where. Takes nothing of ours."""

from __future__ import annotations

from dataclasses import dataclass

# event | actor | from → to (`=` stays) | guards | needs | effect
MALL = """
submit | buyer | draft → requested | kind_fits window_open amount_within_balance no_other_case | |
start_review | platform | requested → reviewing | | |
request_evidence | platform | reviewing → awaiting_evidence | evidence_askable | | evidence_requests_left-
supply_evidence | buyer | awaiting_evidence → reviewing | | evidence | has_evidence
evidence_timeout | clock | awaiting_evidence → reviewing | | |
approve_refund | platform | reviewing → refunding | wants_refund_only | |
approve_return | platform | reviewing → awaiting_return | wants_return | |
reject | platform | reviewing → rejected | | note |
ship_return | buyer | awaiting_return → return_shipped | | tracking_no | goods_returned
return_timeout | clock | awaiting_return → closed | | |
deliver_return | carrier | return_shipped → received | | |
lose_return | carrier | return_shipped → escalated | | |
transit_timeout | clock | return_shipped → escalated | | |
pass_inspection | platform | received → refunding | | |
fail_inspection | platform | received → receipt_rejected | | note |
resubmit | buyer | rejected → requested | attempts_remain | | attempts_left-
complain | buyer | rejected receipt_rejected → escalated | | |
accept_rejection | buyer | rejected receipt_rejected → closed | | |
complaint_timeout | clock | rejected receipt_rejected → closed | | |
grant_refund | platform | escalated → refunding | goods_settled | note |
grant_return | platform | escalated → awaiting_return | goods_with_buyer | note |
uphold_rejection | platform | escalated → closed | | note |
cancel | buyer | draft requested reviewing awaiting_evidence awaiting_return rejected escalated → cancelled | | |
add_evidence | buyer | requested reviewing rejected receipt_rejected escalated → = | | evidence | has_evidence
refund_paid | payment | refunding → refunded | | |
payout_failed | payment | refunding → refund_failed | | |
retry_payout | payment | refund_failed → refunding | | |
"""


AFTER_NO = "rejected receipt_rejected platform_arbitration ruled_against escalated"


SHOP = f"""
contact_merchant | buyer | draft → negotiating | not_yet_negotiated amount_within_balance no_other_case | | negotiated window_kept?
merchant_refund | merchant | negotiating → refunding | | |
merchant_decline | merchant | negotiating → draft | | |
negotiation_timeout | clock | negotiating → draft | | |
submit | buyer | draft negotiating → requested | kind_fits window_open amount_within_balance no_other_case | |
start_review | merchant | requested → reviewing | | |
approve_refund | merchant | reviewing → refunding | wants_refund_only | |
approve_return | merchant | reviewing → awaiting_return | wants_return | |
reject | merchant | reviewing → rejected | | note |
review_timeout | clock | requested reviewing → refunding | silence_approves wants_refund_only | |
review_timeout | clock | requested reviewing → awaiting_return | silence_approves wants_return | |
review_timeout | clock | requested reviewing → platform_arbitration | silence_escalates | |
ship_return | buyer | awaiting_return → return_shipped | | tracking_no | goods_returned
return_timeout | clock | awaiting_return → closed | | |
deliver_return | carrier | return_shipped → received | | |
lose_return | carrier | return_shipped → platform_arbitration | | |
transit_timeout | clock | return_shipped → platform_arbitration | | |
confirm_receipt | merchant | received → refunding | | |
receipt_timeout | clock | received → refunding | | |
reject_receipt | merchant | received → receipt_rejected | | note |
resubmit | buyer | rejected → requested | attempts_remain | | attempts_left-
apply_arbitration | buyer | rejected receipt_rejected → platform_arbitration | | |
accept_rejection | buyer | rejected receipt_rejected ruled_against → closed | | |
arbitration_request_timeout | clock | rejected receipt_rejected → closed | | |
rule_refund | platform | platform_arbitration → refunding | goods_settled | note |
rule_return | platform | platform_arbitration → awaiting_return | goods_with_buyer | note |
rule_for_merchant | platform | platform_arbitration → ruled_against | | note |
concede | merchant | platform_arbitration → refunding | | |
withdraw | buyer | platform_arbitration → cancelled | | |
complain | buyer | ruled_against → escalated | | |
complaint_timeout | clock | ruled_against → closed | | |
grant_refund | platform | escalated → refunding | goods_settled | note |
grant_return | platform | escalated → awaiting_return | goods_with_buyer | note |
uphold_rejection | platform | escalated → closed | | note |
cancel | buyer | draft negotiating requested reviewing awaiting_return rejected escalated → cancelled | | |
add_evidence | buyer | requested reviewing {AFTER_NO} → = | | evidence | has_evidence
add_merchant_evidence | merchant | platform_arbitration → = | | evidence |
refund_paid | payment | refunding → refunded | | |
payout_failed | payment | refunding → refund_failed | | |
retry_payout | payment | refund_failed → refunding | | |
"""


VIRTUAL = """
contact_support | buyer | draft → requested | amount_within_balance no_other_case | |
start_review | platform | requested → reviewing | | |
request_evidence | platform | reviewing → awaiting_evidence | evidence_askable | | evidence_requests_left-
supply_evidence | buyer | awaiting_evidence → reviewing | | evidence | has_evidence
evidence_timeout | clock | awaiting_evidence → reviewing | | |
approve_refund | platform | reviewing → refunding | ground_is_refundable | note |
reject | platform | reviewing → rejected | | note |
complain | buyer | rejected → escalated | | |
accept_rejection | buyer | rejected → closed | | |
complaint_timeout | clock | rejected → closed | | |
grant_refund | platform | escalated → refunding | | note |
uphold_rejection | platform | escalated → closed | | note |
cancel | buyer | draft requested reviewing awaiting_evidence rejected escalated → cancelled | | |
add_evidence | buyer | requested reviewing rejected escalated → = | | evidence | has_evidence
refund_paid | payment | refunding → refunded | | |
payout_failed | payment | refunding → refund_failed | | |
retry_payout | payment | refund_failed → refunding | | |
"""


MALL_LIMITS = {
    "requested reviewing": "review_working_days",
    "awaiting_evidence": "evidence_hours",
    "awaiting_return": "return_days",
    "return_shipped": "transit_days",
    "received": "inspection_working_days",
    "refunding refund_failed": "payout_working_days",
    "rejected": "complaint_days",
    "receipt_rejected": "complaint_days",
    "escalated": "escalation_working_days",
}


SHOP_LIMITS = {
    "negotiating": "negotiation_days",
    "requested reviewing": "merchant_review_working_days",
    "awaiting_return": "return_days",
    "return_shipped": "transit_days",
    "received": "receipt_days",
    "refunding refund_failed": "payout_working_days",
    "rejected": "arbitration_request_days",
    "receipt_rejected": "arbitration_request_days",
    "platform_arbitration": "arbitration_working_days",
    "ruled_against": "complaint_days",
    "escalated": "escalation_working_days",
}


VIRTUAL_LIMITS = {
    "requested reviewing": "support_working_days",
    "awaiting_evidence": "evidence_hours",
    "refunding refund_failed": "payout_working_days",
    "rejected": "complaint_days",
    "escalated": "escalation_working_days",
}


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
    effects: tuple[str, ...]


def _rows(letter: str, table: str) -> list[Row]:
    found: list[Row] = []
    for line in table.strip().splitlines():
        event, actor, move, guards, needs, effects = (cell.strip() for cell in line.split("|"))
        sources, dest = move.split(" → ")
        for source in sources.split():
            to = source if dest == "=" else dest
            id = f"{letter}{len(found) + 1:02}"
            found.append(Row(id, event, actor, source, to, tuple(guards.split()), tuple(needs.split()), tuple(effects.split())))
    return found


ROWS = {"self_operated": _rows("M", MALL), "third_party": _rows("S", SHOP), "virtual": _rows("V", VIRTUAL)}
LIMITS = {"self_operated": MALL_LIMITS, "third_party": SHOP_LIMITS, "virtual": VIRTUAL_LIMITS}
