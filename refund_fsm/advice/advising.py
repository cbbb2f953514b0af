"""Owns the advice: what a buyer, an agent for one, or another actor should do now, until when, and where to tap.

Must not change anything, read a wall clock, or judge: what is possible is asked of the case.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import datetime
from itertools import chain
from typing import Any, Literal, get_args

from refund_fsm import orders
from refund_fsm.advice import texts
from refund_fsm.advice.around import evidence, last
from refund_fsm.advice.doing import to_do
from refund_fsm.advice.kinds import fitting
from refund_fsm.advice.limits import deadlines
from refund_fsm.advice.money import money
from refund_fsm.advice.scene import Scene, filer_of
from refund_fsm.advice.standing import process, standing
from refund_fsm.advice.texts import TOPICS
from refund_fsm.advice.tip import Tip
from refund_fsm.case import RefundCase
from refund_fsm.errors import BadData, one_of
from refund_fsm.orders.guidance import Said, guidance_of
from refund_fsm.text import Lang, Text, words
from refund_fsm.workflow import ASSUMED, ASSUMED_TEXT, CLOCK, Actor, Order, Policy, Workflow, instant

AdviceLang = Literal["zh", "en", "both"]
PARTS = (process, standing, to_do, fitting, evidence, deadlines, money, last)
OF_THE_CASE = ("standing", "next", "barred", "kind", "evidence", "deadline", "money")  # headings whose tips carry its state and line


@dataclass(frozen=True, slots=True)
class Advice:
    """Advice on a case or an order of `order_type`, as of `at`, for the actor `role` (its key; None where a table has none that files).
    `str()` reads in the languages of `lang`, grouped by topic."""

    order_type: str
    at: datetime
    lang: AdviceLang
    items: tuple[Tip, ...]
    role: str | None = None

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
            "role": self.role,
            "items": [
                {
                    "topic": tip.topic,
                    "text": {lang: tip.text.get(lang) for lang in self.languages},
                    "cites": list(tip.cites),
                    "until": tip.until.isoformat() if tip.until else None,
                    "event": tip.event,
                    "provisional": tip.provisional,
                    "state": tip.state,
                    "kind": tip.kind,
                    "line": tip.line,
                    "deadline": tip.deadline,
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
    role: str | None = None,
    policy: Policy | None = None,
    workflow: Workflow | None = None,
) -> Advice:
    """What to do now about a case, or about an order for which nothing was filed.

    A case is looked at as the clock has left it at `at`; it stays as it is. `role` is the key of the actor who is advised, any of the
    workflow's but the clock; None: the one who files. Another is told what waits for him, until when, and what follows if he does
    nothing. For an order alone, `policy=None` is the workflow's own profile and `workflow=None` the registry's table, each in the edition
    in force at `at`; a case has its own of both. A workflow without guidance (any but a registered one) gets what can be read off its
    table, and is told so. Raises `BadData` for an unknown `lang` or `role`, an `at` before the case's `now`, the order's `paid_at` or the
    first edition, and an order that is not of the workflow.
    """
    one_of("lang", lang, get_args(AdviceLang))
    at = instant(at, "at")
    if isinstance(subject, RefundCase):
        scene = _scene_of_case(subject, at, policy, workflow, role)
    elif isinstance(subject, Order):
        scene = _scene_of_order(subject, at, policy, workflow, role)
    else:
        raise BadData("subject", subject, "a RefundCase or an Order")
    items = tuple(_placed(scene, tip) for part in PARTS for tip in part(scene))
    return Advice(scene.workflow.key, at, lang, items, scene.role.key if scene.role else None)


def _placed(scene: Scene, tip: Tip) -> Tip:
    """The tip with what the case says of its state, kind and line, where it is about the case."""
    case = scene.case
    if case is None or tip.topic not in OF_THE_CASE:
        return tip
    kind = tip.kind if tip.topic == "kind" or tip.kind is not None else scene.kind
    return replace(tip, state=case.state.key, kind=kind, line=tip.line or case.request.sku)


def _scene_of_case(case: RefundCase, at: datetime, policy: Policy | None, workflow: Workflow | None, role: str | None) -> Scene:
    for name, value in (("policy", policy), ("workflow", workflow)):
        if value is not None:
            raise BadData(name, value, "None: a case has its own")
    if at < case.now:
        raise BadData("at", at.isoformat(), f"not before the case's now, {case.now.isoformat()}: advice looks ahead")
    actor = _actor(case.workflow, role)
    return Scene(case.workflow, case.policy, guidance_of(case.workflow), case.order, at, case.advance(to=at), actor)


def _scene_of_order(order: Order, at: datetime, policy: Policy | None, workflow: Workflow | None, role: str | None) -> Scene:
    workflow = orders.at(order.order_type, max(at, order.paid_at)) if workflow is None else workflow
    if order.order_type != workflow.key:
        raise BadData("order.order_type", order.order_type, f"{workflow.key!r}, the workflow's key")
    if at < order.paid_at:
        raise BadData("at", at.isoformat(), f"not before the order was paid, {order.paid_at.isoformat()}")
    actor = _actor(workflow, role)
    return Scene(workflow, workflow.default_policy(at) if policy is None else policy, guidance_of(workflow), order, at, role=actor)


def _actor(workflow: Workflow, role: str | None) -> Actor | None:
    """Who is advised."""
    if role is None:
        return filer_of(workflow)
    known = [key for key in workflow.actors if key != CLOCK.key]
    if not isinstance(role, str) or role not in known:
        raise BadData("role", role, f"an actor of {workflow.key} but the clock: {', '.join(known)}")
    return workflow.actors[role]


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
