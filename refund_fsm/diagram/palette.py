"""Owns the colours: which actor has which, and the tint behind it. Must not know workflows, markup or Graphviz.

Every strong colour has a contrast of at least 4.5:1 on white. The named ones were chosen for the greatest smallest distance
(CIE 1976 ΔE, at least 20) under normal, red-, green- and blue-blind sight, simulated by Machado et al. 2009.
"""

from __future__ import annotations

from collections.abc import Iterable

INK = "#111827"
MUTED = "#5B6472"
PAPER = "#FFFFFF"
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
TINT = 0.09  # share of the strong colour in the tint


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
    parts = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return "#" + "".join(f"{round(255 - (255 - part) * TINT):02X}" for part in parts)
