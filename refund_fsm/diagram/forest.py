"""Owns which states stand below and beside one another in a picture, so that a line need not run far. Must not know sizes or places.

Each state is reached by at most one line, so the lines make a forest: the spine is its trunk, and a state off the spine hangs beside the
first state that leads to it, counted from the trunk. Of what hangs from a state off the trunk, the largest part stands below it, the
rest beside it: so the depth to the side grows with the logarithm of the number of states alone. All other arrows are portals: they end in
a pill that names where they lead.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

Step = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Forest:
    """States by key: the `roots`, which no line reaches; the one `below` a state, and those `beside` it."""

    roots: tuple[str, ...]
    below: Mapping[str, str]
    beside: Mapping[str, tuple[str, ...]]

    def lines(self) -> frozenset[Step]:
        """The pairs of states between which a line runs."""
        return frozenset((*self.below.items(), *((one, other) for one, others in self.beside.items() for other in others)))

    def column(self, key: str) -> tuple[str, ...]:
        """A state and those below it, in order."""
        found = [key]
        while found[-1] in self.below:
            found.append(self.below[found[-1]])
        return tuple(found)

    def next_to_each_other(self, keys: Iterable[str]) -> tuple[str, ...]:
        """The states in their order from above, when they stand directly below one another; else empty."""
        wanted = set(keys)
        tops = [key for key in wanted if not any(self.below.get(other) == key for other in wanted)]
        column = self.column(tops[0])[: len(wanted)] if len(tops) == 1 else ()
        return column if set(column) == wanted else ()


def grown(states: Sequence[str], steps: Sequence[Step], trunk: Sequence[str], finals: Iterable[str]) -> Forest:
    """The forest of the states: `steps` are the arrows, the more important first, `trunk` is the spine, whose steps must be among them."""
    leads: dict[str, list[str]] = {}
    for source, dest in steps:
        if dest not in leads.setdefault(source, []):
            leads[source].append(dest)
    below = dict(itertools.takewhile(lambda step: step[1] in leads.get(step[0], ()), itertools.pairwise(trunk)))
    stem = [*trunk[:1], *below.values()] or list(states[:1])
    children = _children(states, leads, stem)
    reached = {*below.values(), *itertools.chain(*children.values())}
    sizes = _sizes(states, children)
    ends = set(finals)
    for key, found in children.items():
        open_ones = [one for one in found if one not in ends]
        if key not in below and open_ones and (key != stem[-1] or not trunk):
            below[key] = max(open_ones, key=lambda one: sizes[one])
    beside = {key: tuple(one for one in found if one != below.get(key)) for key, found in children.items()}
    return Forest(tuple(key for key in states if key not in reached), below, {key: found for key, found in beside.items() if found})


def _children(states: Sequence[str], leads: Mapping[str, Sequence[str]], stem: Sequence[str]) -> dict[str, list[str]]:
    """What each state is the first to lead to, level by level from the trunk on; then from each state that is still left."""
    seen = set(stem)
    children: dict[str, list[str]] = {}
    for start in (stem, *([key] for key in states)):
        level = [key for key in start if start is stem or key not in seen]
        seen.update(level)
        while level:
            found = []
            for key in level:
                for dest in leads.get(key, ()):
                    if dest not in seen:
                        seen.add(dest)
                        children.setdefault(key, []).append(dest)
                        found.append(dest)
            level = found
    return children


def _sizes(states: Sequence[str], children: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """How many states hang from each, itself among them."""
    order: list[str] = []
    stack = list(states)
    seen: set[str] = set()
    while stack:
        key = stack.pop()
        if key not in seen:
            seen.add(key)
            order.append(key)
            stack += children.get(key, ())
    sizes = dict.fromkeys(order, 1)
    parent = {one: key for key, found in children.items() for one in found}
    depth: dict[str, int] = {}
    for key in states:
        count, at = 0, key
        while at in parent:
            count, at = count + 1, parent[at]
        depth[key] = count
    for key in sorted(states, key=lambda one: -depth[one]):
        if key in parent:
            sizes[parent[key]] += sizes[key]
    return sizes
