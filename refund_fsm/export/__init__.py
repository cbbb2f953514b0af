"""Exports of a workflow to tools that others wrote: `promela` for the model checker spin, `xstate` for XState 5 in JavaScript.

Both are made of the rules, guards and effects, not of the configuration graph, so that what the tools say is a second opinion.
"""

from __future__ import annotations

from typing import Literal, get_args

from refund_fsm.errors import BadData
from refund_fsm.policy import Policy
from refund_fsm.spec import Workflow

Format = Literal["promela", "xstate"]
FORMATS: tuple[Format, ...] = get_args(Format)

__all__ = ["FORMATS", "Format", "render"]


def render(workflow: Workflow, to: Format, policy: Policy | None = None) -> str:
    """The workflow as text of another tool, ending in a newline: a Promela model, or JSON for XState. `policy=None` is the guide's.

    The same workflow and policy give the same text. Raises `BadData` for an unknown format or what is no workflow or policy, and
    `WorkflowError` for an effect that changes what it does not list, or that reads too many facts to be written as a table.
    """
    if not isinstance(workflow, Workflow):
        raise BadData("workflow", workflow, "a Workflow, such as orders.get('virtual')")
    if policy is not None and not isinstance(policy, Policy):
        raise BadData("policy", policy, "a Policy, or None")
    if to not in FORMATS:
        raise BadData("to", to, " or ".join(repr(known) for known in FORMATS))
    policy = policy or Policy.guide()
    if to == "promela":
        from refund_fsm.export import promela

        return promela.model(workflow, policy)
    from refund_fsm.export import xstate

    return xstate.document(workflow, policy)
