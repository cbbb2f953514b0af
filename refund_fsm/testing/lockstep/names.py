"""Owns how a foreign system names and cuts things: `Names`, its checks, and the workflow that is left to hold the system against.

Events that the system lacks, and moves that it makes by itself, are worked into the table, so that the suites, the random paths and
the search all run on one workflow and know nothing of them. Must not know an order type, nor call an implementation.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from refund_fsm.errors import BadData, TooLong
from refund_fsm.workflow import CLOCK, Effect, FrozenDict, Guard, Partial, Policy, Rule, Workflow, known_in, read_toml, reads_of

MAX_OWN_MOVES = 20  # that a service makes one after the other: more is a round, or a table that should be written anew


@dataclass(frozen=True)
class Names:
    """How a foreign system names what a workflow has.

    | field | holds |
    |---|---|
    | `events` | their event → ours; None: they have our names |
    | `states` | their state → ours, or several of ours where theirs is coarser; None: they have our names |
    | `actors` | their actor → ours; None: they have our names. The clock is `clock` unless it is named |
    | `by_itself` | our events that the system does on its own, in the same call, whenever their guards come to hold |
    | `absent` | our events that the system does not have: the workflow is taken without their rules |

    An event that is `by_itself` is never sent. As soon as a call has made it possible it counts as done, at that call's instant,
    and further ones after it; until the next call, whatever that is, the system may report the state before such a move, or any
    after it. Such an event must not file, nor be possible in the initial state; and none may go round.
    An event of the clock needs a name only where the system has no `advance`.
    """

    events: Mapping[str, str] | None = None
    states: Mapping[str, str | Iterable[str]] | None = None
    actors: Mapping[str, str] | None = None
    by_itself: Iterable[str] = ()
    absent: Iterable[str] = ()

    def __post_init__(self) -> None:
        for name in ("events", "actors"):
            _freeze(self, name, _texts(name, getattr(self, name)))
        _freeze(self, "states", _state_sets(self.states))
        for name in ("by_itself", "absent"):
            _freeze(self, name, _event_list(name, getattr(self, name)))

    @classmethod
    def from_file(cls, path: str | Path) -> Names:
        """The names of a TOML file: tables `events`, `states` and `actors`, lists `by_itself` and `absent`, each of which may be missing.
        `BadData` naming file and field."""
        data, _ = read_toml(path, "names")
        for name, value in data.items():
            if name not in cls.__dataclass_fields__:
                raise BadData(f"names.{name}", value, f"no such table; there are {', '.join(cls.__dataclass_fields__)}")
        return cls(**data)

    def fitted(self, workflow: Workflow) -> Workflow:
        """The workflow that the system is held against: without `absent` events, `by_itself` moves joined to what they follow."""
        return fit(self, workflow).workflow


@dataclass(frozen=True)
class Fit:
    """Names that fit a workflow. `event_of` and `actor_of` lead from ours to theirs, `said_for` from our state to theirs (all that
    may be reported in it), `known` are all their states, `passed` the states that a joined rule goes through, by its id."""

    names: Names
    workflow: Workflow
    event_of: Mapping[str, str]
    actor_of: Mapping[str, str]
    said_for: Mapping[str, frozenset[str]]
    known: frozenset[str]
    passed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def seen(self) -> dict[str, str]:
        """By our state, what tells it from others: states of which theirs may be the same are not told apart."""
        found = {key: key for key in self.workflow.states}
        for one in found:
            for other in found:
                if self.said_for[one] & self.said_for[other]:
                    same = {found[one], found[other]}
                    found.update({key: min(same) for key, told in found.items() if told in same})
        return found

    def check_clock(self) -> None:
        """`BadData` when an event of the clock has no name: a system without `advance` is sent them."""
        for name, event in self.workflow.events.items():
            if event.actor.key == CLOCK.key and name not in self.event_of:
                raise BadData("names.events", name, "a name of theirs for it: without advance(to) the clock's events are sent")


def _freeze(names: Names, name: str, value: object) -> None:
    object.__setattr__(names, name, value)


def _texts(name: str, given: object) -> Mapping[str, str] | None:
    if given is None:
        return None
    if not isinstance(given, Mapping):
        raise BadData(f"names.{name}", given, "a mapping from their names to ours, or None")
    for theirs, ours in given.items():
        if not isinstance(theirs, str) or not isinstance(ours, str):
            raise BadData(f"names.{name}[{theirs!r}]", ours, "text for text: their name and ours")
    return FrozenDict(given)


def _state_sets(given: object) -> Mapping[str, frozenset[str]] | None:
    if given is None:
        return None
    if not isinstance(given, Mapping):
        raise BadData("names.states", given, "a mapping from their states to ours, or None")
    found = {}
    for theirs, ours in given.items():
        several = (ours,) if isinstance(ours, str) else tuple(ours) if isinstance(ours, Iterable) else ()
        if not isinstance(theirs, str) or not several or not all(isinstance(one, str) for one in several):
            raise BadData(f"names.states[{theirs!r}]", ours, "one of our states, or several")
        found[theirs] = frozenset(several)
    return FrozenDict(found)


def _event_list(name: str, given: object) -> tuple[str, ...]:
    several = tuple(given) if isinstance(given, Iterable) and not isinstance(given, str) else None
    if several is None or not all(isinstance(one, str) for one in several):
        raise BadData(f"names.{name}", given, "names of our events, in a tuple or a set")
    return tuple(sorted(several))


def fit(names: Names | None, workflow: Workflow) -> Fit:
    """The names checked against a workflow; `BadData` naming the hole. None: the system has our names."""
    names = Names() if names is None else names
    if not isinstance(names, Names):
        raise BadData("names", names, "a Names, or None where the names are ours")
    for part in ("by_itself", "absent"):
        for name in getattr(names, part):
            _known(f"names.{part}", name, workflow.events, "an event")
    both = set(names.by_itself) & set(names.absent)
    if both:
        raise BadData("names.absent", min(both), "an event that is not in by_itself as well")
    left = workflow.variant(rules=[r for r in workflow.rules if r.event.name not in names.absent]) if names.absent else workflow
    joined, passed = _joined(left, frozenset(names.by_itself))
    said_for, known = _states(names, workflow)
    return Fit(names, joined, _events(names, workflow), _actors(names, workflow), said_for, known, passed)


def _known(part: str, name: str, among: Iterable[str], what: str) -> None:
    if name not in among:
        raise BadData(part, name, f"{what} of the workflow: {', '.join(among)}")


def _inverted(part: str, given: Mapping[str, str], among: Iterable[str], what: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for theirs, ours in given.items():
        _known(f"{part}[{theirs!r}]", ours, among, what)
        if ours in found:
            raise BadData(f"{part}[{theirs!r}]", ours, f"{what} that has no other name: it is {found[ours]!r} already")
        found[ours] = theirs
    return found


def _events(names: Names, workflow: Workflow) -> dict[str, str]:
    if names.events is None:
        return {name: name for name in workflow.events}
    found = _inverted("names.events", names.events, workflow.events, "an event")
    for name, event in workflow.events.items():
        if name not in found and name not in names.by_itself and name not in names.absent and event.actor.key != CLOCK.key:
            raise BadData("names.events", name, "a name of theirs for it, or its place in by_itself or absent")
    return found


def _actors(names: Names, workflow: Workflow) -> dict[str, str]:
    if names.actors is None:
        return {key: key for key in workflow.actors}
    found = _inverted("names.actors", names.actors, workflow.actors, "an actor")
    found.setdefault(CLOCK.key, CLOCK.key)
    for key in workflow.actors:
        if key not in found:
            raise BadData("names.actors", key, "a name of theirs for this actor")
    return found


def _states(names: Names, workflow: Workflow) -> tuple[dict[str, frozenset[str]], frozenset[str]]:
    given: Mapping[str, Any] = {key: frozenset((key,)) for key in workflow.states} if names.states is None else names.states
    for their_state, several in given.items():
        for ours in sorted(several):
            _known(f"names.states[{their_state!r}]", ours, workflow.states, "a state")
    said_for = {key: frozenset(theirs for theirs, several in given.items() if key in several) for key in workflow.states}
    for key, theirs in said_for.items():
        if not theirs:
            raise BadData("names.states", key, "a state of theirs that stands for it")
    return said_for, frozenset(given)


def _joined(workflow: Workflow, own: frozenset[str]) -> tuple[Workflow, dict[str, tuple[str, ...]]]:
    """The workflow without the rules of `own` events, each rule that leads to one joined with it; and what joined rules go through."""
    if not own:
        return workflow, {}
    followed: dict[str, list[Rule]] = {}
    for rule in workflow.rules:
        if rule.event.name in own:
            _check_own(workflow, rule)
            followed.setdefault(rule.source.key, []).append(rule)
    rules: list[Rule] = []
    passed: dict[str, tuple[str, ...]] = {}
    for rule in workflow.rules:
        if rule.event.name not in own:
            for joined, through in _chains(workflow, rule, (), followed):
                rules.append(joined)
                if through:
                    passed[joined.id] = through
    return workflow.variant(rules=rules), passed


def _check_own(workflow: Workflow, rule: Rule) -> None:
    if rule.event.files:
        raise BadData("names.by_itself", rule.event.name, "an event that files nothing")
    if rule.by_clock:
        raise BadData("names.by_itself", rule.event.name, "no event of the clock: it comes at its limit")
    if rule.source.key == workflow.initial.key:
        raise BadData("names.by_itself", rule.event.name, f"an event that is not possible in {rule.source.key}, where a case opens")
    if rule.internal:
        raise BadData("names.by_itself", rule.event.name, f"an event that leads on: {rule.id} stays in {rule.source.key} for ever")


def _chains(
    workflow: Workflow, rule: Rule, through: tuple[str, ...], followed: Mapping[str, list[Rule]]
) -> Iterator[tuple[Rule, tuple[str, ...]]]:
    """The rule joined with what follows it by itself, and last as it is: of rules that can both fire, the first does."""
    if len(through) > MAX_OWN_MOVES:
        raise TooLong(f"names.by_itself: more than {MAX_OWN_MOVES} moves one after the other, {' → '.join(through[:5])} → …")
    for own in followed.get(rule.dest.key, ()):
        guards = (*rule.when, *(_after(workflow, rule.effect, guard) for guard in own.when))
        step = replace(rule, id=f"{rule.id}+{own.id}", dest=own.dest, when=guards, effect=_both(rule.effect, own.effect))
        yield from _chains(workflow, step, (*through, rule.dest.key), followed)
        if not own.when:  # it always follows, so the rule is never the last
            return
    yield rule, through


def _after(workflow: Workflow, effect: Effect | None, guard: Guard) -> Guard:
    """The guard, asked of what the effect makes of the facts; the guard itself where it reads nothing that the effect changes."""
    if effect is None or not {*reads_of(guard, workflow.domains(Policy.guide()))}.intersection(effect.changes):
        return guard

    def test(facts: Any) -> bool:
        if not issubclass(type(facts), Partial):
            return guard(effect(facts))
        known = {one.name: _Unread(one.name, facts) for one in workflow.fact_fields}  # `reads_of` asks which facts are read
        answer: Any = guard(effect(workflow.facts(**{**known, **known_in(facts)})))
        return bool(answer)

    return Guard(f"{guard.name}_after_{effect.name}", test, guard.text)


class _Unread:
    """A fact that is not known yet: it may be handed on, and looking at it tells `reads_of` that it is read."""

    def __init__(self, name: str, facts: object) -> None:
        self.name, self.facts = name, facts

    def _look(self, *_: object) -> Any:
        return getattr(self.facts, self.name)  # raises what `reads_of` waits for

    __eq__ = __lt__ = __le__ = __gt__ = __ge__ = __bool__ = __hash__ = _look
    __add__ = __radd__ = __sub__ = __rsub__ = __index__ = __str__ = __iter__ = __contains__ = _look


def _both(first: Effect | None, second: Effect | None) -> Effect | None:
    if first is None or second is None:
        return first or second
    return Effect(f"{first.name}_{second.name}", lambda facts: second(first(facts)), (*first.changes, *second.changes))
