"""Owns how a sensitivity is shown: for each figure, what to change first. Must not compute."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from refund_fsm.simulate import figures
from refund_fsm.simulate.behaviour import ILLUSTRATIVE
from refund_fsm.simulate.report.settings import PARTIAL
from refund_fsm.text import AnyLang, Languages, Text, languages, terminal
from refund_fsm.text.numbers import SHOWN_AS, Unit
from refund_fsm.text.sections import Answer, Column, Notice, Part, Section, Table

if TYPE_CHECKING:
    from refund_fsm.simulate.law import Effect, Sensitivity

HEADINGS = (Text("改什么", "what to change"), Text("怎么改", "how"), Text("变化", "effect"))
MOST = 12  # changes that are shown of a figure
PLACES: dict[Unit, int] = {"share": 3, "hours": 2, "fen": 2, "times": 3}  # decimals
POINTS = Text("个百分点", "points")
BASE = Text("现在", "now")


def answer(found: Sensitivity) -> Answer:
    """What is said of a sensitivity."""
    return Answer(lambda lang: sections(found, lang), lambda: f"{found.to_json(indent=2)}\n")


def law_and_ranks(law: Answer, found: Sensitivity | None) -> Answer:
    """What is said of a law and, where there is one, of its sensitivity: the two answers in one."""
    ranks = None if found is None else answer(found)

    def told() -> str:
        return f'{{"law": {law.json().rstrip()},\n"sensitivity": {ranks.json().rstrip() if ranks else "null"}}}\n'

    return Answer(lambda lang: (*law.sections(lang), *(ranks.sections(lang) if ranks else ())), told)


def sections(found: Sensitivity, lang: Languages, most: int = MOST) -> Iterator[Section]:
    """What it is of, and a table for each figure."""
    head: list[Part] = [f"{lang.say(found.workflow.label)} · {lang.say(ILLUSTRATIVE)}"]
    if found.partial:
        told_of = f"{len(found.rows)} / {found.asked}"
        head.append(Notice(Text(f"⚠ {PARTIAL.zh}：只算了 {told_of} 项变化", f"⚠ {PARTIAL.en}: {told_of} changes were computed")))
    yield Section(None, tuple(head))
    for name, base in found.base.items():
        unit = unit_of(name)
        now = f"{lang.say(BASE)}{lang.colon}{told(base, unit, lang)}"
        now = f"（{now}）" if lang is Languages.ZH else f" ({now})"
        rows = tuple(_row(row, name, unit, lang) for row in found.ranked(name)[:most] if abs(row.effects[name]) > 0)
        headings = tuple(Column(lang.say(one)) for one in HEADINGS)
        yield Section(None, (f"{lang.say(figures.label_of(found.workflow, name))}{now}", Table(headings, rows)))


def text(found: Sensitivity, lang: AnyLang, most: int) -> str:
    """The same as text. `BadData` for another language."""
    return terminal.text_of(sections(found, languages(lang), most), languages(lang))


def _row(row: Effect, name: str, unit: Unit, lang: Languages) -> tuple[str, str, str]:
    return lang.say(row.parameter), lang.say(row.change), told(row.effects[name], unit, lang, sign=True)


def unit_of(name: str) -> Unit:
    """The unit of a figure, by its name."""
    if name.startswith(("money:", "end:", "stay:")):
        return "hours"
    return "fen" if name == "paid" else "times" if name == "steps" else "share"


def told(value: float, unit: Unit, lang: Languages, *, sign: bool = False) -> str:
    """A value with its unit, as people read it."""
    if not math.isfinite(value):
        return "–"
    scale, name = SHOWN_AS[unit]
    name = POINTS if unit == "share" and sign else name
    told_in = "" if unit == "times" else f" {lang.say(name)}"
    return f"{value * scale:{'+' if sign else ''}.{PLACES[unit]}f}{told_in}"
