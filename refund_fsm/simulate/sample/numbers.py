"""Owns the counter-based random numbers of cases. Compiled.

Every random number is a function of the seed, the number of the case and the number of the draw (SplitMix64: Steele, Lea and
Flood, OOPSLA 2014): no state, so that cases can be played in any order, in any chunks, anywhere. A draw's number says what it is
for (the state, how often its loop went round, the actor, whether event or delay), so that what-ifs draw the same where nothing changed.
Must not know what is drawn.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refund_fsm.simulate.compiled import part, tiny

GAMMA = np.uint64(0x9E3779B97F4A7C15)
CASE = np.uint64(0xD1B54A32D192ED03)
M1, M2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
S11, S27, S30, S31 = np.uint64(11), np.uint64(27), np.uint64(30), np.uint64(31)
OPENING, AMOUNT, FIRST = 0, 1, 2  # draws: the kind of case, the amount, the first of the events and delays


@tiny
def mixed(z: Any) -> Any:
    """The finisher of SplitMix64."""
    z = (z ^ (z >> S30)) * M1
    z = (z ^ (z >> S27)) * M2
    return z ^ (z >> S31)


@tiny
def root_of(seed: Any) -> Any:
    """What the keys of all cases are made of."""
    return mixed(np.uint64(seed) + GAMMA)


@tiny
def case_key(root: Any, case: Any) -> Any:
    """What all random numbers of a case are made of."""
    return mixed(root + np.uint64(case) * CASE)


@tiny
def bits(key: Any, draw: Any) -> Any:
    """The 53 bits of a draw; of a type that many can be made floats of side by side."""
    return np.int64(mixed(key + np.uint64(draw) * GAMMA) >> S11)


@tiny
def unit(bits: Any) -> Any:
    """In [0, 1), a multiple of 2⁻⁵³."""
    return np.float64(bits) * (1.0 / 9007199254740992.0)


@part
def uniform(key: Any, draw: Any) -> Any:
    """A draw as a number in [0, 1)."""
    return unit(bits(key, draw))
