"""Owns how instants, days, amounts and lengths are said in both languages. Must not know workflows."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from refund_fsm.text.text import Provisional, Text
from refund_fsm.text.zone import SHANGHAI

OR = Text("或", "or")
PROVISIONAL = Text("（暂定）", " (provisional)")
MONTHS = (*("January", "February", "March", "April", "May", "June"), *("July", "August", "September", "October", "November", "December"))
SMALL = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
UNITS = {"hours": Text("小时", "h"), "days": Text("天", "d"), "working_days": Text("个工作日", "wd")}
MINUTES = Text("分钟", "min")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
IN_HOURS = 2 * DAY  # from here on what took longer is said in days
LONG_UNITS = {"hours": Text("小时", "hour"), "days": Text("天", "day"), "working_days": Text("个工作日", "working day")}


def day(value: date, *, year: bool = True) -> Text:
    """A day: 2026年2月18日, 18 February 2026."""
    zh = f"{value.month}月{value.day}日"
    en = f"{value.day} {MONTHS[value.month - 1]}"
    return Text(f"{value.year}年{zh}", f"{en} {value.year}") if year else Text(zh, en)


def local_day(value: datetime) -> date:
    """The day of an instant in Shanghai."""
    return value.astimezone(SHANGHAI).date()


def instant(value: datetime) -> Text:
    """An instant in Shanghai to the minute; midnight is said as 24:00 of the day that ends."""
    local = value.astimezone(SHANGHAI)
    if local.time().isoformat() == "00:00:00":
        said = day(local.date() - timedelta(days=1))
        clock = "24:00"
    else:
        said = day(local.date())
        clock = f"{local:%H:%M:%S}" if local.second or local.microsecond else f"{local:%H:%M}"
    return Text(f"{said.zh}{clock}", f"{said.en} at {clock}")


def limit(value: datetime, provisional: bool) -> Text:
    """An instant up to which days were counted; marked when one of them is of a year whose holidays are not published yet."""
    said = instant(value)
    return Provisional(said.zh + PROVISIONAL.zh, said.en + PROVISIONAL.en) if provisional else said


def stamp(value: datetime) -> str:
    """An instant in Shanghai in figures, as of a deadline: 2026-02-18 10:00; midnight is 24:00 of the day that ends."""
    local = value.astimezone(SHANGHAI)
    if local.time().isoformat() == "00:00:00":
        return f"{local.date() - timedelta(days=1)} 24:00"
    return since(value)


def since(value: datetime) -> str:
    """An instant at which something begins, in Shanghai in figures: midnight is 00:00 of the day that begins."""
    local = value.astimezone(SHANGHAI)
    return f"{local:%Y-%m-%d %H:%M:%S}" if local.second or local.microsecond else f"{local:%Y-%m-%d %H:%M}"


def period(start: datetime, end: datetime, *, year: bool = True) -> str:
    """The instants from `start` to before `end` in figures: their days where both are midnights, 2026-02-11–02-24."""
    one, other = start.astimezone(SHANGHAI), end.astimezone(SHANGHAI)
    if any(at.time().isoformat() != "00:00:00" for at in (one, other)):
        return f"{since(one)}–{since(other)}"
    last = other.date() - timedelta(days=1)
    first = f"{one:%Y-%m-%d}" if year or one.year != last.year else f"{one:%m-%d}"
    until = f"{last:%m-%d}" if one.year == last.year else f"{last:%Y-%m-%d}"
    return first if one.date() == last else f"{first}–{until}"


def yuan(fen: int) -> Text:
    """An amount: 12.30元, 12.30 yuan."""
    sign = "-" if fen < 0 else ""
    whole, cents = divmod(abs(fen), 100)
    return Text(f"{sign}{whole}.{cents:02d}元", f"{sign}{whole:,}.{cents:02d} yuan")


def length(count: int, unit: str) -> Text:
    """A length: 3个工作日, 3 working days."""
    label = LONG_UNITS[unit]
    return Text(f"{count}{label.zh}", f"{count} {label.en}{'' if count == 1 else 's'}")


def elapsed(time: timedelta) -> tuple[str, Text]:
    """How long something took, as a number and its unit: 5 min, 3.5 h, 11.9 d."""
    if time < HOUR:
        return f"{int(time / MINUTE)}", MINUTES
    count, unit = (time / HOUR, UNITS["hours"]) if time < IN_HOURS else (time / DAY, UNITS["days"])
    return f"{count:,.1f}".removesuffix(".0"), unit


def number(count: int) -> str:
    """A small number as an English word."""
    return SMALL[count] if 0 <= count < len(SMALL) else str(count)


def times(count: int) -> str:
    """How often, in English: once, twice, 3 times."""
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def listed(items: list[Text], last: Text = OR) -> Text:
    """A list said in words: a、b或c; a, b or c."""
    if len(items) < 2:
        return items[0] if items else Text("", "")
    zh = "、".join(item.zh for item in items[:-1]) + last.zh + items[-1].zh
    en = ", ".join(item.en for item in items[:-1]) + f" {last.en} " + items[-1].en
    return Text(zh, en)
