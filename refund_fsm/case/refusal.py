"""Owns `Refusal` and `Verdict`, and `Refused` which is raised with one: why an event is not taken, as a value and in words that a
support agent could read out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from refund_fsm.case.newer import News
from refund_fsm.errors import BadData, RefundFsmError, WorkflowError, shown
from refund_fsm.text import Lang, Provisional, Text, words
from refund_fsm.workflow import CLOCK, Actor, Ground, Guard, Rule, State, Workflow, fault, values

Code = Literal["unknown_event", "case_final", "time_reversed", "wrong_state", "wrong_actor", "not_due", "missing_detail", "guard_failed"]
NEEDS = {"note": Text("说明", "a note"), "tracking_no": Text("物流单号", "a tracking number"), "evidence": Text("凭证", "evidence")}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an event is refused. `code` is the first of the codes that applies, in their order of precedence.

    `state` is where the case is at `at`; `failed_guards` are all that fail; `actor` is who may fire the event and `sources`
    the states in which it is possible; `missing` are the details not handed over; `instant` is the limit's (`not_due`), or
    the case's own (`time_reversed`); `counted_on` says that it is a limit's, which rests on days whose holidays are not published yet;
    `news` is what the case was told of its order that made guards fail.
    """

    code: Code
    event: str
    at: datetime
    by: str
    state: State
    failed_guards: tuple[Guard, ...] = ()
    actor: Actor | None = None
    sources: tuple[State, ...] = ()
    missing: tuple[str, ...] = ()
    instant: datetime | None = None
    counted_on: bool = False
    news: tuple[News, ...] = ()
    workflow: Workflow = field(kw_only=True, repr=False, compare=False)
    ground: Ground = field(kw_only=True, repr=False, compare=False)
    facts: Any = field(default=None, kw_only=True, repr=False, compare=False)  # that the guards were asked about

    @property
    def text(self) -> Text:
        """The explanation in both languages."""
        return _EXPLAINED[self.code](self)

    @property
    def provisional(self) -> bool:
        """Whether an instant that the explanation tells rests on days whose holidays are not published yet: it is marked there."""
        return isinstance(self.text, Provisional)

    def explain(self, lang: Lang) -> str:
        """The explanation in one language, `zh` or `en`. `WorkflowError` naming rule and facts where a guard's `why` raises.

        What else may happen there shows `diagram.draw(workflow, view="near", state=refusal.state.key)`.
        """
        return self.text.get(lang)


class Refused(RefundFsmError):
    """An event that the workflow does not take now. Nothing has changed; `refusal` says why."""

    def __init__(self, refusal: Refusal) -> None:
        self.refusal = refusal
        super().__init__(refusal)

    def __str__(self) -> str:
        try:
            return f"{self.refusal.code}: {self.refusal.explain('en')}"
        except RefundFsmError as error:  # a refusal is one even where its table cannot say why
            return f"{self.refusal.code}: {error}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What would become of an event: the rule that would fire, or the refusal."""

    event: str
    allowed: bool
    rule: Rule | None
    refusal: Refusal | None


def _event(refusal: Refusal) -> Text:
    return refusal.workflow.events[refusal.event].text


def _unknown_event(refusal: Refusal) -> Text:
    import difflib  # here, so that importing the package does not load it

    label = refusal.workflow.label
    near = difflib.get_close_matches(refusal.event, refusal.workflow.events, n=1)
    said = shown(refusal.event)
    hint = Text(f"是否想用 {near[0]}？", f" Did you mean {near[0]}?") if near else Text("", "")
    return Text(f"{label.zh}里没有 {said} 这个操作。{hint.zh}", f"“{label.en}” has no event {said}.{hint.en}")


def _case_final(refusal: Refusal) -> Text:
    event, state = _event(refusal), refusal.state
    return Text(
        f"该售后已经结束（{state.zh}），不能再“{event.zh}”。",
        f"The case has ended ({state.en}); “{event.en}” is no longer possible.",
    )


def _time_reversed(refusal: Refusal) -> Text:
    assert refusal.instant is not None
    at, now = words.instant(refusal.at), words.limit(refusal.instant, refusal.counted_on)
    return _marked(now)(
        f"操作时间{at.zh}早于该售后已到的时间{now.zh}，请核对。", f"The event is dated {at.en}, but the case has already reached {now.en}."
    )


