"""Owns the faults that show late: a rule goes well k times in a case, and is refused, or leads elsewhere, from then on.

The faulty workflow counts in a fact that the original has not: its facts class is the original's with one field more. Must not
judge a mutant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields, make_dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from refund_fsm.testing.mutation.mutant import Mutant, with_rules
from refund_fsm.text import Text
from refund_fsm.workflow import Effect, Guard, Policy, Rule, State, Workflow

if TYPE_CHECKING:
    from datetime import datetime

    from refund_fsm.workflow import Order, RefundRequest

TIMES = (1, 2, 3)  # that a rule goes well before the fault shows


def refused_after(workflow: Workflow, _: Policy) -> Iterator[Mutant]:
    """Each rule: refused once it has fired k times."""
    for rule in workflow.rules:
        for k in TIMES:
            changes = partial(_counting, workflow, rule, k, None)
            yield Mutant("refused after k", f"{rule.id} refused after {k} times", rule.id, workflow, changes, k)


def redirected_after(workflow: Workflow, _: Policy) -> Iterator[Mutant]:
    """Each rule: once it has fired k times it leads to the state after its destination in the workflow's order, from the last
    to the first."""
    states = tuple(workflow.states.values())
    for rule in workflow.rules:
        other = states[(list(workflow.states).index(rule.dest.key) + 1) % len(states)]
        for k in TIMES:
            name = f"{rule.id} redirected to {other.key} after {k} times"
            yield Mutant("redirected after k", name, rule.id, workflow, partial(_counting, workflow, rule, k, other), k)


def _counting(workflow: Workflow, rule: Rule, k: int, other: State | None) -> dict[str, Any]:
    """The change that makes the fault: facts that count, and the rule as it goes well, and as it goes on."""
    counter = "fired"
    while counter in {one.name for one in workflow.fact_fields}:  # ends: the facts have finitely many names
        counter += "_"
    fewer, enough = _Fewer(counter, k, True), _Fewer(counter, k, False)
    well = Guard(f"{rule.id} fired fewer than {k} times", fewer, Text(f"{rule.id} 未满 {k} 次", f"{rule.id} fired fewer than {k} times"))
    late = Guard(f"{rule.id} fired {k} times", enough, Text(f"{rule.id} 已满 {k} 次", f"{rule.id} fired {k} times"))
    name, changes = (rule.effect.name, rule.effect.changes) if rule.effect else ("nothing else", ())
    first = replace(rule, when=(*rule.when, well), effect=Effect(f"count and {name}", _Count(counter, rule.effect), (*changes, counter)))
    then = () if other is None else (replace(rule, id=f"{rule.id}b", dest=other, when=(*rule.when, late)),)
    facts = _counting_facts(workflow.facts, counter, k)
    return {
        **with_rules(workflow, rule, first, *then),
        "facts": facts,
        "facts_of": _FactsOf(workflow.facts_of, facts),
        "example_of": _ExampleOf(workflow.example_of, workflow.facts),
    }


def _counting_facts(facts: type, counter: str, k: int) -> type:
    kind: Any = Literal.__getitem__(tuple(range(k + 1)))
    namespace = {"__module__": facts.__module__, "__doc__": facts.__doc__}
    return make_dataclass(
        f"Counting{facts.__name__}", [(counter, kind, field(default=0))], bases=(facts,), frozen=True, namespace=namespace
    )


@dataclass(frozen=True, slots=True)
class _Fewer:
    """Whether the counter stands below k; or, `less` being False, whether it does not."""

    counter: str
    k: int
    less: bool

    def __call__(self, facts: Any) -> bool:
        return bool((getattr(facts, self.counter) < self.k) is self.less)


@dataclass(frozen=True, slots=True)
class _Count:
    """The rule's own effect, and one more on the counter."""

    counter: str
    effect: Effect | None

    def __call__(self, facts: Any) -> Any:
        after = self.effect(facts) if self.effect else facts
        return replace(after, **{self.counter: getattr(facts, self.counter) + 1})


@dataclass(frozen=True, slots=True)
class _FactsOf:
    """The original's facts, with the counter where it starts."""

    derive: Callable[[Order, RefundRequest, datetime, Policy], Any]
    facts: type

    def __call__(self, order: Order, request: RefundRequest, at: datetime, policy: Policy) -> Any:
        return _as(self.facts, self.derive(order, request, at, policy))


@dataclass(frozen=True, slots=True)
class _ExampleOf:
    """The order and the request that the original gives for the facts without the counter."""

    made_up: Callable[[Any, datetime], tuple[Order, RefundRequest] | None]
    facts: type

    def __call__(self, facts: Any, at: datetime) -> tuple[Order, RefundRequest] | None:
        return self.made_up(_as(self.facts, facts), at)


def _as(kind: Any, facts: Any) -> Any:
    """The facts as an object of another class, as far as both have them."""
    return kind(**{one.name: getattr(facts, one.name) for one in fields(kind) if hasattr(facts, one.name)})
