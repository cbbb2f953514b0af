"""Room of how loops are compiled, and until when what was compiled is kept on disk. Must not know what they compute."""

from __future__ import annotations

from refund_fsm.simulate.compiled.keeping import ROOMS, apart, files, kept, part, sources, summing, tiny
from refund_fsm.simulate.compiled.scalars import bits_of, float_of, floored, larger, smaller
from refund_fsm.simulate.compiled.views import width

__all__ = [
    "ROOMS",
    "apart",
    "bits_of",
    "files",
    "float_of",
    "floored",
    "kept",
    "larger",
    "part",
    "smaller",
    "sources",
    "summing",
    "tiny",
    "width",
]
