"""The shared `transitions` machine makes every move, and the traps of that package stay shut."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from transitions import Event, Machine, MachineError

import refund_fsm
from refund_fsm import RefundCase, Refused, Rule, Workflow, WorkflowError, guard, orders
from refund_fsm.case import machine
from refund_fsm.case.machine import Cursor, stepper_of
from tests.samples import at, case, play
from tests.small import FINISH, OPEN, R1, R2, R3, R4, build

PACKAGE = Path(refund_fsm.__file__).parent


@pytest.fixture
def triggers(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Every trigger of a `transitions` event from now on: (event, source)."""
    seen: list[tuple[str, str]] = []
    trigger = Event.trigger

    def spy(self: Event, model: Any, *args: Any, **kwargs: Any) -> bool:
        seen.append((self.name, model.state))
        return bool(trigger(self, model, *args, **kwargs))

    monkeypatch.setattr(Event, "trigger", spy)
    return seen


def test_each_accepted_step_is_one_trigger(triggers: list[tuple[str, str]]) -> None:
    one = play(
        case(),
        "2026-02-13 10:00 | buyer | contact_merchant",
        "2026-02-17 10:00 | buyer | submit",  # the clock fires first
        "2026-02-17 11:00 | buyer | add_evidence",
    )
    assert triggers == [(step.event, step.source.key) for step in one.steps]
    one.ask("cancel", at=one.now, by="buyer")
    one.actions(at=one.now, by="merchant")
    with pytest.raises(Refused):
        one.apply("ship_return", at=one.now, by="buyer")
    assert len(triggers) == len(one.steps)
    later = one.advance(to=at("2026-03-01 10:00"))
    assert triggers == [(step.event, step.source.key) for step in later.steps]


def test_the_machine_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Event, "trigger", lambda *_, **__: False)
    with pytest.raises(Refused):
        case().apply("submit", at=at("2026-02-13 10:00"), by="buyer")


@pytest.mark.parametrize("order_type", orders.keys())
def test_one_machine_without_models_or_callbacks(order_type: str) -> None:
    workflow = orders.get(order_type)
    shared = stepper_of(workflow).machine
    assert stepper_of(workflow).machine is shared
    assert type(shared) is Machine
    assert shared.models == []
    assert (shared.send_event, shared.has_queue, shared.ignore_invalid_triggers) == (False, False, None)
    assert set(shared.events) == set(workflow.events), "no to_* triggers"
    for event in shared.events.values():
        for transitions in event.transitions.values():
            for transition in transitions:
                assert not (transition.before or transition.after or transition.prepare)
                assert all(condition.func in workflow.guards.values() for condition in transition.conditions), "the guards themselves"
    for state in shared.states.values():
        assert not (state.on_enter or state.on_exit)


def test_playing_keeps_no_model_alive() -> None:
    shared = stepper_of(orders.get("third_party")).machine
    for _ in range(50):
        play(case(), "2026-02-13 10:00 | buyer | submit")
    assert shared.models == []


@guard(zh="会出错", en="it breaks")
def breaks(facts: Any) -> bool:
    if facts.size == "s":
        return True
    raise RuntimeError("a guard that breaks")


def test_a_guard_that_breaks_leaves_nothing_behind() -> None:
    with pytest.raises(
        WorkflowError, match=r"^rule X5: its guard breaks: it raised RuntimeError: a guard that breaks for size='l'$"
    ) as caught:
        build((R1, R2, R3, R4, Rule("X5", OPEN, FINISH, R2.dest, "A4", when=(breaks,))))
    assert isinstance(caught.value.__cause__, RuntimeError)
    workflow = build()
    cursor = Cursor("waiting")

    class Facts:
        @property
        def size(self) -> str:
            raise RuntimeError("facts that break")

    with pytest.raises(RuntimeError, match="facts that break"):
        stepper_of(workflow).machine.events["expire"].trigger(cursor, Facts())
    assert cursor.state == "waiting"
    with pytest.raises(MachineError):
        stepper_of(workflow).fire("open", "expire", Facts())


def test_steppers_are_not_shared_between_equal_tables_nor_kept_alive() -> None:
    import gc
    import weakref

    one, other = build(), build()
    assert stepper_of(one) is not stepper_of(other)
    gone = weakref.ref(one)
    stepper_of(one)
    del one
    gc.collect()
    assert gone() is None


def test_internal_rules_are_internal_transitions() -> None:
    workflow = orders.get("third_party")
    shared = stepper_of(workflow).machine
    dests: Counter[bool] = Counter()
    for rule in workflow.rules:
        for transition in shared.events[rule.event.name].transitions[rule.source.key]:
            dests[transition.dest is None] += transition.dest is None or transition.dest == rule.dest.key
    assert dests[True] == sum(rule.internal for rule in workflow.rules)


# How the package is built


def imports_of(path: Path) -> set[str]:
    """The modules that a file names in its imports, wherever they stand."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


BESIDE = {  # a picture of its own, where an annotation alone names it; names of holidays, which judge no day
    "graphviz": ("diagram/map_of_changes.py", "diagram/statements.py"),
    "chinese_calendar": ("workflow/festivals.py",),
}
SOLE = [("transitions", "case/machine.py"), ("graphviz", "diagram/dot.py"), ("chinese_calendar", "workflow/calendar.py")]


@pytest.mark.parametrize(("package", "owner"), SOLE)
def test_one_module_alone_imports_each_engine(package: str, owner: str) -> None:
    users = [
        path.relative_to(PACKAGE).as_posix()
        for path in sorted(PACKAGE.rglob("*.py"))
        if any(name == package or name.startswith(f"{package}.") for name in imports_of(path))
    ]
    assert users == [owner, *BESIDE.get(package, ())]


def test_no_engine_module_names_an_order_type() -> None:
    data = {PACKAGE / "orders"}
    for path in sorted(PACKAGE.rglob("*.py")):
        if path.parent in data:
            continue
        words = {node.value for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Constant)}
        assert not words & set(orders.keys()), f"{path.name} names an order type"


HEAVY = ["graphviz", "hypothesis", "numpy", "numba", "typer", "rich", "chinese_calendar"]


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = "import sys, refund_fsm; from refund_fsm import RefundCase, Workflow, orders; orders.get('virtual'); print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not set(HEAVY) & set(run.stdout.split())


@pytest.mark.parametrize("name", refund_fsm.__all__)
def test_every_public_name_exists(name: str) -> None:
    assert getattr(refund_fsm, name) is not None
    assert name in dir(refund_fsm)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Refundcase'"):
        refund_fsm.Refundcase  # noqa: B018  # the access is what is tested


def test_a_case_takes_a_workflow_of_ones_own_without_the_registry() -> None:
    assert isinstance(build(), Workflow)
    assert machine.stepper_of(build()).machine.initial == "open"
    assert RefundCase.__doc__
