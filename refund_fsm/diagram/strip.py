"""Owns the words of the strip map, which shows where each part of a picture belongs, and of the heads of the parts, as markup.

Must not decide what belongs to which part, nor where anything stands.
"""

from __future__ import annotations

from dataclasses import dataclass

from refund_fsm.diagram.labels import Labels
from refund_fsm.diagram.markup import Label, Line, Run, block
from refund_fsm.diagram.metrics import wrap
from refund_fsm.diagram.palette import INK, MUTED, PALE, PAPER, SLATE
from refund_fsm.diagram.parts import Part
from refund_fsm.diagram.wording import chip

BOX_MOST = 190  # points


@dataclass(frozen=True, slots=True)
class Strip:
    """The strip map and the heads of one picture."""

    labels: Labels

    def box(self, part: Part, *, here: bool) -> Label:
        """A part on the strip: its number, its name, the names of its states; dark where it is the one that is shown."""
        name, quiet = (PAPER, PALE) if here else (INK, MUTED)
        first, *more = self.labels.each(part.name)
        number = Run(
            str(part.number), 11, INK if here else PAPER, bold=True, fill=PAPER if here else SLATE, outline=PAPER if here else SLATE, pad=5
        )
        opening, *rest = wrap(first, 13, BOX_MOST - 24, bold=True)
        lines = [Line((number, Run(opening, 13, name, bold=True)))]
        lines += [Line((Run(line, 13, name, bold=True),)) for text in rest for line in wrap(text, 13, BOX_MOST, bold=True)]
        lines += [Line((Run(line, 11, quiet),)) for text in more for line in wrap(text, 11, BOX_MOST)]
        states = self.labels.plan.whole.states
        said = " · ".join(self.labels.each(states[key].text)[0] for key in part.keys)
        told = [Line((Run(line, 9, quiet),)) for line in wrap(said, 9, BOX_MOST)]
        return block([*lines, *told], least=110)

    def head(self, part: Part, width: int) -> Label:
        """The bar above a part, as wide as the picture."""
        number = chip(str(part.number), 14, SLATE)
        first, *more = self.labels.each(part.name)
        whole = Line((number, Run(first, 15, INK, bold=True), *(Run(one, 12, MUTED) for one in more)), gap=8)
        if whole.width <= width:
            return block([whole], least=width)
        opening, *rest = wrap(first, 15, width - 40, bold=True)
        lines = [Line((number, Run(opening, 15, INK, bold=True)), gap=8), *(Line((Run(line, 15, INK, bold=True),)) for line in rest)]
        lines += [Line((Run(line, 12, MUTED),)) for text in more for line in wrap(text, 12, width)]
        return block(lines, least=width)
