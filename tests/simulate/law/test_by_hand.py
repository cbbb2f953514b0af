"""The law of small workflows is what is worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from refund_fsm import BadData, Limit, Rule
from refund_fsm.simulate import Exponential, Fixed, Triangular
from tests.samples import at
from tests.simulate.law.asked import DAY, HOUR, law
from tests.simulate.simulated import choice
from tests.toys import ASK, END, PAID, PAY, TELL, TICK, TURN, A, B, flagged, raise_flag, toy, unflagged


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
def test_a_limit_wins_a_race_by_the_chance_that_all_others_are_slower(limit: Limit, hours: int) -> None:
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


def test_of_two_actors_the_faster_wins_the_race() -> None:
    workflow = toy(Rule("T1", A, TURN, END, "assumed"), Rule("T2", A, ASK, PAID, "assumed"))
    rows = choice("a", "turn", Exponential(mean=10)), choice("a", "ask", Exponential(mean=30))
    coarse, fine = law(workflow, *rows, step=2 * HOUR), law(workflow, *rows)
    bound = fine.figures()["outcome:end"].interval
    assert bound.low <= 0.75 <= bound.high and bound.high - bound.low < 2e-3
    assert abs(fine.outcomes["end"] - 0.75) < abs(coarse.outcomes["end"] - 0.75) / 3.8


def test_a_loop_is_gone_round_a_geometric_number_of_times() -> None:
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


def test_where_nobody_does_anything_the_clock_ends_it() -> None:
    workflow = toy(Rule("T1", A, TURN, END, "assumed"), Rule("T2", A, TICK, PAID, "assumed"), limits={A: Limit("own_hours", "assumed", 8)})
    assert law(workflow, choice("a", "nothing", None, 1, actor="x")).outcomes["paid"] == 1.0


def test_an_internal_event_is_told_even_where_it_may_have_happened_before() -> None:
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
