"""Owns the guards that only the platform's own table of a shop has, and why they fail.

Data and pure functions only. Source: official.md § 2. The facts that they read are in `official_facts`, the table is `shop_official`.
"""

from __future__ import annotations

from typing import Any

from refund_fsm.orders import goods
from refund_fsm.orders.goods import FAULTS, GOODS_LABELS, goods_at
from refund_fsm.orders.official_facts import period_end, period_field
from refund_fsm.text import Text, words
from refund_fsm.workflow import Ground, guard


def _why_kind(ground: Ground) -> Text:
    request = ground.request
    if ground.order.line(request.sku).electronic:
        return _why_kind_electronic(ground)
    here = goods_at(ground.order, ground.instant)
    if request.kind == "refund_only" and here == "signed" and request.reason not in (*FAULTS, "not_shipped"):
        return Text(
            "商品已签收，申请原因也不是商品问题，不适用“仅退款”，请选“退货退款”或“换货”（R6、R14）。",
            "The goods are signed for and the reason is no fault of theirs, so refund only does not fit; choose return and refund, or an "
            "exchange (R6, R14).",
        )
    if request.kind != "exchange":
        return goods.why_kind(ground)
    if request.reason in ("not_shipped", "not_received"):
        return Text("没有收到货，不能换货，请选“仅退款”（R14）。", "Goods that never came cannot be exchanged; choose refund only (R14).")
    said = GOODS_LABELS[here]
    return Text(
        f"商品{said.zh}，签收后才能换货（R14）。", f"The goods are {said.en}; they can be exchanged once they are signed for (R14)."
    )


def _why_kind_electronic(ground: Ground) -> Text:
    """Electronic material has nothing that could go back: refund only, where one is open at all."""
    request, here = ground.request, goods_at(ground.order, ground.instant)
    nothing = Text("电子资料没有可退回的货，不能退货或换货", "Electronic material cannot go back, so it is neither returned nor exchanged")
    only = request.reason in FAULTS or request.reason == "not_shipped" or here == "not_shipped"
    if request.kind == "refund_only":
        if only and here == "in_transit" and request.reason in FAULTS:
            return Text(
                "电子资料还没有送达，商品问题要收到后才能确认；一直收不到的，请选“未收到货”（A6、A8）。",
                "The material has not arrived yet; a fault can be claimed once it has. If it never comes, give “not received” as the "
                "reason (A6, A8).",
            )
        if only:
            return goods.why_kind(ground)
        return Text(
            f"{nothing.zh}；已经发货的，只有商品有问题或未收到才能申请“仅退款”。",
            f"{nothing.en}; once it is sent, a refund only needs a fault, or that it never came.",
        )
    if only:
        return Text(f"{nothing.zh}，请选“仅退款”。", f"{nothing.en}; choose refund only.")
    return Text(
        f"{nothing.zh}；商品有问题或未收到的，可以申请“仅退款”。",
        f"{nothing.en}; for a fault, or where it never came, choose refund only.",
    )


@guard(zh="售后类型与原因、货物状态相符", en="the kind fits the reason and where the goods are", why=_why_kind)
def kind_fits(facts: Any) -> bool:
    if facts.line_class == "electronic" and facts.kind != "refund_only":
        return False
    if facts.kind == "exchange":
        return bool(facts.goods == "signed" and facts.reason not in ("not_shipped", "not_received"))
    return goods.kind_fits(facts)


def _why_period(ground: Ground) -> Text:
    line = ground.order.line(ground.request.sku)
    end = period_end(ground.order, line, ground.policy)
    assert end is not None and ground.order.signed_at is not None, "the period ends only for goods that were signed for"
    days = getattr(ground.policy, period_field(line))
    on, until = words.day(words.local_day(ground.order.signed_at), year=False), words.limit(end, False)
    return Text(
        f"售后期已于{until.zh}届满：{on.zh}签收，{'电子资料' if line.electronic else '商品'}在签收后{days}天内可以申请（R2）。",
        f"The after-sale period ended on {until.en}: signed for on {on.en}, {'electronic material' if line.electronic else 'goods'} may be "
        f"claimed within {words.number(days)} days of the receipt (R2).",
    )


