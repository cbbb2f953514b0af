"""Owns `Text`, a label in Chinese and English, and `Languages`, those of an output. Must not know what the labels are about."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, get_args

from refund_fsm.errors import one_of

BREAK = "⏎"
Lang = Literal["zh", "en"]
AnyLang = Literal["both", "zh", "en"]  # what an output may be in
LANGS: tuple[AnyLang, ...] = get_args(AnyLang)


@dataclass(frozen=True, slots=True)
class Text:
    """One thing said in both languages; `zh` is what a Chinese support agent would say, not a translation."""

    zh: str
    en: str

    def get(self, lang: Lang) -> str:
        """The text in one language; `ValueError` for any other than `zh` and `en`."""
        if lang == "zh":
            return self.zh
        if lang == "en":
            return self.en
        raise ValueError(f"lang: {lang!r}; expected 'zh' or 'en'")

    def both(self, separator: str = " ") -> str:
        """Chinese, then English."""
        return f"{self.zh}{separator}{self.en}"


class Provisional(Text):
    """A text with an instant that rests on days whose holidays nobody has published yet. It says so itself."""

    __slots__ = ()


class Languages(StrEnum):
    """The languages of the output."""

    ZH = "zh"
    EN = "en"
    BOTH = "both"

    @property
    def each(self) -> tuple[Lang, ...]:
        """The languages, Chinese first."""
        return ("zh", "en") if self is Languages.BOTH else ("zh",) if self is Languages.ZH else ("en",)

    @property
    def colon(self) -> str:
        """The colon after a text in these languages."""
        return "：" if self is Languages.ZH else ": "

    def say(self, text: Text, separator: str = " / ") -> str:
        """The text in these languages."""
        return separator.join(dict.fromkeys(text.get(lang) for lang in self.each))

    def stack(self, text: Text) -> str:
        """The text in these languages, one below the other."""
        return self.say(text, "\n")


def languages(lang: str) -> Languages:
    """The languages by their name, one of `LANGS`; `BadData` for another."""
    one_of("lang", lang, LANGS)
    return Languages(lang)


def one_line(text: str) -> str:
    """A note in one line: line breaks are shown as ⏎."""
    return BREAK.join(text.splitlines()).replace("\t", " ") if not text.isprintable() else text
