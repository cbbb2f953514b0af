"""Owns the Mermaid text of a workflow: a flow chart, as GitHub and note-taking programs show it, with every rule by its id.

A flow chart, because Mermaid's state diagram can neither dash, colour nor thicken one edge. Needs nothing newer than Mermaid 11.0,
and sets no theme: the program's own, light or dark, stays. Must not know Graphviz, nor what a picture bundles.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from refund_fsm.diagram import palette
from refund_fsm.diagram.labels import GOOD, STATUTORY, TOGETHER
from refund_fsm.diagram.limits import Row, in_short, is_plain, plus, specials, when
from refund_fsm.diagram.markup import APART
from refund_fsm.diagram.metrics import plain, width, wrap
from refund_fsm.diagram.parts import Part
from refund_fsm.diagram.pieces import Card
from refund_fsm.diagram.plan import Plan
from refund_fsm.diagram.wording import PLATFORM_MARK, Lang, is_published
from refund_fsm.text import Text, languages, words
from refund_fsm.workflow import Limit, Policy, Rule, Workflow

SIZE, SMALL = 13, 11  # pixels
MOST = 180  # pixels: Mermaid breaks lines at 200
# Only these stand for themselves. Mermaid reads the others: markup, Markdown, comments, directives, its own marks.
LITERAL = re.compile(r"[A-Za-z0-9 ,[\]·≤\u3000-\u303f\u3400-\u9fff\uff00-\uff20]")
TITLE_LITERAL = re.compile(r"[A-Za-z0-9 ,.()·\u3000-\u303f\u3400-\u9fff\uff00-\uff20]")
MEANT = re.compile(r"\\n|\$\$|:f(?=a-)|ﬂ°|¶ß")  # read after the codes are: a line break, a formula, an icon, the codes' own form
IN_TITLE = str.maketrans("<>&", "＜＞＆")  # Mermaid reads markup in titles, and knows no code for it
IDENTIFIER = re.compile(r"[A-Za-z0-9_]+")
STAYS = Text("状态不变", "stays")
PUBLISHED = Text("平台公布的规则", "published by the platform itself")
UNDER_TITLES = """\
    subGraphTitleMargin:
      top: 4
      bottom: 12
"""
HEAD = """\
---
title: "{title}"
config:
  flowchart:
    curve: monotoneY
    nodeSpacing: 24
    rankSpacing: 28
    wrappingWidth: 200
{more}  themeVariables:
    fontSize: {size}px
