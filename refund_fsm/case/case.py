"""Owns `RefundCase`: one case as an immutable value, stepped by the workflow's shared machine and by its clock.

Must not know an order type, and must not read a wall clock: every instant is handed over.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NoReturn, Self

from refund_fsm import orders
from refund_fsm.case.engine import Head, Live, advanced, delivered, due_of, open_breach, statutory_due, stepped
from refund_fsm.case.record import NO_DETAILS, Breach, Due, Step, checked_details, is_given
from refund_fsm.case.refusal import Code, Refusal, Refused, Verdict
from refund_fsm.errors import BadData
from refund_fsm.workflow import CLOCK, Event, Freight, Order, Policy, RefundRequest, State, Workflow, instant, values

BACKWARDS: Code = "time_reversed"


class RefundCase:
    """One refund case: an immutable value. Every step makes a new one; the old one stands.

    Instants are aware datetimes; they are kept in Asia/Shanghai. Amounts are fen. A refused event raises `Refused`, bad data
    `BadData`; nothing is half done.
    """

    __slots__ = ("__weakref__", "_head", "_live")
    _head: Head
    _live: Live

    def __init__(self) -> None:
        raise TypeError("a RefundCase is made by RefundCase.open or RefundCase.from_json")

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"a RefundCase is immutable: cannot set {name}")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"a RefundCase is immutable: cannot delete {name}")

    @classmethod
    def _of(cls, head: Head, live: Live) -> Self:
        case = object.__new__(cls)
        object.__setattr__(case, "_head", head)
        object.__setattr__(case, "_live", live)
        return case

    @classmethod
    def open(
        cls,
        order: Order,
        request: RefundRequest,
        *,
        at: datetime,
        policy: Policy | None = None,
        workflow: Workflow | None = None,
        case_id: str | None = None,
    ) -> Self:
        """A new case in the workflow's initial state.

        `policy=None` is the guide's; `workflow=None` the registry's for the order's type; `case_id=None` derives one from
        order, SKU and instant. Raises `BadData` for an instant before the payment, a SKU that the order lacks, a reason or
        kind that the workflow's facts do not know.
        """
        _check_type("order", order, Order)
        _check_type("request", request, RefundRequest)
        at = instant(at, "at")
        if policy is None:
            policy = Policy.guide()
        _check_type("policy", policy, Policy)
        if workflow is None:
            workflow = orders.get(order.order_type)
        _check_type("workflow", workflow, Workflow)
        if order.order_type != workflow.key:
            raise BadData("order.order_type", order.order_type, f"{workflow.key!r}, the workflow's key")
        if at < order.paid_at:
            raise BadData("at", at.isoformat(), f"not before the order was paid, {order.paid_at.isoformat()}")
        _check_asked(workflow, request)
        order.line(request.sku)
        case_id = _case_id(order, request, at) if case_id is None else values.name(case_id, "case_id")
        head = Head(workflow, policy, order, request, at, case_id)
        law = {s.key: at for s in workflow.law if s.key == workflow.initial.key}
        facts = head.derive(at, {})
        return cls._of(head, Live(workflow.initial, facts, at, (), at, False, {}, law, {}, 0))

    # 1. What it is

    @property
    def workflow(self) -> Workflow:
        """The table that the case lives by."""
        return self._head.workflow

    @property
    def policy(self) -> Policy:
        """The policy that it is judged under."""
        return self._head.policy

    @property
    def order(self) -> Order:
        """The order as it was when the case was opened."""
        return self._head.order

    @property
    def request(self) -> RefundRequest:
        """What the buyer asks for."""
        return self._head.request

    @property
    def case_id(self) -> str:
        """The case's id."""
        return self._head.case_id

    @property
    def opened_at(self) -> datetime:
        """When the case was opened."""
        return self._head.opened_at

    @property
    def state(self) -> State:
        """Where the case is at `now`."""
        return self._live.state

    @property
    def facts(self) -> Any:
        """The facts as the last filing event and the effects left them."""
        return self._live.facts

    @property
    def now(self) -> datetime:
        """The later of the last step and the last advance (at first, the opening)."""
        return self._live.now

    @property
    def steps(self) -> tuple[Step, ...]:
        """All accepted events, in order."""
        return self._live.steps

    # 2. Money and freight

    @property
    def amount_fen(self) -> int:
        """The amount claimed, in fen: the request's, or the line's balance when it names none (A10)."""
        return self._head.amount_fen

    @property
    def paid_fen(self) -> int:
        """What this case has paid out, in fen."""
        return self._live.paid_fen

    @property
    def refundable_fen(self) -> int:
        """What can still be refunded of the line, in fen: its balance less what this case has paid out."""
        return max(0, self._head.balance_fen - self._live.paid_fen)

    @property
    def payout_key(self) -> str:
        """The idempotency key that every payout of this case carries, retries included. Derived from the case id."""
        return f"refund:{self._head.case_id}"

    @property
    def freight(self) -> Freight | None:
        """Who pays the return freight, and on what ground; None when nothing is sent back or the workflow does not say."""
        rule = self._head.workflow.freight_of
        return rule(self._live.facts, self._head.order) if rule else None

    # 3. Clocks

    @property
    def due(self) -> Due | None:
        """The limit of the present state, or None where there is none."""
        return due_of(self._head, self._live)

    @property
    def statutory_due(self) -> Due | None:
        """When the law's clock runs out (L1): the earliest that has started, or None before. It warns and moves nothing."""
        return statutory_due(self._head, self._live)

    @property
    def statutory_passed(self) -> bool:
        """Whether the law's clock ran out before the case ended, as of `now`."""
        due = self.statutory_due
        end = self.steps[-1].at if self.state.final and self.steps else self.now
        return due is not None and due.at <= end

    def breaches(self, *, at: datetime | None = None) -> tuple[Breach, ...]:
        """The limits passed by `at` (default: `now`) that nothing enforced, whether a step has recorded them or not.

        A later `at` lets the clock run first, as `advance` does; an earlier one looks back.
        """
        at = self.now if at is None else instant(at, "at")
        live = self._live if at <= self.now else advanced(self._head, self._live, at)
        found = [step.breach for step in live.steps if step.breach]
        fresh = open_breach(self._head, live, max(at, live.now))
        return tuple(breach for breach in (*found, *((fresh,) if fresh else ())) if breach.at <= at)

    def advance(self, *, to: datetime) -> Self:
        """Fires, in order and each at its own instant, every clock rule that falls due by `to`, which becomes `now`.

        An earlier instant than `now` is refused as `time_reversed`; more than `engine.MAX_CLOCK_STEPS` rules raise `TooLong`.
        """
        to = instant(to, "to")
        if to < self._live.now:
            raise Refused(self._refusal(self._live, BACKWARDS, "advance", to, CLOCK.key, instant=self._live.now))
        return self._of(self._head, advanced(self._head, self._live, to))

    # 4. Events

    def apply(self, event: str, *, at: datetime, by: str, **details: Any) -> Self:
        """The case after an event of the actor `by`, the clock having run to `at` first.

        `details` are `note`, `tracking_no`, `evidence` (an `Evidence` or several) and `event_id`; an id that was seen
        before returns the case unchanged when all else is the same. Raises `Refused` with the reason, `BadData` for an
        unknown actor or a bad detail.
        """
        at, checked = self._checked(event, at, by, details)
        if self._is_repeated(event, by, checked):
            return self
        live, refusal = self._reached(event, at, by, checked)
        if refusal is not None:
            raise Refused(refusal)
        if by == CLOCK.key:
            return self._of(self._head, delivered(live, checked))
        facts = self._judged(live, event, at)
        rule = self._head.stepper.fire(live.state.key, event, facts)
        if rule is None:
            raise Refused(self._guard_failed(live, event, at, by, facts))
        return self._of(self._head, stepped(self._head, live, rule, at, facts, checked))

    def ask(self, event: str, *, at: datetime, by: str, **details: Any) -> Verdict:
        """What would become of an event; takes what `apply` takes and raises only for bad data."""
        at, checked = self._checked(event, at, by, details)
        if self._is_repeated(event, by, checked):
            return Verdict(event, True, self._live.steps[self._live.seen[checked["event_id"]]].rule, None)
        live, refusal = self._reached(event, at, by, checked)
        return self._verdict(live, refusal, event, at, by)

    def actions(self, *, at: datetime, by: str) -> tuple[Verdict, ...]:
        """Every event that the actor has in the workflow, judged at `at` as if the details that it needs were given."""
        at, _ = self._checked("", at, by, {})
        names = [name for name, event in self._head.workflow.events.items() if event.actor.key == by]
        return tuple(self._verdict(*self._reached(name, at, by, None), name, at, by) for name in names)

    def _checked(self, event: str, at: datetime, by: str, details: dict[str, Any]) -> tuple[datetime, Mapping[str, Any]]:
        at = instant(at, "at")
        if not isinstance(event, str):
            raise BadData("event", event, "the name of an event")
        if not isinstance(by, str) or by not in self._head.workflow.actors:
            raise BadData("by", by, f"an actor of the workflow: {', '.join(self._head.workflow.actors)}")
        return at, checked_details(details, at) if details else NO_DETAILS

    def _is_repeated(self, event: str, by: str, details: Mapping[str, Any]) -> bool:
        """Whether the event was delivered before under its id; anything else under that id is bad data."""
        place = self._live.seen.get(details["event_id"]) if "event_id" in details else None
        if place is None:
            return False
        step = self._live.steps[place]
        if (step.event, step.by, step.details) != (event, by, details):
            raise BadData("event_id", details["event_id"], f"a new id: step {place + 1} ({step.event} by {step.by}) has it already")
        return True

    def _reached(self, event: str, at: datetime, by: str, details: Mapping[str, Any] | None) -> tuple[Live, Refusal | None]:
        """The case when the clock has run to `at`, and what bars the event there, guards aside; `details=None` takes them as given."""
        live = self._live
        if at >= live.now:
            run = advanced(self._head, live, at)
            if by == CLOCK.key and len(run.steps) > len(live.steps) and run.steps[-1].event == event:
                for name, value in (details or NO_DETAILS).items():
                    if name != "event_id":
                        raise BadData(name, value, "no detail but event_id: the clock hands nothing over")
                return run, None
            live = run
        return live, self._barred(live, event, at, by, details)

    def _barred(self, live: Live, event: str, at: datetime, by: str, details: Mapping[str, Any] | None) -> Refusal | None:
        """The first reason other than a guard that the event is refused."""
        workflow = self._head.workflow
        known = workflow.events.get(event)
        if known is None:
            return self._refusal(live, "unknown_event", event, at, by)
        if live.state.final:
            return self._refusal(live, "case_final", event, at, by)
        if at < live.now:
            return self._refusal(live, BACKWARDS, event, at, by, instant=live.now)
        if (live.state.key, event) not in workflow.rules_at:
            return self._refusal(live, "wrong_state", event, at, by)
        if known.actor.key != by:
            return self._refusal(live, "wrong_actor", event, at, by)
        if by == CLOCK.key:
            due = due_of(self._head, live)
            failed = (
                () if due and due.then and due.then.event.name == event else self._head.stepper.failed(live.state.key, event, live.facts)
            )
            return self._refusal(live, "not_due", event, at, by, instant=due.at if due else None, failed_guards=failed)
        if details is not None and known.needs:
            missing = tuple(need for need in known.needs if not is_given(details, need))
            if missing:
                return self._refusal(live, "missing_detail", event, at, by, missing=missing)
        return None

    def _verdict(self, live: Live, refusal: Refusal | None, event: str, at: datetime, by: str) -> Verdict:
        if refusal is not None:
            return Verdict(event, False, None, refusal)
        if by == CLOCK.key:
            return Verdict(event, True, live.steps[-1].rule, None)
        facts = self._judged(live, event, at)
        rule = self._head.stepper.first(live.state.key, event, facts)
        if rule is None:
            return Verdict(event, False, None, self._guard_failed(live, event, at, by, facts))
        return Verdict(event, True, rule, None)

    def _judged(self, live: Live, event: str, at: datetime) -> Any:
        """The facts that the event is judged by: derived anew at a filing event."""
        return self._head.derive(at, live.kept) if self._head.workflow.events[event].files else live.facts

    def _guard_failed(self, live: Live, event: str, at: datetime, by: str, facts: Any) -> Refusal:
        failed = self._head.stepper.failed(live.state.key, event, facts)
        return self._refusal(live, "guard_failed", event, at, by, failed_guards=failed)

    def _refusal(self, live: Live, code: Code, event: str, at: datetime, by: str, **more: Any) -> Refusal:
        workflow = self._head.workflow
        known: Event | None = workflow.events.get(event)
        if known is not None:
            more.update(actor=known.actor, sources=workflow.sources_of[event])
        return Refusal(code, event, at, by, live.state, workflow=workflow, ground=self._head.ground(at), **more)

    # 5. As a value

    def to_json(self, *, indent: int | None = None) -> str:
        """The case as JSON, with chained digests, to be read by `from_json`. Integrity, not authenticity: no secret is used."""
        from refund_fsm.case import saved

        return saved.written(self, indent)

    @classmethod
    def from_json(cls, text: str | bytes, workflow: Workflow | None = None) -> Self:
        """A saved case, replayed and verified, never trusted. Raises `SavedCaseError` naming the position and the reason."""
        from refund_fsm.case import saved

        return saved.read(cls, text, workflow)

    def __eq__(self, other: object) -> bool:
        """Equal when opened alike on the same workflow and stepped alike to the same instant."""
        if not isinstance(other, RefundCase):
            return NotImplemented
        return self is other or (self._key() == other._key() and self.workflow.fingerprint == other.workflow.fingerprint)

    def __hash__(self) -> int:
        return hash((self.case_id, self.now, len(self.steps), self.state.key))

    def _key(self) -> tuple[object, ...]:
        head = self._head
        return (head.case_id, head.opened_at, head.order, head.request, head.policy, self._live.now, self._live.steps)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, object]) -> Self:
        return self

    def __reduce__(self) -> tuple[Callable[..., Self], tuple[str, Workflow | None]]:
        own = None if self.workflow.key in orders.keys() and self.workflow is orders.get(self.workflow.key) else self.workflow
        return type(self).from_json, (self.to_json(), own)

    def __repr__(self) -> str:
        return f"<RefundCase {self.case_id!r} {self.workflow.key} {self.state.key!r} at {self.now.isoformat()}, {len(self.steps)} steps>"


def _check_type(name: str, value: object, expected: type) -> None:
    if not isinstance(value, expected):
        raise BadData(name, value, f"a {expected.__name__}")


def _check_asked(workflow: Workflow, request: RefundRequest) -> None:
    """Kind and reason are among those that the workflow's facts know."""
    known = {one.name: one.values for one in workflow.fact_fields}
    for name in ("kind", "reason"):
        value, allowed = getattr(request, name), known.get(name)
        if allowed is None and name == "kind" and value is not None:
            raise BadData("request.kind", value, f"None: {workflow.key} has no kinds")
        if allowed is not None and value not in allowed:
            raise BadData(f"request.{name}", value, f"one of {', '.join(map(str, allowed))}")


def _case_id(order: Order, request: RefundRequest, at: datetime) -> str:
    import hashlib  # here, so that importing the package does not load it

    told = "\0".join((order.id, request.sku, at.isoformat()))
    return f"RC-{hashlib.sha256(told.encode()).hexdigest()[:16]}"
