"""Owns `Unmoved`: why a case cannot be moved to other rules, as a value and in words. Must not move a case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from refund_fsm.case.record import Step
from refund_fsm.case.refusal import Refusal
from refund_fsm.errors import BadData, CalendarOutOfRange, TooLong, shown
from refund_fsm.text import Lang, Text, words
from refund_fsm.workflow import State, Value, Workflow

Reason = Literal["step_refused", "no_such_actor", "no_such_state", "no_such_value", "cannot_open", "cannot_count"]


@dataclass(frozen=True, slots=True)
class Unmoved:
    """Why a case cannot be moved. `step` is the number of the step (from 1) that does not hold under the new rules, `refusal` why;
    `states` are those that there are, where the case's own is none of them."""

    code: Reason
    text: Text
    step: int | None = None
    refusal: Refusal | None = None
    states: tuple[State, ...] = ()

    def explain(self, lang: Lang) -> str:
        """The explanation in one language, `zh` or `en`."""
        return self.text.get(lang)


def refused(number: int, step: Step, refusal: Refusal) -> Unmoved:
    """A step that the new rules refuse."""
    told, at, why = step.rule.event.text, words.instant(refusal.at), refusal.text
    return Unmoved(
        "step_refused",
        Text(
            f"第{number}步“{told.zh}”（{at.zh}）按新规则不成立：{why.zh}",
            f"Step {number}, “{told.en}” ({at.en}), does not hold under the new rules: {why.en}",
        ),
        number,
        refusal,
    )


def no_such_actor(number: int, step: Step, workflow: Workflow) -> Unmoved:
    """A step of somebody whom the new table does not know."""
    event, actor, known = step.rule.event.text, step.rule.actor, list(workflow.actors.values())
    zh, en = "、".join(one.zh for one in known), ", ".join(one.en for one in known)
    return Unmoved(
        "no_such_actor",
        Text(
            f"第{number}步“{event.zh}”由{actor.zh}操作，新流程表里没有这一方；它有：{zh}。",
            f"Step {number}, “{event.en}”, is of the {actor.en}, whom the new table does not know; it has: {en}.",
        ),
        number,
    )


def no_such_state(state: State, workflow: Workflow) -> Unmoved:
    """The case stands in a state that the new table does not have."""
    known = tuple(workflow.states.values())
    zh, en = "、".join(f"{one.zh}（{one.key}）" for one in known), ", ".join(f"{one.en} ({one.key})" for one in known)
    return Unmoved(
        "no_such_state",
        Text(
            f"新流程表里没有“{state.zh}”（{state.key}）这一状态；它有：{zh}。请用 states=（命令行：--state）说明改到哪一个。",
            f"The new table has no state “{state.en}” ({state.key}); it has: {en}. "
            "Say with states= (refund-fsm move: --state) which of them stands for it.",
        ),
        states=known,
    )


def no_such_value(workflow: Workflow, name: str, value: Value, domain: tuple[Value, ...]) -> Unmoved:
    """A fact of the case has a value that the new table does not know."""
    from refund_fsm.orders import fact_labels  # here: words that only who cannot move a case needs

    called, said = fact_labels.told(name, value, workflow)
    known = [(fact_labels.told(name, one, workflow)[1], shown(one)) for one in domain]
    zh, en = "、".join(f"{one.zh}（{key}）" for one, key in known), ", ".join(f"{one.en} ({key})" for one, key in known)
    return Unmoved(
        "no_such_value",
        Text(
            f"新流程表里，“{called.zh}”（{name}）不能是“{said.zh}”（{shown(value)}）；它有：{zh}。请用 facts=（命令行：--fact）给出。",
            f"In the new table “{called.en}” ({name}) cannot be “{said.en}” ({shown(value)}); it can be: {en}. "
            "Give it with facts= (refund-fsm move: --fact).",
        ),
    )


def cannot_open(workflow: Workflow, error: BadData) -> Unmoved:
    """No case of the new table has such an order or request."""
    from refund_fsm.orders import fact_labels  # here: words that only who cannot move a case needs

    why = Text(str(error), str(error))
    name = error.field.removeprefix("request.")
    if name in ("kind", "reason") and isinstance(error.value, str):
        called, said = fact_labels.told(name, error.value, workflow)
        why = Text(
            f"“{called.zh}”（{name}）不能是“{said.zh}”（{error.value}）",
            f"“{called.en}” ({name}) cannot be “{said.en}” ({error.value})",
        )
    return Unmoved(
        "cannot_open",
        Text(f"新流程表（{workflow.key}）不接受这样的申请：{why.zh}", f"The new table ({workflow.key}) takes no such request: {why.en}"),
    )


def cannot_count(error: CalendarOutOfRange | TooLong) -> Unmoved:
    """A limit of the case has an end that cannot be counted under the new rules."""
    return Unmoved("cannot_count", Text(f"按新规则无法计算期限：{error}", f"A limit cannot be counted under the new rules: {error}"))
