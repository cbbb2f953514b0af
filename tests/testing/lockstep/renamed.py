"""Virtual goods under names of its own, which tells fewer states apart and makes a move by itself."""

from __future__ import annotations

from datetime import datetime

from refund_fsm.testing import Names
from tests.testing.lockstep.services import Details, Service

EVENTS = {
    "联系客服": "contact_support", "要求凭证": "request_evidence", "交凭证": "supply_evidence", "凭证超时": "evidence_timeout",
    "同意": "approve_refund", "拒绝": "reject", "投诉": "complain", "接受结果": "accept_rejection", "投诉超时": "complaint_timeout",
    "改判": "grant_refund", "维持": "uphold_rejection", "撤销": "cancel", "补充": "add_evidence",
    "到账": "refund_paid", "打款失败": "payout_failed", "重打": "retry_payout",
}  # fmt: skip
STATES = {
    "新建": "draft", "处理中": ("requested", "reviewing"), "等凭证": "awaiting_evidence", "打款": {"refunding", "refund_failed"},
    "已拒绝": "rejected", "投诉中": "escalated", "完结": {"refunded", "closed", "cancelled"},
}  # fmt: skip
ACTORS = {"用户": "buyer", "客服": "platform", "支付": "payment", "定时器": "clock"}
NAMES = Names(events=EVENTS, states=STATES, actors=ACTORS, by_itself=("start_review",))
SAID = {ours: theirs for theirs, several in STATES.items() for ours in ((several,) if isinstance(several, str) else several)}


class Coarse(Service):
    """Virtual goods under names of its own, which takes every request up by itself, at once."""

    eager = True

    def apply(self, event: str, by: str, at: datetime, details: Details) -> bool:
        taken = super().apply(EVENTS.get(event, event), ACTORS[by], at, details)
        if taken and self.eager:
            super().apply("start_review", "platform", at, {})
        return taken

    def state(self) -> str:
        return SAID[super().state()]
