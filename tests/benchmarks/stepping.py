"""What a step costs, against a bare trigger of a plain `transitions` machine and against `python-statemachine`.

Run by hand: `python -m tests.benchmarks.stepping`. All contenders take every rule of every order type once per round, in
turn, so that noise of the machine hits all alike; the table gives medians over the rounds, in time of the process. The last row is
a whole path of a shop's case against seven bare triggers, and what writing and reading its end costs.
"""

from __future__ import annotations

import gc
import itertools
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import statemachine
from transitions import Machine

from refund_fsm import Evidence, Order, OrderLine, Policy, RefundCase, RefundRequest, Rule, Workflow, orders
from refund_fsm.text import SHANGHAI

ROUNDS = 400
SAMPLE = 150  # openings
START = datetime(2026, 3, 2, 10, 0, tzinfo=SHANGHAI)
Call = Callable[[], Any]


def witnesses(workflow: Workflow) -> dict[str, tuple[RefundCase, Rule]]:
    """For each rule that the clock does not fire, a case in which it fires next, found breadth first from a sample of openings."""
    wanted = {rule.id for rule in workflow.rules if not rule.by_clock}
    found: dict[str, tuple[RefundCase, Rule]] = {}
    for policy in (Policy(), Policy(on_merchant_silence="escalate")):
        cases = _openings(workflow, policy)
        seen = {(case.state.key, case.facts) for case in cases}
        while cases and len(found) < len(wanted):
            nexts = []
            for case in cases:
                for after in _successors(case):
                    step = after.steps[-1]
                    if step.rule.id in wanted:
                        found.setdefault(step.rule.id, (case, step.rule))
                    if (after.state.key, after.facts) not in seen:
                        seen.add((after.state.key, after.facts))
                        nexts.append(after)
            cases = nexts
    assert found.keys() == wanted, f"no case found for {wanted - found.keys()}"
    return found


def _openings(workflow: Workflow, policy: Policy) -> list[RefundCase]:
    domains = [one.start(policy) for one in workflow.fact_fields]
    facts = [workflow.facts(**dict(zip(workflow.domains(policy), row, strict=True))) for row in itertools.product(*domains)]
    examples = [workflow.example_of(one, START) for one in random.Random(0).sample(facts, min(len(facts), SAMPLE))]
    return [RefundCase.open(*example, at=START, policy=policy) for example in examples if example]


def _successors(case: RefundCase) -> list[RefundCase]:
    later = case.now + timedelta(minutes=1)
    found = [case.advance(to=case.due.at)] if case.due and case.due.then else []
    for by in case.workflow.actors:
        for verdict in case.actions(at=later, by=by):
            if verdict.allowed:
                found.append(case.apply(verdict.event, at=later, by=by, **details_for(case, verdict.event)))
    return found


def details_for(case: RefundCase, event: str) -> dict[str, Any]:
    """Something for each detail that an event needs."""
    given = {"note": "a note", "tracking_no": "SF1234567890", "evidence": Evidence(kind="photo", by="buyer", at=case.now)}
    return {need: given[need] for need in case.workflow.events[event].needs}


class Model:
    """The model of the plain machine."""

    def __init__(self, state: str) -> None:
        self.state = state


def always(*_: object) -> bool:
    """The one true condition."""
    return True


def plain_machine(workflow: Workflow) -> Machine:
    """A shared machine with the same states and edges, and one true condition where the rule has guards."""
    table: list[Any] = [
        {
            "trigger": f"{rule.id}_{rule.event.name}",
            "source": rule.source.key,
            "dest": rule.dest.key,
            "conditions": [always] if rule.when else [],
        }
        for rule in workflow.rules
    ]
    return Machine(model=None, states=list(workflow.states), transitions=table, initial=workflow.initial.key, auto_transitions=False)


def peer_class(workflow: Workflow) -> type[statemachine.StateMachine]:
    """The same states and edges as a `python-statemachine` class; a true condition where the rule has guards."""
    states = {key: statemachine.State(initial=key == workflow.initial.key, final=state.final) for key, state in workflow.states.items()}
    body: dict[str, Any] = {"always": always, **states}
    for rule in workflow.rules:
        more: dict[str, Any] = {"cond": "always"} if rule.when else {}
        body[f"{rule.id}_{rule.event.name}"] = states[rule.source.key].to(states[rule.dest.key], internal=rule.internal, **more)
    return type("Peer", (statemachine.StateMachine,), body)


def calls(workflow: Workflow) -> dict[str, list[Call]]:
    """What each contender does, a call for each rule that an actor other than the clock fires."""
    bare, peer = plain_machine(workflow), peer_class(workflow)
    made: dict[str, list[Call]] = {"bare trigger": [], "case.apply": [], "case.actions": [], "python-statemachine": []}
    for case, rule in witnesses(workflow).values():
        at, by, name = case.now + timedelta(minutes=1), rule.actor.key, f"{rule.id}_{rule.event.name}"
        made["bare trigger"].append(_bare(bare.events[name], rule.source.key))
        made["case.apply"].append(_apply(case, rule.event.name, at, by, details_for(case, rule.event.name)))
        made["case.actions"].append(_actions(case, at, by))
        if not rule.dest.final:  # the peer stops its engine in a final state; a rule into one would need a new machine each time
            made["python-statemachine"].append(_peer(peer(start_value=rule.source.key), rule.source.key, name))
    return made


