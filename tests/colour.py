"""Sight and contrast of colours, by the `coloraide` package and apart from the code that chose them.

CIEDE2000 after Sharma, Wu and Dalal 2005; the three colour blindnesses at full severity after Machado, Oliveira and Fernandes 2009,
in linear light; contrast after WCAG 2. Colours are `#RRGGBB`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from functools import cache

from coloraide import Color

SIGHTS = ("normal", "protan", "deutan", "tritan")


@cache
def seen(colour: str, sight: str) -> Color:
    """The colour as an eye of a kind sees it, within sRGB."""
    base = Color(colour)
    if sight == "normal":
        return base
    return base.filter(sight, 1, method="machado", space="srgb-linear", out_space="srgb").clip()


def distance(one: str, other: str, sight: str) -> float:
    """CIEDE2000 between two colours under a sight."""
    return float(seen(one, sight).delta_e(seen(other, sight), method="2000"))


def contrast(one: str, other: str) -> float:
    """WCAG 2 contrast, 1 to 21."""
    return float(Color(one).contrast(Color(other), method="wcag21"))


def nearest(colours: Iterable[str], sight: str) -> tuple[float, str, str]:
    """The smallest distance of two of the colours under a sight, and the two."""
    return min((distance(one, other, sight), one, other) for one, other in itertools.combinations(colours, 2))
