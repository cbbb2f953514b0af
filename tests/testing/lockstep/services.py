"""Implementations of virtual goods, right ones and ones with a fault, that tests hold against the workflow; and how they are made."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import product
from typing import Any

import pytest

from refund_fsm import Limit, Order, Policy, RefundRequest, Workflow, orders
from refund_fsm.scenario.path import START
from refund_fsm.testing import BareCase, CaseImplementation, LockstepReport, verify_implementation
from refund_fsm.testing.lockstep.report import Departure

VIRTUAL = orders.get("virtual")
Details = Mapping[str, Any]
quick = partial(verify_implementation, isolation="none")


def variant(workflow: Workflow, rule: str, **changes: Any) -> Workflow:
    """The workflow with one row changed."""
    return workflow.variant(rules=[replace(one, **changes) if one.id == rule else one for one in workflow.rules])


def without(workflow: Workflow, rule: str) -> Workflow:
    """The workflow with one row less."""
    return workflow.variant(rules=[one for one in workflow.rules if one.id != rule])


def openings(workflow: Workflow) -> Iterator[Any]:
    """The facts that a case can open with, of those that an order has."""
    domains = {one.name: one.start(Policy.guide()) for one in workflow.fact_fields}
    for values in product(*domains.values()):
        facts = workflow.facts(**dict(zip(domains, values, strict=True)))
        if workflow.example_of(facts, START) is not None:
            yield facts


class Service(BareCase):
    """Virtual goods as they should be; faults override one thing."""

    def __init__(self) -> None:
        super().__init__(VIRTUAL)


class Clocked(CaseImplementation):
    """The same with a clock and deadlines."""

    def __init__(self) -> None:
        super().__init__(VIRTUAL)


def over(workflow: Workflow, kind: type[BareCase] = BareCase) -> Callable[[], BareCase]:
    """What makes cases of a workflow, a faulty one say."""
    return partial(kind, workflow)


def failing(method: str, how: Callable[..., Any], kind: type[BareCase] = Service) -> type[BareCase]:
    """A service of which one method does something else: `how(service, real, *arguments)`."""

    def changed(self: Any, *arguments: Any) -> Any:
        return how(self, getattr(super(made, self), method, None), *arguments)

    made = type("Failing", (kind,), {method: changed})
    return made


def anybody(_: Any, real: Any, event: str, by: str, at: datetime, details: Details) -> Any:
    """Does not look at who asks."""
    known = VIRTUAL.events.get(event)
    return real(event, by if known is None or by == "clock" or known.actor.key == "clock" else known.actor.key, at, details)


def never() -> Any:
    """What makes an implementation where none may be made."""
    raise AssertionError("nothing runs")


class OneTooFew:
    """Its `apply` takes too little."""

    def open(self, _order: Order, _request: RefundRequest, _at: datetime) -> None:
        raise AssertionError("nothing runs")

    def state(self) -> str:
        raise AssertionError("nothing runs")

    def apply(self, _event: str, _by: str, _at: datetime) -> bool:
        raise AssertionError("nothing runs")


SHIFTED = VIRTUAL.variant(limits={**VIRTUAL.limits, VIRTUAL.states["rejected"]: Limit("complaint_days", cites="D7", length=8)})


def assert_reproduced(report: LockstepReport | Departure, faulty: Any, right: Any) -> None:
    """The reproduction fails on the one and passes on the other."""
    source = report.reproduction()
    (marked,) = [line for line in source.splitlines() if line.endswith("# the implementation under test")]
    for make, passes in ((right, True), (faulty, False)):
        space: dict[str, Any] = {"make": make}
        exec(compile(source.replace(marked, ""), "reproduction", "exec"), space)
        (test,) = [value for name, value in space.items() if name.startswith("test_")]
        if passes and hasattr(faulty(), "close"):
            continue  # the right one has nothing to close
        if passes:
            test()
        else:
            with pytest.raises(BaseException):  # noqa: B017, PT011  # whatever the fault is: an assertion, or what it raises
                test()
