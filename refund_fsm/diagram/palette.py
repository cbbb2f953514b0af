"""Owns the colours: which actor has which, what else a colour says, the tint behind it, and the counterparts on dark paper. Must not
know workflows, markup or Graphviz.

Chosen by search so that the smallest CIEDE2000 between any two is as large as could be found under normal sight and the three colour
blindnesses (Machado et al. 2009, severity 1): of the six named actors and the green of success 13.4 on light paper, 14.4 on dark (hues
kept); of these with all tones and the two of a comparison 9.5 and 9.2; with the spare colours of a user's own actors 7.8 and 7.1. Texts
have contrasts of at least 4.5:1 on the paper and on every tint, lines and faded texts 3:1. `tests/benchmarks/colours.py` is the search of
all but the named actors, `tests/diagram/test_colours.py` measures them.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

INK = "#111827"
MUTED = "#5B6472"
PAPER = "#FFFFFF"
FADED_PAPER = "#FEFEFE"
ON_BRIGHT = "#0B0E14"  # texts on chips that are too bright for white ones, by day and by night
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
SPARE = ("#903828", "#103030", "#B010A0", "#704878", "#302850", "#406858")  # for actors that have no name above, in this order
LIGHT = {
    SUCCESS: "#A0FAAA",
    NAMED["buyer"]: "#288CFA",
    NAMED["merchant"]: "#FA5000",
    NAMED["platform"]: "#F0B4FA",
    NAMED["carrier"]: "#B48278",
    NAMED["payment"]: "#968CA0",
    NAMED["clock"]: "#F0F0FA",
    "#903828": "#A8D8C8",
    "#103030": "#D0D8B8",
    "#302850": "#50A890",
    "#B010A0": "#D8F880",
    "#704878": "#D0F8E0",
    "#406858": "#D098F8",
    "#A08000": "#F8F828",
    "#0800C8": "#98A8C8",
    "#E07858": "#B86848",
    "#E03868": "#E08060",
    "#58A090": "#50D090",
    "#B880C0": "#F820E0",
    "#484038": "#D0C850",
    "#200048": "#C8C0D0",
    "#3870E8": "#7878A8",
    "#300000": "#C8A0A8",
}  # the counterparts on dark paper
TINT = 0.06  # share of the strong colour in the tint
FADE = 0.30  # share of a colour that is left when a line of it is faded
TEXT, FADED_LEAST = 4.5, 3.7  # contrasts with the paper: of texts, and of texts that stand back, which keep 3 on every tint
TONES = {
    "now": "#A08000",
    "next": "#0800C8",
    "taken": INK,
    "due": "#E07858",
    "breach": "#E03868",
    "added": "#58A090",
    "removed": "#B880C0",
    "changed": "#484038",
    "law": "#200048",
}
PAIR = ("#3870E8", "#300000")  # of two that are compared
HALO = TONES["now"]
HEAT = {"time": ("#E8792B", "#84400E"), "breach": ("#EE6A86", "#8C2440"), "count": ("#6FA8F5", "#1F4E8C")}  # strongest, by day and by night
LEVELS = (0.06, 0.2, 0.36, 0.54, 0.76, 1.0)  # shares of the strongest colour in the paper


def heat(metric: str, level: int) -> str:
    """The colour of a card on a map, by the step of the scale on which its number stands. `INK` and `SLATE` can be read on it."""
    return mixed(HEAT[metric][0], PAPER, LEVELS[level])


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
    """The colour of lines and outlines that stand back."""
    return mixed(colour, PAPER, FADE)


@cache
def fade_text(colour: str) -> str:
    """The colour of texts that stand back, and of the areas under such texts: as pale as can be read. What is written on a chip keeps
    apart from the paper: it has another look in the dark."""
    return FADED_PAPER if colour in (PAPER, PALE, ON_BRIGHT, FADED_PAPER) else mixed(colour, PAPER, least(colour, PAPER, FADE))


def least(colour: str, paper: str, share: float) -> float:
    """The smallest share of a colour, from `share` on, with which it can still be read on a paper."""
    while share < 1.0 and contrast(mixed(colour, paper, share), paper) < FADED_LEAST:
        share += 0.01
    return share


def on(colour: str) -> str:
    """The colour of a text on a chip."""
    return PAPER if contrast(PAPER, colour) >= TEXT else ON_BRIGHT


def contrast(one: str, other: str) -> float:
    """WCAG 2 contrast of two colours, 1 to 21."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


@cache
def _luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def mixed(colour: str, other: str, share: float) -> str:
    """A share of a colour in another one."""
    pairs = ((int(colour[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(two + (one - two) * share):02X}" for one, two in pairs)
