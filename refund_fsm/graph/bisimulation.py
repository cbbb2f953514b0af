"""Owns partition refinement: the coarsest bisimulation of a deterministic system that is given as integers.

Must not know workflows, facts or guards: what tells two places apart at sight is handed over as a colour.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence


def coarsest(colours: Sequence[int], successors: Sequence[Sequence[int]]) -> array[int]:
    """The block of each of N places under the coarsest bisimulation, blocks numbered from 0 by their first place.

    `colours` has shape (N,): places of different colours are never in one block. `successors[i]` are the places that `i` leads
    to; those of two places of one colour must be as many and mean the same moves in the same order. Two places end in one
    block just when no sequence of moves leads them to different colours. Moore's refinement (Gedanken-experiments on
    sequential machines, 1956), done again only where a successor changed its block; the largest part of a block that
    splits keeps its number, so a place is looked at again at most log2(N) times per move (Hopcroft, 1971).
    """
    places = range(len(colours))
    predecessors = _predecessors(successors)
    number = {colour: block for block, colour in enumerate(dict.fromkeys(colours))}
    block_of = [number[colour] for colour in colours]
    members: list[list[int]] = [[] for _ in number]
    for place in places:
        members[block_of[place]].append(place)
    touched: set[int] = set(places)
    while touched:  # ends: every round splits a block, of which there are at most N, or touches nothing more
        moved = _split(touched, block_of, members, successors)
        touched = {before for place in moved for before in predecessors.get(place, ())}
    first = {block: new for new, block in enumerate(dict.fromkeys(block_of))}
    return array("i", [first[block] for block in block_of])


def _predecessors(successors: Sequence[Sequence[int]]) -> dict[int, list[int]]:
    """By place, those that lead to it; none where nothing does."""
    found: dict[int, list[int]] = {}
    for place, after in enumerate(successors):
        for dest in after:
            if dest in found:
                found[dest].append(place)
            else:
                found[dest] = [place]
    return found


def _split(touched: set[int], block_of: list[int], members: list[list[int]], successors: Sequence[Sequence[int]]) -> list[int]:
    """Splits the blocks of the touched places by the present blocks of their successors; returns the places that got a new number."""
    parts: dict[int, dict[tuple[int, ...], list[int]]] = {}
    for place in touched:
        where = tuple([block_of[dest] for dest in successors[place]])
        parts.setdefault(block_of[place], {}).setdefault(where, []).append(place)
    plans = []
    for block, found in parts.items():
        rest = [place for place in members[block] if place not in touched]
        if rest:  # untouched places agree among themselves
            where = tuple([block_of[dest] for dest in successors[rest[0]]])
            found.setdefault(where, []).extend(rest)
        if len(found) > 1:
            plans.append((block, sorted(found.values(), key=len, reverse=True)))
    moved: list[int] = []
    for block, (largest, *others) in plans:
        members[block] = largest
        for part in others:
            for place in part:
                block_of[place] = len(members)
            members.append(part)
            moved += part
    return moved
