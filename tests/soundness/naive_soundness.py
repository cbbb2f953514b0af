"""Soundness by definition, over cases that are really led: every step is `RefundCase`'s own, every verdict a plain reading.

For the tiny workflows of `tests.toys`. Shares nothing with `refund_fsm.soundness` but the names of the kinds.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import Any, NamedTuple

from refund_fsm import CLOCK, Policy, RefundCase, Refused, Rule, Workflow
from tests.samples import at
from tests.toys import Toy, X, Y, example_of


# 1. The cases that there are
class Node(NamedTuple):
    """A case as far as its future goes; `late` says that its limit has passed."""

    state: str
    facts: Any
    late: bool


class Edge(NamedTuple):
    """A rule that a case fired."""

    rule: Rule
    dest: Node


def _node(case: RefundCase) -> Node:
    due = case.due
    return Node(case.state.key, case.facts, due is not None and due.at <= case.now and not case.state.final)


def cases(workflow: Workflow, policy: Policy) -> tuple[dict[Node, list[Edge]], dict[Node, int]]:
    """Every case that can be, by leading them all: what each can fire, and the fewest steps to it. No limit leads to its own states."""
    start = at("2026-03-02 10:00")
    first = []
    for size, flag in itertools.product(("s", "l", "xl"), (False,)):
        example = example_of(Toy(size, policy.on_merchant_silence, flag), start)  # type: ignore[arg-type]  # one of the three
        if example:
            first.append(RefundCase.open(*example, at=start, policy=policy, workflow=workflow))
    steps = {_node(case): 0 for case in first}
    edges: dict[Node, list[Edge]] = {}
    todo = deque(first)
    while todo:
        case = todo.popleft()
        edges[_node(case)] = []
        for after in _afters(case):
            edges[_node(case)].append(Edge(after.steps[-1].rule, _node(after)))
            if _node(after) not in steps:
                steps[_node(after)] = steps[_node(case)] + 1
                todo.append(after)
    return edges, steps


def _afters(case: RefundCase) -> Iterator[RefundCase]:
    for event in case.workflow.events.values():
        if event.actor.key != CLOCK.key:
            try:
                yield case.apply(event.name, at=case.now + timedelta(minutes=1), by=event.actor.key)
            except Refused:
                continue
    if case.due and case.due.then:
        yield case.advance(to=case.due.at)


# 2. The definitions
Found = dict[tuple[str, str], int | None]  # kind and subject; the length of the shortest witness, where there is one to be short


def faults(workflow: Workflow) -> Found:
    """All that is wrong, over both choices of what the policy fixes."""
    found: Found = {}
    seen: list[dict[Node, list[Edge]]] = []
    for silence in ("approve", "escalate"):
        edges, steps = cases(workflow, Policy(on_merchant_silence=silence))
        seen.append(edges)
        for key, length in (*_places(workflow, edges, steps), *_livelocks(workflow, edges, steps), *_money(workflow, edges, steps)):
            known = found.get(key)
            found[key] = length if known is None or length is None else min(known, length)
    found.update(_never(workflow, [node for edges in seen for node in edges], [e for edges in seen for row in edges.values() for e in row]))
    return found


def _holds(rule: Rule, node: Node) -> bool:
    return all(one(node.facts) for one in rule.when)


def _never(workflow: Workflow, nodes: list[Node], fired: list[Edge]) -> Iterator[tuple[tuple[str, str], None]]:
    reached = {node.state for node in nodes}
    yield from ((("unreachable_state", key), None) for key in workflow.states if key not in reached)
    limited = {*workflow.limits_at, *(state.key for state in workflow.law)}
    yield from ((("limit_never_due", key), None) for key in limited if key not in reached)
    yield from _never_counting(workflow, nodes)
    yield from ((("dead_rule", rule.id), None) for rule in workflow.rules if rule.id not in {edge.rule.id for edge in fired})
    for name, one in workflow.guards.items():
        asking = [rule for rule in workflow.rules if one in rule.when]
        asked = {r.source.key for r in asking if (r.source.key in workflow.limits_at if r.by_clock else not r.source.final)}
        asked |= {key for key, rows in workflow.limits_at.items() if any(one in (*row.when, row.plus_when) for row in rows)}
        asked |= {state.key for state, row in workflow.law.items() if one in row.when}
        answers = {one(node.facts) for node in nodes if node.state in asked}
        yield from (((f"guard_never_{str(value).lower()}", name), None) for value in (True, False) if value not in answers)


def _never_counting(workflow: Workflow, nodes: list[Node]) -> Iterator[tuple[tuple[str, str], None]]:
    """Rows of a limit that are nowhere the first of which all guards hold."""
    for states, rows in workflow.groups:
        here = [node for node in nodes if node.state in [state.key for state in states]]
        first = {next(n for n, row in enumerate(rows) if all(one(node.facts) for one in row.when)) for node in here}
        for number in set(range(len(rows))) - first if here and len(rows) > 1 else ():
            place = f"#{number + 1}" if [row.field for row in rows].count(rows[number].field) > 1 else ""
            yield ("limit_never_due", " ".join((*(state.key for state in states), f"{rows[number].field}{place}"))), None


def _places(workflow: Workflow, edges: dict[Node, list[Edge]], steps: dict[Node, int]) -> Iterator[tuple[tuple[str, str], int]]:
    """What is wrong with single cases, each with the steps to it."""
    for node, length in steps.items():
        state = workflow.states[node.state]
        here = [rule for rule in workflow.rules if rule.source.key == node.state and _holds(rule, node)]
        limited = node.state in workflow.limits_at
        for one, two in itertools.combinations(here, 2):
            if (limited and one.by_clock and two.by_clock) or (one.event == two.event and not one.by_clock and not state.final):
                yield ("clash", f"{one.id} {two.id}"), length + 1
        if node.state in workflow.clock_rules and limited and not any(rule.by_clock for rule in here):
            yield ("limit_never_due", node.state), length + 1
        if state.final:
            firsts = {rule.event.name: rule for rule in reversed(here)}.values()
            first_clock = [rule for rule in here if rule.by_clock and limited][:1]
            leaving = (rule for rule in firsts if not rule.by_clock or rule in first_clock)
            yield from ((("final_left", rule.id), length + 1) for rule in leaving if rule.dest.key != node.state)
            continue
        exits = _exits(edges, node, lambda _: True)
        if not exits:
            yield ("dead_end", node.state), length
        elif not any(workflow.states[one.state].final for one in _reached(edges, node)):
            yield ("cannot_end", node.state), length
        if exits:
            idle = (actor for actor in (X, Y) if not _exits(edges, node, lambda edge, actor=actor: edge.rule.actor != actor))
            yield from ((("blocker", f"{actor.key} {node.state}"), length) for actor in idle)


def _reached(edges: dict[Node, list[Edge]], node: Node, counts: Callable[[Edge], bool] = lambda _: True) -> set[Node]:
    found, todo = {node}, [node]
    while todo:
        for edge in edges[todo.pop()]:
            if counts(edge) and edge.dest not in found:
                found.add(edge.dest)
                todo.append(edge.dest)
    return found


def _exits(edges: dict[Node, list[Edge]], node: Node, counts: Callable[..., bool]) -> list[Edge]:
    staying = _reached(edges, node, lambda edge: edge.rule.internal and counts(edge))
    return [edge for one in staying for edge in edges[one] if counts(edge) and not edge.rule.internal]


def _livelocks(workflow: Workflow, edges: dict[Node, list[Edge]], steps: dict[Node, int]) -> Iterator[tuple[tuple[str, str], int | None]]:
    """Rounds that two readings allow: free of any one limit, or under one limit that has passed."""
    group = workflow.group_of.get
    acted = {node: [edge for edge in row if not edge.rule.by_clock] for node, row in edges.items()}
    forced = {
        node: [
            edge
            for edge in row
            if group(node.state) is not None
            and group(edge.dest.state) == group(node.state)
            and (edge.rule.by_clock or not any(other.rule.by_clock for other in row))
        ]
        for node, row in edges.items()
    }
    for graph, free in ((acted, True), (forced, False)):
        for part in _rounds(graph):
            moving = any(not edge.rule.internal for node in part for edge in graph[node] if edge.dest in part)
            groups = {group(node.state) for node in part}
            if moving and (not free or len(groups) > 1 or groups == {None}):
                states = {node.state for node in part}
                yield ("livelock", " ".join(key for key in workflow.states if key in states)), _lap(workflow, graph, part, steps, free)


def _rounds(graph: dict[Node, list[Edge]]) -> set[frozenset[Node]]:
    ahead = {node: _reached(graph, node) for node in graph}
    parts = {frozenset(other for other in ahead[node] if node in ahead[other]) for node in graph}
    return {part for part in parts if len(part) > 1 or any(edge.dest in part for node in part for edge in graph[node])}


def _lap(workflow: Workflow, graph: dict[Node, list[Edge]], part: Iterable[Node], steps: dict[Node, int], free: bool) -> int:
    """The fewest steps to a round and once round it: from every start, paths that grow step by step until one is back."""
    group = workflow.group_of.get
    found = []
    for start in part:
        ahead = {(start, False)}
        for length in itertools.count(steps[start] + 1):
            ahead = {
                (edge.dest, done or _turns(edge, group(start.state), group(edge.dest.state), free))
                for node, done in ahead
                for edge in graph[node]
                if edge.dest in part
            }
            if (start, True) in ahead:
                found.append(length)
                break
            if length > steps[start] + 2 * len(graph):
                break  # only moves that stay in the state lead round from here
    return min(found)


def _turns(edge: Edge, mine: int | None, its: int | None, free: bool) -> bool:
    return its != mine if free and mine is not None else not edge.rule.internal


def _money(workflow: Workflow, edges: dict[Node, list[Edge]], steps: dict[Node, int]) -> Iterator[tuple[tuple[str, str], int]]:
    goals = {rule.dest.key for rule in workflow.rules if rule.event.pays and rule.dest.final}
    found = {(node, 0): 0 for node, length in steps.items() if length == 0}
    todo = deque(found)
    while todo:
        node, paid = spot = todo.popleft()
        for rule, dest in edges[node]:
            after = (dest, min(2, paid + rule.event.pays))
            if rule.event.pays and paid:
                yield ("paid_twice", rule.id), found[spot] + 1
            if not after[1] and dest.state in goals:
                yield ("not_paid", rule.id), found[spot] + 1
            if after not in found:
                found[after] = found[spot] + 1
                todo.append(after)
