"""Owns what the labels of a timeline say, as runs: of a stay, of a limit, of news, in the languages of the picture.

Must not decide where they stand.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from refund_fsm.case import Due, Move, News
from refund_fsm.diagram import palette
from refund_fsm.diagram.palette import INK, MUTED, TONES
from refund_fsm.diagram.timeline import words
from refund_fsm.diagram.timeline.course import Course, Stay
from refund_fsm.diagram.timeline.shapes import Block, Said, block, chip
from refund_fsm.diagram.wording import Lang
from refund_fsm.text import Text, stamp
from refund_fsm.text.words import elapsed

MOST, NEWS_MOST = 520.0, 620.0  # points of a label
SIZE, SMALL = 12.0, 10.5
TWO_LINES = 480.0  # points of the lanes


@dataclass(frozen=True)
class Wording:
    """The labels of one timeline."""

    course: Course
    lang: Lang
    room: float  # points that a label may have at most

    def __post_init__(self) -> None:
        object.__setattr__(self, "_colours", palette.colours([*self.course.case.workflow.actors, *(one.key for one in self.course.actors)]))

    _colours: dict[str, str] = None  # type: ignore[assignment]  # set above

    def colour(self, actor: str) -> str:
        """The colour of an actor."""
        return self._colours.get(actor, INK)

    def each(self, text: Text) -> list[str]:
        """The text in each language of the picture; once where it is the same in both."""
        return list(dict.fromkeys((text.zh, text.en))) if self.lang == "both" else [text.get(self.lang)]

    def say(self, text: Text) -> str:
        """The text on one line."""
        return " ".join(self.each(text))

    @property
    def lines(self) -> int:
        """How many lines a label has: the second language stands below the first where there is little room beside it."""
        return 2 if self.lang == "both" and self.room < TWO_LINES else 1

    def lasted(self, time: timedelta) -> str:
        """A length of time: one number, its unit in each language."""
        count, unit = elapsed(time)
        return f"{count} {self.say(unit)}"

    def _block(self, head: list[Said], text: Text | None, tail: list[Said], *, bold: bool = False, most: float = MOST) -> Block:
        """What stands before a text, the text in each language, what stands after it."""
        first, *rest = self.each(text) if text is not None else ("",)
        others = [Said(one, SMALL, MUTED) for one in rest]
        main = [Said(first, SIZE if bold else SMALL, INK, bold=bold)] if first else []
        if others and self.lines > 1:
            return block([[*head, *main, *tail], others], min(most, self.room))
        return block([[*head, *main, *others, *tail]], min(most, self.room))

    def stay(self, stay: Stay) -> Block:
        """Which rule led into a state, its name, how long the case was there, and by how much a limit was passed."""
        step = stay.step
        head = [Said(step.rule.id, SMALL, self.colour(step.rule.actor.key), bold=True)] if step is not None else []
        tail = [Said(words.minute(stay.begun) if stay.ends else self.lasted(stay.lasted), SMALL, MUTED)]
        if stay.passed is not None:
            tail.append(chip(self.late(stay), TONES["breach"]))
        return self._block(head, stay.state.text, tail, bold=True)

    def late(self, stay: Stay) -> str:
        """By how much a limit was passed."""
        assert stay.passed is not None, "it was"
        return f"{self.say(words.LATE)} {self.lasted(max(stay.ended - stay.passed, timedelta()))}"

    def ahead(self, due: Due) -> Block:
        """When the limit that runs ends, and what happens then."""
        unsure = self.say(words.PROVISIONAL) if due.provisional else ""
        ends = chip(f"{self.say(words.FIRES)} {words.minute(due.at)}{unsure}", TONES["due"])
        return self._block([ends, Said("→", SMALL, INK)], words.then(due), [])

    def kept(self, due: Due, stay: Stay | None) -> Block:
        """The day of a limit that was met; with the rule that led into its `stay`, where that is not plain to see."""
        step = stay.step if stay is not None else None
        head = [Said(step.rule.id, SMALL, self.colour(step.rule.actor.key), bold=True)] if step is not None else []
        return self._block([*head, Said(f"{self.say(words.UNTIL)} {words.day(due.at)}", SMALL, MUTED)], None, [])

    def law(self) -> Block:
        """When the law's clock runs out, or did."""
        law = self.course.law
        assert law is not None, "only a clock that runs has a label"
        when = Said(f"{words.minute(law.due.at)}{self.say(words.PROVISIONAL) if law.due.provisional else ''}", SMALL, MUTED)
        return self._block([], words.LAW_DUE, [when, *([chip(self.say(words.LAW_PASSED), TONES["breach"])] if law.passed else [])])

    def news(self, one: News | Move) -> Block:
        """What the case was told, and when."""
        return self._block([Said(words.minute(one.at), SMALL, MUTED)], words.happened(one), [], most=NEWS_MOST)

    def tooltip(self, stay: Stay) -> str:
        """All of a stay, for who points at it."""
        when = stamp(stay.begun) if stay.ends else f"{stamp(stay.begun)} – {stamp(stay.ended)}"
        parts = [self.say(stay.state.text), when]
        if not stay.ends:
            parts.append(self.lasted(stay.lasted))
        if stay.step is not None:
            parts.insert(0, f"{stay.number} {stay.step.rule.id} {self.say(stay.step.rule.event.text)}")
        if stay.due is not None:
            parts.append(f"{self.say(words.UNTIL)} {stamp(stay.due.at)} → {self.say(words.then(stay.due))}")
        if stay.passed is not None:
            parts.append(self.late(stay))
        return " · ".join(parts)
