"""Owns the hops of cases through their states by rows of truth tables: which row leads where, from an opening, at which instant.

Unlike the configuration graph it knows that a filing judges the order as it is then: what changes by itself while a buyer waits or talks
is followed. Must not plan a path, nor play one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property
from operator import attrgetter
from typing import Any, NamedTuple

from refund_fsm.errors import TooLong, WorkflowError
from refund_fsm.paths.truth import Row, fired, row_of, tables_of
from refund_fsm.paths.worlds import World, Worlds
from refund_fsm.scenario import PACE
from refund_fsm.workflow import CLOCK, Policy, Rule, Workflow, counting, reads_of

MAX_SPOTS = 500_000  # more is an error and not a hang
NEAR = timedelta(minutes=10)  # before a change of the facts, in which what leads to it is done


class Spot(NamedTuple):
    """Where a case is: its state, facts, what effects have set, and when it can be there. `world` and `phase` are −1 where no filing is
    ahead, so that nothing of the order is looked at any more but what the facts hold."""

    state: str
    facts: Any
    kept: Mapping[str, Any]
    world: int
    phase: int
    now: datetime
    due: datetime | None


class Hop(NamedTuple):
    """A row that is met at a spot, and the spot after it. `at`: its instant, None for the limit's or, for any other event, a minute on."""

    row: Row
    dest: int
    at: datetime | None


