"""Owns the guidance that order types share: buttons, kinds, reasons, evidence, the law. Data only.

No lengths here: a number that the policy can change is said by the advice, which reads the policy.
"""

from __future__ import annotations

from refund_fsm.orders.guidance_form import said

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
    "not_shipped": said(
        "A6 D3",
        "商品尚未发货：一般随时可以申请仅退款，不用退货。",
        "The goods have not been shipped: as a rule a refund only can be asked for at any time, and nothing goes back.",
    ),
    "in_transit": said(
        "D4 assumed",
        "商品已发货、未签收：七天无理由的期限还没开始算，可以申请退货退款；也可以拒收，把发货单号填为退货单号。",
        "The goods are on their way: the days of no-reason return have not started, and a return can be asked for. "
        "Refusing the delivery also counts as sending back; its waybill is then the tracking number.",
    ),
    "signed": said(
        "D4 L5",
        "商品已于{day}签收，签收即为交付，期限从签收算起。",
        "The goods were signed for on {day}; signing is delivery, and the periods count from there.",
    ),
}
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
    said("D5", "所有聊天记录都别删。", "Keep every chat log."),
)
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
    "return_shipped": said(
        "A13", "退货在路上，签收并确认无误后才退款。", "The return is on its way; the refund follows once it is found in order."
    ),
    "refund_failed": said(
        "assumed", "打款失败会重试，同一笔退款不会重复支付。", "A failed payout is tried again; the same refund is never paid twice."
    ),
    "escalated": said(
        "D7 assumed",
        "已转官方客服处理，等结果即可；有新凭证尽快补上。",
        "Official customer service has it; wait, and add new evidence soon.",
    ),
}
