"""The spine: its ways, one rule a step, and nothing else."""

from __future__ import annotations

import itertools
from dataclasses import replace

from refund_fsm import orders
from tests.diagram.svg import parsed, texts
from tests.exchange import WORKFLOW
from tests.workflows import EVERY_KEY


@EVERY_KEY
def test_the_spine_has_its_ways_and_no_edge_that_the_table_lacks(key: str) -> None:
    workflow = orders.get(key)
    made = parsed(workflow, view="spine")
    drawn = {rule for group in made.values() for rule in texts(group) if rule in workflow.by_id}
    ends = {(workflow.by_id[rule].source.key, workflow.by_id[rule].dest.key) for rule in drawn}
    wanted = {(one.key, two.key) for way in workflow.spine for one, two in itertools.pairwise(way)}
    assert ends == wanted
    assert len(drawn) == len(ends), "one rule a step"
    states = {name.removeprefix("state-") for name in made if name.startswith("state-")}
    assert states == {state.key for way in workflow.spine for state in way}
    assert not any("[" in text for group in made.values() for text in texts(group))


def test_a_workflow_without_a_spine_still_has_a_spine_picture() -> None:
    made = parsed(replace(WORKFLOW, spine=()), view="spine")
    assert [name for name in made if name.startswith("state-")] == [f"state-{WORKFLOW.initial.key}"]
