"""What one change does: each effect is the difference of two laws, nothing that matters is left out, and the table is ranked."""

from __future__ import annotations

import json
import os
import signal
import time
from datetime import timedelta
from typing import Any

import pytest

from refund_fsm import BadData, Policy, Rule, orders
from refund_fsm.simulate import Behaviour, Exponential, Sensitivity, first_passage, sensitivity
from refund_fsm.simulate.chain import chain_of
from refund_fsm.simulate.interrupts import Stop, Stopped
from refund_fsm.simulate.law import whatif
from refund_fsm.simulate.law.changes import Change, changes_of
from refund_fsm.simulate.law.solving import solved
from tests.exchange import WORKFLOW as EXCHANGE
from tests.simulate.simulated import START, choice, exchanging, toyed
from tests.toys import ASK, END, PAID, TURN, A, toy

STEP, HORIZON = timedelta(hours=6), timedelta(days=90)
VIRTUAL, DEFAULT = orders.get("virtual"), Behaviour.default("virtual")


@pytest.fixture(scope="module")
def found() -> Sensitivity:
    return sensitivity(VIRTUAL, DEFAULT, start=START, figures=("arbitration", "money:p95", "breach:escalated"), step=STEP, horizon=HORIZON)


def of(behaviour: Behaviour, policy: Policy | None = None) -> dict[str, float]:
    law = first_passage(VIRTUAL, behaviour, start=START, policy=policy, step=STEP, horizon=HORIZON)
    return {name: law.figure(name) for name in ("arbitration", "money:p95", "breach:escalated")}


def row(found: Sensitivity, place: str, change: str) -> Any:
    return next(one for one in found.rows if one.place == place and one.change.en.startswith(change))


def test_each_effect_is_the_difference_of_two_laws(found: Sensitivity) -> None:
    base = of(DEFAULT)
    assert found.base == base
    place = next(place for place, one in enumerate(DEFAULT.choices) if one.event == "complain")
    heavier = DEFAULT.choices[place].model_copy(update={"weight": DEFAULT.choices[place].weight * 1.1})
    rows = (*DEFAULT.choices[:place], heavier, *DEFAULT.choices[place + 1 :])
    more = of(DEFAULT.model_copy(update={"choices": rows}))
    assert row(found, f"choices[{place}].weight", "+10").effects == pytest.approx({name: more[name] - base[name] for name in base})
    slower = of(DEFAULT.changed(state="refunding", event="refund_paid", delay=1.1))
    paid = next(place for place, one in enumerate(DEFAULT.choices) if one.event == "refund_paid")
    assert row(found, f"choices[{paid}].delay", "+10").effects["money:p95"] == pytest.approx(slower["money:p95"] - base["money:p95"])
    asked = of(DEFAULT, Policy(max_evidence_requests=1))
    assert row(found, "policy.max_evidence_requests", "−1").effects == pytest.approx({name: asked[name] - base[name] for name in base})


def test_the_summary_in_each_language(found: Sensitivity) -> None:
    assert "（现在：" in found.summary("zh") and "(now: " in found.summary("en") and "(现在 / now: " in found.summary()
    with pytest.raises(BadData, match="lang: 'fr'"):
        found.summary("fr")  # type: ignore[arg-type]


def test_more_complaints_are_more_arbitration_and_slower_money_is_slower(found: Sensitivity) -> None:
    place = next(place for place, one in enumerate(DEFAULT.choices) if one.event == "complain")
    assert row(found, f"choices[{place}].weight", "+10").effects["arbitration"] > 0.005
    assert row(found, "policy.escalation_working_days", "+1").effects["breach:escalated"] < 0
    assert row(found, "policy.escalation_working_days", "+1").effects["arbitration"] == 0


def test_all_that_can_matter_is_in_it(found: Sensitivity) -> None:
    """Every row that is drawn beside another has a weight, every delay of some length a time, every limit of the workflow two changes."""
    places = [one.place for one in found.rows]
    assert len(set(zip(places, (one.change for one in found.rows), strict=True))) == len(places)
    weights = {int(place.split("[")[1].split("]")[0]) for place in places if place.endswith(".weight") and place.startswith("choices")}
    alone = {one.event for number, one in enumerate(DEFAULT.choices) if number not in weights}
    assert alone == {"start_review", "retry_payout"}
    assert {place for place in places if place.startswith("mix")} == {f"mix[{place}].weight" for place in range(len(DEFAULT.mix))}
    delays = {place for place in places if place.endswith(".delay")}
    assert len(delays) == sum(one.delay is not None and one.delay.expected > 0 for one in DEFAULT.choices)
    policies = {place.removeprefix("policy.") for place in places if place.startswith("policy.")}
    limits = {limit.field for limit in VIRTUAL.limit_rows}
    assert limits | {"max_evidence_requests", "found_at_once_hours"} == policies
    assert places.count("policy.complaint_days") == 2


def test_it_is_ranked(found: Sensitivity) -> None:
    for name in found.base:
        effects = [abs(one.effects[name]) for one in found.ranked(name)]
        assert effects == sorted(effects, reverse=True) and effects[0] > 0
    assert found.ranked("money:p95")[0].place in ("policy.payout_working_days", f"choices[{_paid()}].delay", f"choices[{_paid()}].weight")
    with pytest.raises(BadData, match="figure: 'money:p50'"):
        found.ranked("money:p50")


