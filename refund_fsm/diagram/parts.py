"""Owns the parts into which a workflow's picture is cut: its phases, or, where it names none, stretches of its spine with what hangs there.

Must not know sizes, places or markup.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from refund_fsm.diagram.forest import Forest
from refund_fsm.text import Text
from refund_fsm.workflow import Rule, State, Workflow

MOST = 5  # states of a stretch that are not final
UNTIL = Text("{} 至 {}", "{} to {}")


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its number from 1, how many there are, its name, and the keys of its states, in the order of the workflow."""

    number: int
    of: int
    name: Text
    keys: tuple[str, ...]


def parts_of(workflow: Workflow, states: Mapping[str, State], rules: Sequence[Rule], forest: Forest) -> tuple[Part, ...]:
    """The parts of all states that are drawn. A state that no phase names is shown where it is first reached, a final one as a pill."""
    if workflow.phases:
        groups = _completed(
            [(name, [state.key for state in group if state.key in states]) for name, group in workflow.phases], states, rules
        )
    else:
        groups = [(_stretch(keys, states), keys) for keys in _cut(workflow.initial.key, forest, states)]
    groups = [(name, keys) for name, keys in groups if keys]
    order = {key: place for place, key in enumerate(states)}
    return tuple(Part(at, len(groups), name, tuple(sorted(keys, key=order.__getitem__))) for at, (name, keys) in enumerate(groups, 1))


def _completed(groups: list[tuple[Text, list[str]]], states: Mapping[str, State], rules: Sequence[Rule]) -> list[tuple[Text, list[str]]]:
    left = {key for key, state in states.items() if not state.final} - {key for _, keys in groups for key in keys}
    found = True
    while left and found:
        found = False
        for rule in rules:
            home = next((keys for _, keys in groups if rule.source.key in keys), None)
            if rule.dest.key in left and home is not None:
                home.append(rule.dest.key)
                left.discard(rule.dest.key)
                found = True
    rest = [key for key in states if key in left]
    return [*groups, (_stretch(rest, states), rest)] if rest else groups


def _cut(initial: str, forest: Forest, states: Mapping[str, State]) -> Iterator[list[str]]:
    """Columns in stretches; what hangs from a state goes with it, unless it is as large as a stretch of its own."""
    waiting = [initial, *(key for key in forest.roots if key != initial and not states[key].final)]
    while waiting:
        key = waiting.pop(0)
        stretch: list[str] = []
        for one in forest.column(key):
            group = [one]
            for beside in forest.beside.get(one, ()):
                held = list(_hanging(beside, forest))
                if _open(held, states) >= MOST - 1:
                    waiting.append(beside)
                else:
                    group += [each for each in held if not states[each].final]
            if stretch and not states[one].final and _open([*stretch, *group], states) > MOST:
                yield stretch
                stretch = []
            stretch += group
        yield stretch


def _hanging(key: str, forest: Forest) -> Iterator[str]:
    stack = [key]
    while stack:
        for one in forest.column(stack.pop()):
            yield one
            stack += forest.beside.get(one, ())


def _open(keys: Sequence[str], states: Mapping[str, State]) -> int:
    return sum(not states[key].final for key in keys)


def _stretch(keys: Sequence[str], states: Mapping[str, State]) -> Text:
    if not keys:
        return Text("其余", "The rest")
    first, last = states[keys[0]].text, states[keys[-1]].text
    return first if len(keys) == 1 else Text(UNTIL.zh.format(first.zh, last.zh), UNTIL.en.format(first.en, last.en))
