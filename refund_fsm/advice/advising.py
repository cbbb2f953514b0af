"""Owns the advice: what a buyer, or an agent for one, should do now, until when, and where to tap.

Must not change anything, read a wall clock, or judge: what is possible is asked of the case.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from itertools import chain
from typing import Any, Literal, get_args

from refund_fsm import orders
from refund_fsm.advice import texts, tips
from refund_fsm.advice.scene import Scene
from refund_fsm.advice.scene import Tip as Tip
from refund_fsm.advice.texts import TOPICS
from refund_fsm.case import RefundCase
from refund_fsm.errors import BadData, one_of
from refund_fsm.orders.guidance import Said, guidance_of
from refund_fsm.text import Lang, Text, words
from refund_fsm.workflow import ASSUMED, ASSUMED_TEXT, Order, Policy, Workflow, instant

AdviceLang = Literal["zh", "en", "both"]


@dataclass(frozen=True, slots=True)
class Advice:
    """Advice on a case or an order of `order_type`, as of `at`. `str()` reads in the languages of `lang`, grouped by topic."""

    order_type: str
    at: datetime
    lang: AdviceLang
    items: tuple[Tip, ...]

    @property
    def languages(self) -> tuple[Lang, ...]:
        """The languages that it is shown in."""
        return ("zh", "en") if self.lang == "both" else (self.lang,)

    def __str__(self) -> str:
        as_of = words.instant(self.at)
        lines = [self._said(Text(f"截至{as_of.zh}", f"As of {as_of.en}"), " / ")]
        for topic, heading in TOPICS.items():
            tips = [tip for tip in self.items if tip.topic == topic]
            if tips:
                lines += ["", f"## {self._said(heading, ' / ')}"]
                lines += [line for tip in tips for line in self._lines(tip)]
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON: instants as ISO strings, texts by language, only those asked for."""
        return {
            "order_type": self.order_type,
            "at": self.at.isoformat(),
            "lang": self.lang,
            "items": [
                {
                    "topic": tip.topic,
                    "text": {lang: tip.text.get(lang) for lang in self.languages},
                    "cites": list(tip.cites),
                    "until": tip.until.isoformat() if tip.until else None,
                    "event": tip.event,
                    "provisional": tip.provisional,
                }
                for tip in self.items
            ],
        }

    def _said(self, text: Text, separator: str) -> str:
        return separator.join(text.get(lang) for lang in self.languages)

    def _lines(self, tip: Tip) -> Iterator[str]:
        for place, lang in enumerate(self.languages):
            yield f"{'  ' if place else '- '}{tip.text.get(lang)}{_sources(tip, lang)}"


def _sources(tip: Tip, lang: Lang) -> str:
    if not tip.cites:
        return ""
    named = [ASSUMED_TEXT.get(lang) if id == ASSUMED else id for id in tip.cites]
    return f"〔{'、'.join(named)}〕" if lang == "zh" else f" [{', '.join(named)}]"


def advise(
    subject: RefundCase | Order,
    at: datetime,
    lang: AdviceLang = "both",
    *,
    policy: Policy | None = None,
    workflow: Workflow | None = None,
) -> Advice:
    """What to do now about a case, or about an order for which nothing was filed.

    A case is looked at as the clock has left it at `at`; it stays as it is. For an order alone, `policy=None` is the guide's
    and `workflow=None` the registry's; a case has its own of both. Raises `BadData` for an unknown `lang`, an `at` before
    the case's `now` or the order's `paid_at`, and an order that is not of the workflow.
    """
    one_of("lang", lang, get_args(AdviceLang))
    at = instant(at, "at")
    if isinstance(subject, RefundCase):
        scene = _scene_of_case(subject, at, policy, workflow)
    elif isinstance(subject, Order):
        scene = _scene_of_order(subject, at, policy, workflow)
    else:
        raise BadData("subject", subject, "a RefundCase or an Order")
    return Advice(scene.workflow.key, at, lang, tuple(chain.from_iterable(part(scene) for part in tips.PARTS)))


def _scene_of_case(case: RefundCase, at: datetime, policy: Policy | None, workflow: Workflow | None) -> Scene:
    for name, value in (("policy", policy), ("workflow", workflow)):
        if value is not None:
            raise BadData(name, value, "None: a case has its own")
    if at < case.now:
        raise BadData("at", at.isoformat(), f"not before the case's now, {case.now.isoformat()}: advice looks ahead")
    return Scene(case.workflow, case.policy, guidance_of(case.workflow), case.order, at, case.advance(to=at))


def _scene_of_order(order: Order, at: datetime, policy: Policy | None, workflow: Workflow | None) -> Scene:
    workflow = orders.get(order.order_type) if workflow is None else workflow
    if order.order_type != workflow.key:
        raise BadData("order.order_type", order.order_type, f"{workflow.key!r}, the workflow's key")
    if at < order.paid_at:
        raise BadData("at", at.isoformat(), f"not before the order was paid, {order.paid_at.isoformat()}")
    return Scene(workflow, Policy.guide() if policy is None else policy, guidance_of(workflow), order, at)


def cited() -> frozenset[str]:
    """The catalogue ids that the advice's own texts can cite, collected from the texts themselves.

    What it takes from a workflow (rules, limits, `how_cites`) or a policy is cited besides.
    """
    guides = [guide for key in orders.keys() if (guide := guidance_of(orders.get(key)))]
    return frozenset(id for one in _sentences([*guides, vars(texts)]) for id in one.sources if id != ASSUMED)


def _sentences(value: Any) -> Iterator[Said]:
    """Every `Said` inside a value: in mappings, sequences and the fields of dataclasses."""
    if isinstance(value, Said):
        yield value
    elif isinstance(value, Mapping):
        yield from chain.from_iterable(_sentences(inner) for inner in value.values())
    elif isinstance(value, (tuple, list)):
        yield from chain.from_iterable(_sentences(inner) for inner in value)
    elif is_dataclass(value) and not isinstance(value, type):
        yield from chain.from_iterable(_sentences(getattr(value, one.name)) for one in fields(value))
