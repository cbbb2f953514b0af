"""Owns the trace of a case that is there already, such as a saved one: its steps as they were recorded. Must not play anything anew."""

from __future__ import annotations

from refund_fsm.case import Due, RefundCase, Step
from refund_fsm.scenario.file import Scenario
from refund_fsm.scenario.trace import Trace, TraceRow, open_breaches
from refund_fsm.workflow import CLOCK


def recorded(case: RefundCase, where: str) -> Trace:
    """The trace of a case: a row for each step, and one for the time that has passed since. `where` says where the case comes from.

    What was refused is not in it, for a case does not record that. `due` is what the step recorded; of the last row, what runs now.
    """
    scenario = Scenario(where, None, case.workflow, case.policy, case.order, case.request, case.opened_at, ())
    dues = (_first_due(case), *(step.due for step in case.steps))  # dues[n] runs before step n
    rows = [
        TraceRow("step", step.at, step.by, step.event, step.dest, step.due, step=step, breach=step.breach, provisional=_counted(step, due))
        for step, due in zip(case.steps, dues, strict=False)
    ]
    if not case.steps or case.now > case.steps[-1].at:
        passed = next(iter(open_breaches(case)), None)
        rows.append(TraceRow("advance", case.now, CLOCK.key, "advance", case.state, case.due, breach=passed))
    return Trace(scenario, case, tuple(rows), None, ())


def _first_due(case: RefundCase) -> Due | None:
    """The limit that the first step ended; None where no clock did: a case does not keep it."""
    if not case.steps or case.steps[0].by != CLOCK.key:
        return None
    return RefundCase.open(
        case.order, case.request, at=case.opened_at, policy=case.policy, workflow=case.workflow, case_id=case.case_id
    ).due


def _counted(step: Step, due: Due | None) -> bool:
    """Whether the step stands at a limit that rests on days whose holidays are not published yet."""
    return step.by == CLOCK.key and due is not None and due.provisional
