"""Owns the colours: which actor has which, the tint behind it, and the counterparts on dark paper. Must not know workflows,
markup or Graphviz.

Chosen by search so that the smallest CIEDE2000 between any two of the six named actors and the green of success is as large as
could be found under normal sight and the three colour blindnesses (Machado et al. 2009, severity 1): 13.4 on light paper, 14.4
on dark (hues kept); with contrasts of at least 4.5:1 on the paper and on the colour's own tint. `tests/diagram/test_colours.py`
measures it.
"""

from __future__ import annotations

from collections.abc import Iterable

INK = "#111827"
MUTED = "#5B6472"
PAPER = "#FFFFFF"
FADED_PAPER = "#FEFEFE"
PALE = "#F3F4F6"
SUCCESS = "#007A4D"
SLATE = "#1F2937"
NAMED = {
    "buyer": "#1D4ED8",
    "merchant": "#B83000",
    "platform": "#580880",
    "carrier": "#780008",
    "payment": "#886088",
    "clock": "#374151",
}
SPARE = ("#5C242C", "#0800C8", "#644888", "#105C4C", "#90382C", "#905068")  # for actors that have no name above, in this order
LIGHT = {
    SUCCESS: "#A0FAAA",
    NAMED["buyer"]: "#288CFA",
    NAMED["merchant"]: "#FA5000",
    NAMED["platform"]: "#F0B4FA",
    NAMED["carrier"]: "#B48278",
    NAMED["payment"]: "#968CA0",
    NAMED["clock"]: "#F0F0FA",
    "#5C242C": "#F69CA8",
    "#0800C8": "#909CCC",
    "#644888": "#CCBACC",
    "#105C4C": "#84C66C",
    "#90382C": "#FCE4D8",
    "#905068": "#D27254",
    "#B45309": "#F0A35A",
    "#9A3412": "#F0926A",
    "#B91C1C": "#FF8A80",
    "#92400E": "#E3A265",
}  # the counterparts on dark paper
TINT = 0.09  # share of the strong colour in the tint
FADE = 0.30  # share of a colour that is left when it is faded
TONES = {
    "now": "#B45309",
    "next": "#374151",
    "taken": INK,
    "due": "#9A3412",
    "breach": "#B91C1C",
    "added": "#007A4D",
    "removed": "#B91C1C",
    "changed": "#92400E",
}
HALO = "#F59E0B"


def tone_colour(tone: str) -> str:
    """The colour of a tone or of a kind of note; empty where it has none of its own."""
    return TONES.get(tone, "")


def colours(actors: Iterable[str]) -> dict[str, str]:
    """A colour for each actor key: its own, or the next spare one in the order given. Spares start anew when they run out."""
    found: dict[str, str] = {}
    spent = 0
    for key in actors:
        if key in NAMED:
            found[key] = NAMED[key]
        elif key not in found:
            found[key] = SPARE[spent % len(SPARE)]
            spent += 1
    return found


def tint(colour: str) -> str:
    """The colour thinned with white."""
    return mixed(colour, PAPER, TINT)


def fade(colour: str) -> str:
    """The colour of what stands back. White text on a chip keeps apart from the paper: it has another look in the dark."""
    return FADED_PAPER if colour in (PAPER, PALE) else mixed(colour, PAPER, FADE)


def mixed(colour: str, other: str, share: float) -> str:
    """A share of a colour in another one."""
    pairs = ((int(colour[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(two + (one - two) * share):02X}" for one, two in pairs)
