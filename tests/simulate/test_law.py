"""The exact law: closed forms of textbook cases, Storm's answers, Monte Carlo across the Spring Festival, convergence of the lattice."""

from __future__ import annotations

import json
import math
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from refund_fsm import BadData, CalendarOutOfRange, Limit, Policy, Rule, Workflow, export, orders
from refund_fsm.simulate import Behaviour, Exponential, Fixed, Law, Triangular, Uniform, first_passage, simulate
from tests.exchange import WORKFLOW as EXCHANGE
from tests.samples import at
from tests.simulate.simulated import FESTIVAL, POLICIES, START, behaviour_of, choice, every_day_works, toyed
from tests.toys import ASK, END, PAID, PAY, TELL, TICK, TURN, A, B, flagged, raise_flag, toy, unflagged

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ALL = [*(orders.get(key) for key in orders.keys()), EXCHANGE]
KEYS = [workflow.key for workflow in ALL]


def law(workflow: Workflow, *choices: Any, step: timedelta = HOUR, horizon: timedelta = 60 * DAY, **more: Any) -> Law:
    return first_passage(workflow, toyed(*choices), start=more.pop("start", START), step=step, horizon=horizon, **more)


# 1. Textbook cases


def test_a_single_exponential_is_its_closed_form() -> None:
    found = law(toy(Rule("T1", A, TURN, END, "assumed")), choice("a", "turn", Exponential(mean=30)))
    ends = np.arange(1000)
    assert np.abs(found.time_to("end").p[:1000] - (np.exp(-ends / 30) - np.exp(-(ends + 1) / 30))).max() < 1e-9
    mean = found.time_to("end").mean()
    assert mean is not None and mean / HOUR == pytest.approx(30, abs=1e-2)  # inside a cell all places count alike
    assert found.rule_shares["T1"] == pytest.approx(1, abs=1e-9)


def test_the_cells_means_come_closer_with_the_square_of_the_step() -> None:
    workflow, rows = toy(Rule("T1", A, TURN, B, "assumed"), Rule("T2", B, ASK, END, "assumed")), (
        choice("a", "turn", Exponential(mean=20)), choice("b", "ask", Triangular(least=2, mode=5, most=40)),
    )  # fmt: skip
    off = []
    for hours in (4, 2, 1):
        mean = law(workflow, *rows, step=hours * HOUR, start=at("2026-02-12 08:00")).time_to("end").mean()
        assert mean is not None
        off.append(abs(mean / HOUR - (20 + 47 / 3)))
    assert off[0] / off[1] == pytest.approx(4, rel=0.05) and off[1] / off[2] == pytest.approx(4, rel=0.05)
    assert off[2] < 5e-3


@pytest.mark.parametrize(("limit", "hours"), [(Limit("own_hours", "assumed", 48), 48), (Limit("own_days", "assumed", 2), 62)])
def test_a_race_with_a_limit(limit: Limit, hours: int) -> None:
    """Opened at 10:00: 48 hours, or the end of the second day after. The clock wins with the probability to be slower."""
    workflow = toy(Rule("T1", A, TURN, END, "assumed"), Rule("T2", A, TICK, PAID, "assumed"), limits={A: limit})
    found = law(workflow, choice("a", "turn", Exponential(mean=30)))
    assert found.outcomes["paid"] == pytest.approx(math.exp(-hours / 30), abs=1e-12)
    late = found.time_to("paid")
    assert late.quantile(0.5) == hours * HOUR and late.at[0].sum() == pytest.approx(late.total)
    assert found.stays["a"] / HOUR == pytest.approx(30 * (1 - math.exp(-hours / 30)), abs=0.01)


def test_a_limit_that_nothing_enforces_is_a_breach() -> None:
    workflow = toy(Rule("T1", A, TURN, END, "assumed"), limits={A: Limit("own_days", "assumed", 2)})
    found = law(workflow, choice("a", "turn", Exponential(mean=30)))
    assert found.breach_shares["a"] == pytest.approx(math.exp(-62 / 30), abs=1e-12)
    assert found.outcomes["end"] == pytest.approx(1, abs=1e-9)


