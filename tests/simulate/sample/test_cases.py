"""Every case of a sample is a legal one, to the second, and its random numbers are what they are."""

from __future__ import annotations

import collections
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refund_fsm import BadData, Policy, Rule
from refund_fsm.simulate import Behaviour, Exponential, Fixed, Share, play_case, simulate
from refund_fsm.simulate.chain import Chain, Tables, chain_of, payers, tables_of
from refund_fsm.simulate.compiled import kept
from refund_fsm.simulate.figures import limit_names
from refund_fsm.simulate.sample import one_by_one
from refund_fsm.simulate.sample.numbers import case_key, root_of, uniform
from refund_fsm.simulate.sample.one_by_one import rows_for
from refund_fsm.simulate.sample.opening import amount_of
from refund_fsm.simulate.sample.replay import replayed
from refund_fsm.simulate.sample.sums import PAID, PAID_FEN, PARCELS, VIOLATIONS, Sums, sums_for
from tests.awkward import WORKFLOW as AWKWARD
from tests.samples import at
from tests.simulate.sample.chains import chains
from tests.simulate.sample.playing import DEFAULT, VIRTUAL
from tests.simulate.simulated import START, choice, toyed
from tests.toys import ASK, END, TURN, A, raise_flag, toy, unflagged

FAR = at("2040-01-01 00:00")


def one_case(chain: Chain, tables: Tables, seed: int, number: int) -> tuple[Sums, list[tuple[str, Any]]]:
    """The sums of one case, and the rules that fired with their instants."""
    sums, log = sums_for(tables, len(payers(chain))), rows_for(0)
    _, _, rows = one_by_one.play(tables, seed, number, number + 1, sums, log)
    midnight = chain.start.replace(hour=0, minute=0, second=0)
    return sums, [(chain.rules[int(log.rule[row])], midnight + timedelta(seconds=int(log.second[row]))) for row in range(rows)]


@given(chains(), st.integers(0, 2**62))
@settings(max_examples=20)  # a chain takes half a second to make
def test_every_case_is_one_of_the_library(chain: Chain, seed: int) -> None:
    """`RefundCase` takes the same events and fires the same rules at the same seconds, with the same breaches, payouts and clocks."""
    tables = tables_of(chain)
    who = payers(chain)
    for number in range(6):
        sums, fired = one_case(chain, tables, seed, number)
        case = replayed(chain, tables, seed, number)
        assert [(step.rule.id, step.at) for step in case.steps] == fired
        names = limit_names(chain.workflow)
        of_row = {id(row): name for name, (_, rows) in zip(names, chain.workflow.groups, strict=True) for row in rows}
        found = collections.Counter(of_row[id(one.limit)] for one in case.breaches(at=case.now if case.state.final else FAR))
        assert found == {name: count for name, count in zip(names, sums.breaches.tolist(), strict=True) if count}
        assert case.state.final == (sums.open.sum() == 0)
        claimed = int(amount_of(tables, seed, number))
        assert case.amount_fen == claimed or chain.workflow.key == "shop_official"  # where how dear an order is is a fact, drawn apart
        assert case.paid_fen == (sums.totals[PAID_FEN] if case.amount_fen == claimed else sums.totals[PAID] * case.amount_fen)
        assert not case.state.final or case.statutory_passed == bool(sums.totals[VIOLATIONS])
        sent = any("tracking_no" in step.rule.event.needs and step.by == "buyer" for step in case.steps)
        assert sent == bool(sums.totals[PARCELS])
        if sent and case.freight is not None:
            assert dict(zip(who, sums.payers.tolist(), strict=False))[case.freight.payer] == 1


def test_a_case_can_be_looked_at() -> None:
    """The number that a log names leads to the case."""
    case = play_case(VIRTUAL, DEFAULT, case=4711, seed=7, start=START)
    assert case == play_case(VIRTUAL, DEFAULT, case=4711, seed=7, start=START) and case.steps and case.case_id == "SIM-7-4711"
    for field, value in (("case", -1), ("seed", 1.0)):
        with pytest.raises(BadData, match=f"{field}: "):
            play_case(VIRTUAL, DEFAULT, **{"case": 1, "seed": 1, "start": START, field: value})  # type: ignore[arg-type]  # that is the point


def test_groups_of_which_only_some_states_have_a_clock_are_counted_alike() -> None:
    """The awkward workflow: keywords for names, and a state with a clock entered after the group's limit has passed."""
    rows = []
    for (state, event), rules in AWKWARD.rules_at.items():
        if rules[0].actor.key != "clock" and not rules[0].source.final:
            rows.append(choice(state, event, Exponential(mean=40)))
    facts = {one.name: one.start(Policy.guide())[0] for one in AWKWARD.fact_fields}
    behaviour = Behaviour(order_type=AWKWARD.key, mix=(Share(weight=1, facts=facts),), choices=tuple(rows))
    chain = chain_of(AWKWARD, behaviour, START)
    tables = tables_of(chain)
    for number in range(200):
        _, fired = one_case(chain, tables, 3, number)
        assert [(step.rule.id, step.at) for step in replayed(chain, tables, 3, number).steps] == fired


def test_a_drawn_event_that_is_no_longer_accepted_does_not_happen() -> None:
    """The flag goes up after one hour, which bars the end that was drawn for later; the other way remains."""
    workflow = toy(
        Rule("T1", A, TURN, A, "assumed", effect=raise_flag), Rule("T2", A, ASK, END, "assumed", when=(unflagged,)),
    )  # fmt: skip
    found = simulate(
        workflow, toyed(choice("a", "turn", Fixed(value=1)), choice("a", "ask", Fixed(value=2))), cases=10, seed=1, start=START
    )
    assert found.rule_counts == {"T1": 10, "T2": 0} and found.open_in == {"a": 10}
    sooner = simulate(
        workflow, toyed(choice("a", "turn", Fixed(value=2)), choice("a", "ask", Fixed(value=1))), cases=10, seed=1, start=START
    )
    assert sooner.rule_counts == {"T1": 0, "T2": 10} and sooner.outcomes["end"].value == 1


def test_numbers_of_this_platform_stay_what_they_are() -> None:
    """The generator is SplitMix64, keyed by seed, case and draw: these are its numbers, and must not change unseen."""

    def drawn(seed: int, case: int, draw: int) -> tuple[int, float]:
        key = case_key(root_of(seed), case)
        return key, uniform(key, draw)

    compiled: Any = kept(drawn)
    key, u = compiled(7, 0, 5)
    mask = (1 << 64) - 1

    def mixed(z: int) -> int:
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        return z ^ (z >> 31)

    gamma = 0x9E3779B97F4A7C15
    assert int(key) == mixed(mixed((7 + gamma) & mask))
    assert u == (mixed((int(key) + 5 * gamma) & mask) >> 11) / 2**53
