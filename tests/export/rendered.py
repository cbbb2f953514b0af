"""Exports as tests ask for them: of any workflow, under a behaviour of whole days where the format is of one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from refund_fsm import CLOCK, Policy, Workflow
from refund_fsm.export import render
from refund_fsm.simulate import Behaviour, Choice, Fixed, Share

GUIDE = Policy.guide()


HOUR = timedelta(hours=1)


def daily(workflow: Workflow) -> Behaviour:
    """A behaviour of whole days: anybody may do anything that the table has, a day after the entry."""
    opens = {one.name: one.start(GUIDE)[0] for one in workflow.fact_fields}
    choices = tuple(
        Choice(state=state, event=event, delay=Fixed(value=1, unit="days"))
        for state, event in workflow.rules_at
        if workflow.events[event].actor != CLOCK
    )
    return Behaviour(order_type=workflow.key, facts=opens, mix=(Share(weight=1),), choices=choices)


def rendered(workflow: Workflow, to: Any, policy: Policy | None = None) -> str:
    """The text, of the daily behaviour where the format is of one; an hour divides all limits."""
    return render(workflow, to, policy, behaviour=daily(workflow), step=HOUR) if to == "prism" else render(workflow, to, policy)
