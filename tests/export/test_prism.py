"""The PRISM export, checked by Storm: of toys it says what is worked out by hand, of all workflows what a plain enumeration says.

Skips where stormpy (`pip install stormpy`) is missing. Storm solves the equations directly, so that its answers are good to rounding.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from refund_fsm import CLOCK, Actor, Event, Limit, Policy, Rule, State, Workflow, effect, orders
from refund_fsm.export import render
from refund_fsm.simulate.behaviour import NOTHING, Behaviour, Choice, Share
from refund_fsm.simulate.behaviour.delays import Empirical, Fixed, Quantity
from tests.awkward import WORKFLOW as AWKWARD
from tests.exchange import WORKFLOW as EXCHANGE
from tests.simulate import naive_law
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
    huge,
    lower_flag,
    not_small,
    raise_flag,
    silent,
    small,
    toy,
    unflagged,
)

stormpy = pytest.importorskip("stormpy")
GUIDE = Policy.guide()
ENOUGH = 1e-9
ENDED = '[F "done" | "open"]'
Asked = Callable[..., tuple[float, ...]]


@pytest.fixture
def built(tmp_path: Path) -> Callable[..., Any]:
    """The model that Storm builds of a text, and the properties that it reads. There is never a choice of commands, nor a deadlock."""

    def build(text: str, *properties: str) -> tuple[Any, list[Any]]:
        path = tmp_path / "model.prism"
        path.write_text(text.replace("\ndtmc\n", "\nmdp\n"), encoding="utf-8")
        free = stormpy.build_model(stormpy.parse_prism_program(str(path)))
        assert free.nr_choices == free.nr_states, "two commands are enabled in one state"
        path.write_text(text, encoding="utf-8")
        program = stormpy.parse_prism_program(str(path))
        formulas = stormpy.parse_properties("; ".join(properties), program)
        model = stormpy.build_model(program, formulas)
        assert _number(model, "deadlock") == 0
        return model, formulas

    return build


def _number(model: Any, label: str) -> int:
    count: int = model.labeling.get_states(label).get_number_of_set_bits()
    return count


@pytest.fixture
def asked(built: Callable[..., Any]) -> Asked:
    """What Storm answers to properties of a model."""

    def ask(text: str, *properties: str) -> tuple[float, ...]:
        model, formulas = built(text, *properties)
        (start,) = model.initial_states
        exact = stormpy.environments.exact()  # on floating-point numbers: a direct solver
        return tuple(stormpy.model_checking(model, one, only_initial_states=True, environment=exact).get_value(start) for one in formulas)

    return ask


# 1. Toys, worked out by hand


def at(hours: float, *more: float, weights: tuple[float, ...] | None = None, unit: Any = "hours") -> Quantity:
    """A delay that is fixed, or one of several."""
    return Empirical(values=(hours, *more), weights=weights, unit=unit) if more else Fixed(value=hours, unit=unit)


def row(state: State, event: Any, delay: Quantity | None, weight: float = 1, **when: Any) -> Choice:
    """A row of a behaviour; without a delay, `event` is the actor who does nothing."""
    if delay is None:
        return Choice(state=state.key, event=NOTHING, actor=event.key, weight=weight, when=when)
    return Choice(state=state.key, event=event.name, delay=delay, weight=weight, when=when)


def written(workflow: Workflow, *choices: Choice, hours: int = 12, policy: Policy = GUIDE, mix: tuple[Share, ...] | None = None) -> str:
    """The model of a toy whose cases are small."""
    mix = mix or (Share(weight=1, facts={"size": "s"}),)
    behaviour = Behaviour(order_type="toy", mix=mix, choices=choices)
    return render(workflow, "prism", policy, behaviour=behaviour, step=timedelta(hours=hours))


def test_what_comes_first_and_at_one_instant_the_rule_that_comes_first(asked: Asked) -> None:
    """Both draw 0 h or 24 h. x turns in 3 of 4 cases, then half and half; y asks at once in 1 of 4."""
    workflow = toy(Rule("T1", A, TURN, END, "assumed"), Rule("T2", A, ASK, PAID, "assumed"))
    text = written(
        workflow,
        row(A, TURN, at(0, 24), 3),
        row(A, TURN.actor, None, 1),
        row(A, ASK, at(0, 24, weights=(1, 3))),
        hours=24,
    )
    at_once = 3 / 8 + 5 / 8 * 1 / 4  # x at 0 h; or not, and y at 0 h
    ended = 3 / 8 + 3 / 8 * 3 / 4  # x at 0 h, or at 24 h with y at 24 h too: the first rule
    told = asked(text, 'P=? [F "final_end"]', 'P=? [F "final_paid"]', f'R{{"steps"}}=? {ENDED}', f'R{{"hours"}}=? {ENDED}')
    assert told == pytest.approx((ended, 1 - ended, 1, 24 * (1 - at_once)), abs=ENOUGH)


def test_a_delay_has_the_law_that_the_behaviour_gives_it(asked: Asked) -> None:
    values, weights = (0, 0.5, 2, 5), (1, 3, 0, 4)
    text = written(toy(Rule("T1", A, TURN, END, "assumed")), row(A, TURN, at(*values, weights=weights, unit="days")))
    hours = (0, 12, 24, 48, 108, 120)
    told = asked(text, f'R{{"hours"}}=? {ENDED}', *(f'P=? [F{{"hours"}}<={most} "done"]' for most in hours))
    assert told == pytest.approx((24 * (0.5 * 3 + 5 * 4) / 8, 1 / 8, 4 / 8, 4 / 8, 4 / 8, 4 / 8, 1), abs=ENOUGH)


LIMITS = (  # the limit of b, and hours from the opening: to b, and to the clock
    ("x_hours", 36, 0, 36),
    ("x_hours", 36, 12, 48),
    ("x_days", 2, 0, 72),
    ("x_days", 2, 12, 72),
    ("x_days", 2, 24, 96),
    ("x_working_days", 2, 36, 96),
)


@pytest.mark.parametrize(("field", "length", "entered", "due"), LIMITS)
def test_days_end_at_midnight_and_hours_are_exact(asked: Asked, field: str, length: int, entered: int, due: int) -> None:
    rules = (Rule("T1", A, TURN, B, "assumed"), Rule("T2", B, TICK, END, "assumed"), Rule("T3", B, PAY, PAID, "assumed"))
    workflow = toy(*rules, limits={B: Limit(field, "assumed", length)})
    text = written(workflow, row(A, TURN, at(entered)))
    assert asked(text, 'P=? [F "final_end"]', f'R{{"hours"}}=? {ENDED}') == pytest.approx((1, due), abs=ENOUGH)
    for early, paid in ((0, 0), (12, 1)):  # at the limit's own instant an event is too late
        text = written(workflow, row(A, TURN, at(entered)), row(B, PAY, at(due - entered - early)))
        assert asked(text, 'P=? [F "final_paid"]', f'R{{"hours"}}=? {ENDED}') == pytest.approx((paid, due - early), abs=ENOUGH)


def test_states_are_counted_together_from_outside(asked: Asked) -> None:
    """b has no clock of its own. c is entered before the limit, at it, or long past it: then the clock fires at once."""
    rules = (
        *(Rule("T1", A, TURN, B, "assumed"), Rule("T2", B, TURN, C, "assumed"), Rule("T3", C, TICK, END, "assumed")),
        *(Rule("T4", C, PAY, PAID, "assumed"), Rule("T5", C, ASK, A, "assumed")),
    )
    workflow = toy(*rules, limits={(B, C): Limit("x_hours", "assumed", 48)})
    moves = (row(A, TURN, at(12)), row(B, TURN, at(24, 48, 96)))
    told = asked(written(workflow, *moves, row(C, PAY, at(12))), 'P=? [F "final_paid"]', f'R{{"hours"}}=? {ENDED}')
    assert told == pytest.approx((1 / 3, 12 + (36 + 48 + 96) / 3), abs=ENOUGH)
    text = written(workflow, *moves, row(C, PAY, at(24)), row(C, ASK.actor, None))
    assert asked(text, 'P=? [F "final_end"]', f'R{{"hours"}}=? {ENDED}') == pytest.approx((1, 12 + (48 + 48 + 96) / 3), abs=ENOUGH)
    text = written(workflow, *moves, row(C, ASK, at(0)))  # back to a, which one of three can: every round counts anew
    rounds = asked(text, f'R{{"steps"}}=? {ENDED}', f'R{{"hours"}}=? {ENDED}')
    assert rounds == pytest.approx((3 * 3 / 2, 12 * 3 / 2 + 24 / 2 + (48 + 96) / 2), abs=ENOUGH)


INTERNAL = (
    Rule("T1", A, TURN, END, "assumed", when=(unflagged,)),
    Rule("T2", A, ASK, A, "assumed", effect=raise_flag),
    Rule("T3", A, GO, PAID, "assumed", when=(flagged,)),
)


def test_what_stays_is_used_up_and_leaves_the_other_draws_as_they_are(asked: Asked) -> None:
    """x turns at 0 h or 24 h; y asks at 0 h: it comes after a turn at 0 h, which is not drawn again, and bars that at 24 h."""
    moves = (row(A, TURN, at(0, 24)), row(A, ASK, at(0)))
    told = asked(written(toy(*INTERNAL), *moves), 'P=? [F "done"]', 'P=? [F "open"]', f'R{{"steps"}}=? {ENDED}', f'R{{"hours"}}=? {ENDED}')
    assert told == pytest.approx((1 / 2, 1 / 2, 1, 24 / 2), abs=ENOUGH), "until the turn lapses the case is not yet stuck"
    free = toy(Rule("T1", A, TURN, END, "assumed"), *INTERNAL[1:])
    told = asked(written(free, *moves), 'P=? [F "done"]', 'P=? [F "open"]', f'R{{"steps"}}=? {ENDED}', f'R{{"hours"}}=? {ENDED}')
    assert told == pytest.approx((1, 0, 1 + 1 / 2, 24 / 2), abs=ENOUGH)


def test_a_row_is_drawn_where_it_fits_and_the_workflow_takes_it(asked: Asked) -> None:
    """At the opening nobody can go, for want of a flag: it weighs nothing. `when` bars a row, and weight 0 does."""
    moves = (row(A, GO, at(0), 98), row(A, TURN, at(0), 1), row(A, GO.actor, None, 1, size=("l", "xl")), row(A, TURN, at(24), 0))
    mix = (Share(weight=2, facts={"size": "s"}), Share(weight=3, facts={"size": "l"}), Share(weight=0, facts={"size": "xl"}))
    text = written(toy(*INTERNAL), *moves, mix=mix)
    assert asked(text, 'P=? [F "final_end"]', 'P=? [F "open"]') == pytest.approx((2 / 5 + 3 / 5 / 2, 3 / 5 / 2), abs=ENOUGH)


def test_an_actor_for_whom_nothing_fits_draws_nothing(asked: Asked) -> None:
    text = written(toy(*INTERNAL), row(A, GO, at(0)), row(A, TURN, at(0), size="xl"), row(A, ASK, at(12)))
    assert asked(text, 'P=? [F "open"]', f'R{{"steps"}}=? {ENDED}', f'R{{"hours"}}=? {ENDED}') == pytest.approx((1, 1, 12), abs=ENOUGH)


def test_the_policy_decides_what_it_fixes(asked: Asked) -> None:
    workflow = toy(Rule("T1", A, TURN, END, "assumed", when=(silent,)), Rule("T2", A, GO, PAID, "assumed"))
    for policy, ended in ((GUIDE, 1), (Policy(on_merchant_silence="escalate"), 0)):
        text = written(workflow, row(A, TURN, at(0), 1), row(A, GO, at(0), 0), row(A, GO.actor, None, 0), policy=policy)
        assert asked(text, 'P=? [F "final_end"]', 'P=? [F "open"]') == pytest.approx((ended, 1 - ended), abs=ENOUGH)


def test_of_two_rules_that_hold_the_first_fires(asked: Asked) -> None:
    """As in a workflow that was not checked; of clock rules too."""
    clash = (Rule("T1", A, TURN, END, "assumed", when=(small,)), Rule("T2", A, TURN, B, "assumed"))
    ticks = (Rule("T3", B, TICK, END, "assumed", when=(huge,)), Rule("T4", B, TOCK, PAID, "assumed"))
    mix = tuple(Share(weight=weight, facts={"size": size}) for weight, size in ((1, "s"), (2, "l"), (4, "xl")))
    text = written(toy(*clash, *ticks, limits={B: Limit("x_hours", "assumed", 12)}), row(A, TURN, at(0)), mix=mix)
    assert asked(text, 'P=? [F "final_end"]', f'R{{"hours"}}=? {ENDED}') == pytest.approx((5 / 7, 12 * 6 / 7), abs=ENOUGH)


@effect("flag")
def raise_if_huge(facts: Any) -> Any:
    return replace(facts, flag=True) if facts.size == "xl" else facts


def test_a_fact_is_remembered_as_long_as_an_effect_needs_it(built: Callable[..., Any], asked: Asked) -> None:
    """The size until an effect looks at it, the flag through an effect that leaves it as it is, and neither any longer."""
    ends = (Rule("T4", D, TURN, END, "assumed", when=(flagged,)), Rule("T5", D, GO, PAID, "assumed", when=(unflagged,)))
    workflow = toy(
        *(Rule("T1", A, TURN, B, "assumed", effect=raise_flag), Rule("T2", A, GO, B, "assumed")),
        *(Rule("T3", B, ASK, C, "assumed"), Rule("T6", C, TELL, D, "assumed", effect=raise_if_huge), *ends),
    )
    mix = tuple(Share(weight=weight, facts={"size": size}) for weight, size in ((1, "s"), (2, "l"), (4, "xl")))
    moves = (row(A, TURN, at(0), 1), row(A, GO, at(0), 2), row(B, ASK, at(0)), row(C, TELL, at(0)), row(D, TURN, at(0)), row(D, GO, at(0)))
    text = written(workflow, *moves, mix=mix)
    assert asked(text, 'P=? [F "final_end"]') == pytest.approx((1 / 3 + 2 / 3 * 4 / 7,), abs=ENOUGH)
    model, _ = built(text, 'P=? [F "done"]', 'P=? [F "final_end"]')
    assert (_number(model, "done"), _number(model, "final_end")) == (2, 1)


# 2. Whole workflows, and behaviours at random, enumerated

Z = Actor("z", "丙", "z")
NOD = Event("nod", Z, "点头", "nod")
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
WORKFLOWS = {**{key: orders.get(key) for key in orders.keys()}, EXCHANGE.key: EXCHANGE, AWKWARD.key: AWKWARD, MIXED.key: MIXED}
SEEDS = {AWKWARD.key: 12, MIXED.key: 40}
FEWER = 4
HOURS = {AWKWARD.key: 1}  # its limits are of 5 and 7 hours


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
    ("self_operated", 12): ("M27", "M35", "M36"),
    ("third_party", 24): ("S15", "S16", "S52", "S53", "S55", "S56"),
    ("third_party", 12): ("S15", "S16", "S52", "S53", "S55", "S56"),
    ("virtual", 24): ("V21",),
    ("virtual", 12): ("V14", "V21"),
}


@pytest.mark.parametrize(("key", "hours"), IDLE)
def test_storm_says_of_a_shipped_behaviour_what_an_enumeration_says(asked: Asked, key: str, hours: int) -> None:
    workflow, behaviour = orders.get(key), _coarse(Behaviour.default(key), hours, values=3 if hours == 24 else 2)
    law = _agreed(asked, workflow, GUIDE, behaviour, hours)
    assert law.open == 0 and law.rest < naive_law.SMALL
    assert [rule.id for rule in workflow.rules if law.fired[rule.id] == 0] == list(IDLE[key, hours])


@pytest.mark.parametrize(("key", "most"), [("self_operated", 4_300), ("third_party", 5_400), ("virtual", 2_900)])
def test_what_makes_no_difference_is_forgotten(built: Callable[..., Any], key: str, most: int) -> None:
    """A few thousand states, of which one is final for each final state."""
    text = render(orders.get(key), "prism", behaviour=_coarse(Behaviour.default(key), 24, values=3))
    model, _ = built(text, 'P=? [F "done"]')
    assert model.nr_states < most
    assert _number(model, "done") == sum(state.final for state in orders.get(key).states.values())


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
        return at(float(steps[0] * hours))
    return at(*(float(step * hours) for step in steps), weights=tuple(float(dice.choice((1, 2, 3))) for _ in steps))


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
