"""Owns how the guidance of an order type is looked up. Its form is in `guidance_form`, its words in `guidance_texts`."""

from __future__ import annotations

from refund_fsm.orders.guidance_form import Guidance as Guidance
from refund_fsm.orders.guidance_form import Said as Said
from refund_fsm.orders.guidance_form import SentBack as SentBack
from refund_fsm.orders.guidance_form import said as said
from refund_fsm.orders.guidance_texts import GUIDANCE
from refund_fsm.orders.registry import editions, keys
from refund_fsm.workflow import Workflow


def guidance_of(workflow: Workflow) -> Guidance | None:
    """The guidance of a registered order type; None for any other workflow, one with a registered key included."""
    if workflow.key not in keys() or all(one is not workflow for one in editions(workflow.key)):
        return None
    return GUIDANCE.get(workflow.key)
