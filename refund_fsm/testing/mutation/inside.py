"""Owns the faults inside a guard, a derivation or a calendar, by operator: `inner_mutants`.

| operator | mutants |
|---|---|
| `guard row flipped` | each guard that a rule asks × each row of the facts that it reads: the other answer there |
| `fact ignored` | each guard × each fact that it reads × each value: the guard takes the fact to be so always |
| `clause dropped`, `clause negated`, `< for <=` | each guard × each clause of its source, as far as it has one to read |
| `fact mistaken` | each fact × each value: derived so, whatever the order |
| `fact early or late` | each fact × a microsecond (`<` for `<=`), a minute, an hour, a day, a week × too early and too late |
| `instant shifted` | all facts at once, by the same |
| `another zone` | facts are derived as if days began at midnight in UTC |
| `hours for days` | days counted from an instant's minute; an order's instants put to the ends of their days, or a day or a week on |
| `number mistaken` | each amount and each most of the policy is taken to be one more or less (`<` for `<=`) |
| `field mistaken` | each instant of an order and each flag is taken for another; amounts left out; the balance a fen off |
| `line mistaken` | the first or the last line for the claimed one; a trait of any line, or the money of all, for its own; its own alone |
| `another calendar` | Monday to Friday; make-up days or holidays missed; counts from the day itself; days of UTC, or of 24 hours from the \
minute; ends a microsecond or a minute off |

A change that alters nothing of what the workflow looks at makes an equivalent mutant, found by `telling`.
Must not know which workflow it is, nor judge or kill a mutant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from refund_fsm.errors import BadData
from refund_fsm.testing.mutation import calendar_faults, derivation_faults, guard_faults
from refund_fsm.testing.mutation.mutant import Mutant
from refund_fsm.workflow import Policy, Workflow

INSIDE = (
    *("guard row flipped", "fact ignored", "clause dropped", "clause negated", "< for <="),
    *(
        "fact mistaken",
        "fact early or late",
        "instant shifted",
        "another zone",
        "hours for days",
        "number mistaken",
        "field mistaken",
        "line mistaken",
    ),
    "another calendar",
)
_MAKERS: tuple[Callable[[Workflow, Policy], Iterator[Mutant]], ...] = (
    guard_faults.rows_flipped,
    guard_faults.facts_ignored,
    guard_faults.clauses_changed,
    derivation_faults.facts_stuck,
    derivation_faults.facts_shifted,
    derivation_faults.clock_shifted,
    derivation_faults.another_zone,
    derivation_faults.hours_for_days,
    derivation_faults.lines_of_the_policy,
    derivation_faults.fields_mistaken,
    derivation_faults.lines_mistaken,
    calendar_faults.another_calendar,
)


def inner_mutants(workflow: Workflow, policy: Policy | None = None) -> tuple[Mutant, ...]:
    """All variants of a workflow with one fault inside a guard, a derivation or a calendar; `policy=None` is the workflow's own profile.
    `BadData` for what is no workflow; `NotFinite` for a guard of too many rows."""
    if not isinstance(workflow, Workflow):
        raise BadData("workflow", workflow, "a Workflow")
    policy = policy or workflow.default_policy()
    return tuple(mutant for make in _MAKERS for mutant in make(workflow, policy))
