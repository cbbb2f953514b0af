"""Owns the openings from which whole truth tables are met: an order for each combination of the facts that anything looks at, and how
these facts change by themselves while time passes.

An order also stands here with what happens to it later on: shipped, signed for, used while the case is under way. Must not know an order
type, nor step a case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from operator import attrgetter
from typing import Any, NamedTuple

from refund_fsm.errors import RefundFsmError
from refund_fsm.graph import drift, explore
from refund_fsm.scenario import START, Opening
from refund_fsm.workflow import Effect, Evidence, Order, Policy, RefundRequest, Workflow, reads_of

HOUR = timedelta(hours=1)
MAX_PHASES = 8  # of one world: an order whose facts change more often is followed so far
TRIED = 60  # facts on which it is tried whether an effect looks at a fact
LATER = ("shipped_at", "signed_at", "activated_at")  # instants of an order that may come after the opening, in their order


class Phase(NamedTuple):
    """From an instant on, the facts are these."""

    start: datetime
    facts: Any


class World(NamedTuple):
    """An opening, and the phases through which its facts go by themselves; the first begins with it."""

    opening: Opening
    phases: tuple[Phase, ...]


class Worlds:
    """The worlds of a workflow under a policy. `names` are the facts that any guard reads, or an effect looks at."""

    def __init__(self, workflow: Workflow, policy: Policy) -> None:
        self.workflow, self.policy = workflow, policy
        raw = explore(workflow, policy, strict=False)
        self._openings = [raw.facts_of(config) for config in raw.openings]
        domains = workflow.domains(policy)
        looked = {name for guard in workflow.guards.values() for name in reads_of(guard, domains)}
        effects = {rule.effect for rule in workflow.rules if rule.effect is not None}
        step = max(1, len(raw.facts) // TRIED)
        self.looked_at: Mapping[Effect, frozenset[str]] = {one: frozenset(_looked_at(one, raw.facts[::step], domains)) for one in effects}
        self.names = tuple(name for name in domains if name in looked.union(*self.looked_at.values()))
        self.pick: Callable[[Any], Any] = attrgetter(*self.names) if self.names else lambda _: ()
        self.files_again = _files_again(workflow)
        self._hints: dict[datetime, None] = {}  # instants at which facts of some order changed

    def plain(self) -> Iterator[World]:
        """One for each combination of the facts that some order has, with the order that the workflow gives for it."""
        known = set()
        for facts in self._openings:
            key = self.pick(facts)
            made = None if key in known else self.workflow.make_up(facts, START)
            if made is not None:
                known.add(key)
                opening = Opening(*made, START)
                yield World(opening, self.phases(opening) if self.files_again else (Phase(START, facts),))

    def later(self, world: World) -> Iterator[World]:
        """The same order with more to come: what has not happened to it happens an hour on, one thing after the other."""
        order, request, at = world.opening
        for changed in _later(order, at):
            yield from self._kept(Opening(changed, request, at), world)
        if not request.evidence:
            piece = Evidence(kind="photo", by="buyer", at=at + HOUR)
            yield from self._kept(Opening(order, RefundRequest(**{**dict(request), "evidence": (piece,)}), at), world)

    def _kept(self, opening: Opening, world: World) -> Iterator[World]:
        """The world of an opening that begins as another, where it goes on otherwise."""
        if self.pick(self._derived(opening, opening.at)) != self.pick(world.phases[0].facts):
            return
        phases = self.phases(opening)
        if [self.pick(one.facts) for one in phases] != [self.pick(one.facts) for one in world.phases]:
            yield World(opening, phases)

    def _derived(self, opening: Opening, at: datetime) -> Any:
        return self.workflow.derive(opening.order, opening.request, at, self.policy)

    def phases(self, opening: Opening) -> tuple[Phase, ...]:
        """The phases of an opening, the first `MAX_PHASES` of them."""
        turns = drift.changes(lambda at: self.pick(self._derived(opening, at)), opening.at, self._hints)
        self._hints.update(dict.fromkeys(turns))
        return tuple(Phase(at, self._derived(opening, at)) for at in (opening.at, *turns[: MAX_PHASES - 1]))


def _files_again(workflow: Workflow) -> frozenset[str]:
    """The states from which a filing is still ahead, when one may come after the first step; else none: a filing then has the facts of
    its opening."""
    filing = {rule.source.key for rule in workflow.rules if rule.event.files}
    before = set(filing)
    while True:  # ends: the set only grows
        more = {rule.source.key for rule in workflow.rules if rule.dest.key in before}
        if more <= before:
            break
        before |= more
    led_to = {rule.dest.key for rule in workflow.rules if rule.dest.key != workflow.initial.key or not rule.internal}
    return frozenset(before) if before & led_to else frozenset()


def _later(order: Order, at: datetime) -> Iterator[Order]:
    """The order with one thing more to come, then two, and so on, each an hour after the other."""
    open_ = [name for name in LATER if getattr(order, name) is None]
    for first in range(len(open_)):
        for last in range(first + 1, len(open_) + 1):
            changes: dict[str, Any] = {name: at + HOUR * place for place, name in enumerate(open_[first:last], 1)}
            try:
                yield Order(**{**dict(order), **changes})
            except RefundFsmError:  # nothing is signed for before it is shipped
                continue


def _looked_at(effect: Effect, some: Sequence[Any], domains: Mapping[str, tuple[Any, ...]]) -> Iterator[str]:
    """The facts that change what an effect sets, as far as trying shows."""
    pick = [attrgetter(name) for name in effect.changes]

    def made(facts: Any) -> Any:
        try:
            after = effect(facts)
        except Exception as error:  # facts that never reach it
            return type(error).__name__
        return [one(after) for one in pick]

    for name, values in domains.items():
        tried = (replace(facts, **{name: value}) for facts in some for value in values)
        answers = (made(one) for one in tried)
        grouped = zip(*[answers] * len(values), strict=True)
        if any(one != other for group in grouped for one, other in pairwise(group)):
            yield name
