"""Owns `Table`: one order type's process as a frozen table of rules, and what can be read off it. Nothing of it is checked.

Data only. Must not know an order type, nor how a case is stepped or drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar

from refund_fsm.errors import BadData, RefundFsmError, WorkflowError, shown
from refund_fsm.text import Text
from refund_fsm.workflow.bounds import Bounds, fault
from refund_fsm.workflow.catalogue import CATALOGUE, CatalogueRule
from refund_fsm.workflow.facts import Domain, FactField, fact_fields
from refund_fsm.workflow.freight import check as check_freight
from refund_fsm.workflow.model import Order, RefundRequest
from refund_fsm.workflow.phases import Phase
from refund_fsm.workflow.platform import edition_at
from refund_fsm.workflow.policy import Policy
from refund_fsm.workflow.rows import Acceptance, Actor, Event, Freight, Guard, Limit, Rule, State, counted
from refund_fsm.workflow.values import FrozenDict

T = TypeVar("T")
MAX_FREIGHTS = 1000  # sound ones that a table remembers


@dataclass(frozen=True, eq=False, repr=False)
class Table:
    """The rows of a workflow and what follows from them: states, events, actors, guards, limits. Compared by identity.

    `Workflow` says what the fields mean, and checks them.
    """

    key: str
    label: Text
    rules: tuple[Rule, ...]
    initial: State
    facts: type
    facts_of: Callable[[Order, RefundRequest, datetime, Policy], Any]
    example_of: Callable[[Any, datetime], tuple[Order, RefundRequest] | None]
    limits: Mapping[State | tuple[State, ...], Limit | tuple[Limit, ...]]
    law: Mapping[State, Limit] = field(default_factory=dict)
    freight_of: Callable[[Any, Order], Freight | None] | None = None
    spine: Sequence[tuple[State, ...]] = ()
    catalogue: Mapping[str, CatalogueRule] = field(default_factory=lambda: CATALOGUE)
    accepts: tuple[Acceptance, ...] = ()
    phases: tuple[Phase, ...] = ()
    profile: str = "guide"
    holds_from: datetime | None = None
    is_checked = False  # no field (so no type stands there): a `Workflow` that was checked when it was built says True

    def _freeze(self) -> None:
        limits = {states: tuple(rows) if isinstance(rows, list) else rows for states, rows in self.limits.items()}
        object.__setattr__(self, "limits", FrozenDict(limits))
        object.__setattr__(self, "law", FrozenDict(self.law))
        object.__setattr__(self, "rules", tuple(self.rules))
        object.__setattr__(self, "accepts", tuple(self.accepts))
        object.__setattr__(self, "phases", tuple((name, tuple(states)) for name, states in self.phases))
        object.__setattr__(self, "spine", tuple(tuple(path) for path in self.spine))

    @cached_property
    def states(self) -> Mapping[str, State]:
        """States by key, the initial one first, then in order of first appearance in the rules."""
        met = (state for rule in self.rules for state in (rule.source, rule.dest))
        return _by_name((state.key, state) for state in (self.initial, *met))

    @cached_property
    def events(self) -> Mapping[str, Event]:
        """Events by name, in order of first appearance in the rules."""
        return _by_name((rule.event.name, rule.event) for rule in self.rules)

    @cached_property
    def actors(self) -> Mapping[str, Actor]:
        """Actors by key, in order of first appearance in the rules."""
        return _by_name((rule.actor.key, rule.actor) for rule in self.rules)

    @cached_property
    def guards(self) -> Mapping[str, Guard]:
        """Guards by name, in order of first appearance in the rules, then in the limits."""
        asked = [guard for rule in self.rules for guard in rule.when]
        asked += [guard for row in (*self.limit_rows, *self.law.values()) for guard in row.guards]
        return _by_name((guard.name, guard) for guard in asked)

    @cached_property
    def by_id(self) -> Mapping[str, Rule]:
        """Rules by id."""
        return FrozenDict({rule.id: rule for rule in self.rules})

    @cached_property
    def rules_at(self) -> Mapping[tuple[str, str], tuple[Rule, ...]]:
        """Rules by (source key, event name), in the order of the table."""
        found: dict[tuple[str, str], tuple[Rule, ...]] = {}
        for rule in self.rules:
            place = (rule.source.key, rule.event.name)
            found[place] = (*found.get(place, ()), rule)
        return FrozenDict(found)

    @cached_property
    def clock_rules(self) -> Mapping[str, tuple[Rule, ...]]:
        """The rules that the clock fires, by source key."""
        found: dict[str, tuple[Rule, ...]] = {}
        for rule in (one for one in self.rules if one.by_clock):
            found[rule.source.key] = (*found.get(rule.source.key, ()), rule)
        return FrozenDict(found)

    @cached_property
    def sources_of(self) -> Mapping[str, tuple[State, ...]]:
        """By event name, the states in which the event is possible."""
        found: dict[str, dict[str, State]] = {}
        for rule in self.rules:
            found.setdefault(rule.event.name, {})[rule.source.key] = rule.source
        return FrozenDict({name: tuple(states.values()) for name, states in found.items()})

    @cached_property
    def limits_at(self) -> Mapping[str, tuple[Limit, ...]]:
        """The rows of the limit by state key, in their order: the first whose guards hold counts. States that are counted together share
        them."""
        return FrozenDict({state.key: rows for group, rows in self.groups for state in group})

    @cached_property
    def groups(self) -> tuple[tuple[tuple[State, ...], tuple[Limit, ...]], ...]:
        """Each limit's rows with the states that are counted together under them."""
        return tuple(
            (key if isinstance(key, tuple) else (key,), rows if isinstance(rows, tuple) else (rows,)) for key, rows in self.limits.items()
        )

    @cached_property
    def group_of(self) -> Mapping[str, int]:
        """The number of the limit group by state key; states without a limit have none."""
        return FrozenDict({s.key: place for place, (group, _) in enumerate(self.groups) for s in group})

    def ordinary(self, key: str) -> Limit | None:
        """The row of a state's limit that counts where no other does: the last one; None for a state without a limit."""
        rows = self.limits_at.get(key)
        return rows[-1] if rows else None

    @cached_property
    def limit_rows(self) -> tuple[Limit, ...]:
        """All rows of all limits, in their order."""
        return tuple(row for _, rows in self.groups for row in rows)

    def default_policy(self, at: datetime | None = None) -> Policy:
        """What `policy=None` means here: the table's own `profile`, in the edition that holds at an instant (None: the newest)."""
        edition = edition_at(at).copy if self.profile == "platform" else None
        found = self._defaults.get(edition)
        if found is None:
            found = self._defaults.setdefault(edition, Policy.platform(edition) if edition else Policy.profile(self.profile))
        return found

    @cached_property
    def _defaults(self) -> dict[str | None, Policy]:
        return {}

    @cached_property
    def fact_fields(self) -> tuple[FactField, ...]:
        """The facts, in the order of the facts class."""
        return fact_fields(self.facts)

    def domains(self, policy: Policy) -> dict[str, Domain]:
        """All values of every fact under a policy."""
        return {one.name: one.domain(policy) for one in self.fact_fields}

    def bounds(self, policy: Policy) -> Bounds:
        """The domains under a policy, ready to be asked whether facts lie in them. Those of a table that was not checked take all facts
        of its class: a faulty table may lead anywhere, and what it does there is looked at."""
        tops = tuple(getattr(policy, str(one.up_to)) for one in self._counts)
        found = self._bounds.get(tops)
        if found is None:
            found = self._bounds.setdefault(tops, Bounds(self.facts, self.domains(policy) if self.is_checked else {}))
        return found

    @cached_property
    def _bounds(self) -> dict[tuple[int, ...], Bounds]:
        return {}

    @cached_property
    def _counts(self) -> tuple[FactField, ...]:
        return tuple(one for one in self.fact_fields if one.up_to is not None) if self.is_checked else ()

    def derive(self, order: Order, request: RefundRequest, at: datetime, policy: Policy) -> Any:
        """The facts that `facts_of` gives, held to their domains. What it raises on purpose (`RefundFsmError`: bad data, a day without a
        calendar) passes; anything else is a `WorkflowError` that names the workflow and the order."""
        try:
            facts = self.facts_of(order, request, at, policy)
        except RefundFsmError as error:
            error.add_note(f"raised by facts_of of the workflow {self.key}")
            raise
        except Exception as error:
            about = f"facts_of, asked about the order {order.id!r}, the SKU {request.sku!r} and {at.isoformat()},"
            raise fault(f"workflow {self.key}", about, error) from error
        self.bounds(policy).check(facts, f"workflow {self.key}", "facts_of")
        return facts

    def make_up(self, facts: Any, at: datetime) -> tuple[Order, RefundRequest] | None:
        """The order and the request that `example_of` gives for facts; None where no order has them. `WorkflowError` naming the
        workflow and the facts where it raises, or gives something else."""
        row = f"workflow {self.key}"
        try:
            made = self.example_of(facts, at)
        except Exception as error:
            raise fault(row, "example_of", error, facts) from error
        if made is None:
            return None
        if not (type(made) is tuple and len(made) == 2 and isinstance(made[0], Order) and isinstance(made[1], RefundRequest)):
            raise WorkflowError(row, f"example_of gave {shown(made)} for {facts!r}; expected an order and a request, or None")
        try:
            self.check_opening(*made, at)
        except BadData as error:
            raise WorkflowError(row, f"example_of gave for {facts!r} what no case opens with: {error}") from None
        return made

    def check_opening(self, order: Order, request: RefundRequest, at: datetime) -> None:
        """That a case of this workflow can open with these at an instant; else `BadData` naming what does not fit."""
        if order.order_type != self.key:
            raise BadData("order.order_type", order.order_type, f"{self.key!r}, the workflow's key")
        if at < order.paid_at:
            raise BadData("at", at.isoformat(), f"not before the order was paid, {order.paid_at.isoformat()}")
        known = {one.name: one.values for one in self.fact_fields}  # kind and reason are among those that the facts know
        for name in ("kind", "reason"):
            value, allowed = getattr(request, name), known.get(name)
            if allowed is None and name == "kind" and value is not None:
                raise BadData("request.kind", value, f"None: {self.key} has no kinds")
            if allowed is not None and value not in allowed:
                raise BadData(f"request.{name}", value, f"one of {', '.join(map(str, allowed))}")
        line = order.line(request.sku)
        if request.quantity is not None and request.quantity > line.quantity:
            raise BadData("request.quantity", request.quantity, f"at most {line.quantity}, the pieces of {line.sku}")

    def freight(self, facts: Any, order: Order) -> Freight | None:
        """Who pays for sending the goods back, as `freight_of` says; None where the table does not say. `WorkflowError` as `make_up`."""
        if self.freight_of is None:
            return None
        row = f"workflow {self.key}"
        try:
            found = self.freight_of(facts, order)
        except Exception as error:
            raise fault(row, "freight_of", error, facts) from error
        if found is None:
            return None
        if not isinstance(found, Freight):
            raise WorkflowError(row, f"freight_of gave {shown(found)} for {facts!r}; expected a Freight, or None")
        with suppress(TypeError):  # of a value that cannot be looked up, such as a list
            if found in self._freights:
                return found
        try:
            check_freight(found, self.catalogue)
        except BadData as error:
            raise WorkflowError(row, f"freight_of gave a Freight for {facts!r} with {error}") from None
        if len(self._freights) < MAX_FREIGHTS:
            self._freights.add(found)
        return found

    @cached_property
    def _freights(self) -> set[Freight]:
        """Those that were found to be sound: a table gives a few, time and again."""
        return set()

    @cached_property
    def fingerprint(self) -> str:
        """A hash (SHA-256, 64 hex digits) of what the table does, not of its wording. A guard that changes its meaning changes its name."""
        import hashlib  # here, so that importing the package loads neither
        import json

        return hashlib.sha256(json.dumps(_meaning(self), sort_keys=True).encode()).hexdigest()


def _by_name(pairs: Iterable[tuple[str, T]]) -> Mapping[str, T]:
    """The first of each name, in order."""
    found: dict[str, T] = {}
    for name, value in pairs:
        found.setdefault(name, value)
    return FrozenDict(found)


def _meaning(workflow: Table) -> dict[str, Any]:
    return {
        "key": workflow.key,
        "initial": workflow.initial.key,
        "states": [[state.key, state.final, *(("good",) if state.good else ())] for state in workflow.states.values()],
        "events": [[e.name, e.actor.key, list(e.needs), e.files, e.pays] for e in workflow.events.values()],
        "facts": [[f.name, list(f.values) if f.values is not None else f.up_to, f.starts] for f in workflow.fact_fields],
        "limits": [[sorted(s.key for s in group), *counted(rows)] for group, rows in workflow.groups],
        "law": [[state.key, *counted((limit,))] for state, limit in workflow.law.items()],
        "rules": [
            [
                rule.id,
                rule.source.key,
                rule.event.name,
                rule.dest.key,
                [guard.name for guard in rule.when],
                [rule.effect.name, list(rule.effect.changes)] if rule.effect else None,
            ]
            for rule in workflow.rules
        ],
    }
