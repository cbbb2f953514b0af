"""The law of a toy, as tests ask for it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from refund_fsm import Workflow
from refund_fsm.simulate import Law, first_passage
from tests.simulate.simulated import START, toyed

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def law(workflow: Workflow, *choices: Any, step: timedelta = HOUR, horizon: timedelta = 60 * DAY, **more: Any) -> Law:
    return first_passage(workflow, toyed(*choices), start=more.pop("start", START), step=step, horizon=horizon, **more)
