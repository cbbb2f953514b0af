"""Owns `machine_for`: an implementation in lockstep as a Hypothesis `RuleBasedStateMachine`, to run as it is or to build on.

Slower than `verify_implementation` and no surer; what it adds is a user's own rules and invariants, and failures that shrink.
Needs the extra `testing`. Must not know an order type.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, ClassVar

from refund_fsm.case import NO_DETAILS
from refund_fsm.errors import BadData, needing
from refund_fsm.scenario import Opening, details_of
from refund_fsm.testing.lockstep import (
    NO_SUCH_EVENT,
    Abilities,
    Call,
    Make,
    Model,
    Names,
    Plan,
    SignatureFault,
    Table,
    Writer,
    abilities_of,
    fit,
    lacking,
    lead,
)
from refund_fsm.workflow import CLOCK, Order, Policy, RefundRequest, Workflow

with needing("the state machine"):
    from hypothesis import strategies as st
    from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from refund_fsm.testing.hypothesis.profiles import Profile, settings_for
from refund_fsm.testing.hypothesis.strategies import orders_and_requests
from refund_fsm.testing.hypothesis.waits import WAITS, instant_after, turns_of

NEWS = 60  # kinds of news are drawn from: a multiple of how many there may be at once
ONWARD = 4  # how often an event that does not end the case is offered for one that does


class Tried:
    """An event by somebody, as an example shows it: `<reject by platform>`, with what sort of attempt it is."""

    __slots__ = ("by", "event", "given", "sort")

    def __init__(self, event: str, by: str, given: Mapping[str, Any], sort: str = "") -> None:
        self.event, self.by, self.given, self.sort = event, by, given, sort

    def __repr__(self) -> str:
        return f"<{self.event} by {self.by}{f': {self.sort}' if self.sort else ''}>"


class LockstepMachine(RuleBasedStateMachine):
    """One case in lockstep. Made by `machine_for`, which sets `workflow`, `table` and `make`.

    A subclass may add rules and invariants; `service` is the implementation, `model` what the workflow expects (its `node.state`,
    `node.facts`, `now`, `due`). Call `send` and `wait`, not the service itself, so that both stay in step.
    """

    workflow: ClassVar[Workflow]
    table: ClassVar[Table]
    make: ClassVar[Make]
    abilities: ClassVar[Abilities]

    def __init__(self) -> None:
        super().__init__()
        self.service: Any = type(self).make()
        self._writer: Writer | None = None
        self._needed: Mapping[str, Mapping[str, Any]] = {}
        self._legal: tuple[int, list[Tried]] = (-1, [])
        self._turning: list[datetime] | None = None

    def __init_subclass__(cls, **more: Any) -> None:
        super().__init_subclass__(**more)
        if cls.check is not LockstepMachine.check:  # else examples would show a line for it after every step
            cls.checked = invariant()(_checked)

    @property
    def model(self) -> Model:
        """What the workflow expects."""
        assert self._writer is not None, "the case is open: that is the first thing done"
        return self._writer.model

    def check(self) -> None:
        """An invariant of one's own, looked at after every step. Nothing by default."""

    def begin(self, opening: tuple[Order, RefundRequest, datetime]) -> None:
        """Opens the case."""
        self._writer = Writer(self.table, self.abilities, Opening(*opening))
        events = self.table.workflow.events.items()
        self._needed = {name: details_of(event, opening[2]) for name, event in events if event.actor.key != CLOCK.key}
        self.service.open(*opening)
        self._compare(self._writer.plan, None)

    def send(self, event: str, by: str, at: datetime, details: Mapping[str, Any]) -> bool:
        """An event, in our names, to both; whether it is taken. `AssertionError` where they part."""
        before = self._told()
        self._follow(event, by, at, details)
        return any(call.taken for call in self._since(before) if call.event is not None)

    def wait(self, to: datetime) -> None:
        """Time passes for both."""
        self._follow(None, "", to, NO_DETAILS)

    def tell(self, order: Order, at: datetime) -> None:
        """News of the order, whole, to both; to neither where the implementation has no `news`."""
        self._follow(None, "", at, {"order": order})

    # What can be done

    def legal(self) -> list[Tried]:
        """The events that are taken in the present state."""
        assert self._writer is not None, "the case is open: that is the first thing done"
        if self._legal[0] != len(self._writer.rows):
            self._legal = (len(self._writer.rows), [one for one in self._events() if self._is_taken(one)])
        return self._legal[1]

    def illegal(self) -> list[Tried]:
        """Near misses: events that are refused in the present state, each for one reason."""
        model, workflow = self.model, self.table.workflow
        found = [Tried(NO_SUCH_EVENT, by, NO_DETAILS, "unknown") for by in workflow.actors]
        legal = {one.event for one in self.legal()}
        for one in self._events():
            if one.event not in legal:
                found.append(Tried(one.event, one.by, one.given, "not possible here, or barred by a guard"))
            else:
                for lacks in lacking(workflow.events[one.event]):
                    left = {need: value for need, value in one.given.items() if need not in lacks}
                    found.append(Tried(one.event, one.by, left, f"without {' and '.join(lacks)}"))
        for name, event in workflow.events.items():
            if (model.node.state, name) in self.table.possible:
                found += [Tried(name, by, NO_DETAILS, "not the actor's") for by in workflow.actors if by != event.actor.key]
                if event.actor.key == CLOCK.key:
                    found.append(Tried(name, CLOCK.key, NO_DETAILS, "not due"))
        return found

    def offered(self) -> list[Tried]:
        """The legal events, those that do not end the case several times, so that deep states do not starve."""
        found = [(one, self._after(one).node.final) for one in self.legal()]
        return [one for one, ends in found for _ in range(1 if ends else ONWARD)]

    def _events(self) -> list[Tried]:
        return [Tried(name, self.table.actor_of[name], given) for name, given in self._needed.items()]

    def _is_taken(self, one: Tried) -> bool:
        return lead(self.model.fork(), (one.event, one.by, self.model.now, one.given))

    def _after(self, one: Tried) -> Model:
        model = self.model.fork()
        lead(model, (one.event, one.by, model.now, one.given))
        return model

    def _instant(self, wait: str) -> datetime:
        return instant_after(wait, self.model.now, self.model.due, self._turns)

    def _turns(self) -> list[datetime]:
        """When the facts of the order change by themselves; looked for when it is first asked."""
        if self._turning is None:
            assert self._writer is not None, "the case is open: that is the first thing done"
            self._turning = turns_of(self.table, self._writer.opening)
        return self._turning

    # Lockstep

    def _told(self) -> int:
        assert self._writer is not None
        return len(self._writer.plan.calls)

    def _since(self, number: int) -> list[Call]:
        assert self._writer is not None
        return self._writer.plan.calls[number:]

    def _follow(self, event: str | None, by: str, at: datetime, details: Mapping[str, Any]) -> None:
        """Leads the model, then makes the calls that this stands for, and compares after each."""
        assert self._writer is not None, "the case is open: that is the first thing done"
        number = self._told()
        self._writer.write(event, by, at, details)
        for call in self._since(number):
            if call.event is None:
                self.service.news(call.details["order"], call.at) if call.details else self.service.advance(call.at)
                self._compare(call, None)
            else:
                self._compare(call, self.service.apply(call.event, call.by, call.at, dict(call.details)))

    def _compare(self, wanted: Plan | Call, taken: object) -> None:
        what = "the opening" if isinstance(wanted, Plan) else f"{_name_of(wanted)} at {wanted.at.isoformat()}"
        if isinstance(wanted, Call) and wanted.event is not None:
            assert taken is wanted.taken, f"{what} by {wanted.by}: apply gave {taken!r}; expected {wanted.taken}"
        said = self.service.state()
        assert said in wanted.said, f"after {what}: the state is {said!r}; expected {' or '.join(map(repr, sorted(wanted.said)))}"
        if self.abilities.has_due:
            due = self.service.due()
            assert due == wanted.due, f"after {what}: the deadline is {due}; expected {wanted.due}"

    # Rules

    @precondition(lambda self: bool(self.legal()))
    @rule(event=st.runner().flatmap(lambda self: st.sampled_from(self.offered())), wait=st.sampled_from(tuple(WAITS)))
    def a_legal_event_is_sent(self, event: Tried, wait: str) -> None:
        """An event that is legal now is sent, now or later: it is taken, unless the clock came first."""
        self.send(event.event, event.by, self._instant(wait), event.given)

    @rule(wait=st.sampled_from(tuple(WAITS)[1:]))
    def the_clock_passes(self, wait: str) -> None:
        """Time passes: a little, to just before the limit, to it, or beyond."""
        self.wait(self._instant(wait))

    @rule(event=st.runner().flatmap(lambda self: st.sampled_from(self.illegal())))
    def an_illegal_event_is_refused_and_changes_nothing(self, event: Tried) -> None:
        """A near miss: it must be refused, and state and deadline stay."""
        self.send(event.event, event.by, self.model.now, event.given)

    @precondition(lambda self: self.abilities.hears)
    @rule(which=st.integers(0, NEWS - 1), filed=st.booleans())
    def the_order_has_news(self, which: int, filed: bool) -> None:
        """One more thing has happened to the order: its goods moved on, or other cases of the line did; and the case is filed, or not."""
        assert self._writer is not None, "the case is open: that is the first thing done"
        self.tell(self._writer.newer(lambda: which / NEWS), self._instant("a minute on"))
        for one in self._events() if filed else ():
            if self.table.workflow.events[one.event].files and (self.model.node.state, one.event) in self.table.possible:
                self.send(one.event, one.by, self.model.now, one.given)

    def teardown(self) -> None:
        """Closes the implementation."""
        if self.abilities.closes:
            self.service.close()