def test_a_limit_outlives_a_state() -> None:
    """The group's count goes on in the second state: P(X + Y > 62 hours) for two exponentials of one mean."""
    workflow = toy(
        Rule("T1", A, TURN, B, "assumed"), Rule("T2", B, TURN, END, "assumed"), Rule("T3", A, TICK, PAID, "assumed"),
        Rule("T4", B, TICK, PAID, "assumed"), limits={(A, B): Limit("own_days", "assumed", 2)},
    )  # fmt: skip
    rows = choice("a", "turn", Exponential(mean=30)), choice("b", "turn", Exponential(mean=30))
    wanted = math.exp(-62 / 30) * (1 + 62 / 30)
    coarse, fine = (law(workflow, *rows, step=step).outcomes["paid"] for step in (2 * HOUR, HOUR))
    assert fine == pytest.approx(wanted, abs=1e-4) and abs(fine - wanted) < abs(coarse - wanted) / 3.8


def test_two_actors_race() -> None:
    workflow = toy(Rule("T1", A, TURN, END, "assumed"), Rule("T2", A, ASK, PAID, "assumed"))
    rows = choice("a", "turn", Exponential(mean=10)), choice("a", "ask", Exponential(mean=30))
    coarse, fine = law(workflow, *rows, step=2 * HOUR), law(workflow, *rows)
    bound = fine.figures()["outcome:end"].interval
    assert bound.low <= 0.75 <= bound.high and bound.high - bound.low < 2e-3
    assert abs(fine.outcomes["end"] - 0.75) < abs(coarse.outcomes["end"] - 0.75) / 3.8


def test_a_geometric_loop() -> None:
    """Asked again with probability 0.3 each time: at all with 0.3, 3/7 times on the average, and how often it is answered."""
    workflow = toy(Rule("T1", A, TURN, B, "assumed"), Rule("T2", B, ASK, A, "assumed"), Rule("T3", B, TELL, END, "assumed"))
    again, enough = choice("b", "ask", Exponential(mean=2), 3), choice("b", "tell", Exponential(mean=2), 7)
    found = law(workflow, choice("a", "turn", Exponential(mean=3)), again, enough)
    assert found.rule_shares["T2"] == pytest.approx(0.3, abs=1e-9)
    assert found.rule_counts["T2"] == pytest.approx(3 / 7, abs=1e-9)
    assert found.rule_shares["T1"] == pytest.approx(1, abs=1e-9) and found.rule_counts["T1"] == pytest.approx(10 / 7, abs=1e-9)
    assert found.state_shares["b"] == pytest.approx(1, abs=1e-9)
    assert found.steps == pytest.approx(20 / 7, abs=1e-8)


def test_ties_go_by_the_limit_then_by_the_order_of_the_rules() -> None:
    workflow = toy(
        Rule("T1", A, ASK, B, "assumed"), Rule("T2", A, TURN, END, "assumed"), Rule("T3", B, TICK, PAID, "assumed"),
        Rule("T4", B, TURN, END, "assumed"), limits={B: Limit("own_hours", "assumed", 5)},
    )  # fmt: skip
    rows = [choice("a", "turn", Fixed(value=7)), choice("a", "ask", Fixed(value=7)), choice("b", "turn", Fixed(value=5))]
    found = law(workflow, *rows)
    assert found.outcomes["paid"] == 1.0 and found.time_to("paid").quantile(0.5) == 12 * HOUR
    inside = law(workflow, *rows, start=at("2026-02-12 10:30"))  # off the lattice: all of it just as far inside its cell
    assert inside.outcomes["paid"] == pytest.approx(1.0) and inside.time_to("paid").mean() == 12 * HOUR


def test_an_internal_event_is_told_by_where_it_leads() -> None:
    """The flag is raised first with the probability of the faster exponential; either way the case ends by the same event."""
    workflow = toy(
        Rule("T1", A, TURN, A, "assumed", effect=raise_flag),
        Rule("T2", A, ASK, B, "assumed"),
        Rule("T3", B, TELL, END, "assumed", when=(flagged,)),
        Rule("T4", B, PAY, PAID, "assumed", when=(unflagged,)),
    )
    rows = [
        choice("a", "turn", Exponential(mean=10)), choice("a", "ask", Exponential(mean=30)), choice("b", "tell"), choice("b", "pay"),
    ]  # fmt: skip
    found = law(workflow, *rows)
    assert found.outcomes["end"] == pytest.approx(0.75, abs=1e-3) and found.outcomes["paid"] == pytest.approx(0.25, abs=1e-3)
    assert found.rule_shares["T1"] == pytest.approx(found.outcomes["end"], abs=1e-12)
    assert found.paid_fen == pytest.approx(9900 * found.outcomes["paid"], abs=1e-6)


