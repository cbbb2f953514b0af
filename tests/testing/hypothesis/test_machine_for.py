"""`machine_for`: right implementations run, faults are found and shrink to a few readable steps, and users can build on it."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime
from functools import partial
from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from refund_fsm import BadData, Order, Policy, Workflow, orders
from refund_fsm.testing import BareCase, CaseImplementation, LockstepMachine, Names, machine_for, register_profiles, settings_for
from tests.testing.lockstep.renamed import NAMES, Coarse
from tests.testing.lockstep.services import SHIFTED, VIRTUAL, OneTooFew, anybody, failing, never, over, variant, without
from tests.workflows import EVERY_WORKFLOW_AND_OWN

BRIEF = settings(settings_for("ci"), max_examples=12, stateful_step_count=20)
# What fails is not explained, which would be to run it again and again.
STEADY = settings(settings_for("ci"), max_examples=100, stateful_step_count=20, phases=[Phase.generate, Phase.shrink])
HASTY = settings(STEADY, phases=[Phase.generate])


@EVERY_WORKFLOW_AND_OWN
@pytest.mark.parametrize("kind", [BareCase, CaseImplementation])
def test_refund_case_itself_passes(workflow: Workflow, kind: type[BareCase]) -> None:
    policy = Policy(on_merchant_silence="escalate")
    run_state_machine_as_test(machine_for(partial(kind, workflow, policy), workflow, policy=policy), settings=BRIEF)


def test_it_can_be_run_as_a_test_case() -> None:
    machine = machine_for(over(VIRTUAL), VIRTUAL, profile="ci")
    case: Any = machine.TestCase
    assert machine.__name__ == "Lockstep_virtual" and issubclass(machine, LockstepMachine)
    assert (case.settings.max_examples, case.settings.derandomize, case.settings.deadline) == (100, True, None)
    case.settings = BRIEF
    case("runTest").runTest()


def steps_of(machine: type[LockstepMachine], chosen: settings = STEADY) -> tuple[str, list[str]]:
    """What failed, and the steps of the shortest example."""
    with pytest.raises(AssertionError) as caught:
        run_state_machine_as_test(machine, settings=chosen)
    lines = "\n".join(getattr(caught.value, "__notes__", ())).splitlines()
    return str(caught.value), [line for line in lines if line.startswith(("state.a", "state.the_clock", "state.the_order"))]


FAULTS: list[tuple[Any, str]] = [
    (over(without(VIRTUAL, "V13")), "cancel at "),
    (over(variant(VIRTUAL, "V07", dest=VIRTUAL.states["closed"])), "the state is 'closed'; expected 'rejected'"),
    (failing("apply", anybody), "apply gave True; expected False"),
    (over(SHIFTED, CaseImplementation), "the deadline is"),
]


@pytest.mark.parametrize(("make", "told"), FAULTS, ids=["dropped", "redirected", "anybody", "deadline"])
def test_a_fault_is_found(make: Any, told: str) -> None:
    failed, _ = steps_of(machine_for(make, VIRTUAL), HASTY)
    assert told in failed


class Deaf(CaseImplementation):
    """Hears the news of its order, and goes on with the order that it was opened with."""

    def news(self, order: Order, at: datetime) -> None:
        assert order.id == self.opened.order.id
        super().news(self.opened.order, at)


def test_news_of_the_order_is_told_to_who_hears_it() -> None:
    shop = orders.get("third_party")
    failed, steps = steps_of(machine_for(partial(Deaf, shop, Policy.guide()), shop), HASTY)
    assert "the_order_has_news" in "".join(steps) and "expected" in failed


def test_what_fails_shrinks_to_few_readable_steps() -> None:
    failed, steps = steps_of(machine_for(over(variant(VIRTUAL, "V02", dest=VIRTUAL.states["rejected"])), VIRTUAL))
    assert failed.startswith("after start_review at ") and "the state is 'rejected'; expected 'reviewing'" in failed
    assert steps == [
        "state.a_legal_event_is_sent(event=<contact_support by buyer>, wait='at once')",
        "state.a_legal_event_is_sent(event=<start_review by platform>, wait='at once')",
    ]


def test_a_foreign_service_runs_under_its_own_names() -> None:
    run_state_machine_as_test(machine_for(Coarse, VIRTUAL, names=NAMES), settings=BRIEF)
    with pytest.raises(AssertionError):
        run_state_machine_as_test(machine_for(over(VIRTUAL), VIRTUAL, names=Names(by_itself=("start_review",))), settings=HASTY)


class Checked(machine_for(over(VIRTUAL), VIRTUAL)):  # type: ignore[misc]  # a class that is made when the module is read
    """What a user adds: an invariant, by the hook and by a decorator, and a rule."""

    def __init__(self) -> None:
        super().__init__()
        self.checks = self.extra = 0

    def check(self) -> None:
        self.checks += 1
        assert self.service.state() == self.model.node.state
        log.append(self.service.state())

    @invariant()
    def another(self) -> None:
        self.extra += 1

    @rule()
    def everything_is_told_twice(self) -> None:
        legal = self.legal()
        if legal and not self.model.node.final:
            taken = self.send(legal[0].event, legal[0].by, self.model.now, legal[0].given)
            assert taken, legal


log: list[str] = []


def test_a_user_builds_on_it() -> None:
    log.clear()
    run_state_machine_as_test(Checked, settings=BRIEF)
    assert len(log) > 50 and {"draft", "requested", "reviewing"} <= {*log}

    class Broken(Checked):
        def check(self) -> None:
            assert self.service.state() != "requested", "never requested"

    failed, _ = steps_of(Broken, HASTY)
    assert failed.startswith("never requested")


def test_every_sort_of_attempt_comes_up() -> None:
    tried: set[str] = set()

    class Listening(machine_for(over(VIRTUAL, CaseImplementation), VIRTUAL)):  # type: ignore[misc]  # as above
        def check(self) -> None:
            tried.update(one.sort for one in self.illegal())
            ended.add(self.model.node.final)

    ended: set[bool] = set()
    run_state_machine_as_test(Listening, settings=BRIEF)
    assert ended == {True, False}, "a case that has ended is gone on with"
    assert tried == {"unknown", "not possible here, or barred by a guard", "without note", "without evidence", "not the actor's", "not due"}


def test_an_implementation_is_closed_each_time() -> None:
    counts = [0, 0]

    class Closing(BareCase):
        def __init__(self) -> None:
            super().__init__(VIRTUAL)
            counts[0] += 1

        def close(self) -> None:
            counts[1] += 1

    run_state_machine_as_test(machine_for(Closing, VIRTUAL), settings=settings(BRIEF, phases=[Phase.generate]))
    assert counts[0] == counts[1] > 5


def test_profiles() -> None:
    sizes = [(settings_for(name).max_examples, settings_for(name).stateful_step_count) for name in ("dev", "ci", "nightly")]
    assert sizes == sorted(sizes) and sizes[0][0] == 50
    before = settings().max_examples
    register_profiles()
    assert settings.get_profile("refund_fsm_nightly").max_examples == 5000 and settings().max_examples == before
    with pytest.raises(BadData, match="profile: 'weekly'; expected one of dev, ci, nightly"):
        settings_for("weekly")  # type: ignore[arg-type]  # on purpose


BAD: list[tuple[dict[str, Any], str]] = [
    ({"make": 3}, "make: 3;"),
    ({"make": OneTooFew}, "make().apply: "),
    ({"workflow": None}, "workflow: None;"),
    ({"policy": 1}, "policy: 1;"),
    ({"names": 1}, "names: 1;"),
    ({"names": Names(states={"a": "draft"})}, "names.states: 'requested';"),
    ({"profile": "x"}, "profile: 'x';"),
    (
        {"make": over(VIRTUAL), "names": Names(events={name: name for name in VIRTUAL.events if "timeout" not in name})},
        "names.events: 'evidence_timeout';",
    ),
]


@pytest.mark.parametrize(("arguments", "told"), BAD, ids=[told for _, told in BAD])
def test_bad_arguments(arguments: dict[str, Any], told: str) -> None:
    with pytest.raises(BadData) as caught:
        machine_for(**{"make": never, "workflow": VIRTUAL, **arguments})
    assert str(caught.value).startswith(told)


def test_without_hypothesis_the_way_to_get_it_is_told() -> None:
    code = (
        "import sys; sys.modules['hypothesis'] = None\n"
        "import refund_fsm.testing as t\n"
        "try: t.machine_for\nexcept Exception as error: print(type(error).__name__, error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("MissingPart the state machine needs hypothesis, which is not installed: ")
    assert done.stdout.endswith('pip install "hypothesis<7,>=6.122"\n')
