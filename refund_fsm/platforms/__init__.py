"""Room of other systems' codes as data: what the statuses of a platform or a shop mean in our states. One `*.toml` file for each.

Must not step a case, read a log, or guess: a code that is not listed is unknown, and codes that cannot go together are contradictory. A
file is read when it is first asked for.
"""

from __future__ import annotations

from refund_fsm.platforms.codes import PARTIES, Code, Confidence, Field, Note, Party, Side, Source, Times, Together, Unit
from refund_fsm.platforms.platform import Meaning, Platform
from refund_fsm.platforms.reading import ALSO, get, keys, read

__all__ = [
    "ALSO",
    "PARTIES",
    "Code",
    "Confidence",
    "Field",
    "Meaning",
    "Note",
    "Party",
    "Platform",
    "Side",
    "Source",
    "Times",
    "Together",
    "Unit",
    "get",
    "keys",
    "read",
]
