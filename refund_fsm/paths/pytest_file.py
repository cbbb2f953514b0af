"""Owns how a suite is written as a test file for pytest that a person would read. Must not plan or play paths."""

from __future__ import annotations

import pprint
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from refund_fsm import orders
from refund_fsm.errors import BadData
from refund_fsm.scenario import Path, Player
from refund_fsm.text.literals import is_module, python_prose, python_text
from refund_fsm.workflow import CLOCK, Policy, editions

if TYPE_CHECKING:
    from refund_fsm.paths.suite import Suite

WIDTH = 140
MARK = "# the implementation under test"
HEAD = '''"""{title}

{size}.
Made by refund_fsm (`refund-fsm paths`); the workflow's fingerprint is {fingerprint}….

Each path opens a case with an order and a request, then plays rows of
(instant, actor, event, details, whether it is taken, the rule that fires or the code of the refusal, state, deadline).
An actor of None: time passes; the event is what the clock would do next, and it is not due yet. Rows of the actor `clock` that are taken
are what the clock does by itself on the way to the next row: only a service without `advance` is sent them.

What is tested is a `refund_fsm.testing.Implementation`, as `verify_implementation` takes it. To test yours, change the line that is marked.
"""

from __future__ import annotations

import json
from datetime import datetime
{partial}from typing import Any

import pytest

from refund_fsm import {imports}
{lookup}

'''
TAIL = '''

def details_of(given: dict[str, Any]) -> dict[str, Any]:
    """Details as `apply` takes them."""
    pieces = tuple(Evidence.model_validate_json(json.dumps(piece)) for piece in given.get("evidence", ()))
    return {**given, "evidence": pieces} if pieces else dict(given)


@pytest.mark.parametrize("path", PATHS, ids=[path["id"] for path in PATHS])
def test_path(path: dict[str, Any]) -> None:
    service = make()
    try:
        follow(service, path)
    finally:
        if hasattr(service, "close"):
            service.close()


def follow(service: Any, path: dict[str, Any]) -> None:
    """Makes the calls of a path, and looks at the service after each."""
    order = Order.model_validate_json(json.dumps(ORDERS[path["order"]]))
    request = RefundRequest.model_validate_json(json.dumps(REQUESTS[path["request"]]))
    now = heard = datetime.fromisoformat(path["at"])  # heard: the latest instant that the service knows of
    advances = hasattr(service, "advance")
    service.open(order, request, now)
    look(service, path["state"], path["due"], "the opening")
    for row, (instant, actor, event, details, taken, why, state, due) in enumerate(path["steps"], 1):
        at, told = datetime.fromisoformat(instant), f"row {row}: {event} by {actor}; expected {why}"
        if heard <= at < now or (advances and actor == "clock" and taken):
            continue  # dated back to an instant beyond which it has heard nothing; or its own clock's
        now = max(now, at)
        if advances and (actor is None or at > heard):
            service.advance(at)
            heard = at
        if actor is None:
            assert advances or event is None or service.apply(event, "clock", at, {}) is False, told
        else:
            assert service.apply(event, actor, at, details_of(details)) is taken, told
        heard = at if taken else heard
        look(service, state, due, told)


def look(service: Any, state: str, due: str | None, told: str) -> None:
    assert service.state() == state, told
    if hasattr(service, "due"):
        assert service.due() == (None if due is None else datetime.fromisoformat(due)), told
'''


def written(suite: Suite, workflow: str | None, make: str | None) -> str:
    """The file's text. `BadData` for a workflow that cannot be found by the file, and for a `make` that no import can name."""
    registered = suite.workflow.key in orders.keys() and suite.workflow is orders.get(suite.workflow.key)
    if workflow is None and make is None and not registered:
        raise BadData("workflow", workflow, f"module:attribute of the workflow {suite.workflow.key!r}, which is not registered")
    label = suite.workflow.label
    imports = ["Evidence", "Order", "RefundRequest"]
    lookup = _import_of(make) if make is not None else _case_of(suite, workflow, imports)
    head = HEAD.format(
        title=python_prose(f"{label.zh} / {label.en}: {suite.criterion}"),
        size=f"{len(suite)} paths of {suite.steps} steps reach {len(suite.goals)} goals; no suite has fewer than {_least(suite)}",
        fingerprint=suite.workflow.fingerprint[:16],
        imports=", ".join(sorted(imports, key=lambda name: (name.islower(), name))),
        partial="from functools import partial\n" if make is None else "",
        lookup=lookup,
    )
    return head + _tables(suite) + TAIL


