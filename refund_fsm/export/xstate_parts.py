"""Owns the small parts of the XState export: which count asks what, how periods, texts and guarded transitions are written as JSON.

Must not know the machine that they are parts of.
"""

from __future__ import annotations

import json
from typing import Any

from refund_fsm.text import Text
from refund_fsm.workflow import Count, Guard, SpecialPeriod

Json = dict[str, Any]
WIDE = 120  # characters that a list or an object may have on one line


def first_to_last(counts: list[Count]) -> list[Count]:
    """Counts so ordered that the first whose guards hold is the one that counts: what asks more stands before what asks less."""
    return sorted(counts, key=lambda one: (one.kind.row, not one.kind.plus, -len(one.kind.special), one.kind.special))


def asked_by(count: Count) -> tuple[Guard, ...]:
    """All guards that must hold for a count, given that none before it holds."""
    plus = (count.limit.plus_when,) if count.kind.plus and count.limit.plus_when is not None else ()
    return tuple(dict.fromkeys([*count.limit.when, *(guard for _, some in count.special for guard in some), *plus]))


def period_data(period: SpecialPeriod) -> Json:
    """A special period as data."""
    told: Json = {"start": period.start.isoformat(), "end": period.end.isoformat(), period.unit: period.length}
    return {**told, "never_shorter": period.never_shorter, "when": list(period.when), "cites": period.cites}


def guarded(transition: Json, ends: Json) -> Json:
    """A transition that also asks whether a delay is the last of those that counted."""
    params = transition["guard"]["params"] if "guard" in transition else {"guards": []}
    rest = {name: value for name, value in transition.items() if name not in ("guard", "actions")}
    target = {"target": rest.pop("target")} if "target" in rest else {}
    return {**target, "guard": {"type": "all", "params": {**params, **ends}}, "actions": transition["actions"], **rest}


def refuse(code: str) -> Json:
    """What tells that an event is refused."""
    return {"actions": [{"type": "refuse", "params": {"code": code}}]}


def said(text: Text) -> Json:
    """A text in both languages."""
    return {"zh": text.zh, "en": text.en}


def laid_out(value: Any, indent: str) -> str:
    """JSON in which what fits stands on one line."""
    flat = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, (dict, list)) or len(flat) + len(indent) <= WIDE:
        return flat
    inner = indent + "  "
    if isinstance(value, dict):
        rows = [f"{json.dumps(key, ensure_ascii=False)}: {laid_out(one, inner)}" for key, one in value.items()]
    else:
        rows = [laid_out(one, inner) for one in value]
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    return f"{opening}\n{inner}" + f",\n{inner}".join(rows) + f"\n{indent}{closing}"
