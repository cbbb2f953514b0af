"""Owns the guidance of a shop by the platform's own rules. Data only; what the platform says is cited, what is assumed is marked.

No lengths here: a number that the policy can change is said by the advice, which reads the policy; `{field}` stands for one. What it
says of kinds, goods and terms is in `guidance_terms`.
"""

from __future__ import annotations

from refund_fsm.orders.goods import FAULTS, goods_at
from refund_fsm.orders.guidance_common import (
    EVIDENCE,
    FAULT_LAW,
    FREIGHT,
    GOODS_REASONS,
    KEEP,
    LAST_RESORT,
    MANNER,
    NO_REASON_LAW,
    PIECES,
    REFUSING,
    RETURNING,
    SHIPPED_MEANWHILE,
    SMALL,
    UNSAID,
)
from refund_fsm.orders.guidance_form import Guidance, said
from refund_fsm.orders.guidance_terms import APPLICATIONS, FILING, GOODS, GOODS_OPEN, KINDS, NO_REASON, PERIOD, SENT

# 1. By state, and what is possible there
STATES = {
    "requested": said(
        "R4–R6 R19",
        "已提交，等商家处理；商家一直不处理的，到时由系统同意。平台可视情况缩短商家的时间，本程序没有计入。",
        "Filed: the merchant has to answer, and silence agrees by the clock. The platform may shorten the merchant's time case by case, "
        "which is not counted here.",
    ),
    "awaiting_return": said(
        "R8 A12",
        "退货已同意：按售后页显示的地址寄回，并填好物流单号；逾期不填，售后就结束。",
        "Approved: ship to the address shown and enter the tracking number; without it in time the case ends.",
    ),
    "return_shipped": said(
        "R9 assumed",
        "退货在路上，商家签收并确认后才有下一步；商家一直不确认，到时由系统处理。包裹丢了的，商家不拒绝也按确认处理，请留好寄件凭证。",
        "The return is on its way, and the merchant's confirmation comes next; without it the clock acts. A lost parcel is confirmed by "
        "the "
        "clock too unless the merchant refuses; keep the proof of posting.",
    ),
    "received": said("R9", "商家已签收退货，确认之后才有下一步。", "The merchant has the return; the next step follows the confirmation."),
    "rejected": said(
        "R11 B9 D5",
        "被商家拒绝也不用慌：带上聊天记录、问题照片，在期限之前申请平台介入；逾期不申请，售后就关闭。",
        "A rejection is not the end: gather the chat logs and photos of the problem and ask the platform to step in before the limit, at "
        "which the case closes.",
    ),
    "receipt_rejected": said(
        "R13",
        "商家不认退货：会自动转平台处理，由商家举证；买家也可以先申请，带上寄件凭证。",
        "The merchant refuses the return: it goes to the platform by itself, and the merchant has to bring evidence; the buyer may also "
        "ask "
        "first, with proof of posting.",
    ),
    "platform_arbitration": said(
        "B9 B11 R13",
        "平台正在裁决，看的是双方证据；买家补好证据、等结果即可。裁决的期限平台没有公布，按假设计。",
        "The platform rules on the evidence of both sides: add evidence and wait for the ruling. How long that takes is not published; the "
        "limit is assumed.",
    ),
    "exchange_to_ship": said(
        "R14 assumed",
        "商家已收到退货，应在期限之前换货发货，运费由商家承担；逾期不发，可以申请平台介入，也可能转为退款。",
        "The merchant has the goods and has to ship the exchange by the limit, at his own cost; past it, ask the platform to step in, or "
        "the exchange may be turned into a refund.",
    ),
    "exchange_shipped": said(
        "R11 R14",
        "换货已寄出：收到后请确认，逾期自动确认；没收到或有问题的，在此之前申请平台介入。",
        "The exchange was shipped: confirm it once it is there, or the clock does. If it does not come, or is faulty, ask the platform to "
        "step in before that.",
    ),
    "exchanged": said("R14", "换货已经完成，这笔售后不退款。", "The exchange is done; nothing is refunded in this case."),
    "refund_failed": RETURNING["refund_failed"],
}
OPEN_IN = {
    ("requested", "fast_refund"): said(
        "R15 R20",
        "符合极速退款的条件：平台可能不等商家、马上退款。",
        "The conditions of a fast refund are met: the platform may refund at once, without the merchant.",
    ),
    ("requested", "refund_without_return"): said(
        "R7", "你同意的话，商家也可以不要求退货、直接退款。", "If you agree, the merchant may also refund without the goods."
    ),
    ("requested", "refuse_by_shipping"): said(
        "R12",
        "商家不同意的，会直接发货，这笔售后随即关闭；货到可以拒收，或另行申请。",
        "A merchant who does not agree ships the order, and the case closes at once; refuse the delivery then, or file anew.",
    ),
    ("return_shipped", "fast_refund_on_return"): said(
        "R16",
        "支持七天无理由的商品，物流揽收后平台可能先行退款；平台另有例外，本程序没有计入。",
        "For seven-day goods the platform may refund once the carrier has scanned the parcel; it makes exceptions that are not counted "
        "here.",
    ),
    ("return_shipped", "extend_receipt"): said(
        "R10",
        "商家可以把收货时间延长一次，最多{extension_days}。",
        "The merchant may extend the time for the receipt once, by up to {extension_days}.",
    ),
    ("platform_arbitration", "rule_return"): said(
        "B9 assumed",
        "平台可能判定退货退款：货要寄回，并填好物流单号。",
        "The platform may rule for return and refund: the goods then go back, with a tracking number.",
    ),
}

