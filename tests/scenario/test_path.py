"""A player leads a case and tells what became of each call; the path that it wrote is followed, or the step named where it is not."""

from __future__ import annotations

import pytest

from refund_fsm import BadData, Policy, RefundCase, orders
from refund_fsm.graph.configurations import explore
from refund_fsm.graph.shortest import ShortestPaths
from refund_fsm.scenario.path import MINUTE, START, Opening, Path, PathError, Player, details_of
from tests.exchange import WORKFLOW as EXCHANGE

GUIDE = Policy.guide()


def test_a_player_tells_what_became_of_each_call() -> None:
    virtual = orders.get("virtual")
    facts = next(f for f in ShortestPaths(virtual, GUIDE, explore(virtual)).openings.values() if f.amount_ok and not f.other_case_open)
    player = Player.with_facts(virtual, GUIDE, facts)
    assert player is not None
    early = player.do("approve_refund")
    assert early.step is not None and (early.step.refusal, early.step.fired, early.step.accepted) == ("wrong_state", (), False)
    assert early.case.now == player.case.now + MINUTE, "time passes also where an event is refused"
    filed = early.do("contact_support").do("start_review").do("request_evidence")
    late = filed.expired(MINUTE)
    assert late is not None and late.step is not None and late.step.fired == ("V05",) and late.step.event is None
    assert filed.case.due is not None and late.case.now == filed.case.due.at + MINUTE
    back = late.told("reject", "platform", late.case.now - MINUTE, details_of(virtual.events["reject"], START))
    assert back.step is not None and back.step.refusal == "time_reversed" and back.case is late.case
    path = back.path()
    assert [step.event for step in path.steps] == ["approve_refund", "contact_support", "start_review", "request_evidence", None, "reject"]
    assert len(back.line()) == 7 and back.line()[0].case == player.case
    path.replay(virtual)


def test_a_step_close_to_the_limit_is_taken_before_it() -> None:
    exchange = EXCHANGE
    shortest = ShortestPaths(exchange, GUIDE, explore(exchange).merged())
    player = next(p for place in shortest.tree if (p := shortest.lead(place)) and p.case.state.key == "checking")
    near = player.expired(-MINUTE / 2)
    assert near is not None and near.do("accept").case.now == near.case.now
    done = shortest.lead(next(c for c in shortest.tree if shortest.graph.states[shortest.graph.state_of[c]] == "replaced"))
    assert done is not None and done.expired() is None


WRONG = [
    # field of the path or of its first step, another value, message
    ("state", "reviewing", "step 0: state is 'draft'; expected 'reviewing'"),
    ("fired", ("V13",), r"step 1: fired is \('V01',\); expected \('V13',\)"),
    ("refusal", "wrong_actor", "step 1: refusal is None; expected 'wrong_actor'"),
    ("due", None, "step 1: due is datetime"),
]


@pytest.mark.parametrize(("name", "value", "message"), WRONG)
def test_a_path_that_is_not_followed_names_the_step(name: str, value: object, message: str) -> None:
    virtual = orders.get("virtual")
    shortest = ShortestPaths(virtual, GUIDE, explore(virtual).merged())
    player = next(p for place in shortest.tree if (p := shortest.lead(place)) and p.case.state.key == "requested")
    path = player.path()
    state = str(value) if name == "state" else path.state
    first = path.steps[0] if name == "state" else path.steps[0]._replace(**{name: value})  # type: ignore[arg-type]  # one of its fields
    with pytest.raises(PathError, match=message):
        Path(path.opening, (first,), state, path.due).replay(virtual)


def test_an_opening_is_what_a_case_takes() -> None:
    facts = explore(EXCHANGE).facts_of(0)
    example = EXCHANGE.example_of(facts, START)
    assert example is not None
    player = Player.opened(EXCHANGE, GUIDE, Opening(*example, START))
    assert player.step is None and isinstance(player.case, RefundCase) and player.case.facts == facts
    with pytest.raises(BadData):
        player.told("ask_exchange", "nobody", START, {})
