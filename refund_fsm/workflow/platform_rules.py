"""Owns what the platform itself publishes about refunds of third-party shops, in our own words, with source and date. Data only.

Addresses and marks of confidence are those of the copies that were read; the platform may have changed its texts since.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from refund_fsm.text import Text


@dataclass(frozen=True, slots=True)
class Published:
    """A text that the platform itself published, as read in a copy of `copied`; it may have been changed since."""

    title: Text
    address: str
    copied: date


COPIED = date(2026, 3, 9)  # when the rule centre's texts were read
_RULES = "https://school.xiaohongshu.com/rule/detail/35/"
_10124 = Published(
    Text("小红书第三方商家售后服务管理规则（10124）", "After-sales rule for third-party shops (10124)"), f"{_RULES}10124", COPIED
)
_3484 = Published(Text("退款不退货服务规范（3484）", "Refund without return (3484)"), f"{_RULES}3484", COPIED)
_10021 = Published(Text("已发货极速退款服务规范（10021）", "Fast refund of shipped goods (10021)"), f"{_RULES}10021", COPIED)
_67764 = Published(Text("2026年春节公告（67764）", "Notice on the Spring Festival 2026 (67764)"), f"{_RULES}67764", COPIED)
_OPEN = Published(
    Text("开放平台售后接入说明", "The open platform's guide to after-sales"), "https://open.xiaohongshu.com/document", date(2025, 9, 26)
)
# R. What the platform publishes about third-party shops
PLATFORM: Mapping[str, tuple[Published, Text]] = {
    "R1": (
        _10124,
        Text(
            "第三方商家的售后规则自2025年12月24日起上线；“天”指自然日；售后提交时有效的规则适用于该笔售后",
            "The rule for third-party shops is online since 2025-12-24; a day is a natural day; what was in force when an after-sale was "
            "filed holds for it",
        ),
    ),
    "R2": (
        _10124,
        Text(
            "确认收货后30天内可申请售后；电子资料类为15天",
            "An after-sale may be filed within 30 days of the confirmed receipt; for electronic material within 15",
        ),
    ),
    "R3": (_10124, Text("同一商品最多申请5次售后", "At most five after-sales for one item")),
    "R4": (
        _10124,
        Text(
            "发货前退款：商家24小时内处理，不处理视为同意并退款（就普通国内商品而言）",
            "Refund before shipping: the merchant answers within 24 hours; silence agrees and refunds (said of ordinary domestic goods)",
        ),
    ),
    "R5": (
        _10124,
        Text(
            "已发货仅退款：商家36小时内处理，生鲜24小时；不处理视为同意并退款",
            "Refund only of shipped goods: 36 hours for the merchant, 24 for fresh food; silence agrees and refunds",
        ),
    ),
    "R6": (
        _10124,
        Text(
            "退货退款：商家36小时内处理，生鲜24小时；不处理视为同意退货",
            "Return and refund: 36 hours for the merchant, 24 for fresh food; silence approves the return",
        ),
    ),
    "R7": (
        _3484,
        Text(
            "买家同意的，商家可以不要求退货、直接退款（接口文档对退货类不允许这样操作，备注）",
            "If the buyer agrees, the merchant may refund a return at once, without the goods (the interface refuses that "
            "for returns: kept as "
            "a note)",
        ),
    ),
    "R8": (
        _10124,
        Text(
            "同意退货后，买家7天内填写退货单号，否则售后结束；售后期内可再次申请",
            "The buyer enters the tracking number within 7 days of the approval, else the case ends; it may be filed "
            "anew within the period",
        ),
    ),
    "R9": (
        _10124,
        Text(
            "填写退货单号后7天内（跨境10天）、物流签收后48小时内，商家确认收货；不处理视为确认并退款",
            "The merchant confirms the goods within 7 days of the tracking number (cross-border 10) and within 48 hours of the carrier's "
            "signature; silence confirms and refunds",
        ),
    ),
    "R10": (
        _10124,
        Text(
            "商家可延长收货一次，最多7天；已签收或已拒收的除外",
            "The merchant may extend the receipt once, by up to 7 days, unless the parcel was signed for or refused",
        ),
    ),
    "R11": (
        _10124,
        Text(
            "申请被拒后，买家7天内可申请平台介入，否则售后关闭；换货待确认期间也可申请",
            "After a refusal the buyer has 7 days to bring the platform in, else the case closes; he may also do so while "
            "exchanged goods await "
            "his confirmation",
        ),
    ),
    "R12": (
        _OPEN,
        Text(
            "发货前的退款，商家以发货的方式拒绝，售后随即关闭（2023年文档；2025年规则写的是同意或拒绝，备注）",
            "A refund before shipping is refused by shipping the order, and the case closes at once (documents of 2023; the "
            "rule of 2025 speaks "
            "of agreeing or refusing: kept as a note)",
        ),
    ),
    "R13": (
        _10124,
        Text(
            "商家拒收退货的，自动转平台处理，由商家举证",
            "The merchant's refusal of returned goods goes to the platform by itself; the merchant brings evidence",
        ),
    ),
    "R14": (
        _10124,
        Text(
            "换货：处理、寄回、收货同退货；收到后48小时内换货发货，买家7天内确认，逾期自动确认；商家不确认收货的，订单超过200元由平台介入，"
            "其余转为退货退款",
            "Exchange: answered, sent back and received as a return; shipped within 48 hours of the receipt, confirmed by "
            "the buyer within 7 "
            "days or by itself. Silence on the goods: above 200 yuan the platform steps in, else it becomes a return and is refunded",
        ),
    ),
    "R15": (
        _10124,
        Text(
            "发货前极速退款：平台可直接同意（含税、直邮、定制商品除外）",
            "Fast refund before shipping: the platform may agree at once (not for taxed, direct-mail and custom goods)",
        ),
    ),
    "R16": (
        _10124,
        Text(
            "退货途中极速退款：七天无理由商品，物流揽收后（保证金、系统额度等例外未建模）",
            "Fast refund on the way back: seven-day goods, once the carrier has scanned the parcel (deposit, system limit "
            "and other exceptions "
            "are not modelled)",
        ),
    ),
    "R17": (
        _10124,
        Text(
            "七天无理由自物流签收次日零点起满168小时；期内以无理由为由拒绝的不成立",
            "Seven days without reason: 168 hours from 00:00 of the day after the carrier's signature; within them a refusal for want of a "
            "reason is groundless",
        ),
    ),
    "R18": (
        _67764,
        Text(
            "2026年春节期间（2月11日至24日到期的）售后时限顺延",
            "Around the Spring Festival of 2026 limits that would end from 11 to 24 February are prolonged",
        ),
    ),
    "R19": (
        _10124,
        Text("平台可视情况缩短商家的处理时限（未建模）", "The platform may shorten the merchant's time case by case (not modelled)"),
    ),
    "R20": (
        _10021,
        Text(
            "已发货极速退款：仅退款、未收到货、运输途中、金额不超过2,000元、七天无理由商品，非跨境、非特殊商品",
            "Fast refund of shipped goods: refund only, not received, still in transit, at most 2,000 yuan, seven-day goods, "
            "neither cross-border "
            "nor special",
        ),
    ),
}
