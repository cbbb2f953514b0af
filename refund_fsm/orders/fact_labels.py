"""Owns how facts are named where a person chooses them: a label for each field, and for its values. Data only.

A fact is called what its `Label` says, as those of a user's own workflow, else what is listed here, else by its name and its value.
"""

from __future__ import annotations

from collections.abc import Mapping

from refund_fsm.orders import guidance_common, guidance_texts
from refund_fsm.orders.goods import GOODS_LABELS
from refund_fsm.orders.official_facts import KIND_LABELS, LINE_LABELS
from refund_fsm.text import Text
from refund_fsm.workflow import Label, Workflow

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


def _label(workflow: Workflow, name: str) -> Label | None:
    return next((one.label for one in workflow.fact_fields if one.name == name), None)
