"""Owns a counterexample as it was carried out, told in columns: what was called, what was expected, what was got.

Must not call an implementation.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from refund_fsm.case import NEWS_LABEL, News
from refund_fsm.scenario import PACE, Path
from refund_fsm.testing.lockstep.circumstances import exact
from refund_fsm.testing.lockstep.implementation import Make
from refund_fsm.testing.lockstep.names import Fit
from refund_fsm.testing.lockstep.plan import Call, Plan
from refund_fsm.testing.lockstep.run import OPENING, Answer, Fault, Kind
from refund_fsm.text import Lang, Text, words

TAKEN, REFUSED, NONE = Text("接受", "taken"), Text("拒绝", "refused"), Text("无", "none")
OPENED, TIME, NOBODY = Text("开单", "opened"), Text("时间流逝（advance）", "time passes (advance)"), Text("", "")
_TITLES = (Text("#", "#"), Text("时间", "when"), Text("谁", "who"), Text("做什么", "what"), Text("应当", "expected"), Text("实际", "got"))


@dataclass(frozen=True)
class Trace:
    """The counterexample as it was carried out: the plan, what was answered up to the fault, and the fault; `about` says under which
    circumstances the last call came. What made the implementation
    does not travel where no pickle can hold it, such as a lambda: `make` is None there."""

    fit: Fit
    make: Make | None
    plan: Plan
    answers: tuple[Answer, ...]
    fault: Fault
    path: Path
    about: tuple[Text, ...] = ()

    def __getstate__(self) -> dict[str, Any]:
        import pickle  # here, because a run needs none of it

        try:
            pickle.dumps(self.make)
        except Exception:  # whatever somebody's object says to that
            return {**self.__dict__, "make": None}
        return dict(self.__dict__)

    @property
    def last(self) -> int:
        """The place of the last call that was made."""
        return max(OPENING, min(self.fault.place, len(self.plan.calls) - 1))

    def difference(self, kind: Kind, expected: object, got: object) -> tuple[Text, Text]:
        """What was expected and what was got, in words."""
        if kind == "acceptance":
            return (TAKEN, REFUSED) if expected else (REFUSED, TAKEN)
        if kind == "deadline":
            return moment(expected), moment(got)
        wanted: Plan | Call = self.plan if self.last == OPENING else self.plan.calls[self.last]
        if kind == "state":
            return words.listed([self._state(said) for said in sorted(wanted.said)]), self._state(str(got))
        return self._expected(wanted), _same(str(got))

    def lines(self, lang: Lang) -> list[str]:
        """Both traces side by side: what was called, what was expected, what was got. A minute that changes nothing is left out."""
        rows: list[Sequence[str]] = [[title.get(lang) for title in _TITLES]]
        before: Plan | Call = self.plan
        for place in range(OPENING, self.last + 1):
            wanted: Plan | Call = self.plan if place == OPENING else self.plan.calls[place]
            is_last = place == self.last
            idle = isinstance(wanted, Call) and _is_idle(wanted, before)
            before = wanted
            if idle and not is_last:
                continue
            number, who, what = ("0", NOBODY, OPENED) if isinstance(wanted, Plan) else (str(wanted.row), *self._called(wanted))
            cells = (who, what, self._expected(wanted), self._got(place, wanted))
            rows.append((number, exact(wanted.at), *(cell.get(lang) for cell in cells), "←" if is_last else ""))
        rows[0] = (*rows[0], "")
        return columns(rows)

    def _called(self, call: Call) -> tuple[Text, Text]:
        """Who and what, in our words, with the implementation's name where it is another."""
        if call.event is None and call.details:
            return NOBODY, self._news(call)
        if call.event is None:
            return NOBODY, TIME
        ours = next((name for name, theirs in self.fit.event_of.items() if theirs == call.event), call.event)
        actor = next((key for key, theirs in self.fit.actor_of.items() if theirs == call.by), call.by)
        known, acting = self.fit.workflow.events.get(ours), self.fit.workflow.actors.get(actor)
        label = known.text if known is not None else _same(ours)
        named = Text(f"{label.zh}（{call.event}）", f"{label.en} ({call.event})")
        given = Text("，无附件", ", nothing with it") if known is not None and known.needs and not call.details else Text("", "")
        return acting.text if acting is not None else _same(actor), Text(named.zh + given.zh, named.en + given.en)

    def _news(self, call: Call) -> Text:
        """What the call tells that those before it have not told."""
        told = [one.details["order"] for one in self.plan.calls if one.event is None and one.details and one.row < call.row]
        order, request, _ = self.plan[:3]
        what = News(0, call.at, call.details["order"], (order, *told)[-1], request.sku, "").text
        return Text(f"{NEWS_LABEL.zh}：{what.zh}", f"{NEWS_LABEL.en}: {what.en}")

    def _expected(self, wanted: Plan | Call) -> Text:
        taken = None if isinstance(wanted, Plan) or wanted.event is None else wanted.taken
        return self._outcome(taken, [self._state(said) for said in sorted(wanted.said)], wanted.due)

    def _got(self, place: int, wanted: Plan | Call) -> Text:
        if place + 1 < len(self.answers):
            answer = self.answers[place + 1]
            return self._outcome(answer.taken, [self._state(answer.said)], answer.due)
        return _same(str(self.fault.got)) if place >= self.last else self._expected(wanted)  # what comes before a fault is as expected

    def _state(self, said: str) -> Text:
        """The label of a state that has our name; else its name."""
        known = self.fit.workflow.states.get(said) if self.fit.names.states is None else None
        return _same(said) if known is None else known.text

    def _outcome(self, taken: bool | None, said: Sequence[Text], due: datetime | None) -> Text:
        parts = [] if taken is None else [TAKEN if taken else REFUSED]
        parts.append(words.listed(list(said)))
        if self.plan.compares_due:
            limit = moment(due)
            parts.append(Text("无期限", "no limit") if due is None else Text(f"期限{limit.zh}", f"due {limit.en}"))
        return Text("，".join(part.zh for part in parts), ", ".join(part.en for part in parts))


def _is_idle(call: Call, before: Plan | Call) -> bool:
    """Whether nothing but a minute passes in a call."""
    passes = call.event is None and not call.details
    return passes and call.at - before.at <= PACE and (call.said, call.due) == (before.said, before.due)


def moment(at: object) -> Text:
    """A deadline in words, which may be none, or nothing that is an instant."""
    return NONE if at is None else _same(words.stamp(at) if isinstance(at, datetime) else str(at))


def _same(text: str) -> Text:
    return Text(text, text)


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Cells padded so that columns line up where Chinese characters are twice as wide."""
    widths = [max(_width(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)
