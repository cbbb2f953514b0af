"""Owns how things are said in one picture: texts in its languages, broken into lines, and the chips of rules, signs and tones.

Must not decide what stands on which card or arrow.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

from refund_fsm.diagram import palette
from refund_fsm.diagram.marks import CHANGES, NEXT, Mark, Marks, Sign, Tone, strongest
from refund_fsm.diagram.markup import Line, Run, slug
from refund_fsm.diagram.metrics import balanced, plain, width, wrap
from refund_fsm.diagram.palette import MUTED, PAPER, SLATE, tone_colour
from refund_fsm.diagram.pieces import Arrow
from refund_fsm.diagram.plan import Plan
from refund_fsm.text import AnyLang, Text
from refund_fsm.workflow import ASSUMED, CLOCK, Actor, CatalogueRule, Rule, provenance, spelled

Lang = AnyLang
ACTOR_MOST = 96  # a longer name of an actor stands on cards and in the legend alone
SOURCE_MARK = "§"
PLATFORM_MARK = "▣"  # what the platform itself published


@dataclass(frozen=True)
class Wording:
    """What one picture shows, in which languages, under which marks, and how its smallest pieces are said."""

    plan: Plan
    lang: Lang
    marks: Marks = field(default_factory=Marks)

    def say(self, text: Text, separator: str = " ") -> str:
        """The text on one line."""
        return plain(separator.join(self.each(text)))

    def each(self, text: Text) -> list[str]:
        """The text in each language of the picture; once where it is the same in both."""
        return list(dict.fromkeys((text.zh, text.en))) if self.lang == "both" else [text.get(self.lang)]

    def tooltip(self, rule: Rule) -> str:
        """What a pointer over a rule is told."""
        return f"{rule.id} {self.say(rule.event.text)} · {self.say(rule.actor.text)} · {', '.join(rule.sources)}"

    @cached_property
    def _colours(self) -> dict[str, str]:
        earlier = self.plan.before.actors if self.plan.before else {}
        return palette.colours([*self.plan.workflow.actors, *earlier])

    def colour(self, actor: str) -> str:
        """The colour of an actor."""
        return self._colours[actor]

    def tone_of(self, arrow: Arrow) -> Tone:
        """The tone of an arrow's line."""
        return strongest(self.marks.rule(rule.id) for rule in arrow.rules)

    def lines(
        self, texts: Iterable[str], size: int, colour: str, most: int, align: Literal["left", "centre"], *, bold: bool = False
    ) -> list[Line]:
        """Texts as lines of at most `most` points."""
        return [Line((Run(line, size, colour, bold=bold),), align) for text in texts for line in self.broken(text, size, most, bold=bold)]

    def broken(self, text: str, size: int, most: float, *, bold: bool = False) -> tuple[str, ...]:
        """A text in lines of at most `most` points, of lengths as even as can be where the picture is not the spine."""
        return (wrap if self.plan.view == "spine" else balanced)(text, size, most, bold=bold)

    def id_chip(self, rule: Rule) -> Run:
        """The id of a rule as a chip in the colour of who acts: filled when it is cited, hollow when it is assumed."""
        made = chip(plain(rule.id), 9, self.colour(rule.actor.key), hollow=ASSUMED in rule.sources)
        return replace(made, id=f"rule-{slug(rule.id)}", tooltip=self.tooltip(rule))

    def who(self, actor: Actor, size: int) -> tuple[Run, ...]:
        """Who acts, in words, before what happens; the clock has its own look."""
        said = plain(self.each(actor.text)[0])
        if actor.key == CLOCK.key or width(said, size, bold=True) > ACTOR_MOST:
            return ()
        return (Run(said, size, self.colour(actor.key), bold=True),)

    def cites(self, rules: tuple[Rule, ...]) -> tuple[Run, ...]:
        """Where rules come from, as their table says it, what the platform published with a sign of its own; nothing for what is only
        assumed, which the hollow chip tells."""
        cited = dict.fromkeys(word for rule in rules for word in rule.cites.split() if word != ASSUMED)
        ours = [word for word in cited if is_published(word, self._catalogue_of(rules[0]))]
        others = [word for word in cited if word not in ours]
        runs = (Run(f"{PLATFORM_MARK} {plain(' '.join(ours))}", 8, SLATE, bold=True),) if ours else ()
        return (*runs, *((Run(f"{SOURCE_MARK} {plain(' '.join(others))}", 8, MUTED),) if others else ()))

    def _catalogue_of(self, rule: Rule) -> Mapping[str, CatalogueRule]:
        before = self.plan.before
        return before.catalogue if before and rule.id not in self.plan.workflow.by_id else self.plan.workflow.catalogue

    def tone_chip(self, tone: Sign, text: Text) -> Run:
        """A text as a chip in the colour of a tone, with its sign; plain where the tone has no colour."""
        sign = CHANGES[tone][0] + " " if tone in CHANGES else f"{NEXT} " if tone == "next" else ""
        said, colour = sign + self.say(text), tone_colour(tone)
        return chip(said, 9, colour) if colour else Run(said, 10, SLATE)


def chip(text: str, size: int, colour: str, *, hollow: bool = False) -> Run:
    """A text in a rounded shape: filled, or an outline."""
    if hollow:
        return Run(text, size, colour, bold=True, fill=PAPER, outline=colour, pad=4)
    return Run(text, size, palette.on(colour), bold=True, fill=colour, outline=colour, pad=4)


def signs(mark: Mark) -> tuple[Run, ...]:
    """The steps of a case at which a rule fired, and whether it may fire next."""
    signs = [*((str(number), tone_colour("taken")) for number in mark.numbers), *([(NEXT, tone_colour("next"))] if mark.open else [])]
    return tuple(chip(sign, 10, colour) for sign, colour in signs)


def faded(lines: list[Line]) -> list[Line]:
    """The lines in pale colours."""
    return [replace(line, pieces=tuple(piece.recoloured(palette.fade_text) for piece in line.pieces)) for line in lines]


def is_published(cited: str, catalogue: Mapping[str, CatalogueRule]) -> bool:
    """Whether the platform itself published all that a citation names."""
    ids = [id for id in spelled(cited) if id != ASSUMED]
    return bool(ids) and all(isinstance(catalogue.get(id), CatalogueRule) and provenance(id, catalogue) == "platform" for id in ids)
