"""Owns title and legend, as markup. Must not decide what is drawn or marked, nor know Graphviz."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from refund_fsm.diagram.labels import COUNTS, Labels
from refund_fsm.diagram.limits import SPECIAL_MARK
from refund_fsm.diagram.markup import Label, Line, Piece, Run, Stroke, block
from refund_fsm.diagram.metrics import wrap
from refund_fsm.diagram.palette import INK, MUTED, SLATE, SUCCESS
from refund_fsm.diagram.parts import Part
from refund_fsm.diagram.pieces import Card
from refund_fsm.diagram.wording import PLATFORM_MARK, SOURCE_MARK, chip, is_published
from refund_fsm.text import Text, words
from refund_fsm.workflow import ASSUMED, CATALOGUE, Workflow, spelled

LEGEND_MOST = 720
GAP = 7
COLOUR_MEANS = Text("颜色 = 由谁操作", "colour = who acts")
HAPPY = Text("主流程", "happy path")
TIMER = Text("到期自动", "fires at the limit")
CITED = Text("有出处", "from a source")
ASSUMED_RULE = Text("空心 = 假设", "hollow = assumed")
SOURCES = Text("出处：L 为法律，其余为指南", "source: L the law, else the guide")
OWN_SOURCES = Text("出处", "source")
PUBLISHED = Text("平台公布的规则，{}的副本", "the platform's own published rules, in the copy of {}")
SPECIAL = Text("到期落在这些日子的时限，改为", "a limit that would end in these days becomes")
ROWS = Text("一张卡片上有几行时限：自上而下，条件成立的第一行有效", "several limits on a card: the first whose conditions hold counts")
GOOD_END = Text("绿框浅底 = 办妥，不涉及退款", "pale in a green frame = done, without money")
COUNTS_NOW = Text("现在有效的一行", "the one that counts now")
LIMIT = Text("时限", "limit")
GUARD = Text("条件", "guard")
ON_CARD = Text("卡片上的编号：在此状态可做，不画箭头", "ids on a card: possible there, drawn without an arrow")
STAYS = Text("状态不变", "stays")
JUNCTION = Text("汇合：对连到这里的各状态都成立", "junction: holds in each state that leads to it")
PHASE_OF = Text("第 {0} 段，共 {1} 段：{2}", "phase {0} of {1}: {2}")
SPINE = Text("主线：全部 {0} 个状态中的 {1} 个，{2} 条规则中的 {3} 条", "the spine: {1} of {0} states, {3} of {2} rules")


@dataclass(frozen=True, slots=True)
class Legend:
    """Title and legend of one picture."""

    labels: Labels

    def source(self) -> Label:
        """The whole, as markup."""
        lines = self._title()
        actors: list[tuple[Piece, ...]] = [(chip_of,) for chip_of in self._actors()]
        lines += self._flowing([(Run(self.labels.say(COLOUR_MEANS), 10, SLATE),), *actors], above=6)
        lines += self._flowing([*self._strokes(), *self._signs()], above=4)
        lines += self._view()
        lines += self._plain(self._sentences())
        return block([*lines, Line((Run(" ", 6),))])

    def entries(self) -> Iterator[tuple[Piece, ...]]:
        """Below the title, each sign with what it means and each sentence, unbroken: for those who set them otherwise than Graphviz."""
        yield (*self._actors(), Run(self.labels.say(COLOUR_MEANS), 10, SLATE))
        yield from (*self._strokes(), *self._signs(), *self._tones())
        for text in self._sentences():
            yield (Run(text, 10, SLATE),)

    def _actors(self) -> list[Run]:
        return [chip(self.labels.say(actor.text), 10, self.labels.colour(actor.key)) for actor in self.labels.plan.actors]

    def _sentences(self) -> list[str]:
        """What limits, junctions and ids on cards are, where the picture has some."""
        plan = self.labels.plan
        told = self._of_limits()
        told += [f"◆ {self.labels.say(JUNCTION)}"] if plan.junctions else []
        if any(card.rules for card in plan.cards) and not self.labels.marks.scale:
            told += [self.labels.say(ON_CARD), *self._on_cards(plan.cards)]
        return told

    def _title(self) -> list[Line]:
        plan = self.labels.plan
        first, *rest = self.labels.each(plan.workflow.label)
        lines = self._plain([first], 24, INK, bold=True) + self._plain(rest, 13, MUTED)
        if plan.view == "spine":
            whole, here = plan.workflow, plan
            counts = (len(whole.states), len(here.states), len(whole.rules), len(here.rules))
            lines += self._plain([self.labels.say(Text(SPINE.zh.format(*counts), SPINE.en.format(*counts)), " · ")], 10, MUTED)
        if plan.part:
            lines += self._plain([self._part(plan.part)], 13, INK, bold=True, above=2)
        return lines + [line for text in self.labels.marks.heading for line in self._heading(text)]

    def _heading(self, text: Text) -> list[Line]:
        """Both languages side by side where they fit, else one below the other."""
        said = self.labels.say(text, " · ")
        fits = len(wrap(said, 12, LEGEND_MOST, bold=True)) == 1
        return self._plain([said] if fits else self.labels.each(text), 12, INK, bold=True, above=4)

    def _part(self, part: Part) -> str:
        said = (text.format(part.number, part.of, name) for text, name in ((PHASE_OF.zh, part.name.zh), (PHASE_OF.en, part.name.en)))
        return self.labels.say(Text(*said), " · ")

    def _plain(self, texts: list[str], size: int = 10, colour: str = SLATE, *, bold: bool = False, above: int = 0) -> list[Line]:
        found = (line for text in texts for line in wrap(text, size, LEGEND_MOST, bold=bold))
        return [Line((Run(line, size, colour, bold=bold),), "centre", above=above) for line in found]

    def _flowing(self, groups: list[tuple[Piece, ...]], above: int) -> list[Line]:
        """The groups of pieces side by side, on as many lines as they need."""
        rows: list[list[tuple[Piece, ...]]] = [[]]
        for group in groups:
            if rows[-1] and _across([*rows[-1], group]) > LEGEND_MOST:
                rows.append([])
            rows[-1].append(group)
        return [Line(tuple(piece for group in row for piece in group), "centre", gap=GAP, above=above) for row in rows if row]

    def _strokes(self) -> list[tuple[Piece, ...]]:
        plan, say = self.labels.plan, self.labels.say
        groups: list[tuple[Piece, ...]] = []
        if plan.spine:
            groups.append((Stroke(SUCCESS, 3), Run(say(HAPPY), 10, SLATE)))
        if any(rule.by_clock for rule in plan.rules):
            chip_of_it = Run("7 " + say(words.UNITS["days"]), 9, SLATE, bold=True, outline=SLATE, dashed=True, pad=4)
            groups.append((Stroke(SLATE, 1, 5, 5, 3), chip_of_it, Run(say(TIMER), 10, SLATE)))
        return groups

    def _signs(self) -> list[tuple[Piece, ...]]:
        say = self.labels.say
        limit = (chip("≤ 7 " + say(words.UNITS["days"]), 9, SLATE), Run(say(LIMIT), 10, SLATE))
        hollow = (chip("No.", 9, SLATE, hollow=True), Run(say(ASSUMED_RULE), 10, SLATE))
        if self.labels.marks.scale:
            return [limit, hollow]
        if self.labels.plan.view == "spine":
            return [limit, hollow, *self._published()]
        sources = SOURCES if self.labels.plan.workflow.catalogue is CATALOGUE else OWN_SOURCES
        guard = (Run("[…]", 10, SLATE), Run(say(GUARD), 10, SLATE))
        cited = (chip("No.", 9, SLATE), Run(say(CITED), 10, SLATE))
        return [limit, guard, cited, hollow, (Run(SOURCE_MARK, 10, MUTED), Run(say(sources), 10, SLATE)), *self._published()]

    def _published(self) -> list[tuple[Piece, ...]]:
        """The sign of what the platform itself published, and the date of the copy, where something is cited."""
        say = self.labels.say
        copied = _copied(self.labels.plan.workflow) or (_copied(self.labels.plan.before) if self.labels.plan.before else "")
        if not copied:
            return []
        said = Text(PUBLISHED.zh.format(copied), PUBLISHED.en.format(copied))
        return [(Run(PLATFORM_MARK, 10, SLATE, bold=True), Run(say(said), 10, SLATE))]

    def _of_limits(self) -> list[str]:
        """What rows, special periods and good ends without money are, where the picture has some."""
        cards, say = self.labels.plan.cards, self.labels.say
        special = dict.fromkeys(one.cites for card in cards for row in card.limit for one in row.special)
        if self.labels.marks.scale:
            return [say(GOOD_END)] if any(card.good for card in cards) else []
        told = [say(ROWS)] if any(len(card.limit) > 1 for card in cards) and self.labels.plan.view != "spine" else []
        if any(mark.row is not None for mark in self.labels.marks.states.values()):
            told.append(f"{COUNTS} {say(COUNTS_NOW)}")
        if special:
            titles = dict.fromkeys(say(title) for cites in special for title in self._titles(cites))
            told.append(f"{SPECIAL_MARK} {say(SPECIAL)}" + (f" ({'; '.join(titles)})" if titles else ""))
        if any(card.good for card in cards):
            told.append(say(GOOD_END))
        return told

    def _titles(self, cites: str) -> list[Text]:
        """The titles of what the platform published that a citation names."""
        plan = self.labels.plan
        catalogue = {**(plan.before.catalogue if plan.before else {}), **plan.workflow.catalogue}
        published = (catalogue[id].published for id in spelled(cites) if is_published(id, catalogue))
        return [one.title for one in published if one is not None]

    def _view(self) -> list[Line]:
        """What the tones of the view mean."""
        lines = self._flowing(self._tones(), above=4) + self._flowing(self._scale(), above=4)
        return [*lines, Line((Run(" ", 3),))] if lines else []

    def _tones(self) -> list[tuple[Piece, ...]]:
        return [(self.labels.tone_chip(tone, text),) for tone, text in self.labels.marks.key]

    def _scale(self) -> list[tuple[Piece, ...]]:
        """What the colours of a map's cards mean."""
        scale = self.labels.marks.scale
        if scale is None:
            return []
        steps = (Run(said, 9, INK, fill=colour, outline=SLATE, pad=5) for colour, said in scale.steps)
        return [(Run(self.labels.say(scale.text), 10, SLATE), *steps)]

    def _on_cards(self, cards: tuple[Card, ...]) -> list[str]:
        """What the rules named on cards do, one line for each event."""
        say = self.labels.say
        found: dict[str, str] = {}
        for card in cards:
            for rule in card.rules:
                where = say(STAYS) if rule.internal else f"→ {say(rule.dest.text)}"
                found[rule.event.name] = f"{say(rule.event.text)} ({say(rule.actor.text)}): {where}"
        return list(found.values())


def _copied(workflow: Workflow) -> str:
    """The date of the newest copy of what the platform published that the rules or limits of a workflow cite; empty where they do not."""
    cites = [rule.cites for rule in workflow.rules] + [row.cites for row in (*workflow.limit_rows, *workflow.law.values())]
    ids = dict.fromkeys(id for one in cites for id in spelled(one) if id != ASSUMED and is_published(id, workflow.catalogue))
    published = (workflow.catalogue[id].published for id in ids)
    return max((one.copied.isoformat() for one in published if one is not None), default="")


def _across(groups: list[tuple[Piece, ...]]) -> int:
    pieces = [piece for group in groups for piece in group]
    return sum(piece.width for piece in pieces) + GAP * (len(pieces) - 1)
