"""A case, the raw graph and the merged one give the same answers, in every block and on random walks."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refund_fsm import Event, Policy, RefundCase, Workflow, orders
from refund_fsm.graph.configurations import STATUSES, explore
from tests.graph.plain_reading import ESCALATES, GRAPHS, GUIDE
from tests.samples import at, photo

NOW = at("2026-03-02 10:00")


class LedCase:
    """A case and its configuration, side by side. Seconds pass between steps, so that the facts at a filing stay as they were."""

    def __init__(self, workflow: Workflow, policy: Policy, opening: int) -> None:
        self.workflow, self.graph = workflow, explore(workflow, policy)
        self.merged = self.graph.merged()
        self.config = opening
        asked = workflow.example_of(self.graph.facts_of(opening), NOW)
        assert asked is not None
        self.case = RefundCase.open(*asked, at=NOW, policy=policy, workflow=workflow)

    def files_alike(self, when: datetime) -> bool:
        """Whether a filing event at an instant derives the facts that the case has, but for what effects have set."""
        case = self.case
        kept = {name for step in case.steps for name in (step.rule.effect.changes if step.rule.effect else ())}
        fresh = self.workflow.facts_of(case.order, case.request, when, case.policy)
        return bool(replace(fresh, **{name: getattr(case.facts, name) for name in kept}) == case.facts)

    def compare(self) -> int:
        """The same state and facts; and for every event, asked by its own actor, the same answer of case, raw and merged graph.
        Returns how many events were compared: all but filing events whose facts time has changed."""
        graph, merged, case = self.graph, self.merged, self.case
        assert graph.index(case.state.key, case.facts) == self.config
        when = case.now + timedelta(seconds=1)
        compared = 0
        for e, event in enumerate(self.workflow.events.values()):
            expected = self.answer(event, when)
            if expected is None:
                continue
            compared += 1
            for one, config in ((graph, self.config), (merged, merged.block_of[self.config])):
                cell = config * len(graph.events) + e
                rule = None if one.rule_at[cell] < 0 else one.rules[one.rule_at[cell]]
                assert (STATUSES[one.status[cell]], rule, one.failed(config, e)) == expected, (case.state.key, event.name)
        return compared

    def answer(self, event: Event, when: datetime) -> tuple[str, str | None, tuple[str, ...]] | None:
        """What the case says: status, rule, failed guards. None where time has changed what a filing event is judged by."""
        if event.files and not self.files_alike(when):
            return None
        by, due = event.actor.key, self.case.due
        if due is not None and due.then is not None and due.then.event == event:
            when = due.at
        verdict = self.case.ask(event.name, at=when, by=by, **details_of(event))
        if verdict.refusal is None:
            return "accepted", verdict.rule.id if verdict.rule else None, ()
        return verdict.refusal.code, None, tuple(one.name for one in verdict.refusal.failed_guards)

    def take(self, e: int) -> None:
        """Both take an event that the graph accepts."""
        event = self.workflow.events[self.graph.events[e]]
        if event.actor.key == "clock":
            assert self.case.due is not None
            self.case = self.case.advance(to=self.case.due.at)
        else:
            when = self.case.now + timedelta(seconds=1)
            self.case = self.case.apply(event.name, at=when, by=event.actor.key, **details_of(event))
        self.config = self.graph.successor[self.config * len(self.graph.events) + e]

    def open_events(self) -> list[int]:
        """The events that the graph accepts and the case can be given with the same facts."""
        width = len(self.graph.events)
        alike = self.files_alike(self.case.now + timedelta(seconds=1))
        return [
            e
            for e, name in enumerate(self.graph.events)
            if self.graph.successor[self.config * width + e] >= 0 and (alike or not self.workflow.events[name].files)
        ]


def details_of(event: Event) -> dict[str, Any]:
    given = {"note": "说明", "tracking_no": "SF123", "evidence": photo()}
    return {need: given[need] for need in event.needs}


@cache
def witnessed(order_type: str, policy: Policy) -> tuple[int, ...]:
    """The openings that an order can have."""
    workflow = orders.get(order_type)
    graph = explore(workflow, policy)
    return tuple(i for i in graph.openings if workflow.example_of(graph.facts_of(i), NOW) is not None)


def shortest_paths(order_type: str, policy: Policy) -> Iterator[tuple[int, tuple[int, ...], int]]:
    """A shortest path to every block from an opening that an order can have: (opening, events, block)."""
    graph = explore(orders.get(order_type), policy)
    merged, width = graph.merged(), len(graph.events)
    paths: dict[int, tuple[int, tuple[int, ...]]] = {}
    for i in witnessed(order_type, policy):
        paths.setdefault(merged.block_of[i], (i, ()))
    todo = deque(paths)
    while todo:
        block = todo.popleft()
        opening, events = paths[block]
        yield opening, events, block
        for e, after in enumerate(merged.successor[block * width : (block + 1) * width]):
            if after >= 0 and after not in paths:
                paths[after] = (opening, (*events, e))
                todo.append(after)


@pytest.mark.parametrize(("order_type", "policy"), GRAPHS)
def test_a_case_agrees_with_the_graphs_in_every_block(order_type: str, policy: Policy) -> None:
    reached = set()
    for opening, events, block in shortest_paths(order_type, policy):
        led = LedCase(orders.get(order_type), policy, opening)
        for e in events:
            assert e in led.open_events()
            led.take(e)
        assert led.compare() == len(led.graph.events)
        assert led.merged.block_of[led.config] == block
        reached.add(block)
    assert reached == from_orders(order_type, policy), "a real case can be in every block that an order leads to"


def from_orders(order_type: str, policy: Policy) -> set[int]:
    """The blocks that what an order can open with leads to, by the unmerged graph; in the three older tables all there are."""
    graph = explore(orders.get(order_type), policy)
    merged, width, found = graph.merged(), len(graph.events), set(witnessed(order_type, policy))
    todo = list(found)
    while todo:
        config = todo.pop()
        fresh = {after for after in graph.successor[config * width : (config + 1) * width] if after >= 0} - found
        found |= fresh
        todo += fresh
    blocks = {merged.block_of[config] for config in found}
    assert order_type == "shop_official" or len(blocks) == len(merged)
    return blocks


@pytest.mark.parametrize("order_type", orders.keys())
@given(st.integers(0, 2**16), st.booleans(), st.binary(max_size=25))
def test_a_case_agrees_with_the_graphs_on_random_walks(order_type: str, opening: int, escalates: bool, turns: bytes) -> None:
    policy = ESCALATES if escalates else GUIDE
    openings = witnessed(order_type, policy)
    led = LedCase(orders.get(order_type), policy, openings[opening % len(openings)])
    led.compare()
    for turn in turns:
        events = led.open_events()
        if not events:
            break
        led.take(events[turn % len(events)])
        led.compare()
