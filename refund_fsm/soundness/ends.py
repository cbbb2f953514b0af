"""Owns how cases end, or do not: dead ends, cases that cannot end, final states that are left, actors who can block, clashes.

Each finding names a state (and who, or which rules) once, with the nearest configuration in which it is so.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Iterable, Iterator

from refund_fsm.soundness.hits import Choice, Hit, actors_text, rule_text, state_text
from refund_fsm.soundness.space import GraphPath, Move, Space
from refund_fsm.text import Text
from refund_fsm.workflow import CLOCK, Rule


def ends(choice: Choice) -> Iterator[Hit]:
    """All hits of this module, under one choice."""
    space = choice.merged
    stuck = _nearest_of(space, (place for place in space.moves if not space.is_final(place) and not _exits(space, place)))
    ending = _ending(space)
    hopeless = (place for place in space.moves if place not in ending and _exits(space, place))
    for key, place in stuck.items():
        said = state_text(space.workflow, key)
        message = Text(f"死路：案件在{said.zh}无路可走。", f"A dead end: there is no way out of {said.en}.")
        yield Hit("dead_end", (key,), message, space.path_to(place))
    for key, place in _nearest_of(space, hopeless).items():
        said = state_text(space.workflow, key)
        message = Text(f"案件到了{said.zh}，再也到不了任何终态。", f"From {said.en} no final state can be reached.")
        yield Hit("cannot_end", (key,), message, space.path_to(place))
    yield from _left(space)
    yield from _blockers(space)
    yield from _unheeded(space)
    yield from _clashes(choice)


def _nearest_of(space: Space, places: Iterable[int]) -> dict[str, int]:
    """The first place of each state. Places come in the order of the search, so the first is the nearest."""
    found: dict[str, int] = {}
    for place in places:
        found.setdefault(space.state(place), place)
    return found


def _all_moves(_: Move) -> bool:
    return True


def _within(space: Space, place: int, counts: Callable[[Move], bool] = _all_moves) -> list[Move]:
    """The moves of a place, and of those that moves which stay in the state lead to; only such as count are made."""
    found, seen, todo = [], {place}, [place]
    while todo:  # ends: every place is added once
        for move in space.moves[todo.pop()]:
            if not counts(move):
                continue
            found.append(move)
            if space.rules[move.rule].internal and move.dest not in seen:
                seen.add(move.dest)
                todo.append(move.dest)
    return found


def _exits(space: Space, place: int, counts: Callable[[Move], bool] = _all_moves) -> list[Move]:
    """Of these, the moves that lead out of the state."""
    return [move for move in _within(space, place, counts) if not space.rules[move.rule].internal]


def _ending(space: Space) -> set[int]:
    """The places from which a final state can be reached."""
    before: dict[int, list[int]] = {place: [] for place in space.moves}
    for place, moves in space.moves.items():
        for move in moves:
            before[move.dest].append(place)
    found = {place for place in space.moves if space.is_final(place)}
    todo = deque(found)
    while todo:  # ends: every place is added once
        for place in before[todo.popleft()]:
            if place not in found:
                found.add(place)
                todo.append(place)
    return found


def _left(space: Space) -> Iterator[Hit]:
    """Rules that leave a final state. A case refuses them to actors, not to the clock."""
    met: set[str] = set()
    graph = space.graph
    for place in space.moves:
        if not space.is_final(place):
            continue
        config = place // 2
        for number in graph.rule_at[config * space.width : (config + 1) * space.width]:
            if number < 0 or (rule := space.rules[number]).internal or rule.id in met:
                continue
            fires = any(move.rule == number for move in space.moves[place])
            if rule.by_clock and not fires:
                continue
            met.add(rule.id)
            said, leaves = rule_text(space.workflow, rule.id), state_text(space.workflow, rule.source.key)
            zh, en = ("", "") if fires else ("；运行时会拒绝", ", though a case refuses it")
            message = Text(f"终态{leaves.zh}可以离开：{said.zh}{zh}。", f"The final state {leaves.en} can be left: {said.en}{en}.")
            path = space.path_to(place, number) if fires else space.path_to(place, tried=rule.event.name)
            yield Hit("final_left", (rule.id,), message, path)


def _blockers(space: Space) -> Iterator[Hit]:
    """Who, by doing nothing at all, keeps a case in a state for ever, though it can be left: nobody else and no clock leads out."""
    met: set[tuple[str, str]] = set()
    for place in space.moves:
        if space.is_final(place) or not _exits(space, place):
            continue
        actors = (space.rules[move.rule].actor.key for move in _within(space, place))
        for actor in dict.fromkeys(key for key in actors if key != CLOCK.key):
            subjects = (actor, space.state(place))
            if subjects in met or _exits(space, place, _not_by(space, actor)):
                continue
            met.add(subjects)
            who, where = actors_text(space.workflow, [actor]), state_text(space.workflow, subjects[1])
            message = Text(
                f"{who.zh}可以让案件永远停在{where.zh}：没有{who.zh}，谁也走不下去，也没有时钟。",
                f"The {who.en} can keep a case in {where.en} for ever: without the {who.en} nobody leads out of it, and no clock does.",
            )
            yield Hit("blocker", subjects, message, space.path_to(place))


def _not_by(space: Space, actor: str) -> Callable[[Move], bool]:
    return lambda move: space.rules[move.rule].actor.key != actor


def _unheeded(space: Space) -> Iterator[Hit]:
    """Limits that pass without a move where the clock has rules, none of which holds: no breach is recorded there either."""
    workflow = space.workflow
    places = (
        place
        for place in space.moves
        if (key := space.state(place)) in workflow.limits_at and key in workflow.clock_rules and space.fires(place // 2)[1] is None
    )
    for key, place in _nearest_of(space, places).items():
        said = state_text(workflow, key)
        message = Text(
            f"{said.zh}的期限到了也不会发生什么：时钟规则的条件都不成立。",
            f"The limit of {said.en} passes without a move: none of its clock rules holds.",
        )
        yield Hit("limit_never_due", (key,), message, space.path_to(place, waits=True))


def _clashes(choice: Choice) -> Iterator[Hit]:
    """Two rules that can both fire: of one event, or two of the clock's at one limit."""
    workflow = choice.workflow
    for one, two in _suspects(choice):
        key = one.source.key
        for place in choice.raw.places_of.get(key, ()):
            facts = choice.raw.graph.facts_of(place // 2)
            if all(guard(facts) for guard in (*one.when, *two.when)):
                said, where = [rule_text(workflow, rule.id) for rule in (one, two)], state_text(workflow, key)
                message = Text(
                    f"在{where.zh}，{said[0].zh}与{said[1].zh}冲突：两者可同时生效。",
                    f"In {where.en}, {said[0].en} and {said[1].en} clash: both can fire.",
                )
                yield Hit("clash", (one.id, two.id), message, _both(choice.raw, place, one))
                break


def _suspects(choice: Choice) -> Iterator[tuple[Rule, Rule]]:
    """Pairs that may clash where a case gets: those of an event that the graph has a clash of, and the clock's in one state."""
    workflow = choice.workflow
    events = {(workflow.by_id[id].source.key, workflow.by_id[id].event.name) for _, id, _ in choice.graph.clashes}
    for one, two in itertools.combinations(workflow.rules, 2):
        if one.source.key != two.source.key or one.by_clock != two.by_clock:
            continue
        same = one.event.name == two.event.name
        if one.by_clock:
            counts = one.source.key in workflow.limits_at and (not same or (one.source.key, one.event.name) in events)
        else:
            counts = same and not one.source.final and (one.source.key, one.event.name) in events
        if counts:
            yield one, two


def _both(space: Space, place: int, rule: Rule) -> GraphPath:
    """To where two rules clash, and the step in which one of them fires."""
    if not rule.by_clock:
        return space.path_to(place, tried=rule.event.name)
    return space.path_to(place, waits=not space.spin(place // 2))
