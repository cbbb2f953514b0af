"""Owns what the advice looks at: a case or an order at an instant, and which kinds and reasons of a refund fit there.

Must not judge by itself: every answer is asked of a case, that is of the workflow's own machine.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from refund_fsm.advice.texts import AND
from refund_fsm.case import RefundCase, Refusal, Refused, Verdict
from refund_fsm.orders.guidance import Guidance, Said
from refund_fsm.text import Provisional, Text, listed, words
from refund_fsm.workflow import CLOCK, Actor, Event, Evidence, Freight, Order, Policy, RefundRequest, Workflow


@dataclass(frozen=True, slots=True)
class Tip:
    """One piece of advice. `topic` is a key of `TOPICS`; `cites` are catalogue ids, or `assumed`.

    `until` is the instant by which it must be done or should have happened (the instant itself is too late); `event` is the
    event that it is about; `provisional` says that `until`, or an instant in the text, which marks it, rests on days whose holidays
    are not published yet.
    """

    topic: str
    text: Text
    cites: tuple[str, ...]
    until: datetime | None = None
    event: str | None = None
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """A kind and a reason that a buyer could claim, the verdict on them, and who would pay for sending the goods back."""

    kind: str | None
    reason: str
    verdict: Verdict
    files: frozenset[str]
    freight: Freight | None


@dataclass(frozen=True, slots=True)
class Scene:
    """What is looked at. `case` has been advanced to `at`; without one, `order` alone is looked at."""

    workflow: Workflow
    policy: Policy
    guidance: Guidance | None
    order: Order
    at: datetime
    case: RefundCase | None = None
    _choices: dict[str, tuple[Choice, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)  # by SKU, asked once

    @property
    def asker(self) -> Actor | None:
        """Whom the advice is for: the actor who files, or who acts first."""
        rules = self.workflow.rules
        filing = [rule.actor for rule in rules if rule.event.files]
        first = [rule.actor for rule in rules if rule.source.key == self.workflow.initial.key and not rule.by_clock]
        return next(iter((*filing, *first)), None)

    @property
    def filing(self) -> tuple[Event, ...]:
        """The filing events of the initial state."""
        here = (event for event in self.workflow.events.values() if event.files)
        return tuple(event for event in here if (self.workflow.initial.key, event.name) in self.workflow.rules_at)

    @property
    def may_choose(self) -> bool:
        """Whether kind and reason are still open: nothing was filed for review yet, or the case has ended without a refund."""
        case = self.case
        if case is None or (case.state.final and case.paid_fen == 0):
            return True
        return any((case.state.key, event.name) in self.workflow.rules_at for event in self.filing)

    def actors_now(self) -> tuple[Actor, ...]:
        """Who else than the one advised can move the case, the clock aside."""
        found: dict[str, Actor] = {}
        for event in self.others_now():
            found.setdefault(event.actor.key, event.actor)
        return tuple(found.values())

    def others_now(self) -> tuple[Event, ...]:
        """The events by which others than the one advised can move the case, the clock aside."""
        assert self.case is not None
        case, mine = self.case, {CLOCK.key, self.asker.key if self.asker else ""}
        others = (by for by in self.workflow.actors if by not in mine)
        allowed = {verdict.rule for by in others for verdict in case.actions(at=self.at, by=by)}
        return tuple(rule.event for rule in self.workflow.rules if rule in allowed and not rule.internal)

    def verdicts(self) -> tuple[Verdict, ...]:
        """Every event of the one advised, judged now."""
        assert self.case is not None
        return self.case.actions(at=self.at, by=self.asker.key) if self.asker else ()

    def choices(self, sku: str) -> tuple[Choice, ...]:
        """Every kind and reason that the workflow knows, each judged as this case would be if it asked for that, or as a new one."""
        if sku not in self._choices:
            self._choices[sku] = self._judged(sku)
        return self._choices[sku]

    def _judged(self, sku: str) -> tuple[Choice, ...]:
        known = {one.name: one.domain(self.policy) for one in self.workflow.fact_fields}
        like = self.case.request if self.case else None
        reasons = known.get("reason") or ((like.reason,) if like else ())
        if self.guidance is None and like is None:  # facts of a user's own workflow may need attributes that nobody has given
            return ()
        return tuple(
            choice for reason in reasons for kind in known.get("kind", (None,)) if (choice := self._choice(sku, kind, str(reason), like))
        )

    def _choice(self, sku: str, kind: object, reason: str, like: RefundRequest | None) -> Choice | None:
        named = None if kind is None else str(kind)
        if like is None:
            request = RefundRequest(sku=sku, kind=named, reason=reason)
        else:
            request = like.model_copy(update={"kind": named, "reason": reason})
        case = _as_if(self.case, request) if self.case else None
        if case is None or case.state.final:  # a new case
            case = RefundCase.open(self.order, request, at=self.at, policy=self.policy, workflow=self.workflow)
        asked = [self.guidance.asks] if self.guidance else [(event.name,) for event in self.filing]
        if not asked:
            return None
        verdicts = [_asked(case, events, self.at) for events in asked]
        verdict = next((one for one in verdicts if one.allowed), verdicts[0])
        files = frozenset(event.name for event in self.filing if _asked(case, (event.name,), self.at).allowed)
        return Choice(named, reason, verdict, files, case.freight)


# What stands in for the details that an event needs, when it is only asked whether the event would be taken.
_GIVEN: dict[str, Callable[[datetime], object]] = {
    "note": lambda _: "…",
    "tracking_no": lambda _: "…",
    "evidence": lambda at: Evidence(kind="photo", by="advice", at=at),
}


def _as_if(case: RefundCase, request: RefundRequest) -> RefundCase | None:
    """The case if it had asked for something else: the same steps at the same instants. None where one would have been refused."""
    other = RefundCase.open(case.order, request, at=case.opened_at, policy=case.policy, workflow=case.workflow)
    try:
        for step in case.steps:
            by_clock = step.by == CLOCK.key
            other = other.advance(to=step.at) if by_clock else other.apply(step.event, at=step.at, by=step.by, **step.details)
        return other.advance(to=case.now)
    except Refused:
        return None


def _asked(case: RefundCase, events: tuple[str, ...], at: datetime) -> Verdict:
    """The verdict on the last of the events, those before it taken; or on the first of them that is refused."""
    for name in events:
        event = case.workflow.events[name]
        given = {need: _GIVEN[need](at) for need in event.needs}
        verdict = case.ask(name, at=at, by=event.actor.key, **given)
        if not verdict.allowed or name == events[-1]:
            break
        case = case.apply(name, at=at, by=event.actor.key, **given)
    return verdict


def closest(choices: Iterable[Choice]) -> Refusal:
    """Of several refused choices the refusal that is nearest to being none: with the fewest failed guards."""
    refusals = [choice.verdict.refusal for choice in choices if choice.verdict.refusal]
    return min(refusals, key=lambda refusal: len(refusal.failed_guards))


def mentioned(text: Text, workflow: Workflow) -> tuple[str, ...]:
    """The catalogue ids that a text names."""
    words = set(re.findall(r"[A-Za-z0-9-]+", text.en))
    return tuple(id for id in workflow.catalogue if id in words)


def unique(*sources: Iterable[str]) -> tuple[str, ...]:
    """The ids of several citations, each once."""
    return tuple(dict.fromkeys(id for source in sources for id in source))


def tip(topic: str, one: Said, *more: Iterable[str], until: datetime | None = None, **parts: Text) -> Tip:
    """A tip of a sentence with its blanks filled in; `more` are further ids that it rests on. It is provisional when a part is."""
    provisional = any(isinstance(part, Provisional) for part in parts.values())
    return Tip(topic, one.filled(**parts), unique(one.sources, *more), until, provisional=provisional)


def when(at: datetime, provisional: bool = False) -> Text:
    """An instant in words, marked when it rests on days that are not published yet."""
    return words.limit(at, provisional)


def labels(texts: Iterable[Text], last: Text = AND) -> Text:
    """Labels in a row."""
    return listed(list(texts), last)


def joined(*texts: Text) -> Text:
    """Sentences one after the other."""
    return Text("".join(one.zh for one in texts), " ".join(one.en for one in texts))


def line_titles(order: Order, skus: Iterable[str]) -> Text:
    """The titles of some lines, quoted as they are."""
    return labels(Text(f"“{title}”", f"“{title}”") for title in _titles(order, skus))


def _titles(order: Order, skus: Iterable[str]) -> Iterator[str]:
    wanted = set(skus)
    return (line.title for line in order.lines if line.sku in wanted)
