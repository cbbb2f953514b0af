"""Owns the wording and the look of cards, arrows and legend, as markup. Must not decide what is drawn, nor know Graphviz."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from refund_fsm import words
from refund_fsm.catalogue import ASSUMED, spelled
from refund_fsm.diagram import palette
from refund_fsm.diagram.markup import Line, Piece, Run, Stroke, block, slug
from refund_fsm.diagram.metrics import plain, wrap
from refund_fsm.diagram.palette import INK, MUTED, PALE, PAPER, SLATE, SUCCESS
from refund_fsm.diagram.plan import Arrow, Card, Plan
from refund_fsm.spec import Guard, Limit, Rule, State
from refund_fsm.text import Text

Lang = Literal["both", "zh", "en"]
CARD = 132  # least width of a card, points
HEAD_MOST = 230
CARD_MOST = 190  # its texts are broken at this width
ARROW_MOST = 176
GUARD_MOST = 244
LEGEND_MOST = 620

COLOUR_MEANS = Text("颜色 = 由谁操作", "colour = who acts")
HAPPY = Text("主流程", "happy path")
TIMER = Text("到期自动", "fires at the limit")
CITED = Text("规则，有出处", "rule, from the guide or the law")
ASSUMED_RULE = Text("空心 = 假设", "hollow = assumed")
SOURCE_MARK = "§"
SOURCES = Text("出处", "cited sources")
LIMIT = Text("时限", "limit")
GUARD = Text("条件", "guard")
STATUTORY = Text("法定，仅提醒", "statutory, only warns")
ON_CARD = Text("卡片上的编号：在此状态可做，不画箭头", "ids on a card: possible there, drawn without an arrow")
STAYS = Text("状态不变", "stays")
FROM_CARDS = Text("见各卡片", "see the cards")
JUNCTION = Text("汇合：对连到这里的各状态都成立", "junction: holds in each state that leads to it")


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels of one picture, in one language or both."""

    plan: Plan
    lang: Lang

    def say(self, text: Text, separator: str = " ") -> str:
        """The text on one line."""
        return plain(text.both(separator) if self.lang == "both" else text.get(self.lang))

    def tooltip(self, rule: Rule) -> str:
        """What a pointer over a rule is told."""
        return f"{rule.id} {self.say(rule.event.text)} · {self.say(rule.actor.text)} · {', '.join(rule.sources)}"

    def colour(self, actor: str) -> str:
        """The colour of an actor."""
        return palette.colours(one.key for one in self.plan.workflow.actors.values())[actor]

    def card(self, card: Card) -> str:
        """A state: who acts and until when, its name, and the rules named on it."""
        if card.state.final:
            return self._final(card)
        strong = self.colour(card.actor.key) if card.actor else MUTED
        limit = (self._limit(card.limit, strong),) if card.limit else ()
        lines = self._head(self.say(card.actor.text), strong, limit) if card.actor else []
        lines += self._name(card.state, INK, MUTED, above=2)
        if card.together:
            zh, en = "、".join(other.zh for other in card.together), ", ".join(other.en for other in card.together)
            lines += self._lines(self._both(Text(f"与“{zh}”合计时限", f"one limit with {en}")), 9, MUTED, CARD_MOST, "centre")
        if card.law:
            lines.append(Line((self._limit(card.law, SLATE, STATUTORY),), "centre", above=3))
        lines += [line for rule in card.rules for line in self._named(rule)]
        return block(lines, least=CARD)

    def _head(self, actor: str, strong: str, limit: tuple[Run, ...]) -> list[Line]:
        """Who acts on the left, until when on the right."""
        first, *more = wrap(actor, 10, HEAD_MOST - sum(run.width for run in limit), bold=True)
        return [
            Line((Run(first, 10, strong, bold=True), *limit), "split", gap=10),
            *self._lines(more, 10, strong, HEAD_MOST, "left", bold=True),
        ]

    def _final(self, card: Card) -> str:
        lines = self._name(card.state, PAPER, PALE)
        for event in self.plan.sweep_into(card.state):
            texts = (f"← {text}: {see}" for text, see in zip(self._both(event.text), self._both(FROM_CARDS), strict=True))
            lines += self._lines(texts, 9, PALE, CARD_MOST, "centre")
        return block(lines, least=112)

    def _name(self, state: State, ink: str, muted: str, above: int = 0) -> list[Line]:
        first, *rest = self._both(state.text)
        lines = self._lines([first], 16, ink, CARD_MOST, "centre", bold=True)
        lines[0] = replace(lines[0], above=above)
        return lines + self._lines(rest, 11, muted, CARD_MOST, "centre")

    def _both(self, text: Text) -> list[str]:
        return [text.zh, text.en] if self.lang == "both" else [text.get(self.lang)]

    def _lines(
        self, texts: Iterable[str], size: int, colour: str, most: int, align: Literal["left", "centre"], *, bold: bool = False
    ) -> list[Line]:
        return [Line((Run(line, size, colour, bold=bold),), align) for text in texts for line in wrap(text, size, most, bold=bold)]

    def _limit(self, limit: Limit, colour: str, what: Text | None = None) -> Run:
        """A limit as a chip: filled when it is cited, hollow when it is assumed."""
        count = limit.length_in(self.plan.policy)
        said = f"≤ {count} {self.say(words.UNITS[limit.unit])}"
        text = f"{self.say(what)} {said}" if what else said
        return _chip(text, 9, colour, hollow=ASSUMED in spelled(limit.cites))

    def _named(self, rule: Rule) -> list[Line]:
        first, *more = wrap(self.say(rule.event.text), 9, CARD_MOST - 34)
        lines = [Line((self.id_chip(rule), Run(first, 9, SLATE)), above=2), *self._lines(more, 9, SLATE, CARD_MOST, "left")]
        lines[-1] = replace(lines[-1], pieces=(*lines[-1].pieces, *_cites((rule,))))
        return lines

    def id_chip(self, rule: Rule) -> Run:
        """The id of a rule as a chip in the colour of who acts: filled when it is cited, hollow when it is assumed."""
        chip = _chip(plain(rule.id), 9, self.colour(rule.actor.key), hollow=ASSUMED in rule.sources)
        return replace(chip, id=f"rule-{slug(rule.id)}", tooltip=self.tooltip(rule))

    def arrow(self, arrow: Arrow) -> str:
        """The rules of an arrow one below the other: ids, what happens, the limit of a clock rule, and the guards."""
        lines: list[Line] = []
        for row in arrow.rows:
            lines += self._row(row, bold=arrow.happy and row[0].id in self.plan.spine, above=4 if lines else 0)
        return block(lines, side=7)

    def _row(self, rules: tuple[Rule, ...], *, bold: bool, above: int) -> list[Line]:
        first, *rest = self._both(rules[0].event.text)
        opening, *more = wrap(first, 12, ARROW_MOST - 40, bold=bold)
        head = (*(self.id_chip(rule) for rule in rules), Run(opening, 12, INK, bold=bold))
        lines = [Line(head, above=above), *self._lines(more, 12, INK, ARROW_MOST, "left", bold=bold)]
        if rules[0].by_clock:
            lines[-1] = replace(lines[-1], pieces=(*lines[-1].pieces, self._timer(rules[0])))
        lines += self._lines(rest, 10, MUTED, ARROW_MOST, "left")
        lines[-1] = replace(lines[-1], pieces=(*lines[-1].pieces, *_cites(rules)))
        return lines + [line for guard in rules[0].when for line in self._guard(guard)]

    def _timer(self, rule: Rule) -> Run:
        limit = self.plan.workflow.limit_of[rule.source.key]
        count = f"{limit.length_in(self.plan.policy)} {self.say(words.UNITS[limit.unit])}"
        colour = self.colour(rule.actor.key)
        return Run(count, 9, colour, bold=True, outline=colour, dashed=True, pad=4)

    def _guard(self, guard: Guard) -> list[Line]:
        """A guard in brackets: both languages on one line where they fit."""
        texts = [f"[{plain(text)}]" for text in self._both(guard.text)]
        runs = [Run(text, 9, colour) for text, colour in zip(texts, (SLATE, MUTED), strict=False)]
        if (line := Line(tuple(runs))).width <= GUARD_MOST - 60:
            return [line]
        return [line for run in runs for line in self._lines([run.text], 9, run.colour, GUARD_MOST, "left")]

    def legend(self) -> str:
        """Title and legend."""
        label = self.plan.workflow.label
        first, *rest = self._both(label)
        lines = self._lines([first], 24, INK, LEGEND_MOST, "centre", bold=True) + self._lines(rest, 13, MUTED, LEGEND_MOST, "centre")
        actors = [_chip(self.say(actor.text), 10, self.colour(actor.key)) for actor in self.plan.actors]
        lines.append(Line((Run(self.say(COLOUR_MEANS), 10, SLATE), *actors), "centre", gap=8, above=6))
        lines.append(Line(tuple(self._key()), "centre", gap=7, above=4))
        lines.append(Line(tuple(self._provenance()), "centre", gap=7, above=4))
        if self.plan.junctions:
            lines += self._lines([f"◆ {self.say(JUNCTION)}"], 10, SLATE, LEGEND_MOST, "centre")
        if any(card.rules for card in self.plan.cards):
            lines += self._lines([self.say(ON_CARD)], 10, SLATE, LEGEND_MOST, "centre")
            lines += self._lines(self._on_cards(), 10, SLATE, LEGEND_MOST, "centre")
        return block([*lines, Line((Run(" ", 6),))])

    def _key(self) -> list[Piece]:
        pieces: list[Piece] = []
        if self.plan.spine:
            pieces += [Stroke(SUCCESS, 3), Run(self.say(HAPPY), 10, SLATE)]
        if self.plan.workflow.clock_rules:
            pieces += [Stroke(SLATE, 1, 5, 5, 3), Run(self.say(TIMER), 10, SLATE)]
        pieces += [_chip("≤ 7 " + self.say(words.UNITS["days"]), 9, SLATE), Run(self.say(LIMIT), 10, SLATE)]
        return [*pieces, Run("[…]", 10, SLATE), Run(self.say(GUARD), 10, SLATE)]

    def _provenance(self) -> list[Piece]:
        cited = [_chip("No.", 9, SLATE), Run(self.say(CITED), 10, SLATE)]
        hollow = [_chip("No.", 9, SLATE, hollow=True), Run(self.say(ASSUMED_RULE), 10, SLATE)]
        return [*cited, *hollow, Run(SOURCE_MARK, 10, MUTED), Run(self.say(SOURCES), 10, SLATE)]

    def _on_cards(self) -> list[str]:
        """What the rules named on cards do, one line for each event."""
        found: dict[str, str] = {}
        for card in self.plan.cards:
            for rule in card.rules:
                where = self.say(STAYS) if rule.internal else f"→ {self.say(rule.dest.text)}"
                found[rule.event.name] = f"{self.say(rule.event.text)} ({self.say(rule.actor.text)}): {where}"
        return list(found.values())


def _chip(text: str, size: int, colour: str, *, hollow: bool = False) -> Run:
    if hollow:
        return Run(text, size, colour, bold=True, fill=PAPER, outline=colour, pad=4)
    return Run(text, size, PAPER, bold=True, fill=colour, outline=colour, pad=4)


def _cites(rules: tuple[Rule, ...]) -> tuple[Run, ...]:
    """Where rules come from, as their table says it; nothing for what is only assumed, which the hollow chip tells."""
    ids = dict.fromkeys(word for rule in rules for word in rule.cites.split() if word != ASSUMED)
    return (Run(f"{SOURCE_MARK} {plain(' '.join(ids))}", 8, MUTED),) if ids else ()
