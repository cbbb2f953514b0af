"""Owns the table of legal moves that a page plays: every configuration, judged by the real machine, merged to a few dozen blocks.

It is `graph.explore` with one thing more: filing events are also judged by the facts as they have become by themselves (the
window of a return has ended), with what effects have set kept, as `RefundCase` does. Must not know an order type, nor JSON.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from operator import attrgetter
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from refund_fsm.case import stepper_of
from refund_fsm.diagram.page.memory import Memory
from refund_fsm.diagram.page.turns import Course, Courses, Turn
from refund_fsm.errors import TooLong
from refund_fsm.graph import MAX_CONFIGS, coarsest
from refund_fsm.workflow import CLOCK, Policy, Rule, Value, WorkCalendar, Workflow, counting, reads_of

MAX_OPENINGS = 1 << 17  # sets of facts that a page lists
MANY_OPENINGS = (
    1 << 14
)  # beyond which facts that nothing reads any more are forgotten, and only every so many openings is looked at closely
KEPT = 4  # tables of a workflow that are kept, each of another policy
CLOSELY = 61  # a prime, so that no fact is the same in all

Answer = str | tuple[str, ...]  # the id of the rule that fires, or the guards that fail
Drift = tuple[tuple[tuple[str, Value], ...], ...]  # of each phase, the facts that are not the same in all


class Column(NamedTuple):
    """An event, and for a filing event the phase of the facts that it is judged by."""

    event: str
    phase: int


class Move(NamedTuple):
    """The rule that fires, and the block that it leads to."""

    rule: str
    block: int


class Block(NamedTuple):
    """What configurations that behave alike have in common: by column, the move or the names of the guards that fail; how the limit is
    counted (the number in `Counting.counts`, −1: none); whether the law's clock starts when the state is entered."""

    state: str
    cells: Mapping[Column, Move | tuple[str, ...]]
    counted: int
    law: bool


class Opening(NamedTuple):
    """Where a case with certain facts begins, the turns of its facts, and what they change: the facts of each phase but the first."""

    block: int
    turns: tuple[Turn, ...]
    drift: Drift


@dataclass(frozen=True)
class Table:
    """`fields` are the facts that a case can open with, with their values; `openings` has one entry for each combination, the last
    field running fastest: None where no order has these facts."""

    columns: tuple[Column, ...]
    blocks: tuple[Block, ...]
    fields: Mapping[str, tuple[Value, ...]]
    openings: tuple[Opening | None, ...]


class _Row(NamedTuple):
    """What a configuration answers, by the number of the column, and where its moves lead, in the same order."""

    look: tuple[tuple[int, Answer], ...]
    after: tuple[int, ...]


class _Node(NamedTuple):
    """A configuration; `kept` are the facts of the drift that an effect has changed."""

    state: str
    facts: Any
    drift: Drift
    kept: frozenset[str]


_tables: WeakKeyDictionary[Workflow, dict[tuple[Policy, WorkCalendar, str], Table]] = WeakKeyDictionary()


def kept_table_of(workflow: Workflow, policy: Policy) -> Table:
    """As `table_of`, made once: the last few of a workflow are kept as long as it lives, so that its next page is made at once."""
    known = _tables.setdefault(workflow, {})
    asked = (policy, policy.calendar, policy.calendar.version)  # a file of days, or the published ones, may have changed since
    found = known.get(asked)
    if found is None:
        found = table_of(workflow, policy)
        known[asked] = found
        for old in [*known][:-KEPT]:
            del known[old]
    return found


def table_of(workflow: Workflow, policy: Policy) -> Table:
    """The table of a workflow under a policy. Raises `TooLong` for too many facts, `WorkflowError` as `turns.Courses` does."""
    starts = {one.name: one.start(policy) for one in workflow.fact_fields}
    if math.prod(map(len, starts.values())) > MAX_OPENINGS:
        raise TooLong(f"workflow {workflow.key}: more than {MAX_OPENINGS:,} sets of facts to open with; a page lists them all")
    courses = Courses(workflow, policy)
    asked = [workflow.facts(**dict(zip(starts, values, strict=True))) for values in itertools.product(*starts.values())]
    if len(asked) <= MANY_OPENINGS:
        found = [courses.of(facts) for facts in asked]
        return _Search(workflow, policy, starts, found).table()
    closely = {place: courses.of(asked[place]) for place in range(0, len(asked), CLOSELY)}
    found = [closely[place] if place in closely else courses.in_short(facts) for place, facts in enumerate(asked)]
    return _Search(workflow, policy, starts, found, forgets=True).table()