def _paid() -> int:
    return next(place for place, one in enumerate(DEFAULT.choices) if one.event == "refund_paid")


def test_it_is_shown_and_written(found: Sensitivity) -> None:
    text = found.summary("both", most=3)
    assert "illustrative" in text and "示例" in text and text.count("+10 %") >= 3
    assert "illustrative" not in found.summary("zh") and "示例" not in found.summary("en")
    data = json.loads(found.to_json())
    assert len(data["rows"]) == len(found.rows) and data["base"] == found.base
    assert len(found.to_frame()) == len(found.rows)


def test_the_mix_can_change(found: Sensitivity) -> None:
    """A tenth more of one kind of case, the others scaled: the law of that mix."""
    mix = (DEFAULT.mix[0].model_copy(update={"weight": DEFAULT.mix[0].weight * 1.1}), *DEFAULT.mix[1:])
    more = of(DEFAULT.model_copy(update={"mix": mix}))
    assert row(found, "mix[0].weight", "+10").effects == pytest.approx(
        {name: more[name] - found.base[name] for name in found.base}, abs=1e-9
    )


def test_an_interrupt_leaves_what_is_known(found: Sensitivity) -> None:
    """Ctrl-C while it computes: the rows so far, in order, and it says that they are not all."""
    seen: list[tuple[int, int]] = []

    def note(done: int, of_all: int) -> None:
        seen.append((done, of_all))
        if done == 5:
            signal.raise_signal(signal.SIGINT)

    part = sensitivity(VIRTUAL, DEFAULT, start=START, figures=tuple(found.base), step=STEP, horizon=HORIZON, progress=note)
    assert part.partial and not found.partial and part.rows == found.rows[:5] and part.asked == len(found.rows)
    assert seen == [(done, part.asked) for done in range(1, 6)]
    assert "partial: 5 /" in part.summary("en") and "部分结果" in part.summary("zh") and json.loads(part.to_json())["partial"]


def test_threads_change_nothing(found: Sensitivity) -> None:
    again = sensitivity(VIRTUAL, DEFAULT, start=START, figures=tuple(found.base), step=STEP, horizon=HORIZON, workers=1)
    assert again.rows == found.rows


def test_a_closed_form() -> None:
    """Two exponentials race: a rate is a tenth lower when its mean is a tenth longer."""
    workflow = toy(Rule("T1", A, TURN, END, "assumed"), Rule("T2", A, ASK, PAID, "assumed"))
    rows = choice("a", "turn", Exponential(mean=100)), choice("a", "ask", Exponential(mean=300))
    told = sensitivity(workflow, toyed(*rows), start=START, figures="outcome:end", step=timedelta(hours=1), horizon=timedelta(days=300))
    assert told.base["outcome:end"] == pytest.approx(0.75, abs=1e-5)
    effects = {one.place: one.effects["outcome:end"] for one in told.rows}
    assert effects["choices[0].delay"] == pytest.approx((1 / 110) / (1 / 110 + 1 / 300) - 0.75, abs=1e-5)
    assert "choices[0].weight" not in effects  # nobody has a choice


def test_own_workflows_serve() -> None:
    told = sensitivity(EXCHANGE, exchanging(), start=START, figures=("outcome:replaced",), step=STEP, horizon=HORIZON)
    assert {"policy.return_days", "policy.max_resubmissions"} <= {one.place for one in told.rows}


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("figures", (), "figures: "),
        ("figures", ("statutory",), "statutory is for simulate"),
        ("figures", ("outcome:lost",), "figure: 'outcome:lost'"),
        ("figures", 3, "figures: 3"),
        ("figures", (3,), "figures: "),
        ("workers", 0, "workers: 0"),
        ("progress", 3, "progress: 3"),
        ("step", timedelta(hours=5), "step: "),
    ],
)
def test_bad_input(field: str, value: Any, told: str) -> None:
    with pytest.raises(BadData, match=told):
        sensitivity(VIRTUAL, DEFAULT, **{"start": START, field: value})


def test_what_a_workflow_lacks_is_no_figure() -> None:
    for name in ("arbitration", "money:p101"):
        with pytest.raises(BadData, match=f"figure: '{name}'"):
            sensitivity(EXCHANGE, exchanging(), start=START, figures=(name,))
    workflow = toy(Rule("T1", A, TURN, END, "assumed"))
    told = sensitivity(workflow, toyed(choice("a", "turn", Exponential(mean=9))), start=START, step=STEP, horizon=HORIZON)
    assert list(told.base) == ["end:p95"] and "NaN" not in told.to_json()


def test_an_interrupt_ends_a_change_halfway() -> None:
    """What is computed looks between pieces whether it is to end; the change that was waited for leaves no row."""
    chain = chain_of(VIRTUAL, DEFAULT, START, None)
    stop = Stop()
    stop.asked = True
    with pytest.raises(Stopped):
        solved(chain, STEP, HORIZON, None, None, stop)

    changed = list(changes_of(chain))[:4]

    def effects(change: Change, stop: Stop) -> dict[str, float]:
        if change is changed[2]:
            os.kill(os.getpid(), signal.SIGINT)
            while not stop.asked:  # ends: the main thread gets the signal
                time.sleep(0.01)
            raise Stopped
        return {"x": 1.0}

    rows = whatif._rows(changed, effects, 1, None)
    assert [row.place for row in rows] == [change.place for change in changed[:2]]
