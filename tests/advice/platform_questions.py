"""The twelve public questions again, asked of a shop by the platform's own rules: each with the call that answers it."""

from __future__ import annotations

from tests.advice.platform_rows import BACK, EXCHANGE, FILED, REJECTED, SENT, case, early, one
from tests.advice.rows import ON_ITS_WAY, UNSHIPPED, Told
from tests.samples import at

PAID_OUT = ("2026-03-02 13:00 | platform | fast_refund",)

QUESTIONS = [
    Told("1 when is the money back", lambda: early(*PAID_OUT), "2026-03-02 14:00",
         ("99.00元最迟应在2026年3月11日24:00之前到账", "按原支付方式退回（微信零钱）"),
         ("99.00 yuan should be there by 11 March 2026 at 24:00 at the latest", "by the way it was paid (WeChat balance)"),
         ("如果现在就同意",), ("if granted now",), cites="A13 assumed"),
    Told("1 when is the money back, to be sent", lambda: case(*FILED), "2026-03-07 11:00",
         ("同意退款之后，最多7个工作日到账", "依法应在7天内退款"), ("Once granted, at most 7 working days",
         "within 7 days of their receipt"),

         cites="L1 assumed"),
    Told("2 the merchant rejects", lambda: case(*REJECTED), "2026-03-10 10:00",
         ("申请平台介入：售后详情", "“申请被拒绝”最晚到2026年3月15日24:00（7天）", "转为“售后关闭”"),
         ("Ask the platform to step in: after-sales detail", "“Rejected” lasts until 15 March 2026 at 24:00 at most (7 days)"),
         ("失去",), ("Mind what is lost", "Apply again"), cites="B8 R11"),
    Told("3 the merchant does not answer", lambda: case(*FILED), "2026-03-08 10:00",
         ("“待审核”最晚到2026年3月8日22:00（36小时）", "按“商家超时未处理”处理，转为“待买家退货”"),
         ("“Requested” lasts until 8 March 2026 at 22:00 at most (36 hours)", "the case becomes “Awaiting return”"),
         ("可以催办", "工作日）"), ("Press for it", "working days)"), cites="R6"),
    Told("3 nor did he, it is past", lambda: case(*FILED), "2026-03-09 10:00",
         ("当前状态：待买家退货（自2026年3月8日22:00起）", "逾期不填，售后就结束"),
         ("The case is “Awaiting return” since 8 March 2026 at 22:00",), cites="R8"),
    Told("4 from which day the days count", one, "2026-03-07 10:00",
         ("售后期从次日算起", "最晚2026年4月5日24:00", "七天无理由到2026年3月13日24:00为止（签收次日零点起168小时）"),
         ("counts from the day after", "until 5 April 2026 at 24:00", "run until 13 March 2026 at 24:00 (168 hours from 00:00"),
         ("签收当天", "本次按此判断"), ("day 1", "judged by this"), cites="R2 R17"),
    Told("4 not signed for yet", lambda: one(**ON_ITS_WAY), "2026-03-05 10:00", ("售后期要等签收才开始算",),
         ("The after-sale period starts with the signing",), ("签收当天",), ("until 5",), topics=("deadline",), cites="R2"),
    Told("5 does the holiday count", lambda: case(*FILED), "2026-03-07 11:00", ("按“天”算的期限是自然日，节假日也算在内",),
         ("limits in days are calendar days, holidays included",), cites="assumed"),
    Told("5 nor at the festival", lambda: case("2026-02-10 09:00 | buyer | submit", opened="2026-02-10 09:00", order={
             "paid_at": at("2026-02-01 10:00"), "shipped_at": at("2026-02-02 10:00"), "signed_at": at("2026-02-08 14:00")}),
         "2026-02-10 10:00", ("春节期间", "改为5天"), ("around the Spring Festival", "has 5 days instead"), cites="R18"),
    Told("6 the parcel back may be lost", lambda: case(*SENT), "2026-03-10 10:00",
         ("包裹丢了的，商家不拒绝也按确认处理，请留好寄件凭证", "最晚到2026年3月15日24:00（7天）", "转为“退款中”"),
         ("A lost parcel is confirmed by the clock too unless the merchant refuses", "until 15 March 2026 at 24:00"),
         ("由平台介入裁决",), ("the platform steps in and rules",), cites="R9 assumed"),
    Told("7 goods refused at the door", lambda: one(**ON_ITS_WAY), "2026-03-05 10:00",
         ("也可以拒收：同意退货后，把发货单号填为退货单号，就算寄回",), ("Refusing the delivery also counts as sending back",), cites="R6"),
    Told("8 the merchant keeps the goods and does not pay", lambda: case(*BACK), "2026-03-10 10:00",
         ("“退货已签收”最晚到2026年3月11日12:00（48小时）", "商家超时未确认收货", "转为“退款中”"),
         ("“Return received” lasts until 11 March 2026 at 12:00 at most (48 hours)", "receipt not confirmed in time"), cites="R9"),
    Told("9 a quality fault after seven days", one, "2026-03-20 10:00",
         ("以“商品质量问题、商品破损、与描述不符或发错货”为由，可以申请仅退款、退货退款或换货", "最晚2026年4月5日24:00"),
         ("quality problem, damaged, not as described or wrong item: refund only, return and refund or an exchange",), cites="R2 R14"),
    Told("10 not shipped for a long time", lambda: one(**UNSHIPPED), "2026-03-20 10:00",
         ("商品尚未发货", "平台可能马上同意", "多久之内必须发货，本程序依据的规则没有说"), ("have not been shipped", "may agree at once"),
         ("七天无理由到",), ("The days without a reason run",), cites="R15"),
    Told("10 filed, and then shipped", lambda: early(order={"shipped_at": at("2026-03-02 20:00")}), "2026-03-02 21:00",
         ("仍按提交时的情况处理", "会直接发货，这笔售后随即关闭", "转为“退款中”"), ("it stays as filed", "closes at once"),
         cites="R12 assumed"),
    Told("11 a part of several pieces", lambda: one(line={"quantity": 3, "paid_fen": 10000}), "2026-03-07 10:00",
         ("“杯子”共3件：只退一部分的，金额按件数折算，一件是33.33元",), ("33.33 yuan for one, rounded down to the fen",), cites="A10"),
    Told("12 electronic material", lambda: one(line={"electronic": True}), "2026-03-07 10:00",
         ("签收后15天内可以申请，最晚2026年3月21日24:00", "以“商品质量问题、商品破损、与描述不符、发错货或未收到货”为由，可以申请仅退款",
          "电子资料没有可退回的货，不能退货或换货"),
         ("within 15 days of the signing, until 21 March 2026", "Electronic material cannot go back"), cites="R2"),
    Told("12 changed for another size", lambda: case(**{**EXCHANGE, "reason": "size_or_colour"}), "2026-03-07 10:00",
         ("可以申请退货退款或换货", "换货完成的不退款"), ("return and refund or an exchange", "refunds nothing"), cites="R14"),
]  # fmt: skip  # a table
