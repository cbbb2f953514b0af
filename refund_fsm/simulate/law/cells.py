"""Owns what is computed over the cells of a stretch, array by array. Compiled.

Must not know what the arrays are of, but for a line: what is there at the edge of each cell, with a slant that it changes by until the
next.
"""

from __future__ import annotations

from typing import Any

from refund_fsm.simulate.compiled import apart, summing, tiny


@apart
def fill(into: Any, value: Any) -> None:
    for place in range(len(into)):
        into[place] = value


@apart
def add(into: Any, factor: Any, values: Any) -> None:
    for place in range(len(into)):
        into[place] += factor * values[place]


@summing
def sum_of(values: Any) -> Any:
    found = 0.0
    for place in range(len(values)):
        found += values[place]
    return found


@apart
def fall(into: Any, factor: Any, rise: Any) -> None:
    """What is left when mass has come by each cell of it."""
    for place in range(len(into)):
        into[place] -= factor * (rise[place] - rise[0])


@apart
def lay_line(line: Any, slant: Any, first: Any, start: Any, share: Any, kernel: Any, rise: Any) -> None:
    """Takes the mass of a row from what stands at the edge of each cell, and from how it changes inside."""
    if first:
        for place in range(len(line)):
            line[place] = start - share * (rise[place] - rise[0])
            slant[place] = -share * kernel[place]
    else:
        for place in range(len(line)):
            line[place] -= share * (rise[place] - rise[0])
            slant[place] -= share * kernel[place]


@apart
def multiply(into: Any, fixed: Any, line: Any, slant: Any, at: Any) -> None:
    for place in range(len(into)):
        into[place] *= fixed + line[place] + at * slant[place]


@apart
def add_product(into: Any, factor: Any, kernel: Any, product: Any) -> None:
    for place in range(len(into)):
        into[place] += factor * kernel[place] * product[place]


@summing
def dot(one: Any, other: Any) -> Any:
    found = 0.0
    for place in range(len(one)):
        found += one[place] * other[place]
    return found


@tiny
def hope(alive: Any, faint: Any) -> Any:
    """How many cells are followed, of some: until it is less likely than `faint` that the race goes on."""
    count = len(alive)
    if count > 1 and alive[count - 1] < faint:  # of one cell there is no next to look at
        count = 1
        while alive[count] >= faint:  # ends: the last one is less
            count += 1
    return count
