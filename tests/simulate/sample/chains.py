"""Chains of all kinds, drawn by Hypothesis."""

from __future__ import annotations

from hypothesis import strategies as st

from refund_fsm import Policy
from refund_fsm.simulate.chain import Chain, chain_of
from tests.samples import at
from tests.simulate.simulated import POLICIES, behaviour_of
from tests.workflows import ALL

INSTANTS = st.datetimes(min_value=at("2026-01-01 00:00").replace(tzinfo=None), max_value=at("2027-01-31 00:00").replace(tzinfo=None))


@st.composite
def chains(draw: st.DrawFn) -> Chain:
    """A workflow's shipped behaviour, some of it slower or silent, under some policy, from some instant."""
    workflow = draw(st.sampled_from(list(ALL.values())))
    behaviour = behaviour_of(workflow)
    for _ in range(draw(st.integers(0, 3))):
        row = draw(st.sampled_from(behaviour.choices))
        behaviour = behaviour.changed(state=row.state, event=row.event, delay=draw(st.sampled_from([0.01, 0.3, 4.0, 60.0])))
    silent = draw(st.sampled_from([None, *(row for row in behaviour.choices if row.event == "nothing")]))
    if silent is not None:
        behaviour = behaviour.changed(state=silent.state, event="nothing", actor=silent.actor, weight=40.0, workflow=workflow)
    start = draw(INSTANTS).replace(microsecond=0)
    return chain_of(workflow, behaviour, at(start.isoformat()), draw(st.sampled_from([*POLICIES.values(), Policy.platform()])))
