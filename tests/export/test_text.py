"""Exports are texts that say what the table does, the same everywhere; their names; bad input."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from datetime import datetime, timedelta
from typing import Any

import pytest

from refund_fsm import BadData, Policy, SpecialPeriod, Workflow, graph, orders
from refund_fsm.case import machine
from refund_fsm.export import FORMATS, Format, render
from refund_fsm.export.identifiers import Identifiers
from refund_fsm.text import SHANGHAI
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
    assert text == rendered(workflow, to, workflow.default_policy())


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
    asked = {guard.name for rule in workflow.rules for guard in rule.when}
    for key, one in workflow.guards.items():
        assert bool(re.search(rf"#define is_{key} .*{re.escape(one.text.zh.split()[0])}", text)) == (key in asked)


@EVERY_WORKFLOW_EVEN_AWKWARD
def test_the_policy_is_in_the_export(workflow: Workflow) -> None:
    policy = Policy(return_days=9, max_resubmissions=5, max_evidence_requests=5, payout_working_days={"at_least": 1, "at_most": 8})  # type: ignore[arg-type]  # pydantic takes the table
    for limit in workflow.limit_rows:
        told = json.loads(render(workflow, "xstate", policy))["delays"]
        length = limit.length_in(policy)
        assert any(one["field"] == limit.field and one["length"] == length and one["unit"] == limit.unit for one in told.values())
    counts = [one.name for one in workflow.fact_fields if one.up_to]
    text = render(workflow, "promela", policy)
    assert counts or workflow.key == "shop_official", "only the platform's own table counts nothing down"
    assert all(re.search(rf"byte fact_{name} = 5; ", text) for name in counts)


def test_the_limits_of_the_platform_s_table_are_told_row_by_row() -> None:
    """Every row with its guards, what is added, and the policy's periods; and none of it where there is none."""
    shop = orders.get("shop_official")
    plain = json.loads(render(shop, "xstate", GUIDE))
    assert plain["format"].endswith("version 2") and not any("special" in one for one in plain["delays"].values())
    assert plain["limits"] == {
        "requested": [
            {"delay": "unshipped_review_hours", "when": ["unshipped"]},
            {"delay": "fresh_review_hours", "when": ["is_fresh"]},
            {"delay": "shipped_review_hours", "when": []},
        ],
        "return_shipped": [
            {"delay": "cross_border_receipt_days plus extension_days", "when": ["is_cross_border", "has_extension"]},
            {"delay": "cross_border_receipt_days", "when": ["is_cross_border"]},
            {"delay": "parcel_receipt_days plus extension_days", "when": ["has_extension"]},
            {"delay": "parcel_receipt_days", "when": []},
        ],
    }
    assert plain["delays"]["parcel_receipt_days plus extension_days"]["plus"] == {"length": 7, "unit": "days", "field": "extension_days"}
    festive = json.loads(render(shop, "xstate"))
    told = {
        (one["field"], *(one["special"][0]["when"])): [
            (row["start"][5:10], row["end"][5:10], row["days"], row["never_shorter"]) for row in one["special"]
        ]
        for one in festive["delays"].values()
        if "special" in one
    }
    periods: dict[tuple[str, ...], list[tuple[Any, ...]]] = {
        (limit, kind): [("02-11", "02-25", days, False)]
        for limit in ("shipped_review_hours", "fresh_review_hours")
        for kind, days in (("wants_refund_only", 7), ("wants_return", 5), ("wants_exchange", 7))
    }
    for limit in ("parcel_return_days", "parcel_receipt_days", "cross_border_receipt_days", "signed_receipt_hours"):
        periods[limit,] = [("02-11", "02-17", 15, True), ("02-17", "02-25", 10, True)]
    assert told == periods
    assert json.loads(render(orders.get("third_party"), "xstate"))["format"].endswith("version 1")


def test_periods_of_other_tables_leave_an_export_as_it_was() -> None:
    for key in ("self_operated", "third_party", "virtual"):
        for to in FORMATS:
            assert rendered(orders.get(key), to, Policy.platform()) == rendered(orders.get(key), to, GUIDE)
    shop = orders.get("shop_official")
    for to in ("promela", "pnml"):
        assert render(shop, to) == render(shop, to, GUIDE), "nothing of it is in these"


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


@pytest.mark.parametrize("to", FORMATS)
def test_special_periods_that_the_table_cannot_read_are_named_whatever_the_format(to: Format) -> None:
    start = datetime(2026, 6, 1, tzinfo=SHANGHAI)
    period = SpecialPeriod(limit="return_days", when=("wants_exchange",), start=start, end=start + timedelta(days=3), days=9)
    with pytest.raises(BadData, match="a guard of the workflow third_party") as caught:
        render(orders.get("third_party"), to, Policy(special=(period,)))
    assert (caught.value.field, caught.value.value) == ("policy.special[0].when[0]", "wants_exchange")
