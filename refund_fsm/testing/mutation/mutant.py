"""Owns `Mutant`: a workflow with one seeded fault, as a value that makes the faulty workflow when it is asked for.

Must not know which faults there are, nor judge one.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from refund_fsm.workflow import Policy, Rule, WorkCalendar, Workflow


@dataclass(frozen=True, eq=False, repr=False)
class Mutant:
    """A workflow with one fault. Compared by identity.

    `operator` is the kind of fault (a key of `operators.OPERATORS`); `name` says the fault in words, and is unique among the mutants
    of a workflow; `subject` is what is faulty: a rule's id, an event's name, a state's key, a guard's name, `facts_of` or `calendar`.
    `k` is the number of times that a repetition fault goes well. `changes` gives the arguments of `Workflow.variant`; `calendar`, where
    there is one, makes the faulty calendar of the right one.
    """

    operator: str
    name: str
    subject: str
    original: Workflow
    changes: Callable[[], Mapping[str, Any]]
    k: int | None = None
    calendar: Callable[[WorkCalendar], WorkCalendar] | None = None
    _made: list[weakref.ref[Workflow]] = field(default_factory=list, init=False)

    @property
    def workflow(self) -> Workflow:
        """The faulty workflow, unchecked: the same one as long as somebody holds it, so that thousands of mutants take no room."""
        found = self._made[-1]() if self._made else None
        if found is None:
            found = self.original.variant(**self.changes())
            self._made[:] = [weakref.ref(found)]
        return found

    def under(self, policy: Policy) -> Policy:
        """The policy itself, or the same with the faulty calendar."""
        if self.calendar is None:
            return policy
        faulty = policy.model_copy()
        faulty.__dict__["calendar"] = self.calendar(policy.calendar)  # as `cached_property` keeps it
        return faulty

    def __repr__(self) -> str:
        return f"<Mutant of {self.original.key}: {self.name}>"


def with_rules(workflow: Workflow, rule: Rule, *instead: Rule) -> dict[str, Any]:
    """The change that puts other rules, or none, in the place of one."""
    return {"rules": tuple(new for one in workflow.rules for new in (instead if one is rule else (one,)))}
