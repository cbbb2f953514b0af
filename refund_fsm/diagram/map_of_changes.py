"""Owns the difference map: one picture of what differs between two sets of numbers, as DOT; the rest is folded and counted.

More or longer is orange with ▲, less or shorter blue with ▼. Must not decide what differs (`changes` does), nor compute numbers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from refund_fsm.diagram import diverging
from refund_fsm.diagram.changes import LEAST_DAYS, LEAST_SHARE, Change, Changes
from refund_fsm.diagram.described import DESCRIBED
from refund_fsm.diagram.dot import FONT, GRAPH, NODE
from refund_fsm.diagram.markup import Label, Line, Run, block, slug
from refund_fsm.diagram.metrics import plain, wrap
from refund_fsm.diagram.palette import INK, MUTED, PAPER, SLATE
from refund_fsm.diagram.render import Diagram
from refund_fsm.diagram.statements import add_statement, hint
from refund_fsm.diagram.wording import Lang
from refund_fsm.errors import BadData
from refund_fsm.text import Text, languages
from refund_fsm.workflow import Rule

if TYPE_CHECKING:
    import graphviz

CARD_MOST, ARROW_MOST, HEAD_MOST = 170, 150, 430
THINNEST, WIDEST = 1.4, 6.5
SHARE, TIME = Text("占比", "share"), Text("停留", "stay")
DAYS = Text("天", "d")
TITLE = Text("差异图：{0} → {1}", "What differs: {0} → {1}")
MORE, LESS = Text("更多、更久", "more, longer"), Text("更少、更短", "less, shorter")
KEY = Text(
    "占比 = 占全部售后单，差值为百分点；停留 = 到过者平均天数",
    "share = of all cases, its change in points; stay = mean days of those who were there",
)
NONE = Text("没有明显差别", "nothing clearly differs")
FOLDED = Text(
    "未画出：{0} 个状态、{1} 条规则没有明显差别（不到 {2:g} 个百分点、{3:g} 天，或在误差之内）",
    "not drawn: {0} states and {1} rules that do not clearly differ (by {2:g} points or {3:g} days, beyond the error)",
)
SMALLER = Text("另有 {0} 条规则差别更小", "{0} further rules differ less")
THROUGH = Text("⋯ 经过 {0} 个无差别的状态", "⋯ through {0} states without a difference")
THROUGH_ONE = Text("⋯ 经过 1 个无差别的状态", "⋯ through 1 state without a difference")
DIRECT = Text("⋯ 无差别", "⋯ no difference")
DRAWN = Text("规则 {0}：{1}；", "rule {0}: {1}; ")


def change_map(
    changes: Changes, *, names: tuple[Text, Text], lang: Lang = "both", note: Text | None = None, titled: bool = True
) -> Diagram:
    """The picture of what differs, of two that are called by their `names`; `note` is a line of your own under the title. What is not
    `titled` has its key alone, for a page that says the rest.

    `BadData` for what are no `Changes`, no two names, or another language.
    """
    if not isinstance(changes, Changes):
        raise BadData("changes", changes, "Changes of a workflow")
    if not (isinstance(names, tuple) and len(names) == 2 and all(isinstance(one, Text) for one in names)):
        raise BadData("names", names, "two Texts")
    languages(lang)
    return Diagram(_Map(changes, names, lang, note, titled).source(), changes.workflow, lang)


@dataclass(frozen=True)
class _Map:
    changes: Changes
    names: tuple[Text, Text]
    lang: Lang
    note: Text | None
    titled: bool

    def source(self) -> str:
        import graphviz

        workflow = self.changes.workflow
        title = self._say(_filled(TITLE, *self.names), " / ")
        graph = graphviz.Digraph(
            slug(workflow.key),
            graph_attr={
                **GRAPH,
                "nodesep": "0.3",
                "ranksep": "0.3",
                "fontname": FONT,
                "label": self._head(),
                "id": f"changes-{slug(workflow.key)}",
                "tooltip": hint(title),
                "comment": hint(f"{self._say(workflow.label)} · {title}{DESCRIBED}{self._described()}"),
            },
            node_attr={**NODE, "fontname": FONT},
            edge_attr={"fontname": FONT, "arrowsize": "0.75"},
        )
        for key in self.changes.shown_states if self.changes.clear_rules or self.changes.clear_states else ():
            self._add_state(graph, key)
        most = max((abs(self.changes.rules[rule.id].difference) for rule in self.changes.shown_rules), default=0.0)
        for rule in sorted(self.changes.shown_rules, key=[*self.changes.all_rules.values()].index):
            self._add_rule(graph, rule, most)
        for source, dest, between in self.changes.folds:
            look = {"color": MUTED, "style": "dotted", "penwidth": "1.3", "tooltip": " ", "class": "folded"}
            add_statement(graph, slug(source), slug(dest), label=self._fold(between), **look)
        text: str = graph.source
        return text

    # 1. The heading

    def _head(self) -> Label:
        key = (_chip(f"▲ {self._say(MORE)}", 10, diverging.MORE), _chip(f"▼ {self._say(LESS)}", 10, diverging.LESS))
        lines = [*(self._title() if self.titled else ()), Line(key, "centre", gap=8, above=4)]
        for text in (KEY, *self._folded()):
            lines += self._flowing(self._each(text), 10, SLATE)
        return block([*lines, Line((Run(" ", 6),))])

    def _title(self) -> list[Line]:
        lines = self._flowing([" / ".join(self._each(self.changes.workflow.label))], 17, INK, bold=True)
        lines += self._flowing(self._each(_filled(TITLE, *self.names)), 12, INK, bold=True)
        return lines + (self._flowing(self._each(self.note), 10, SLATE) if self.note else [])

    def _folded(self) -> list[Text]:
        states, rules, smaller = self.changes.folded
        if not self.changes.clear_rules and not self.changes.clear_states:
            return [NONE]
        told = [_filled(FOLDED, states, rules, 100 * LEAST_SHARE, LEAST_DAYS)]
        return told + ([_filled(SMALLER, smaller)] if smaller else [])

    def _described(self) -> str:
        """What differs, in words, for those who cannot see it."""
        found = []
        for rule in self.changes.shown_rules:
            found.append(self._say(_filled(DRAWN, rule.id, f"{_values(self.changes.rules[rule.id], 100)} %")))
        for key in self.changes.clear_states:
            time = self.changes.time_of(key)
            if time:
                found.append(f"{self._say(self.changes.all_states[key].text)}: {_values(time, 1)} {self._say(DAYS)};")
        return " ".join(found) or self._say(NONE)

    # 2. Cards and arrows

    def _add_state(self, graph: graphviz.Digraph, key: str) -> None:
        state, time, share = self.changes.all_states[key], self.changes.time_of(key), self.changes.states.get(key)
        first, *rest = self._each(state.text)
        lines = [Line((Run(line, 14, INK, bold=True),), "centre") for line in wrap(plain(first), 14, CARD_MOST, bold=True)]
        lines += [Line((Run(line, 10, MUTED),), "centre") for one in rest for line in wrap(plain(one), 10, CARD_MOST)]
        if time:
            lines.append(self._changed(TIME, time, 1, f" {self._say(DAYS)}"))
        if share and self.changes.share_differs(key):
            lines.append(self._changed(SHARE, share, 100, " %"))
        lead = time or (share if state.final and self.changes.share_differs(key) else None)
        inside = diverging.tint(lead.difference, self._most(time is not None)) if lead else PAPER
        look = {"color": diverging.colour(lead.difference) if lead else MUTED, "fillcolor": inside, "penwidth": "1.8" if lead else "1.2"}
        look |= {"peripheries": "2"} if state.final else {}
        look |= {"id": f"state-{slug(key)}", "tooltip": hint(f"{key}: {self._say(state.text)}")}
        add_statement(graph, slug(key), label=block(lines, least=110), **look, **{"class": "state" if lead else "state same"})

    def _most(self, of_times: bool) -> float:
        """The largest change of its kind, against which a tint is measured."""
        kept = self.changes.clear_states
        found = [self.changes.time_of(key) for key in kept] if of_times else [self.changes.states.get(key) for key in kept]
        return max((abs(one.difference) for one in found if one), default=0.0)

    def _changed(self, what: Text, change: Change, scale: float, unit: str) -> Line:
        said = f"{self._say(what)} {_values(change, scale)}{unit}"
        return Line((Run(said, 10, SLATE), _chip(_signed(change, scale), 10, diverging.colour(change.difference))), "split", gap=6, above=3)

    def _add_rule(self, graph: graphviz.Digraph, rule: Rule, most: float) -> None:
        change = self.changes.rules[rule.id]
        colour = diverging.colour(change.difference)
        first, *rest = self._each(rule.event.text)
        opening, *more = wrap(plain(first), 12, ARROW_MOST - 30, bold=True)
        number = Run(
            plain(rule.id), 9, SLATE, bold=True, outline=SLATE, pad=3, id=f"rule-{slug(rule.id)}", tooltip=self._say(rule.event.text)
        )
        lines = [Line((number, Run(opening, 12, INK, bold=True)))]
        lines += [Line((Run(line, 12, INK, bold=True),)) for line in more]
        lines += [Line((Run(line, 10, MUTED),)) for one in rest for line in wrap(plain(one), 10, ARROW_MOST)]
        lines.append(Line((Run(f"{_values(change, 100)} %", 10, SLATE), _chip(_signed(change, 100), 10, colour))))
        width = THINNEST + (WIDEST - THINNEST) * math.sqrt(abs(change.difference) / most)
        look = {"color": colour, "penwidth": f"{width:.2f}", "arrowsize": "0.6", "style": "dashed" if rule.by_clock else "solid"}
        look |= {"id": f"edge-{slug(rule.id)}", "tooltip": hint(f"{rule.id} {self._say(rule.event.text)}"), "class": "changed"}
        add_statement(graph, slug(rule.source.key), slug(rule.dest.key), label=block(lines, side=7), **look)

    def _fold(self, between: int) -> Label:
        said = _filled(THROUGH, between) if between > 1 else THROUGH_ONE if between else DIRECT
        return block([Line((Run(line, 9, MUTED),)) for one in self._each(said) for line in wrap(one, 9, ARROW_MOST)], side=6)

    # 3. Words

    def _each(self, text: Text) -> list[str]:
        return list(dict.fromkeys((text.zh, text.en))) if self.lang == "both" else [text.get(self.lang)]

    def _say(self, text: Text, separator: str = " ") -> str:
        return plain(separator.join(self._each(text)))

    def _flowing(self, texts: Sequence[str], size: int, colour: str, *, bold: bool = False) -> list[Line]:
        found = (line for text in texts for line in wrap(plain(text), size, HEAD_MOST, bold=bold))
        return [Line((Run(line, size, colour, bold=bold),), "centre") for line in found]


def _chip(said: str, size: int, colour: str) -> Run:
    return Run(said, size, PAPER, bold=True, fill=colour, outline=colour, pad=4)


def _places(change: Change, scale: float) -> int:
    """Decimals with which the difference can be seen: one or two."""
    return 1 if abs(change.difference) * scale >= 1 else 2


def _values(change: Change, scale: float) -> str:
    places = _places(change, scale)
    return f"{change.before * scale:,.{places}f} → {change.after * scale:,.{places}f}"


def _signed(change: Change, scale: float) -> str:
    size = f"{abs(change.difference) * scale:,.{_places(change, scale)}f}"
    return f"{diverging.sign(change.difference)} {'+' if change.difference > 0 else '−'}{size}"


def _filled(text: Text, *values: object) -> Text:
    """A text with values set in, each in the language of the text where it is a text itself."""
    zh, en = ([one.get(lang) if isinstance(one, Text) else one for one in values] for lang in ("zh", "en"))
    return Text(text.zh.format(*zh), text.en.format(*en))
