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
    for one in case.history:
        if isinstance(one, News):
            rows.append(_told(case, one))
        elif isinstance(one, Move):
            rows.append(_moved(case, one))
        else:
            guessed = case.guessed(place)
            rows.append(TraceRow("step", one.at, one.by, one.event, one.dest, one.due, step=one, breach=one.breach, provisional=guessed))
            place += 1
    if not rows or case.now > rows[-1].at:
        passed = next(iter(open_breaches(case)), None)
        rows.append(TraceRow("advance", case.now, CLOCK.key, "advance", case.state, case.due, breach=passed))
    return Trace(scenario, case, tuple(rows), None, ())


def _moved(case: RefundCase, move: Move) -> TraceRow:
    """The row of a move: where the case was since, and what ran since, as far as its own steps or the present tell."""
    now = case.state if move.after == len(case.steps) else case.steps[move.after].source
    due = case.due if move.after == len(case.steps) else None
    return TraceRow("move", move.at, "", "move", now, due, breach=move.breach, move=move)


def _told(case: RefundCase, news: News) -> TraceRow:
    """The row of news: where the case was, and what ran, when it was told."""
    last = case.steps[news.after - 1] if news.after else None
    due = case.due if news.after == len(case.steps) else last.due if last else None
    return TraceRow("news", news.at, "", "news", last.dest if last else case.workflow.initial, due, news=news)
