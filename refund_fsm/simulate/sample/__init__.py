"""Room of many cases played at random, and what they add up to.

Must not tell it to people: `report` does.
"""

from __future__ import annotations

from refund_fsm.simulate.sample.histogram import HOUR, Histogram
from refund_fsm.simulate.sample.population import simulate
from refund_fsm.simulate.sample.replay import play_case
from refund_fsm.simulate.sample.result import Result

__all__ = ["HOUR", "Histogram", "Result", "play_case", "simulate"]
