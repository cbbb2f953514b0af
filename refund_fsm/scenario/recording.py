"""Owns the trace of a case that is there already, such as a saved one: its steps as they were recorded. Must not play anything anew."""

from __future__ import annotations

from refund_fsm.case import Move, News, RefundCase
from refund_fsm.scenario.file import Scenario
from refund_fsm.scenario.trace import Trace, TraceRow, open_breaches
from refund_fsm.workflow import CLOCK


def recorded(case: RefundCase, where: str) -> Trace:
    """The trace of a case: a row for each step, each news and each move to other rules, and one for the time that has passed since.
    `where` says where the case comes from.

    What was refused is not in it, for a case does not record that. `due` is what the step recorded; of the last row, what runs now.
    """
    scenario = Scenario(where, None, case.workflow, case.policy, case.opening_order, case.request, case.opened_at, ())
    rows: list[TraceRow] = []
    place = 0
    for one, (state, due) in zip(case.history, case.stood, strict=True):
        if isinstance(one, News):
            rows.append(TraceRow("news", one.at, "", "news", state, due, news=one))
        elif isinstance(one, Move):
            rows.append(TraceRow("move", one.at, "", "move", state, due, breach=one.breach, move=one))
        else:
            guessed = case.guessed(place)
            rows.append(TraceRow("step", one.at, one.by, one.event, state, due, step=one, breach=one.breach, provisional=guessed))
            place += 1
    if not rows or case.now > rows[-1].at:
        passed = next(iter(open_breaches(case)), None)
        rows.append(TraceRow("advance", case.now, CLOCK.key, "advance", case.state, case.due, breach=passed))
    return Trace(scenario, case, tuple(rows), None, ())
