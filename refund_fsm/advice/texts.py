"""Owns the wording of the advice that holds for every workflow. Data only: headings, and sentences to be filled in."""

from __future__ import annotations

from refund_fsm.orders.guidance import said
from refund_fsm.text import Text

# The headings, in the order in which they are shown.
TOPICS = {
    "process": Text("适用流程", "Which process applies"),
    "standing": Text("目前情况", "Where things stand"),
    "next": Text("下一步", "What to do next"),
    "barred": Text("现在还不能做", "Not possible now"),
    "kind": Text("退款类型", "Which kind of refund fits"),
    "evidence": Text("凭证与沟通", "Evidence and manner"),
    "deadline": Text("期限", "Until when"),
    "money": Text("退款到账", "The money"),
    "law": Text("法律补充", "What the law adds"),
    "last_resort": Text("最后的办法", "The last resorts"),
}

NONE = Text("", "")
OVER = Text("，已过", "; that is over")
JUDGED = Text("，本次按此判断", "; requests are judged by this")
ACCOUNTS = {"wechat": Text("微信零钱", "WeChat balance"), "alipay": Text("支付宝", "Alipay"), "bank_card": Text("银行卡", "bank card")}

# 1. Where things stand
PROCESS = said("", "适用“{label}”。", "The process “{label}” applies.")
UNGUIDED = said(
    "",
    "这个流程没有附带指引：以下只依据流程表；在哪里操作、要什么凭证、法律怎么规定，本程序不能说。",
    "No guidance comes with this process: what follows is read off its table alone. Where to tap, which evidence helps and what the law "
    "says, this program cannot tell.",
)
NEWER_TABLE = said(
    "R1",
    "自{since}起适用新版的“{label}”；这笔售后是按旧版开立的，还没有提交：现在要提交的，请重新开立，按新版处理。",
    "A newer edition of “{label}” holds since {since}. This case was opened under an older one and was not filed: what is filed now should "
    "be opened anew, under the newer edition.",
)
NEWER_NOTICES = said(
    "R1",
    "自{since}起，平台通知有新版（{copy}的副本）；这笔售后还没有提交：现在要提交的，请重新开立，按新版计算时限。",
    "A newer edition of the platform's notices holds since {since} (copy of {copy}). This case was not filed: what is filed now should be "
    "opened anew, so that its limits are counted by it.",
)
UNFILED = said("", "还没有提交任何申请。", "Nothing was filed yet.")
STATE = said("", "当前状态：{state}（自{since}起）。", "The case is “{state}” since {since}.")
ASKED = said("", "本次申请：{what}，金额{amount}。", "Asked for: {what}, {amount}.")
TOLD = said("", "订单有新情况（{at}告知）：{what}。", "The case was told of its order on {at}: {what}.")
MOVED = said("", "本售后已改按新规则（{at}）：{what}。", "The case was moved to other rules on {at}: {what}.")
MADE = said("", "现已改按{kind}处理。", "By now it is treated as {kind}.")
WAITING = said("", "现在由{actors}处理：{events}。", "Now it is up to the {actors}: {events}.")
ENDED = said("", "该售后已经结束，不能再操作。", "The case has ended; nothing more can be done in it.")
ANEW = said("", "如有需要，可以另行申请。", "If need be, file a new one.")
NOTHING_WAITS = said("", "现在没有等{actor}处理的事。", "Nothing waits for the {actor} now.")

# 2. What to do
DO = said("", "{event}。", "{event}.")
DO_HOW = said("", "{event}：{how}。", "{event}: {how}.")
NEEDS = said("", "须提供{needs}。", "It needs {needs}.")
ENDS = said("", "该售后随之结束（{dest}），不能恢复。", "The case then ends ({dest}) and is not taken up again.")
MOVES = said("", "此后“{state}”最晚到{due}。", "“{state}” then lasts until {due} at the latest.")
LEADS = said("", "之后转为“{dest}”。", "The case then becomes “{dest}”.")
LOSES = said(
    "",
    "注意：这样就不能再以“{reason}”为由重新申请。{why}",
    "Mind what is lost: it cannot be filed anew for the reason {reason}. {why}",
)
LOSES_NO_REASON = said(
    "",
    "注意：这样就失去了无理由退货的权利，不能再以“{reason}”为由重新申请。{why}",
    "Mind what is lost: the no-reason right. It cannot be filed anew for the reason {reason}. {why}",
)

