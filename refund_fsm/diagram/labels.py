"""Owns the wording and the look of cards and arrows, as markup. Must not decide what is drawn or marked, nor know Graphviz."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from refund_fsm.diagram import limits
from refund_fsm.diagram.limits import Row
from refund_fsm.diagram.marks import CHANGES, Mark, Note, Tone
from refund_fsm.diagram.markup import Label, Line, Run, block
from refund_fsm.diagram.metrics import plain, wrap
from refund_fsm.diagram.palette import INK, MUTED, PALE, PAPER, SLATE, SUCCESS, tone_colour
from refund_fsm.diagram.pieces import Arrow, Card
from refund_fsm.diagram.wording import Wording, chip, faded, signs
from refund_fsm.text import Text, words
from refund_fsm.workflow import ASSUMED, Guard, Limit, Rule, State, spelled

Where = Literal["left", "right", "from left", "from right"]
CARD = 132  # least width of a card, points
HEAD_MOST = 230
CARD_MOST = 190  # its texts are broken at this width
ARROW_MOST = 176
SPINE_MOST = 250  # where nothing else needs the room
HUNG_SIDE = 2
PILL_MOST = 200
ARROW_SIDE, COUNTED_SIDE = 9, 17  # points between a line and its label: wide lines have wide heads
BEYOND = 36  # more behind a label of the spine, where Graphviz lets another line pass
GUARD_MOST = 190

FROM, TO = "←", "→"
COUNTS = "✓"  # the row of a limit that counts in a case
GOOD = Text("办妥，不涉及退款", "done, without money")
STATUTORY = Text("法定，仅提醒", "statutory, only warns")
FROM_CARDS = Text("见各卡片", "see the cards")
MORE, ONE_MORE = Text("⋯ 还有 {} 条规则", "{} more rules"), "one more rule"
TOGETHER = Text("与“{}”合计", "one limit with {}")


@dataclass(frozen=True)
class Labels(Wording):
    """The labels of one picture, in one language or both."""

    # 1. Cards
    def card(self, card: Card) -> Label:
        """A state: who acts and until when, its name, the rules named on it, and what the view notes."""
        mark = self.marks.state(card.state.key)
        lines = self._final(card) if card.state.final else self._open(card)
        lines = faded(lines) if mark.tone == "faded" else lines
        lines += [line for rule in card.rules for line in self._named(rule, mark.tone)]
        lines += self._reached(card)
        if not self.plan.is_short_spine and card.state.key in self.plan.left_out:
            lines.append(replace(self._more(self.plan.left_out[card.state.key]), above=4))
        lines += self._notes(mark, CARD_MOST, on_dark=card.state.final and not card.good)
        return block(lines, least=112 if card.state.final else CARD)

    def _reached(self, card: Card) -> list[Line]:
        """From where portals lead to a state: the states with the rules, one below the other."""
        found: dict[str, list[Rule]] = {}
        for arrow in self.plan.entries(card.state.key):
            for rule in arrow.rules:
                found.setdefault(rule.source.key, []).append(rule)
        on_dark = card.state.final and not card.good
        colour = PALE if on_dark else MUTED
        lines = []
        for rules in found.values():
            said = f"{FROM} {self.say(rules[0].source.text)} · {' '.join(plain(rule.id) for rule in rules)}"
            lines += self.lines([said], 9, colour, CARD_MOST, "left")
        if lines:
            lines[0] = replace(lines[0], above=4)
        return faded(lines) if self.marks.state(card.state.key).tone == "faded" else lines

    def portal(self, arrow: Arrow) -> Label:
        """The pill in which a portal ends."""
        if self.plan.centre:
            return self._neighbour(arrow)
        dest = arrow.dest
        dark = dest.final and not dest.good
        first, *more = self.each(dest.text)
        runs = (
            Run(f"{TO} {plain(first)}", 10, PAPER if dark else INK, bold=True),
            *(Run(plain(one), 9, PALE if dark else MUTED) for one in more),
        )
        part = self.plan.elsewhere(dest.key)
        number = (chip(str(part.number), 8, SLATE),) if part else ()
        line = Line((*number, *runs))
        lines = [line] if line.width <= PILL_MOST else self._pill_lines(number, runs)
        return block(faded(lines) if self.tone_of(arrow) == "faded" else lines)

    def turn(self, letter: str, sign: str, key: str) -> Label:
        """The mark at one side of a cut of a column: its letter, and the state at the other side."""
        first, *more = self.each(self.plan.states[key].text)
        letters = (chip(letter, 10, SUCCESS),)
        runs = (Run(f"{sign} {plain(first)}", 10, INK, bold=True), *(Run(plain(one), 9, MUTED) for one in more))
        line = Line((*letters, *runs))
        return block([line] if line.width <= PILL_MOST else self._pill_lines(letters, runs))

    def more(self, count: int) -> Label:
        """That rules lead on from a state which are not drawn."""
        return block([self._more(count)])

    def _more(self, count: int) -> Line:
        said = self.say(Text(MORE.zh.format(count), MORE.en.format(count) if count > 1 else ONE_MORE))
        return Line((Run(said, 10, MUTED),), "centre")

    def _neighbour(self, arrow: Arrow) -> Label:
        """The other end of an arrow to or from the centre, as a card."""
        card = self.plan.neighbour(arrow.dest if arrow.source.key == self.plan.centre else arrow.source)
        if card.state.final:
            return block(self._name(card.state, *((INK, MUTED) if card.good else (PAPER, PALE))), least=112)
        strong = self.colour(card.actor.key) if card.actor else MUTED
        chip_of_it = (self._in_short(card.limit, strong),) if card.limit else ()
        lines = self._head(self.say(card.actor.text), strong, chip_of_it) if card.actor else []
        return block(lines + self._name(card.state, INK, MUTED, above=2), least=CARD)

    def _pill_lines(self, number: tuple[Run, ...], runs: Sequence[Run]) -> list[Line]:
        lines = [line for run in runs for line in self.lines([run.text], run.size, run.colour, PILL_MOST - 24, "left", bold=run.bold)]
        return [replace(lines[0], pieces=(*number, *lines[0].pieces)), *lines[1:]]

    def _open(self, card: Card) -> list[Line]:
        strong = self.colour(card.actor.key) if card.actor else MUTED
        chip_of_it = (self._in_short(card.limit, strong),) if card.limit and not self._shows_rows(card) else ()
        lines = self._head(self.say(card.actor.text), strong, chip_of_it) if card.actor else []
        lines += self._name(card.state, INK, MUTED, above=2)
        if self._shows_rows(card):
            lines += self._rows(card.limit, strong, self.marks.state(card.state.key))
        if card.together and self.plan.view != "spine":
            zh, en = "、".join(other.zh for other in card.together), ", ".join(other.en for other in card.together)
            said = Text(TOGETHER.zh.replace("{}", zh), TOGETHER.en.replace("{}", en))
            lines += self.lines(self.each(said), 9, MUTED, CARD_MOST, "centre")
        if card.law:
            lines.append(Line((self._limit(card.law, tone_colour("law"), STATUTORY),), "centre", above=3))
        return lines

    # 1.1 The rows of a limit
    def _shows_rows(self, card: Card) -> bool:
        """Whether the limit stands row by row under the name: one length alone stands beside who acts."""
        return self.plan.view != "spine" and not limits.is_plain(card.limit)

    def _rows(self, rows: Sequence[Row], strong: str, mark: Mark) -> list[Line]:
        """Each row of a limit: its length, its guards, what is added, its special periods. Of a case, the one that counts is marked."""
        lines: list[Line] = []
        for place, row in enumerate(rows):
            shown = mark if mark.row == place else Mark(special=mark.special) if len(rows) == 1 else Mark()
            made = self._row_of_limit(row, strong, shown, alone=len(rows) == 1)
            made[0] = replace(made[0], above=3)
            lines += faded(made) if mark.row not in (None, place) else made
        return lines

    def _row_of_limit(self, row: Row, strong: str, mark: Mark, *, alone: bool) -> list[Line]:
        head = self._limit(row.limit, strong, length=row.length)
        sign = (Run(COUNTS, 9, PAPER, bold=True, fill=INK, outline=INK, pad=3),) if mark.row is not None else ()
        said = [line for text in limits.when(row, alone=alone) for line in self.each(text)]
        bold = mark.row is not None
        colour = INK if bold else SLATE
        beside = CARD_MOST - sum(run.width + 4 for run in (*sign, head))
        if len(wrap(" ".join(said), 9, beside, bold=bold)) == 1:
            said = [" ".join(said)]
        first = said.pop(0) if said and len(wrap(said[0], 9, beside, bold=bold)) == 1 else ""
        lines = [Line((*sign, head, *((Run(first, 9, colour, bold=bold),) if first else ())))]
        lines += self.lines(said, 9, colour, CARD_MOST, "left", bold=bold)
        lines += self.lines(limits.plus(row, self.say), 9, colour, CARD_MOST, "left")
        for text, periods in limits.specials(row, self.say):
            here = any(one is mark.special for one in periods)
            lines += self.lines([text], 9, INK if here else SLATE, CARD_MOST, "left", bold=here)
        return lines

    def _in_short(self, rows: Sequence[Row], colour: str) -> Run:
        """All rows of a limit as one chip, hollow when one is assumed."""
        return chip(f"≤ {self.in_short(rows)}", 9, colour, hollow=any(ASSUMED in spelled(row.limit.cites) for row in rows))

    def in_short(self, rows: Sequence[Row]) -> str:
        """The lengths of all rows of a limit."""
        return limits.in_short(rows, self.say)

    def _head(self, actor: str, strong: str, limit: tuple[Run, ...]) -> list[Line]:
        """Who acts on the left, until when on the right."""
        first, *more = wrap(actor, 10, HEAD_MOST - sum(run.width for run in limit), bold=True)
        return [
            Line((Run(first, 10, strong, bold=True), *limit), "split", gap=10),
            *self.lines(more, 10, strong, HEAD_MOST, "left", bold=True),
        ]

    def _final(self, card: Card) -> list[Line]:
        lines = self._name(card.state, INK, MUTED) if card.good else self._name(card.state, PAPER, PALE)
        if card.good:
            lines += self.lines(self.each(GOOD), 9, SUCCESS, CARD_MOST, "centre", bold=True)
        for event in self.plan.sweep_into(card.state) if self.plan.view != "spine" else ():
            said = Text(f"← {event.zh}: {FROM_CARDS.zh}", f"← {event.en}: {FROM_CARDS.en}")
            lines += self.lines(self.each(said), 9, MUTED if card.good else PALE, CARD_MOST, "centre")
        return lines

    def _name(self, state: State, ink: str, muted: str, above: int = 0) -> list[Line]:
        first, *rest = self.each(state.text)
        lines = self.lines([first], 16, ink, CARD_MOST, "centre", bold=True)
        lines[0] = replace(lines[0], above=above)
        return lines + self.lines(rest, 11, muted, CARD_MOST, "centre")

    def _limit(self, limit: Limit, colour: str, what: Text | None = None, length: int | None = None) -> Run:
        """A limit as a chip: filled when it is cited, hollow when it is assumed."""
        count = limit.length_in(self.plan.policy) if length is None else length
        said = f"≤ {count} {self.say(words.UNITS[limit.unit])}"
        text = f"{self.say(what)} {said}" if what else said
        return chip(text, 9, colour, hollow=ASSUMED in spelled(limit.cites))

    def _named(self, rule: Rule, of_card: Tone) -> list[Line]:
        """A rule on a card; that it came or went with its state is told once, of the state."""
        mark = self.marks.rule(rule.id)
        first, *more = self.broken(self.say(rule.event.text), 9, CARD_MOST - 34)
        head = (*signs(mark), self.id_chip(rule), *self.who(rule.actor, 9), Run(first, 9, SLATE))
        lines = [Line(head, above=2), *self.lines(more, 9, SLATE, CARD_MOST, "left")]
        lines[-1] = replace(lines[-1], pieces=(*lines[-1].pieces, *self.cites((rule,))))
        lines += self.lines([f"[{plain(text)}]" for guard in rule.when for text in self.each(guard.text)], 9, SLATE, CARD_MOST, "left")
        lines = faded(lines) if mark.tone == "faded" else lines
        told = mark.tone in ("added", "removed") and mark.tone == of_card and not mark.notes
        return lines if told else lines + self._notes(mark, CARD_MOST)

    # 2. Arrows
    def arrow(self, arrow: Arrow, where: Where = "right") -> Label:
        """The rules of an arrow one below the other: ids, who does what, the limit of a clock rule, guards, and what the view notes.

        `where`: to the right or left of its line, or above its end, where the line arrives from a side.
        """
        lines: list[Line] = []
        for row in arrow.rows:
            happy = arrow.happy and row[0].id in self.plan.spine
            lines += self._row(row, bold=happy, above=4 if lines else 0)
        if where in ("left", "from right"):
            lines = [replace(line, align="right") for line in lines]
        counted = any(self.marks.rule(rule.id).weight is not None for rule in arrow.rules)
        least = max(line.width for line in lines) + BEYOND if self.plan.view == "spine" else 0
        return block(lines, least=least, side=HUNG_SIDE if where.startswith("from") else COUNTED_SIDE if counted else ARROW_SIDE)

    def _row(self, rules: tuple[Rule, ...], *, bold: bool, above: int) -> list[Line]:
        most = SPINE_MOST if self.plan.is_short_spine else ARROW_MOST
        marks = [self.marks.rule(rule.id) for rule in rules]
        dim = all(mark.tone == "faded" for mark in marks)
        bold = bold if self.marks.rest.tone == "plain" else any(mark.tone == "taken" for mark in marks)
        first, *rest = self.each(rules[0].event.text)
        who = self.who(rules[0].actor, 12)
        opening, *more = self.broken(first, 12, most - 30, bold=bold)
        chips = [piece for rule, mark in zip(rules, marks, strict=True) for piece in (*signs(mark), self.id_chip(rule))]
        lines = [
            Line((*chips, *who, Run(opening, 12, INK, bold=bold)), above=above),
            *self.lines(more, 12, INK, most, "left", bold=bold),
        ]
        if rules[0].by_clock:
            lines[-1] = replace(lines[-1], pieces=(*lines[-1].pieces, self._timer(rules[0])))
        lines += self.lines(rest, 10, MUTED, most, "left")
        lines[-1] = replace(lines[-1], pieces=(*lines[-1].pieces, *self.cites(rules)))
        lines += self._guards(rules[0].when) if self.plan.view != "spine" else []
        lines = faded(lines) if dim else lines
        if len(set(marks)) == 1:
            return lines + self._notes(marks[0], most)
        return lines + [line for rule, mark in zip(rules, marks, strict=True) for line in self._notes(mark, most, of=plain(rule.id))]

    def _timer(self, rule: Rule) -> Run:
        rows = self.plan.limit_of_rule(rule)
        assert rows, "a clock rule starts in a state with a limit"
        colour = self.colour(rule.actor.key)
        return Run(self.in_short(rows), 9, colour, bold=True, outline=colour, dashed=True, pad=4)

    def _guards(self, guards: Sequence[Guard]) -> list[Line]:
        """Guards in brackets: both languages on one line where they fit."""
        return [line for guard in guards for line in self._guard(guard, GUARD_MOST)]

    def _guard(self, guard: Guard, most: int) -> list[Line]:
        texts = [f"[{plain(text)}]" for text in self.each(guard.text)]
        runs = [Run(text, 9, colour) for text, colour in zip(texts, (SLATE, MUTED), strict=False)]
        if (line := Line(tuple(runs))).width <= most:
            return [line]
        return [line for run in runs for line in self.lines([run.text], 9, run.colour, GUARD_MOST, "left")]

    # 3. What a view adds
    def _notes(self, mark: Mark, most: int, *, of: str = "", on_dark: bool = False) -> list[Line]:
        lines = [Line((self.tone_chip(mark.tone, CHANGES[mark.tone][1]),), above=2)] if mark.tone in CHANGES else []
        lines += [line for note in mark.notes for line in self._note(note, most, of, on_dark)]
        return faded(lines) if mark.tone == "faded" else lines

    def _note(self, note: Note, most: int, of: str, on_dark: bool) -> list[Line]:
        text = _joined(of, note.lead, self.say(note.text), note.value)
        if note.kind in ("due", "breach"):
            return [Line((chip(part, 9, tone_colour(note.kind)),), above=2) for part in wrap(text, 9, most, bold=True)]
        if note.kind == "when":
            return self.lines([text], 9, SLATE, most, "left")
        colour = PAPER if on_dark else INK if note.kind == "count" else tone_colour("changed")
        size = 11 if note.kind == "count" else 9
        first, *more = self.each(note.text)
        apart = more and len(wrap(text, size, most, bold=True)) > 1  # then each language begins a line of its own
        texts = [_joined(of, note.lead, first), _joined(*more, note.value)] if apart else [text]
        return self.lines(texts, size, colour, most, "left", bold=True)


def _joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)
