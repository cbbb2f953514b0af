"""Exports are texts that say what the table does, the same everywhere; their names; bad input."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from typing import Any

import pytest

from refund_fsm import BadData, Policy, Workflow, graph, orders
from refund_fsm.case import machine
from refund_fsm.export import FORMATS, render
from refund_fsm.export.identifiers import Identifiers
from tests.awkward import WORKFLOW as AWKWARD
from tests.exchange import WORKFLOW as EXCHANGE
from tests.export.rendered import GUIDE, HOUR, daily, rendered
from tests.places import ROOT
from tests.workflows import EVERY_WORKFLOW_EVEN_AWKWARD

ENDS = {"promela": "}\n", "xstate": "}\n", "pnml": "</pnml>\n", "prism": "endrewards\n"}


RENDERED = """
import hashlib
from refund_fsm import orders
from refund_fsm.export import FORMATS
from tests.export.rendered import rendered
for key in orders.keys():
    for to in FORMATS:
        print(hashlib.sha256(rendered(orders.get(key), to).encode()).hexdigest())
"""


@pytest.mark.parametrize("to", FORMATS)
@EVERY_WORKFLOW_EVEN_AWKWARD
def test_an_export_is_made_without_the_graph_and_the_machine(workflow: Workflow, to: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """What would prove itself."""

    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("asked")

    for owner, name in ((graph, "explore"), (machine, "stepper_of"), (machine.Stepper, "__init__")):
        monkeypatch.setattr(owner, name, forbidden)
    text = rendered(workflow, to)
    assert text.endswith(ENDS[to]) and all(len(line) == len(line.rstrip()) for line in text.splitlines())
    assert text == rendered(workflow, to, GUIDE)


def test_an_export_is_the_same_in_every_process() -> None:
    mine = [hashlib.sha256(rendered(orders.get(key), to).encode()).hexdigest() for key in orders.keys() for to in FORMATS]
    for seed in ("1", "2"):
        done = subprocess.run(
            (sys.executable, "-c", RENDERED),
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.split() == mine


@EVERY_WORKFLOW_EVEN_AWKWARD
def test_the_model_says_every_rule_once_and_marks_final_states_alone(workflow: Workflow) -> None:
    text = render(workflow, "promela")
    assert re.findall(r'printf\("(\S+) ', text) == [rule.id for key in workflow.states for rule in workflow.rules if rule.source.key == key]
    labels = re.findall(r"^(at|end)_\w+: /\*", text, re.MULTILINE)
    assert labels == ["end" if state.final else "at" for state in workflow.states.values()]
    for key, one in workflow.guards.items():
        assert re.search(rf"#define is_{key} .*{re.escape(one.text.zh.split()[0])}", text)


@EVERY_WORKFLOW_EVEN_AWKWARD
def test_the_policy_is_in_the_export(workflow: Workflow) -> None:
    policy = Policy(return_days=9, max_resubmissions=5, max_evidence_requests=5, payout_working_days={"at_least": 1, "at_most": 8})  # type: ignore[arg-type]  # pydantic takes the table
    for limit in workflow.limit_rows:
        told = json.loads(render(workflow, "xstate", policy))["delays"]
        length = limit.length_in(policy)
        assert any(one["field"] == limit.field and one["length"] == length and one["unit"] == limit.unit for one in told.values())
    counts = [one.name for one in workflow.fact_fields if one.up_to]
    text = render(workflow, "promela", policy)
    assert counts and all(re.search(rf"byte fact_{name} = 5; ", text) for name in counts)


def test_delays_of_one_field_and_two_lengths_are_two() -> None:
    told = json.loads(render(AWKWARD, "xstate"))
    assert {name: one["states"] for name, one in told["delays"].items()} == {"x_hours_5": ["a-b", "a_b"], "x_hours_7": ["a.b"]}
    group = told["machine"]["states"]["a_b_and_a_b_2"]
    assert list(group["states"]) == ["a_b", "a_b_2"] and list(group["after"]) == ["x_hours_5"]


def test_identifiers_are_plain_and_never_shared() -> None:
    names = Identifiers(("in_use",))
    told = [
        names.of(*one)
        for one in (("in_", "use"), ("in_", "a-b"), ("in_", "a_b"), ("in", "_a_b"), ("v_", 1), ("v_", "1"), ("v_", True), ("v_", "退款"))
    ]
    assert told == ["in_use_2", "in_a_b", "in_a_b_2", "in_a_b_3", "v_1", "v_1_2", "v_True", "v___"]
    assert names.of("in_", "a_b") == "in_a_b_2"
    assert names.of("", "in_use") == "in_use_3", "what is reserved is nobody's"


def test_bad_input_is_named() -> None:
    shop = orders.get("third_party")
    asked: tuple[tuple[tuple[Any, ...], dict[str, Any], str], ...] = (
        (("third_party", "promela"), {}, "workflow"),
        ((shop, "petri"), {}, "to"),
        ((shop, ["promela"]), {}, "to"),
        ((shop, "xstate", "guide"), {}, "policy"),
        ((shop, "pnml"), {"behaviour": daily(shop)}, "behaviour"),
        ((shop, "promela"), {"step": HOUR}, "step"),
        ((EXCHANGE, "prism"), {}, "order_type"),
    )
    for arguments, more, field in asked:
        with pytest.raises(BadData) as caught:
            render(*arguments, **more)
        assert caught.value.field == field
