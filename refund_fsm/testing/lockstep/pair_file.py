"""Owns how a pair of cases that departs is written as a test for pytest. Must not call anything."""

from __future__ import annotations

from collections.abc import Sequence

from refund_fsm.testing.lockstep.pair_plan import Look, PairCall, PairPlan
from refund_fsm.testing.lockstep.pytest_file import MARK, at_text, closing, comment, detail_text, imports_of, model_text
from refund_fsm.testing.lockstep.shared import Shared
from refund_fsm.text.literals import python_name, python_prose, python_text

CASE = ("first", "second")
NOT_FOUND = f"from your_service import make, shared  {MARK}"

_FILE = '''"""{title}"""

from __future__ import annotations

from datetime import datetime

from refund_fsm import {imports}

{make}

{order}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_{name}() -> None:
    backend = shared()
    first, second = make(backend), make(backend)
{body}
'''


def written(plan: PairPlan, calls: Sequence[PairCall], *, made: Shared | None, title: str, name: str, about: Sequence[str]) -> str:
    """The file's text. It passes on an implementation that does as the workflow says."""
    lines: list[str] = []
    for number, call in enumerate(calls, 1):
        if number == len(calls):
            lines += [f"# {comment(line)}" for line in about]
        lines += _called(call)
        lines += [line for look in call.looks for line in _looks(look, due=plan.compares_due)]
    lines = lines or [*(f"# {comment(line)}" for line in about), "assert first is not second"]
    if plan.closes:
        lines = closing(lines, "first, second, backend")
    evidence = any("evidence" in call.details for call in calls)
    return _FILE.format(
        title=python_prose(title.replace('"', "'")),
        imports="Evidence, Order, RefundRequest" if evidence else "Order, RefundRequest",
        make=imports_of(made) if made is not None else NOT_FOUND,
        order=f"ORDER = Order.model_validate_json({model_text(plan.order)})",
        name=python_name(name),
        body="\n".join(f"    {line}" for line in lines),
    )


def _called(call: PairCall) -> list[str]:
    case = CASE[call.case]
    if call.request is not None:
        return [f"{case}.open(ORDER, RefundRequest.model_validate_json({model_text(call.request)}), {at_text(call.at)})"]
    if call.event is None:
        return [f"{case}.advance({at_text(call.at)})"]
    details = ", ".join(f"{python_text(name)}: {detail_text(value)}" for name, value in call.details.items())
    given = f"{python_text(call.event)}, {python_text(call.by)}, {at_text(call.at)}, {{{details}}}"
    return [f"assert {case}.apply({given}) is {call.taken}"]


def _looks(look: Look, *, due: bool) -> list[str]:
    case, said = CASE[look.case], sorted(look.said)
    several = f"in ({', '.join(map(python_text, said))})"
    lines = [f"assert {case}.state() {f'== {python_text(said[0])}' if len(said) == 1 else several}"]
    if due:
        lines.append(f"assert {case}.due() {'is None' if look.due is None else f'== {at_text(look.due)}'}")
    return lines
