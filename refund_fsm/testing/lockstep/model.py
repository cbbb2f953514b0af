"""Owns what a workflow expects of any input at any instant, fast enough for bulk: `Model`, whose configurations are kept once found.

Says the same as `RefundCase`, which the tests hold it to, and asks the guards of each configuration only once.
Must not know an order type, nor call an implementation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from refund_fsm.case import Code, check_newer, is_given
from refund_fsm.errors import BadData
from refund_fsm.scenario import Opening
from refund_fsm.testing.lockstep.names import Fit
from refund_fsm.workflow import CLOCK, Order, Policy, Rule, counting


class Move(NamedTuple):
    """A rule that fires, where it leads, the facts that its effect changes, whether the count of the limit starts again, whether it
    goes on otherwise counted, and what the implementation may call the state it is then in."""

    rule: Rule
    dest: Node
    changed: Mapping[str, Any]
    restarts: bool
    moves: bool
    said: frozenset[str]


class Known(NamedTuple):
    """What is to be known of an event that an actor other than the clock has."""

    actor: str
    needs: tuple[str, ...]
    files: bool


class Node:
    """A configuration: a state and facts. Moves are found when they are first asked for."""

    __slots__ = ("_clock", "_moves", "_table", "count", "facts", "final", "offers", "state")

    def __init__(self, table: Table, state: str, facts: Any) -> None:
        self._table, self.state, self.facts = table, state, facts
        self.final = table.workflow.states[state].final
        self.count = table.counting.of(state, facts)
        self.offers: Any = None  # what random paths keep here
        self._moves: dict[str, Move | None] = {}
        self._clock: tuple[Move | None] | None = None

    def move(self, event: str) -> Move | None:
        """What an event does; None where it is not possible, or guards refuse it."""
        if event not in self._moves:
            self._moves[event] = self._first(() if self.final else self._table.workflow.rules_at.get((self.state, event), ()))
        return self._moves[event]

    def _first(self, rules: Iterable[Rule]) -> Move | None:
        facts = self.facts
        for rule in rules:
            for guard in rule.when:
                if not guard.test(facts):
                    break
            else:
                return self._table.move(self, rule)
        return None

    @property
    def clock(self) -> Move | None:
        """What the clock does at the limit; None where it does nothing, or no limit is."""
        if self._clock is None:
            self._clock = (self._first(self._table.workflow.clock_rules.get(self.state, ()) if self.count else ()),)
        return self._clock[0]


class Table:
    """The configurations of a workflow under a policy, as far as they were met. `leave_out`: codes by which nothing is to be refused."""

    def __init__(self, fit: Fit, policy: Policy, leave_out: frozenset[Code] = frozenset()) -> None:
        self.fit, self.policy, self.leave_out = fit, policy, leave_out
        workflow = self.workflow = fit.workflow
        self.bounds = workflow.bounds(policy)
        self.counting, self.limits = counting(workflow, policy), frozenset(workflow.limits_at)
        self.actor_of = {name: event.actor.key for name, event in workflow.events.items()}
        self.needs = {name: event.needs for name, event in workflow.events.items()}
        by_hand = ((name, event) for name, event in workflow.events.items() if event.actor.key != CLOCK.key)
        self.events = {name: Known(event.actor.key, event.needs, event.files) for name, event in by_hand}
        self.possible = frozenset(workflow.rules_at)
        self.offers: dict[str, Any] = {}  # what random paths keep here, by state
        self._nodes: dict[tuple[str, Any], Node] = {}
        self._opened: dict[int, tuple[Opening, Node]] = {}

    def node(self, state: str, facts: Any) -> Node:
        """The one node of a configuration."""
        found = self._nodes.get((state, facts))
        return found if found is not None else self._nodes.setdefault((state, facts), Node(self, state, facts))

    def opened(self, opening: Opening) -> Node:
        """Where a case opens; derived once for an opening (the object)."""
        found = self._opened.get(id(opening))
        if found is None:
            facts = self.workflow.derive(*opening, self.policy)
            found = self._opened[id(opening)] = (opening, self.node(self.workflow.initial.key, facts))  # kept alive, so the id stands
        return found[1]

    def move(self, node: Node, rule: Rule) -> Move:
        """What a rule does to a configuration."""
        facts: Any = node.facts
        changed: dict[str, Any] = {}
        if rule.effect is not None:
            after = rule.after(facts, self.bounds)
            changed = {name: getattr(after, name) for name in rule.effect.changes if getattr(after, name) != getattr(facts, name)}
            facts = after
        group_of, dest = self.workflow.group_of, rule.dest.key
        restarts = dest != node.state and (dest not in group_of or group_of[dest] != group_of.get(node.state))
        said = self.fit.said_for[dest].union(*(self.fit.said_for[key] for key in self.fit.passed.get(rule.id, ())))
        after = self.node(dest, facts)
        return Move(rule, after, changed, restarts, not restarts and after.count is not node.count, said)


class Model:
    """One case, led in place. `said` is what the implementation may call the present state; `rings` is when the next clock rule fires."""

    __slots__ = ("_due", "_entered", "_kept", "_opening", "node", "now", "rings", "said", "table")

    def __init__(self, table: Table, opening: Opening) -> None:
        self.table, self._opening = table, opening
        self.node = table.opened(opening)
        self.said = table.fit.said_for[self.node.state]
        self.now = self._entered = opening.at
        self._kept: dict[str, Any] = {}
        self._due: datetime | None = None
        self.rings = None if self.node.count is None or self.node.clock is None else self.due

    @property
    def due(self) -> datetime | None:
        """The limit of the present state."""
        if self._due is None and self.node.count is not None:
            self._due = self.node.count.end(self.table.policy.calendar, self._entered).at
        return self._due

    def tick(self, at: datetime) -> Move | None:
        """The first clock rule that falls due by `at` (not before `now`) fires, and `now` is its instant. None when none is left, and
        `now` is `at`."""
        rings = self.rings
        if rings is None or rings > at:
            self.now = at
            return None
        clock = self.node.clock
        assert clock is not None
        self._make(clock, max(rings, self.now))
        return clock

    def judge(self, event: str, by: str, details: Mapping[str, Any]) -> Move | None:
        """The event is made where the present state takes it now; None where it is refused. Not for events of the clock."""
        table = self.table
        known = table.events.get(event)
        if known is None or known.actor != by:
            return None
        for need in known.needs:
            if not is_given(details, need):
                return None
        node = self.asked(known.files)
        move = node.move(event)
        if move is not None:
            self._make(move, self.now)
        return move

    def asked(self, files: bool) -> Node:
        """The configuration that an event is judged by now: its facts derived anew where it files."""
        node, table = self.node, self.table
        if not files or node.final:
            return node
        facts: Any = table.workflow.derive(self._opening.order, self._opening.request, self.now, table.policy)
        return table.node(node.state, replace(facts, **self._kept) if self._kept else facts)

    def tell(self, order: Order) -> bool:
        """The case knows a newer order from now on; False, and nothing has happened, where that is no news to it."""
        known = self._opening.order
        try:
            check_newer(known, order)
        except BadData:
            return False
        self._opening = self._opening._replace(order=order)
        return order != known

    @property
    def order(self) -> Order:
        """The newest order that the case knows."""
        return self._opening.order

    def settle(self) -> None:
        """A call that changes nothing has come: by now the implementation has made every move that it makes by itself."""
        self.said = self.table.fit.said_for[self.node.state]

    def fork(self) -> Model:
        """A model that goes on from here, and leaves this one where it is."""
        twin = object.__new__(Model)
        for name in Model.__slots__:
            setattr(twin, name, getattr(self, name))
        twin._kept = dict(self._kept)
        return twin

    def _make(self, move: Move, at: datetime) -> None:
        _, node, changed, restarts, moves, self.said = move
        told = self.due if moves else None
        self.node, self.now = node, at
        if changed:
            self._kept.update(changed)
        if restarts:
            self._entered, self._due = at, None
        elif moves and told is not None:  # counted on from the same start, to no earlier end than was told, nor before now
            self._due = None
            self._due = max(self.due or told, told, at)
        self.rings = None if node.count is None or node.clock is None else self.due


class Row(NamedTuple):
    """An input that can be given at any place: `offset` after the limit's instant (`from_due`), or after the present one. With the
    `event` None, time passes. `kind` says what sort of input it is (see `inputs`)."""

    event: str | None
    by: str
    from_due: bool
    offset: timedelta
    details: Mapping[str, Any]
    kind: str

    def at(self, model: Model) -> datetime:
        """Its instant at a place; counted from a limit, it is never before `now`."""
        if not self.from_due:
            return model.now + self.offset
        due = model.due
        return model.now if due is None else max(due + self.offset, model.now)
