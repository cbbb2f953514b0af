"""Owns the advice on why a limit ends when it does: the row that holds, the special period, the extension, what follows at it.

Must not count: it reads what the case tells of its limit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from refund_fsm.advice import texts
from refund_fsm.advice.scene import Scene
from refund_fsm.advice.tip import Tip, labels, tip, when
from refund_fsm.case import Due
from refund_fsm.orders.guidance import Said
from refund_fsm.text import Text, length, words
from refund_fsm.workflow import spelled, unit_of

A_MOMENT = timedelta(microseconds=1)


def span_of(due: Due) -> Text:
    """The length of a limit, with what was added to it."""
    span = length(due.length, due.unit)
    if not due.why.plus:
        return span
    more = Said(texts.PLUS).filled(more=_plus(due))
    return Text(span.zh + more.zh, span.en + more.en)


def because(scene: Scene, due: Due) -> Iterator[Tip]:
    """Why the limit is what it is: nothing where the state has but one row, and no period moved it."""
    why, cites = due.why, spelled(due.limit.cites)
    if why.row.when:
        yield tip("deadline", texts.WHY_ROW, cites, guards=labels(guard.text for guard in why.row.when))
    if why.special is not None and why.ordinary is not None:
        period, found = why.special, due.provisional
        names = scene.guidance.notices if scene.guidance else {}
        known = next((names[id].text for id in spelled(period.cites) if id in names), None)
        name = Text(f"{known.zh}，", f"{known.en}, ") if known else texts.NONE
        first, last = words.day(words.local_day(period.start)), words.day(words.local_day(period.end - A_MOMENT))
        parts = {"ordinary": when(why.ordinary, found), "name": name, "start": first, "end": last}
        yield tip("deadline", texts.WHY_SPECIAL, spelled(period.cites), **parts, length=length(due.length, due.unit))
    if why.plus:
        yield tip("deadline", texts.WHY_PLUS, cites, length=_plus(due))
    if why.held is not None:
        yield tip("deadline", texts.WHY_HELD)
    if due.then is not None and scene.guidance is not None:
        for guard in due.then.when:
            one = scene.guidance.because.get(guard.name)
            if one is not None:
                yield replace(tip("deadline", one, **scene.numbers(one)), event=due.then.event.name)


def _plus(due: Due) -> Text:
    return length(due.why.plus, unit_of(str(due.why.row.plus)))
