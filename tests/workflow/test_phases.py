"""The phases of a workflow: disjoint groups of its states, each with a name. A faulty one is named."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from refund_fsm import State, Text, WorkflowError, orders
from tests.exchange import WORKFLOW

A, B = Text("甲", "A"), Text("乙", "B")
WISHED, CHECKING = WORKFLOW.states["wished"], WORKFLOW.states["checking"]

FAULTS = [
    # phases, what the error says
    (((A, (WISHED,)), (B, (CHECKING, WISHED))), "phase B.*the state wished is in phase A already"),
    (((A, (WISHED, WISHED)),), "phase A.*the state wished is in phase A already"),
    (((A, (WISHED,)), (A, (CHECKING,))), "phase A.*its name is given out twice"),
    (((A, ()),), "phase A.*gives it no states"),
    (((A, (State("gone", "去", "gone"),)),), "phase A.*the state gone is not in the table; expected some of wished, checking"),
    ((("A", (WISHED,)),), r"phases\[0\].*expected a phase, a Text and a tuple of states"),
    (((A, WISHED),), r"phases\[0\].*expected a phase"),
    (((A, ("wished",)),), r"phases\[0\]: 'wished' among its states"),
    (((A, (WISHED,)), A), r"phases\[1\].*expected a phase"),
    ("AB", "phases: 'AB'; expected a tuple of phases"),
]


@pytest.mark.parametrize(("phases", "why"), FAULTS)
def test_a_faulty_phase_is_named(phases: Any, why: str) -> None:
    with pytest.raises(WorkflowError, match=why):
        replace(WORKFLOW, phases=phases)


def test_phases_are_kept_as_tuples_and_do_not_change_what_the_table_does() -> None:
    given: Any = iter([[A, [WISHED]], (B, [CHECKING])])
    made = replace(WORKFLOW, phases=given)
    assert made.phases == ((A, (WISHED,)), (B, (CHECKING,)))
    assert made.fingerprint == WORKFLOW.fingerprint


@pytest.mark.parametrize("key", orders.keys())
def test_every_state_that_goes_on_is_in_a_phase(key: str) -> None:
    workflow = orders.get(key)
    named = {state.key for _, group in workflow.phases for state in group}
    assert {state.key for state in workflow.states.values() if not state.final} <= named
