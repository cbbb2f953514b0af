"""refund_fsm: Xiaohongshu's after-sales refunds as executable finite-state-machine workflows.

The public names, loaded when they are first used, so that importing the package costs nothing that is not needed.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from refund_fsm import advice as advice
    from refund_fsm import graph as graph
    from refund_fsm import orders as orders
    from refund_fsm.calendar import WorkCalendar as WorkCalendar
    from refund_fsm.case import RefundCase as RefundCase
    from refund_fsm.errors import BadData as BadData
    from refund_fsm.errors import CalendarOutOfRange as CalendarOutOfRange
    from refund_fsm.errors import MissingPart as MissingPart
    from refund_fsm.errors import RefundFsmError as RefundFsmError
    from refund_fsm.errors import Refused as Refused
    from refund_fsm.errors import SavedCaseError as SavedCaseError
    from refund_fsm.errors import WorkflowError as WorkflowError
    from refund_fsm.facts import UpTo as UpTo
    from refund_fsm.model import Evidence as Evidence
    from refund_fsm.model import Listing as Listing
    from refund_fsm.model import Order as Order
    from refund_fsm.model import OrderLine as OrderLine
    from refund_fsm.model import RefundRequest as RefundRequest
    from refund_fsm.orders import order_type_of as order_type_of
    from refund_fsm.policy import Policy as Policy
    from refund_fsm.policy import Span as Span
    from refund_fsm.record import Breach as Breach
    from refund_fsm.record import Due as Due
    from refund_fsm.record import Step as Step
    from refund_fsm.refusal import Refusal as Refusal
    from refund_fsm.refusal import Verdict as Verdict
    from refund_fsm.spec import CLOCK as CLOCK
    from refund_fsm.spec import Acceptance as Acceptance
    from refund_fsm.spec import Actor as Actor
    from refund_fsm.spec import Effect as Effect
    from refund_fsm.spec import Event as Event
    from refund_fsm.spec import Freight as Freight
    from refund_fsm.spec import Ground as Ground
    from refund_fsm.spec import Guard as Guard
    from refund_fsm.spec import Limit as Limit
    from refund_fsm.spec import Rule as Rule
    from refund_fsm.spec import State as State
    from refund_fsm.spec import Workflow as Workflow
    from refund_fsm.spec import effect as effect
    from refund_fsm.spec import guard as guard
    from refund_fsm.text import Text as Text

__version__ = "0.1.0"

_MODULES = ("advice", "graph", "orders")
_HOMES = {
    "calendar": ("WorkCalendar",),
    "case": ("RefundCase",),
    "errors": ("BadData", "CalendarOutOfRange", "MissingPart", "Refused", "RefundFsmError", "SavedCaseError", "WorkflowError"),
    "facts": ("UpTo",),
    "model": ("Evidence", "Listing", "Order", "OrderLine", "RefundRequest"),
    "orders": ("order_type_of",),
    "policy": ("Policy", "Span"),
    "record": ("Breach", "Due", "Step"),
    "refusal": ("Refusal", "Verdict"),
    "spec": (
        *("CLOCK", "Acceptance", "Actor", "Effect", "Event", "Freight", "Ground", "Guard", "Limit"),
        *("Rule", "State", "Workflow", "effect", "guard"),
    ),
    "text": ("Text",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [*_MODULES, *_HOME_OF]  # built from the one table above, so that the two cannot disagree


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return importlib.import_module(f"refund_fsm.{name}")
    if name in _HOME_OF:
        value = getattr(importlib.import_module(f"refund_fsm.{_HOME_OF[name]}"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'refund_fsm' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
