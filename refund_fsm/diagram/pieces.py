"""Owns the pieces of a picture: cards, junctions and arrows, as data, and which rules are alike.

Must not decide which there are, nor know markup or Graphviz.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass

from refund_fsm.diagram.limits import Row
from refund_fsm.workflow import Actor, Limit, Rule, State


@dataclass(frozen=True, slots=True)
class Card:
    """A state with who acts first in it, the rows of its limit, the states counted together with it, and the rules named on it.

    `success`: the case ends well in it, with the money; `good`: well without.
    """

    state: State
    actor: Actor | None
    limit: tuple[Row, ...]
    together: tuple[State, ...]
    law: Limit | None
    rules: tuple[Rule, ...]
    success: bool
    good: bool = False


@dataclass(frozen=True, slots=True)
class Junction:
    """Where the rules of one event run together that states sharing a limit have alike. `name` is one of the picture's own."""

    name: str
    states: tuple[State, ...]
    rules: tuple[Rule, ...]

    def rules_from(self, state: State) -> tuple[Rule, ...]:
        """Those of one state."""
        return tuple(rule for rule in self.rules if rule.source.key == state.key)


@dataclass(frozen=True, slots=True)
class Arrow:
    """Rules that lead to one state, drawn as one edge: from a state, or from a junction.

    A row holds rules that differ in their source alone; the rows of the spine come first, those of the clock last. `rank` is
    the place of the path in the spine: 0 for the happy path, None off the spine.
    """

    rows: tuple[tuple[Rule, ...], ...]
    rank: int | None
    junction: Junction | None = None

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Its rules, row by row."""
        return tuple(itertools.chain(*self.rows))

    @property
    def source(self) -> State:
        """Where it starts; behind a junction, the first of its states."""
        return self.rows[0][0].source

    @property
    def dest(self) -> State:
        """Where it ends."""
        return self.rows[0][0].dest

    @property
    def actor(self) -> Actor:
        """Who fires its first rule."""
        return self.rows[0][0].actor

    @property
    def by_clock(self) -> bool:
        """Whether nobody but the clock fires its rules."""
        return self.rows[0][0].by_clock

    @property
    def happy(self) -> bool:
        """Whether it is a step of the happy path."""
        return self.rank == 0


def by_event(rules: tuple[Rule, ...]) -> Mapping[str, list[Rule]]:
    """Rules by the name of their event, in order of first appearance."""
    found: dict[str, list[Rule]] = {}
    for rule in rules:
        found.setdefault(rule.event.name, []).append(rule)
    return found


def alike(rule: Rule) -> tuple[str, str, tuple[str, ...]]:
    """What two rules share that differ in their source alone."""
    return rule.event.name, rule.dest.key, tuple(guard.name for guard in rule.when)
