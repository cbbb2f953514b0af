"""Owns `Text`, a label in Chinese and English. Must not know what the labels are about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Lang = Literal["zh", "en"]


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
