"""Room of how things are said: texts in two languages; instants, days, amounts, lengths and figures in words; and answers as sections.

Must not know what is said. From sections all is written that is shown. Those who show name `sections`, `numbers`,
`terminal`, `console` and `html`, for nobody else loads them; `words` is taken as a module.
"""

from __future__ import annotations

from refund_fsm.text.text import LANGS, AnyLang, Lang, Languages, Provisional, Text, languages, one_line
from refund_fsm.text.words import OR, day, instant, length, listed, local_day, stamp, yuan
from refund_fsm.text.zone import SHANGHAI

__all__ = [
    "LANGS",
    "OR",
    "SHANGHAI",
    "AnyLang",
    "Lang",
    "Languages",
    "Provisional",
    "Text",
    "day",
    "instant",
    "languages",
    "length",
    "listed",
    "local_day",
    "one_line",
    "stamp",
    "yuan",
]
