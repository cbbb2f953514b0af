"""Owns what is reported of pairs of cases: which of two cases of one order departs, at what, and what the other was doing, in words.

Must not call an implementation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from refund_fsm.case import NO_DETAILS
from refund_fsm.scenario import Opening
from refund_fsm.testing.lockstep.circumstances import of_case, of_opening
from refund_fsm.testing.lockstep.pair_file import written
from refund_fsm.testing.lockstep.pair_plan import Pair, PairCall, PairStep, Setting, pair_of
from refund_fsm.testing.lockstep.pair_run import PairAnswer, PairFault
from refund_fsm.testing.lockstep.report import KINDS, LockstepReport
from refund_fsm.testing.lockstep.run import Answer
from refund_fsm.testing.lockstep.shared import Shared
from refund_fsm.testing.lockstep.trace import NOBODY, OPENED, REFUSED, TAKEN, TIME, columns, moment
from refund_fsm.text import Lang, Text, words
from refund_fsm.workflow import Order

CASES = (Text("第一单", "first"), Text("第二单", "second"))
NEITHER = Text("尚未开单", "not open")
_TITLES = (Text("#", "#"), Text("时间", "when"), Text("单", "case"), Text("谁", "who"), Text("做什么", "what"))
_COMPARED = (Text("应当", "expected"), Text("实际", "got"), Text("另一单", "the other case"))


@dataclass(frozen=True)
class PairReport(LockstepReport):
    """What came of holding an implementation against a workflow whose cases share a backend.

    `pairs` are the pairs of cases that were carried out, their calls among `steps`. Where a pair departs, `pair` is its shortest
    counterexample and `divergence` says what it shows; `counterexample` and `found`, which are of one case alone, are None then, and
    `proven` says that without any one of its steps it does not show itself.
    """

    pairs: int = 0
    pair: PairTrace | None = field(default=None, repr=False)

    def text(self, lang: Lang) -> str:
        """The report in one language, `zh` or `en`: plain text, the steps of both cases in columns."""
        if self.pair is not None:
            return "\n".join((*self.pair.lines(lang), "", self._shortened().get(lang)))
        told = Text(f"同一订单的两单交错：{self.pairs:,}对。", f"Pairs of cases of one order: {self.pairs:,}.")
        return f"{super().text(lang)}\n{told.get(lang)}" if self.ok else super().text(lang)

    def _shortened(self) -> Text:
        if not self.again:
            zh = "再试一次没有重现：该实现每次的回答不同，这是最初发现的步骤。"
            en = "It did not show itself again: the implementation does not answer alike each time. These are the steps as they were found."
        elif self.proven:
            zh = f"试了{self.tries:,}次，少任何一步都不会重现。"
            en = f"After {self.tries:,} tries: with any one step less it does not show itself."
        else:
            zh = f"试了{self.tries:,}次后停止，不排除有更短的反例。"
            en = f"Stopped after {self.tries:,} tries: a shorter one is not ruled out."
        return Text(zh, en)

    def reproduction(self) -> str:
        """A pytest file that fails as long as the implementation departs so; `""` when nothing departs."""
        return super().reproduction() if self.pair is None else self.pair.reproduction()


@dataclass(frozen=True)
class PairTrace:
    """A pair that departs, as it was carried out: the order, the steps of both cases, what was answered, and the fault."""

    setting: Setting
    made: Shared | None
    order: Order
    steps: tuple[PairStep, ...]
    answers: tuple[PairAnswer, ...]
    fault: PairFault

    def __getstate__(self) -> dict[str, Any]:
        import pickle  # here, because a run needs none of it

        try:
            pickle.dumps(self.made)
        except Exception:  # whatever somebody's object says to that
            return {**self.__dict__, "made": None}
        return dict(self.__dict__)

    def _pair(self) -> Pair:
        return pair_of(self.setting, self.order, self.steps)

    @property
    def calls(self) -> list[PairCall]:
        """The calls up to the one that shows it."""
        return self._pair().plan.calls[: max(0, self.fault.fault.place + 1)]

    @property
    def place(self) -> int:
        """The number of the step that shows it, from 1; 0 when neither case was made."""
        calls = self.calls
        return calls[-1].row if calls else 0

    def about(self) -> tuple[Text, ...]:
        """The order, what either case claims, and the circumstances of the last call: facts, verdict, the guards' words."""
        lines: list[Text] = []
        for number, name in enumerate(CASES):
            request = next((step.request for step in self.steps if step.case == number and step.request is not None), None)
            if request is not None:
                dates, line, asked = of_opening(Opening(self.order, request, self.steps[0].at))
                lines += [dates] if not lines else []
                lines.append(Text(f"{name.zh}：{line.zh}；{asked.zh}", f"{name.en}: {line.en}; {asked.en}"))
        return (*lines, *self._last())

    def _last(self) -> tuple[Text, ...]:
        if not self.calls or self.calls[-1].request is not None:
            return ()
        *before, last = self.steps
        pair = pair_of(self.setting, self.order, before)
        was = pair.cases[last.case]
        if was is None:
            return ()
        pair.write(PairStep(last.case, None, "", last.at, NO_DETAILS))  # what the other case does by then counts
        return of_case(was, pair.told(last.case, last.at), last.event, last.by, last.at, last.details)

    def lines(self, lang: Lang) -> list[str]:
        """What departs in one line, the steps of both cases, and the circumstances."""
        place = self.place
        told = Text(f"第{place}步：", f"Step {place}:").get(lang) if place else Text("开单之前：", "Before either is open:").get(lang)
        return [self._told().get(lang), "", *columns([*self._rows(lang)]), "", told, *(f"  {line.get(lang)}" for line in self.about())]

    def _told(self) -> Text:
        fault, label = self.fault.fault, self.setting.fit.workflow.label
        kind, (expected, got) = KINDS[fault.kind], self.difference()
        who = NOBODY if self.fault.case is None else CASES[self.fault.case]
        zh = f"{label.zh}：同一订单的两单，第{self.place}步{who.zh}不一致（{kind.zh}，{fault.part}）。应当：{expected.zh}；实际：{got.zh}。"
        en = (
            f"{label.en}: of two cases of one order, {f'the {who.en} ' if who.en else ''}departs at step {self.place} "
            f"({kind.en}, {fault.part}): expected {expected.en}; got {got.en}."
        )
        return Text(zh, en)

    def difference(self) -> tuple[Text, Text]:
        """What was expected and what was got, in words."""
        fault = self.fault.fault
        if fault.kind == "acceptance":
            return (TAKEN, REFUSED) if fault.expected else (REFUSED, TAKEN)
        if fault.kind == "deadline":
            return moment(fault.expected), moment(fault.got)
        if fault.kind == "state":
            return words.listed([self._state(said) for said in sorted(fault.expected)]), self._state(fault.got)
        return Text("有回答", "an answer"), Text(str(fault.got), str(fault.got))

    def _rows(self, lang: Lang) -> Iterator[list[str]]:
        titles = (*_TITLES, *_COMPARED)
        yield [*(title.get(lang) for title in titles), ""]
        calls = self.calls
        for number, call in enumerate(calls):
            last = number == len(calls) - 1
            if call.event is None and call.request is None and not last:
                continue  # time that passes before a step
            expected, got, other = self._compared(number, call, last=last)
            cells = (CASES[call.case], *self._what(call), expected, got, other)
            yield [str(call.row), words.stamp(call.at), *(cell.get(lang) for cell in cells), "←" if last else ""]

    def _what(self, call: PairCall) -> tuple[Text, Text]:
        """Who and what, in our words, with the implementation's name where it is another."""
        if call.request is not None:
            line = self.order.line(call.request.sku)
            fen = call.request.claimed_fen(line)
            asked = words.yuan(fen)
            return NOBODY, Text(f"{OPENED.zh}：{line.sku}，{asked.zh}", f"{OPENED.en}: {line.sku}, {asked.en}")
        if call.event is None:
            return NOBODY, TIME
        ours = next(name for name, theirs in self.setting.fit.event_of.items() if theirs == call.event)
        actor = next(key for key, theirs in self.setting.fit.actor_of.items() if theirs == call.by)
        label = self.setting.fit.workflow.events[ours].text
        return self.setting.fit.workflow.actors[actor].text, Text(f"{label.zh}（{call.event}）", f"{label.en} ({call.event})")

    def _compared(self, number: int, call: PairCall, *, last: bool) -> tuple[Text, Text, Text]:
        """What was expected, what was got, and what the other case says then: as it should be, where nobody asked."""
        wanted = {look.case: look for look in call.looks}
        answer = self.answers[number] if number < len(self.answers) else None
        got = dict(answer.looks) if answer is not None else {}
        expected = self._outcome(call.taken, [self._state(said) for said in sorted(wanted[call.case].said)], wanted[call.case].due)
        said = expected
        if last and call.case not in got:
            said = Text(str(self.fault.fault.got), str(self.fault.fault.got))
        elif call.case in got:
            said = self._said(answer.taken if answer else None, got[call.case])
        return expected, said, self._other(1 - call.case, wanted, got)

    def _other(self, case: int, wanted: dict[int, Any], got: dict[int, Answer]) -> Text:
        if case not in wanted:
            return NEITHER
        expected = self._outcome(None, [self._state(said) for said in sorted(wanted[case].said)], wanted[case].due)
        if self.fault.case != case or case not in got or (got[case].said in wanted[case].said and got[case].due == wanted[case].due):
            return expected
        said = self._said(None, got[case])
        return Text(f"应当{expected.zh}；实际{said.zh}", f"expected {expected.en}; got {said.en}")

    def _said(self, taken: bool | None, answer: Answer) -> Text:
        return self._outcome(taken, [self._state(answer.said)], answer.due)

    def _outcome(self, taken: bool | None, said: list[Text], due: Any) -> Text:
        parts = [] if taken is None else [TAKEN if taken else REFUSED]
        parts.append(words.listed(said))
        if self.setting.abilities.has_due and due is not None:
            limit = moment(due)
            parts.append(Text(f"期限{limit.zh}", f"due {limit.en}"))
        return Text("，".join(part.zh for part in parts), ", ".join(part.en for part in parts))

    def _state(self, said: str) -> Text:
        known = self.setting.fit.workflow.states.get(said) if self.setting.fit.names.states is None else None
        return Text(said, said) if known is None else known.text

    def reproduction(self) -> str:
        """A pytest file that fails as long as the implementation departs so."""
        expected, got = self.difference()
        told = f"{self.setting.fit.workflow.label.both(' / ')}: expected {expected.en}; got {got.en}."
        name = f"{self.setting.fit.workflow.key}_pair_{self.fault.fault.kind}_at_step_{self.place}"
        return written(self._pair().plan, self.calls, made=self.made, title=told, name=name, about=[line.en for line in self.about()])
