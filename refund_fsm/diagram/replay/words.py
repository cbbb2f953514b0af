"""Owns what a replay says, in both languages. Must not know a workflow."""

from __future__ import annotations

from refund_fsm.text import Text

WEEKDAYS = tuple(Text(f"周{zh}", en) for zh, en in zip("一二三四五六日", ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), strict=True))
SPEEDS = (  # seconds of the cases' time in a second of yours
    (3_600, Text("1 小时/秒", "1 hour a second")),
    (6 * 3_600, Text("6 小时/秒", "6 hours a second")),
    (86_400, Text("1 天/秒", "1 day a second")),
    (3 * 86_400, Text("3 天/秒", "3 days a second")),
    (7 * 86_400, Text("7 天/秒", "7 days a second")),
)
LABELS = {
    "replay": Text("回放", "replay"),
    "language": Text("English", "中文"),
    "picture": Text("状态图（可滚动）", "State diagram (it scrolls)"),
    "controls": Text("播放", "Playing"),
    "view": Text("视图", "View"),
    "play": Text("播放", "Play"),
    "pause": Text("暂停", "Pause"),
    "step": Text("下一步", "Next step"),
    "back": Text("上一步", "Step back"),
    "day": Text("+1 天", "+1 day"),
    "day_back": Text("−1 天", "−1 day"),
    "speed": Text("速度", "Speed"),
    "clock": Text("时间（上海）", "Time (Shanghai)"),
    "slider": Text("时间轴", "Time line"),
    "working": Text("工作日", "working day"),
    "off": Text("休息日", "day off"),
    "provisional": Text("暂定", "provisional"),
    "provisional_why": Text("该年节假日尚未公布，只按周末推算", "holidays of that year are not published yet: judged by weekends alone"),
    "zoom_in": Text("放大", "Zoom in"),
    "zoom_out": Text("缩小", "Zoom out"),
    "fit": Text("显示全图", "Show all"),
    "wide": Text("适合宽度", "Fit the width"),
    "waiting": Text("此刻在哪一步", "Where they are now"),
    "state": Text("状态", "State"),
    "count": Text("人数", "People"),
    "over": Text("超时", "Late"),
    "over_why": Text("超过时限、仍在等待", "past a limit and still waiting"),
    "ended": Text("已结束", "Ended"),
    "coming": Text("尚未开始", "Not opened yet"),
    "breaches": Text("超过的时限", "Limits passed"),
    "no_breaches": Text("到此刻为止没有。", "None so far."),
    "more_breaches": Text("更早的还有 {n} 次", "and {n} before these"),
    "breach_at": Text("{at}　{state}　{case}", "{at} · {state} · {case}"),
    "open": Text("进行中 {open}，已结束 {ended}，超过时限 {passed} 次。", "{open} open, {ended} ended; limits passed: {passed}."),
    "at": Text("{at}。{open}", "{at}. {open}"),
    "moved": Text("{case}：{rule} {event}，到“{state}”。", "{case}: {rule} {event}, to “{state}”."),
    "moved_many": Text("同一时刻 {n} 件移动：{rules}。", "{n} cases move at once: {rules}."),
    "came": Text("{case} 开始。", "{case} opens."),
    "came_many": Text("{n} 件同时开始。", "{n} cases open at once."),
    "at_end": Text("回放到头了。", "This is the end."),
    "at_start": Text("这是开头。", "This is the beginning."),
    "all": Text("共 {n} 件。", "{n} cases."),
    "part": Text(
        "{whole} 件中均匀选出的 {n} 件；人数只算这些。", "{n} cases, evenly chosen out of {whole}; the numbers count these alone."
    ),
    "legend": Text(
        "圆里的数字：此刻停在那里的人数（黑色标签旁：由此结束的）；移动的点：刚刚被操作的售后，"
        "颜色表示由谁；红色 ! ：超过时限仍在等待的人数。",
        "A number in a circle: people who wait there now (beside a black pill: who ended there). A moving dot: a case that somebody "
        "just moved, in his colour. A red ! : how many wait there past a limit.",
    ),
    "still": Text(
        "系统要求减少动画：播放时每秒一帧静止画面。", "Your system asks for less motion: playing shows one still frame a second."
    ),
    "days_key": Text(
        "时间轴上：灰色是休息日，红色是超过时限，曲线是进行中的件数。",
        "On the time line: grey is a day off, red a limit passed, the curve open cases.",
    ),
    "date": Text("{year}年{month}月{day}日", "{day} {name} {year}"),
    "of": Text("{value}：{what}", "{value}: {what}"),
    "show": Text("在图中显示", "show it in the diagram"),
}