def _case_of(suite: Suite, workflow: str | None, imports: list[str]) -> str:
    """The lines that test `RefundCase` itself; what they need of the package's face is added to `imports`."""
    imports.append("Policy")
    more = "from refund_fsm.testing import CaseImplementation\n"
    if workflow is None:
        imports.append("orders")
        found = f"WORKFLOW = orders.get({python_text(suite.workflow.key)})"
    else:
        more = f"from refund_fsm.lookup import workflow_of\n{more}"
        found = f"WORKFLOW = workflow_of({python_text(workflow)})"
    return f"{more}\n{found}\nPOLICY = {_policy_text(suite.policy)}\n\nmake = partial(CaseImplementation, WORKFLOW, POLICY)  {MARK}\n"


def _import_of(make: str) -> str:
    """The line that gets `make`."""
    module, _, name = make.partition(":") if isinstance(make, str) else ("", "", "")
    if not is_module(module) or not is_module(name) or "." in name:
        raise BadData("make", make, "module:attribute of what gives an implementation, such as shop.adapter:RefundService")
    return f"\nfrom {module} import {name} as make  {MARK}\n"


def _policy_text(policy: Policy) -> str:
    """The policy as an expression: a copy of the platform's rules by its name, so that its special periods are not all written out."""
    if policy == Policy.guide():
        return "Policy.guide()"
    changed = policy.model_dump(mode="json", exclude_defaults=True)
    for copy in editions() if policy.special else ():
        if policy.special == Policy.platform(copy).special:
            rest = {name: value for name, value in changed.items() if name != "special"}
            return f"Policy.from_mapping({ {'profile': 'platform', 'copy': copy, **rest}!r})" if rest else f"Policy.platform({copy!r})"
    return f"Policy.from_mapping({_literal(changed) if policy.special else repr(changed)})"


def _least(suite: Suite) -> str:
    return f"{suite.least_paths} paths or {suite.least_steps} steps"


def _tables(suite: Suite) -> str:
    """The orders and requests, each once, and the paths that use them."""
    asked: dict[str, dict[str, str]] = {"ORDERS": {}, "REQUESTS": {}}
    rows = []
    for number, path in enumerate(suite.paths, 1):
        data = path.to_dict()
        places = [
            asked[table].setdefault(_literal(data[name]), f"{name}-{len(asked[table]) + 1}")
            for table, name in (("ORDERS", "order"), ("REQUESTS", "request"))
        ]
        rows.append(_path(number, path, places, list(_rows(suite, path))))
    tables = [
        f"{table} = {{\n" + "".join(f'    "{name}": {_indented(text)},\n' for text, name in known.items()) + "}\n"
        for table, known in asked.items()
    ]
    return "\n".join(tables) + "\nPATHS: list[dict[str, Any]] = [\n" + "".join(rows) + "]\n"


def _path(number: int, path: Path, places: list[str], rows: list[str]) -> str:
    told = f"{number:03} to {path.steps[-1].state if path.steps else path.state}"
    goals = "".join(f"    # {line}\n" for line in _comment(path.goals))
    steps = "".join(f"            {row},\n" for row in rows)
    opened = f'"order": "{places[0]}", "request": "{places[1]}", "at": "{path.opening.at.isoformat()}"'
    expected = f'"state": {path.state!r}, "due": {_instant(path.due)!r}'
    return (
        f'{goals}    {{\n        "id": {told!r},\n        {opened},\n        {expected},\n        "steps": [\n{steps}        ],\n    }},\n'
    )


def _comment(goals: tuple[str, ...]) -> list[str]:
    lines, line = [], ""
    for goal in goals:
        if line and len(line) + len(goal) > WIDTH - 10:
            lines.append(line)
            line = ""
        line = f"{line}, {goal}" if line else goal
    return [*lines, line] if line else lines


def _rows(suite: Suite, path: Path) -> Iterator[str]:
    """The rows of a path: each of its steps, and before it what the clock does in it, each at its own instant."""
    player = Player.opened(suite.workflow, suite.policy, path.opening)
    for step, told in zip(path.steps, path.to_dict()["steps"], strict=True):
        before = len(player.case.steps)
        player = player.passed(step.event, step.by or "", step.at, step.details)
        for one in player.case.steps[before:]:
            if one.by != CLOCK.key:
                continue
            yield _row(one.at, CLOCK.key, one.event, {}, True, one.rule.id, one.dest.key, None if one.due is None else one.due.at)
        due = player.case.due
        if step.event is None or (step.by == CLOCK.key and step.accepted):
            coming = None if due is None or due.then is None else due.then.event.name
            yield _row(step.at, None, coming, {}, None, "not_due" if coming else "", step.state, step.due)
        else:
            why = step.refusal or step.fired[-1]
            yield _row(step.at, step.by, step.event, told.get("details", {}), step.accepted, why, step.state, step.due)


def _row(at: datetime, *cells: Any) -> str:
    *known, due = cells
    return f"({', '.join(repr(cell) for cell in (at.isoformat(), *known, _instant(due)))})"


def _instant(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _literal(data: Any) -> str:
    return pprint.pformat(data, width=WIDTH - 20, sort_dicts=False)


def _indented(text: str) -> str:
    return text.replace("\n", "\n    ")