# 2. What goes with an event, for whoever may send it
TOLD = {
    "refund_without_return": said(
        "R7",
        "须买家同意，商品留给买家；接口文档对退货类不允许这样操作。",
        "It takes the buyer's consent, who keeps the goods; the documents of the interface refuse it for returns.",
    ),
    "refuse_by_shipping": said(
        "R12",
        "发货就是拒绝；2025年的规则写的是同意或拒绝，这一步依据2023年的文档。",
        "Shipping is the refusal: so the documents of 2023, while the rule of 2025 speaks of agreeing or refusing.",
    ),
    "approve_return": said("R8", "买家须在{parcel_return_days}内寄回并填写单号。", "The buyer has {parcel_return_days} to send them back."),
    "extend_receipt": said(
        "R10",
        "只能延长一次，延长{extension_days}；退货已签收或已拒收的，不能再延长。",
        "Once only, by {extension_days}; not when the parcel was signed for or refused.",
    ),
    "reject_receipt": said(
        "R13", "拒绝后会自动转平台处理，由商家举证。", "It goes to the platform by itself, and the merchant brings the evidence."
    ),
    "ship_exchange": said(
        "R14",
        "买家有{exchange_confirm_days}确认，逾期自动确认。",
        "The buyer has {exchange_confirm_days} to confirm, else the clock does.",
    ),
    "fast_refund": said("R15 R20", "不必等商家处理。", "The merchant need not answer first."),
    "fast_refund_on_return": said("R16", "说明里写物流揽收的记录。", "The note names the carrier's scan of the parcel."),
    "step_in": said("R13", "由商家举证。", "The merchant has to bring the evidence."),
    "turn_into_refund": said("R14 assumed", "不再换货，直接退款。", "Nothing is exchanged any more, and the refund follows."),
    "rule_return": said(
        "B9 assumed",
        "之后都按退货退款处理，买家须在{parcel_return_days}内寄回手里的商品。",
        "From then on it is a return and refund; the buyer has {parcel_return_days} to send back what he has.",
    ),
    "rule_refund": said(
        "assumed",
        "换货已寄出的，须写明为何仍判退款，例如没有送到。",
        "Where an exchange was shipped, say why a refund is granted all the same, such as that it never came.",
    ),
    "concede": said(
        "assumed", "退的是商家自己的钱，货退不退都一样。", "It is the merchant's own money, whether the goods come back or not."
    ),
    "confirm_exchange": said("R14", "收到货、检查过再确认。", "Confirm only what has come and was looked at."),
}
BECAUSE = {
    "silence_steps_in": said(
        "R14",
        "订单金额超过{dear_fen}的换货，商家不确认收货的，由平台介入，不直接退款。",
        "For an exchange of an order above {dear_fen} the platform steps in when the merchant is silent; it is not refunded at once.",
    ),
}

OFFICIAL = Guidance(
    process=said(
        "B1 R1",
        "适用第三方店铺流程，依据小红书自己公布的规则：买卖双方是买家和商家，平台提供服务并裁决。",
        "The process of a third-party shop applies, by what Xiaohongshu itself publishes: the deal is with the merchant, the platform "
        "serves "
        "and rules.",
    ),
    applies=said(
        "B2 R1",
        "理由：商品左下角是某家店铺的名称，并且选择了按平台规则判断；依据的是2026年3月9日的副本，平台之后可能改过。",
        "Why: the badge at the item's lower left is a shop's name, and the platform's own rules were chosen, in the copy of 9 March 2026; "
        "they may have been changed since.",
    ),
    where=(
        said("B7", "入口：“我的订单”→ 订单详情 →“申请售后”。", "Where: 我的订单 → order detail → 申请售后."),
        said("B8 R11", "被商家拒绝后：“申请平台介入”或“申请小红书客服介入”。", "After a rejection: 申请平台介入 or 申请小红书客服介入."),
    ),
    filing=(*FILING, FREIGHT),
    asks=("submit",),
    kinds=KINDS,
    reasons=GOODS_REASONS,
    states=STATES,
    open_in=OPEN_IN,
    evidence=(
        *EVIDENCE,
        said(
            "B9 R13",
            "平台裁决看证据：聊天记录、问题照片、寄件凭证都要备好。",
            "The platform rules on evidence: have chat logs, photos of the problem and proof of posting ready.",
        ),
    ),
    keep=KEEP,
    refunder=said(
        "R4 R9 R13",
        "由商家退款，平台裁决；商家一直不处理的，到时由系统代为处理。",
        "The merchant refunds and the platform rules; where the merchant is silent, the clock acts in his place.",
    ),
    money=said("A13 assumed", "按原支付方式退回（{route}）。", "The money returns by the way it was paid ({route})."),
    kind_money={
        "exchange": said(
            "R14",
            "换货完成的不退款；只有换货转为退款时，才有下面的到账时间。",
            "An exchange that is completed refunds nothing; only where it becomes a refund does the following count.",
        )
    },
    law=(NO_REASON_LAW, FAULT_LAW),
    manner=MANNER,
    small_amount=SMALL,
    last_resort=LAST_RESORT,
    goods=GOODS,
    goods_at=goods_at,
    faults=FAULTS,
    goods_open=GOODS_OPEN,
    refusing=REFUSING,
    unsaid=UNSAID,
    overtaken=(SHIPPED_MEANWHILE,),
    sent_back=SENT,
    pieces=PIECES,
    period=PERIOD,
    applications=APPLICATIONS,
    no_reason=NO_REASON,
    told=TOLD,
    because=BECAUSE,
    bound={"exchange_to_ship": "merchant", "platform_arbitration": "platform"},  # R14, B11
    notices={"R18": said("R18", "春节期间", "around the Spring Festival")},
)
