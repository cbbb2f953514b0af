"""Room of how things are said: texts in two languages, instants, days, amounts and lengths in words, and what reaches the screen.

Must not know what is said. `console` is named by those who print: it is loaded by nobody else.
"""

from __future__ import annotations

from refund_fsm.text.text import Lang, Text
from refund_fsm.text.words import OR, day, instant, length, listed, local_day, stamp, yuan
from refund_fsm.text.zone import SHANGHAI

__all__ = ["OR", "SHANGHAI", "Lang", "Text", "day", "instant", "length", "listed", "local_day", "stamp", "yuan"]
