"""Owns the vocabulary of a workflow: actors, states, events, guards, effects, limits, rules, and the `Workflow` that holds them.

Data only: frozen, enumerable, checked when built. Must not know an order type, nor how a case is stepped or drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, field, fields
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from refund_fsm import wellformed
from refund_fsm.calendar import Unit
from refund_fsm.catalogue import CATALOGUE, CatalogueRule, spelled
from refund_fsm.errors import WorkflowError
from refund_fsm.facts import Domain, FactField, fact_fields
from refund_fsm.policy import Policy, Span
from refund_fsm.text import Text

if TYPE_CHECKING:
    from datetime import datetime

    from refund_fsm.model import Order, RefundRequest

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. `clock` is the one that the engine plays itself."""

    key: str
    zh: str
    en: str

    @property
    def text(self) -> Text:
        """The label in both languages."""
        return Text(self.zh, self.en)


CLOCK = Actor("clock", "系统(超时自动)", "clock (automatic)")


@dataclass(frozen=True, slots=True)
class State:
    """A condition that a case is in. `note` is what the state forbids to an actor: (actor, catalogue id, text)."""

    key: str
    zh: str
    en: str
    final: bool = False
    note: tuple[Actor, str, Text] | None = None

    @property
    def text(self) -> Text:
        """The label in both languages."""
        return Text(self.zh, self.en)


@dataclass(frozen=True, slots=True)
class Event:
    """What an actor does. `needs` must be handed over with it; `how` (citing `how_cites`) is how a person does it in the app.

    A filing event (`files`) derives the facts anew; `pays` marks the event that moves the money.
    """

    name: str
    actor: Actor
    zh: str
    en: str
    needs: tuple[str, ...] = ()
    how: Text | None = None
    how_cites: str = ""
    files: bool = False
    pays: bool = False

    @property
    def text(self) -> Text:
        """The label in both languages."""
        return Text(self.zh, self.en)


@dataclass(frozen=True, slots=True)
class Ground:
    """What a guard's `why` may use to explain a failure: the order, the request, the policy, and the instant of the event."""

    order: Order
    request: RefundRequest
    policy: Policy
    instant: datetime


@dataclass(frozen=True, slots=True, eq=False)
class Guard:
    """A named pure function `Facts -> bool` with its statement in both languages; `why(ground)` may explain a failure."""

    name: str
    test: Callable[[Any], bool]
    text: Text
    why: Callable[[Ground], Text] | None = None

    def __call__(self, facts: Any) -> bool:
        return self.test(facts)

    def __reduce__(self) -> tuple[Callable[[str, str], Any], tuple[str, str]]:
        return _named, (self.test.__module__, self.test.__qualname__)


def guard(*, zh: str, en: str, why: Callable[[Ground], Text] | None = None) -> Callable[[Callable[[Any], bool]], Guard]:
    """Makes a `Guard` of a function, named after it. `zh` and `en` state what is true when the guard holds."""
    return lambda test: Guard(test.__name__, test, Text(zh, en), why)


@dataclass(frozen=True, slots=True, eq=False)
class Effect:
    """A named pure function `Facts -> Facts`. `changes` lists the facts that it sets or takes; it must touch no other."""

    name: str
    run: Callable[[Any], Any]
    changes: tuple[str, ...]

    def __call__(self, facts: Any) -> Any:
        return self.run(facts)

    def __reduce__(self) -> tuple[Callable[[str, str], Any], tuple[str, str]]:
        return _named, (self.run.__module__, self.run.__qualname__)


def effect(*changes: str) -> Callable[[Callable[[Any], Any]], Effect]:
    """Makes an `Effect` of a function, named after it, that sets or takes the named facts."""
    return lambda run: Effect(run.__name__, run, changes)


def _named(module: str, name: str) -> Any:
    """A guard or an effect by name, for unpickling: the decorated name holds the guard, not the function."""
    import importlib

    return getattr(importlib.import_module(module), name)


