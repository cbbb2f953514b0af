"""Many cases of one workflow: what they add up to, by simulation (`simulate`) and exactly (`first_passage`), and what changes it.

Rooms: `behaviour` says who does what, `chain` makes tables of it, `sample` plays cases, `law` computes exactly, `report` tells people.
`figures` names what is computed; `compiled` and `interrupts` serve all. Must not know an order type by name. The names are loaded when
they are first used: a behaviour can be read without numpy.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from refund_fsm.errors import needing

if TYPE_CHECKING:
    from refund_fsm.simulate.behaviour import Behaviour as Behaviour
    from refund_fsm.simulate.behaviour import Choice as Choice
    from refund_fsm.simulate.behaviour import Empirical as Empirical
    from refund_fsm.simulate.behaviour import Exponential as Exponential
    from refund_fsm.simulate.behaviour import Fixed as Fixed
    from refund_fsm.simulate.behaviour import LogNormal as LogNormal
    from refund_fsm.simulate.behaviour import Share as Share
    from refund_fsm.simulate.behaviour import Triangular as Triangular
    from refund_fsm.simulate.behaviour import Uniform as Uniform
    from refund_fsm.simulate.behaviour.skeleton import skeleton as skeleton
    from refund_fsm.simulate.figures import Figure as Figure
    from refund_fsm.simulate.law import Distribution as Distribution
    from refund_fsm.simulate.law import Law as Law
    from refund_fsm.simulate.law import Sensitivity as Sensitivity
    from refund_fsm.simulate.law import first_passage as first_passage
    from refund_fsm.simulate.law import sensitivity as sensitivity
    from refund_fsm.simulate.report.comparison import Comparison as Comparison
    from refund_fsm.simulate.report.comparison import compare as compare
    from refund_fsm.simulate.report.comparison_page import save_comparison_plot as save_comparison_plot
    from refund_fsm.simulate.report.page import save_plot as save_plot
    from refund_fsm.simulate.sample import Histogram as Histogram
    from refund_fsm.simulate.sample import Result as Result
    from refund_fsm.simulate.sample import play_case as play_case
    from refund_fsm.simulate.sample import simulate as simulate
    from refund_fsm.text.numbers import Interval as Interval

_HOMES = {
    "behaviour": ("Behaviour", "Choice", "Empirical", "Exponential", "Fixed", "LogNormal", "Share", "Triangular", "Uniform"),
    "behaviour.skeleton": ("skeleton",),
    "figures": ("Figure", "Interval"),
    "law": ("Distribution", "Law", "Sensitivity", "first_passage", "sensitivity"),
    "report.comparison": ("Comparison", "compare"),
    "report.comparison_page": ("save_comparison_plot",),
    "report.page": ("save_plot",),
    "sample": ("Histogram", "Result", "play_case", "simulate"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [*_HOME_OF]  # built from the one table above, so that the two cannot disagree


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'refund_fsm.simulate' has no attribute {name!r}")
    with needing(name):
        value = getattr(importlib.import_module(f"refund_fsm.simulate.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