def test_what_the_law_cannot_follow_is_refused() -> None:
    """An internal event that bars another one which was drawn."""
    workflow = toy(Rule("T1", A, TURN, A, "assumed", effect=raise_flag), Rule("T2", A, ASK, END, "assumed", when=(unflagged,)))
    with pytest.raises(BadData, match=r"behaviour: 'a'; expected internal events that leave alone"):
        law(workflow, choice("a", "turn", Exponential(mean=10)), choice("a", "ask", Exponential(mean=30)))


def test_waiting_for_ever_is_open() -> None:
    workflow = toy(Rule("T1", A, TURN, END, "assumed"))
    found = law(workflow, choice("a", "turn", Exponential(mean=2), 3), choice("a", "nothing", None, 1, actor="x"))
    assert found.outcomes["open"] == pytest.approx(0.25, abs=1e-9)
    assert found.stays["a"] / DAY == pytest.approx(15, abs=0.1)


# 2. Second opinions


@pytest.mark.parametrize("silence", ["approve", "escalate"])
@pytest.mark.parametrize("hours", [24, 12])
@pytest.mark.parametrize("workflow", ALL[:3], ids=KEYS[:3])
def test_storm_says_the_same(workflow: Workflow, hours: int, silence: str, tmp_path: Path) -> None:
    """Outcomes and expected steps to 1e-8, on a calendar without holidays and a coarse step."""
    stormpy = pytest.importorskip("stormpy")
    step = hours * HOUR
    policy = every_day_works(tmp_path, on_merchant_silence=silence)
    behaviour = Behaviour.default(workflow.key).on_lattice(step)
    found = first_passage(workflow, behaviour, start=at("2026-02-12 00:00"), policy=policy, step=step, horizon=700 * DAY)
    text = export.render(workflow, "prism", policy, behaviour=behaviour, step=step)
    path = tmp_path / "model.prism"
    path.write_text(text, encoding="utf-8")
    program = stormpy.parse_prism_program(str(path))
    names = [name for name in re.findall(r'label "(\w+)"', text) if name.startswith("final_")]
    asked = stormpy.parse_properties("; ".join([*(f'P=? [F "{name}"]' for name in names), 'R{"steps"}=? [F "done"|"open"]']), program)
    model = stormpy.build_model(program, asked)
    exact = stormpy.environments.exact()
    start = model.initial_states[0]
    told = [float(stormpy.model_checking(model, one, only_initial_states=True, environment=exact).get_value(start)) for one in asked]
    for name, value in zip(names, told, strict=False):
        assert found.outcomes[name.removeprefix("final_")] == pytest.approx(value, abs=1e-8), name
    assert len(names) == 3 and found.steps == pytest.approx(told[-1], abs=1e-8)


CASES = 60_000


@pytest.mark.parametrize("start", FESTIVAL)
@pytest.mark.parametrize("policy", ["guide", "statute", "escalate"])
@pytest.mark.parametrize("workflow", ALL, ids=KEYS)
def test_the_simulation_agrees(workflow: Workflow, policy: str, start: str) -> None:
    """Every figure within its errors: the law's bound and 4.8 standard errors (some 600 figures of a workflow are compared)."""
    behaviour = behaviour_of(workflow)
    exact = first_passage(workflow, behaviour, start=at(start), policy=POLICIES[policy], step=2 * HOUR).figures()
    played = simulate(workflow, behaviour, cases=CASES, seed=20260212, start=at(start), policy=POLICIES[policy], workers=2)
    sampled = played.figures()
    assert set(sampled) - set(exact) <= {"statutory"}
    for name, figure in exact.items():
        one, other = figure.interval, sampled[name].interval
        if math.isnan(one.value) or math.isnan(other.value):
            assert math.isnan(one.value) and math.isnan(other.value), name
            continue
        error = _error(name, (other.high - other.low) / 2 / 1.96, played)
        assert abs(one.value - other.value) <= (one.high - one.low) / 2 + 4.8 * error + 1e-9, (name, one, other)


def _error(name: str, half: float, played: Any) -> float:
    """The standard error of a figure, for those that carry no interval from their spread."""
    if name.startswith("stay:"):
        stays = played.sums.stays[list(played.workflow.states).index(name.removeprefix("stay:"))]
        hours = np.arange(len(stays)) + 1.0
        return float(np.sqrt(3 * (stays * hours**2).sum()) / CASES)  # of a sum over up to three stays of a case
    return max(half, 1 / CASES)


