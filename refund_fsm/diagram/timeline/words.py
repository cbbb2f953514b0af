"""Owns what a timeline says: names of lanes and signs, lengths of time, dates without their year. Must not know where it stands."""

from __future__ import annotations

from datetime import datetime, timedelta

from refund_fsm.case import Due, Move, News
from refund_fsm.text import SHANGHAI, Text, words

TITLE = Text("时间线", "timeline")
NEWS = Text("新情况", "news")
LAW = Text("法定期限", "by law")
NOBODY = Text("无人", "nobody")
NOW = Text("现在", "now")
UNTIL = Text("限", "limit")
FIRES = Text("到期", "due")
LATE = Text("逾期", "late")
BREACH = Text("记逾期", "counts as a breach")
LAW_DUE = Text("法定期限", "statutory limit")
LAW_PASSED = Text("已过", "passed")
ENDED = Text("结束", "ended")
OPENED = Text("开始", "opened")
NAMED = Text("共 {0} 段停留，标出其中 {1} 段", "{1} of {0} stays are named")
KEY_BAR = Text("等谁处理，多久", "whom it waits for, how long")
KEY_LIMIT = Text("时限（小圈：到期前已处理）", "limit (small: met before it ended)")
KEY_FIRED = Text("到期，系统自动处理", "it ended, the clock acted")
KEY_PASSED = Text("逾期", "limit passed")
KEY_AHEAD = Text("还未发生", "still to come")
KEY_OFF = Text("非工作日", "days off")
KEY_NEWS = Text("新情况或换规则", "news, or a move to other rules")
KEY_INNER = Text("状态不变的操作", "an event that changes no state")
KEY_LAW = Text("法定期限只提醒", "the law's clock only warns")
PROVISIONAL = words.PROVISIONAL
UNSURE = Text("暂定：用到了尚未公布节假日的年份", "provisional: counted with days whose holidays are not published yet")
WAITS, LATE_KEY, AHEAD, LIMIT, ENDS, TOLD = (
    Text("等待", "waits"),
    Text("逾期", "late"),
    Text("未发生", "to come"),
    Text("时限", "limit"),
    Text("结束", "end"),
    Text("新情况", "news"),
)
OFF = Text("非工作日", "off")


def day(value: datetime) -> str:
    """The day of a limit, without its year: midnight is the end of the day before."""
    local = value.astimezone(SHANGHAI)
    return f"{local - timedelta(microseconds=1):%m-%d}"


def minute(value: datetime) -> str:
    """An instant without its year; midnight is 24:00 of the day that ends."""
    return words.stamp(value)[5:16]


def then(due: Due) -> Text:
    """What happens when a limit ends: the clock's rule and where it leads, or a breach."""
    rule = due.then
    if rule is None:
        return BREACH
    return Text(f"{rule.id} {rule.event.zh}", f"{rule.id} {rule.event.en}")


def happened(one: News | Move) -> Text:
    """What a case was told, or to which rules it was moved."""
    return one.text
