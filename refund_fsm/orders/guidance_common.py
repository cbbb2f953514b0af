"""Owns the guidance that order types share: buttons, kinds, reasons, evidence, the law. Data only.

No lengths here: a number that the policy can change is said by the advice, which reads the policy.
"""

from __future__ import annotations

from refund_fsm.orders.guidance_form import Overtaken, SentBack, said

# The names of buttons and badges, which the English texts keep as the app shows them.
BUTTONS = (
    *("小红书商城", "自营", "由小红书销售和发货", "申请小红书客服介入", "申请平台介入", "申请售后", "退款/退货"),
    *("我的订单", "订单", "联系客服", "咨询商家", "我的钱包", "会员卡", "我"),
)

KINDS = {
    "refund_only": said("A5 A6", "仅退款", "refund only"),
    "return_and_refund": said("A5 A7", "退货退款", "return and refund"),
}
GOODS_REASONS = {
    "changed_mind": said("A7", "不想要了", "changed mind"),
    "size_or_colour": said("A7", "尺码/颜色不合适", "wrong size or colour"),
    "quality": said("A6", "商品质量问题", "quality problem"),
    "damaged": said("A6", "商品破损", "damaged"),
    "not_as_described": said("A6", "与描述不符", "not as described"),
    "wrong_item": said("A6 D1", "发错货", "wrong item"),
    "not_received": said("A6 assumed", "未收到货", "not received"),
    "not_shipped": said("A6 D3", "商家未发货", "not shipped"),
}
GOODS = {
    "not_shipped": said("A6 D3", "商品尚未发货。", "The goods have not been shipped."),
    "in_transit": said("D4", "商品已发货、未签收。", "The goods are on their way and not signed for."),
    "signed": said(
        "D4 L5",
        "商品已于{day}签收，签收即为交付，期限从签收算起。",
        "The goods were signed for on {day}; signing is delivery, and the periods count from there.",
    ),
}
GOODS_OPEN = {
    ("not_shipped", "refund_only"): said(
        "A6 D3",
        "发货前一般随时可以申请仅退款，不用退货。",
        "As a rule a refund only can be asked for at any time before shipping, and nothing goes back.",
    ),
    ("in_transit", "return_and_refund"): said(
        "D4 assumed",
        "现在就可以申请退货退款；也可以拒收：同意退货后，把发货单号填为退货单号，就算寄回。",
        "A return can be asked for now. Refusing the delivery also counts as sending back: once the return is approved, the waybill of "
        "the delivery is the tracking number.",
    ),
}
REFUSING = {
    "in_transit": said(
        "assumed",
        "货还没签收的，拒收就算寄回：把发货单号填为退货单号。",
        "While the goods are not signed for, refusing the delivery counts as sending them back: its waybill is the tracking number.",
    )
}
NOT_SIGNED = said("D4", "七天无理由的期限要等签收才开始算。", "The days of no-reason return start with the signing.")
UNSAID = {
    "not_shipped": said(
        "",
        "多久之内必须发货，本程序依据的规则没有说。",
        "Within what time the goods must be shipped, the rules that this program goes by do not say.",
    )
}
HOLIDAYS = said(
    "L4 assumed",
    "这七天是自然日，中间的周末、节假日也算在内；最后一天遇节假日，法律上顺延，指南没有说顺延。",
    "These are calendar days: weekends and holidays among them count. A last day on a holiday rolls over by the law; the guide says "
    "nothing of that.",
)
SHIPPED_MEANWHILE = Overtaken(
    kind="refund_only",
    goods="not_shipped",
    as_filed=said(
        "assumed",
        "这笔仅退款是发货前提交的，之后才发的货：仍按提交时的情况处理，不用寄回、也没有退货单号可填。",
        "This refund only was filed before the goods were shipped: it stays as filed, nothing is sent back under it, and no tracking "
        "number is asked for.",
    ),
    anew=said(
        "assumed",
        "可以等结果，也可以结束这笔申请，再按现在的情况重新申请。",
        "Wait for the outcome, or end this request and file anew for how things are now.",
    ),
    travelling=said("assumed", "包裹送到时可以拒收。", "When the parcel comes, refuse it."),
)
SENT_BACK = SentBack(
    fact="goods_returned",
    arrival="deliver_return",
    there=said("assumed", "商品已经退回，在对方那里，不用再寄。", "The goods were sent back and have arrived; do not send them again."),
    lost=said(
        "assumed",
        "商品已经寄出，但没有送达记录；不用再寄一次，由平台看情况处理。",
        "The goods were sent back, but no delivery is on record; they need not be sent again, and the platform decides what follows.",
    ),
    kept=said(
        "assumed",
        "退回的商品在对方那里，应由对方另行寄回给买家；本程序不管这一步，也不会再有第二次退货。",
        "The goods are with the other side and are to be sent back to the buyer, outside of this process; there is no second return.",
    ),
    undelivered=said(
        "assumed",
        "寄出的商品没有送达记录，也不会再有第二次退货；丢失的包裹由谁赔，本程序依据的规则没有说。",
        "The goods were sent back, and no delivery is on record; there is no second return. Who answers for a lost parcel, the rules that "
        "this program goes by do not say.",
    ),
    ending=said(
        "assumed",
        "注意：商品已经寄出，不在买家手里；这样结束就没有退款，商品只能另行要回，也不能再退一次。",
        "Mind what is lost: the goods are no longer with the buyer. Ended so, there is no refund, the goods have to be got back outside "
        "of this process, and they cannot be returned a second time.",
    ),
)
PIECES = said(
    "A10 assumed",
    "“{title}”共{count}件：只退一部分的，金额按件数折算，一件是{share}，不足一分的舍去；申请金额不能超过尚可退的{left}。",
    "“{title}” is {count} pieces: for some of them the amount is their share, {share} for one, rounded down to the fen; no more than "
    "the {left} left can be asked for.",
)
FILING = (
    said("A5", "退款类型一般有两种：仅退款、退货退款。", "There are two kinds as a rule: refund only, and return and refund."),
    said("A8", "选最贴切的原因，把问题写清楚。", "Pick the reason that fits best and describe the problem clearly."),
    said(
        "A10 assumed",
        "金额已预填，请核对；本程序按该商品尚可退的余额计。",
        "The amount is filled in already: check it. Here it is what is left to refund on the item.",
    ),
)
EVIDENCE = (
    said(
        "D1 A9",
        "拍清楚的照片、视频，尤其是开箱视频，能大大提高通过率；商品有问题、发错货都用得上。",
        "Clear photos and video, an unboxing video above all, greatly raise the odds, for defects and wrong items alike.",
    ),
)
KEEP = said("D5", "所有聊天记录都别删。", "Keep every chat log.")
MANNER = said("D2", "沟通时保持礼貌，有话好好说，往往解决得更快。", "Stay polite and talk first: it is often the quicker way.")
SMALL = said(
    "D6 assumed",
    "金额不大（不超过{small}）：如果对方一直推脱，可以掂量一下值不值得再花时间和精力。",
    "The amount is small (at most {small}): if the other side keeps evading, weigh whether it is worth the time and effort.",
)
LAST_RESORT = said(
    "D7",
    "线上渠道都走不通时，最后可以打官方客服电话，或在官方微信公众号投诉。",
    "When every online channel has failed, the last resort is the official hotline, or a complaint through the official WeChat account.",
)
NO_REASON_LAW = said(
    "L1",
    "法律规定：网购商品七日内可以无理由退货，定作、鲜活易腐等商品除外；商品要完好，除另有约定外退货运费由买家承担。",
    "The law: online purchases can be returned within seven days without a reason, made-to-order, perishable and similar goods excepted; "
    "the goods must be intact, and the return freight is on the buyer unless agreed otherwise.",
)
FAULT_LAW = said(
    "L2",
    "法律规定：质量不合格的，收货七日内可以退货，运费由商家承担。",
    "The law: for a quality defect the goods can be returned within seven days of receipt, and the business bears the freight.",
)
FREIGHT = said(
    "A7 A7x",
    "一般理由退货，运费由买家承担；有些情况由商家或平台承担。",
    "With an ordinary reason the buyer pays the return freight; in some cases the merchant or the platform does.",
)
RETURNING = {
    "awaiting_return": said("A12", "按售后页显示的地址寄回，并填好物流单号。", "Ship to the address shown and enter the tracking number."),
    "refund_failed": said(
        "assumed", "打款失败会重试，同一笔退款不会重复支付。", "A failed payout is tried again; the same refund is never paid twice."
    ),
    "escalated": said(
        "D7 assumed",
        "已转官方客服处理，等结果即可；有新凭证尽快补上。",
        "Official customer service has it; wait, and add any new evidence soon.",
    ),
}