---
flowchart TB
"""


def source(workflow: Workflow, *, lang: Lang = "both", policy: Policy | None = None) -> str:
    """The Mermaid text of a workflow: states with who acts and the limits that the policy has (None: the workflow's own
    profile), edges with rules.

    Rules of one actor between the same two states share an edge; a rule that stays in its state is named on it. `lang` is `both`,
    `zh` or `en`; `BadData` for another. The same bytes for the same table and policy.
    """
    return chart(Plan(workflow, policy or workflow.default_policy()), lang)


def chart(plan: Plan, lang: Lang) -> str:
    """The Mermaid text of what a plan shows: the spine alone, the phases as subgraphs or one of them with the states to which it leads, a
    state with its neighbours, or all."""
    languages(lang)
    return _Chart(plan, lang).source()


@dataclass(frozen=True)
class _Chart:
    plan: Plan
    lang: Lang

    def source(self) -> str:
        """The whole text."""
        plan = self.plan
        lines = [
            *(['start((" ")) --> ' + self.nodes[plan.workflow.initial.key]] if self._starts else []),
            *self._nodes(),
            *(self._edge(rules) for rules in self.edges),
            *self._classes(),
            *self._link_styles(),
        ]
        titles = self._each(plan.workflow.label)
        if plan.centre or plan.part:
            titles += self._each(plan.states[plan.centre].text if plan.centre else plan.part.name if plan.part else Text("", ""))
        if any(map(self._is_published, plan.rules)):
            titles.append(f"{PLATFORM_MARK} {self._say(PUBLISHED)}")
        title = _coded(" · ".join(titles).translate(IN_TITLE), TITLE_LITERAL, "\\U{:08x}")
        return HEAD.format(title=title, size=SIZE, more=UNDER_TITLES if self._parts else "") + "".join(f"  {line}\n" for line in lines)

    # 1. Names
    @cached_property
    def nodes(self) -> Mapping[str, str]:
        """The name of each state's node, by key."""
        return _names("s", self.plan.workflow.states)

    @cached_property
    def actors(self) -> Mapping[str, str]:
        """The name of each actor's class, by key."""
        return _names("by", self.plan.workflow.actors)

    @cached_property
    def edges(self) -> tuple[tuple[Rule, ...], ...]:
        """Rules of one actor between two states, those of the spine first: Mermaid takes edges that come later for those that lead back."""
        last = len(self.plan.spine)
        found: dict[tuple[str, str, str], list[Rule]] = {}
        for rule in sorted(self.plan.rules, key=lambda rule: self.plan.spine.get(rule.id, last)):
            if not rule.internal:
                found.setdefault((rule.source.key, rule.dest.key, rule.actor.key), []).append(rule)
        return tuple(tuple(rules) for rules in found.values())

    # 2. Nodes and edges
    @property
    def _starts(self) -> bool:
        """Whether the start is shown."""
        return self.plan.workflow.initial.key in self.plan.states

    @property
    def _parts(self) -> tuple[Part, ...]:
        """The phases that are shown as such."""
        plan = self.plan
        return (plan.part,) if plan.part else plan.parts if plan.view == "phases" else ()

    def _nodes(self) -> Iterator[str]:
        """The states: in the view of phases those of each as a subgraph; then those to which they lead, or from where."""
        plan = self.plan
        left = {card.state.key: card for card in plan.cards}
        for part in self._parts:
            names = self._each(part.name)
            yield f'subgraph p{part.number}["{_coded(f"{part.number} · {names[0]}")}{"".join(map(" {}".format, map(_coded, names[1:])))}"]'
            for key in part.keys:
                yield f"  {self._node(left.pop(key))}"
            yield "end"
        for card in left.values():
            yield self._node(card)
        ends = (state for rule in plan.rules for state in (rule.source, rule.dest) if state.key not in plan.states)
        for state in dict.fromkeys(ends):
            yield self._node(plan.neighbour(state))

    def _node(self, card: Card) -> str:
        name, *other = self._each(card.state.text)
        lines = []
        if card.actor and not card.state.final:
            alone = bool(card.limit) and is_plain(card.limit)
            lines += _small(self._say(card.actor.text), f"≤ {self._in_short(card.limit)}" if alone else "")
        lines += [f"<strong>{_coded(line)}</strong>" for line in wrap(name, SIZE, MOST, bold=True)]
        lines += [line for text in other for line in _plain(text)]
        if not is_plain(card.limit):
            lines += [line for row in card.limit for line in self._row(row, alone=len(card.limit) == 1)]
        lines += _small(self._say(GOOD)) if card.good else []
        if card.together:
            zh, en = "、".join(state.zh for state in card.together), ", ".join(state.en for state in card.together)
            lines += _small(self._say(Text(TOGETHER.zh.replace("{}", zh), TOGETHER.en.replace("{}", en))))
        lines += _small(self._say(STATUTORY), self._limit(card.law)) if card.law else []
        for rule in self.plan.rules:
            if rule.internal and rule.source.key == card.state.key:
                lines += self._rule(rule, self._say(STAYS))
        opening, closing = ("([", "])") if card.state.final else ("(", ")")
        return f'{self.nodes[card.state.key]}{opening}"{"<br/>".join(lines)}"{closing}:::{self._class_of(card)}'

    def _class_of(self, card: Card) -> str:
        if card.state.final:
            return "paid" if card.success else "good" if card.good else "over"
        return self.actors[card.actor.key] if card.actor else "over"

    def _edge(self, rules: Sequence[Rule]) -> str:
        arrow = "==>" if self._happy(rules) else "-.->" if rules[0].by_clock else "-->"
        limit = self.plan.limit_of(rules[0].source.key) if rules[0].by_clock else ()
        lines = [line for rule in rules for line in self._rule(rule, self._in_short(limit) if limit else "")]
        ends = self.nodes[rules[0].source.key], self.nodes[rules[0].dest.key]
        return f'{ends[0]} {arrow}|"{"<br/>".join(lines)}"| {ends[1]}'

    def _rule(self, rule: Rule, remark: str) -> list[str]:
        """Id, who and what; the other language; a remark; guards in brackets."""
        event, *other = self._each(rule.event.text)
        who, *_ = self._each(rule.actor.text)
        said = wrap(event if rule.by_clock else f"{who} · {event}", SIZE, MOST - width(f"{rule.id} ", SIZE, bold=True))
        mark = f" {_coded(PLATFORM_MARK)}" if self._is_published(rule) else ""
        lines = [f"<b>{_coded(plain(rule.id))}</b>{mark} {_coded(said[0])}", *(_coded(line) for line in said[1:])]
        lines += [line for text in other for line in _small(text)]
        lines += _small(remark) if remark else []
        return lines + [line for guard in rule.when for line in _small(f"[{self._say(guard.text)}]")]

    def _happy(self, rules: Sequence[Rule]) -> bool:
        return any(self.plan.spine.get(rule.id) == 0 for rule in rules)

    # 3. Look
    def _classes(self) -> list[str]:
        colours = palette.colours(self.plan.workflow.actors)
        lines = [
            f"classDef {self.actors[key]} fill:{palette.tint(colour)},stroke:{colour},stroke-width:1.5px,color:{palette.INK}"
            for key, colour in colours.items()
        ]
        for name, colour in (("over", palette.SLATE), ("paid", palette.SUCCESS)):
            lines.append(f"classDef {name} fill:{colour},stroke:{colour},color:{palette.PAPER}")
        if any(card.good for card in self.plan.cards):
            lines.append(
                f"classDef good fill:{palette.tint(palette.SUCCESS)},stroke:{palette.SUCCESS},stroke-width:3px,color:{palette.INK}"
            )
        return [*lines, *([f"style start fill:{palette.MUTED},stroke:{palette.MUTED}"] if self._starts else [])]

    def _link_styles(self) -> list[str]:
        """Colours of the edges by who acts, in shades for light and dark paper alike; the clock's keep the theme's own."""
        colours = palette.colours(self.plan.workflow.actors)
        styles: dict[str, list[int]] = {}
        for number, rules in enumerate(self.edges, start=int(self._starts)):  # the edge from the start has number 0
            if self._happy(rules):
                style = f"stroke:{_between(palette.SUCCESS)},stroke-width:4px"
            elif rules[0].by_clock:
                style = "stroke-width:1.5px,stroke-dasharray:6 4"
            else:
                style = f"stroke:{_between(colours[rules[0].actor.key])},stroke-width:1.5px"
            styles.setdefault(style, []).append(number)
        return [f"linkStyle {','.join(map(str, numbers))} {style}" for style, numbers in styles.items()]

    # 4. Words
    def _each(self, text: Text) -> list[str]:
        said = (text.zh, text.en) if self.lang == "both" else (text.get(self.lang),)
        return list(dict.fromkeys(plain(one) for one in said))

    def _say(self, text: Text) -> str:
        return " ".join(self._each(text))

    def _length(self, limit: Limit) -> str:
        return f"{limit.length_in(self.plan.policy)} {self._say(words.UNITS[limit.unit])}"

    def _limit(self, limit: Limit) -> str:
        return f"≤ {self._length(limit)}"

    def _in_short(self, rows: Sequence[Row]) -> str:
        return in_short(rows, self._say)

    def _row(self, row: Row, *, alone: bool) -> list[str]:
        """A row of a limit: length and guards, what is added, special periods."""
        told = [f"≤ {row.length} {self._say(words.UNITS[row.limit.unit])}", *map(self._say, when(row, alone=alone))]
        return [
            line
            for text in (" ".join(told), *plus(row, self._say), *(text for text, _ in specials(row, self._say)))
            for line in _small(text)
        ]

    def _is_published(self, rule: Rule) -> bool:
        """Whether the rule rests on what the platform published, alone or beside others."""
        return any(is_published(id, self.plan.workflow.catalogue) for id in rule.sources)


