"""Owns how facts are named where a person chooses them: a label for each field, and for its values. Data only.

A fact is called what its `Label` says, as those of a user's own workflow, else what is listed here, else by its name and its value.
"""

from __future__ import annotations

from collections.abc import Mapping

from refund_fsm.orders import guidance_common, guidance_texts
from refund_fsm.orders.goods import GOODS_LABELS
from refund_fsm.orders.official_facts import KIND_LABELS, LINE_LABELS
from refund_fsm.text import Text
from refund_fsm.workflow import Label, Value, Workflow, policy_words

FIELDS: Mapping[str, Text] = {
    "kind": Text("退款类型", "Kind of refund"),
    "reason": Text("申请原因", "Reason"),
    "goods": Text("商品", "The goods are"),
    "in_window": Text("七天无理由期限内", "Inside the no-reason window"),
    "excluded": Text("不支持七天无理由的商品", "Item excluded from no-reason return"),
    "amount_ok": Text("申请金额不超过可退余额", "Amount within the balance"),
    "other_case_open": Text("该商品有其他进行中的售后", "Another case open on this item"),
    "has_evidence": Text("申请时已附凭证", "Evidence attached"),
    "benefits_used": Text("权益已使用", "Benefits used"),
    "found_at_once": Text("付款后立即发现", "Found at once after the payment"),
    "in_period": Text("在售后期内", "Inside the after-sale period"),
    "may_apply": Text("申请次数未用完", "An application is left"),
    "line_class": Text("商品类别", "Class of the item"),
    "fast_refundable": Text("符合极速退款的条件", "A fast refund is open"),
    "dear": Text("订单金额较高", "Dear order"),
    "exchange_sent": Text("换货已发出", "Exchange shipped"),
    "extended": Text("已延长收货", "Receipt extended"),
}
LATER: Mapping[str, Text] = {  # facts that nobody chooses: effects set them, or the policy
    "window_kept": Text("期限内已联系商家", "Contact in time"),
    "attempts_left": Text("还可重新申请的次数", "New attempts left"),
    "evidence_requests_left": Text("还可要求补充凭证的次数", "Requests for evidence left"),
    "goods_returned": Text("商品已退回", "Goods sent back"),
    "negotiated": Text("已与商家协商", "Talked with the merchant"),
    "on_merchant_silence": policy_words.FIELDS["on_merchant_silence"],
}
VALUES: Mapping[str, Mapping[str, Text]] = {
    "kind": KIND_LABELS,
    "reason": {key: said.text for key, said in {**guidance_common.GOODS_REASONS, **guidance_texts.VIRTUAL.reasons}.items()},
    "goods": GOODS_LABELS,
    "line_class": LINE_LABELS,
}


def of_field(workflow: Workflow, name: str) -> Text:
    """The label of a fact: its own, or its name with spaces."""
    label = _label(workflow, name)
    return Text(label.zh, label.en) if label else FIELDS.get(name) or Text(name.replace("_", " "), name.replace("_", " "))


def of_value(workflow: Workflow, name: str, value: str | int) -> Text:
    """The label of a fact's value: its own, or the value itself."""
    label = _label(workflow, name)
    return (label.values.get(value) if label else VALUES.get(name, {}).get(str(value))) or Text(str(value), str(value))


def told(name: str, value: Value | None, workflow: Workflow | None = None) -> tuple[Text, Text]:
    """The label of any fact and of its value (None: it has none), as people are told them; without a table, as the shipped ones say."""
    label = _label(workflow, name) if workflow else None
    field = Text(label.zh, label.en) if label else FIELDS.get(name) or LATER.get(name) or policy_words.field(name)
    if value is None or isinstance(value, bool):
        return field, policy_words.VALUES[value]
    said = label.values.get(value) if label else VALUES.get(name, {}).get(str(value))
    if said is None and isinstance(value, str):
        said = policy_words.VALUES.get(value)
    return field, said or Text(str(value), str(value))


def _label(workflow: Workflow, name: str) -> Label | None:
    return next((one.label for one in workflow.fact_fields if one.name == name), None)
