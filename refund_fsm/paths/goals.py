"""Owns what each criterion asks to be covered, as goals with names, and where in a `Space` each can be reached.

Sources: Ammann & Offutt, Introduction to Software Testing (coverage criteria); rules.md § 6 (limits). Must not plan a path.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from refund_fsm.errors import TooLong
from refund_fsm.paths.counts import answers_name, count_name, kind_name, limit_guards
from refund_fsm.paths.inputs import PASS, Input
from refund_fsm.paths.refused import refused
from refund_fsm.paths.space import Space
from refund_fsm.workflow import Rule, SpecialPeriod, Workflow

MAX_PRIME_PATHS = 20_000  # of one workflow: beyond, the criterion is an error and not a hang

RuleIds = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Extra:
    """Goals that no planned path reaches, since they need an instant of their own: at a place, where the limit is to end in a `special`
    period (`too_late`: an event for its instant), or where the event `moved` moves it."""

    names: tuple[str, ...]
    place: int
    special: SpecialPeriod | None = None
    too_late: str = ""
    moved: str = ""


@dataclass
class Goals:
    """The goals of a criterion, numbered in the order of `names`.

    `at_step`: those that an input reaches at a place; `at_place`: those that being there reaches; `sequences`: those that rules
    fired one after the other reach, by their ids. `infeasible`: goals that the table has and no order can reach. `extras`: what is
    wanted beside, and not planned.
    """

    names: list[str] = field(default_factory=list)
    at_step: dict[tuple[int, Input], list[int]] = field(default_factory=dict)
    at_place: dict[int, list[int]] = field(default_factory=dict)
    sequences: dict[RuleIds, int] = field(default_factory=dict)
    infeasible: list[str] = field(default_factory=list)
    extras: list[Extra] = field(default_factory=list)
    _numbers: dict[str, int] = field(default_factory=dict)

    def number(self, name: str) -> int:
        """The number of a goal, given out when it is first met."""
        number = self._numbers.setdefault(name, len(self.names))
        if number == len(self.names):
            self.names.append(name)
        return number

    def step(self, name: str, place: int, one: Input) -> None:
        """An input reaches a goal at a place."""
        found = self.at_step.setdefault((place, one), [])
        number = self.number(name)
        if number not in found:
            found.append(number)

    def lacking(self, wanted: Sequence[str]) -> None:
        """Notes what was wanted and has no place."""
        self.infeasible += [name for name in wanted if name not in self._numbers]


def states(space: Space) -> Goals:
    """Every state."""
    goals = Goals()
    for place in space.places:
        goals.at_place[place] = [goals.number(space.state(place))]
    goals.lacking(list(space.workflow.states))
    return goals


def rules(space: Space) -> Goals:
    """Every rule."""
    goals = Goals()
    for place in space.places:
        for move in space.moves(place):
            goals.step(move.rule.id, place, move.input)
    goals.lacking(list(space.workflow.by_id))
    return goals


def rule_pairs(space: Space) -> Goals:
    """Every two rules that can fire one after the other."""
    table = space.workflow.rules
    return _sequences(space, [(one.id, two.id) for one in table for two in table if one.dest.key == two.source.key])


def prime_paths(space: Space) -> Goals:
    """Every prime path of the table: the longest paths over rules that meet no state twice, and the simple round trips."""
    return _sequences(space, prime_paths_of(space.workflow))


def _sequences(space: Space, wanted: Sequence[RuleIds]) -> Goals:
    goals = Goals()
    first: dict[str, list[int]] = {}
    for place in space.places:
        for move in space.moves(place):
            first.setdefault(move.rule.id, []).append(place)
    for one in wanted:
        if any(_follows(space, place, one) for place in first.get(one[0], ())):
            goals.sequences[one] = goals.number(" ".join(one))
    goals.lacking([" ".join(one) for one in wanted])
    return goals


def _follows(space: Space, place: int, rules: Sequence[str]) -> bool:
    for rule in rules:
        move = space.by_rule(place, rule)
        if move is None:
            return False
        place = move.dest
    return True


def prime_paths_of(workflow: Workflow) -> list[RuleIds]:
    """The prime paths as sequences of rule ids, shortest first; `TooLong` beyond `MAX_PRIME_PATHS` of them."""
    onward: dict[str, list[Rule]] = {key: [] for key in workflow.states}
    sources: dict[str, set[str]] = {key: set() for key in workflow.states}
    for rule in workflow.rules:
        onward[rule.source.key].append(rule)
        sources[rule.dest.key].add(rule.source.key)
    found: list[RuleIds] = []
    todo: list[tuple[str, tuple[Rule, ...]]] = [(key, ()) for key in workflow.states]
    while todo:  # ends: a path meets no state twice, and there are at most MAX_PRIME_PATHS of them
        start, path = todo.pop()
        met = {start, *(rule.dest.key for rule in path)}
        longer = False
        for rule in onward[path[-1].dest.key if path else start]:
            if rule.dest.key == start:
                found.append(tuple(one.id for one in (*path, rule)))
                longer = True
            elif rule.dest.key not in met:
                todo.append((start, (*path, rule)))
                longer = True
        if path and not longer and sources[start] - {start} <= met:
            found.append(tuple(one.id for one in path))
        if max(len(found), len(todo)) > MAX_PRIME_PATHS:
            raise TooLong(f"workflow {workflow.key}: more than goals.MAX_PRIME_PATHS = {MAX_PRIME_PATHS:,} prime paths; use rule_pairs")
    order = {rule.id: place for place, rule in enumerate(workflow.rules)}
    return sorted(found, key=lambda one: (len(one), [order[rule] for rule in one]))


def guard_outcomes(space: Space) -> Goals:
    """Every guard of every rule: true when the rule fires, and false alone when the event is asked for and all others hold; and all
    answers together that the guards of a state's limit give where a case is in it."""
    goals, wanted = Goals(), []
    for rule in space.workflow.rules:
        for guard in rule.when:
            wanted += [f"{rule.id} {guard.name}", f"{rule.id} not {guard.name}"]
    for place in space.places:
        facts = space.facts(place)
        for rule in space.workflow.rules:
            if rule.source.key != space.state(place) or not rule.when:
                continue
            failing = [guard.name for guard in rule.when if not guard(facts)]
            one = PASS if rule.by_clock else Input("do", rule.event.name)
            if not failing and space.by_rule(place, rule.id):
                for guard in rule.when:
                    goals.step(f"{rule.id} {guard.name}", place, one)
            elif len(failing) == 1:
                goals.step(f"{rule.id} not {failing[0]}", place, one)
        guards = limit_guards(space.workflow, space.state(place))
        if guards:
            goals.at_place[place] = [goals.number(answers_name(space.state(place), guards, facts))]
    goals.lacking(wanted)
    return goals


