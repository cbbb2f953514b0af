"""Limits that depend on facts, that special periods change and that a rule moves: an implementation that gets one wrong is found."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from refund_fsm import Limit, Policy, Workflow, orders, paths
from refund_fsm.scenario.path import Player
from refund_fsm.testing import CaseImplementation
from refund_fsm.testing.lockstep.implementation import Abilities
from refund_fsm.testing.lockstep.model import Table
from refund_fsm.testing.lockstep.names import fit
from refund_fsm.testing.lockstep.random_paths import random_paths
from tests.testing.lockstep.services import quick, variant

OFFICIAL = orders.get("shop_official")
PLATFORM = OFFICIAL.default_policy()
STATES = OFFICIAL.states
SUITE = paths.cover(OFFICIAL, "limits")


def limited(state: str, *rows: Limit) -> Workflow:
    """The workflow with other rows for a state's limit."""
    return OFFICIAL.variant(limits={**OFFICIAL.limits, STATES[state]: rows if len(rows) > 1 else rows[0]})


def with_period(number: int, **changes: Any) -> Policy:
    """The platform's policy with one special period changed."""
    special = list(PLATFORM.special)
    special[number] = special[number].model_copy(update=changes)
    return PLATFORM.model_copy(update={"special": tuple(special)})


REVIEW, RECEIPT = OFFICIAL.limits_at["requested"], OFFICIAL.limits_at["return_shipped"]
WRONG: list[tuple[str, Workflow, Policy]] = [
    ("a row is dropped", limited("requested", *REVIEW[1:]), PLATFORM),
    ("rows are swapped", limited("return_shipped", RECEIPT[1], RECEIPT[0]), PLATFORM),
    ("a row is an hour short", limited("requested", REVIEW[0], replace(REVIEW[1], length=23), REVIEW[2]), PLATFORM),
    ("an extension is not added", limited("return_shipped", *(replace(row, plus=None, plus_when=None) for row in RECEIPT)), PLATFORM),
    ("an extension is a day short", OFFICIAL, PLATFORM.model_copy(update={"extension_days": 6})),
    ("an extension is not kept", variant(OFFICIAL, "P13", effect=None), PLATFORM),
    ("no special period is known", OFFICIAL, PLATFORM.model_copy(update={"special": ()})),
    *((f"special period {n} is not known", OFFICIAL, with_period(n, limit="transit_days")) for n in range(0, 14, 3) if n not in (12,)),
    ("a special period is a day short", OFFICIAL, with_period(1, days=4)),
]


@pytest.mark.parametrize(("faulty", "policy"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_what_counts_a_limit_wrongly_is_found(faulty: Workflow, policy: Policy) -> None:
    make = partial(CaseImplementation, faulty, policy)
    report = quick(make, OFFICIAL, criterion=SUITE, examples=0, max_search_calls=60)
    assert report.divergence is not None and report.counterexample is not None, str(report)
    assert report.divergence.kind == "deadline"
    report.counterexample.replay(OFFICIAL, PLATFORM)


def test_the_model_counts_as_a_case_does_and_its_paths_meet_all_there_is() -> None:
    table, met = Table(fit(None, OFFICIAL), PLATFORM), Counter[tuple[str, int, bool]]()
    for writer in random_paths(table, Abilities(True, True, False), 1200, seed=3):
        player = Player.opened(OFFICIAL, PLATFORM, writer.opening)
        for event, by, at, details in writer.rows:
            player = player.at(at) if event is None else player.told(event, by, at, details)
        due = player.case.due
        assert (player.case.state.key, due and due.at) == (writer.model.node.state, writer.model.due)
        for step in player.case.steps:
            if step.due is not None:
                why = step.due.why
                met[why.row.field, 0 if why.special is None else why.special.start.day, why.plus > 0] += 1
    fields = {row.field for row in OFFICIAL.limit_rows}
    assert {field for field, day, plus in met if not day and not plus} == fields
    special = [(period.limit, period.start.day) for period in PLATFORM.special]
    wanted = {(*one, False) for one in special if one != ("cross_border_receipt_days", 17)}  # ten days are no longer than its own ten
    wanted |= {("parcel_receipt_days", day, True) for day in (0, 11, 17)} | {("cross_border_receipt_days", day, True) for day in (0, 11)}
    assert wanted <= set(met), wanted - set(met)


def test_a_limit_that_a_rule_makes_shorter_ends_no_earlier_than_was_told() -> None:
    """The rows the other way round: the extension takes away what was there before."""
    rows = (replace(RECEIPT[1], length=3, when=(OFFICIAL.guards["has_extension"],), plus=None, plus_when=None), RECEIPT[1])
    shorter = limited("return_shipped", *rows)
    assert quick(partial(CaseImplementation, shorter, PLATFORM), shorter, criterion="rules", examples=150, policy=PLATFORM).ok