class Hops:
    """All spots of a workflow under a policy, and the hops from each. `starts` are the spots at which worlds open."""

    def __init__(self, workflow: Workflow, policy: Policy) -> None:
        self.workflow, self.policy = workflow, policy
        self.around = Worlds(workflow, policy)
        self.worlds: list[World] = []
        self.spots: list[Spot] = []
        self.hops: list[list[Hop]] = []
        self.starts: list[int] = []
        self.world_of: list[int] = []  # by spot, the world from which it was first reached
        self._bounds, self._counting = workflow.bounds(policy), counting(workflow, policy)
        self._number: dict[Any, int] = {}
        self._picks = self._relevant()
        self._events = list(workflow.events.items())
        for world in list(self.around.plain()):
            self._open(world)
        if not self.starts:
            raise WorkflowError(f"workflow {workflow.key}", "example_of gives no order for any facts")
        self._explore()
        if self.around.files_again:
            lively = {self.world_of[number] for number, spot in enumerate(self.spots) if self._goes_on(spot)}
            for number in sorted(lively):
                for world in self.around.later(self.worlds[number]):
                    self._open(world)
            self._explore()

    @cached_property
    def changing(self) -> frozenset[str]:
        """The facts that an effect may change, or that change by themselves in some world."""
        found = {name for rule in self.workflow.rules if rule.effect is not None for name in rule.effect.changes}
        for world in self.worlds:
            first = world.phases[0].facts
            for phase in world.phases[1:]:
                found |= {name for name in self.around.names if getattr(phase.facts, name) != getattr(first, name)}
        return frozenset(found)

    def _goes_on(self, spot: Spot) -> bool:
        """Whether a filing is ahead after a first step."""
        return spot.world >= 0 and (spot.state != self.workflow.initial.key or bool(spot.kept))

    def _relevant(self) -> dict[str, Any]:
        """By state, what picks the facts that may be looked at from there on."""
        workflow, domains = self.workflow, self.workflow.domains(self.policy)
        reads = {name: frozenset(reads_of(guard, domains)) for name, guard in workflow.guards.items()}
        found: dict[str, set[str]] = {key: set() for key in workflow.states}
        for (state, _), names in tables_of(workflow).items():
            found[state].update(names)
        for state, rows in workflow.limits_at.items():
            found[state].update(*(reads[guard.name] for row in rows for guard in row.guards))
            special = [guard for count in self._counting.counts for _, guards in count.special for guard in guards]
            found[state].update(*(reads[guard.name] for guard in special))
        for rule in workflow.rules:
            if rule.effect is not None:
                found[rule.source.key].update(self.around.looked_at[rule.effect])
        changed = True
        while changed:  # ends: sets only grow
            changed = False
            for rule in workflow.rules:
                more = found[rule.dest.key] - found[rule.source.key]
                found[rule.source.key] |= more
                changed = changed or bool(more)
        return {key: _picker(tuple(name for name in domains if name in names)) for key, names in found.items()}

    def _open(self, world: World) -> None:
        self.worlds.append(world)
        place = len(self.worlds) - 1
        start = self._spot(self.workflow.initial.key, world.phases[0].facts, {}, place, 0, world.opening.at, None, restarts=True)
        self.starts.append(start)

    def _spot(
        self,
        state: str,
        facts: Any,
        kept: Mapping[str, Any],
        world: int,
        phase: int,
        now: datetime,
        due: datetime | None,
        *,
        restarts: bool,
    ) -> int:
        """The number of a spot, given out when it is first met."""
        picked = self._picks[state](facts)
        key: tuple[Any, ...]
        files = state in self.around.files_again
        near = False
        if files:
            phases = self.worlds[world].phases
            near = phase + 1 < len(phases) and phases[phase + 1].start - now <= NEAR
            key = (state, picked, tuple(kept.items()), world, phase, near)
        elif state == self.workflow.initial.key:
            key = (state, self.around.pick(facts), tuple(kept.items()))
        else:
            key = (state, picked)
        number = self._number.setdefault(key, len(self.spots))
        if number == len(self.spots):
            if number > MAX_SPOTS:
                raise TooLong(f"workflow {self.workflow.key}: more than hops.MAX_SPOTS = {MAX_SPOTS:,} places to look at; use rule_pairs")
            if restarts:
                count = self._counting.of(state, facts)
                due = None if count is None else count.end(self.policy.calendar, now).at
            self.spots.append(Spot(state, facts, kept, world if files else -1, phase if files else -1, now, due))
            self.hops.append([])
            self.world_of.append(world)
        return number

    def _explore(self) -> None:
        place = next((number for number, hops in enumerate(self.hops) if not hops), len(self.hops))
        while place < len(self.spots):  # ends: facts, worlds and phases are finite, and MAX_SPOTS holds
            if not self.hops[place]:
                spot = self.spots[place]
                for name, event in self._events:
                    rules = self.workflow.rules_at.get((spot.state, name), ())
                    if rules:
                        found = self._passed(place, rules) if event.actor.key == CLOCK.key else self._tried(place, rules)
                        self.hops[place] += found
            place += 1

    def _passed(self, place: int, rules: tuple[Rule, ...]) -> Iterator[Hop]:
        """The limit passes."""
        spot = self.spots[place]
        if spot.due is not None:
            rule = fired(rules, spot.facts)
            if rule is not None:
                at = max(spot.due, spot.now)
                yield self._way(place, rule, rule.event.name, spot.facts, at, self._phase(spot, at))._replace(at=None)

    def _tried(self, place: int, rules: tuple[Rule, ...]) -> Iterator[Hop]:
        """An event, soon; where a filing is ahead, also just before and at the instants at which the facts change."""
        spot, event = self.spots[place], rules[0].event
        if spot.world < 0:
            yield self._way(place, fired(rules, spot.facts), event.name, spot.facts, spot.now + PACE, -1)._replace(at=None)
            return
        phases = self.worlds[spot.world].phases
        for at, soon in self._instants(spot, event.files):
            phase = self._phase(spot, at)
            facts = spot.facts
            if event.files:
                facts = replace(phases[phase].facts, **spot.kept) if spot.kept else phases[phase].facts
            hop = self._way(place, fired(rules, facts), event.name, facts, at, phase)
            yield hop._replace(at=None) if soon else hop

    def _instants(self, spot: Spot, files: bool) -> Iterator[tuple[datetime, bool]]:
        phases = self.worlds[spot.world].phases
        soon = spot.now + PACE
        yield soon, True
        for phase in phases[spot.phase + 1 :]:
            instants = (phase.start - NEAR, phase.start) if files else (phase.start - NEAR,)
            yield from ((at, False) for at in instants if at > soon and (spot.due is None or at < spot.due))

    def _phase(self, spot: Spot, at: datetime) -> int:
        if spot.world < 0:
            return -1
        return sum(one.start <= at for one in self.worlds[spot.world].phases) - 1

    def _way(self, place: int, rule: Rule | None, event: str, facts: Any, at: datetime, phase: int) -> Hop:
        """What comes of an event: the rule's destination, or the same state when guards refuse it."""
        spot, world = self.spots[place], self.world_of[place]
        row = row_of(self.workflow, spot.state, event, facts)
        if rule is None:
            dest = place if phase == spot.phase and spot.world < 0 else self._stay(spot, world, at, phase)
            return Hop(row, dest, at)
        after = rule.after(facts, self._bounds)
        kept = spot.kept
        if rule.effect is not None:
            kept = {**kept, **{n: getattr(after, n) for n in rule.effect.changes if getattr(after, n) != getattr(facts, n)}}
        group = self.workflow.group_of
        source, dest_key = rule.source.key, rule.dest.key
        stays = source == dest_key or (dest_key in group and group.get(dest_key) == group.get(source))
        return Hop(row, self._spot(dest_key, after, kept, world, phase, at, spot.due, restarts=not stays), at)

    def _stay(self, spot: Spot, world: int, at: datetime, phase: int) -> int:
        """The spot after a refusal: time has passed, and nothing else."""
        return self._spot(spot.state, spot.facts, spot.kept, world, phase, at, spot.due, restarts=False)


def _picker(names: tuple[str, ...]) -> Any:
    return attrgetter(*names) if names else lambda _: ()