def limits(space: Space) -> Goals:
    """Every limit of every state, by what comes of it: a minute before, at, a minute after, an event too late at its instant; and
    every rule that stays under a limit, a minute before it. A limit of several rows has them for each, and for what is added; those of
    special periods, and of rules that move the limit, are extras."""
    goals, wanted = Goals(), []
    workflow = space.workflow
    for key, rows in workflow.limits_at.items():
        plain = [rule.id for rule in workflow.clock_rules.get(key, ())] or ([] if len(rows) > 1 else [rows[-1].field])
        named = [count_name(rows, number, plus=plus) for number, row in enumerate(rows) for plus in (False, True)[: 1 + bool(row.plus)]]
        for what in [f"{one}{name}" for one in plain for name in named] or [name.strip() for name in named]:
            wanted += [f"{key} {what} {when}" for when in ("before", "at", "after")]
    for place in space.places:
        _limits_at(space, place, goals)
    goals.lacking(wanted)
    met: dict[str, None] = {}
    for place in space.places:
        for extra in () if space.overdue(place) else (*_special_at(space, place), *_moved_at(space, place)):
            if extra.names[0] not in met:
                met.update(dict.fromkeys(extra.names))
                goals.extras.append(extra)
    return goals


def _what(space: Space, place: int, special: SpecialPeriod | None = None) -> str:
    """What comes of the limit of a place: the state, the rule of the clock (else the field), and how the limit is counted."""
    clock, kind, key = space.clock_move(place), space.kind(place), space.state(place)
    assert kind is not None, "the state has a limit"
    name = kind_name(space.workflow, kind, special)
    if clock is not None:
        return f"{key} {clock.rule.id}{name}"
    return f"{key}{name}" if name else f"{key} {space.workflow.limits_at[key][-1].field}"


def _limits_at(space: Space, place: int, goals: Goals) -> None:
    workflow, key = space.workflow, space.state(place)
    kind = space.kind(place)
    if kind is None:
        return
    clock, what = space.clock_move(place), _what(space, place)
    if space.overdue(place):
        goals.step(f"{what} after", place, Input("after"))
        return
    for when, one in (("before", Input("before")), ("at", PASS), ("after", Input("after"))):
        goals.step(f"{what} {when}", place, one)
    for move in space.moves(place):
        if move.input.kind != "late":
            continue
        if clock is not None and move.input.event not in {after.input.event for after in space.moves(clock.dest)}:
            goals.step(f"{what} too late", place, Input("too_late", move.input.event))
        if workflow.group_of.get(move.rule.dest.key) == workflow.group_of[key] and space.kind(move.dest) == kind:
            goals.step(f"{key} {move.rule.id} keeps the count", place, move.input)


def _special_at(space: Space, place: int) -> Iterator[Extra]:
    """A place's limit in each special period that it may meet."""
    kind, clock = space.kind(place), space.clock_move(place)
    for period in () if kind is None else (space.policy.special[number] for number in kind.special):
        what, late = _what(space, place, period), ""
        if clock is not None:
            barred = {after.input.event for after in space.moves(clock.dest)}
            late = next((one.input.event for one in space.moves(place) if one.input.kind == "late" and one.input.event not in barred), "")
        names = tuple(f"{what} {when}" for when in ("before", "at", "after", *(("too late",) if late else ())))
        yield Extra(names, place, period, late)


def _moved_at(space: Space, place: int) -> Iterator[Extra]:
    """The rules that move a place's limit while it runs."""
    group_of, key, kind = space.workflow.group_of, space.state(place), space.kind(place)
    for move in space.moves(place):
        stays = move.input.kind == "late" and kind is not None and group_of.get(move.rule.dest.key) == group_of[key]
        if stays and space.kind(move.dest) != kind:
            names = (f"{key} {move.rule.id} moves the limit", f"{key} {move.rule.id} old end passes")
            yield Extra(names, place, moved=move.input.event)


def refusals(space: Space) -> Goals:
    """Every refusal code that a state has for an actor."""
    goals, wanted = Goals(), []
    for place in space.places:
        for name, one in refused(space, place):
            goals.step(name, place, one)
    for rule in space.workflow.rules:
        if rule.when and not rule.by_clock:
            wanted.append(f"{rule.source.key} {rule.actor.key} guard_failed")
    goals.lacking(list(dict.fromkeys(wanted)))
    return goals


CRITERIA: dict[str, Callable[[Space], Goals]] = {
    "states": states,
    "rules": rules,
    "rule_pairs": rule_pairs,
    "prime_paths": prime_paths,
    "guard_outcomes": guard_outcomes,
    "limits": limits,
    "refusals": refusals,
}
