"""Owns `RefundCase`: one case as an immutable value, stepped by the workflow's shared machine and by its clock.

Must not know an order type, and must not read a wall clock: every instant is handed over.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, NoReturn, Self

from refund_fsm import orders
from refund_fsm.case.engine import Head, Live, advanced, due_of, is_guessed, open_breach, statutory_due
from refund_fsm.case.judging import backwards, checked, is_repeated, reached, verdict
from refund_fsm.case.logged import logged
from refund_fsm.case.opening import key_of, opened
from refund_fsm.case.record import Breach, Due, Recounted, Step, check_dated
from refund_fsm.case.recounting import recounted
from refund_fsm.case.refusal import Refused, Verdict
from refund_fsm.case.taking import taken
from refund_fsm.errors import BadData
from refund_fsm.workflow import CLOCK, Freight, Order, Policy, RefundRequest, State, Workflow, instant


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

        `policy=None` is the workflow's own profile; `workflow=None` the registry's edition for the order's type that is in force at
        `at`, which the case keeps; `case_id=None` derives one from
        order (its type included), request and instant. Raises `BadData` for an instant before the payment, a SKU that the order
        lacks, a reason or kind that the workflow's facts do not know.
        """
        return cls._of(*opened(order, request, at, policy, workflow, case_id))

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
        """The idempotency key that every payout of this case carries, retries included: 43 characters of `[0-9A-Za-z_-]`.

        Derived from the case id, order (its type included), request and opening instant, so different for any two cases that
        differ in one of them. A case that was saved in format 1 keeps `refund:<case_id>`, which it was paid under.
        """
        return key_of(self._head)

    @property
    def freight(self) -> Freight | None:
        """Who pays the return freight, and on what ground; None when nothing is sent back or the workflow does not say."""
        return self._head.workflow.freight(self._live.facts, self._head.order)

    # 3. Clocks

    @property
    def due(self) -> Due | None:
        """The limit of the present state, or None where there is none."""
        return due_of(self._live)

    @property
    def recounted(self) -> tuple[Recounted, ...]:
        """The limits of a case that was counted by another calendar which today's would end elsewhere, in the order of the steps.

        What was decided stands; this only tells. () for a case that today's calendar has counted from the start.
        """
        return recounted(self._head, self._live)

    def guessed(self, place: int) -> bool:
        """Whether step `place` (from 0) stands where a limit ended that rests on days whose holidays are not published yet.

        `BadData` for a place at which the case has no step.
        """
        if type(place) is not int or not 0 <= place < len(self.steps):
            known = f"a place from 0 to {len(self.steps) - 1}" if self.steps else "no place: the case has no steps"
            raise BadData("place", place, known)
        return is_guessed(self._head, self._live, place)

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
            raise Refused(backwards(self._head, self._live, "advance", to, CLOCK.key))
        head, live = self._head, self._live
        return self._of(head, logged(head, live, "advance", to, CLOCK.key, lambda: advanced(head, live, to)))

    # 4. Events

    def apply(self, event: str, *, at: datetime, by: str, **details: Any) -> Self:
        """The case after an event of the actor `by`, the clock having run to `at` first.

        `details` are `note`, `tracking_no`, `evidence` (an `Evidence` or several), `operator` (who it was on the actor's side) and
        `event_id`. Under an id that the case has seen, the same event by the same actor with the same details is a repeated
        delivery and returns the case unchanged, whatever its `at`: a retry carries the instant of the event or that of its own
        delivery, and neither moves the clock. Anything else under that id is `BadData`. So is an unknown actor or a bad detail;
        `Refused` gives the reason why the event is not taken.
        """
        head, live = self._head, self._live
        at, given = checked(head.workflow, event, at, by, details)
        if is_repeated(live, event, by, given):
            return self
        check_dated(given, at)
        return self._of(head, logged(head, live, event, at, by, lambda: taken(head, live, event, at, by, given)))

    def ask(self, event: str, *, at: datetime, by: str, **details: Any) -> Verdict:
        """What would become of an event; takes what `apply` takes and raises only for bad data."""
        head, live = self._head, self._live
        at, given = checked(head.workflow, event, at, by, details)
        if is_repeated(live, event, by, given):
            return Verdict(event, True, live.steps[live.seen[given["event_id"]]].rule, None)
        check_dated(given, at)
        return verdict(head, *reached(head, live, event, at, by, given), event, at, by)

    def actions(self, *, at: datetime, by: str) -> tuple[Verdict, ...]:
        """Every event that the actor has in the workflow, judged at `at` as if the details that it needs were given."""
        head, live = self._head, self._live
        at, _ = checked(head.workflow, "", at, by, {})
        names = [name for name, event in head.workflow.events.items() if event.actor.key == by]
        return tuple(verdict(head, *reached(head, live, name, at, by, None), name, at, by) for name in names)

    # 5. As a value

    def to_json(self, *, indent: int | None = None) -> str:
        """The case as JSON, with chained digests, to be read by `from_json`. Integrity, not authenticity: no secret is used."""
        from refund_fsm.case import saved

        return saved.written(self._head, self._live, indent)

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
        known = orders.editions(self.workflow.key) if self.workflow.key in orders.keys() else ()
        own = None if any(self.workflow is one for one in known) else self.workflow
        return type(self).from_json, (self.to_json(), own)

    def __repr__(self) -> str:
        return f"<RefundCase {self.case_id!r} {self.workflow.key} {self.state.key!r} at {self.now.isoformat()}, {len(self.steps)} steps>"
