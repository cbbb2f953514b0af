"""Owns the colours: which actor has which, and the tint behind it. Must not know workflows, markup or Graphviz.

Every strong colour has a contrast of at least 4.5:1 on white. The named ones were chosen for the greatest smallest distance
(CIE 1976 ΔE, at least 20) under normal, red-, green- and blue-blind sight, simulated by Machado et al. 2009.
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
    "merchant": "#B4540A",
    "platform": "#86198F",
    "carrier": "#5A3C0F",
    "payment": "#876996",
    "clock": "#374151",
}
SPARE = ("#E1004B", "#7800FF", "#87000F", "#00697F", "#4B6900", "#3C0096")  # for actors that have no name above, in this order
LIGHT = {
    SUCCESS: "#3FB984",
    NAMED["buyer"]: "#82AAFF",
    NAMED["merchant"]: "#F0955A",
    NAMED["platform"]: "#D98BE3",
    NAMED["carrier"]: "#C9A66B",
    NAMED["payment"]: "#BFA3D1",
    NAMED["clock"]: "#AEB8C4",
    "#E1004B": "#FF7D9F",
    "#7800FF": "#B78CFF",
    "#87000F": "#E08A8A",
    "#00697F": "#4FC3D9",
    "#4B6900": "#A5C558",
    "#3C0096": "#9C8CF0",
    "#B45309": "#F0A35A",
    "#9A3412": "#F0926A",
    "#B91C1C": "#FF8A80",
    "#92400E": "#E3A265",
}  # on dark paper
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