def _names(prefix: str, keys: Iterable[str]) -> dict[str, str]:
    """A name of Mermaid's for each key. The prefix keeps off its own words (`end`); a key that is no identifier becomes a number."""
    return {key: f"{prefix}_{key}" if IDENTIFIER.fullmatch(key) else f"{prefix}{place}" for place, key in enumerate(keys)}


def _plain(text: str) -> list[str]:
    return [_coded(line) for line in wrap(text, SIZE, MOST)]


def _small(text: str, unbroken: str = "") -> list[str]:
    """The text in small lines; what must not be broken goes behind it, or below where the line is full."""
    lines = [*wrap(text, SMALL, MOST)]
    if unbroken:
        joined = f"{lines[-1]} · {unbroken}"
        lines = [*lines[:-1], joined] if wrap(joined, SMALL, MOST) == (joined,) else [*lines, unbroken]
    return [f"<small>{_coded(line)}</small>" for line in lines]


def _coded(text: str, literal: re.Pattern[str] = LITERAL, code: str = "#{};") -> str:
    """The text with every character that could be read as a mark written as its code."""
    apart = MEANT.sub(lambda found: APART.join(found[0]), text)
    return "".join(char if literal.fullmatch(char) else code.format(ord(char)) for char in apart)


def _between(colour: str) -> str:
    """A shade that stands out from white and from black."""
    return palette.mixed(colour, palette.LIGHT[colour], 0.5)
