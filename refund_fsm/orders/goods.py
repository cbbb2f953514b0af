"""Owns what the mall and the shop share about goods: reasons, the seven days, guards on them, and how the facts are derived.

Data and pure functions only. Sources: rules.md §§ 3, 4 and 1.L.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Literal

from refund_fsm.orders.common import amount_ok, has_evidence
from refund_fsm.text import SHANGHAI, Provisional, Text, words
from refund_fsm.workflow import Deadline, Evidence, Freight, Ground, Order, OrderLine, Policy, RefundRequest, effect, guard

# 1. Kinds, reasons, whereabouts
Kind = Literal["refund_only", "return_and_refund"]
Reason = Literal["changed_mind", "size_or_colour", "quality", "damaged", "not_as_described", "wrong_item", "not_received", "not_shipped"]
Goods = Literal["not_shipped", "in_transit", "signed"]
FAULTS = frozenset({"quality", "damaged", "not_as_described", "wrong_item", "not_received"})
GOODS_LABELS = {
    "not_shipped": Text("尚未发货", "not shipped yet"),
    "in_transit": Text("已发货、未签收", "shipped and not yet signed for"),
    "signed": Text("已签收", "signed for"),
}


def goods_at(order: Order, at: datetime) -> Goods:
    """Where the goods are at an instant; later instants of the order are not known yet."""
    if order.signed_at is not None and order.signed_at <= at:
        return "signed"
    return "in_transit" if order.shipped_at is not None and order.shipped_at <= at else "not_shipped"


def window_end(signed_at: datetime, policy: Policy) -> Deadline:
    """When the days of no-reason return end (D4; L3 under `next_day`; L4 with `roll_over`). The instant itself is too late."""
    first_day_counts = policy.window_starts == "signing_day"
    last = signed_at.astimezone(SHANGHAI).date() + timedelta(days=policy.no_reason_days - first_day_counts)
    provisional = False
    if policy.roll_over:
        last, provisional = policy.calendar.roll(last)
    end = datetime(last.year, last.month, last.day, tzinfo=SHANGHAI) + timedelta(days=1)
    return Deadline(end, provisional)


def in_window(order: Order, at: datetime, policy: Policy) -> bool:
    """Whether the goods are not signed for, or the instant falls inside the days of no-reason return."""
    return goods_at(order, at) != "signed" or order.signed_at is None or at < window_end(order.signed_at, policy).at


# 2. Guards
def why_kind(ground: Ground) -> Text:
    """Why the kind does not fit the reason and where the goods are."""
    request = ground.request
    goods = goods_at(ground.order, ground.instant)
    here = GOODS_LABELS[goods]
    if goods == "not_shipped":
        return _why_kind_unshipped(request.kind == "return_and_refund", request.reason)
    if request.reason == "not_shipped":
        return Text(f"商品{here.zh}，不能以“商家未发货”为由申请（D3）。", f"The goods are {here.en}, so “not shipped” does not apply (D3).")
    if request.reason == "not_received":
        return Text("未收到货的，无货可退，请选“仅退款”（A6）。", "Goods that never arrived cannot go back; choose refund only (A6).")
    if request.reason in FAULTS:
        return Text(
            f"商品{here.zh}，商品问题要签收后才能确认；签收前如要退货，请改选其他原因（A6、A8）。",
            f"The goods are {here.en}; a fault can be claimed once they are signed for. Until then choose another reason (A6, A8).",
        )
    return Text(
        f"商品{here.zh}，申请原因也不是商品问题，不适用“仅退款”，只能“退货退款”（A6、A7）。",
        f"The goods are {here.en} and the reason is no fault of theirs, so refund only does not fit, only return and refund (A6, A7).",
    )


def _why_kind_unshipped(wants_return: bool, reason: str) -> Text:
    """Why a request for goods that were not shipped does not fit: its kind, its reason, or both."""
    kind, other = wants_return, reason in FAULTS
    asks = [Text("请选“仅退款”", "choose refund only")] if kind else []
    asks += [Text("原因请选“商家未发货”", "give “not shipped” as the reason")] if other else []
    what = words.listed(asks, Text("，", "and"))
    return Text(
        f"商品尚未发货，无货可退，{what.zh}（A6、D3）。",
        f"The goods have not been shipped, so there is nothing to send back; {what.en} (A6, D3).",
    )


@guard(zh="退款类型与原因、货物状态相符", en="the kind fits the reason and where the goods are", why=why_kind)
def kind_fits(facts: Any) -> bool:
    if facts.reason == "not_shipped":
        return bool(facts.goods == "not_shipped" and facts.kind == "refund_only")
    if facts.reason == "not_received":
        return bool(facts.goods != "not_shipped" and facts.kind == "refund_only")
    if facts.reason in FAULTS:
        return bool(facts.goods == "signed")
    return bool((facts.goods == "not_shipped") == (facts.kind == "refund_only"))


def _why_window(ground: Ground) -> Text:
    line = ground.order.line(ground.request.sku)
    if line.no_reason_excluded:
        return Text(
            "该商品不支持七天无理由退货（L1），需有质量等问题方可申请。",
            "This item is excluded from no-reason return (L1); only a fault can be claimed.",
        )
    signed = ground.order.signed_at
    assert signed is not None, "the window fails only for goods that were signed for"
    found = window_end(signed, ground.policy)
    end = words.limit(found.at, found.provisional)
    on = words.day(words.local_day(signed), year=False)
    days = ground.policy.no_reason_days
    span = Text("七天" if days == 7 else f"{days}天", f"{words.number(days)}-day")
    if ground.policy.window_starts == "signing_day":
        counted = Text("签收当天算第一天（D4）", "counted from the signing day (D4)")
    else:
        counted = Text("签收次日起算（L3）", "counted from the day after (L3)")
    if ground.policy.roll_over:
        counted = Text(f"{counted.zh}，末日遇节假日顺延（L4）", f"{counted.en}, a last day on a holiday rolling over (L4)")
    said = Provisional if found.provisional else Text
    return said(
        f"{span.zh}无理由退货期已于{end.zh}届满：{on.zh}签收，{counted.zh}。",
        f"The {span.en} window ended on {end.en}; signed on {on.en}, {counted.en}.",
    )


@guard(zh="在七天无理由退货期内，或不受其限制", en="the seven-day window is open, or does not matter", why=_why_window)
def window_open(facts: Any) -> bool:
    if facts.reason in FAULTS or facts.reason == "not_shipped" or facts.goods == "not_shipped":
        return True
    return not facts.excluded and bool(facts.goods == "in_transit" or facts.in_window or facts.window_kept)


@guard(
    zh="仅退款",
    en="refund only",
    why=lambda _: Text(
        "本次申请的是退货退款，应操作“同意退货”，收到退货后再退款（A7）。",
        "The request is for return and refund; approve the return, and the refund follows once the goods are back (A7).",
    ),
)
def wants_refund_only(facts: Any) -> bool:
    return bool(facts.kind == "refund_only")


@guard(
    zh="退货退款",
    en="return and refund",
    why=lambda _: Text(
        "本次申请的是仅退款，无需退货，应操作“同意退款”（A6）。",
        "The request is for refund only; nothing is sent back, so approve the refund (A6).",
    ),
)
def wants_return(facts: Any) -> bool:
    return bool(facts.kind == "return_and_refund")


def _why_attempts(ground: Ground) -> Text:
    most = ground.policy.max_resubmissions
    if most == 0:
        return Text("被拒后不能重新申请。", "A rejected request cannot be filed again.")
    return Text(
        f"被拒后最多可重新申请{most}次，已用完。",
        f"A rejected request may be filed again at most {words.times(most)}, and that is used up.",
    )


@guard(zh="还有重新申请的机会", en="a new attempt is left", why=_why_attempts)
def attempts_remain(facts: Any) -> bool:
    return bool(facts.attempts_left > 0)


@guard(
    zh="仅退款，或货已寄回",
    en="refund only, or the goods are on their way back",
    why=lambda _: Text(
        "退货退款须先寄回商品，才能判定退款。", "With return and refund the goods must be sent back before a refund can be granted."
    ),
)
def goods_settled(facts: Any) -> bool:
    return bool(facts.kind == "refund_only" or facts.goods_returned)


def _why_goods_gone(ground: Ground) -> Text:
    if ground.request.kind == "refund_only":
        return Text("本次申请为仅退款，无需退货。", "The request is for refund only; nothing is sent back.")
    return Text("商品已经寄回，不能再要求退货。", "The goods were already sent back; no second return is ordered.")


@guard(zh="退货退款，且货仍在买家处", en="return and refund, and the goods are with the buyer", why=_why_goods_gone)
def goods_with_buyer(facts: Any) -> bool:
    return bool(facts.kind == "return_and_refund" and not facts.goods_returned)


# 3. Effects
@effect("goods_returned")
def send_goods(facts: Any) -> Any:
    return replace(facts, goods_returned=True)


@effect("attempts_left")
def take_attempt(facts: Any) -> Any:
    return replace(facts, attempts_left=facts.attempts_left - 1)


# 4. Facts, derived and exemplified
def goods_facts_of(order: Order, request: RefundRequest, at: datetime, policy: Policy) -> dict[str, Any]:
    """The facts that the mall and the shop derive alike, by name."""
    line = order.line(request.sku)
    return {
        "kind": request.kind,
        "reason": request.reason,
        "goods": goods_at(order, at),
        "in_window": in_window(order, at, policy),
        "excluded": line.no_reason_excluded,
        "amount_ok": amount_ok(request, line),
        "other_case_open": line.open_case is not None,
        "has_evidence": has_evidence(request, at),
        "attempts_left": policy.max_resubmissions,
    }


def goods_example_of(facts: Any, at: datetime, order_type: str) -> tuple[Order, RefundRequest] | None:
    """An order and a request that have the facts at an instant; None for goods not signed for and yet out of the window."""
    if facts.goods != "signed" and not facts.in_window:
        return None
    long_ago = at - timedelta(days=400)  # longer than any window that a policy can set
    since = at if facts.in_window else long_ago
    order = Order(
        id="ORDER-1",
        order_type=order_type,
        lines=(
            OrderLine(
                sku="SKU-1",
                title="示例商品",
                quantity=1,
                paid_fen=9900,
                no_reason_excluded=facts.excluded,
                open_case="OTHER-CASE" if facts.other_case_open else None,
            ),
        ),
        paid_at=since,
        shipped_at=None if facts.goods == "not_shipped" else since,
        signed_at=since if facts.goods == "signed" else None,
    )
    return order, RefundRequest(
        sku="SKU-1",
        kind=facts.kind,
        reason=facts.reason,
        amount_fen=None if facts.amount_ok else 9901,
        evidence=(Evidence(kind="photo", by="buyer", at=at),) if facts.has_evidence else (),
    )


def freight_of(facts: Any, order: Order) -> Freight | None:
    """Who pays the return freight: the insurer if there is freight insurance (assumed), the seller for a fault (L2, A7x), else
    the buyer (A7). None when nothing is sent back."""
    if facts.kind != "return_and_refund":
        return None
    if order.freight_insurance:
        return Freight("insurer", Text("运费险赔付", "the freight insurer pays"), "assumed")
    if facts.reason in FAULTS:
        return Freight("seller", Text("卖家承担运费", "the seller pays"), "L2 A7x")
    return Freight("buyer", Text("买家承担运费", "the buyer pays"), "A7")
