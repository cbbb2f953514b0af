"""Owns what a lockstep run found, as a value and in words: what departs, in how many kinds, and both traces side by side. Must not call an
implementation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from refund_fsm.scenario import Path
from refund_fsm.testing.lockstep.groups import Group
from refund_fsm.testing.lockstep.run import Kind, Part
from refund_fsm.testing.lockstep.trace import Trace
from refund_fsm.text import Lang, Text
from refund_fsm.workflow import FrozenDict, Workflow

KINDS: dict[Kind, Text] = {
    "state": Text("状态不符", "another state"),
    "acceptance": Text("接受与否不符", "acceptance"),
    "deadline": Text("期限不符", "another deadline"),
    "raised": Text("抛出异常", "an exception"),
    "hung": Text("没有响应", "no answer in time"),
    "nonsense": Text("回答无意义", "an answer that makes no sense"),
}


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


def _named(group: Group) -> Text:
    """A kind of departure on a line."""
    kind, asked = KINDS[group.kind], group.event or group.part
    zh, en = f"{kind.zh}，{asked}", f"{kind.en}, {asked}"
    if group.expected:
        zh, en = f"{zh}，应当 {group.expected}", f"{en}, expected {group.expected}"
    return Text(f"{zh}，实际 {group.got}", f"{en}, got {group.got}") if group.got else Text(zh, en)


@dataclass(frozen=True)
class Departure:
    """One kind of departure: its `group`, in how many cases it was met (`cases`), and the shortest counterexample of the kind. The rest is
    as in `LockstepReport`."""

    group: Group
    cases: int
    divergence: Divergence
    counterexample: Path
    found: Path
    again: bool
    proven: bool
    tries: int
    trace: Trace = field(repr=False)

    def text(self, lang: Lang) -> str:
        """The departure in one language: what departs, the traces in columns, and what is to be known of the last call."""
        about = [f"  {line.get(lang)}" for line in self.trace.about]
        if about:
            step = Text(f"第{self.divergence.place}步：", f"Step {self.divergence.place}:")
            about = [step.get(lang) if self.divergence.place else Text("开单：", "The opening:").get(lang), *about, ""]
        return "\n".join((self._told().get(lang), "", *self.trace.lines(lang), "", *about, self._searched().get(lang)))

    def _told(self) -> Text:
        one, label = self.divergence, self.trace.fit.workflow.label
        kind, (expected, got) = KINDS[one.kind], self.trace.difference(one.kind, one.expected, one.got)
        zh = f"{label.zh}：第{one.place}步不一致（{kind.zh}，{one.part}）。应当：{expected.zh}；实际：{got.zh}。"
        en = f"{label.en}: departs at step {one.place} ({kind.en}, {one.part}): expected {expected.en}; got {got.en}."
        return Text(zh, en)

    def _searched(self) -> Text:
        if not self.again:
            return Text(
                "再试一次没有重现：该实现每次的回答不同，这是最初发现的路径。",
                "It did not show itself again: the implementation does not answer alike each time. This is the path as it was found.",
            )
        first = len(self.found)
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
        """As `LockstepReport.reproduction`, of this kind."""
        from refund_fsm.testing.lockstep.pytest_file import written

        return written(self.trace, self.divergence)


@dataclass(frozen=True)
class LockstepReport:
    """What came of holding an implementation against a workflow.

    `suites` and `walks` are what was carried out before anything departed (with `most` above 1: in all), `steps` the calls of both
    (searching aside). When something departs: `divergence` as the `counterexample` shows it, `found` the path that showed it first.
    `proven`: no shorter counterexample is among the inputs that were searched; else the search stopped at its cap. `again`: it showed
    itself twice; an implementation for which it is false does not answer alike each time. `tries`: the cases that the search opened.

    `divergences`: one `Departure` of each kind, in the order in which they were met, the first of them the above. `further`: kinds that
    were met beyond `most`, with how many cases showed each. `stopped`: so much departed, or hung, that the run was cut short
    (`groups.MAX_FAULTS`, `groups.MAX_UNANSWERED`). `left_out`: by refusal code of `leave_out`, the calls that were not made for it.
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
    divergences: tuple[Departure, ...] = field(default=(), repr=False)
    further: Mapping[Group, int] = FrozenDict()
    stopped: bool = False
    left_out: Mapping[str, int] = FrozenDict()

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
        """The report in one language, `zh` or `en`: plain text, the traces in columns; of several kinds, a list of them first."""
        left = [self._left_out().get(lang)] if self.left_out else []
        if not self.divergences:
            return "\n".join((self._same().get(lang), *left))
        if len(self.divergences) == 1 and not self.further and not self.stopped:
            return "\n".join((self.divergences[0].text(lang), *left))
        return "\n".join((*self._listed(lang), *left, *(f"\n── {n} ──\n{one.text(lang)}" for n, one in enumerate(self.divergences, 1))))

    def _same(self) -> Text:
        label, criteria = self.workflow.label, [run.criterion for run in self.suites]
        zh, en = "、".join(criteria) or "无覆盖路径", ", ".join(criteria) or "no suite"
        return Text(
            f"{label.zh}：一致。共{self.paths:,}单（{zh}，随机{self.walks:,}单），{self.steps:,}次调用。",
            f"{label.en}: the same. {self.paths:,} cases ({en}, {self.walks:,} at random), {self.steps:,} calls.",
        )

    def _listed(self, lang: Lang) -> list[str]:
        """How much departs, and each kind on a line."""
        label, number = self.workflow.label, len(self.divergences) + len(self.further)
        cases = sum(one.cases for one in self.divergences) + sum(self.further.values())
        lines = [
            Text(
                f"{label.zh}：{number}种不一致，{self.paths:,}单中有{cases:,}单。",
                f"{label.en}: departs in {number} kinds, in {cases:,} of {self.paths:,} cases.",
            )
        ]
        for place, one in enumerate(self.divergences, 1):
            told, length = _named(one.group), len(one.counterexample)
            met = Text(f"（{one.cases:,}单，最短{length}步）", f" (cases: {one.cases:,}, shortest: {length})")
            lines.append(Text(f"{place}. {told.zh}{met.zh}", f"{place}. {told.en}{met.en}"))
        for group, times in self.further.items():
            lines.append(Text(f"另有{_named(group).zh}（{times:,}单）", f"also {_named(group).en} (cases: {times:,})"))
        if self.stopped:
            lines.append(Text("不一致过多，未跑完全部路径。", "So much departs that not all paths were carried out."))
        return [line.get(lang) for line in lines]

    def _left_out(self) -> Text:
        told = ", ".join(f"{code} {times:,}" for code, times in self.left_out.items())
        return Text(
            f"未试的拒绝（该服务不会遇到），按次数：{told}。", f"Left out, as refusals that the service never meets, in calls: {told}."
        )

    def reproduction(self) -> str:
        """A pytest file that fails as long as the implementation departs so; `""` when nothing departs. One line says what is under
        test; another implementation of the same names can be put there. What hangs, hangs there too."""
        return self.divergences[0].reproduction() if self.divergences else ""
