"""Of toys Storm says what is worked out by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from refund_fsm import Limit, Policy, Rule, State, Workflow
from refund_fsm.export import render
from refund_fsm.simulate import Behaviour, Choice, Share
from refund_fsm.simulate.behaviour import NOTHING, Quantity
from tests.export.prism.questions import ENDED, ENOUGH, GUIDE, Asked, delay, raise_if_huge
from tests.storm import number
from tests.toys import ASK, END, GO, PAID, PAY, TELL, TICK, TOCK, TURN, A, B, C, D, flagged, huge, raise_flag, silent, small, toy, unflagged

SIZES = tuple(Share(weight=weight, facts={"size": size}) for weight, size in ((1, "s"), (2, "l"), (4, "xl")))


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


def test_what_comes_first_fires_and_at_one_instant_the_first_rule(asked: Asked) -> None:
    """Both draw 0 h or 24 h. x turns in 3 of 4 cases, then half and half; y asks at once in 1 of 4."""
    workflow = toy(Rule("T1", A, TURN, END, "assumed"), Rule("T2", A, ASK, PAID, "assumed"))
    text = written(
        workflow,
        row(A, TURN, delay(0, 24), 3),
        row(A, TURN.actor, None, 1),
        row(A, ASK, delay(0, 24, weights=(1, 3))),
        hours=24,
    )
    at_once = 3 / 8 + 5 / 8 * 1 / 4  # x at 0 h; or not, and y at 0 h
    ended = 3 / 8 + 3 / 8 * 3 / 4  # x at 0 h, or at 24 h with y at 24 h too: the first rule
    told = asked(text, 'P=? [F "final_end"]', 'P=? [F "final_paid"]', f'R{{"steps"}}=? {ENDED}', f'R{{"hours"}}=? {ENDED}')
    assert told == pytest.approx((ended, 1 - ended, 1, 24 * (1 - at_once)), abs=ENOUGH)


def test_a_delay_has_the_law_that_the_behaviour_gives_it(asked: Asked) -> None:
    values, weights = (0, 0.5, 2, 5), (1, 3, 0, 4)
    text = written(toy(Rule("T1", A, TURN, END, "assumed")), row(A, TURN, delay(*values, weights=weights, unit="days")))
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
    text = written(workflow, row(A, TURN, delay(entered)))
    assert asked(text, 'P=? [F "final_end"]', f'R{{"hours"}}=? {ENDED}') == pytest.approx((1, due), abs=ENOUGH)
    for early, paid in ((0, 0), (12, 1)):  # at the limit's own instant an event is too late
        text = written(workflow, row(A, TURN, delay(entered)), row(B, PAY, delay(due - entered - early)))
        assert asked(text, 'P=? [F "final_paid"]', f'R{{"hours"}}=? {ENDED}') == pytest.approx((paid, due - early), abs=ENOUGH)


SHORT, LONG = Limit("x_hours", "assumed", 12, when=(flagged,)), Limit("x_days", "assumed", 4, when=(flagged,))
PLUS = {name: Limit("x_days", "assumed", 1, plus=name, plus_when=flagged) for name in ("extension_days", "evidence_hours")}
HOURS_PLUS = Limit("x_hours", "assumed", 36, plus="arbitration_working_days", plus_when=flagged)
PLAIN = Limit("x_days", "assumed", 1)
MOVED = (  # rows of the limit of b, the hour in which b is entered, hours from there to an event that raises the flag (None: none), the end
    ((Limit("x_hours", "assumed", 24, when=(huge,)), PLAIN), 12, None, 48),
    ((Limit("x_hours", "assumed", 24, when=(small,)), PLAIN), 12, None, 36),
    ((SHORT, PLAIN), 12, 0, 48),  # it would end at 24, but 48 was told
    ((SHORT, PLAIN), 12, 24, 48),
    ((LONG, PLAIN), 12, 24, 120),
    ((PLUS["extension_days"],), 12, 12, 48 + 168),
    ((PLUS["extension_days"],), 12, 36, 48),  # too late
    ((PLUS["evidence_hours"],), 12, 0, 48 + 48),
    ((HOURS_PLUS,), 0, None, 36),
    ((HOURS_PLUS,), 0, 12, 48 + 168),  # 24:00 of the day in which it would end, and seven days
    ((HOURS_PLUS,), 12, 12, 48 + 168),
)


@pytest.mark.parametrize(("rows", "entered", "flag", "due"), MOVED)
def test_facts_decide_how_a_limit_is_counted_and_move_one_that_runs(
    asked: Asked, rows: tuple[Limit, ...], entered: int, flag: int | None, due: int
) -> None:
    rules = (
        Rule("T1", A, TURN, B, "assumed"),
        Rule("T2", B, TICK, END, "assumed"),
        Rule("T3", B, ASK, B, "assumed", effect=raise_flag),
    )
    moves = [row(A, TURN, delay(entered)), *([] if flag is None else [row(B, ASK, delay(flag))])]
    text = written(toy(*rules, limits={B: rows}), *moves)
    assert asked(text, 'P=? [F "final_end"]', f'R{{"hours"}}=? {ENDED}') == pytest.approx((1, due), abs=ENOUGH)


def test_states_are_counted_together_from_outside(asked: Asked) -> None:
    """b has no clock of its own. c is entered before the limit, at it, or long past it: then the clock fires at once."""
    rules = (
        *(Rule("T1", A, TURN, B, "assumed"), Rule("T2", B, TURN, C, "assumed"), Rule("T3", C, TICK, END, "assumed")),
        *(Rule("T4", C, PAY, PAID, "assumed"), Rule("T5", C, ASK, A, "assumed")),
    )
    workflow = toy(*rules, limits={(B, C): Limit("x_hours", "assumed", 48)})
    moves = (row(A, TURN, delay(12)), row(B, TURN, delay(24, 48, 96)))
    told = asked(written(workflow, *moves, row(C, PAY, delay(12))), 'P=? [F "final_paid"]', f'R{{"hours"}}=? {ENDED}')
    assert told == pytest.approx((1 / 3, 12 + (36 + 48 + 96) / 3), abs=ENOUGH)
    text = written(workflow, *moves, row(C, PAY, delay(24)), row(C, ASK.actor, None))
    assert asked(text, 'P=? [F "final_end"]', f'R{{"hours"}}=? {ENDED}') == pytest.approx((1, 12 + (48 + 48 + 96) / 3), abs=ENOUGH)
    text = written(workflow, *moves, row(C, ASK, delay(0)))  # back to a, which one of three can: every round counts anew
    rounds = asked(text, f'R{{"steps"}}=? {ENDED}', f'R{{"hours"}}=? {ENDED}')
    assert rounds == pytest.approx((3 * 3 / 2, 12 * 3 / 2 + 24 / 2 + (48 + 96) / 2), abs=ENOUGH)


INTERNAL = (
    Rule("T1", A, TURN, END, "assumed", when=(unflagged,)),
    Rule("T2", A, ASK, A, "assumed", effect=raise_flag),
    Rule("T3", A, GO, PAID, "assumed", when=(flagged,)),
)


def test_what_stays_is_used_up_and_leaves_the_other_draws_as_they_are(asked: Asked) -> None:
    """x turns at 0 h or 24 h; y asks at 0 h: it comes after a turn at 0 h, which is not drawn again, and bars that at 24 h."""
    moves = (row(A, TURN, delay(0, 24)), row(A, ASK, delay(0)))
    told = asked(written(toy(*INTERNAL), *moves), 'P=? [F "done"]', 'P=? [F "open"]', f'R{{"steps"}}=? {ENDED}', f'R{{"hours"}}=? {ENDED}')
    assert told == pytest.approx((1 / 2, 1 / 2, 1, 24 / 2), abs=ENOUGH), "until the turn lapses the case is not yet stuck"
    free = toy(Rule("T1", A, TURN, END, "assumed"), *INTERNAL[1:])
    told = asked(written(free, *moves), 'P=? [F "done"]', 'P=? [F "open"]', f'R{{"steps"}}=? {ENDED}', f'R{{"hours"}}=? {ENDED}')
    assert told == pytest.approx((1, 0, 1 + 1 / 2, 24 / 2), abs=ENOUGH)


def test_a_row_is_drawn_where_it_fits_and_the_workflow_takes_it(asked: Asked) -> None:
    """At the opening nobody can go, for want of a flag: it weighs nothing. `when` bars a row, and weight 0 does."""
    moves = (row(A, GO, delay(0), 98), row(A, TURN, delay(0), 1), row(A, GO.actor, None, 1, size=("l", "xl")), row(A, TURN, delay(24), 0))
    mix = (Share(weight=2, facts={"size": "s"}), Share(weight=3, facts={"size": "l"}), Share(weight=0, facts={"size": "xl"}))
    text = written(toy(*INTERNAL), *moves, mix=mix)
    assert asked(text, 'P=? [F "final_end"]', 'P=? [F "open"]') == pytest.approx((2 / 5 + 3 / 5 / 2, 3 / 5 / 2), abs=ENOUGH)


def test_an_actor_for_whom_nothing_fits_draws_nothing(asked: Asked) -> None:
    text = written(toy(*INTERNAL), row(A, GO, delay(0)), row(A, TURN, delay(0), size="xl"), row(A, ASK, delay(12)))
    assert asked(text, 'P=? [F "open"]', f'R{{"steps"}}=? {ENDED}', f'R{{"hours"}}=? {ENDED}') == pytest.approx((1, 1, 12), abs=ENOUGH)


def test_the_policy_decides_what_it_fixes(asked: Asked) -> None:
    workflow = toy(Rule("T1", A, TURN, END, "assumed", when=(silent,)), Rule("T2", A, GO, PAID, "assumed"))
    for policy, ended in ((GUIDE, 1), (Policy(on_merchant_silence="escalate"), 0)):
        text = written(workflow, row(A, TURN, delay(0), 1), row(A, GO, delay(0), 0), row(A, GO.actor, None, 0), policy=policy)
        assert asked(text, 'P=? [F "final_end"]', 'P=? [F "open"]') == pytest.approx((ended, 1 - ended), abs=ENOUGH)


def test_of_two_rules_that_hold_the_first_fires(asked: Asked) -> None:
    """As in a workflow that was not checked; of clock rules too."""
    clash = (Rule("T1", A, TURN, END, "assumed", when=(small,)), Rule("T2", A, TURN, B, "assumed"))
    ticks = (Rule("T3", B, TICK, END, "assumed", when=(huge,)), Rule("T4", B, TOCK, PAID, "assumed"))
    text = written(toy(*clash, *ticks, limits={B: Limit("x_hours", "assumed", 12)}), row(A, TURN, delay(0)), mix=SIZES)
    assert asked(text, 'P=? [F "final_end"]', f'R{{"hours"}}=? {ENDED}') == pytest.approx((5 / 7, 12 * 6 / 7), abs=ENOUGH)


def test_a_fact_is_remembered_as_long_as_an_effect_needs_it(built: Callable[..., Any], asked: Asked) -> None:
    """The size until an effect looks at it, the flag through an effect that leaves it as it is, and neither any longer."""
    ends = (Rule("T4", D, TURN, END, "assumed", when=(flagged,)), Rule("T5", D, GO, PAID, "assumed", when=(unflagged,)))
    workflow = toy(
        *(Rule("T1", A, TURN, B, "assumed", effect=raise_flag), Rule("T2", A, GO, B, "assumed")),
        *(Rule("T3", B, ASK, C, "assumed"), Rule("T6", C, TELL, D, "assumed", effect=raise_if_huge), *ends),
    )
    moves = (
        row(A, TURN, delay(0), 1),
        row(A, GO, delay(0), 2),
        row(B, ASK, delay(0)),
        row(C, TELL, delay(0)),
        row(D, TURN, delay(0)),
        row(D, GO, delay(0)),
    )
    text = written(workflow, *moves, mix=SIZES)
    assert asked(text, 'P=? [F "final_end"]') == pytest.approx((1 / 3 + 2 / 3 * 4 / 7,), abs=ENOUGH)
    model, _ = built(text, 'P=? [F "done"]', 'P=? [F "final_end"]')
    assert (number(model, "done"), number(model, "final_end")) == (2, 1)
