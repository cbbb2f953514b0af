"""What tests ask of an advice: its tips under a heading, what they say, what they cite."""

from __future__ import annotations

from itertools import chain

from refund_fsm.advice import Advice, Tip
from refund_fsm.text import Lang


def tips(advice: Advice, topic: str) -> list[Tip]:
    return [tip for tip in advice.items if tip.topic == topic]


def said(advice: Advice, topic: str, lang: Lang = "en") -> str:
    return "\n".join(tip.text.get(lang) for tip in tips(advice, topic))


def sources(advice: Advice) -> set[str]:
    return set(chain.from_iterable(tip.cites for tip in advice.items))
