"""What is called, before anything is: random paths, and the events of the clock each at its own instant."""

from __future__ import annotations

from datetime import timedelta

from refund_fsm import Policy, Workflow, orders
from refund_fsm.scenario.path import START, Player
from refund_fsm.testing.lockstep.implementation import Abilities
from refund_fsm.testing.lockstep.model import Table
from refund_fsm.testing.lockstep.names import fit
from refund_fsm.testing.lockstep.plan import Told, planned
from refund_fsm.testing.lockstep.random_paths import random_paths
from tests.testing.lockstep.services import VIRTUAL, openings
from tests.workflows import EVERY_WORKFLOW_AND_OWN


@EVERY_WORKFLOW_AND_OWN
def test_random_paths_are_whole_varied_and_the_same_for_a_seed(workflow: Workflow) -> None:
    table = Table(fit(None, workflow), Policy.guide())
    made = list(random_paths(table, Abilities(True, True, False), 700, seed=4))
    again = random_paths(Table(fit(None, workflow), Policy.guide()), Abilities(True, True, False), 100, seed=4)
    assert [path.rows for path in made[:100]] == [path.rows for path in again]
    calls = [call for path in made for call in path.plan.calls]
    tried = [call for call in calls if call.event is not None]
    assert {path.model.node.state for path in made} >= {state.key for state in workflow.states.values() if state.final}
    assert 0.2 < sum(not call.taken for call in tried) / len(tried) < 0.6
    assert {call.event for call in tried if call.taken} >= {event.name for event in workflow.events.values() if event.actor.key != "clock"}
    assert sum(len(path.rows) for path in made) / len(made) > 8


def test_the_clocks_events_come_in_order_each_at_its_own_instant() -> None:
    workflow = orders.get("third_party")
    facts = next(
        f for f in openings(workflow) if f.kind == "return_and_refund" and f.goods == "in_transit" and f.amount_ok and not f.other_case_open
    )
    player = Player.with_facts(workflow, Policy.guide(), facts)
    assert player is not None
    filed = player.do("submit")
    ends = filed.case.advance(to=filed.case.now + timedelta(days=60))
    late: list[Told] = [("submit", "buyer", filed.case.now, {}), ("cancel", "buyer", filed.case.now + timedelta(days=60), {})]
    plain = planned(Table(fit(None, workflow), Policy.guide()), Abilities(False, False, False), player.opening, late)
    assert [(call.event, call.by, call.at) for call in plain.calls[1:-1]] == [(s.event, "clock", s.at) for s in ends.steps[1:]]
    assert len(ends.steps) > 2 and (plain.calls[-1].event, plain.calls[-1].taken) == ("cancel", False)
    clocked = planned(Table(fit(None, workflow), Policy.guide()), Abilities(True, False, False), player.opening, late)
    assert [call.event for call in clocked.calls] == [None, "submit", None, "cancel"]


def test_nothing_is_called_for_a_breach_without_advance() -> None:
    told: list[Told] = [
        ("contact_support", "buyer", START, {}),
        (None, "", START + timedelta(days=30), {}),
        ("start_review", "platform", START, {}),
    ]
    player = Player.with_facts(VIRTUAL, Policy.guide(), next(f for f in openings(VIRTUAL) if f.amount_ok and not f.other_case_open))
    assert player is not None
    plan = planned(Table(fit(None, VIRTUAL), Policy.guide()), Abilities(False, False, False), player.opening, told)
    assert [call.event for call in plan.calls] == ["contact_support"], "what came back to an instant it was not told of cannot be asked"


def test_without_advance_the_clocks_event_is_offered_before_its_time() -> None:
    workflow = orders.get("third_party")
    player = Player.with_facts(workflow, Policy.guide(), next(f for f in openings(workflow) if f.amount_ok and not f.other_case_open))
    assert player is not None
    asked = player.do("contact_merchant")
    assert asked.case.due is not None
    early = asked.case.due.at - timedelta(minutes=1)
    told: list[Told] = [("contact_merchant", "buyer", asked.case.now, {}), (None, "", early, {}), (None, "", asked.case.due.at, {})]
    plan = planned(Table(fit(None, workflow), Policy.guide()), Abilities(False, False, False), player.opening, told)
    answers = [(call.event, call.at, call.taken) for call in plan.calls[1:]]
    assert answers == [("negotiation_timeout", early, False), ("negotiation_timeout", asked.case.due.at, True)]
