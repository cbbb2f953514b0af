"""Owns the two colours of a change, more and less, in their strengths, by day and by night. Must not know what changed.

Orange and blue: the pair that every colour blindness keeps apart, since it differs in the one direction that all of them see.
A sign beside each colour says the same. `tests/diagram/test_diverging.py` measures distances and contrasts.
"""

from __future__ import annotations

from refund_fsm.diagram.palette import PAPER, mixed

MORE, LESS = "#A34700", "#1A5FB4"  # text of both on paper and on their tints, and white text on both, has 4.5:1 or more
NIGHT_OF = {MORE: "#F5A35C", LESS: "#7DB4F5"}
MORE_SIGN, LESS_SIGN = "▲", "▼"
SHARES = (0.06, 0.14, 0.24)  # of the colour in the tint: a little, more, most
NIGHT_SHARES = (0.10, 0.18, 0.28)


def colour(change: float) -> str:
    """The colour of a change by its sign."""
    return MORE if change > 0 else LESS


def sign(change: float) -> str:
    """The sign of a change, for eyes that see no colour."""
    return MORE_SIGN if change > 0 else LESS_SIGN


def tint(change: float, most: float) -> str:
    """The tint of a change, in three strengths up to the largest one beside it, by size; paper for none."""
    if not change or not most:
        return PAPER
    strength = min(int(3 * abs(change) / most), 2)
    return mixed(colour(change), PAPER, SHARES[strength])


def by_night(paper: str) -> dict[str, str]:
    """The counterparts of all tints on a dark paper."""
    return {
        mixed(strong, PAPER, share): mixed(light, paper, dark)
        for strong, light in NIGHT_OF.items()
        for share, dark in zip(SHARES, NIGHT_SHARES, strict=True)
    }
