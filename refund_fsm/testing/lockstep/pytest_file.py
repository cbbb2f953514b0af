"""Owns how a counterexample is written as a test for pytest, from what was called and what was expected. Must not call anything."""

from __future__ import annotations

import importlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from refund_fsm.testing.lockstep.implementation import Make
from refund_fsm.testing.lockstep.plan import Call, Plan
from refund_fsm.testing.lockstep.shared import Shared
from refund_fsm.text.literals import is_module, python_name, python_prose, python_text

if TYPE_CHECKING:
    from refund_fsm.testing.lockstep.report import Divergence
    from refund_fsm.testing.lockstep.trace import Trace

MARK = "# the implementation under test"

_FILE = '''"""{title}"""

from __future__ import annotations

from datetime import datetime

from refund_fsm import {imports}

{make}

{order}
{request}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_{name}() -> None:
{making}
{body}
'''


def written(trace: Trace, divergence: Divergence) -> str:
    """The file's text. It passes on an implementation that does as the workflow says."""
    plan = trace.plan
    told, calls = trace.difference(divergence.kind, divergence.expected, divergence.got), plan.calls[: trace.last + 1]
    lines = [f"service.open(ORDER, REQUEST, {at_text(plan.at)})", *_looks(plan, plan)]
    about = [f"# {comment(line.en)}" for line in trace.about]
    if not calls:
        lines = [*about, *lines]
    for number, call in enumerate(calls, 1):
        lines += [*(about if number == len(calls) else ()), *_called(call), *_looks(plan, call)]
    over = isinstance(trace.make, Shared)
    if plan.closes:
        lines = (
            closing(lines, "service, backend") if over else ["try:", *(f"    {line}" for line in lines), "finally:", "    service.close()"]
        )
    evidence = any("evidence" in call.details for call in calls)
    return _FILE.format(
        title=python_prose(f"{trace.fit.workflow.label.both(' / ')}: expected {told[0].en}; got {told[1].en}.".replace('"', "'")),
        imports="Evidence, Order, RefundRequest" if evidence else "Order, RefundRequest",
        make=imports_of(trace.make),
        order=f"ORDER = Order.model_validate_json({model_text(plan.order)})",
        request=f"REQUEST = RefundRequest.model_validate_json({model_text(plan.request)})",
        name=python_name(f"{trace.fit.workflow.key}_{divergence.kind}_at_step_{divergence.place}"),
        making="    backend = shared()\n    service = make(backend)" if over else "    service = make()",
        body="\n".join(f"    {line}" for line in lines),
    )


def closing(lines: Sequence[str], names: str) -> list[str]:
    """Lines after which everything of these names is closed, where it can be."""
    close = 'getattr(one, "close", lambda: None)()'
    return ["try:", *(f"    {line}" for line in lines), "finally:", f"    for one in ({names}):", f"        {close}"]


def comment(text: str) -> str:
    """Text in one line of a file, whatever it holds."""
    return " ".join(text.split()).encode("unicode_escape").decode("ascii") if not text.isprintable() else text


def imports_of(make: Make | None) -> str:
    """The lines that get `make`, and what gives backends where cases share one."""
    if not isinstance(make, Shared):
        return f"{import_of(make)}  {MARK}"
    return f"{import_of(make.make)}  {MARK}\n{import_of(make.shared, 'shared')}  {MARK}"


def import_of(make: Make | None, called: str = "make") -> str:
    """The line that gets `make`, or what else is `called`: an import, where it can be imported by its name; else what to fill in."""
    module, name = getattr(make, "__module__", None), getattr(make, "__qualname__", "")
    if module and module != "__main__" and is_module(module) and is_module(name) and "." not in name:
        try:
            found = getattr(importlib.import_module(module), name, None)
        except ImportError:
            found = None
        if found is make:
            return f"from {module} import {name} as {called}"
    return f"from your_service import {called}"


def _looks(plan: Plan, wanted: Plan | Call) -> list[str]:
    said = sorted(wanted.said)
    lines = [
        f"assert service.state() == {python_text(said[0])}"
        if len(said) == 1
        else f"assert service.state() in ({', '.join(map(python_text, said))})"
    ]
    if plan.compares_due:
        lines.append(f"assert service.due() == {at_text(wanted.due)}" if wanted.due is not None else "assert service.due() is None")
    return lines


def _called(call: Call) -> list[str]:
    if call.event is None and call.details:
        return [f"service.news(Order.model_validate_json({model_text(call.details['order'])}), {at_text(call.at)})"]
    if call.event is None:
        return [f"service.advance({at_text(call.at)})"]
    details = ", ".join(f"{python_text(name)}: {detail_text(value)}" for name, value in call.details.items())
    return [f"assert service.apply({python_text(call.event)}, {python_text(call.by)}, {at_text(call.at)}, {{{details}}}) is {call.taken}"]


def detail_text(value: Any) -> str:
    """A detail of an event as Python reads it."""
    if not isinstance(value, tuple):
        return python_text(value)
    return f"({''.join(f'Evidence.model_validate_json({model_text(piece)}), ' for piece in value).rstrip()})"


def model_text(model: Any) -> str:
    """An order, a request or a piece of evidence as a literal that holds its JSON."""
    return repr(json.dumps(model.model_dump(mode="json", exclude_defaults=True), ensure_ascii=False))


def at_text(at: datetime | None) -> str:
    """An instant as a call of the file's own `at`."""
    return "None" if at is None else f'at("{at.isoformat()}")'
