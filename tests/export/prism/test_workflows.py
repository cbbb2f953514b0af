"""Of all workflows, and behaviours at random, Storm says what a plain enumeration says."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from refund_fsm import CLOCK, Limit, Policy, Rule, Workflow, orders
from refund_fsm.export import render
from refund_fsm.simulate import Behaviour, Choice, Empirical, Share
from refund_fsm.simulate.behaviour import NOTHING, Quantity
from tests.awkward import WORKFLOW as AWKWARD
from tests.export.moved import WORKFLOW as MOVED
from tests.export.prism.questions import ENDED, ENOUGH, GUIDE, NOD, Asked, delay, raise_if_huge
from tests.simulate import naive_law
from tests.storm import number
from tests.toys import (
    ASK,
    END,
    GO,
    PAID,
    PAY,
    TELL,
    TICK,
    TOCK,
    TURN,
    A,
    B,
    C,
    D,
    flagged,
    lower_flag,
    not_small,
    raise_flag,
    silent,
    small,
    toy,
    unflagged,
)
from tests.workflows import EVEN_AWKWARD

MIXED = toy(  # three actors; rules that stay, and bar others; states counted together; clock rules that do not hold for all facts
    *(Rule("T1", A, GO, B, "assumed", when=(small,)), Rule("T2", A, GO, C, "assumed", when=(not_small,), effect=raise_if_huge)),
    *(Rule("T3", B, ASK, B, "assumed", effect=raise_flag), Rule("T4", B, TURN, C, "assumed", when=(unflagged,))),
    *(Rule("T5", B, TELL, D, "assumed", when=(flagged,)), Rule("T6", C, TURN, C, "assumed", effect=lower_flag)),
    *(Rule("T7", C, TICK, D, "assumed", when=(flagged,)), Rule("T8", C, TOCK, END, "assumed", when=(unflagged,))),
    *(Rule("T9", C, ASK, A, "assumed"), Rule("T10", D, TELL, D, "assumed", effect=lower_flag)),
    *(Rule("T11", D, TURN, B, "assumed", when=(flagged,)), Rule("T12", D, TOCK, PAID, "assumed", when=(silent, flagged))),
    *(Rule("T13", D, PAY, PAID, "assumed"), Rule("T14", B, PAY, END, "assumed"), Rule("T15", D, GO, END, "assumed")),
    *(Rule("T16", B, NOD, END, "assumed"), Rule("T17", D, NOD, D, "assumed", effect=raise_flag), Rule("T18", C, NOD, B, "assumed")),
    limits={(B, C): Limit("x_hours", "assumed", 48), D: Limit("y_days", "assumed", 1)},
)
WORKFLOWS = {**EVEN_AWKWARD, MIXED.key: MIXED, MOVED.key: MOVED}
SEEDS = {AWKWARD.key: 8, MIXED.key: 24, MOVED.key: 36, "shop_official": 6}
FEWER = 4
HOURS = {AWKWARD.key: 1, MOVED.key: 12, "shop_official": 12}  # there are limits of 5 and 7 hours, and of 36


def _agreed(asked: Asked, workflow: Workflow, policy: Policy, behaviour: Behaviour, hours: int) -> naive_law.Law:
    """That Storm says of the model what the enumeration says of the behaviour."""
    law = naive_law.law_of(workflow, policy, behaviour)
    text = render(workflow, "prism", policy, behaviour=behaviour, step=timedelta(hours=hours))
    finals = [key for key, state in workflow.states.items() if state.final]
    properties = [f'P=? [F "final_{key}"]' for key in finals] + ['P=? [F "open"]']
    expected = [law.ends[key] for key in finals] + [law.open]
    if law.rest < naive_law.SMALL:  # else some go on for ever, and fire without end
        properties += [f'R{{"steps"}}=? {ENDED}', f'R{{"hours"}}=? {ENDED}']
        expected += [law.steps, law.hours]
    told = asked(text, *properties)
    assert told == pytest.approx(expected, rel=ENOUGH, abs=ENOUGH)
    return law


def _coarse(behaviour: Behaviour, hours: int, values: int) -> Behaviour:
    """The behaviour with every delay a few whole steps about its expectation."""
    rows = []
    for place, one in enumerate(behaviour.choices):
        delay = one.delay
        if delay is not None:
            middle = round(delay.expected * (1 if delay.unit == "hours" else 24) / hours)
            least = max(0, middle - 1 - place % 2)
            steps = tuple(float((least + more) * hours) for more in range(values))
            delay = Empirical(values=steps, weights=tuple(1.0 + (place + more) % 3 for more in range(values)))
        rows.append(one.model_copy(update={"delay": delay}))
    return behaviour.model_copy(update={"choices": tuple(rows)})


IDLE = {  # the rules that do not fire: nobody chooses them, or they come too late for it
    ("self_operated", 24): ("M35", "M36"),
    ("third_party", 12): ("S15", "S16", "S52", "S53", "S55", "S56"),
    ("shop_official", 12): ("P27", "P31", "P33", "P50", "P51"),
    ("virtual", 24): ("V21",),
    ("virtual", 12): ("V14", "V21"),
}


@pytest.mark.parametrize(("key", "hours"), IDLE)
def test_storm_says_of_a_shipped_behaviour_what_an_enumeration_says(asked: Asked, key: str, hours: int) -> None:
    workflow, behaviour = orders.get(key), _coarse(Behaviour.default(key), hours, values=3 if hours == 24 else 2)
    law = _agreed(asked, workflow, GUIDE, behaviour, hours)
    assert law.open == 0 and law.rest < naive_law.SMALL
    assert [rule.id for rule in workflow.rules if law.fired[rule.id] == 0] == list(IDLE[key, hours])


@pytest.mark.parametrize(
    ("key", "hours", "most"),
    [("self_operated", 24, 4_300), ("third_party", 24, 5_400), ("virtual", 24, 2_900), ("shop_official", 12, 35_000)],
)
def test_what_makes_no_difference_is_forgotten(built: Callable[..., Any], key: str, hours: int, most: int) -> None:
    """A few thousand states, of which one is final for each final state; more where there are more facts and a finer step."""
    text = render(orders.get(key), "prism", behaviour=_coarse(Behaviour.default(key), hours, values=3))
    model, _ = built(text, 'P=? [F "done"]')
    assert model.nr_states < most
    assert number(model, "done") == sum(state.final for state in orders.get(key).states.values())


def _at_random(workflow: Workflow, dice: random.Random, hours: int) -> Behaviour:
    choices: list[Choice] = []
    for state, name in workflow.rules_at:
        event = workflow.events[name]
        if event.actor != CLOCK:
            choices += [
                Choice(state=state, event=name, weight=dice.choice((0, 1, 2, 5)), delay=_delay(dice, hours), when=_when(workflow, dice))
                for _ in range(dice.choice((0, 1, 1, 1, 2)))
            ]
            if dice.random() < 0.3:
                choices.append(Choice(state=state, event=NOTHING, actor=event.actor.key, weight=dice.choice((0, 1, 3))))
    dice.shuffle(choices)
    opens = {one.name: one.start(GUIDE) for one in workflow.fact_fields if not one.by_policy}
    mix = tuple(
        Share(weight=dice.choice((1, 2, 5)), facts={name: dice.choice(starts) for name, starts in opens.items()})
        for _ in range(dice.choice((1, 2, 3)))
    )
    return Behaviour(order_type=workflow.key, mix=mix, choices=tuple(choices))


def _delay(dice: random.Random, hours: int) -> Quantity:
    steps = sorted(dice.sample(range(9), dice.choice((1, 1, 2, 3))))
    if len(steps) == 1:
        return delay(float(steps[0] * hours))
    return delay(*(float(step * hours) for step in steps), weights=tuple(float(dice.choice((1, 2, 3))) for _ in steps))


def _when(workflow: Workflow, dice: random.Random) -> dict[str, Any]:
    if dice.random() < 0.7:
        return {}
    name, values = dice.choice(list(workflow.domains(GUIDE).items()))
    return {name: tuple(dice.sample(values, dice.randint(1, len(values))))}


@pytest.mark.parametrize(("key", "seed"), [(key, seed) for key in WORKFLOWS for seed in range(SEEDS.get(key, FEWER))])
def test_storm_says_of_any_behaviour_what_an_enumeration_says(asked: Asked, key: str, seed: int) -> None:
    workflow, dice = WORKFLOWS[key], random.Random(f"{key} {seed}")
    hours = HOURS.get(key) or dice.choice((12, 24))
    policy = GUIDE if dice.random() < 0.7 else Policy(on_merchant_silence="escalate", max_resubmissions=1)
    behaviour = _at_random(workflow, dice, hours)
    if policy.max_resubmissions != GUIDE.max_resubmissions:
        counts = {one.name: one.start(policy)[0] for one in workflow.fact_fields if one.up_to}
        mix = tuple(share.model_copy(update={"facts": {**share.facts, **counts}}) for share in behaviour.mix)
        behaviour = behaviour.model_copy(update={"mix": mix})
    _agreed(asked, workflow, policy, behaviour, hours)
