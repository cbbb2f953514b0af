"""What makes an advice on a case wrong, found without the advice's own code: each fault in words. And what was met on the way, counted."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from refund_fsm import CLOCK, Evidence, RefundCase
from refund_fsm.advice import Advice, Tip, advise
from refund_fsm.advice.texts import TOPICS
from refund_fsm.orders.goods import FAULTS, window_end
from refund_fsm.text import SHANGHAI
from tests.languages import HAN

PAST = (re.compile(r"已过|超时|逾期|届满"), re.compile(r"\bover\b(?! at)|overdue|\bended\b|breached|later than"))
STATE = (re.compile(r"当前(?:状态：|是“)([^（”]*)"), re.compile(r"The case is “([^”]*)”"))
RIGHT = ("失去了无理由退货的权利", "the no-reason right. It cannot be filed anew")
GOODS = ("不在买家手里", "the goods are no longer with the buyer")
ANEW, DONE = ("不能再以“", "it cannot be filed anew"), ("按换货完成结束", "ends as an exchange")
KEPT, JUDGED = ("得以保留", "right is kept"), ("本次按此判断", "judged by this")
TURN = ("现在由", "Now it is up to")


@dataclass
class Seen:
    """What was met: advices, situations (a case in a state, at an instant, for a role), states, events offered and refused."""

    advices: int = 0
    situations: set[tuple[Any, ...]] = field(default_factory=set)
    states: Counter[tuple[str, str]] = field(default_factory=Counter)
    offered: Counter[tuple[str, str]] = field(default_factory=Counter)
    refused: Counter[tuple[str, str]] = field(default_factory=Counter)
    barred: Counter[tuple[str, str]] = field(default_factory=Counter)
    past: int = 0
    losses: int = 0


def details_of(case: RefundCase, event: str, at: datetime) -> dict[str, Any]:
    given = {"note": "说明", "tracking_no": "SF1", "evidence": Evidence(kind="photo", by="buyer", at=at)}
    return {need: given[need] for need in case.workflow.events[event].needs}


def taken(case: RefundCase, event: str, at: datetime, by: str) -> bool:
    """Whether the case takes the event, with all that it needs."""
    return case.ask(event, at=at, by=by, **details_of(case, event, at)).allowed


def look(case: RefundCase, at: datetime, seen: Seen, roles: Container[str] | None = None) -> list[str]:
    """The faults of the advice on a case at an instant, for every role, or for some."""
    key, there = case.workflow.key, case.advance(to=at)
    found: list[str] = []
    for by in case.workflow.actors:
        if by == CLOCK.key or (roles is not None and by not in roles):
            continue
        advice = advise(case, at, role=by)
        seen.advices += 1
        seen.situations.add((key, there.state.key, there.facts, by, there.due is not None and there.due.at <= at))
        seen.states[key, there.state.key] += 1
        where = f"{key} {there.state.key} {by} {at}: "
        found += [where + fault for fault in (*_offers(there, at, by, advice, seen), *_words(there, at, by, advice, seen))]
    return found


def _offers(case: RefundCase, at: datetime, by: str, advice: Advice, seen: Seen) -> Iterator[str]:
    names = [tip.event for tip in advice.items if tip.topic == "next"]
    barred = {tip.event for tip in advice.items if tip.topic == "barred" and tip.event}
    for name, event in case.workflow.events.items():
        if event.actor.key != by:
            continue
        can = taken(case, name, at, by)
        (seen.offered if can else seen.refused)[case.workflow.key, name] += 1
        seen.barred[case.workflow.key, name] += name in barred
        if names.count(name) != can:
            yield f"{name} is {'' if can else 'not '}taken and offered {names.count(name)} times"
        if can and name in barred:
            yield f"{name} is taken and barred"
        if not can and any(tip.event == name and tip.topic == "standing" for tip in advice.items):
            yield f"{name} is refused and spoken of as open"
    if set(names) - set(case.workflow.events):
        yield f"offers nobody knows: {names}"


def _words(case: RefundCase, at: datetime, by: str, advice: Advice, seen: Seen) -> Iterator[str]:
    ends: dict[str, set[datetime]] = {}
    for tip in advice.items:
        yield from _of_tip(case, at, tip, seen)
        if tip.until is not None:
            ends.setdefault(tip.deadline or "", set()).add(tip.until)
    yield from (f"{name or 'no limit'} ends at {instants}" for name, instants in ends.items() if len(instants) > 1 or not name)
    for said in _both(advice.items):
        if sum(text.count(words) for text in said for words in JUDGED) > 1:
            yield "two readings count"
        if any("得以保留" in text or "right is kept" in text for text in said) and any(
            "本次按此判断" in t or "judged by" in t for t in said
        ):
            yield "kept and counted"
        if case.state.final and any(text.startswith(words) for text in said for words in TURN):
            yield "it is over and somebody's turn"
    if case.state.final and any(tip.topic == "next" or "does nothing" in tip.text.en for tip in advice.items):
        yield "it is over and goes on"
    if case.state.final and {tip.deadline for tip in advice.items} & {limit.field for limit in case.workflow.limit_rows}:
        yield "it is over and a limit runs"
    yield from _losses(case, at, by, advice, seen)


def _both(items: tuple[Tip, ...]) -> tuple[list[str], list[str]]:
    return [tip.text.zh for tip in items], [tip.text.en for tip in items]


def _of_tip(case: RefundCase, at: datetime, tip: Tip, seen: Seen) -> Iterator[str]:
    if tip.topic not in TOPICS or not HAN.search(tip.text.zh):
        yield f"no Chinese, or no heading: {tip}"
    if tip.state not in (None, case.state.key) or tip.line not in (None, case.request.sku):
        yield f"another state or line: {tip}"
    for text, pattern, label in ((tip.text.zh, STATE[0], case.state.zh), (tip.text.en, STATE[1], case.state.en)):
        yield from (f"another story, {told!r}: {text}" for told in pattern.findall(text) if told != label)
    if tip.until is not None and tip.until <= at:
        seen.past += 1
        for text, pattern in zip((tip.text.zh, tip.text.en), PAST, strict=True):
            if not pattern.search(text):
                yield f"{tip.until} is past and not called so: {text}"
    if tip.topic == "next" and tip.until is not None and tip.until <= at:
        yield f"offered until {tip.until}"


def _losses(case: RefundCase, at: datetime, by: str, advice: Advice, seen: Seen) -> Iterator[str]:
    """The seven days and the goods of the mall and the shop, by a reading of the rules of its own."""
    if case.workflow.key == "shop_official" and by == "buyer":
        yield from _losses_by_the_platform(case, at, advice, seen)
        return
    if case.workflow.key not in ("self_operated", "third_party") or by != "buyer":
        return
    facts, signed = case.facts, case.order.signed_at
    over = signed is not None and signed <= at and at >= window_end(signed, case.policy).at
    talking = case.state.key in ("draft", "negotiating")
    held = not talking or taken(case, "submit", at, "buyer")
    bound = facts.reason not in FAULTS and facts.reason != "not_shipped"
    right = bound and held and (over or (facts.excluded and signed is not None)) and not _unshipped_still(case, at)
    for tip in advice.items:
        if tip.topic != "next" or tip.event not in ("cancel", "withdraw", "accept_rejection"):
            continue
        seen.losses += right or facts.goods_returned
        for text, one, other in zip((tip.text.zh, tip.text.en), RIGHT, GOODS, strict=True):
            if (one in text) is not right and not facts.excluded:
                yield f"the no-reason right is {'' if right else 'not '}lost: {text}"
            if (other in text) is not facts.goods_returned:
                yield f"the goods are {'' if facts.goods_returned else 'not '}away: {text}"


def _losses_by_the_platform(case: RefundCase, at: datetime, advice: Advice, seen: Seen) -> Iterator[str]:
    """The goods, the exchange and the period of the platform's own table, by a reading of official.md of its own."""
    facts, signed, line = case.facts, case.order.signed_at, case.order.line(case.request.sku)
    filed = any(step.event == "submit" for step in case.steps)
    days = timedelta(days=(15 if line.electronic else 30) + 1)
    end = None if signed is None else datetime.combine(signed.astimezone(SHANGHAI) + days, time(0), SHANGHAI)
    spent = (end is not None and at >= end) or line.applications + filed >= 5
    held = filed or taken(case, "submit", at, "buyer")
    for tip in advice.items:
        if tip.topic != "next" or tip.event not in ("cancel", "withdraw", "accept_rejection", "confirm_exchange"):
            continue
        well = tip.event == "confirm_exchange" or (tip.event == "withdraw" and facts.exchange_sent)
        seen.losses += spent or facts.goods_returned
        for text, anew, gone, done in zip((tip.text.zh, tip.text.en), ANEW, GOODS, DONE, strict=True):
            if (anew in text) is not (spent and held):
                yield f"the claim is {'' if spent and held else 'not '}lost: {text}"
            if (gone in text) is not (facts.goods_returned and not well):
                yield f"the goods are {'' if facts.goods_returned and not well else 'not '}away: {text}"
            if (done in text) is not well:
                yield f"it {'ends' if well else 'does not end'} as an exchange: {text}"
    for tip in advice.items:
        again = tip.deadline in ("after_sale_days", "electronic_after_sale_days")
        if again and (tip.until != end or ("重新申请" in tip.text.zh and (spent or case.state.final))):
            yield f"the period ends at {end}: {tip}"


def _unshipped_still(case: RefundCase, at: datetime) -> bool:
    return case.order.shipped_at is None or case.order.shipped_at > at
