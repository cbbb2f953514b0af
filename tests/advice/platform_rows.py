"""Situations of a shop by the platform's own rules, with what the buyer, the merchant and the platform must and must not be told.

The order is that of `rows`, signed for on 6 March 2026 at 15:00; instants of the festival are of February.
"""

from __future__ import annotations

from typing import Any

from refund_fsm import Order, RefundCase
from tests.advice.rows import ON_ITS_WAY, UNSHIPPED, Told, asked, bought
from tests.samples import at

KEY = "shop_official"
MERCHANT: dict[str, Any] = {"more": {"role": "merchant"}}
PLATFORM: dict[str, Any] = {"more": {"role": "platform"}}
DEAR: dict[str, Any] = {"line": {"paid_fen": 30000}}
EXCHANGE: dict[str, Any] = {"kind": "exchange", "reason": "quality"}
FESTIVAL: dict[str, Any] = {"paid_at": at("2026-02-01 10:00"), "shipped_at": at("2026-02-02 10:00"), "signed_at": at("2026-02-08 14:00")}

FILED = ("2026-03-07 10:00 | buyer | submit",)
AGREED = (*FILED, "2026-03-07 12:00 | merchant | approve_return")
SENT = (*AGREED, "2026-03-08 12:00 | buyer | ship_return")
LONGER = (*SENT, "2026-03-08 13:00 | merchant | extend_receipt")
BACK = (*SENT, "2026-03-09 12:00 | carrier | deliver_return")
FAILED = (*BACK, "2026-03-10 10:00 | merchant | reject_receipt")
STEPPED_IN = (*FAILED, "2026-03-10 11:00 | platform | step_in")
TO_SHIP = (*BACK, "2026-03-10 10:00 | merchant | confirm_receipt")
SWAPPED = (*TO_SHIP, "2026-03-11 10:00 | merchant | ship_exchange")
DISPUTED = (*SWAPPED, "2026-03-12 10:00 | buyer | apply_arbitration")
ORDERED = (*DISPUTED, "2026-03-13 10:00 | platform | rule_return")
AGAIN = (*ORDERED, "2026-03-14 10:00 | buyer | ship_return")
REJECTED = (*FILED, "2026-03-08 10:00 | merchant | reject")
EVE = ("2026-02-10 09:00 | buyer | submit",)
EVE_SENT = (*EVE, "2026-02-10 10:00 | merchant | approve_return", "2026-02-13 10:00 | buyer | ship_return")


def one(**changes: Any) -> Order:
    return bought(KEY, **changes)


def case(*steps: str, order: dict[str, Any] | None = None, **request: Any) -> RefundCase:
    return asked(*steps, order={"order_type": KEY, **(order or {})}, **request)


def early(*steps: str, order: dict[str, Any] | None = None, **request: Any) -> RefundCase:
    """A refund only of goods that were not shipped, filed on 2 March at noon."""
    given = {"kind": "refund_only", "reason": "not_shipped", "opened": "2026-03-02 12:00", **request}
    return case("2026-03-02 12:00 | buyer | submit", *steps, order={**UNSHIPPED, **(order or {})}, **given)