# 3. What fits
FITS_KINDS = said("", "以“{reasons}”为由，可以申请{kinds}。", "For the reason {reasons}: {kinds}.")
FITS = said("", "可以申请的理由：{reasons}。", "Refundable on the ground: {reasons}.")
FITS_NOT = said("", "以“{reasons}”为由，现在不能申请。{why}", "Not possible now for the reason {reasons}. {why}")
FITS_HARDLY = said("", "以“{reasons}”为由，可以提出，但一般批不下来。{why}", "For {reasons} one may ask, but as a rule in vain. {why}")
EXCLUDED = said("L1", "“{title}”不支持七天无理由退货。", "“{title}” has no no-reason right.")
FREIGHT = said("", "退货运费：{freight}（理由：{reasons}）。", "Return freight: {freight} (for {reasons}).")
OF_LINE = Text("{titles}：", "{titles}: ")

# 4. Evidence
BROUGHT = said("", "已有凭证：{kinds}。", "Brought so far: {kinds}.")
LACKING = said("D1 A9", "还没有凭证，建议现在就准备：{kinds}。", "No evidence yet; better bring some now: {kinds}.")

# 5. Until when
THEN_CLOCK = said(
    "",
    "“{state}”最晚到{due}（{length}）：到时仍无动作，按“{event}”处理，转为“{dest}”。",
    "“{state}” lasts until {due} at most ({length}): then “{event}” follows by the clock, and the case becomes “{dest}”.",
)
THEN_BREACH = said(
    "",
    "“{state}”应在{due}之前处理完（{length}）；逾期算超时，但不会自动变化。",
    "“{state}” should be over by {due} ({length}); passing it is a breach, and nothing moves by itself.",
)
OVERDUE = said(
    "",
    "{actors}已经超时：“{state}”本应在{due}之前处理完。可以催办。",
    "The {actors} is overdue: “{state}” should have been over by {due}. Press for it.",
)
OVERDUE_PLAIN = said(
    "",
    "{actors}已经超时：“{state}”本应在{due}之前处理完。",
    "The {actors} is overdue: “{state}” should have been over by {due}.",
)
IDLE_CLOCK = said(
    "",
    "如果{actor}什么都不做：到{due}，系统按“{event}”处理，转为“{dest}”。",
    "If the {actor} does nothing: at {due} the clock acts (“{event}”), and the case becomes “{dest}”.",
)
IDLE_BREACH = said(
    "",
    "如果{actor}什么都不做：过了{due}就记为超时，但没有人强制执行，售后停在“{state}”。",
    "If the {actor} does nothing: after {due} the limit is breached and nobody enforces it; the case stays “{state}”.",
)
IDLE_PASSED = said(
    "",
    "如果{actor}仍然什么都不做：{due}的期限已过，已记为超时，没有人强制执行，售后停在“{state}”。",
    "If the {actor} still does nothing: the limit of {due} is breached already and nobody enforces it; the case stays “{state}”.",
)
IDLE_UNLIMITED = said(
    "",
    "如果{actor}什么都不做：这一步没有期限，售后停在“{state}”。",
    "If the {actor} does nothing: there is no limit here, and the case stays “{state}”.",
)
WHY_ROW = said("", "这里按“{guards}”的时限计。", "This is the limit for “{guards}”.")
WHY_SPECIAL = said(
    "",
    "平时到{ordinary}为止，但{name}{start}至{end}之间到期的，改为{length}。",
    "As a rule it would end on {ordinary}; what would end {name}from {start} to {end} has {length} instead.",
)
WHY_PLUS = said("", "其中含延长的{length}。", "{length} of it are the extension.")
WHY_HELD = said("", "已经告知过这一时间，不会提前。", "That was told before, and it does not end earlier.")
PLUS = Text("，另延长{more}", ", and {more} more")
WORKING_DAYS = said(
    "assumed",
    "工作日不算周末和法定节假日，调休上班的日子要算；按“天”算的期限是自然日，节假日也算在内。",
    "Working days leave out weekends and public holidays and take in make-up days; limits in days are calendar days, holidays included.",
)
WINDOW_GUIDE = said(
    "D4",
    "七天无理由，按指南（签收当天算第一天）：最晚{end}{mark}。",
    "No-reason return by the guide (the signing day is day 1): until {end}{mark}.",
)
WINDOW_LAW = said(
    "L1 L3 L4 L5",
    "七天无理由，按法律（签收次日起算，末日遇节假日顺延）：最晚{end}{mark}{unrolled}。",
    "No-reason return by the law (from the day after signing, a last day on a holiday rolls over): until {end}{mark}{unrolled}.",
)
UNROLLED = Text("；若不顺延，最晚{plain}", "; without the roll-over, until {plain}")
WINDOW_KEPT = said(
    "L3",
    "已在期限内联系过商家，七天无理由的权利得以保留：{end}之后仍可提交。",
    "The merchant was contacted in time, so the no-reason right is kept: a request is taken after {end} too.",
)
WINDOW_POLICY = said(
    "assumed", "七天无理由，按本次采用的规则：最晚{end}{mark}。", "No-reason return by the policy in use: until {end}{mark}."
)
FAULT_IN_TIME = said(
    "L2 L4",
    "商品有质量问题的：指南没说期限，但法律规定的七日到{end}为止，请在此之前提出。",
    "For a fault: the guide names no limit, but the law's seven days end on {end}; claim it before.",
)
FAULT_LATE = said(
    "L2 L4",
    "注意：签收已超过七日（法律规定的期限到{end}为止）。商品有质量问题仍可以申请，但法律上的七日退货期已过，更要靠凭证说话。",
    "Note: more than seven days have passed since signing (the law's term ended on {end}). A fault can still be claimed here, but the "
    "law's seven-day right to return is over; evidence matters all the more.",
)

