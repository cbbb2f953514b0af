"""Owns how a sensitivity is shown: for each figure, what to change first. Must not compute."""

from __future__ import annotations

import io
import math
from typing import TYPE_CHECKING

from refund_fsm.console import PIPE_WIDTH, Aligned, Languages, plain
from refund_fsm.simulate import figures
from refund_fsm.simulate.behaviour import ILLUSTRATIVE
from refund_fsm.simulate.figures import Unit
from refund_fsm.text import Text

if TYPE_CHECKING:
    from rich.console import RenderableType

    from refund_fsm.diagram import Lang
    from refund_fsm.simulate.whatif import Effect, Sensitivity

HEADINGS = (Text("改什么", "what to change"), Text("怎么改", "how"), Text("变化", "effect"))
BASE = Text("现在", "now")


def parts(found: Sensitivity, lang: Languages, most: int = 12) -> list[RenderableType | str]:
    """A title, and a table for each figure."""
    shown: list[RenderableType | str] = [f"{lang.say(found.workflow.label)} · {lang.say(ILLUSTRATIVE)}"]
    for name, base in found.base.items():
        unit = unit_of(name)
        shown.append("")
        shown.append(f"{lang.say(figures.label_of(found.workflow, name))} ({lang.say(BASE)}: {told(base, unit)})")
        rows = [row for row in found.ranked(name)[:most] if abs(row.effects[name]) > 0]
        shown.append(Aligned([lang.say(one) for one in HEADINGS], [_row(row, name, unit, lang) for row in rows]))
    return shown


def text(found: Sensitivity, lang: Lang, most: int) -> str:
    """The same as text."""
    from rich.console import Console

    buffer = io.StringIO()
    console = Console(file=buffer, width=PIPE_WIDTH, force_terminal=False, no_color=True, markup=False, highlight=False, emoji=False)
    for part in parts(found, Languages(lang), most):
        console.print(plain(part) if isinstance(part, str) else part, soft_wrap=isinstance(part, str))
    return "\n".join(line.rstrip() for line in buffer.getvalue().splitlines()) + "\n"


def _row(row: Effect, name: str, unit: Unit, lang: Languages) -> tuple[str, str, str]:
    return lang.say(row.parameter), lang.say(row.change), told(row.effects[name], unit, sign=True)


def unit_of(name: str) -> Unit:
    """The unit of a figure, by its name."""
    if name.startswith(("money:", "stay:")):
        return "hours"
    return "fen" if name == "paid" else "times" if name == "steps" else "share"


def told(value: float, unit: Unit, *, sign: bool = False) -> str:
    """A value with its unit, as people read it."""
    if not math.isfinite(value):
        return "–"
    plus = "+" if sign else ""
    if unit == "share":
        return f"{100 * value:{plus}.3f} {'pp' if sign else '%'}"
    if unit == "hours":
        return f"{value / 24:{plus}.2f} d"
    return f"{value / 100:{plus}.2f} CNY" if unit == "fen" else f"{value:{plus}.3f}"
