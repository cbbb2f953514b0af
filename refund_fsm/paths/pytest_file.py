"""Owns how a suite is written as a test file for pytest that a person would read. Must not plan or play paths."""

from __future__ import annotations

import pprint
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from refund_fsm import orders
from refund_fsm.errors import BadData
from refund_fsm.scenario import Path, PathStep
from refund_fsm.text.literals import python_prose, python_text
from refund_fsm.workflow import Policy, editions

if TYPE_CHECKING:
    from refund_fsm.paths.suite import Suite

WIDTH = 140
HEAD = '''"""{title}

{size}.
Made by refund_fsm (`refund-fsm paths`); the workflow's fingerprint is {fingerprint}….

Each path opens a case with an order and a request, then plays rows of
(instant, actor, event, details, rules that fire and code of the refusal, state, deadline). An actor of None: time passes.
To test another implementation, change `make`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from refund_fsm import {imports}
{lookup}

def make(order: dict[str, Any], request: dict[str, Any], at: str) -> RefundCase:
    """The case under test."""
    asked = Order.model_validate_json(json.dumps(order)), RefundRequest.model_validate_json(json.dumps(request))
    return RefundCase.open(*asked, at=datetime.fromisoformat(at), policy=POLICY, workflow=WORKFLOW)


'''
TAIL = '''

def details_of(given: dict[str, Any]) -> dict[str, Any]:
    """Details as `apply` takes them."""
    pieces = tuple(Evidence.model_validate_json(json.dumps(piece)) for piece in given.get("evidence", ()))
    return {**given, "evidence": pieces} if pieces else dict(given)


@pytest.mark.parametrize("path", PATHS, ids=[path["id"] for path in PATHS])
def test_path(path: dict[str, Any]) -> None:
    case = make(ORDERS[path["order"]], REQUESTS[path["request"]], path["at"])
    for row, (instant, actor, event, details, outcome, state, due) in enumerate(path["steps"], 1):
        at, before, refusal = datetime.fromisoformat(instant), len(case.steps), None
        if actor is None:
            case = case.advance(to=at)
        else:
            try:
                case = case.apply(event, at=at, by=actor, **details_of(details))
            except Refused as refused:
                refusal = refused.refusal.code
                case = case.advance(to=max(at, case.now))
        told = [*(step.rule.id for step in case.steps[before:]), *([refusal] if refusal else [])]
        assert " ".join(told) == outcome, f"row {row}: {event}"
        assert case.state.key == state, f"row {row}: {event}"
        assert (case.due.at.isoformat() if case.due else None) == due, f"row {row}: {event}"
'''


def written(suite: Suite, workflow: str | None) -> str:
    """The file's text. `BadData` for a workflow that cannot be found by the file."""
    registered = suite.workflow.key in orders.keys() and suite.workflow is orders.get(suite.workflow.key)
    if workflow is None and not registered:
        raise BadData("workflow", workflow, f"module:attribute of the workflow {suite.workflow.key!r}, which is not registered")
    lookup = f"WORKFLOW = orders.get({python_text(suite.workflow.key)})"
    imports = "Evidence, Order, Policy, RefundCase, RefundRequest, Refused, orders"
    if workflow is not None:
        lookup = f"WORKFLOW = workflow_of({python_text(workflow)})"
        imports = "Evidence, Order, Policy, RefundCase, RefundRequest, Refused\nfrom refund_fsm.lookup import workflow_of"
    policy = f"POLICY = {_policy_text(suite.policy)}"
    label = suite.workflow.label
    head = HEAD.format(
        title=python_prose(f"{label.zh} / {label.en}: {suite.criterion}"),
        size=f"{len(suite)} paths of {suite.steps} steps reach {len(suite.goals)} goals; no suite has fewer than {_least(suite)}",
        fingerprint=suite.workflow.fingerprint[:16],
        imports=imports,
        lookup=f"\n{lookup}\n{policy}\n",
    )
    head = head.replace("from datetime import datetime\n", "import json\nfrom datetime import datetime\n", 1)
    return head + _tables(suite) + TAIL


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
        rows.append(_path(number, path, data, places))
    tables = [
        f"{table} = {{\n" + "".join(f'    "{name}": {_indented(text)},\n' for text, name in known.items()) + "}\n"
        for table, known in asked.items()
    ]
    return "\n".join(tables) + "\nPATHS: list[dict[str, Any]] = [\n" + "".join(rows) + "]\n"


def _path(number: int, path: Path, data: Mapping[str, Any], places: list[str]) -> str:
    told = f"{number:03} to {path.steps[-1].state if path.steps else path.state}"
    goals = "".join(f"    # {line}\n" for line in _comment(path.goals))
    steps = "".join(f"            {_row(step, row)},\n" for step, row in zip(path.steps, data["steps"], strict=True))
    opened = f'"order": "{places[0]}", "request": "{places[1]}", "at": "{data["at"]}"'
    return f'{goals}    {{\n        "id": {told!r},\n        {opened},\n        "steps": [\n{steps}        ],\n    }},\n'


def _comment(goals: tuple[str, ...]) -> list[str]:
    lines, line = [], ""
    for goal in goals:
        if line and len(line) + len(goal) > WIDTH - 10:
            lines.append(line)
            line = ""
        line = f"{line}, {goal}" if line else goal
    return [*lines, line] if line else lines


def _row(step: PathStep, row: Mapping[str, Any]) -> str:
    outcome = " ".join((*step.fired, *([step.refusal] if step.refusal else [])))
    due: datetime | None = step.due
    cells = (row["at"], step.by, step.event, row.get("details", {}), outcome, step.state, None if due is None else due.isoformat())
    return f"({', '.join(repr(cell) for cell in cells)})"


def _literal(data: Any) -> str:
    return pprint.pformat(data, width=WIDTH - 20, sort_dicts=False)


def _indented(text: str) -> str:
    return text.replace("\n", "\n    ")
