"""Owns the vocabulary of a workflow's rows: actors, states, events, guards, effects, limits, rules, acceptances.

Data only: frozen and enumerable. Must not know an order type, nor what makes a table of rows sound (`wellformed`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from refund_fsm.errors import WorkflowError
from refund_fsm.text import Text
from refund_fsm.workflow.bounds import Bounds, fault
from refund_fsm.workflow.calendar import Unit
from refund_fsm.workflow.catalogue import spelled
from refund_fsm.workflow.model import Order, RefundRequest
from refund_fsm.workflow.policy import Policy, Span
from refund_fsm.workflow.values import restore


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
    """A condition that a case is in. `note` is what the state forbids to an actor: (actor, catalogue id, text); `good` says of a final
    state that the buyer got what was asked for, without money, as in an exchange."""

    key: str
    zh: str
    en: str
    final: bool = False
    note: tuple[Actor, str, Text] | None = None
    good: bool = False

    def __setstate__(self, state: Sequence[object]) -> None:
        restore(self, state)

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

    def __reduce__(self) -> tuple[Callable[[str], Any], tuple[str]]:
        return _by_name(self.test)


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

    def __reduce__(self) -> tuple[Callable[[str], Any], tuple[str]]:
        return _by_name(self.run)


def effect(*changes: str) -> Callable[[Callable[[Any], Any]], Effect]:
    """Makes an `Effect` of a function, named after it, that sets or takes the named facts."""
    return lambda run: Effect(run.__name__, run, changes)


def _by_name(function: Callable[[Any], Any]) -> tuple[Callable[[str], Any], tuple[str]]:
    """How a guard or an effect is pickled: by its name, under which the module of its function holds it. A pickle names nothing of
    ours beside that, so that it can be read wherever this module moves to."""
    from pkgutil import resolve_name  # here, because a case needs none of it

    return resolve_name, (f"{function.__module__}:{function.__qualname__}",)


@dataclass(frozen=True, slots=True)
class Limit:
    """How long a case may stay: a field of `Policy`, whose suffix gives the unit, or a `length` of its own.

    Several for a state are its rows: the first of which all guards in `when` hold counts. `plus` is a field of `Policy` whose length is
    added to whatever the row gives while the guard `plus_when` holds.
    """

    field: str
    cites: str
    length: int | None = None
    when: tuple[Guard, ...] = ()
    plus: str | None = None
    plus_when: Guard | None = None

    def __setstate__(self, state: Sequence[object]) -> None:
        restore(self, state)

    @property
    def unit(self) -> Unit:
        """`hours`, `days` or `working_days`, read off the field's name; `WorkflowError` when it names none."""
        return unit_of(self.field)

    @property
    def guards(self) -> tuple[Guard, ...]:
        """All guards that the row asks."""
        return self.when if self.plus_when is None else (*self.when, self.plus_when)

    def holds(self, facts: Any) -> bool:
        """Whether all of `when` hold. A guard that raises is told of by a `WorkflowError` that names the row and the facts."""
        return all(asked(one, facts, f"limit {self.field}") for one in self.when)

    def length_in(self, policy: Policy) -> int:
        """The length under a policy, in units: the maximum where the policy gives a span."""
        return _length(policy, self.field) if self.length is None else self.length

    def plus_in(self, policy: Policy) -> int:
        """What is added while `plus_when` holds, in units of `plus`; 0 where nothing is."""
        return 0 if self.plus is None else _length(policy, self.plus)


def counted(rows: Sequence[Limit]) -> list[Any]:
    """What the rows of a limit do; one that depends on nothing is told as ever."""
    if len(rows) == 1 and not rows[0].guards:
        return [rows[0].field, rows[0].length]
    return [[row.field, row.length, [one.name for one in row.when], row.plus, row.plus_when and row.plus_when.name] for row in rows]


def unit_of(field: str) -> Unit:
    """The unit that the name of a limit ends in; `WorkflowError` when it ends in none."""
    for suffix in ("working_days", "days", "hours"):
        if field.endswith(f"_{suffix}"):
            return suffix
    raise WorkflowError(f"limit {field}", "its name must end in _hours, _days or _working_days")


def _length(policy: Policy, field: str) -> int:
    value = getattr(policy, field)
    return value.at_most if isinstance(value, Span) else int(value)


def asked(guard: Guard, facts: Any, row: str) -> bool:
    """What a guard answers; a `WorkflowError` that names the row, the guard and the facts where it raises."""
    try:
        return guard(facts)
    except Exception as error:
        raise fault(row, f"its guard {guard.name}", error, facts) from error


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

    def holds(self, facts: Any) -> bool:
        """Whether all of its guards hold. One that raises is told of by a `WorkflowError` that names the rule and the facts."""
        for one in self.when:
            try:
                if not one(facts):
                    return False
            except Exception as error:
                raise fault(f"rule {self.id}", f"its guard {one.name}", error, facts) from error
        return True

    def after(self, facts: Any, bounds: Bounds) -> Any:
        """The facts that its effect leaves, held to their domains and to what the effect lists; `WorkflowError` naming the rule where
        it raises, gives other facts or changes what it does not list."""
        if self.effect is None:
            return facts
        row, what = f"rule {self.id}", f"its effect {self.effect.name}"
        try:
            after = self.effect(facts)
        except Exception as error:
            raise fault(row, what, error, facts) from error
        bounds.check_change(facts, after, self.effect.changes, row, what)
        return after

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
