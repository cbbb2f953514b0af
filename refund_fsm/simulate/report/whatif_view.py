"""Owns how a sensitivity is shown: for each figure, what to change first. Must not compute."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from refund_fsm.simulate import figures
from refund_fsm.simulate.behaviour import ILLUSTRATIVE
from refund_fsm.simulate.figures import Unit
from refund_fsm.simulate.report.settings import PARTIAL
from refund_fsm.simulate.report.summary import languages
from refund_fsm.text import Text
from refund_fsm.text.console import Aligned, Languages, text_of

if TYPE_CHECKING:
    from rich.console import RenderableType

    from refund_fsm.diagram import Lang
    from refund_fsm.simulate.law import Effect, Sensitivity

HEADINGS = (Text("改什么", "what to change"), Text("怎么改", "how"), Text("变化", "effect"))
SHOWN: dict[Unit, tuple[float, int, Text]] = {
    "share": (100.0, 3, Text("%", "%")),
    "hours": (1 / 24, 2, Text("天", "days")),
    "fen": (0.01, 2, Text("元", "yuan")),
    "times": (1.0, 3, Text("", "")),
}
POINTS = Text("个百分点", "points")
BASE = Text("现在", "now")


def parts(found: Sensitivity, lang: Languages, most: int = 12) -> list[RenderableType | str]:
    """A title, and a table for each figure."""
    shown: list[RenderableType | str] = [f"{lang.say(found.workflow.label)} · {lang.say(ILLUSTRATIVE)}"]
    if found.partial:
        told_of = f"{len(found.rows)} / {found.asked}"
        shown.append(lang.say(Text(f"⚠ {PARTIAL.zh}：只算了 {told_of} 项变化", f"⚠ {PARTIAL.en}: {told_of} changes were computed")))
    for name, base in found.base.items():
        unit = unit_of(name)
        shown.append("")
        now = f"{lang.say(BASE)}{lang.colon}{told(base, unit, lang)}"
        now = f"（{now}）" if lang is Languages.ZH else f" ({now})"
        shown.append(f"{lang.say(figures.label_of(found.workflow, name))}{now}")
        rows = [row for row in found.ranked(name)[:most] if abs(row.effects[name]) > 0]
        shown.append(Aligned([lang.say(one) for one in HEADINGS], [_row(row, name, unit, lang) for row in rows]))
    return shown


def text(found: Sensitivity, lang: Lang, most: int) -> str:
    """The same as text. `BadData` for another language."""
    return text_of(parts(found, languages(lang), most))


def _row(row: Effect, name: str, unit: Unit, lang: Languages) -> tuple[str, str, str]:
    return lang.say(row.parameter), lang.say(row.change), told(row.effects[name], unit, lang, sign=True)


def unit_of(name: str) -> Unit:
    """The unit of a figure, by its name."""
    if name.startswith(("money:", "stay:")):
        return "hours"
    return "fen" if name == "paid" else "times" if name == "steps" else "share"


def told(value: float, unit: Unit, lang: Languages, *, sign: bool = False) -> str:
    """A value with its unit, as people read it."""
    if not math.isfinite(value):
        return "–"
    scale, places, name = SHOWN[unit]
    name = POINTS if unit == "share" and sign else name
    return f"{value * scale:{'+' if sign else ''}.{places}f} {lang.say(name)}".rstrip()
