"""Owns how the fields of a policy and their values are called by people, in both languages. Data, and how it is put together."""

from __future__ import annotations

from collections.abc import Mapping

from refund_fsm.text import Text, words
from refund_fsm.workflow.policy import Policy

FIELDS: Mapping[str, Text] = {
    "negotiation_days": Text("协商期限", "time to negotiate"),
    "review_working_days": Text("平台审核期限", "time for the platform's review"),
    "merchant_review_working_days": Text("商家审核期限", "time for the merchant's review"),
    "support_working_days": Text("客服处理期限", "time for customer service"),
    "evidence_hours": Text("补充凭证期限", "time to supply evidence"),
    "return_days": Text("寄回期限", "time to send back"),
    "transit_days": Text("退货运输期限", "time in transit"),
    "inspection_working_days": Text("验货期限", "time to inspect"),
    "receipt_days": Text("确认收货期限", "time to confirm receipt"),
    "payout_working_days": Text("打款期限", "time to pay out"),
    "complaint_days": Text("投诉期限", "time to complain"),
    "arbitration_request_days": Text("申请介入期限", "time to ask for arbitration"),
    "arbitration_working_days": Text("介入处理期限", "time to arbitrate"),
    "escalation_working_days": Text("官方客服期限", "time for official customer service"),
    "unshipped_review_hours": Text("未发货审核期限", "time for the review before shipping"),
    "fresh_review_hours": Text("生鲜审核期限", "time for the review of fresh food"),
    "shipped_review_hours": Text("已发货审核期限", "time for the review after shipping"),
    "parcel_return_days": Text("退货寄出期限", "time to send the parcel back"),
    "cross_border_receipt_days": Text("跨境收货期限", "time to receive cross-border goods"),
    "parcel_receipt_days": Text("收货期限", "time to receive"),
    "extension_days": Text("延长收货", "extension of the receipt"),
    "signed_receipt_hours": Text("签收后确认期限", "time to confirm after delivery"),
    "exchange_shipping_hours": Text("换货发出期限", "time to ship an exchange"),
    "exchange_confirm_days": Text("确认换货期限", "time to confirm an exchange"),
    "no_reason_days": Text("无理由退货期", "no-reason window"),
    "window_starts": Text("无理由期起算", "no-reason window starts"),
    "roll_over": Text("期末遇休息日顺延", "last day off moves on"),
    "statutory_refund_days": Text("法定退款期限", "statutory time to refund"),
    "on_merchant_silence": Text("商家超时", "silence of the merchant"),
    "max_evidence_requests": Text("最多要求补充凭证", "most requests for evidence"),
    "max_resubmissions": Text("最多重新申请", "most new attempts"),
    "found_at_once_hours": Text("立即发现", "found at once"),
    "small_amount_fen": Text("小额（分）", "small amount (fen)"),
    "after_sale_days": Text("售后期", "after-sale period"),
    "electronic_after_sale_days": Text("电子产品售后期", "after-sale period of electronics"),
    "max_applications": Text("最多申请次数", "most applications"),
    "fast_refund_fen": Text("极速退款上限（分）", "most for a fast refund (fen)"),
    "dear_fen": Text("金额较高（分）", "dear from (fen)"),
    "special": Text("特殊时期", "special periods"),
    "beyond": Text("日历之外", "beyond the calendar"),
    "days_file": Text("自备日历", "calendar of one's own"),
}
VALUES: Mapping[object, Text] = {
    True: Text("是", "yes"),
    False: Text("否", "no"),
    None: Text("无", "none"),
    "signing_day": Text("签收当日", "on the day of signing"),
    "next_day": Text("次日", "on the next day"),
    "approve": Text("视为同意", "counts as approval"),
    "escalate": Text("平台介入", "brings the platform in"),
    "provisional": Text("暂定", "provisional"),
    "error": Text("报错", "an error"),
}
UNITS = ("working_days", "days", "hours")  # what a field's name ends in, the longer first


def field(name: str) -> Text:
    """What a field is called; one that only a user's own table knows, such as that of its own limit, by its name with spaces."""
    spaced = name.replace("_", " ")
    return FIELDS.get(name) or Text(spaced, spaced)


def change(name: str, policy: Policy, earlier: Policy) -> Text:
    """What a field was under the earlier policy and what it is now."""
    called, old, new = FIELDS[name], value(name, earlier), value(name, policy)
    if name == "special" and (added := sum(period not in earlier.special for period in policy.special)):
        new = Text(f"{new.zh}，其中新的{added}段", f"{new.en}, {added} of them new")
    return Text(f"{called.zh}：{old.zh} → {new.zh}", f"{called.en}: {old.en} → {new.en}")


def value(name: str, policy: Policy) -> Text:
    """The value of a field, with its unit in whole words."""
    found = getattr(policy, name)
    if name == "special":
        return Text(f"{len(policy.special)}段", f"{len(policy.special)}")
    if found is None or isinstance(found, (bool, str)):
        return VALUES.get(found) or Text(str(found), str(found))
    least, most = getattr(found, "at_least", found), getattr(found, "at_most", found)
    said = str(most) if least == most else f"{least}–{most}"
    unit = next((unit for unit in UNITS if name.endswith(unit)), None)
    if unit is None:
        return Text(said, said)
    whole = words.length(most, unit)
    return Text(whole.zh.replace(str(most), said, 1), whole.en.replace(str(most), said, 1))
