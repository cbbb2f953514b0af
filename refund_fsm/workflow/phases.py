"""Owns the phases of a workflow: which groups of states its pictures show together. Checks them; must not know how they are drawn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from refund_fsm.errors import WorkflowError, shown
from refund_fsm.text import Text
from refund_fsm.workflow.rows import State

Phase = tuple[Text, tuple[State, ...]]
EXPECTED = "a phase, a Text and a tuple of states: (Text('退货', 'Return'), (awaiting_return, received))"


def check_types(row: str, phases: Iterable[Any]) -> None:
    """Raises `WorkflowError` for the first that is no pair of a text and states."""
    for place, one in enumerate(phases):
        pair = isinstance(one, Sequence) and not isinstance(one, str) and len(one) == 2
        if not (pair and isinstance(one[0], Text) and isinstance(one[1], Sequence) and not isinstance(one[1], str)):
            raise WorkflowError(row, f"phases[{place}]: {shown(one)}; expected {EXPECTED}")
        for state in one[1]:
            if not isinstance(state, State):
                raise WorkflowError(row, f"phases[{place}]: {shown(state)} among its states; expected {EXPECTED}")


def check_apart(row: str, phases: Iterable[Phase], states: Mapping[str, State]) -> None:
    """Raises `WorkflowError` for a phase without states, for two that share a state or a name, and for a state that is not in the table."""
    met: dict[str, str] = {}
    names: set[Text] = set()
    for name, group in phases:
        told = f"phase {name.en}"
        if name in names:
            raise WorkflowError(told, "its name is given out twice")
        names.add(name)
        if not group:
            raise WorkflowError(told, f"{row} gives it no states; expected at least one")
        for state in group:
            if state.key not in states:
                raise WorkflowError(told, f"the state {state.key} is not in the table; expected some of {', '.join(states)}")
            if state.key in met:
                raise WorkflowError(told, f"the state {state.key} is in {met[state.key]} already; expected phases that share none")
            met[state.key] = told
