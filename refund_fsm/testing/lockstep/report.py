"""Owns what a lockstep run found, as a value and in words: what departs, and both traces side by side. Must not call an implementation."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from refund_fsm.case import NEWS_LABEL, News
from refund_fsm.scenario import Path
from refund_fsm.testing.lockstep.implementation import Make
from refund_fsm.testing.lockstep.names import Fit
from refund_fsm.testing.lockstep.plan import Call, Plan
from refund_fsm.testing.lockstep.run import OPENING, Answer, Fault, Kind, Part
from refund_fsm.text import Lang, Text, words
from refund_fsm.workflow import Workflow

KINDS: dict[Kind, Text] = {
    "state": Text("状态不符", "another state"),
    "acceptance": Text("接受与否不符", "acceptance"),
    "deadline": Text("期限不符", "another deadline"),
    "raised": Text("抛出异常", "an exception"),
    "hung": Text("没有响应", "no answer in time"),
    "nonsense": Text("回答无意义", "an answer that makes no sense"),
}
TAKEN, REFUSED, NONE = Text("接受", "taken"), Text("拒绝", "refused"), Text("无", "none")
OPENED, TIME, NOBODY = Text("开单", "opened"), Text("时间流逝", "time passes"), Text("", "")
_TITLES = (Text("#", "#"), Text("时间", "when"), Text("谁", "who"), Text("做什么", "what"), Text("应当", "expected"), Text("实际", "got"))


class Divergence(NamedTuple):
    """The first thing that is not as the workflow has it. `place` is the number of the counterexample's step, from 1; 0 is the
    opening. `part` is the method that showed it. `expected` and `got` are of one kind: states in the implementation's names (a set
    of them is expected), bools, or instants; for `raised`, `hung` and `nonsense`, `got` says in words what happened."""

    kind: Kind
    place: int
    part: Part
    expected: Any
    got: Any


class SuiteRun(NamedTuple):
    """A suite that was carried out: its criterion, how many of its paths, and the calls that they made."""

    criterion: str
    paths: int
    steps: int


@dataclass(frozen=True)
class LockstepReport:
    """What came of holding an implementation against a workflow.

    `suites` and `walks` are what was carried out before anything departed, `steps` the calls of both (searching aside). When something
    departs: `divergence` as the `counterexample` shows it, `found` the path that showed it first. `proven`: no shorter
    counterexample is among the inputs that were searched; else the search stopped at its cap. `again`: it showed itself twice;
    an implementation for which it is false does not answer alike each time. `tries`: the cases that the search opened.
    """

    workflow: Workflow
    suites: tuple[SuiteRun, ...]
    walks: int
    steps: int
    divergence: Divergence | None = None
    counterexample: Path | None = None
    found: Path | None = None
    again: bool = True
    proven: bool = False
    tries: int = 0
    trace: Trace | None = field(default=None, repr=False)

    @property
    def ok(self) -> bool:
        """Whether nothing departs."""
        return self.divergence is None

    @property
    def paths(self) -> int:
        """How many cases were led in lockstep, searching aside."""
        return sum(run.paths for run in self.suites) + self.walks

    def __str__(self) -> str:
        return self.text("en")

    def text(self, lang: Lang) -> str:
        """The report in one language, `zh` or `en`: plain text, the traces in columns."""
        label = self.workflow.label.get(lang)
        done = "、".join(run.criterion for run in self.suites) if lang == "zh" else ", ".join(run.criterion for run in self.suites)
        if self.divergence is None or self.trace is None:
            zh = f"{label}：一致。共{self.paths:,}单（{done or '无覆盖路径'}，随机{self.walks:,}单），{self.steps:,}次调用。"
            en = f"{label}: the same. {self.paths:,} cases ({done or 'no suite'}, {self.walks:,} at random), {self.steps:,} calls."
            return Text(zh, en).get(lang)
        about = [f"  {line.get(lang)}" for line in self.trace.about]
        if about:
            step = Text(f"第{self.divergence.place}步：", f"Step {self.divergence.place}:")
            about = [step.get(lang) if self.divergence.place else Text("开单：", "The opening:").get(lang), *about, ""]
        return "\n".join((self._told(label).get(lang), "", *self.trace.lines(lang), "", *about, self._searched().get(lang)))

    def _told(self, label: str) -> Text:
        one = self.divergence
        assert one is not None and self.trace is not None
        kind, (expected, got) = KINDS[one.kind], self.trace.difference(one)
        zh = f"{label}：第{one.place}步不一致（{kind.zh}，{one.part}）。应当：{expected.zh}；实际：{got.zh}。"
        en = f"{label}: departs at step {one.place} ({kind.en}, {one.part}): expected {expected.en}; got {got.en}."
        return Text(zh, en)

    def _searched(self) -> Text:
        if not self.again:
            return Text(
                "再试一次没有重现：该实现每次的回答不同，这是最初发现的路径。",
                "It did not show itself again: the implementation does not answer alike each time. This is the path as it was found.",
            )
        first = len(self.found) if self.found else 0
        if self.proven:
            return Text(
                f"最初在一条{first}步的路径上发现；试了{self.tries:,}次，没有更短的反例。",
                f"Found on a path of {first} steps; after {self.tries:,} tries, there is no shorter counterexample.",
            )
        return Text(
            f"最初在一条{first}步的路径上发现；试了{self.tries:,}次后搜索到达上限，不排除有更短的反例。",
            f"Found on a path of {first} steps; the search stopped at its cap after {self.tries:,} tries: a shorter one is not ruled out.",
        )

    def reproduction(self) -> str:
        """A pytest file that fails as long as the implementation departs so; `""` when nothing departs. One line says what is under
        test; another implementation of the same names can be put there. What hangs, hangs there too."""
        from refund_fsm.testing.lockstep.pytest_file import written

        return "" if self.trace is None or self.divergence is None else written(self.trace, self.divergence)


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

    def difference(self, one: Divergence) -> tuple[Text, Text]:
        """What was expected and what was got, in words."""
        if one.kind == "acceptance":
            return (TAKEN, REFUSED) if one.expected else (REFUSED, TAKEN)
        if one.kind == "deadline":
            return moment(one.expected), moment(one.got)
        wanted: Plan | Call = self.plan if self.last == OPENING else self.plan.calls[self.last]
        if one.kind == "state":
            return words.listed([self._state(said) for said in sorted(wanted.said)]), self._state(one.got)
        return self._expected(wanted), _same(str(one.got))

    def lines(self, lang: Lang) -> list[str]:
        """Both traces side by side: what was called, what was expected, what was got. Time that changes nothing is left out."""
        rows: list[Sequence[str]] = [[title.get(lang) for title in _TITLES]]
        before: Plan | Call = self.plan
        for place in range(OPENING, self.last + 1):
            wanted: Plan | Call = self.plan if place == OPENING else self.plan.calls[place]
            is_last = place == self.last
            idle = (
                isinstance(wanted, Call)
                and wanted.event is None
                and not wanted.details
                and (wanted.said, wanted.due) == (before.said, before.due)
            )
            before = wanted
            if idle and not is_last:
                continue
            number, who, what = ("0", NOBODY, OPENED) if isinstance(wanted, Plan) else (str(wanted.row), *self._called(wanted))
            cells = (who, what, self._expected(wanted), self._got(place, wanted))
            rows.append((number, words.stamp(wanted.at), *(cell.get(lang) for cell in cells), "←" if is_last else ""))
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
