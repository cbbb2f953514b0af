"""Owns the guidance of the registered order types. Data only; what the guide says is cited, what is assumed is marked.

That of the platform's own table is in `guidance_official`.

No lengths here: a number that the policy can change is said by the advice, which reads the policy.
"""

from __future__ import annotations

from refund_fsm.orders.goods import FAULTS, goods_at, window_end, window_open
from refund_fsm.orders.guidance_common import (
    EVIDENCE,
    FAULT_LAW,
    FILING,
    FREIGHT,
    GOODS,
    GOODS_OPEN,
    GOODS_REASONS,
    HOLIDAYS,
    KEEP,
    KINDS,
    LAST_RESORT,
    MANNER,
    NO_REASON_LAW,
    NOT_SIGNED,
    PIECES,
    REFUSING,
    RETURNING,
    SENT_BACK,
    SHIPPED_MEANWHILE,
    SMALL,
    UNSAID,
)
from refund_fsm.orders.guidance_form import Guidance, Term, said
from refund_fsm.orders.guidance_official import OFFICIAL
from refund_fsm.orders.virtual import at_once_end

RETURN_SHIPPED_MALL = said(
    "A13 assumed",
    "退货在路上，签收并确认无误后才退款；包裹丢了或迟迟不到，转官方客服处理。",
    "The return is on its way; the refund follows once it is found in order. If the parcel is lost or overdue, official customer service "
    "takes it up.",
)
RETURN_SHIPPED_SHOP = said(
    "A13 B9 assumed",
    "退货在路上，商家签收并确认无误后才退款；包裹丢了或迟迟不到，由平台介入裁决。",
    "The return is on its way; the refund follows once the merchant finds it in order. If the parcel is lost or overdue, the platform "
    "steps in and rules.",
)

# 1. The platform's own mall
MALL = Guidance(
    process=said(
        "A1", "适用自营流程：平台就是卖家，流程统一，最省事。", "The mall's process applies: the platform is the seller, the simplest case."
    ),
    applies=said(
        "A2",
        "理由：商品左下角标有“小红书商城”或“自营”，或页面写明“由小红书销售和发货”。",
        "Why: the badge at the item's lower left is 小红书商城 or 自营, or the page says 由小红书销售和发货.",
    ),
    where=(
        said(
            "A3", "入口：右下角“我”→ 右上角“☰”→“订单”或“我的订单”。", "Where: 我 (Me, lower right) → ☰ (upper right) → 订单 or 我的订单."
        ),
        said("A4", "点开订单 → 订单详情 →“申请售后”或“退款/退货”。", "Open the order → order detail → 申请售后 or 退款/退货."),
    ),
    filing=(*FILING, FREIGHT),
    asks=("submit",),
    kinds=KINDS,
    reasons=GOODS_REASONS,
    states={
        "requested": said(
            "A11", "已提交，等平台审核；审核期间可以补传凭证。", "Filed: wait for the platform's review; evidence can be added meanwhile."
        ),
        "reviewing": said("A11 A9", "平台正在审核；补传照片、视频有助于通过。", "The platform is reviewing; photos and video help."),
        "awaiting_evidence": said(
            "A9 D1", "平台要求补充凭证，请尽快上传照片或视频。", "The platform asks for evidence: upload photos or video soon."
        ),
        "received": said("A13", "平台已收到退货，验货无误后原路退款。", "The platform has the return; once in order, the money goes back."),
        "return_shipped": RETURN_SHIPPED_MALL,
        "rejected": said("D1", "先看清拒绝理由，补强凭证。", "Read the reason given, and add evidence."),
        "receipt_rejected": said(
            "D1 D7", "验货没通过：有异议就补凭证并投诉。", "The inspection failed: if you object, add evidence and complain."
        ),
        **RETURNING,
    },
    open_in={
        ("rejected", "resubmit"): said("assumed", "补强凭证后可以重新申请。", "With more evidence, apply again."),
        ("rejected", "complain"): said("D7", "不认可结果的，可以投诉。", "If you object to the result, complain."),
    },
    evidence=EVIDENCE,
    keep=KEEP,
    refunder=said("S1", "由平台退款：“我的订单”→“申请售后”。", "The platform refunds: 我的订单 → 申请售后."),
    money=said("A13", "按原支付方式退回（{route}）。", "The money returns by the way it was paid ({route})."),
    law=(NO_REASON_LAW, FAULT_LAW),
    manner=MANNER,
    small_amount=SMALL,
    last_resort=LAST_RESORT,
    goods=GOODS,
    goods_at=goods_at,
    window=window_end,
    window_guard=window_open.name,
    not_signed=NOT_SIGNED,
    holidays=HOLIDAYS,
    faults=FAULTS,
    goods_open=GOODS_OPEN,
    refusing=REFUSING,
    unsaid=UNSAID,
    overtaken=(SHIPPED_MEANWHILE,),
    sent_back=SENT_BACK,
    pieces=PIECES,
)