def test_on_a_lattice_of_delays_there_is_no_error() -> None:
    """Delays rounded to half days: simulation and law are the same process, and 400,000 cases differ by chance alone."""
    workflow, step = orders.get("third_party"), 12 * HOUR
    behaviour = Behaviour.default(workflow.key).on_lattice(step, calendar=True)
    start = at("2026-02-12 12:00")
    found = first_passage(workflow, behaviour, start=start, step=step)
    played = simulate(workflow, behaviour, cases=400_000, seed=1, start=start, workers=2)
    for name, one in played.rule_shares.items():
        assert found.rule_shares[name] == pytest.approx(one.value, abs=4.8 * max((one.high - one.low) / 3.92, 1e-6)), name
    money = played.time_to_money
    at_edges = found.time_to_money.at[0]
    assert found.time_to_money.at[1].sum() == 0
    shares = money.counts[: 24 * 60] / played.cases
    for cell in range(len(at_edges[: 2 * 60])):
        spread = math.sqrt(at_edges[cell] / played.cases)
        assert shares[cell * 12] == pytest.approx(at_edges[cell], abs=5 * spread + 1e-5), cell


@pytest.mark.parametrize("workflow", ALL, ids=KEYS)
def test_halving_the_step_converges(workflow: Workflow) -> None:
    """What changes from 2 hours to 1 is less than a half of what changes from 4 to 2, in all that changes at all."""
    one, two, four = (
        first_passage(workflow, behaviour_of(workflow), start=at("2026-02-12 08:00"), step=h * HOUR).values() for h in (1, 2, 4)
    )
    for name, (_, value) in one.items():
        fine, coarse = abs(value - two[name][1]), abs(two[name][1] - four[name][1])
        assert math.isnan(value) or fine <= 0.5 * coarse + 1e-4 * max(abs(value), 1e-3), name


# 3. What it says of itself


def test_mass_is_kept_and_outcomes_sum_to_one() -> None:
    for workflow in ALL:
        found = first_passage(workflow, behaviour_of(workflow), start=START, step=3 * HOUR, horizon=20 * DAY)
        assert math.fsum(found.outcomes.values()) == pytest.approx(1, abs=1e-9)
        assert sum(found.stays.values(), timedelta()) + sum(
            ((20 * DAY) * found.time_to(key).total - (found.time_to(key).mean() or timedelta()) * found.time_to(key).total
             for key, state in workflow.states.items() if state.final), timedelta(),
        ) == pytest.approx(20 * DAY, abs=2 * HOUR)  # fmt: skip


def test_a_distribution_answers() -> None:
    found = law(toy(Rule("T1", A, TURN, END, "assumed")), choice("a", "turn", Uniform(least=10, most=20))).time_to("end")
    assert found.cdf(15 * HOUR) == pytest.approx(0.5) and found.cdf(15.5 * HOUR) == pytest.approx(0.55)
    assert found.quantile(0.25) == pytest.approx(12.5 * HOUR, abs=timedelta(seconds=1)) and found.mean() == pytest.approx(
        15 * HOUR, abs=timedelta(seconds=1)
    )
    assert found.cdf(-HOUR) == 0 and found.cdf(90 * DAY) == pytest.approx(1)
    with pytest.raises(BadData, match="a share between 0 and 1"):
        found.quantile(1.0)


@pytest.mark.parametrize(
    ("argument", "value", "told"),
    [
        ("step", timedelta(hours=5), "step: .*divides a day"),
        ("step", timedelta(0), "step: "),
        ("step", 3600, "step: 3600; expected a timedelta"),
        ("step", timedelta(microseconds=7), "step: "),
        ("step", timedelta(seconds=1), "at most 200,000"),
        ("horizon", timedelta(minutes=1), "horizon: "),
        ("horizon", timedelta(days=5000), "horizon: .*3,650 days"),
        ("start", START.replace(tzinfo=None), "start: .*time zone"),
        ("policy", "guide", "policy: 'guide'; expected a Policy"),
        ("behaviour", "default", "behaviour: 'default'; expected a Behaviour"),
    ],
)
def test_bad_input(argument: str, value: Any, told: str) -> None:
    given: dict[str, Any] = {"behaviour": Behaviour.default("virtual"), "start": START, argument: value}
    with pytest.raises(BadData, match=told):
        first_passage(orders.get("virtual"), given.pop("behaviour"), **given)


