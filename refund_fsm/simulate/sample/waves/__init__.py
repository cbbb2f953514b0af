"""Room of many cases played side by side: what `one_by_one` does, to the bit, several times as fast.

Cases wait at their place until enough are there, and are played together: what is looked up is looked up once for all of them, and
what is computed is computed in plain loops without branches that depend on chance. What a case needs at every place travels with it:
five words. The rest, which few look at, stays in a record. Must not know names, nor how chunks are handed out.
"""

from __future__ import annotations

from refund_fsm.simulate.sample.waves.layout import MAX_PLACES, places_of
from refund_fsm.simulate.sample.waves.places import Laid
from refund_fsm.simulate.sample.waves.play import play

__all__ = ["MAX_PLACES", "Laid", "places_of", "play"]
