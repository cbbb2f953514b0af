"""Owns `render`: which tool a workflow is written for, and what that tool needs. Must not write a model: each tool has a module."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Literal, get_args

from refund_fsm.errors import BadData, needing, one_of
from refund_fsm.workflow import Policy, Workflow, counting, unit_of

if TYPE_CHECKING:
    from refund_fsm.export.prism.lattice import Lattice
    from refund_fsm.simulate.behaviour import Behaviour, Quantity

Format = Literal["promela", "xstate", "pnml", "prism"]
FORMATS: tuple[Format, ...] = get_args(Format)
STEP = timedelta(hours=24)
SHORTER = tuple(timedelta(hours=hours) for hours in (12, 8, 6, 4, 3, 2, 1))


def render(
    workflow: Workflow,
    to: Format,
    policy: Policy | None = None,
    *,
    behaviour: Behaviour | None = None,
    step: timedelta | None = None,
) -> str:
    """The workflow as text of another tool, ending in a newline. `policy=None` is the workflow's own profile.

    `promela` is a Promela model, `xstate` JSON, `pnml` a Petri net in XML, `prism` a Markov chain. The last one alone takes a
    `behaviour` (None: the one that ships for the workflow) and a `step` of time that divides 24 h (None: that of `step_of`): delays that
    are not whole steps are rounded to them.

    The same arguments give the same text. Raises `BadData` for an unknown format, what is no workflow or policy, special periods that the
    workflow cannot read, and a behaviour that does not fit the workflow or whose delays are too long for the step; `WorkflowError` for an
    effect that changes what it does not list, or that reads too many facts to be written as a table; `MissingPart` where what `prism`
    needs is not installed.
    """
    if not isinstance(workflow, Workflow):
        raise BadData("workflow", workflow, "a Workflow, such as orders.get('virtual')")
    if policy is not None and not isinstance(policy, Policy):
        raise BadData("policy", policy, "a Policy, or None")
    one_of("to", to, FORMATS)
    policy = policy or workflow.default_policy()
    counting(workflow, policy)  # told now, whether or not the format has limits
    if to == "prism":
        with needing("an export to prism"):
            return _chain(workflow, policy, behaviour, step_of(workflow) if step is None else step)
    for name, given in (("behaviour", behaviour), ("step", step)):
        if given is not None:
            raise BadData(name, given, f"None: a {name} is for 'prism', not for {to!r}")
    if to == "promela":
        from refund_fsm.export import promela

        return promela.model(workflow, policy)
    if to == "pnml":
        from refund_fsm.export import pnml

        return pnml.document(workflow, policy)
    from refund_fsm.export import xstate

    return xstate.document(workflow, policy)


def step_of(workflow: Workflow) -> timedelta:
    """The step that `prism` takes unless another is given: `STEP`, or the longest shorter one, in whole hours, of which the hours of all
    limits are whole multiples under the workflow's own profile."""
    policy = workflow.default_policy()
    told = [(row.unit, row.length_in(policy)) for row in workflow.limit_rows]
    told += [(unit_of(row.plus), row.plus_in(policy)) for row in workflow.limit_rows if row.plus is not None]
    lengths = [timedelta(hours=length) for unit, length in told if unit == "hours"]
    return next((step for step in (STEP, *SHORTER) if not any(length % step for length in lengths)), STEP)


def _chain(workflow: Workflow, policy: Policy, behaviour: Behaviour | None, step: timedelta) -> str:
    from refund_fsm.export.prism import model as prism
    from refund_fsm.export.prism.lattice import Lattice
    from refund_fsm.simulate.behaviour import Behaviour

    if behaviour is None:
        behaviour = Behaviour.default(workflow.key)
    if not isinstance(behaviour, Behaviour):
        raise BadData("behaviour", behaviour, "a Behaviour, such as Behaviour.default('virtual'), or None")
    lattice = Lattice(step)
    whole = [_whole(row.delay, lattice) for row in behaviour.choices]
    if not all(whole):
        rounded = behaviour.on_lattice(step).choices
        rows = tuple(row if kept else other for row, other, kept in zip(behaviour.choices, rounded, whole, strict=True))
        behaviour = behaviour.model_copy(update={"choices": rows})
    return prism.model(workflow, policy, behaviour, step)


def _whole(delay: Quantity | None, lattice: Lattice) -> bool:
    """Whether it takes whole steps, so that nothing needs rounding."""
    try:
        return delay is None or bool(lattice.chances(delay, "delay"))
    except BadData:
        return False