ALONE = [
    Told("an order", one, "2026-03-07 10:00",
         ("最晚2026年4月5日24:00；再次申请也从原来的签收算起", "签收后30天内", "最多申请5次售后，还没有申请过",
          "七天无理由到2026年3月13日24:00为止", "可以申请退货退款或换货", "2026年3月9日的副本"),
         ("within 30 days of the signing, until 5 April 2026 at 24:00", "At most five after-sales", "none was so far",
          "run until 13 March 2026 at 24:00", "return and refund or an exchange", "in the copy of 9 March 2026"),
         ("本次按此判断", "按指南", "届满"), ("judged by this", "by the guide", "ended on"), cites="R2"),
    Told("the last moment", one, "2026-04-05 23:59", ("最晚2026年4月5日24:00", "已于2026年3月13日24:00届满：售后期内仍可申请",
         "提交售后申请"),
         ("until 5 April 2026 at 24:00", "ended on 13 March 2026 at 24:00: in the after-sale period a request is still taken",
          "File the request"), ("不能再申请",), ("nothing more can be filed",), cites="R17"),
    Told("a moment later", one, "2026-04-06 00:00", ("售后期（签收后30天）已于2026年4月5日24:00届满，不能再申请",),
         ("The after-sale period (30 days from the signing) ended on 5 April 2026 at 24:00",),
         ("提交售后申请：", "如果现在就同意"), ("File the request:", "if granted now"), cites="R2"),
    Told("electronic material", lambda: one(line={"electronic": True}), "2026-03-07 10:00",
         ("签收后15天内可以申请，最晚2026年3月21日24:00", "可以申请仅退款。"), ("within 15 days of the signing, until 21 March",),
         ("退货退款或换货",), ("return and refund or an exchange",), cites="R2"),
    Told("on its way", lambda: one(**ON_ITS_WAY), "2026-03-05 10:00",
         ("售后期要等签收才开始算", "以“未收到货”申请仅退款", "金额不超过2000.00元"),
         ("starts with the signing", "as “not received”", "up to 2,000.00 yuan"), ("七天无理由到", "或换货。"),
         ("The days without a reason run", "or an exchange."), cites="R20"),
    Told("not shipped", lambda: one(**UNSHIPPED), "2026-03-02 12:00", ("平台可能马上同意",), ("the platform may agree at once",),
         ("换货。",), ("an exchange.",), cites="R15"),
    Told("no days without a reason", lambda: one(line={"no_reason_excluded": True}), "2026-03-07 10:00",
         ("“杯子”不支持七天无理由：商家可以以此拒绝", "可以申请退货退款或换货"), ("“杯子” has no days without a reason",),
         ("七天无理由到",), ("The days without a reason run",), cites="R16"),
    Told("some filed", lambda: one(line={"applications": 2}), "2026-03-07 10:00", ("已申请2次，还可以申请3次",),
         ("two filed so far, three left",), cites="R3"),
    Told("the last one", lambda: one(line={"applications": 4}), "2026-03-07 10:00", ("已申请4次，只剩最后1次",),
         ("four filed so far, so the next is the last one",), cites="R3"),
    Told("none left", lambda: one(line={"applications": 5}), "2026-03-07 10:00", ("已申请5次，不能再申请", "最多5次，不能再申请（R3）"),
         ("five filed so far, and none is left", "and 5 times is the most (R3)"), ("提交售后申请：",), ("File the request:",), cites="R3"),
    Told("two lines that differ", lambda: one(lines=({}, {"sku": "PDF", "title": "模板", "electronic": True, "applications": 1})),
         "2026-03-07 10:00", ("“杯子”：售后期：签收后30天", "“模板”：售后期：签收后15天", "“模板”：同一商品最多申请5次售后，已申请1次"),
         ("“杯子”: The after-sale period: within 30", "“模板”: The after-sale period: within 15"), cites="R2"),
]  # fmt: skip  # a table

