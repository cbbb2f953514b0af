"""Implementations that hang, crash or interrupt, in a thread and in a process of their own."""

from __future__ import annotations

import os
import time
from contextvars import ContextVar
from datetime import datetime
from functools import partial
from typing import Any

import pytest

from refund_fsm import Order, RefundRequest
from refund_fsm.testing import BareCase, verify_implementation
from refund_fsm.testing.lockstep import isolation
from refund_fsm.testing.lockstep.groups import MAX_UNANSWERED
from tests.testing.lockstep.services import VIRTUAL, Details, Service


class Hangs(Service):
    """Never comes back from one event."""

    def apply(self, event: str, by: str, at: datetime, details: Details) -> bool:
        if event == "start_review" and self.state() == "requested":
            time.sleep(3600)
        return super().apply(event, by, at, details)


class HangsAtOpening(Service):
    def open(self, *_: Any) -> None:
        time.sleep(3600)


class HangsAtLooking(Service):
    def state(self) -> str:
        if super().state() != "draft":
            time.sleep(3600)
        return super().state()


class Crashes(Service):
    """Takes its whole process along."""

    def apply(self, event: str, by: str, at: datetime, details: Details) -> bool:
        if event == "reject" and self.state() == "reviewing":
            os._exit(17)
        return super().apply(event, by, at, details)


@pytest.mark.parametrize(("make", "part", "length"), [(Hangs, "apply", 2), (HangsAtOpening, "open", 0), (HangsAtLooking, "state", 1)])
def test_what_hangs_in_a_thread_is_reported(make: Any, part: str, length: int) -> None:
    report = verify_implementation(make, VIRTUAL, criterion="rules", examples=0, timeout=0.05)
    assert report.divergence is not None and (report.divergence.kind, report.divergence.part) == ("hung", part), str(report)
    assert report.counterexample is not None and len(report.counterexample) == length
    assert "no answer within 0.05 s" in report.text("en")


def test_a_run_that_gathers_kinds_stops_where_too_much_hangs() -> None:
    report = verify_implementation(HangsAtOpening, VIRTUAL, criterion="rules", examples=0, timeout=0.02, most=3, max_search_calls=3)
    (only,) = report.divergences
    assert report.stopped and only.cases == MAX_UNANSWERED == report.paths and only.group.kind == "hung"


def test_what_hangs_or_ends_in_a_process_is_ended_and_reported() -> None:
    report = verify_implementation(Hangs, VIRTUAL, criterion="states", examples=0, timeout=0.3, isolation="process", max_search_calls=3)
    assert report.divergence is not None and (report.divergence.kind, report.divergence.part) == ("hung", "apply"), str(report)
    ended = verify_implementation(Crashes, VIRTUAL, criterion="states", examples=0, isolation="process", max_search_calls=9)
    assert ended.divergence is not None and ended.divergence.kind == "raised" and "exit code 17" in ended.divergence.got, str(ended)
    assert ended.counterexample is not None and ended.counterexample.steps[-1].event == "reject"


def isolations() -> tuple[Any, ...]:
    return ("none", "thread", "process")


def test_a_process_says_the_same_as_a_thread() -> None:
    make = partial(BareCase, VIRTUAL)
    one, other = (verify_implementation(make, VIRTUAL, criterion="rules", examples=40, isolation=where) for where in isolations()[1:])
    assert one.ok and one.text("en") == other.text("en")


SHOP: ContextVar[str] = ContextVar("SHOP", default="")


def test_a_thread_sees_the_context_of_its_caller() -> None:
    class Local(Service):
        def open(self, order: Order, request: RefundRequest, at: datetime) -> None:
            assert SHOP.get() == "上海"
            super().open(order, request, at)

    token = SHOP.set("上海")
    report = verify_implementation(Local, VIRTUAL, criterion="states", examples=0)
    SHOP.reset(token)
    assert report.ok, str(report)


class Interrupted(Service):
    def apply(self, *_: Any) -> bool:
        raise KeyboardInterrupt


@pytest.mark.parametrize("where", isolations())
def test_an_interrupt_goes_through(where: isolation.Isolation) -> None:
    with pytest.raises(KeyboardInterrupt):
        verify_implementation(Interrupted, VIRTUAL, criterion="rules", examples=0, isolation=where)