def machine_for(
    make: Make, workflow: Workflow, *, policy: Policy | None = None, names: Names | None = None, profile: Profile = "dev"
) -> type[LockstepMachine]:
    """A stateful test that holds an implementation against a workflow: `TestService = machine_for(Service, workflow).TestCase`.

    Or subclass it, with a `check` of one's own, further rules and invariants. Legal events, the clock and near misses are drawn; states,
    refusals and deadlines are compared after every call. `profile` sets the settings of its `TestCase` (see `settings_for`), which
    may be set anew; a subclass has a `TestCase` of its own, so set them there: `Mine.TestCase.settings = settings_for("ci")`.

    Raises `BadData` for wrong arguments, for an implementation without its methods, and for names with a hole in them.
    """
    if not callable(make):
        raise BadData("make", make, "a class or a function that gives an implementation, taking no argument")
    if not isinstance(workflow, Workflow):
        raise BadData("workflow", workflow, "a Workflow")
    if policy is not None and not isinstance(policy, Policy):
        raise BadData("policy", policy, "a Policy, or None for the profile of the workflow")
    fitted, chosen = fit(names, workflow), settings_for(profile)
    policy = policy or workflow.default_policy()
    abilities = _looked_at(make)
    if not abilities.advances:
        fitted.check_clock()
    opening = initialize(opening=orders_and_requests(fitted.workflow, policy=policy))(the_case_is_opened)
    held: dict[str, Any] = {
        "workflow": fitted.workflow,
        "table": Table(fitted, policy),
        "make": staticmethod(make),
        "abilities": abilities,
        "the_case_is_opened": opening,
    }
    made: Any = type(f"Lockstep_{workflow.key}", (LockstepMachine,), held)
    made.TestCase.settings = chosen
    found: type[LockstepMachine] = made
    return found


def the_case_is_opened(self: LockstepMachine, opening: tuple[Order, RefundRequest, datetime]) -> None:
    """The first step of every example, which shows it under this name."""
    self.begin(opening)


def _name_of(call: Call) -> str:
    return call.event or ("news" if call.details else "advance")


def _checked(self: LockstepMachine) -> None:
    if self._writer is not None:
        self.check()


def _looked_at(make: Callable[[], Any]) -> Abilities:
    made = make()
    try:
        found = abilities_of(made)
    except SignatureFault as fault:
        raise fault.as_bad_data() from None
    if found.closes:
        made.close()
    return found
