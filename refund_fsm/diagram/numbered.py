"""Owns the wording and the look of cards and arrows on a map: the number first; who acts, limits in short, no guards and no sources.

Must not decide what is drawn or marked, nor know Graphviz.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from refund_fsm.diagram.labels import CARD, CARD_MOST, SPINE_MOST, Labels
from refund_fsm.diagram.marks import Mark, Note, Tone
from refund_fsm.diagram.markup import Label, Line, Run, block
from refund_fsm.diagram.metrics import wrap
from refund_fsm.diagram.palette import INK, MUTED, PALE, PAPER, SLATE
from refund_fsm.diagram.pieces import Card
from refund_fsm.diagram.wording import chip, faded
from refund_fsm.workflow import Rule, State

ARROW_MOST = 150
SPLIT = 10  # points between a number and what stands at the other edge


@dataclass(frozen=True)
class Numbered(Labels):
    """The labels of a map."""

    def card(self, card: Card) -> Label:
        """A state: how often, its name, who acts until when, how long it takes, the rules named on it, from where pills lead to it."""
        mark, state = self.marks.state(card.state.key), card.state
        dark = state.final and not card.good
        ink, muted = (PAPER, PALE) if dark else (INK, SLATE)
        limit = (self._in_short(card.limit, self.colour(card.actor.key)),) if card.limit and card.actor else ()
        lines = [Line((Run(mark.number, 15, ink, bold=True), *limit), "split" if limit else "left", gap=SPLIT)] if mark.number else []
        name = self._named_state(card, state, ink, muted)
        lines += [replace(name[0], above=3 if limit else 0), *name[1:]]
        lines += [line for note in mark.notes for line in self.lines([self._said(note)], 10, ink, CARD_MOST, "left")]
        lines += [line for rule in card.rules if self.marks.rule(rule.id).weight for line in self._named(rule, mark.tone)]
        lines += [self._darker(line) for line in self._reached(card)]
        if self.plan.view == "spine" and not self.plan.is_short_spine and state.key in self.plan.left_out:
            lines.append(replace(self._more(self.plan.left_out[state.key]), above=4))
        return block(faded(lines) if mark.tone == "faded" else lines, least=112 if state.final else CARD)

    def _named_state(self, card: Card, state: State, ink: str, muted: str) -> list[Line]:
        first, *rest = self.each(state.text)
        who = (chip(self.say(card.actor.text), 8, self.colour(card.actor.key)),) if card.actor and not state.final else ()
        lines = self.lines([first], 14, ink, CARD_MOST, "left", bold=True)
        if who and lines[-1].width + who[0].width + SPLIT <= CARD_MOST:
            lines[-1] = replace(lines[-1], pieces=(*lines[-1].pieces, *who), align="split", gap=SPLIT)
        elif who:
            lines.append(Line(who))
        return lines + self.lines(rest, 10, muted, CARD_MOST, "left")

    def _said(self, note: Note) -> str:
        return " ".join(part for part in (note.lead, self.say(note.text), note.value) if part)

    def _darker(self, line: Line) -> Line:
        """A line in a colour that can be read on any step of the scale."""
        return replace(line, pieces=tuple(piece.recoloured(lambda colour: SLATE if colour == MUTED else colour) for piece in line.pieces))

    def _shows_rows(self, card: Card) -> bool:  # noqa: ARG002  # on a map, no card does
        return False

    def _named(self, rule: Rule, of_card: Tone) -> list[Line]:  # noqa: ARG002  # on a map nothing comes or goes
        """A rule named on a card: how often, its id, what happens."""
        mark = self.marks.rule(rule.id)
        first, *more = wrap(self.say(rule.event.text), 9, CARD_MOST)
        head = Line((*self._counted(mark, 11), self.id_chip(rule)), above=3)
        return [head, *self.lines([first, *more], 9, SLATE, CARD_MOST, "left")]

    def _counted(self, mark: Mark, size: int) -> tuple[Run, ...]:
        beside = (Run(mark.beside, 9, SLATE),) if mark.beside else ()
        return (Run(mark.number, size, INK, bold=True), *beside)

    def _row(self, rules: tuple[Rule, ...], *, bold: bool, above: int) -> list[Line]:
        """The rules of a row: how often each, then who does what, once."""
        most = SPINE_MOST if self.plan.is_short_spine else ARROW_MOST
        marks = [self.marks.rule(rule.id) for rule in rules]
        lines = [
            Line((*self._counted(mark, 12), self.id_chip(rule)), above=0 if place else above)
            for place, (rule, mark) in enumerate(zip(rules, marks, strict=True))
        ]
        first, *rest = self.each(rules[0].event.text)
        who = self.who(rules[0].actor, 10)
        opening, *more = wrap(first, 10, most - 30, bold=bold)
        lines.append(Line((*who, Run(opening, 10, SLATE, bold=bold))))
        lines += self.lines(more, 10, SLATE, most, "left", bold=bold)
        if rules[0].by_clock:
            lines[-1] = replace(lines[-1], pieces=(*lines[-1].pieces, self._timer(rules[0])))
        lines += self.lines(rest, 9, MUTED, most, "left")
        return faded(lines) if all(mark.tone == "faded" for mark in marks) else lines