# 2. A third-party shop
SHOP = Guidance(
    process=said(
        "B1",
        "适用店铺流程：买卖双方是买家和商家，平台只提供服务，情况最复杂。",
        "The shop's process applies: the deal is with the merchant, the platform only serves, the most complex case.",
    ),
    applies=said(
        "B2",
        "理由：商品左下角是某家店铺的名称，不是“小红书商城”。",
        "Why: the badge at the item's lower left is a shop's name, not 小红书商城.",
    ),
    where=(
        said("B3", "入口：“我的订单”→ 订单 → 先点“联系客服”或“咨询商家”。", "Where: 我的订单 → the order → first 联系客服 or 咨询商家."),
        said("B6 B7", "谈不拢再走：订单详情 →“申请售后”。", "Failing that: order detail → 申请售后."),
        said("B8", "被商家拒绝后：“申请平台介入”或“申请小红书客服介入”。", "After a rejection: 申请平台介入 or 申请小红书客服介入."),
    ),
    filing=(*FILING, FREIGHT),
    asks=("submit",),
    kinds=KINDS,
    reasons=GOODS_REASONS,
    better_first={
        "submit": (
            "contact_merchant",
            said(
                "B3–B6 D2",
                "可以直接申请，但建议先跟商家谈：商家同意的话会直接退款，谈不拢再申请。",
                "Filing directly is allowed, but talk first: a merchant who agrees refunds directly, and you can still file otherwise.",
            ),
        )
    },
    states={
        "negotiating": said(
            "B4 B5 D2 D5",
            "跟商家讲清原因和退款意愿；商家同意的话直接退款，等到账就行。",
            "State the reason and the wish for a refund. A merchant who agrees refunds directly, and you wait for the money.",
        ),
        "return_shipped": RETURN_SHIPPED_SHOP,
        "requested": said("B7", "申请已提交，等商家处理。", "Filed: the merchant has to decide."),
        "reviewing": said(
            "B7 B9", "商家正在审核；聊天记录、问题照片可以补传。", "The merchant is reviewing; chat logs and photos can be added."
        ),
        "received": said("B7 assumed", "商家已收到退货，确认后退款。", "The merchant has the return; the refund follows the confirmation."),
        "rejected": said(
            "B8 B9 D5",
            "被商家拒绝也不用慌：带上聊天记录、问题照片，申请平台介入。",
            "A rejection is not the end: gather the chat logs and photos of the problem and ask the platform to step in.",
        ),
        "receipt_rejected": said(
            "B8 B9", "商家不认退货：带上寄件凭证申请平台介入。", "The merchant refuses the return: take proof to the platform."
        ),
        "platform_arbitration": said(
            "B9–B11",
            "平台正在裁决，看的是双方证据；其间商家的操作受限，买家补好证据、等结果即可。",
            "The platform rules on the evidence; what the merchant may do is restricted meanwhile. Add evidence and wait for the ruling.",
        ),
        "ruled_against": said(
            "D7", "平台判定不退款；仍不认可的，可以投诉。", "The platform ruled against a refund; if you still object, complain."
        ),
        **RETURNING,
    },
    open_in={("negotiating", "submit"): said("B6", "商家不同意或不回复，就自己提交申请。", "Without consent or an answer, file yourself.")},
    evidence=(
        *EVIDENCE,
        said(
            "B9",
            "平台裁决看证据：聊天记录、问题照片都要备好。",
            "The platform rules on evidence: have chat logs and photos of the problem ready.",
        ),
    ),
    keep=KEEP,
    refunder=said(
        "S2",
        "由商家退款，平台仲裁：“联系客服”→“申请售后”→“申请平台介入”。",
        "The merchant refunds, the platform arbitrates: 联系客服 → 申请售后 → 申请平台介入.",
    ),
    money=said("B7 A13", "按原支付方式退回（{route}）。", "The money returns by the way it was paid ({route})."),
    law=(NO_REASON_LAW, FAULT_LAW),
    manner=MANNER,
    small_amount=SMALL,
    last_resort=LAST_RESORT,
    goods=GOODS,
    goods_at=goods_at,
    window=window_end,
    window_guard=window_open.name,
    not_signed=NOT_SIGNED,
    holidays=HOLIDAYS,
    faults=FAULTS,
    goods_open=GOODS_OPEN,
    refusing=REFUSING,
    unsaid=UNSAID,
    overtaken=(SHIPPED_MEANWHILE,),
    sent_back=SENT_BACK,
    pieces=PIECES,
)

