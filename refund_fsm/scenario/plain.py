"""Owns limits, refusals and news as plain data for JSON, as a trace tells them: instants as ISO strings, texts in both languages."""

from __future__ import annotations

from typing import Any

from refund_fsm.case import Due, Move, News, Refusal
from refund_fsm.text import Text
from refund_fsm.workflow import spelled


def news_of(news: News) -> dict[str, Any]:
    """News of the order as plain data: what is new, in both languages, and the order by then."""
    return {"what": [text_of(one) for one in news.what], "order": news.order.model_dump(mode="json")}


def move_of(move: Move) -> dict[str, Any]:
    """A move to other rules as plain data: how, from which rules to which, and what it did, in both languages."""
    rules = {"before": move.was, "after": move.now}
    told = {name: {"order_type": one.key, "fingerprint": one.fingerprint} for name, one in rules.items()}
    return {"how": move.how, **told, "states": [move.source, move.dest], "what": [text_of(one) for one in move.what]}


def due_of(due: Due | None) -> dict[str, Any] | None:
    """A limit as plain data; `then` is the rule that the clock fires, or None for a breach."""
    if due is None:
        return None
    return {
        "at": due.at.isoformat(),
        "limit": due.limit.field,
        "unit": due.unit,
        "length": due.length,
        "cites": list(spelled(due.limit.cites)),
        "then": due.then.id if due.then else None,
        "provisional": due.provisional,
        "why": why_of(due),
    }


def why_of(due: Due) -> dict[str, Any]:
    """Why a limit ends when it does, as plain data: the guards that let its row count, the facts that they read, the special period that
    replaced its length with the end that it would have had, what was added, and the instant before which it may not end."""
    why = due.why
    special = None
    if why.special is not None:
        one = why.special
        days = {"start": one.start.isoformat(), "end": one.end.isoformat(), "unit": one.unit, "length": one.length}
        special = {"limit": one.limit, "when": list(one.when), **days, "cites": list(spelled(one.cites))}
    return {
        "guards": [guard.name for guard in why.guards],
        "facts": dict(why.facts),
        "special": special,
        "ordinary": why.ordinary.isoformat() if why.ordinary else None,
        "plus": why.plus,
        "held": why.held.isoformat() if why.held else None,
    }


def refusal_of(refusal: Refusal) -> dict[str, Any]:
    """A refusal as plain data, with its explanation in both languages."""
    return {
        "code": refusal.code,
        "event": refusal.event,
        "at": refusal.at.isoformat(),
        "by": refusal.by,
        "state": refusal.state.key,
        "failed_guards": [guard.name for guard in refusal.failed_guards],
        "actor": refusal.actor.key if refusal.actor else None,
        "sources": [state.key for state in refusal.sources],
        "missing": list(refusal.missing),
        "instant": refusal.instant.isoformat() if refusal.instant else None,
        "provisional": refusal.provisional,
        "text": text_of(refusal.text),
    }


def text_of(text: Text) -> dict[str, str]:
    """A text by language."""
    return {"zh": text.zh, "en": text.en}