@guard(zh="在售后期内", en="the after-sale period is open", why=_why_period)
def period_open(facts: Any) -> bool:
    return bool(facts.in_period)


def _why_applications(ground: Ground) -> Text:
    made, most = ground.order.line(ground.request.sku).applications, ground.policy.max_applications
    return Text(
        f"该商品已申请过{made}次售后，最多{most}次，不能再申请（R3）。",
        f"After-sales were filed for this item {words.times(made)} already, and {words.times(most)} is the most (R3).",
    )


@guard(zh="申请次数未用完", en="an application is left", why=_why_applications)
def applications_remain(facts: Any) -> bool:
    return bool(facts.may_apply)


@guard(
    zh="尚未发货",
    en="the goods have not been shipped",
    why=lambda _: Text(
        "商品已发货，不能再以发货拒绝；不同意的，请“拒绝申请”并说明理由（R12）。",
        "The goods are shipped already, so shipping refuses nothing; to refuse, reject the request with a note (R12).",
    ),
)
def unshipped(facts: Any) -> bool:
    return bool(facts.goods == "not_shipped")


@guard(
    zh="已发货",
    en="the goods have been shipped",
    why=lambda _: Text(
        "发货前的退款不能直接拒绝；不同意的，发货即为拒绝（R12）。",
        "A refund before shipping cannot be rejected; the merchant refuses it by shipping the order (R12).",
    ),
)
def shipped(facts: Any) -> bool:
    return bool(facts.goods != "not_shipped")


def _why_by_kind(ground: Ground) -> Text:
    """What the kind that was asked for wants instead."""
    if ground.request.kind == "refund_only":
        return Text(
            "本次申请的是仅退款，无需退货，应“同意退款”。", "The request is for refund only; nothing is sent back, so approve the refund."
        )
    if ground.request.kind == "exchange":
        return Text(
            "本次申请的是换货：先同意退货，收到货后换货发货（R14）。",
            "The request is for an exchange: approve the return, then ship the exchange once the goods are back (R14).",
        )
    return Text(
        "本次申请的是退货退款：先同意退货，收到货后再退款。",
        "The request is for return and refund: approve the return, and the refund follows once the goods are back.",
    )


def _why_no_return(ground: Ground) -> Text:
    """As `_why_by_kind`, but of an exchange whose goods may have been sent back already."""
    if ground.request.kind != "exchange":
        return _why_by_kind(ground)
    return Text(
        "本次申请的是换货，不在这一步退款：商品退回后，由商家换货发货（R14）。",
        "The request is for an exchange, so nothing is refunded at this point: once the goods are back, the merchant ships the "
        "exchange (R14).",
    )


@guard(zh="仅退款", en="refund only", why=_why_by_kind)
def wants_refund_only(facts: Any) -> bool:
    return bool(facts.kind == "refund_only")


@guard(zh="退货退款", en="return and refund", why=_why_no_return)
def wants_return(facts: Any) -> bool:
    return bool(facts.kind == "return_and_refund")


@guard(zh="换货", en="an exchange", why=_why_by_kind)
def wants_exchange(facts: Any) -> bool:
    return bool(facts.kind == "exchange")


@guard(zh="需要寄回商品", en="the goods go back", why=_why_by_kind)
def wants_goods_back(facts: Any) -> bool:
    return bool(facts.kind != "refund_only")


