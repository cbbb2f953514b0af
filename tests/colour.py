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
# Machado, Oliveira, Fernandes: A physiologically-based model for simulation of color vision deficiency (2009), severity 1.0.
MACHADO = {
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritan": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}


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
