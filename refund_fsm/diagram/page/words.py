"""Owns what a page says: its labels, and the templates of refusals, taken from `refusal` so that they are worded once."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace
from typing import Any

from refund_fsm.case import NEEDS, Code, Refusal
from refund_fsm.text import SHANGHAI, Text, words
from refund_fsm.workflow import CLOCK, Actor, Event, Guard, State

WEEKDAYS = tuple(Text(f"周{zh}", en) for zh, en in zip("一二三四五六日", ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), strict=True))
LABELS = {
    "play": Text("逐步演示", "step by step"),
    "diagram": Text("状态图", "State diagram"),
    "panel": Text("操作面板", "Panel"),
    "undo": Text("撤回", "Undo"),
    "redo": Text("重做", "Redo"),
    "reset": Text("重来", "Reset"),
    "heat": Text("频次", "Counts"),
    "focus": Text("聚焦", "Focus"),
    "language": Text("English", "中文"),
    "keys": Text("按键", "Keys"),
    "zoom_in": Text("放大", "Zoom in"),
    "zoom_out": Text("缩小", "Zoom out"),
    "fit": Text("显示全图", "Show all"),
    "follow": Text("看当前状态", "Go to the current state"),
    "state": Text("当前状态", "Current state"),
    "waiting": Text("等待{who}", "waiting for the {who}"),
    "also": Text("也可操作", "may act too"),
    "ended": Text("流程结束", "The case has ended"),
    "due": Text("时限", "Limit"),
    "due_breach": Text("没有自动处理，超过即为违约", "nothing happens by itself; passing it is a breach"),
    "jump": Text("跳到到期", "Jump to it"),
    "passed": Text("已超过", "passed"),
    "breach": Text("超过时限：{limit}（{at}）", "Limit passed: {limit} ({at})"),
    "provisional": Text("暂定", "provisional"),
    "counted_on": words.PROVISIONAL,
    "provisional_why": Text("用到了尚未公布节假日的年份", "counted with days whose holidays are not published yet"),
    "statutory": Text("法定期限", "Statutory limit"),
    "statutory_why": Text("只提醒，不改变状态", "warns and moves nothing"),
    "course": Text("时间线", "Timeline"),
    "late": Text("逾期 {time}", "late by {time}"),
    "minutes": Text("{n} 分钟", "{n} min"),
    "clock": Text("时间（上海）", "Time (Shanghai)"),
    "hour": Text("+1 小时", "+1 hour"),
    "day": Text("+1 天", "+1 day"),
    "morning": Text("下个工作日早上", "Next working morning"),
    "go": Text("前往", "Go"),
    "clock_set": Text("把时钟拨到", "Set the clock to"),
    "pace": Text("每步之后", "After each step"),
    "pace_none": Text("时间不动", "time stands"),
    "pace_hour": Text("过 1 小时", "1 hour passes"),
    "pace_day": Text("过 1 天", "1 day passes"),
    "actions": Text("现在可以做", "Possible now"),
    "nothing": Text("没有人可以操作，等时钟。", "Nobody can act; the clock runs."),
    "needs": Text("须提供{needs}（视为已提供）", "needs {needs} (taken as given)"),
    "stays": Text("状态不变", "stays here"),
    "refused": Text("现在会被拒绝", "Refused now"),
    "elsewhere": Text("其他操作，为什么不行", "Other events, and why not"),
    "refused_event": Text("不能“{event}”：{why}", "“{event}” is refused: {why}"),
    "history": Text("经过", "History"),
    "opened": Text("开始", "Opened"),
    "start": Text("案情与开始时间", "Facts and opening"),
    "opening": Text("开始于", "Opened at"),
    "restarts": Text("改动后从头开始。", "A change starts the case anew."),
    "impossible": Text(
        "没有这样的订单，案情未变。可以再改：{ways}",
        "No order has these facts, so nothing was changed. To get there, change as well: {ways}",
    ),
    "impossible_now": Text("没有这样的订单，案情未变。", "No order has these facts, so nothing was changed."),
    "way": Text("“{fact}”改为“{value}”", "“{fact}” to “{value}”"),
    "ways_or": Text("，或", ", or "),
    "turn": Text("自 {at} 起申请的，按“{fact}：{value}”判断。", "Filed from {at} on, it is judged with “{fact}: {value}”."),
    "yes": Text("是", "yes"),
    "no": Text("否", "no"),
    "now_in": Text("{event}。现在是{state}。{due}", "{event}. Now {state}. {due}"),
    "now_due": Text("时限到 {at}。", "The limit ends at {at}."),
    "time_is": Text("现在 {at}，{state}。", "It is {at}; {state}."),
    "back_to": Text("回到：{state}。", "Back at: {state}."),
    "same_edge": Text("这条线上有几种操作，请在面板里选。", "Several events share this line; choose one in the panel."),
    "bad_link": Text("链接里的售后无法还原：{why}。已从头开始。", "The case in the link could not be restored: {why}. It starts anew."),
    "bad_field": Text("“{field}”一项有误", "its part “{field}” is wrong"),
    "bad_table": Text("它属于另一张流程表", "it belongs to another table"),
    "bad_step": Text("第{number}步“{event}”被拒绝", "its step {number}, “{event}”, is refused"),
    "bad_time": Text("时间应在{first}年到{last}年之间，且不早于现在", "an instant from {first} to {last}, and not before the present one"),
    "counted": Text("{count} 次", "{count} times"),
    "waited": Text("平均停留 {time}", "mean time here {time}"),
    "days": Text("{n} 天", "{n} d"),
    "hours": Text("{n} 小时", "{n} h"),
    "close": Text("关闭", "Close"),
    "cancel": Text("取消", "Cancel"),
    "view": Text("视图", "View"),
    "legend": Text("图例", "Legend"),
    "stubs": Text("不在视野内的下一步", "Possible next, out of view"),
    "stub": Text("{rule} {event}：在图中显示", "{rule} {event}: show it in the diagram"),
    "sheet_less": Text("缩小面板", "Smaller panel"),
    "sheet_more": Text("放大面板", "Larger panel"),
    "ask_reset": Text("从头开始？已走 {number} 步。", "Start anew? Steps taken: {number}."),
    "ask_redo": Text("之后仍可用“重做”找回。", "“Redo” can bring them back afterwards."),
    "keys_on": Text("使用单键快捷键", "Single keys are on"),
    "keys_why": Text(
        "关闭后只用 Tab、方向键和按钮；此选择会被记住。", "When off, only Tab, arrows and buttons work; the choice is remembered."
    ),
    "print": Text("打印", "Print"),
    "print_case": Text("案情单（A4）", "Case sheet (A4)"),
    "print_diagram": Text("全图（A3）", "Whole diagram (A3)"),
    "case_sheet": Text("案情单", "Case sheet"),
    "limits": Text("时限", "Limits"),
    "sources": Text("出处", "Sources"),
    "number": Text("序", "No."),
    "when": Text("何时", "When"),
    "who": Text("谁", "Who"),
    "event": Text("操作", "Event"),
    "to": Text("到", "To"),
    "rule": Text("规则", "Rule"),
    "then": Text("到期后", "Then"),
    "needs_of": Text("须提供{needs}", "needs {needs}"),
    "no_limit": Text("现在没有时限。", "No limit runs now."),
    "key_fire": Text("做第几个操作", "fire that event"),
    "key_jump": Text("跳到到期", "jump to the limit"),
    "key_time": Text("过 1 小时、1 天", "an hour, a day passes"),
    "key_zoom": Text("放大、缩小、全图", "zoom in, out, show all"),
    "key_follow": Text("看当前状态", "go to the current state"),
    "key_pan": Text("移动状态图（先选中它）", "move the diagram (once it has the focus)"),
    "key_focus": Text("其余淡化，或全部显示", "fade what is not at hand, or show it"),
    "note": Text(
        "点图上的线、编号或这里的按钮；一切都在这个网页里，不联网。",
        "Click a line or an id in the diagram, or a button here. All is in this page; it needs no network.",
    ),
}
COUNTS = {
    "special": Text("{days} 内到期的改为此长度（{cites}），否则到 {at}", "what would end in {days} becomes this ({cites}); else {at}"),
    "plus": Text("另加{length}", "plus {length}"),
    "held": Text("不早于已告知的或当时", "not before what was told, nor before then"),
}
PUBLISHED = {"published": Text("平台公布的规则", "published by the platform itself")}
GOOD = {"ended_good": Text("流程结束：办妥，不涉及退款", "The case has ended: done, without money")}


def limit(length: int, unit: str) -> Text:
    """A length, as on the cards: 3个工作日, 3 working days."""
    return words.length(length, unit)


def needs(names: tuple[str, ...]) -> Text:
    """What an event needs, listed."""
    return words.listed([NEEDS[name] for name in names], Text("和", "and"))


def where(states: tuple[State, ...]) -> Text:
    """The states in which an event is possible, as refusals list them."""
    return words.listed([Text(f"“{s.zh}”", f"“{s.en}”") for s in states])


def instant() -> Text:
    """How an instant is said: a template with `{year}`, `{month}`, `{month_name}`, `{day}` and `{clock}`."""
    said = words.instant(datetime(2177, 11, 23, 14, 56, tzinfo=SHANGHAI))
    parts = {"2177": "{year}", "November": "{month_name}", "14:56": "{clock}", "11": "{month}", "23": "{day}"}
    for value, name in parts.items():
        said = Text(said.zh.replace(value, name), said.en.replace(value, name))
    return said


_ACTOR = Actor("actor", "{actor}", "{actor}")
_AT = datetime(2101, 1, 1, 1, 1, tzinfo=SHANGHAI)
_LIMIT = datetime(2102, 2, 2, 2, 2, tzinfo=SHANGHAI)


def _never(_: Any) -> bool:
    return False


_GUARD = Guard("guard", _never, Text("{guard}", "{guard}"))


def refusals() -> dict[str, Text]:
    """The templates of refusals by code, with `_noted` (the state says what it forbids), `_clock` (the clock's event) and `_instead`
    (another rule follows) where there is more than one. Placeholders: `{event}`, `{state}`, `{where}`, `{guard}`, `{why}`,
    `{note}`, `{at}` (of the event), `{instant}` (the limit's, or the case's)."""
    return {
        "case_final": _template("case_final"),
        "time_reversed": _template("time_reversed", instant=_LIMIT),
        "wrong_state": _template("wrong_state"),
        "wrong_state_noted": _template("wrong_state", noted=True),
        "wrong_state_clock": _template("wrong_state", actor=CLOCK),
        "not_due": _template("not_due", instant=_LIMIT),
        "not_due_instead": _template("not_due", instant=_LIMIT, failed_guards=(_GUARD,)),
        "guard_failed": _template("guard_failed", failed_guards=(_GUARD,)),
    }


def _template(code: Code, *, noted: bool = False, actor: Actor = _ACTOR, **more: Any) -> Text:
    """What `Refusal` says to placeholders."""
    state = State("state", "{state}", "{state}", note=(actor, "", Text("{note}", "{note}")) if noted else None)
    event = Event("event", actor, "{event}", "{event}")
    table: Any = SimpleNamespace(events={"event": event}, actors={actor.key: actor})
    place = State("where", "{where}", "{where}")
    ground: Any = None  # no guard here explains itself
    made = Refusal(code, "event", _AT, actor.key, state, actor=actor, sources=(place,), workflow=table, ground=ground, **more)
    unmet = Refusal("guard_failed", "event", _AT, actor.key, state, failed_guards=(_GUARD,), workflow=table, ground=ground).text
    marks = [(Text("“{where}”", "“{where}”"), "{where}"), (words.instant(_AT), "{at}"), (words.instant(_LIMIT), "{instant}")]
    if code == "not_due":
        marks.append((unmet, "{why}"))
    text = made.text
    for said, mark in marks:
        text = Text(text.zh.replace(said.zh, mark), text.en.replace(said.en, mark))
    return text
