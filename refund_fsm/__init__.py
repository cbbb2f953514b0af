"""refund_fsm: Xiaohongshu's after-sales refunds as executable finite-state-machine workflows.

The rooms, from the bottom; a room takes only from those above it in this list, and from their faces (`__init__.py`):

| room | owns |
|---|---|
| `errors` | the exceptions |
| `text` | texts in two languages; instants, amounts and figures in words; answers as sections, for terminal, pipe and page |
| `workflow` | what a process is: rows, tables, facts, catalogue, policy, calendar, orders and requests, files |
| `orders` | one table for each order type, the registry, how a workflow is named, the words that guide a buyer |
| `platforms` | other systems' codes as data: what their statuses mean in our states |
| `case` | one case: machine, clock, steps, refusals, the saved form |
| `scenario` | cases told as data: scenario files, concrete paths, traces |
| `advice` | what to do now, until when, where to tap |
| `eventlog` | the columns of an event log, how it is written, and how it is read again |
| `graph` | every reachable configuration, found by asking the machine; merged; shortest paths |
| `soundness` | is a workflow right? each fault with a witness |
| `paths` | suites of covering paths, by criterion |
| `diagram` | pictures, Mermaid, pages to play with, replays of many cases |
| `simulate` | many cases: behaviour, chain, sample, the exact law, and the report of both |
| `export` | models for spin, XState, process mining and Storm |
| `testing` | any implementation in lockstep, Hypothesis pieces, coverage, mutants |
| `cli` | the command line: one module for each family of commands, and how each answer is shown |

To add: an order type's rule, a row of `orders/TYPE.py` (what it cites stands in `workflow/catalogue.py`, what `check` finds and is meant in
`orders/accepted.py`, who does it how often in `simulate/behaviour/shipped/TYPE.toml`); an event's wording, its row in `orders/common.py`
or `orders/TYPE.py`; after both `refund-fsm draw --all -o diagrams`. A picture's view, `diagram/plan.py` for what it holds, then
`drawing.py`, `legend.py`, `dot.py` and `cli/pictures.py`; what is laid over a picture, `diagram/NAME_marks.py`. A criterion,
`paths/goals.py`, `paths/coverage.py` and its name in `cli/workflows.py`. A figure, `simulate/figures.py` for its name, `sample/result.py`
and `law/exact.py` for its value, `report/overview.py` and `report/comparison_view.py` where it is shown. A command, its family in `cli/`
(its sections in `cli/NAME_view.py`) and a line of `cli/app.py`. A platform's codes, `platforms/NAME.toml`. `tests/` has the same rooms, and
`tests/test_rooms.py` holds the order of all this. The public names below are loaded when they are first used, so that importing the
package costs nothing.
"""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from refund_fsm import advice as advice
    from refund_fsm import graph as graph
    from refund_fsm import orders as orders
    from refund_fsm import platforms as platforms
    from refund_fsm.case import Breach as Breach
    from refund_fsm.case import Due as Due
    from refund_fsm.case import Move as Move
    from refund_fsm.case import Moved as Moved
    from refund_fsm.case import News as News
    from refund_fsm.case import Recounted as Recounted
    from refund_fsm.case import RefundCase as RefundCase
    from refund_fsm.case import Refusal as Refusal
    from refund_fsm.case import Refused as Refused
    from refund_fsm.case import Step as Step
    from refund_fsm.case import Unmoved as Unmoved
    from refund_fsm.case import Verdict as Verdict
    from refund_fsm.errors import BadData as BadData
    from refund_fsm.errors import CalendarOutOfRange as CalendarOutOfRange
    from refund_fsm.errors import MissingPart as MissingPart
    from refund_fsm.errors import RefundFsmError as RefundFsmError
    from refund_fsm.errors import SavedCaseError as SavedCaseError
    from refund_fsm.errors import WorkflowError as WorkflowError
    from refund_fsm.orders import order_type_of as order_type_of
    from refund_fsm.text import Text as Text
    from refund_fsm.workflow import CATALOGUE as CATALOGUE
    from refund_fsm.workflow import CLOCK as CLOCK
    from refund_fsm.workflow import Acceptance as Acceptance
    from refund_fsm.workflow import Actor as Actor
    from refund_fsm.workflow import CatalogueRule as CatalogueRule
    from refund_fsm.workflow import Effect as Effect
    from refund_fsm.workflow import Event as Event
    from refund_fsm.workflow import Evidence as Evidence
    from refund_fsm.workflow import Freight as Freight
    from refund_fsm.workflow import Ground as Ground
    from refund_fsm.workflow import Guard as Guard
    from refund_fsm.workflow import Label as Label
    from refund_fsm.workflow import Limit as Limit
    from refund_fsm.workflow import Listing as Listing
    from refund_fsm.workflow import Order as Order
    from refund_fsm.workflow import OrderLine as OrderLine
    from refund_fsm.workflow import Policy as Policy
    from refund_fsm.workflow import RefundRequest as RefundRequest
    from refund_fsm.workflow import Rule as Rule
    from refund_fsm.workflow import Span as Span
    from refund_fsm.workflow import SpecialPeriod as SpecialPeriod
    from refund_fsm.workflow import State as State
    from refund_fsm.workflow import UpTo as UpTo
    from refund_fsm.workflow import WorkCalendar as WorkCalendar
    from refund_fsm.workflow import Workflow as Workflow
    from refund_fsm.workflow import effect as effect
    from refund_fsm.workflow import guard as guard

__version__ = "0.1.0"

_MODULES = ("advice", "graph", "orders", "platforms")
_HOMES = {
    "case.case": ("RefundCase",),
    "case.moved": ("Moved",),
    "case.newer": ("News",),
    "case.record": ("Breach", "Due", "Move", "Recounted", "Step"),
    "case.refusal": ("Refusal", "Refused", "Verdict"),
    "case.unmoved": ("Unmoved",),
    "errors": ("BadData", "CalendarOutOfRange", "MissingPart", "RefundFsmError", "SavedCaseError", "WorkflowError"),
    "orders": ("order_type_of",),
    "text": ("Text",),
    "workflow": (
        *("CATALOGUE", "CLOCK", "Acceptance", "Actor", "CatalogueRule", "Effect", "Event", "Evidence", "Freight", "Ground", "Guard"),
        *("Label", "Limit", "Listing", "Order", "OrderLine", "Policy", "RefundRequest", "Rule", "Span", "SpecialPeriod", "State", "UpTo"),
        *("WorkCalendar", "Workflow", "effect", "guard"),
    ),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [*_MODULES, *_HOME_OF]  # built from the one table above, so that the two cannot disagree


# Pickles of the time when these were modules name them: State, Rule, Workflow, … and `_named` of `spec`, CatalogueRule of `catalogue`.
# All of it is found here, so both names are this module, and nothing is loaded before a pickle asks for it.
sys.modules.update(dict.fromkeys((f"{__name__}.catalogue", f"{__name__}.spec"), sys.modules[__name__]))


def _named(module: str, name: str) -> Any:
    """What such a pickle calls for a guard or an effect."""
    return getattr(importlib.import_module(module), name)


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