def test_a_calendar_that_must_not_guess_is_not_made_to() -> None:
    virtual, behaviour, strict = orders.get("virtual"), Behaviour.default("virtual"), Policy(beyond="error")
    with pytest.raises(CalendarOutOfRange, match="a shorter horizon"):
        first_passage(virtual, behaviour, start=at("2026-11-01 00:00"), policy=strict)
    assert not first_passage(virtual, behaviour, start=START, policy=strict).provisional
    assert not first_passage(virtual, behaviour, start=at("2026-10-01 00:00")).provisional  # all have ended long before
    assert first_passage(virtual, behaviour, start=at("2026-12-01 00:00")).provisional


def test_it_is_written_and_drawn() -> None:
    found = first_passage(orders.get("virtual"), Behaviour.default("virtual"), start=START, step=6 * HOUR)
    data = json.loads(found.to_json())
    assert data["illustrative"] is True and data["figures"]["outcome:refunded"]["interval"][0] == found.outcomes["refunded"]
    assert sum(data["time_to_money"]["cells"]) == pytest.approx(found.time_to_money.total)
    assert "illustrative" in found.diagram(lang="en").svg()
    assert found.figure("money:p80") > found.figure("money:p50")
    with pytest.raises(BadData, match="figure: 'money:p100'"):
        found.figure("money:p100")


def test_limits_in_hours_are_whole_steps() -> None:
    """The deadline of a limit that is none would be off by up to a step: refused, naming the limit."""
    workflow = toy(
        Rule("T1", A, TURN, END, "assumed"), Rule("T2", A, TICK, PAID, "assumed"), limits={A: Limit("own_hours", "assumed", 8)},
    )  # fmt: skip
    with pytest.raises(BadData, match=r"step: .*the limit own_hours, 8 hours, is a whole multiple"):
        law(workflow, choice("a", "turn", Exponential(mean=30)), step=3 * HOUR)
    found = law(workflow, choice("a", "turn", Exponential(mean=30)), step=4 * HOUR, start=at("2026-02-12 08:00"))
    assert found.outcomes["paid"] == pytest.approx(math.exp(-8 / 30), abs=1e-12)
    assert math.isnan(law(workflow, choice("a", "turn", Exponential(mean=30)), step=8 * HOUR).figures()["outcome:paid"].interval.low)


def test_nobody_does_anything() -> None:
    workflow = toy(Rule("T1", A, TURN, END, "assumed"), Rule("T2", A, TICK, PAID, "assumed"), limits={A: Limit("own_hours", "assumed", 8)})
    assert law(workflow, choice("a", "nothing", None, 1, actor="x")).outcomes["paid"] == 1.0


def test_near_the_end_of_the_known_days() -> None:
    """No rows for deadlines that are not known: a clear error, or an answer where all is known."""
    shop, behaviour = orders.get("third_party"), Behaviour.default("third_party")
    with pytest.raises(CalendarOutOfRange, match="a shorter horizon"):
        first_passage(shop, behaviour, start=at("2026-11-01 00:00"), policy=Policy(beyond="error"), horizon=90 * DAY)
    found = first_passage(shop, behaviour, start=at("2026-11-01 00:00"), policy=Policy(beyond="error"), horizon=40 * DAY, step=4 * HOUR)
    assert math.fsum(found.outcomes.values()) == pytest.approx(1)


def test_an_internal_event_that_may_have_happened_before() -> None:
    """In a state without a limit, entered again and again: told each time with probability ½, so ever with 2/3, once on the average."""
    workflow = toy(
        Rule("T1", A, TURN, B, "assumed"),
        Rule("T2", B, ASK, A, "assumed"),
        Rule("T3", B, TURN, END, "assumed"),
        Rule("T4", A, TELL, A, "assumed"),
    )
    rows = [choice("a", "turn", Exponential(mean=10)), choice("b", "ask", Exponential(mean=5))]
    found = law(workflow, *rows, choice("b", "turn", Exponential(mean=5)), choice("a", "tell", Exponential(mean=10)))
    assert found.rule_shares["T4"] == pytest.approx(2 / 3, abs=1e-3)
    assert found.rule_counts["T4"] == pytest.approx(1, abs=1e-3)