def _wrong_state(refusal: Refusal) -> Text:
    event, state = _event(refusal), refusal.state
    where = words.listed([Text(f"“{s.zh}”", f"“{s.en}”") for s in refusal.sources])
    if refusal.actor is not None and refusal.actor.key == CLOCK.key:
        return Text(
            f"当前是“{state.zh}”，没有“{event.zh}”这一时限；{where.zh}时才有。",
            f"The case is “{state.en}”; the limit of “{event.en}” runs only in {where.en}.",
        )
    said = Text(
        f"当前是“{state.zh}”，不能“{event.zh}”；{where.zh}时才可以。",
        f"The case is “{state.en}”; “{event.en}” is possible only in {where.en}.",
    )
    if state.note is not None and state.note[0].key == refusal.by:
        return Text(state.note[2].zh + said.zh, f"{state.note[2].en} {said.en}")
    return said


def _wrong_actor(refusal: Refusal) -> Text:
    assert refusal.actor is not None
    event, by = _event(refusal), refusal.workflow.actors[refusal.by]
    if refusal.actor.key == CLOCK.key:
        return Text(
            f"“{event.zh}”到期后由系统自动处理，无需{by.zh}操作。",
            f"“{event.en}” happens by the clock at its limit; the {by.en} need not act.",
        )
    return Text(
        f"“{event.zh}”只能由{refusal.actor.zh}操作，{by.zh}不能操作。",
        f"Only the {refusal.actor.en} may do this (“{event.en}”), not the {by.en}.",
    )


def _not_due(refusal: Refusal) -> Text:
    assert refusal.instant is not None
    event, at = _event(refusal), words.limit(refusal.instant, refusal.counted_on)
    if refusal.failed_guards:
        why = _guard_failed(refusal)
        return _marked(at, why)(f"{at.zh}到期时不会按“{event.zh}”处理：{why.zh}", f"“{event.en}” is not what follows at {at.en}: {why.en}")
    return _marked(at)(
        f"时限未到：{at.zh}到期后，系统才会按“{event.zh}”处理。", f"The limit has not passed: “{event.en}” happens at {at.en}, not before."
    )


def _missing_detail(refusal: Refusal) -> Text:
    event = _event(refusal)
    needs = words.listed([NEEDS[need] for need in refusal.missing], Text("和", "and"))
    return Text(f"“{event.zh}”须提供{needs.zh}。", f"“{event.en}” needs {needs.en}.")


def _guard_failed(refusal: Refusal) -> Text:
    whys = [_why(refusal, guard) for guard in refusal.failed_guards]
    whys += [_told(news) for news in refusal.news]
    return _marked(*whys)("".join(why.zh for why in whys), " ".join(why.en for why in whys))


def _told(news: News) -> Text:
    at, what = words.instant(news.at), news.text
    return Text(f"该售后于{at.zh}获知：{what.zh}。", f"The case was told on {at.en}: {what.en}.")


def _marked(*parts: Text) -> type[Text]:
    """What a text is whose parts these are: provisional where one of them is."""
    return Provisional if any(isinstance(part, Provisional) for part in parts) else Text


def _why(refusal: Refusal, guard: Guard) -> Text:
    if guard.why is None:
        return _unmet(guard)
    rules = refusal.workflow.rules_at.get((refusal.state.key, refusal.event), ())
    row = f"rule {', '.join(rule.id for rule in rules if guard in rule.when)}"
    try:
        said = guard.why(refusal.ground)
    except RefundFsmError as error:  # raised on purpose: a day without a calendar
        error.add_note(f"raised by why of the guard {guard.name} of {row}")
        raise
    except Exception as error:
        raise fault(row, f"why of its guard {guard.name}", error, refusal.facts) from error
    if not isinstance(said, Text):
        raise WorkflowError(row, f"why of its guard {guard.name} gave {shown(said)}; expected a Text")
    try:
        values.both(said.zh, said.en, "")
    except BadData as error:
        raise WorkflowError(row, f"why of its guard {guard.name} gave a Text with {error}") from None
    return said


def _unmet(guard: Guard) -> Text:
    return Text(f"不满足条件：{guard.text.zh}。", f"This condition is not met: {guard.text.en}.")


_EXPLAINED: dict[Code, Callable[[Refusal], Text]] = {
    "unknown_event": _unknown_event,
    "case_final": _case_final,
    "time_reversed": _time_reversed,
    "wrong_state": _wrong_state,
    "wrong_actor": _wrong_actor,
    "not_due": _not_due,
    "missing_detail": _missing_detail,
    "guard_failed": _guard_failed,
}
