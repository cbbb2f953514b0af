"""Owns lower bounds: how many paths, and how many steps, any suite that reaches all goals of a criterion must have.

Two goals that no path has both of need two paths; a path with a goal is at least as long as the shortest path to it. So a set of
goals of which no two go together bounds the number of paths by its size, and the number of steps by the sum of the shortest
paths. The sets are found greedily: the bounds hold, larger ones may exist. Must not plan a path.
"""

from __future__ import annotations

from collections.abc import Sequence

from refund_fsm.paths.plan import Planner, bits


def lower_bounds(planner: Planner, wanted: int) -> tuple[int, int]:
    """Paths and steps that no suite for the wanted goals (a mask) can do without."""
    found = list(bits(wanted))
    together = _together(planner, found)
    lengths = _lengths(planner, found)
    paths = max((len(_apart(order, together)) for order in _orders(found, together, lengths)), default=0)
    steps = max((sum(lengths[goal] for goal in _apart(order, together)) for order in _orders(found, together, lengths)), default=0)
    return paths, max(steps, _shortest_total(planner, wanted))


def _orders(found: Sequence[int], together: dict[int, int], lengths: dict[int, int]) -> list[list[int]]:
    return [
        sorted(found, key=lambda goal: (-lengths[goal], goal)),
        sorted(found, key=lambda goal: (together[goal].bit_count(), -lengths[goal], goal)),
        sorted(found, key=lambda goal: (together[goal].bit_count() / max(1, lengths[goal]), goal)),
    ]


def _apart(order: Sequence[int], together: dict[int, int]) -> list[int]:
    """Goals of which no two go together, taken in order."""
    chosen: list[int] = []
    barred = 0
    for goal in order:
        if not barred >> goal & 1:
            chosen.append(goal)
            barred |= together[goal]
    return chosen


def _lengths(planner: Planner, found: Sequence[int]) -> dict[int, int]:
    """By goal, the fewest steps of a path that reaches it."""
    tree = planner.space.shortest.tree
    best = dict.fromkeys(found, 0)
    known: dict[int, int] = {}
    for place, starts in planner.starts.items():
        for goal, (inputs, _) in starts.items():
            length = tree[place % len(planner.space.graph)][2] + len(inputs)
            known[goal] = min(known.get(goal, length), length)
    for place in planner.space.openings:
        for goal in bits(planner.at_place(place)):
            known[goal] = 0
    return {goal: known.get(goal, 0) for goal in best}


def _shortest_total(planner: Planner, wanted: int) -> int:
    """Steps that are needed because one step reaches only so many goals."""
    for place in planner.space.openings:
        wanted &= ~planner.at_place(place)  # reached without a step
    most = max((len(goals) for goals in planner.goals.at_step.values()), default=0)
    most += max((len(goals) for goals in planner.goals.at_place.values()), default=0)
    if planner.goals.sequences:
        most = max(most, len({len(one) for one in planner.goals.sequences}))  # one step ends at most one sequence of each length
    return -(-wanted.bit_count() // most) if most else 0


def _together(planner: Planner, found: Sequence[int]) -> dict[int, int]:
    """By goal, the goals that some path may have as well, as a mask, itself included."""
    space = planner.space
    begins: dict[int, int] = {}  # goal: places where it begins, as a mask
    leads: dict[int, int] = {}  # goal: places that can come after it, as a mask
    for place, starts in planner.starts.items():
        for goal, (_, after) in starts.items():
            begins[goal] = begins.get(goal, 0) | 1 << place
            leads[goal] = leads.get(goal, 0) | space.reach[after]
    for place in space.openings:
        for goal in bits(planner.at_place(place)):
            leads[goal] = leads.get(goal, 0) | space.reach[place]
    overlap = _overlapping(planner)
    mask = dict.fromkeys(found, 0)
    for one in found:
        for other in found:
            if one == other or leads.get(one, 0) & begins.get(other, 0) or leads.get(other, 0) & begins.get(one, 0):
                mask[one] |= 1 << other
        mask[one] |= overlap.get(one, 0)
    return mask


def _overlapping(planner: Planner) -> dict[int, int]:
    """By goal, the goals that the same step reaches, or whose rules overlap, as a mask."""
    found: dict[int, int] = {}
    at_place = planner.goals.at_place
    steps = planner.goals.at_step.items()
    groups = [(*goals, *at_place.get(planner.space.after(*step), ())) if at_place else goals for step, goals in steps]
    groups += at_place.values()
    for group in groups:
        mask = sum(1 << goal for goal in group)
        for goal in group:
            found[goal] = found.get(goal, 0) | mask
    for rules, goal in planner.goals.sequences.items():
        for start in range(1, len(rules)):
            others = planner.by_prefix.get(rules[start:], 0)
            inner = planner.goals.sequences.get(rules[start:])
            others |= 0 if inner is None else 1 << inner
            found[goal] = found.get(goal, 0) | others
            for other in bits(others):
                found[other] = found.get(other, 0) | 1 << goal
    return found