BUYER = [
    Told("filed before shipping", early, "2026-03-02 13:00",
         ("最晚到2026年3月3日12:00（24小时）", "这里按“尚未发货”的时限计", "平台可能不等商家、马上退款", "会直接发货，这笔售后随即关闭"),
         ("until 3 March 2026 at 12:00 at most (24 hours)", "This is the limit for “the goods have not been shipped”",
          "the platform may refund at once", "ships the order, and the case closes at once"),
         ("生鲜",), ("fresh food",), cites="R15"),
    Told("taxed goods", lambda: early(order={"special_order": True}), "2026-03-02 13:00", ("会直接发货",), ("ships the order",),
         ("马上退款",), ("refund at once",), topics=("standing",)),
    Told("fresh food", lambda: case(*FILED, order={"line": {"fresh": True}}), "2026-03-07 11:00",
         ("最晚到2026年3月8日10:00（24小时）", "按“生鲜”的时限计"), ("until 8 March 2026 at 10:00 at most (24 hours)",
         "This is the limit for “fresh food”"), cites="R6"),
    Told("an ordinary line", lambda: case(*FILED), "2026-03-07 11:00", ("最晚到2026年3月8日22:00（36小时）", "转为“待买家退货”",
         "结束而没有退款的，可以在2026年4月5日24:00之前重新申请"),
         ("until 8 March 2026 at 22:00 at most (36 hours)", "can be filed before 5 April 2026 at 24:00"),
         ("的时限计", "春节"), ("This is the limit", "Festival"), cites="R19"),
    Told("the eve of the festival", lambda: case(*EVE, order=FESTIVAL, opened="2026-02-10 09:00"), "2026-02-10 09:30",
         ("最晚到2026年2月15日24:00（5天）", "平时到2026年2月11日21:00为止，但春节期间，2026年2月11日至2026年2月24日之间到期的，改为5天"),
         ("until 15 February 2026 at 24:00 at most (5 days)",
          "As a rule it would end on 11 February 2026 at 21:00; what would end around the Spring Festival, from 11 February 2026 to "
          "24 February 2026 has 5 days instead"), cites="R18"),
    Told("sent before the festival", lambda: case(*EVE_SENT, order=FESTIVAL, opened="2026-02-10 09:00"), "2026-02-14 10:00",
         ("最晚到2026年2月23日24:00（10天）", "平时到2026年2月20日24:00为止", "商家可以把收货时间延长一次，最多7天"),
         ("until 23 February 2026 at 24:00 at most (10 days)", "extend the time for the receipt once, by up to 7 days"), cites="R10"),
    Told("extended over the festival", lambda: case(*EVE_SENT, "2026-02-20 10:00 | merchant | extend_receipt", order=FESTIVAL,
                                                    opened="2026-02-10 09:00"), "2026-02-20 10:00",
         ("最晚到2026年3月2日24:00（10天，另延长7天）", "其中含延长的7天", "改为10天"),
         ("until 2 March 2026 at 24:00 at most (10 days, and 7 days more)", "7 days of it are the extension", "has 10 days instead"),
         ("商家可以把收货时间延长",), ("extend the time for the receipt once",), cites="R18"),
    Told("across the border", lambda: case(*SENT, order={"cross_border": True}), "2026-03-09 10:00",
         ("最晚到2026年3月18日24:00（10天）", "按“跨境商品”的时限计"), ("(10 days)", "the limit for “cross-border goods”"), cites="R9"),
    Told("a dear exchange on its way", lambda: case(*SENT, order=DEAR, **EXCHANGE), "2026-03-09 10:00",
         ("转为“平台介入中”", "订单金额超过200.00元的换货，商家不确认收货的，由平台介入", "换货完成的不退款"),
         ("the case becomes “Platform arbitration”", "an exchange of an order above 200.00 yuan the platform steps in",
          "An exchange that is completed refunds nothing"), ("重新申请",), ("can be filed",), cites="R14"),
    Told("a cheap exchange on its way", lambda: case(*SENT, **EXCHANGE), "2026-03-09 10:00", ("转为“退款中”",), ("“Refunding”",),
         ("由平台介入，不直接退款", "依法应在"), ("it is not refunded at once", "Where goods go back, the law"), cites="R14"),
    Told("an exchange to be shipped", lambda: case(*TO_SHIP, **EXCHANGE), "2026-03-10 11:00",
         ("应在2026年3月12日10:00之前处理完（48小时）", "退回的商品已在商家那里，买家不用再寄", "申请平台介入："),
         ("should be over by 12 March 2026 at 10:00 (48 hours)", "sent back are with the merchant"), cites="R14"),
    Told("an exchange shipped", lambda: case(*SWAPPED, **EXCHANGE), "2026-03-12 10:00",
         ("最晚到2026年3月18日24:00（7天）", "收到货、检查过再确认", "不会退款；换来的商品没有收到或有问题的", "换货已由商家寄出"),
         ("until 18 March 2026 at 24:00 at most (7 days)", "Confirm only what has come", "the case then ends as an exchange",
          "has shipped others in exchange"),
         ("不在买家手里", "没有送达记录"), ("no longer with the buyer", "no delivery is on record"), cites="R11"),
    Told("withdrawing after the exchange", lambda: case(*DISPUTED, **EXCHANGE), "2026-03-12 11:00",
         ("撤回介入申请。注意：这样就按换货完成结束，不会退款", "该售后随之结束（换货完成）", "平台可能判定退货退款"),
         ("the case then ends as an exchange, without a refund", "The case then ends (Exchanged)"),
         ("不在买家手里",), ("no longer with the buyer",), cites="R14"),
    Told("withdrawing with the goods at the merchant", lambda: case(*STEPPED_IN), "2026-03-10 12:00",
         ("注意：商品已经寄出，不在买家手里；这样结束就没有退款", "该售后随之结束（已撤销）"),
         ("the goods are no longer with the buyer. Ended so, there is no refund",),
         ("换货", "平台可能判定退货退款", "重新申请。"), ("as an exchange", "may rule for return"), cites="R13"),
    Told("exchanged", lambda: case(*SWAPPED, "2026-03-13 10:00 | buyer | confirm_exchange", **EXCHANGE), "2026-03-14 10:00",
         ("换货已经完成，这笔售后不退款", "可以另行申请", "已申请1次，还可以申请4次", "最晚2026年4月5日24:00"),
         ("The exchange is done; nothing is refunded", "file a new one", "one filed so far, four left"),
         ("另行寄回给买家", "如果现在就同意", "官方客服电话", "由商家退款"), ("are to be sent back", "if granted now", "hotline",
         "The merchant refunds"), cites="R3"),
    Told("a return was ordered after the exchange", lambda: case(*ORDERED, **EXCHANGE), "2026-03-13 11:00",
         ("本次申请：换货", "现已改按退货退款处理", "寄回商品并填写物流单号", "依法应在7天内退款"),
         ("Asked for: an exchange", "it is treated as return and refund", "the law wants the refund within 7 days"),
         ("换货完成的不退款", "已经退回"), ("that is completed refunds nothing", "were sent back"), cites="B9"),
    Told("sent back a second time", lambda: case(*AGAIN, "2026-03-15 10:00 | merchant | reject_receipt", **EXCHANGE),
         "2026-03-15 11:00", ("商品已经寄出，但没有送达记录", "会自动转平台处理"), ("no delivery is on record", "goes to the platform"),
         ("在商家那里",), ("are with the merchant",), cites="R13"),
    Told("rejected within the days", lambda: case(*REJECTED), "2026-03-09 10:00",
         ("拒绝时仍在七天无理由期内", "最晚到2026年3月15日24:00", "转为“售后关闭”"), ("within the days without a reason",), cites="R17"),
    Told("rejected for a fault", lambda: case(*REJECTED, reason="quality"), "2026-03-09 10:00", ("申请平台介入",), ("step in",),
         ("七天无理由期内",), ("without a reason:",), cites="R11"),
    Told("rejected after the days",
         lambda: case("2026-03-15 10:00 | buyer | submit", "2026-03-16 10:00 | merchant | reject", opened="2026-03-15 10:00"),
         "2026-03-17 10:00", ("申请平台介入",), ("step in",), ("七天无理由期内",), ("without a reason:",)),
    Told("cancelling when the period is over",
         lambda: case("2026-04-05 10:00 | buyer | submit", opened="2026-04-05 10:00"), "2026-04-06 10:00",
         ("注意：这样就不能再以“不想要了”为由重新申请。售后期已于2026年4月5日24:00届满",),
         ("it cannot be filed anew for the reason changed mind. The after-sale period ended on 5 April",),
         ("之前重新申请",), ("can be filed before",)),
    Told("cancelling the fifth application", lambda: case(*FILED, order={"line": {"applications": 4}}), "2026-03-07 11:00",
         ("注意：这样就不能再以“不想要了”为由重新申请。该商品已申请过5次售后，最多5次",),
         ("it cannot be filed anew for the reason changed mind. After-sales were filed for this item 5 times already",),
         ("之前重新申请",), ("can be filed before",), cites="R3"),
    Told("cancelling the fourth", lambda: case(*FILED, order={"line": {"applications": 3}}), "2026-03-07 11:00",
         ("可以在2026年4月5日24:00之前重新申请",), ("can be filed before",), ("注意",), ("Mind what is lost",)),
    Told("a draft of the fifth, cancelled", lambda: case(order={"line": {"applications": 4}}), "2026-03-07 11:00",
         ("已申请4次，只剩最后1次",), ("the next is the last one",), ("注意",), ("Mind what is lost",)),
]  # fmt: skip  # a table

