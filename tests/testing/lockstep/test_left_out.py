"""Refusals that a service never meets are left out, counted and said; what anything else refuses is asked all the same."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from refund_fsm import Policy, Workflow
from refund_fsm.scenario.path import Player
from refund_fsm.testing.lockstep.implementation import Abilities
from refund_fsm.testing.lockstep.model import Model, Table
from refund_fsm.testing.lockstep.names import fit
from refund_fsm.testing.lockstep.plan import planned
from refund_fsm.testing.lockstep.random_paths import random_paths
from refund_fsm.testing.lockstep.refusing import CAN_BE_LEFT_OUT, reasons
from refund_fsm.testing.lockstep.search import lead
from tests.exchange import WORKFLOW as EXCHANGE
from tests.testing.lockstep.services import VIRTUAL, Details, Service, anybody, failing, quick, without

ABLE = Abilities(True, True, False)


def own_clock(self: Any, real: Any, event: str, by: str, at: datetime, details: Details) -> Any:
    """Looks at its own clock, which never runs backwards."""
    return real(event, by, max(at, self.opened.now), details)


@pytest.mark.parametrize("workflow", [VIRTUAL, EXCHANGE], ids=lambda workflow: workflow.key)
def test_the_first_reason_is_the_code_that_a_case_gives(workflow: Workflow) -> None:
    """Of random inputs, refused and taken, against `RefundCase` itself."""
    table, met = Table(fit(None, workflow), Policy.guide()), set()
    for writer in random_paths(table, ABLE, 60, seed=5):
        model, player = Model(table, writer.opening), Player.opened(workflow, Policy.guide(), writer.opening)
        for event, by, at, details in writer.rows:
            player = player.passed(event, by, at, details)
            if event is not None:
                there = model.fork()
                lead(there, (None, "", max(at, model.now), {}))
                codes = reasons(there, event, by, at if at < model.now else there.now, details)
                code = player.step.refusal if player.step else None
                assert codes[:1] == ((code,) if code else ()), (event, by, at)
                met.add(code)
            lead(model, (event, by, at, details))
    assert met >= {None, "unknown_event", "case_final", "time_reversed", "wrong_state", "wrong_actor", "not_due", "missing_detail"}


def test_a_service_with_a_clock_of_its_own_is_the_same_but_for_what_is_left_out() -> None:
    make = failing("apply", own_clock)
    assert not quick(make, VIRTUAL, criterion="refusals", examples=30).ok
    report = quick(make, VIRTUAL, criterion="refusals", examples=30, leave_out={"time_reversed", "not_due"})
    assert report.ok, str(report)
    assert list(report.left_out) == ["time_reversed", "not_due"] and report.left_out["time_reversed"] > 0
    told = f"time_reversed {report.left_out['time_reversed']}, not_due {report.left_out['not_due']}"
    assert report.text("en").endswith(f"Left out, as refusals that the service never meets, in calls: {told}.")
    assert report.text("zh").endswith(f"未试的拒绝（该服务不会遇到），按次数：{told}。")
    whole = quick(Service, VIRTUAL, criterion="refusals", examples=30)
    assert report.steps == whole.steps - sum(report.left_out.values()) and not whole.left_out


def test_faults_are_found_beside_what_is_left_out_and_its_steps_hold_none_of_it() -> None:
    careless = without(VIRTUAL, "V16")

    class Careless(Service):
        def __init__(self) -> None:
            super().__init__()
            self.workflow = careless

    make = failing("apply", anybody, Careless)
    report = quick(make, VIRTUAL, criterion="refusals", examples=30, leave_out=CAN_BE_LEFT_OUT)
    assert report.counterexample is not None and report.counterexample.steps[-1].fired == ("V16",), str(report)
    assert all(step.refusal is None for step in report.counterexample.steps)
    assert report.divergence is not None and report.divergence.place == len(report.counterexample) == 4
    assert list(report.left_out) == list(CAN_BE_LEFT_OUT) and "Left out" in report.text("en")


def test_what_is_refused_for_another_reason_as_well_is_asked() -> None:
    opening = next(random_paths(Table(fit(None, VIRTUAL), Policy.guide()), ABLE, 1, 0)).opening
    at = opening.at + timedelta(minutes=1)
    told: list[Any] = [
        ("start_review", "buyer", at, {}),  # of another, and not possible yet
        ("reject", "buyer", at, {}),  # the same
        ("contact_support", "platform", at, {}),  # of another, and nothing else
        ("contact_support", "buyer", opening.at - timedelta(days=1), {}),
    ]

    def called(*codes: Any) -> list[str | None]:
        plan = planned(Table(fit(None, VIRTUAL), Policy.guide(), frozenset(codes)), Abilities(False, False, False), opening, told)
        assert [code for _, code in plan.left] == [code for code in ("wrong_actor", "time_reversed") if code in codes]
        return [call.event for call in plan.calls]

    assert called() == ["start_review", "reject", "contact_support", "contact_support"]
    assert called("wrong_actor") == ["start_review", "reject", "contact_support"]
    assert called("wrong_actor", "time_reversed") == ["start_review", "reject"]
