"""Owns what is known of a case while it is played with others: five words that travel with it, and a record that stays.

| word | holds |
|---|---|
| key | what its random numbers are made of |
| now | the instant at which it came to its place |
| due | the end of the limit that runs: `FRESH` where it begins here, `BROKEN` added where it was recorded as passed |
| tag | its slot, where its record is; how often its loop went round; its steps |
| marks | what it has done before, of what can come again |

A record has the word `NOTED` (who pays the freight, above the flags), `BEGAN` (when the count began that runs, kept where one limit can
be counted as one row or another), and from `OWN_LAW` on the ends of its legal clocks.
Must not know what happens to a case.
"""

from __future__ import annotations

import numpy as np

U = np.uint64  # of a place in an array: numba would look whether a signed one counts from the end
ENTRY = 5  # words that travel
FRESH = -1
BROKEN = 1 << 50
BITS = 63  # of marks
LOOP, STEP = 1 << 20, 1 << 40  # one more of each in a tag
EPOCH, SLOTS = (1 << 20) - 1, (1 << 20) - 1  # masks of a tag
NOTED, BEGAN, OWN_LAW = 0, 1, 2
HAS_SENT, HAS_PAID, IS_PROVISIONAL = 1, 2, 4
PAYER = 3  # bits of the flags