def _bare(event: Any, source: str) -> Call:
    return lambda: event.trigger(Model(source), None)


def _apply(case: RefundCase, event: str, at: datetime, by: str, details: dict[str, Any]) -> Call:
    return lambda: case.apply(event, at=at, by=by, **details)


HAPPY_PATH = (  # of a shop: an event an hour
    ("submit", "buyer"),
    ("start_review", "merchant"),
    ("approve_return", "merchant"),
    ("ship_return", "buyer"),
    ("deliver_return", "carrier"),
    ("confirm_receipt", "merchant"),
    ("refund_paid", "payment"),
)


def happy_path() -> dict[str, list[Call]]:
    """A whole path: the filing's facts are derived anew, and the history is kept; and what it costs to write and to read its end."""
    order = Order(
        id="O-1",
        order_type="third_party",
        lines=(OrderLine(sku="S", title="杯子", quantity=1, paid_fen=9900),),
        paid_at=START - timedelta(days=3),
        shipped_at=START - timedelta(days=2),
        signed_at=START - timedelta(days=1),
    )
    opened = RefundCase.open(order, RefundRequest(sku="S", kind="return_and_refund", reason="size_or_colour"), at=START)
    moves = [(event, by, START + timedelta(hours=n), details_for(opened, event)) for n, (event, by) in enumerate(HAPPY_PATH, 1)]

    def path() -> RefundCase:
        case = opened
        for event, by, at, details in moves:
            case = case.apply(event, at=at, by=by, **details)
        return case

    ended = path()
    assert ended.state.key == "refunded"
    machine = plain_machine(opened.workflow)
    events = [machine.events[f"{step.rule.id}_{step.event}"] for step in ended.steps]

    def bare() -> None:
        model = Model(opened.state.key)
        for event in events:
            event.trigger(model, None)

    text = ended.to_json()
    return {"bare triggers": [bare], "whole path": [path], "to_json": [ended.to_json], "from_json": [lambda: RefundCase.from_json(text)]}


def _actions(case: RefundCase, at: datetime, by: str) -> Call:
    return lambda: case.actions(at=at, by=by)


def _peer(machine: Any, source: str, event: str) -> Call:
    def step() -> None:
        machine.current_state_value = source
        machine.send(event)

    return step


def measured(made: dict[str, list[Call]]) -> dict[str, float]:
    """The median, over the rounds, of the mean time of a call, in µs."""
    times: dict[str, list[float]] = {name: [] for name in made}
    gc.collect()
    gc.disable()
    for number in range(ROUNDS):
        for name, steps in made.items():
            if name == "python-statemachine" and number % 10:
                continue
            start = time.process_time()
            for step in steps:
                step()
            times[name].append((time.process_time() - start) / len(steps) * 1e6)
    gc.enable()
    return {name: statistics.median(values) for name, values in times.items()}


def import_ratio() -> tuple[float, float]:
    """Milliseconds for our import and for the floor, medians of processes run in turn."""
    ours, floor = "from refund_fsm import RefundCase", "import transitions; from pydantic import BaseModel"
    probe = "import time; t = time.perf_counter(); {}; print((time.perf_counter() - t) * 1000)"
    found: dict[str, list[float]] = {ours: [], floor: []}
    for _ in range(15):
        for code, times in found.items():
            run = subprocess.run([sys.executable, "-c", probe.format(code)], capture_output=True, text=True, check=True)
            times.append(float(run.stdout))
    return statistics.median(found[ours]), statistics.median(found[floor])


def main() -> None:
    """Prints the table."""
    print(f"{'order type':16}{'rules':>6}  {'µs per call, and its ratio to a bare trigger':60}")
    for key in orders.keys():
        made = calls(orders.get(key))
        for one in made.values():
            for call in one:
                call()
        median = measured(made)
        floor = median["bare trigger"]
        row = "   ".join(f"{name} {value:.1f} ({value / floor:.2f}×)" for name, value in median.items())
        print(f"{key:16}{len(made['bare trigger']):6}  {row}   peer/apply {median['python-statemachine'] / median['case.apply']:.2f}×")
    median = measured(happy_path())
    floor = median["bare triggers"]
    row = "   ".join(f"{name} {value:.0f} ({value / floor:.2f}×)" for name, value in median.items())
    print(f"{'happy path':16}{len(HAPPY_PATH):6}  {row}")
    ours, least = import_ratio()
    print(f"import RefundCase {ours:.0f} ms; import transitions, pydantic.BaseModel {least:.0f} ms: {ours / least:.2f}×")


if __name__ == "__main__":
    main()