OTHERS = [
    Told("merchant, what may be refused", lambda: case(*FILED), "2026-03-07 11:00",
         ("在2026年3月13日24:00之前，以无理由为由拒绝的不成立", "退款不退货。须买家同意", "买家须在7天内寄回",
          "系统按“商家超时未处理”处理，转为“待买家退货”", "先同意退货，收到货后再退款"),
         ("Before 13 March 2026 at 24:00 a refusal for want of a reason is groundless", "It takes the buyer's consent"), **MERCHANT,
         cites="R17"),
    Told("merchant, a fault", lambda: case(*FILED, reason="quality"), "2026-03-07 11:00", ("拒绝申请",), ("Reject the request",),
         ("以无理由为由拒绝",), ("for want of a reason",), **MERCHANT),
    Told("merchant, before shipping", early, "2026-03-02 13:00",
         ("以发货拒绝。须提供物流单号。发货就是拒绝", "该售后随之结束（售后关闭）", "发货前的退款不能直接拒绝"),
         ("Shipping is the refusal", "A refund before shipping cannot be rejected"), ("拒绝申请。",), ("Reject the request.",), **MERCHANT,
         cites="R12"),
    Told("merchant, may extend", lambda: case(*SENT), "2026-03-09 10:00",
         ("延长收货。只能延长一次，延长7天", "此后“退货运输中”最晚到2026年3月22日24:00",
          "到2026年3月15日24:00，系统按“商家超时未确认收货”处理"),
         ("Extend the receipt. Once only, by 7 days", "“Return shipped” then lasts until 22 March 2026 at 24:00"), **MERCHANT,
         cites="R10"),
    Told("merchant, extended", lambda: case(*LONGER), "2026-03-09 10:00", ("收货已经延长过一次，不能再延长", "（7天，另延长7天）"),
         ("there is no second time", "(7 days, and 7 days more)"), ("延长收货。", "此后"), ("Extend the receipt.", "then lasts"),
         **MERCHANT,
         cites="R10"),
    Told("merchant, an exchange to ship", lambda: case(*TO_SHIP, **EXCHANGE), "2026-03-10 11:00",
         ("换货发货。须提供物流单号。买家有7天确认", "过了2026年3月12日10:00就记为超时"),
         ("The buyer has 7 days to confirm", "after 12 March 2026 at 10:00 the limit is breached"), **MERCHANT, cites="R14"),
    Told("merchant, a dear exchange", lambda: case(*BACK, order=DEAR, **EXCHANGE), "2026-03-09 13:00",
         ("到2026年3月11日12:00，系统按“商家超时未确认收货”处理，转为“平台介入中”", "由平台介入，不直接退款", "转为“待商家换货发货”"),
         ("“Platform arbitration”", "the platform steps in when the merchant is silent"), **MERCHANT, cites="R14"),
    Told("merchant, disputed", lambda: case(*DISPUTED, **EXCHANGE), "2026-03-12 11:00", ("退的是商家自己的钱", "商家举证"),
         ("It is the merchant's own money",), ("注意",), ("Mind what is lost",), **MERCHANT, cites="B10"),
    Told("platform, a fast refund", early, "2026-03-02 13:00", ("极速退款。不必等商家处理",), ("The merchant need not answer first",),
         ("退货极速退款。",), (), **PLATFORM, cites="R15"),
    Told("platform, taxed goods", lambda: early(order={"special_order": True}), "2026-03-02 13:00",
         ("含税、直邮、定制的订单不适用极速退款",),
         ("custom orders get no fast refund",), ("极速退款。不必",), ("need not answer",), **PLATFORM, cites="R20"),
    Told("platform, on the way back", lambda: case(*SENT), "2026-03-08 13:00", ("退货极速退款。须提供说明。说明里写物流揽收的记录",),
         ("The note names the carrier's scan",), **PLATFORM, cites="R16"),
    Told("platform, refused goods", lambda: case(*FAILED), "2026-03-10 10:30",
         ("平台介入。由商家举证", "到2026年3月17日24:00，系统按“超时未申请介入”处理，转为“平台介入中”"),
         ("The merchant has to bring the evidence", "Step in of itself"), **PLATFORM, cites="R13"),
    Told("platform, disputed", lambda: case(*DISPUTED, **EXCHANGE), "2026-03-12 11:00",
         ("判定退货退款。须提供说明。之后都按退货退款处理，买家须在7天内寄回", "须写明为何仍判退款", "随之结束（换货完成）"),
         ("From then on it is a return and refund", "say why a refund is granted all the same"), **PLATFORM, cites="B9"),
    Told("platform, an exchange overdue", lambda: case(*TO_SHIP, **EXCHANGE), "2026-03-12 10:00",
         ("不再换货，直接退款", "商家已经超时"), ("Nothing is exchanged any more", "The merchant is overdue"),
         ("平台已经超时", "在对方那里"), ("The platform is overdue",), **PLATFORM, cites="R14"),
    Told("buyer, an exchange overdue", lambda: case(*TO_SHIP, **EXCHANGE), "2026-03-12 10:00",
         ("商家已经超时：“待商家换货发货”", "可以催办"), ("The merchant is overdue",), ("商家或平台已经超时",),
         ("merchant or platform is",), cites="R14"),
    Told("buyer, a ruling overdue", lambda: case(*STEPPED_IN), "2026-04-10 12:00",
         ("平台已经超时：“平台介入中”", "可以催办"), ("The platform is overdue",), ("平台或商家已经超时",), ("platform or merchant is",),
         cites="B9"),
]  # fmt: skip  # a table