# 3. Virtual goods and services
ASK_SERVICE = said("C7", "由客服逐案处理，留意回复。", "Customer service handles it case by case; watch for an answer.")
VIRTUAL = Guidance(
    process=said(
        "C1 C7",
        "适用虚拟商品流程：没有退货环节，由客服逐案判断。",
        "The process for virtual goods applies: nothing is sent back, and customer service decides case by case.",
    ),
    applies=said(
        "C1",
        "理由：买的是月卡、季卡、年卡会员或礼品卡等虚拟商品。",
        "Why: what was bought is a month, quarter or year membership, a gift card or the like.",
    ),
    where=(said("C6", "入口：“我”→“我的钱包”→“会员卡”，或从订单进入。", "Where: 我 (Me) → 我的钱包 → 会员卡, or from the order."),),
    filing=(
        said(
            "C7",
            "点“联系客服”，在线或打电话说明情况；能不能退由客服判断。",
            "Tap 联系客服, online or by phone, and explain; the outcome is at customer service's discretion.",
        ),
        said("A10 assumed", "可申请的金额以尚可退的余额为限。", "At most what is left to refund can be asked for."),
    ),
    asks=("contact_support", "start_review", "approve_refund"),
    reasons={
        "wrong_purchase": said("C3", "误购", "bought by mistake"),
        "unused": said("C4", "未使用任何权益", "no benefit used"),
        "platform_fault": said("C5", "平台故障", "the platform's fault"),
        "changed_mind": said("C2", "不想要了", "changed mind"),
    },
    states={
        "requested": ASK_SERVICE,
        "reviewing": ASK_SERVICE,
        "awaiting_evidence": said("C7 D1", "客服要求补充凭证，请尽快上传。", "Customer service asks for evidence: upload it soon."),
        "refund_failed": RETURNING["refund_failed"],
        "rejected": said("C7 D7", "客服没有同意；不认可的，可以投诉。", "Customer service refused; if you object, complain."),
        "escalated": RETURNING["escalated"],
    },
    evidence=(said("D1", "故障、误购的截图或录屏要清楚。", "Have clear pictures or a recording of the fault or the mistaken purchase."),),
    keep=said("D5", "跟客服的聊天记录都别删。", "Keep every chat log with customer service."),
    refunder=said("S3", "由平台退款，逐案判断：“联系客服”。", "The platform refunds, case by case: 联系客服."),
    money=said("A13 assumed", "按原支付方式退回（{route}）。", "The money returns by the way it was paid ({route})."),
    law=(
        said(
            "L1",
            "法律规定：下载或拆封的音像制品、软件等不适用七日无理由退货。",
            "The law: downloaded or unsealed audio-visual goods, software and the like have no seven-day no-reason return.",
        ),
    ),
    manner=MANNER,
    small_amount=SMALL,
    last_resort=LAST_RESORT,
    activated=said(
        "C2",
        "已于{when}开通，服务已经开始，一般不能无理由退款。",
        "Activated on {when}: the service has begun, so as a rule there is no no-reason refund.",
    ),
    not_activated=said(
        "C2 C4", "尚未开通；如要退款，请在使用权益之前尽早提出。", "Not activated yet; ask before any benefit is used, and soon."
    ),
    terms=(
        Term(
            reason="unused",
            field="found_at_once_hours",
            end=at_once_end,
            ahead=said(
                "C4 assumed",
                "以“未使用任何权益”为由的，要在付款后{length}之内提出，即{end}之前，且没有用过权益。",
                "On the ground “no benefit used”, ask within {length} of the payment, that is before {end}, with no benefit used.",
            ),
            over=said(
                "C4 assumed",
                "以“未使用任何权益”为由的，要在付款后{length}之内提出：{end}已过。",
                "On the ground “no benefit used” one had to ask within {length} of the payment: {end} is over.",
            ),
        ),
    ),
    pieces=PIECES,
)

GUIDANCE = {"self_operated": MALL, "third_party": SHOP, "virtual": VIRTUAL, "shop_official": OFFICIAL}
