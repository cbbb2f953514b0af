"""Owns the timeline of a case as lines for a terminal: one line a lane, in columns, wide characters counted as two.

Bars and signs are ASCII, which every terminal sets in one column. Must not know the picture.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import lru_cache

from refund_fsm.case import RefundCase
from refund_fsm.diagram.timeline import words
from refund_fsm.diagram.timeline.course import Course, Stay, course_of
from refund_fsm.diagram.timeline.days import days_off, ticks
from refund_fsm.diagram.timeline.lanes import Lanes, Scale, scale_of
from refund_fsm.diagram.timeline.wording import Wording
from refund_fsm.diagram.wording import Lang
from refund_fsm.text import Text, stamp

COLUMNS = 80
NAME_MOST, TOTAL = 20, 12  # columns of the names of lanes, and of how long the case waited there
POINTS = 8.0  # of a column, for who chooses dates by points
WAITS, LATE, AHEAD, LIMIT, END, TOLD, OFF, NOW = "=", "!", "-", "o", "*", "+", ".", "|"
SIGNS = {
    WAITS: words.WAITS,
    LATE: words.LATE_KEY,
    AHEAD: words.AHEAD,
    LIMIT: words.LIMIT,
    END: words.ENDS,
    TOLD: words.TOLD,
    NOW: words.NOW,
}


def lines(case: RefundCase, *, lang: Lang = "both") -> list[str]:
    """The case over time, in lines of at most `COLUMNS` columns: dates, days off, a line for each whom it waited for, the law's clock,
    news, what the signs mean. `BadData` for what is no case."""
    course = course_of(case)
    word = Wording(course, lang, room=float("inf"))
    scale = scale_of(course, COLUMNS * POINTS)
    names = [*(_name(word, actor.text) for actor in course.actors), *(_name(word, one) for one in (words.LAW, words.NEWS, words.OFF))]
    side = max(map(wide, names)) + 1
    across = COLUMNS - side - TOTAL - 1
    scale = Scale(scale.begin, scale.end, 0.0, float(across))
    off = _off(course, scale)
    heads = [("", _dates(scale), ""), *([(_name(word, words.OFF), off, "")] if off.strip() else [])]
    rows = [*heads, *_lanes(course, word, scale)]
    found = [
        _fitted(f"{word.say(words.TITLE)}  {stamp(course.begun)} – {stamp(course.ended)} · {word.lasted(course.ended - course.begun)}")
    ]
    found += [f"{_padded(name, side)}{bar:<{across}} {total}".rstrip() for name, bar, total in rows]
    signs = {sign for _, bar, _ in rows[len(heads) :] for sign in bar}
    told = [f"{sign} {word.say(text)}" for sign, text in SIGNS.items() if sign in signs]
    told += list(dict.fromkeys(_festivals(course, word, scale)))
    return [*found, *_flowed(told)]


@lru_cache(maxsize=4_096)
def wide(text: str) -> int:
    """The columns that a text takes."""
    from rich.cells import cell_len

    return cell_len(text)


def _fitted(text: str, most: int = COLUMNS) -> str:
    while wide(text) > most:
        text = text[:-1]
    return text


def _padded(text: str, columns: int) -> str:
    return text + " " * (columns - wide(text))


def _name(word: Wording, text: Text) -> str:
    """The name of a lane: in both languages where there is room for both."""
    said = word.say(text)
    return said if wide(said) <= NAME_MOST else _fitted(word.each(text)[0], NAME_MOST)


def _flowed(parts: Sequence[str]) -> Iterator[str]:
    line = ""
    for part in parts:
        if line and wide(line) + 3 + wide(part) > COLUMNS:
            yield line
            line = ""
        line = f"{line}   {part}" if line else _fitted(part)
    if line:
        yield line


# The rows
def _column(scale: Scale, at: datetime) -> int:
    return min(int(scale.x(at)), int(scale.right) - 1)


def _dates(scale: Scale) -> str:
    row = ""
    for tick in ticks(scale.begin, scale.end, scale.right * POINTS):
        column = _column(scale, tick.at)
        if column >= len(row) + (1 if row else 0) and column + len(tick.said) <= scale.right:
            row = row.ljust(column) + tick.said
    return row


def _off(course: Course, scale: Scale) -> str:
    row = [" "] * int(scale.right)
    for off in days_off(scale.begin, scale.end, course.case.policy, scale.day * POINTS):
        first, last = int(scale.x(off.begin) + 0.5), int(scale.x(off.end) + 0.5)
        row[first:last] = OFF * len(row[first:last])
    return "".join(row)


def _festivals(course: Course, word: Wording, scale: Scale) -> Iterator[str]:
    for off in days_off(scale.begin, scale.end, course.case.policy, scale.day * POINTS):
        if off.name is not None:
            yield f"{word.say(off.name)} {off.begin:%m-%d}–{words.day(off.end)}"


def _lanes(course: Course, word: Wording, scale: Scale) -> Iterator[tuple[str, str, str]]:
    """Name, bar and total of each lane."""
    lanes = Lanes(word, scale)
    for number, actor in enumerate(course.actors):
        row = [" "] * int(scale.right)
        for stay, place in zip(course.stays, lanes.places, strict=True):
            if place == number:
                _mark(row, stay, scale)
        if not course.is_over:
            _put(row, _column(scale, course.case.now), NOW)
        yield _name(word, actor.text), "".join(row), word.lasted(course.waited(actor))
    if course.told:
        row = [" "] * int(scale.right)
        for one in course.told:
            row[_column(scale, one.at)] = TOLD
        yield _name(word, words.NEWS), "".join(row), f"{len(course.told):,}"
    if course.law is not None:
        row = [" "] * int(scale.right)
        due = course.law.due.at
        _fill(row, scale, course.law.begun, min(due, max(course.ended, course.law.begun)), WAITS)
        _fill(row, scale, min(due, max(course.ended, course.law.begun)), due, AHEAD)
        if scale.holds(due):
            row[_column(scale, due)] = LATE if course.law.passed else LIMIT
        yield _name(word, words.LAW), "".join(row), words.day(due)


def _mark(row: list[str], stay: Stay, scale: Scale) -> None:
    if stay.ends:
        row[_column(scale, stay.begun)] = END
        return
    due = stay.due.at if stay.due is not None else None
    if stay.fate == "running" and due is not None:
        _fill(row, scale, stay.ended, due, AHEAD)
    _fill(row, scale, stay.begun, stay.ended, WAITS)
    if stay.passed is not None:
        _fill(row, scale, stay.passed, stay.ended, LATE)
    elif due is not None and scale.holds(due):
        _put(row, _column(scale, due), LIMIT)


def _fill(row: list[str], scale: Scale, begin: datetime, end: datetime, sign: str) -> None:
    first, last = _column(scale, begin), _column(scale, end)
    row[first : last + 1] = sign * (last + 1 - first)


def _put(row: list[str], column: int, sign: str) -> None:
    """A sign, where no bar is told apart by it."""
    if row[column] in (" ", AHEAD, WAITS):
        row[column] = sign
