"""Owns the inputs that a search tries: rows that can be given at any place, by kind, and what kind an input is that was found.

| kind | what is tried |
|---|---|
| `do` | an event by its own actor, with what it needs, a minute on |
| `pass` | time passes to the limit |
| `news` | news of the order |
| `before`, `after` | time passes to a minute before the limit; beyond it |
| `late`, `too_late` | an event a minute before the limit; at the limit or later, when the clock comes first |
| `by` | an event by somebody else |
| `bare` | an event without what it needs, or without one thing of it |
| `not_due` | the clock's event before its time |
| `unknown` | an event that the workflow does not have |
| `reversed` | an event dated before the present |

Must not call an implementation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from refund_fsm.case import NO_DETAILS, is_given
from refund_fsm.scenario import MINUTE, PACE, Opening, details_of
from refund_fsm.testing.lockstep.model import Model, Row, Table
from refund_fsm.testing.lockstep.plan import Told
from refund_fsm.testing.lockstep.random_paths import EARLIER, NO_SUCH_EVENT, lacking
from refund_fsm.workflow import CLOCK, Evidence

ALWAYS = frozenset(("do", "pass"))
NOTHING = timedelta(0)
NEAR = timedelta(days=4)  # an instant so near a limit is taken to be meant by it


def kind_of(model: Model, told: Told) -> str:
    """What kind of input this is, where the model is now."""
    event, by, at, details = told
    table, due = model.table, model.due
    if event is None and details:
        return "news"
    if event is None:
        return "pass" if due is None or at == due else "before" if at < due else "after"
    if event not in table.needs:
        return "unknown"
    if at < model.now:
        return "reversed"
    if table.actor_of[event] != by:
        return "by"
    if by == CLOCK.key:
        return "not_due"
    if not all(is_given(details, need) for need in table.needs[event]):
        return "bare"
    if due is None or at < due - MINUTE:
        return "do"
    return "late" if at < due else "too_late"


def as_row(model: Model, told: Told, opening: Opening) -> Row:
    """An input that was found, so said that it can be given elsewhere."""
    event, by, at, details = told
    due, kind = model.due, kind_of(model, told)
    near = due is not None and abs(at - due) <= NEAR
    from_due = near and (kind in ("late", "too_late") or (event is None and kind != "news"))
    base = due if from_due and due is not None else model.now
    return Row(event, by, from_due, at - base, earlier(details, opening), kind)


def earlier(details: Mapping[str, Any], opening: Opening) -> Mapping[str, Any]:
    """Details whose evidence is dated before the opening, so that they can be brought at any instant."""
    pieces = details.get("evidence")
    if not pieces:
        return details
    given = pieces if isinstance(pieces, tuple) else (pieces,)
    return {**details, "evidence": tuple(Evidence(**{**dict(piece), "at": min(piece.at, opening.at - EARLIER)}) for piece in given)}


class Alphabet:
    """The rows to try in the cases of one opening: all of the wanted kinds, and those of a word that was found."""

    def __init__(self, table: Table, opening: Opening, kinds: Iterable[str], found: Iterable[Row] = ()) -> None:
        self.table, self.kinds = table, frozenset(kinds) | ALWAYS
        self._found = tuple(row._replace(details=earlier(row.details, opening)) for row in found)
        self._needed = {name: details_of(event, opening.at - EARLIER) for name, event in table.workflow.events.items()}
        self._rows: dict[str, tuple[Row, ...]] = {}

    def plain(self, event: str) -> Row:
        """The event by its own actor with what it needs, a minute on."""
        return Row(event, self.table.actor_of[event], False, PACE, self._needed[event], "do")

    def rows(self, model: Model) -> tuple[Row, ...]:
        """What is tried where the model is, in the order of the table, the passing of time last."""
        found = self._rows.get(model.node.state)
        if found is None:
            tried = {(*row[:4], repr(row.details)): row for row in self._tried(model.node.state)}  # each once
            found = self._rows[model.node.state] = tuple(tried.values())
        close = model.due is not None and model.now < model.due <= model.now + PACE
        return tuple(row._replace(offset=NOTHING) if close and row.kind == "do" else row for row in found)

    def _tried(self, state: str) -> Iterable[Row]:
        table, kinds = self.table, self.kinds
        limited = state in table.limits
        for name, actor in table.actor_of.items():
            here, needed = (state, name) in table.possible, self._needed[name]
            if actor != CLOCK.key:
                yield self.plain(name)
                if limited and here and "late" in kinds:
                    yield Row(name, actor, True, -MINUTE, needed, "late")
                if limited and "too_late" in kinds:
                    yield Row(name, actor, True, NOTHING, needed, "too_late")
                if here and "bare" in kinds:
                    for lacks in lacking(table.workflow.events[name]):
                        left = {need: value for need, value in needed.items() if need not in lacks}
                        yield Row(name, actor, False, NOTHING, left, "bare")
            elif "not_due" in kinds:
                yield Row(name, actor, False, NOTHING, NO_DETAILS, "not_due")
            if "by" in kinds:
                yield from (Row(name, by, False, NOTHING, needed, "by") for by in table.workflow.actors if by != actor)
            if "reversed" in kinds and actor != CLOCK.key:
                yield Row(name, actor, False, -MINUTE, needed, "reversed")
        if "unknown" in kinds:
            yield from (Row(NO_SUCH_EVENT, by, False, NOTHING, NO_DETAILS, "unknown") for by in table.workflow.actors)
        yield from self._found
        if limited:
            yield Row(None, "", True, NOTHING, NO_DETAILS, "pass")
            for kind, offset in (("before", -MINUTE), ("after", MINUTE)):
                if kind in kinds:
                    yield Row(None, "", True, offset, NO_DETAILS, kind)