@dataclass(frozen=True, slots=True)
class Limit:
    """How long a case may stay: a field of `Policy`, whose suffix gives the unit, or a `length` of its own."""

    field: str
    cites: str
    length: int | None = None

    @property
    def unit(self) -> Unit:
        """`hours`, `days` or `working_days`, read off the field's name; `WorkflowError` when it names none."""
        for suffix in ("working_days", "days", "hours"):
            if self.field.endswith(f"_{suffix}"):
                return suffix
        raise WorkflowError(f"limit {self.field}", "its name must end in _hours, _days or _working_days")

    def length_in(self, policy: Policy) -> int:
        """The length under a policy, in units: the maximum where the policy gives a span."""
        if self.length is not None:
            return self.length
        value = getattr(policy, self.field)
        return value.at_most if isinstance(value, Span) else int(value)


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: in `source`, `event` leads to `dest` when all of `when` hold; `effect` then changes the facts. `cites` says whence."""

    id: str
    source: State
    event: Event
    dest: State
    cites: str
    when: tuple[Guard, ...] = ()
    effect: Effect | None = None

    @property
    def internal(self) -> bool:
        """Whether the rule stays where it is: recorded, and restarting no limit."""
        return self.source.key == self.dest.key

    @property
    def actor(self) -> Actor:
        """Who fires it."""
        return self.event.actor

    @property
    def by_clock(self) -> bool:
        """Whether the clock fires it at the limit of its source."""
        return self.event.actor.key == CLOCK.key

    @property
    def sources(self) -> tuple[str, ...]:
        """The catalogue ids (and `assumed`) that the rule rests on, ranges spelled out."""
        return spelled(self.cites)


@dataclass(frozen=True, slots=True)
class Freight:
    """Who pays for sending the goods back, with the catalogue ids (or `assumed`) that say so."""

    payer: str
    text: Text
    cites: str


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What `soundness` finds and is meant so: a kind of finding, its subject as the finding names it, and the reason with its source."""

    finding: str
    subject: str
    reason: Text
    cites: str


