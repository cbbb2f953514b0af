"""How far apart the colours can be that mean something other than an actor: the search by which they were found, run by hand.

The actors' colours and ink stand; the tones, the two of a comparison, and then the spare colours of a user's own actors are chosen among
the sRGB colours whose parts are multiples of eight, each within a window of hue (CIELAB, degrees), chroma and contrast that keeps its
look, so that the smallest CIEDE2000 of any two, under normal sight and the three colour blindnesses (Machado et al. 2009, severity 1,
in linear light), is as large as an iterated local search finds. Light and dark paper are searched apart. The product holds the
constants that were found; `tests/diagram/test_colours.py` measures them with another implementation of the same formulas.

    python -m tests.benchmarks.colours --kicks 300 --seed 1
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refund_fsm.diagram import dark, palette
from tests.colour import MACHADO

Floats = NDArray[np.floating[Any]]
STEP = 8
MOST = 3600  # candidates: of each window those that are farthest from the colours that stand
TO_XYZ = np.array(
    [
        [0.4123907992659595, 0.357584339383878, 0.1804807884018343],
        [0.21263900587151036, 0.715168678767756, 0.07219231536073371],
        [0.01933081871559185, 0.11919477979462599, 0.9505321522496606],
    ]
)
WHITE = TO_XYZ.sum(axis=1)
EYES = (np.eye(3), *(np.array(matrix) for matrix in MACHADO.values()))


@dataclass(frozen=True, slots=True)
class Window:
    """Which colours a slot may take: hue from and to, least chroma, contrast with the paper from and to."""

    hue: tuple[float, float]
    chroma: float
    contrast: tuple[float, float] = (3.0, 21.0)


DAY: Mapping[str, Window] = {
    "now": Window((60, 110), 50),
    "next": Window((270, 312), 60),
    "due": Window((30, 80), 45),
    "breach": Window((340, 45), 55),
    "added": Window((140, 220), 25),
    "removed": Window((300, 30), 35),
    "changed": Window((40, 130), 5, (5.2, 10.5)),  # its texts stand on tints too
    "law": Window((230, 330), 20, (4.5, 21.0)),
    "pair 1": Window((250, 305), 50, (4.5, 5.6)),
    "pair 2": Window((0, 60), 25, (4.5, 21.0)),
}
NIGHT: Mapping[str, Window] = {
    "now": Window((60, 110), 40, (4.5, 21.0)),
    "next": Window((220, 312), 15, (4.5, 21.0)),
    "due": Window((30, 80), 35, (4.5, 21.0)),
    "breach": Window((330, 45), 35, (4.5, 21.0)),
    "added": Window((140, 220), 20, (4.5, 21.0)),
    "removed": Window((290, 30), 25, (4.5, 21.0)),
    "changed": Window((40, 130), 8, (6.5, 21.0)),
    "law": Window((190, 330), 8, (4.5, 21.0)),
    "pair 1": Window((200, 305), 25, (4.5, 21.0)),
    "pair 2": Window((350, 70), 15, (4.5, 21.0)),
}
ANY_DAY, ANY_NIGHT = Window((0, 360), 10, (5.2, 21.0)), Window((0, 360), 10, (5.8, 21.0))


# 1. Sight
def light(colours: Floats) -> Floats:
    """sRGB from 0 to 255 (any shape that ends in 3) in linear light from 0 to 1."""
    parts = colours / 255
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def seen(colours: Floats) -> Floats:
    """CIELAB of n colours (n × 3) as each of the four eyes sees them: 4 × n × 3."""
    shown = np.stack([np.clip(light(colours) @ eye.T, 0, 1) for eye in EYES]) @ TO_XYZ.T / WHITE
    f = np.where(shown > 216 / 24389, np.cbrt(shown), (24389 / 27 * shown + 16) / 116)
    return np.stack([116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], axis=-1)


def apart(one: Floats, other: Floats) -> Floats:
    """CIEDE2000 (Sharma, Wu, Dalal 2005) of CIELAB colours, whatever shapes go together."""
    (l1, a1, b1), (l2, a2, b2) = np.moveaxis(one, -1, 0), np.moveaxis(other, -1, 0)
    mean = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    grey = 1.5 - 0.5 * np.sqrt(mean**7 / (mean**7 + 25.0**7))
    c1, c2 = np.hypot(grey * a1, b1), np.hypot(grey * a2, b2)
    h1, h2 = np.degrees(np.arctan2(b1, grey * a1)) % 360, np.degrees(np.arctan2(b2, grey * a2)) % 360
    turn = np.where(c1 * c2 == 0, 0.0, (h2 - h1 + 180) % 360 - 180)
    hue = np.where(c1 * c2 == 0, h1 + h2, (h1 + turn / 2) % 360)
    lightness, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    waves = (1, -30, -0.17), (2, 0, 0.24), (3, 6, 0.32), (4, -63, -0.2)
    t = 1 + sum(share * np.cos(np.radians(times * hue + shift)) for times, shift, share in waves)
    dl = (l2 - l1) / (1 + 0.015 * (lightness - 50) ** 2 / np.sqrt(20 + (lightness - 50) ** 2))
    dc = (c2 - c1) / (1 + 0.045 * chroma)
    dh = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn / 2)) / (1 + 0.015 * chroma * t)
    twist = -2 * np.sqrt(chroma**7 / (chroma**7 + 25.0**7)) * np.sin(np.radians(60 * np.exp(-(((hue - 275) / 25) ** 2))))
    found: Floats = np.sqrt(dl**2 + dc**2 + dh**2 + twist * dc * dh)
    return found


def contrasts(colours: Floats, paper: str) -> Floats:
    """WCAG 2 contrast of n colours with a paper."""
    one, other = light(colours) @ TO_XYZ[1], light(parts_of([paper])) @ TO_XYZ[1]
    found: Floats = (np.maximum(one, other) + 0.05) / (np.minimum(one, other) + 0.05)
    return found


def parts_of(colours: Iterable[str]) -> Floats:
    """`#RRGGBB` as n × 3."""
    return np.array([[int(colour[at : at + 2], 16) for at in (1, 3, 5)] for colour in colours], dtype=float)


# 2. Search
class Search:
    """Candidates for slots beside colours that stand: from each to each the smallest distance under any sight."""

    def __init__(self, windows: Sequence[Window], fixed: Sequence[str], paper: str) -> None:
        steps = range(0, 256, STEP)
        grid = np.array(list(itertools.product(steps, steps, steps)), dtype=float)
        allowed = [_within(grid, window, paper) for window in windows]
        free = (apart(seen(grid)[:, :, None], seen(parts_of(fixed))[:, None])).min(axis=(0, 2))
        most = MOST // len(set(windows))
        far = [inside[np.argsort(-free[inside], kind="stable")[:most]] for inside in map(np.flatnonzero, allowed)]
        kept = np.unique(np.concatenate(far))
        self.colours, self.free = grid[kept], free[kept]
        eyes = seen(self.colours).astype(np.float32)
        self.between = np.stack([apart(eyes, eyes[:, at : at + 1]).min(axis=0) for at in range(len(kept))])
        self.slots = [np.flatnonzero(mask[kept]) for mask in allowed]

    def found(self, kicks: int, lots: np.random.Generator) -> tuple[float, list[str]]:
        """The greatest smallest distance that was found, and the colours: from the best choice some slots are drawn anew, then each in turn
        takes the candidate that is farthest from all others, until nothing grows."""
        best, chosen = -1.0, [int(lots.choice(slot)) for slot in self.slots]
        for kick in range(kicks):
            tried = list(chosen)
            for slot in lots.choice(len(tried), min(len(tried), int(lots.integers(2, 6))), replace=False) if kick else ():
                tried[slot] = int(lots.choice(self.slots[slot]))
            reached = self._climbed(tried, lots)
            if reached >= best:
                best, chosen = reached, tried
        return best, ["#" + "".join(f"{int(part):02X}" for part in self.colours[at]) for at in chosen]

    def _climbed(self, chosen: list[int], lots: np.random.Generator) -> float:
        best = -1.0
        while True:
            for slot in lots.permutation(len(chosen)):
                others = [at for place, at in enumerate(chosen) if place != slot]
                may = self.slots[slot]
                chosen[slot] = int(may[np.argmax(np.minimum(self.free[may], self.between[np.ix_(others, may)].min(axis=0, initial=999)))])
            pairs = self.between[np.ix_(chosen, chosen)] + 999 * np.eye(len(chosen))
            reached = float(min(self.free[chosen].min(), pairs.min()))
            if reached <= best:
                return best
            best = reached


def _within(colours: Floats, window: Window, paper: str) -> NDArray[np.bool_]:
    _, a, b = np.moveaxis(seen(colours)[0], -1, 0)
    hue, seems = np.degrees(np.arctan2(b, a)) % 360, contrasts(colours, paper)
    low, high = window.hue
    inside = (hue >= low) & (hue <= high) if low <= high else (hue >= low) | (hue <= high)
    found: NDArray[np.bool_] = inside & (np.hypot(a, b) >= window.chroma) & (seems >= window.contrast[0]) & (seems <= window.contrast[1])
    return found


def main() -> None:
    """Searches by day and by night, and prints what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kicks", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=("day", "night"))
    given = parser.parse_args()
    strong = [*palette.NAMED.values(), palette.SUCCESS]
    for name, windows, fixed, paper, spare in (
        ("day", DAY, [*strong, palette.INK], palette.PAPER, ANY_DAY),
        ("night", NIGHT, [dark.line(one) for one in (*strong, palette.INK)], dark.NIGHT, ANY_NIGHT),
    ):
        if given.only not in (None, name):
            continue
        lots = np.random.default_rng(given.seed)
        reached, colours = Search(list(windows.values()), fixed, paper).found(given.kicks, lots)
        print(f"{name}: {reached:.2f}", dict(zip(windows, colours, strict=True)))
        reached, colours = Search([spare] * len(palette.SPARE), [*fixed, *colours], paper).found(given.kicks, lots)
        print(f"{name}, with spare colours: {reached:.2f}", colours)


if __name__ == "__main__":
    main()
