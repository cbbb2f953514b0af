"""Owns what two tables differ in: which rows, and the limits of which states. Must not judge the difference."""

from __future__ import annotations

from typing import NamedTuple

from refund_fsm.workflow import CLOCK, Workflow


class Touch(NamedTuple):
    """What a fault has touched. `cells`: events (by name) in states (by key) that may be answered otherwise; `clock`: states in
    which the passing of the limit may; `due`: states whose limit has another length."""

    cells: frozenset[tuple[str, str]]
    clock: frozenset[str]
    due: frozenset[str]

    @property
    def sources(self) -> frozenset[str]:
        """All states in which anything may be otherwise."""
        return frozenset(state for state, _ in self.cells) | self.clock | self.due


def touched(original: Workflow, mutant: Workflow) -> Touch:
    """What of a mutant's table differs from the original's. Rows are compared by identity of guards and effects."""
    cells = {cell for cell in {**original.rules_at, **mutant.rules_at} if original.rules_at.get(cell) != mutant.rules_at.get(cell)}
    acts = {
        state
        for state, event in cells
        if any(flow.events[event].actor.key == CLOCK.key for flow in (original, mutant) if event in flow.events)
    }
    due = {state for state, rows in original.limits_at.items() if mutant.limits_at[state] != rows}
    return Touch(frozenset(cells), frozenset(acts), frozenset(due))
