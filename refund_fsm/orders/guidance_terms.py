"""Owns what the guidance of a shop by the platform's own rules says of its terms: kinds, goods, period, applications, what was sent back.

Data only; what the platform says is cited, what is assumed is marked. No lengths here, as in `guidance_official`.
"""

from __future__ import annotations

from dataclasses import replace

from refund_fsm.orders.guidance_common import SENT_BACK
from refund_fsm.orders.guidance_form import Applications, NoReason, Period, Said, said
from refund_fsm.orders.official_facts import KIND_LABELS, groundless_until, period_end, period_field

KINDS = {key: Said(KIND_LABELS[key], cites) for key, cites in (("refund_only", "R4 R5"), ("return_and_refund", "R6"), ("exchange", "R14"))}
FILING = (
    said(
        "R4–R6 R14",
        "有三种：仅退款、退货退款、换货；换货要等签收之后。",
        "There are three kinds: refund only, return and refund, and an exchange, the last once the goods are signed for.",
    ),
    said(
        "A8 R3 assumed",
        "选最贴切的原因，把问题写清楚：申请也算次数，被拒之后要先接受结果或撤销，才能再申请。",
        "Pick the reason that fits best and describe the problem clearly: every filing counts, and after a refusal the result is accepted "
        "or the request cancelled before another is filed.",
    ),
    said(
        "A10 assumed",
        "金额已预填，请核对；本程序按该商品尚可退的余额计。",
        "The amount is filled in already: check it. Here it is what is left to refund on the item.",
    ),
)
GOODS = {
    "not_shipped": said("R4", "商品尚未发货。", "The goods have not been shipped."),
    "in_transit": said("R5 R20", "商品已发货、未签收。", "The goods are on their way and not signed for."),
    "signed": said(
        "R2 assumed",
        "商品已于{day}签收；本程序以签收为确认收货，售后期从次日算起。",
        "The goods were signed for on {day}; here that stands for the confirmed receipt, and the after-sale period "
        "counts from the day after.",
    ),
}
GOODS_OPEN = {
    ("not_shipped", "refund_only"): said(
        "R4 R15",
        "发货前可以申请仅退款，不用退货；含税、直邮、定制以外的订单，平台可能马上同意。",
        "Before shipping a refund only can be asked for, and nothing goes back; unless the order is taxed, direct mail or custom, the "
        "platform may agree at once.",
    ),
    ("in_transit", "refund_only"): said(
        "R20",
        "迟迟收不到的，可以以“未收到货”申请仅退款；七天无理由、非跨境、非定制等特殊订单、金额不超过{fast_refund_fen}的，平台可能马上退款。",
        "If they do not come, a refund only can be asked for as “not received”; for seven-day goods up to {fast_refund_fen}, neither "
        "cross-border nor of a special order, the platform may refund at once.",
    ),
    ("in_transit", "return_and_refund"): said(
        "R6 assumed",
        "现在就可以申请退货退款；也可以拒收：同意退货后，把发货单号填为退货单号，就算寄回。",
        "A return can be asked for now. Refusing the delivery also counts as sending back: once the return is approved, the waybill of "
        "the delivery is the tracking number.",
    ),
}
PERIOD = Period(
    end=period_end,
    field=period_field,
    unsigned=said(
        "R2 assumed",
        "售后期要等签收才开始算，签收之前都可以申请。",
        "The after-sale period starts with the signing; until then a request is taken.",
    ),
    ahead=said(
        "R2",
        "售后期：签收后{length}内可以申请，最晚{end}；再次申请也从原来的签收算起。",
        "The after-sale period: within {length} of the signing, until {end}; filing anew counts from the same signing.",
    ),
    over=said(
        "R2",
        "售后期（签收后{length}）已于{end}届满，不能再申请。",
        "The after-sale period ({length} from the signing) ended on {end}; nothing more can be filed.",
    ),
    again=said(
        "R2 R8",
        "这笔售后结束而没有退款的，可以在{end}之前重新申请。",
        "If this case ends without a refund, a new one can be filed before {end}.",
    ),
)
APPLICATIONS = Applications(
    most="max_applications",
    unused=said(
        "R3",
        "同一商品最多申请{most}次售后，还没有申请过。",
        "At most {most} after-sales can be filed for one item; none was so far.",
    ),
    left=said(
        "R3",
        "同一商品最多申请{most}次售后，已申请{made}次，还可以申请{left}次。",
        "At most {most} after-sales for one item: {made} filed so far, {left} left.",
    ),
    last=said(
        "R3",
        "同一商品最多申请{most}次售后，已申请{made}次，只剩最后1次：选好原因、备好凭证再提交。",
        "At most {most} after-sales for one item: {made} filed so far, so the next is the last one. Choose the reason and have the "
        "evidence "
        "ready before filing it.",
    ),
    none=said(
        "R3",
        "同一商品最多申请{most}次售后，已申请{made}次，不能再申请。",
        "At most {most} after-sales for one item: {made} filed so far, and none is left.",
    ),
)
NO_REASON = NoReason(
    end=groundless_until,
    term="R17",
    refusal="reject",
    refused="rejected",
    ahead=said(
        "R17",
        "七天无理由到{end}为止（签收次日零点起168小时）：在此之前，商家以无理由为由拒绝的，不成立。",
        "The days without a reason run until {end} (168 hours from 00:00 of the day after the signing): before that, a refusal for want of "
        "a reason is groundless.",
    ),
    over=said(
        "R17",
        "七天无理由已于{end}届满：售后期内仍可申请，但商家可以以此拒绝。",
        "The days without a reason ended on {end}: in the after-sale period a request is still taken, but the merchant may refuse it for "
        "that.",
    ),
    warned=said(
        "R17",
        "在{end}之前，以无理由为由拒绝的不成立：要拒绝，须有别的理由和凭证。",
        "Before {end} a refusal for want of a reason is groundless: to refuse takes another ground, and evidence of it.",
    ),
    groundless=said(
        "R17",
        "商家拒绝时仍在七天无理由期内：以无理由为由的拒绝不成立，可以据此申请平台介入。",
        "The merchant refused within the days without a reason: a refusal for want of one is groundless, and a ground to ask the platform "
        "to step in.",
    ),
    excluded=said(
        "R16 R17",
        "“{title}”不支持七天无理由：商家可以以此拒绝，退回途中也没有极速退款。",
        "“{title}” has no days without a reason: the merchant may refuse for that, and there is no fast refund on the way back.",
    ),
)
SENT = replace(
    SENT_BACK,
    taken=("confirm_receipt",),
    exchanged="exchange_sent",
    there=said(
        "assumed",
        "退回的商品已在商家那里，买家不用再寄。",
        "The goods that were sent back are with the merchant; the buyer need not send them again.",
    ),
    kept=said(
        "assumed",
        "退回的商品在商家那里，应由商家另行寄回给买家；本程序不管这一步，也不会再有第二次退货。",
        "The goods are with the merchant, who is to send them back to the buyer, outside of this process; there is no second return.",
    ),
    instead=said(
        "R14",
        "退回的商品在商家那里，换货已由商家寄出。",
        "The goods that were sent back are with the merchant, who has shipped others in exchange.",
    ),
    ending_well=said(
        "R14 assumed",
        "注意：这样就按换货完成结束，不会退款；换来的商品没有收到或有问题的，应交平台处理，不要让售后这样结束。",
        "Mind what is lost: the case then ends as an exchange, without a refund. If the exchanged goods never came, or are faulty, leave "
        "it "
        "to the platform rather than let the case end so.",
    ),
)