def _why_not_fast(ground: Ground) -> Text:
    order, request = ground.order, ground.request
    if order.special_order:
        return Text(
            "含税、直邮、定制的订单不适用极速退款（R15、R20）。", "Taxed, direct-mail and custom orders get no fast refund (R15, R20)."
        )
    if request.kind != "refund_only":
        return Text("极速退款只适用于仅退款（R15、R20）。", "A fast refund is for refund only (R15, R20).")
    line, most = order.line(request.sku), words.yuan(ground.policy.fast_refund_fen)
    signed = goods_at(order, ground.instant) == "signed"
    found = {
        Text("申请原因不是“未收到货”", "the reason is not “not received”"): request.reason != "not_received",
        Text("订单是跨境订单", "the order crosses the border"): order.cross_border,
        Text("商品不支持七天无理由", "the item is excluded from no-reason return"): line.no_reason_excluded,
        Text(f"金额超过{most.zh}", f"the amount is above {most.en}"): request.claimed_fen(line) > ground.policy.fast_refund_fen,
    }
    failed = [text for text, fails in found.items() if fails]
    if signed and len(failed) == (request.reason != "not_received"):  # filed after the signing, else nothing else would be wrong
        failed.append(Text("商品已签收", "the goods are signed for"))
    said = words.listed(failed, Text("、", "and"))
    return Text(f"{said.zh}，不适用极速退款（R20）。", f"There is no fast refund here: {said.en} (R20).")


@guard(zh="符合极速退款的条件", en="a fast refund is open", why=_why_not_fast)
def may_refund_at_once(facts: Any) -> bool:
    return bool(facts.fast_refundable)


@guard(
    zh="支持七天无理由的商品",
    en="seven-day goods",
    why=lambda _: Text(
        "该商品不支持七天无理由，退货途中不适用极速退款（R16）。",
        "This item is excluded from no-reason return, so there is no fast refund on the way back (R16).",
    ),
)
def seven_day_goods(facts: Any) -> bool:
    return not facts.excluded


@guard(zh="换货，且订单金额较高", en="an exchange of a dear order")
def silence_steps_in(facts: Any) -> bool:
    return bool(facts.kind == "exchange" and facts.dear)


@guard(zh="不是换货，或订单金额不高", en="no exchange, or no dear order")
def silence_pays(facts: Any) -> bool:
    return not (facts.kind == "exchange" and facts.dear)


@guard(
    zh="尚未延长过",
    en="not extended before",
    why=lambda _: Text("收货已经延长过一次，不能再延长（R10）。", "The receipt was extended once already; there is no second time (R10)."),
)
def not_yet_extended(facts: Any) -> bool:
    return not facts.extended


@guard(zh="已延长收货", en="the receipt was extended")
def has_extension(facts: Any) -> bool:
    return bool(facts.extended)


@guard(zh="生鲜", en="fresh food")
def is_fresh(facts: Any) -> bool:
    return bool(facts.line_class == "fresh")


@guard(zh="跨境商品", en="cross-border goods")
def is_cross_border(facts: Any) -> bool:
    return bool(facts.line_class == "cross_border")


@guard(zh="换货已发出", en="an exchange was shipped")
def exchange_was_sent(facts: Any) -> bool:
    return bool(facts.exchange_sent)


@guard(zh="没有发出换货", en="no exchange was shipped")
def no_exchange_sent(facts: Any) -> bool:
    return not facts.exchange_sent


@guard(
    zh="仅退款，或货已寄回",
    en="refund only, or the goods are on their way back",
    why=lambda _: Text("须先寄回商品，才能判定退款。", "The goods must be sent back before a refund can be granted."),
)
def goods_settled(facts: Any) -> bool:
    return bool(facts.kind == "refund_only" or facts.goods_returned)


def _why_goods_gone(ground: Ground) -> Text:
    if ground.request.kind == "refund_only":
        return Text("本次申请为仅退款，无需退货。", "The request is for refund only; nothing is sent back.")
    return Text("商品已经寄回，买家手里没有货可退。", "The goods were sent back already; the buyer has nothing to return.")


@guard(zh="需要退货，且货在买家处", en="goods are with the buyer that can go back", why=_why_goods_gone)
def goods_with_buyer(facts: Any) -> bool:
    return bool(facts.kind != "refund_only" and (not facts.goods_returned or facts.exchange_sent))