class _Search:
    """One search, breadth first from all openings."""

    def __init__(
        self,
        workflow: Workflow,
        policy: Policy,
        starts: Mapping[str, tuple[Value, ...]],
        courses: list[Course | None],
        *,
        forgets: bool = False,
    ) -> None:
        self.workflow = workflow
        self.starts = starts
        self.courses = courses
        self.stepper = stepper_of(workflow)
        phases = max((len(one.phases) for one in courses if one), default=1)
        files = [name for name, event in workflow.events.items() if event.files and event.actor.key != CLOCK.key]
        self.columns = (
            *(Column(name, 0) for name in workflow.events),
            *(Column(name, phase) for name in files for phase in range(1, phases)),
        )
        self.number: dict[_Node, int] = {}
        self.nodes: list[_Node] = []
        self.answers: dict[tuple[Any, ...], Answer] = {}
        domains = workflow.domains(policy)
        self.bounds = workflow.bounds(policy)
        reads = {name: reads_of(one, domains) for name, one in workflow.guards.items()}
        self.here = {key: self._possible(key, reads) for key in workflow.states}
        self.counting = counting(workflow, policy)
        self.law = {state.key: limit for state, limit in workflow.law.items()}
        self.memory = Memory(workflow, policy, reads, [one.phases[0] for one in courses if one]) if forgets else None

    def _possible(self, state: str, reads: Mapping[str, tuple[str, ...]]) -> list[tuple[int, Column, Callable[[Any], Any]]]:
        """The columns that are possible in a state, each with what picks the facts that its guards read there."""
        found: list[tuple[int, Column, Callable[[Any], Any]]] = []
        for place, column in enumerate(self.columns):
            rules = self.workflow.rules_at.get((state, column.event))
            if rules:
                names = sorted({fact for rule in rules for one in rule.when for fact in reads[one.name]})
                found.append((place, column, attrgetter(*names) if names else _nothing))
        return found

    def table(self) -> Table:
        """The table, its blocks numbered by their first configuration."""
        drifts = [None if one is None else _drift(one) for one in self.courses]
        starts = [
            None
            if one is None or drift is None
            else self._enter(self._kept(_Node(self.workflow.initial.key, one.phases[0], drift, frozenset())))
            for one, drift in zip(self.courses, drifts, strict=True)
        ]
        rows: list[_Row] = []
        while len(rows) < len(self.nodes):
            if len(self.nodes) > MAX_CONFIGS:
                raise TooLong(f"workflow {self.workflow.key}: more than {MAX_CONFIGS:,} configurations")
            rows.append(self._row(self.nodes[len(rows)]))
        looks: dict[Any, int] = {}
        colours = [
            looks.setdefault((node.state, *self._limits(node), row.look), len(looks)) for node, row in zip(self.nodes, rows, strict=True)
        ]
        block_of = coarsest(colours, [row.after for row in rows])
        firsts: dict[int, int] = {}
        for place, block in enumerate(block_of):
            firsts.setdefault(block, place)
        blocks = tuple(self._block(place, rows[place], block_of) for place in firsts.values())
        openings = tuple(
            None if start is None or one is None or drift is None else Opening(block_of[start], one.turns, drift[1:])
            for start, one, drift in zip(starts, self.courses, drifts, strict=True)
        )
        return Table(self.columns, blocks, self.starts, openings)

    def _limits(self, node: _Node) -> tuple[int, bool]:
        """How the limit is counted, and whether the law's clock starts."""
        count = self.counting.of(node.state, node.facts)
        law = self.law.get(node.state)
        return -1 if count is None else self.counting.number[count.kind], law is not None and law.holds(node.facts)

    def _kept(self, node: _Node) -> _Node:
        """A configuration without what nothing reads any more."""
        return node if self.memory is None else _Node(node.state, *self.memory.of(*node))

    def _enter(self, node: _Node) -> int:
        found = self.number.setdefault(node, len(self.nodes))
        if found == len(self.nodes):
            self.nodes.append(node)
        return found

    def _row(self, node: _Node) -> _Row:
        look: list[tuple[int, Answer]] = []
        after: list[int] = []
        for place, column, read in self.here[node.state]:
            facts = node.facts if column.phase == 0 else _later(node, column.phase)
            asked = (node.state, column.event, read(facts))
            if asked not in self.answers:
                self.answers[asked] = self._asked(node.state, column.event, facts)
            answer = self.answers[asked]
            look.append((place, answer))
            if isinstance(answer, str):
                after.append(self._enter(self._moved(node, self.workflow.by_id[answer], facts)))
        return _Row(tuple(look), tuple(after))

    def _asked(self, state: str, event: str, facts: Any) -> Answer:
        rule = self.stepper.fire(state, event, facts)
        return tuple(guard.name for guard in self.stepper.failed(state, event, facts)) if rule is None else rule.id

    def _moved(self, node: _Node, rule: Rule, facts: Any) -> _Node:
        if rule.effect is None:
            return self._kept(_Node(rule.dest.key, facts, node.drift, node.kept))
        after = rule.after(facts, self.bounds)
        changed = (name for name, _ in node.drift[0] if name in rule.effect.changes and getattr(after, name) != getattr(facts, name))
        return self._kept(_Node(rule.dest.key, after, node.drift, node.kept.union(changed)))

    def _block(self, place: int, row: _Row, block_of: Sequence[int]) -> Block:
        after = iter(row.after)
        cells = {
            self.columns[column]: Move(answer, block_of[next(after)]) if isinstance(answer, str) else answer for column, answer in row.look
        }
        return Block(self.nodes[place].state, cells, *self._limits(self.nodes[place]))


def _nothing(_: Any) -> tuple[()]:
    return ()


def _drift(course: Course) -> Drift:
    first, *rest = course.phases
    if not rest:
        return ((),)
    names = [one.name for one in fields(first) if any(getattr(later, one.name) != getattr(first, one.name) for later in rest)]
    return tuple(tuple((name, getattr(phase, name)) for name in names) for phase in course.phases)


def _later(node: _Node, phase: int) -> Any:
    """The facts as they are derived anew in a phase: what effects have changed is kept."""
    changed = {name: value for name, value in node.drift[min(phase, len(node.drift) - 1)] if name not in node.kept}
    return replace(node.facts, **changed) if changed else node.facts
