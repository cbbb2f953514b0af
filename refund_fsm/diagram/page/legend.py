"""Owns the legend of a page as HTML: what the picture's own legend says, for the browser to set. Must not decide what it says."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from refund_fsm.diagram import dark
from refund_fsm.diagram.labels import Labels
from refund_fsm.diagram.legend import Legend
from refund_fsm.diagram.markup import Piece, Run, Stroke


def html(labels: Labels) -> str:
    """The lines of your own and the heading first, then the items of a list: each sign with what it means, each sentence."""
    heading = "".join(f"<p>{escape(labels.say(text, ' · '))}</p>" for text in labels.marks.heading)
    return f"{heading}<ul>{''.join(f'<li>{_shown(entry)}</li>' for entry in Legend(labels).entries())}</ul>"


def _shown(pieces: Iterable[Piece]) -> str:
    return " ".join(_stroke(one) if isinstance(one, Stroke) else _run(one) for one in pieces)


def _stroke(stroke: Stroke) -> str:
    dashed = " dashed" if stroke.pieces > 1 else ""
    colours = f"--actor:{stroke.colour};--night:{dark.line(stroke.colour)}"
    return f'<i class="stroke{dashed}" style="{colours};--thick:{stroke.thick}px"></i>'


def _run(run: Run) -> str:
    """A text, or a chip in its colour: filled, hollow or dashed."""
    text = escape(run.text)
    if not (run.fill or run.outline):
        return f"<span>{text}</span>"
    look = " hollow dashed" if run.dashed else " hollow" if run.fill != run.outline else ""
    return f'<span class="chip{look}" style="--actor:{run.outline or run.fill}">{text}</span>'