@dataclass(frozen=True, eq=False, repr=False)
class Workflow:
    """One order type's process: a frozen table of rules from which everything else is derived. Compared by identity.

    `facts` is the facts class; `facts_of(order, request, at, policy)` derives one, and `example_of(facts, at)` gives an
    order and a request that have them at `at` (None when no order can). `limits` maps a state, or a tuple of states
    counted together, to a `Limit`; `law` maps a state to a clock that only warns. `spine` is the way to show first;
    `accepts` is what `soundness` would find fault with and is meant so.
    Raises `WorkflowError` naming the row when the table is faulty.
    """

    key: str
    label: Text
    rules: tuple[Rule, ...]
    initial: State
    facts: type
    facts_of: Callable[[Order, RefundRequest, datetime, Policy], Any]
    example_of: Callable[[Any, datetime], tuple[Order, RefundRequest] | None]
    limits: Mapping[State | tuple[State, ...], Limit]
    law: Mapping[State, Limit] = field(default_factory=dict)
    freight_of: Callable[[Any, Order], Freight | None] | None = None
    spine: Sequence[tuple[State, ...]] = ()
    catalogue: Mapping[str, CatalogueRule] = field(default_factory=lambda: CATALOGUE)
    accepts: tuple[Acceptance, ...] = ()

    def __post_init__(self) -> None:
        self._freeze()
        wellformed.check(self)

    def _freeze(self) -> None:
        for name in ("limits", "law"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))
        object.__setattr__(self, "rules", tuple(self.rules))
        object.__setattr__(self, "accepts", tuple(self.accepts))
        object.__setattr__(self, "spine", tuple(tuple(way) for way in self.spine))

    @classmethod
    def unchecked(cls, **values: Any) -> Workflow:
        """A workflow of the same arguments whose table is not checked: one that may be faulty, for `soundness` and for mutants.

        The first of two rules that can both fire does; a limit whose clock rules do not hold passes without a move.
        """
        made = object.__new__(cls)
        for one in fields(cls):
            object.__setattr__(made, one.name, values.pop(one.name) if one.name in values else _default(one))
        if values:
            raise TypeError(f"a Workflow has no argument {next(iter(values))!r}")
        made._freeze()
        return made

    def variant(self, **changes: Any) -> Workflow:
        """A copy with some arguments changed, unchecked."""
        return Workflow.unchecked(**{**{one.name: getattr(self, one.name) for one in fields(self)}, **changes})

    def __repr__(self) -> str:
        return f"<Workflow {self.key!r}: {len(self.states)} states, {len(self.rules)} rules>"

    def __reduce__(self) -> tuple[type[Workflow], tuple[Any, ...]]:
        values = (getattr(self, one.name) for one in fields(self))
        return Workflow, tuple(dict(value) if isinstance(value, MappingProxyType) else value for value in values)

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
        """Guards by name, in order of first appearance in the rules."""
        return _by_name((guard.name, guard) for rule in self.rules for guard in rule.when)

    @cached_property
    def by_id(self) -> Mapping[str, Rule]:
        """Rules by id."""
        return MappingProxyType({rule.id: rule for rule in self.rules})

    @cached_property
    def rules_at(self) -> Mapping[tuple[str, str], tuple[Rule, ...]]:
        """Rules by (source key, event name), in the order of the table."""
        found: dict[tuple[str, str], tuple[Rule, ...]] = {}
        for rule in self.rules:
            place = (rule.source.key, rule.event.name)
            found[place] = (*found.get(place, ()), rule)
        return MappingProxyType(found)

    @cached_property
    def clock_rules(self) -> Mapping[str, tuple[Rule, ...]]:
        """The rules that the clock fires, by source key."""
        found: dict[str, tuple[Rule, ...]] = {}
        for rule in self.rules:
            if rule.by_clock:
                found[rule.source.key] = (*found.get(rule.source.key, ()), rule)
        return MappingProxyType(found)

    @cached_property
    def sources_of(self) -> Mapping[str, tuple[State, ...]]:
        """By event name, the states in which the event is possible."""
        found: dict[str, dict[str, State]] = {}
        for rule in self.rules:
            found.setdefault(rule.event.name, {})[rule.source.key] = rule.source
        return MappingProxyType({name: tuple(states.values()) for name, states in found.items()})

    @cached_property
    def limit_of(self) -> Mapping[str, Limit]:
        """Limits by state key. States that are counted together share one object."""
        return MappingProxyType({state.key: limit for group, limit in self.groups for state in group})

    @cached_property
    def groups(self) -> tuple[tuple[tuple[State, ...], Limit], ...]:
        """Each limit with the states that are counted together under it."""
        return tuple((key if isinstance(key, tuple) else (key,), limit) for key, limit in self.limits.items())

    @cached_property
    def group_of(self) -> Mapping[str, int]:
        """The number of the limit group by state key; states without a limit have none."""
        return MappingProxyType({s.key: place for place, (group, _) in enumerate(self.groups) for s in group})

    @cached_property
    def fact_fields(self) -> tuple[FactField, ...]:
        """The facts, in the order of the facts class."""
        return fact_fields(self.facts)

    def domains(self, policy: Policy) -> dict[str, Domain]:
        """All values of every fact under a policy."""
        return {one.name: one.domain(policy) for one in self.fact_fields}

    @cached_property
    def fingerprint(self) -> str:
        """A hash (SHA-256, 64 hex digits) of what the table does, not of its wording. A guard that changes its meaning changes its name."""
        import hashlib  # here, so that importing the package loads neither
        import json

        return hashlib.sha256(json.dumps(_meaning(self), sort_keys=True).encode()).hexdigest()


def _default(one: Field[Any]) -> Any:
    if one.default_factory is not MISSING:
        return one.default_factory()
    if one.default is MISSING:
        raise TypeError(f"a Workflow needs the argument {one.name!r}")
    return one.default


def _by_name(pairs: Iterable[tuple[str, T]]) -> Mapping[str, T]:
    """The first of each name, in order."""
    found: dict[str, T] = {}
    for name, value in pairs:
        found.setdefault(name, value)
    return MappingProxyType(found)


def _meaning(workflow: Workflow) -> dict[str, Any]:
    return {
        "key": workflow.key,
        "initial": workflow.initial.key,
        "states": [[state.key, state.final] for state in workflow.states.values()],
        "events": [[e.name, e.actor.key, list(e.needs), e.files, e.pays] for e in workflow.events.values()],
        "facts": [[f.name, list(f.values) if f.values is not None else f.up_to, f.starts] for f in workflow.fact_fields],
        "limits": [[sorted(s.key for s in group), limit.field, limit.length] for group, limit in workflow.groups],
        "law": [[state.key, limit.field, limit.length] for state, limit in workflow.law.items()],
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
