"""Owns `mutants`: every workflow that differs from a given one by a single fault. Must not judge or kill one, nor know an order type."""

from __future__ import annotations

from dataclasses import replace

from refund_fsm.errors import BadData
from refund_fsm.testing.mutation.mutant import Mutant
from refund_fsm.testing.mutation.operators import OPERATORS
from refund_fsm.testing.mutation.saturation import held
from refund_fsm.workflow import Policy, Workflow


def mutants(workflow: Workflow, policy: Policy | None = None) -> tuple[Mutant, ...]:
    """All single-fault variants of a workflow, by operator as in `operators`; `policy=None` is the workflow's own profile.

    The policy gives the lengths that shifted limits start from. `BadData` for what is no workflow; `TooLong` for facts that are
    too many to enumerate.
    """
    if not isinstance(workflow, Workflow):
        raise BadData("workflow", workflow, "a Workflow")
    if policy is not None and not isinstance(policy, Policy):
        raise BadData("policy", policy, "a Policy, or None for the profile of the workflow")
    policy = policy or workflow.default_policy()
    table = held(workflow, policy)
    made = tuple(mutant for operator in OPERATORS.values() for mutant in operator(table, policy))
    return made if table is workflow else tuple(replace(mutant, original=workflow) for mutant in made)