# 6. The money
PAID = said("", "{amount}已于{at}退款到账。", "{amount} was refunded on {at}.")
PAYOUT = said("", "{amount}最迟应在{due}之前到账。", "{amount} should be there by {due} at the latest.")
PAYOUT_LATE = said(
    "",
    "{amount}最迟应在{due}之前到账，现在已经逾期。",
    "{amount} should have been there by {due}; that is overdue.",
)
PAYOUT_IF = said(
    "",
    "同意退款之后，最多{length}到账；如果现在就同意，最迟{due}。",
    "Once granted, at most {length}; if granted now, by {due} at the latest.",
)
LAW_RUNS = said(
    "",
    "法定期限：收到退货后{length}内应当退款，即最迟{due}。",
    "By law the refund is due within {length} of receiving the return: by {due}.",
)
LAW_PASSED = said(
    "",
    "注意：法定退款期限（收到退货后{length}）已于{due}届满，可以据此催促或投诉。",
    "Note: the law's term for the refund ({length} from receiving the return) ended on {due}; press for it, or complain on that ground.",
)
LAW_PASSED_PLAIN = said(
    "",
    "注意：法定退款期限（收到退货后{length}）已于{due}届满，退款已经违期。",
    "Note: the law's term for the refund ({length} from receiving the return) ended on {due}, and the refund is late.",
)
LAW_MISSED = said(
    "",
    "注意：退款晚于法定期限（收到退货后{length}，{due}届满）。",
    "Note: the refund came later than the law allows ({length} from receiving the return, until {due}).",
)
LAW_AHEAD = said(
    "",
    "需要退货的：对方收到退货后，依法应在{length}内退款。",
    "Where goods go back, the law wants the refund within {length} of their receipt.",
)
