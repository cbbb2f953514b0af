"""Owns livelocks: rounds that a set of actors can go for ever, and that no clock will ever end.

A round is a cycle of accepted moves, not all of them internal. Two kinds go on for ever:

1. A cycle of actors' moves that is not wholly under one limit: it passes through a state without a limit, or through states of
   different limits, each of which starts anew in every round. If the actors are quick enough, no clock rule ever fires.
2. A cycle under one limit that the limit's passing does not break. Once the limit has passed, the clock acts at once wherever it
   has a rule, and the actors only elsewhere; a cycle of these moves goes on for ever. A limit that only records a breach breaks
   nothing; nor does a clock that leads to a state under the same limit. (Where that is the clock alone, `RefundCase` raises.)

A cycle that needs the clock to move under different limits is none: a limit runs, and falls due, in every round of it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from refund_fsm.soundness.hits import Hit, actors_text, states_text
from refund_fsm.soundness.space import GraphPath, Space
from refund_fsm.text import Text
from refund_fsm.workflow import CLOCK

Edges = Mapping[int, tuple[tuple[int, int], ...]]  # by place: rule, place


class _Round(NamedTuple):
    length: int
    start: int
    rules: tuple[int, ...]


def rounds(space: Space) -> Iterator[Hit]:
    """One hit for each set of states that cases can go round in, with the path there and one round."""
    met: set[tuple[str, ...]] = set()
    hits = sorted((*_free(space), *_held(space), *_spun(space)), key=lambda hit: len(hit.path) if hit.path else 0)
    for hit in hits:
        if hit.subjects not in met:
            met.add(hit.subjects)
            yield hit


def _free(space: Space) -> Iterator[Hit]:
    """Cycles of actors' moves across limits, or under none."""
    edges = {place: tuple(move for move in moves if not space.rules[move.rule].by_clock) for place, moves in space.moves.items()}
    for part in components(edges):
        found = _shortest(space, edges, part, across=True)
        if found is not None:
            yield _hit(space, part, found)


def _held(space: Space) -> Iterator[Hit]:
    """Cycles under one limit that has passed: a case may wait for that wherever it is."""
    edges: dict[int, tuple[tuple[int, int], ...]] = {}
    for config in _steps(space):
        actors, clock = space.fires(config)
        group = space.group(config)
        moves = () if space.spin(config) else ((rule, space.after(config, rule)) for rule in (actors if clock is None else (clock,)))
        edges[2 * config + 1] = tuple((rule, 2 * dest + 1) for rule, dest in moves if group >= 0 and space.group(dest) == group)
    for part in components(edges):
        found = _shortest(space, edges, part, across=False)
        if found is not None:
            yield _hit(space, part, found)


def _spun(space: Space) -> Iterator[Hit]:
    """Cycles of the clock alone under one limit: the path leads to where the case waits for it, since no case comes out of them."""
    for place in space.moves:
        spin = space.spin(place // 2)
        if spin:
            part = frozenset(2 * config for config in spin)
            yield _told(space, part, {CLOCK.key}, space.path_to(place))


def _steps(space: Space) -> dict[int, int]:
    """The configurations that are reached, each with the number of steps to it."""
    found: dict[int, int] = {}
    for place in space.moves:
        found.setdefault(place // 2, space.tree[place][2])
    return found


def _shortest(space: Space, edges: Edges, part: frozenset[int], *, across: bool) -> _Round | None:
    """The round in a strongly connected part that is done first, counting the path to it; None where only internal moves go round."""
    steps = _steps(space)
    best: _Round | None = None
    for start in sorted(part, key=lambda place: (steps[place // 2], place)):
        most = None if best is None else best.length - steps[start // 2] - 1
        if most is not None and most < 1:
            break
        rules = _round(space, edges, part, start, across=across, most=most)
        if rules is not None:
            best = _Round(steps[start // 2] + len(rules), start, rules)
    return best


def _round(space: Space, edges: Edges, part: frozenset[int], start: int, *, across: bool, most: int | None) -> tuple[int, ...] | None:
    """A shortest round from a place back to it, of at most so many moves: over pairs of a place and whether what makes it a round
    has happened."""
    group = space.group(start // 2)
    tree: dict[tuple[int, bool], tuple[tuple[int, bool] | None, int, int]] = {(start, False): (None, -1, 0)}
    todo = deque(tree)
    while todo:  # ends: every pair is added once
        spot = todo.popleft()
        length = tree[spot][2] + 1
        if most is not None and length > most:
            return None
        for rule, dest in edges[spot[0]]:
            if dest not in part:
                continue
            turned = space.group(dest // 2) != group if across and group >= 0 else not space.rules[rule].internal
            after = (dest, spot[1] or turned)
            if after == (start, True):
                return (*_back(tree, spot), rule)
            if after not in tree:
                tree[after] = (spot, rule, length)
                todo.append(after)
    return None


def _back(tree: Mapping[tuple[int, bool], tuple[tuple[int, bool] | None, int, int]], spot: tuple[int, bool]) -> tuple[int, ...]:
    rules = []
    before, rule, _ = tree[spot]
    while before is not None:  # ends: each step is nearer to the start
        rules.append(rule)
        before, rule, _ = tree[before]
    return tuple(reversed(rules))


def _hit(space: Space, part: frozenset[int], found: _Round) -> Hit:
    place = space.nearest((found.start, found.start ^ 1))
    assert place is not None, "only what is reached is searched"
    return _told(space, part, {space.rules[rule].actor.key for rule in found.rules}, space.path_to(place, *found.rules))


def _told(space: Space, part: frozenset[int], acting: set[str], path: GraphPath) -> Hit:
    workflow = space.workflow
    states = {space.state(place) for place in part}
    keys = tuple(key for key in workflow.states if key in states)
    who = actors_text(workflow, [key for key in workflow.actors if key in acting])
    where = states_text(workflow, keys)
    zh = f"{who.zh}可以在{where.zh}之间没完没了地循环，没有时钟会终止。"
    return Hit("livelock", keys, Text(zh, f"The {who.en} can go round {where.en} for ever, and no clock ends it."), path)


def components(edges: Edges) -> list[frozenset[int]]:
    """The strongly connected parts that have a move inside (R. Tarjan, Depth-first search and linear graph algorithms, 1972)."""
    number: dict[int, int] = {}
    low: dict[int, int] = {}
    stack: list[int] = []
    held: set[int] = set()
    found = []
    for root in edges:
        if root in number:
            continue
        path = [(root, iter(edges[root]))]
        number[root] = low[root] = len(number)
        stack.append(root)
        held.add(root)
        while path:  # ends: every place is put on the path once, and every move is looked at once
            place, moves = path[-1]
            for _, dest in moves:
                if dest not in number:
                    number[dest] = low[dest] = len(number)
                    stack.append(dest)
                    held.add(dest)
                    path.append((dest, iter(edges[dest])))
                    break
                if dest in held:
                    low[place] = min(low[place], number[dest])
            else:
                path.pop()
                if path:
                    low[path[-1][0]] = min(low[path[-1][0]], low[place])
                if low[place] == number[place]:
                    part = frozenset(_popped(stack, place))
                    held -= part
                    if len(part) > 1 or any(dest == place for _, dest in edges[place]):
                        found.append(part)
    return found


def _popped(stack: list[int], last: int) -> Iterator[int]:
    """What is taken off a stack, down to `last`, which is on it."""
    place = stack.pop()
    yield place
    while place != last:  # ends: `last` is on the stack
        place = stack.pop()
        yield place
