"""Owns the form of `Guidance`: what the advice says about one order type and cannot read off its table. The data is in `guidance_texts`.

Must not judge: whether an event is possible is asked of the case. An order type without guidance gets general advice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from refund_fsm.text import Text
from refund_fsm.workflow import Deadline, Order, Policy, spelled


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that the advice may say, and the catalogue ids (or `assumed`) that it rests on. `{name}` in it is filled in."""

    text: Text
    cites: str = ""

    @property
    def sources(self) -> tuple[str, ...]:
        """The ids, ranges spelled out."""
        return spelled(self.cites)

    def filled(self, **parts: Text) -> Text:
        """The text with every `{name}` replaced, each language by its own."""
        zh = {name: part.zh for name, part in parts.items()}
        en = {name: part.en for name, part in parts.items()}
        return Text(self.text.zh.format(**zh), self.text.en.format(**en))


def said(cites: str, zh: str, en: str) -> Said:
    """Shorthand for a row of data."""
    return Said(Text(zh, en), cites)


@dataclass(frozen=True, kw_only=True)
class Guidance:
    """What the advice says about one order type.

    `asks` are the events, in order, that decide whether a kind and a reason fit: the last one is asked, those before it are
    taken. `better_first` maps an event to the one that had better come before it, and why. `states` is by state key,
    `kinds`, `reasons`, `goods` by the values of those facts; `goods_at` says where the goods are. `window(signed_at, policy)`
    is when the days of no-reason return end, None where there are none; `faults` are the reasons that need no such days.
    """

    process: Said
    applies: Said
    where: tuple[Said, ...]
    filing: tuple[Said, ...]
    asks: tuple[str, ...]
    kinds: Mapping[str, Said] = field(default_factory=dict)
    reasons: Mapping[str, Said]
    better_first: Mapping[str, tuple[str, Said]] = field(default_factory=dict)
    states: Mapping[str, Said]
    evidence: tuple[Said, ...]
    refunder: Said
    money: Said
    law: tuple[Said, ...]
    manner: Said
    small_amount: Said
    last_resort: Said
    goods: Mapping[str, Said] = field(default_factory=dict)
    goods_at: Callable[[Order, datetime], str] | None = None
    window: Callable[[datetime, Policy], Deadline] | None = None
    faults: frozenset[str] = frozenset()
    activated: Said | None = None
    not_activated: Said | None = None
