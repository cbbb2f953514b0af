"""Limits that an internal event moves while they run: cases played, the law, and what `RefundCase` does, agree."""

from __future__ import annotations

import collections
import math
from typing import Any

import pytest

from refund_fsm import BadData, Limit, Policy, Rule, Workflow
from refund_fsm.simulate import Behaviour, Exponential, Fixed, Uniform, simulate
from refund_fsm.simulate.chain import chain_of, payers, tables_of
from refund_fsm.simulate.sample import one_by_one
from refund_fsm.simulate.sample.one_by_one import rows_for
from refund_fsm.simulate.sample.replay import replayed
from refund_fsm.simulate.sample.sums import sums_for
from refund_fsm.workflow import SpecialPeriod
from tests.samples import at
from tests.simulate.law.asked import HOUR, law
from tests.simulate.sample.test_waves import different
from tests.simulate.simulated import START, choice, toyed
from tests.toys import ASK, END, GO, PAID, PAY, TELL, TICK, TURN, A, B, flagged, lower_flag, raise_flag, toy

FAR = at("2040-01-01 00:00")
SHORT, LONG = Limit("short_hours", "assumed", 24), Limit("long_hours", "assumed", 72, when=(flagged,))
MORE = Limit("return_days", "assumed", plus="extension_days", plus_when=flagged)


def clocked(*rows: Limit) -> Workflow:
    """From A the clock ends it; the flag may go up meanwhile, and somebody may pay."""
    return toy(
        *(Rule("T1", A, TURN, A, "assumed", effect=raise_flag), Rule("T2", A, ASK, PAID, "assumed"), Rule("T3", A, TICK, END, "assumed")),
        limits={A: rows},
    )


def unclocked(*rows: Limit) -> Workflow:
    """Nothing enforces the limit of A and B, which are counted together, and the flag goes up and down."""
    return toy(
        *(Rule("T1", A, TURN, A, "assumed", effect=raise_flag), Rule("T2", A, ASK, B, "assumed"), Rule("T3", B, TELL, END, "assumed")),
        *(Rule("T4", B, GO, B, "assumed", effect=lower_flag), Rule("T5", B, PAY, A, "assumed", effect=lower_flag)),
        limits={(A, B): rows},
    )


ROWS = (choice("a", "turn", Exponential(mean=20)), choice("a", "ask", Uniform(least=0, most=200)))
SLOW = (choice("a", "turn", Exponential(mean=150)), choice("a", "ask", Uniform(least=0, most=800)))
BACK = (*ROWS, choice("b", "go", Exponential(mean=30)), choice("b", "tell", Exponential(mean=60)), choice("b", "pay", Exponential(mean=40)))
SPECIAL = Policy(
    special=(
        SpecialPeriod(limit="return_days", when=("flagged",), start=at("2026-02-14 00:00"), end=at("2026-02-20 00:00"), hours=30),
        SpecialPeriod(limit="long_hours", start=at("2026-02-13 12:00"), end=at("2026-02-16 00:00"), days=9),
    )
)
TABLES: dict[str, tuple[Workflow, Behaviour, Policy]] = {
    "longer": (clocked(LONG, SHORT), toyed(*ROWS), Policy()),
    "shorter": (clocked(Limit("x_hours", "assumed", 12, when=(flagged,)), SHORT), toyed(*ROWS), Policy()),
    "more": (clocked(MORE), toyed(*SLOW), Policy()),
    "special": (clocked(LONG, MORE), toyed(*SLOW), SPECIAL),
    "breach": (unclocked(LONG, SHORT), toyed(*BACK), Policy()),
    "breach, special": (unclocked(LONG, MORE), toyed(*BACK), SPECIAL),
}


@pytest.mark.parametrize(("workflow", "behaviour", "policy"), TABLES.values(), ids=TABLES)
def test_cases_are_those_of_the_library(workflow: Workflow, behaviour: Behaviour, policy: Policy) -> None:
    """To the second, with every breach; and played together as one by one, to the bit."""
    chain = chain_of(workflow, behaviour, START, policy)
    tables, met = tables_of(chain), collections.Counter[str]()
    for number in range(150):
        sums, log = sums_for(tables, len(payers(chain))), rows_for(0)
        _, _, rows = one_by_one.play(tables, 3, number, number + 1, sums, log)
        case = replayed(chain, tables, 3, number)
        seconds = [(step.at - chain.start.replace(hour=0)).total_seconds() for step in case.steps]
        assert [step.rule.id for step in case.steps] == [chain.rules[one] for one in log.rule[:rows]]
        assert seconds == log.second[:rows].tolist()
        assert len(case.breaches(at=case.now if case.state.final else FAR)) == sums.breaches.sum()
        met.update(step.rule.id for step in case.steps)
    assert met["T1"] > 20 and len(met) == len(workflow.rules)
    assert not different(chain, 20_000)


@pytest.mark.parametrize(("start", "off"), [("2026-02-12 10:00", 1e-12), ("2026-02-12 10:30", 1e-3)])
def test_the_law_of_a_moved_limit_is_its_closed_form(start: str, off: float) -> None:
    """The flag goes up with the mean of 20 hours: the clock fires after 24 hours without it, after 72 with it, unless somebody was
    faster. Inside a cell the limit that is moved is taken half at its one edge, half at the other."""
    found = law(TABLES["longer"][0], *ROWS, start=at(start))
    flat = math.exp(-24 / 20)
    assert found.outcomes["end"] == pytest.approx(flat * (1 - 24 / 200) + (1 - flat) * (1 - 72 / 200), abs=off)
    sooner = law(TABLES["shorter"][0], *ROWS, start=at(start))
    assert sooner.outcomes["end"] == pytest.approx(1 - 24 / 200, abs=off)


@pytest.mark.parametrize("name", ["longer", "more", "special"])
@pytest.mark.parametrize("start", ["2026-02-12 10:00", "2026-02-13 09:30"])
def test_the_law_says_what_is_played(name: str, start: str) -> None:
    workflow, behaviour, policy = TABLES[name]
    found = law(workflow, *behaviour.choices, start=at(start), policy=policy, step=HOUR)
    played = simulate(workflow, behaviour, cases=100_000, seed=2, start=at(start), policy=policy)
    for rule, one in played.rule_shares.items():
        assert found.rule_shares[rule] == pytest.approx(one.value, abs=1e-3 + 4.8 * (one.high - one.low) / 3.92), rule
    assert found.stays["a"] / HOUR == pytest.approx(played.figures()["stay:a"].value, rel=0.02)


def test_what_the_law_cannot_follow_is_refused() -> None:
    with pytest.raises(BadData, match="behaviour: 'a'; expected a limit that runs as it was counted, or that the clock enforces"):
        law(TABLES["breach"][0], *BACK)
    assert simulate(TABLES["breach"][0], TABLES["breach"][1], cases=100, seed=1, start=START).cases == 100


def test_a_delay_to_the_instant_of_the_limit_comes_after_it() -> None:
    """The limit fires first: a flag that would go up just then moves nothing."""
    rows: tuple[Any, ...] = (choice("a", "turn", Fixed(value=24)), choice("a", "ask", Fixed(value=200)))
    assert law(TABLES["longer"][0], *rows).outcomes["end"] == 1
    early = (choice("a", "turn", Fixed(value=23)), rows[1])
    assert law(TABLES["longer"][0], *early).time_to("end").quantile(0.5) == 72 * HOUR
