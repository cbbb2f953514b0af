"""Owns `RefundCase`: one case as an immutable value, stepped by the workflow's shared machine and by its clock.

Must not know an order type, and must not read a wall clock: every instant is handed over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from refund_fsm import orders
from refund_fsm.case.engine import Head, Live, advanced, open_breach, recorded_breaches
from refund_fsm.case.judging import backwards, checked, is_repeated, reached, verdict
from refund_fsm.case.logged import log_news, logged
from refund_fsm.case.news import check_news, told
from refund_fsm.case.opening import opened
from refund_fsm.case.record import Breach, CalendarChange, How, check_dated
from refund_fsm.case.refusal import Refused, Verdict
from refund_fsm.case.standing import Standing
from refund_fsm.case.tables import Tables
from refund_fsm.case.taking import taken
from refund_fsm.errors import BadData
from refund_fsm.workflow import CLOCK, Order, Policy, RefundRequest, Value, Workflow, instant

if TYPE_CHECKING:
    from refund_fsm.case.moved import Moved


class RefundCase(Standing):
    """One refund case: an immutable value. Every step makes a new one; the old one stands.

    Instants are aware datetimes; they are kept in Asia/Shanghai. Amounts are fen. A refused event raises `Refused`, bad data
    `BadData`; nothing is half done.
    """

    __slots__ = ()

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

    # 1. Clock and events

    def breaches(self, *, at: datetime | None = None) -> tuple[Breach, ...]:
        """The limits passed by `at` (default: `now`) that nothing enforced, whether a step has recorded them or not.

        A later `at` lets the clock run first, as `advance` does; an earlier one looks back.
        """
        at = self.now if at is None else instant(at, "at")
        live = self._live if at <= self.now else advanced(self._head, self._live, at)
        found = recorded_breaches(live)
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

    def with_order(self, order: Order, *, at: datetime) -> Self:
        """The case once it is told, at `at`, how its order is by now: shipped, signed for, another case paid. The clock runs to `at` first.

        `order` is the whole order, the newest there is. In its lines `refunded_fen`, `pending_fen` and `applications` are those of other
        cases, and `open_case` equal to this case's id is no other case; `Order.after` gives such an order. They may be new, and so may
        `benefits_used`; `shipped_at`, `signed_at` and `activated_at` may be told where the case did not know one. What was filed stays as
        it was; filing events derive their facts from the newest order, and `refundable_fen`, `freight` and advice follow it at once. It is
        recorded among the steps, in `news`; an order that the case knows already is no news, and only its clock runs.

        Raises `BadData` naming the field for anything else that is new, a known instant altered or taken back, and an `at` before `now`.
        """
        at, head, live = instant(at, "at"), self._head, self._live
        check_news(head, live, order, at)
        live = logged(head, live, "news", at, CLOCK.key, lambda: advanced(head, live, at))
        if order == head.order:
            return self._of(head, live)
        head, live = told(head, live, order, at)
        log_news(head, live)
        return self._of(head, live)

    def moved(
        self,
        *,
        at: datetime,
        workflow: Workflow | None = None,
        policy: Policy | None = None,
        how: How = "replay",
        states: Mapping[str, str] | None = None,
        facts: Mapping[str, Value] | None = None,
    ) -> Moved[Self]:
        """What comes of the case when it goes over, at `at`, to a changed table, a changed policy, or both (None: its own).

        `how="replay"` judges all its steps anew under the new rules; clock steps follow the new limits. `how="from_now"` lets what was
        recorded stand: until `at` the clock runs by the old rules, then the case goes on in the state of the same key, or the one that
        `states` maps it to, with its facts; those that it lacks are the ones that `facts_of` gives for the last filing, those that the
        policy fixes follow it, and `facts` override. Its running limit is counted by the new rules from the same start, and ends at `at`
        at the earliest; one that has passed stays passed.

        `Moved.case` is None where it cannot be moved, and `Moved.refusal` says why. Raises `BadData` for an `at` before `now`, a
        workflow of another key without `states`, a state or a fact that there is not, a value outside a fact's domain.
        """
        from refund_fsm.case.moved import Moved
        from refund_fsm.case.moving import asked, is_idle, moved_on
        from refund_fsm.case.unmoved import Unmoved

        head, live = self._head, self._live
        ask = asked(head, live, workflow, policy, at, how, states, facts)
        found = (head, live) if is_idle(head, ask) else moved_on(head, live, ask)
        return Moved(self, found if isinstance(found, Unmoved) else self if found[0] is head else self._of(*found), ask)

    # 2. As a value

    def to_json(self, *, indent: int | None = None) -> str:
        """The case as JSON, with chained digests, to be read by `from_json`. Integrity, not authenticity: no secret is used."""
        from refund_fsm.case import saved

        return saved.written(self._head, self._live, indent)

    @classmethod
    def from_json(cls, text: str | bytes, workflow: Tables = None) -> Self:
        """A saved case, replayed and verified, never trusted. `workflow` is its table, or several, of which that with the fingerprint is
        taken (None: the registry's, in all their editions). Raises `SavedCaseError` naming the position and the reason.
        """
        from refund_fsm.case import saved

        return saved.read(cls, text, workflow)

    @staticmethod
    def to_jsonl(cases: Iterable[RefundCase]) -> Iterator[str]:
        """Saved cases, each a line that ends in a newline, made one by one: `file.writelines(RefundCase.to_jsonl(cases))`.

        Raises `BadData` for what is no cases, and, when its turn comes, for what is none among them.
        """
        if not isinstance(cases, Iterable):
            raise BadData("cases", cases, "cases, such as a list of them")
        return (f"{_case(place, case).to_json()}\n" for place, case in enumerate(cases))

    @classmethod
    def from_jsonl(cls, lines: Iterable[str | bytes], workflow: Tables = None) -> Iterator[Self]:
        """The cases of an open file, or of any lines, each read and verified as `from_json` does when it is asked for. Empty lines are
        passed over. Raises `SavedCaseError` whose `position` names the line (from 1) too, `BadData` for what is no lines.
        """
        from refund_fsm.case import saved

        return saved.lines(cls, lines, workflow)

    def __eq__(self, other: object) -> bool:
        """Equal when opened alike on the same workflow and stepped alike to the same instant."""
        if not isinstance(other, RefundCase):
            return NotImplemented
        return self is other or (self._key() == other._key() and self.workflow.fingerprint == other.workflow.fingerprint)

    def __hash__(self) -> int:
        return hash((self.case_id, self.now, len(self.steps), self.state.key))

    def _key(self) -> tuple[object, ...]:
        head = self._head
        told = tuple(change for change in self._live.changes if not isinstance(change, CalendarChange))
        return (head.case_id, head.opened_at, self.opening_order, head.request, head.policy, self._live.now, self._live.steps, told)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, object]) -> Self:
        return self

    def __reduce__(self) -> tuple[Callable[..., Self], tuple[str, tuple[Workflow, ...] | None]]:
        tables, head = [self._head.workflow], self._head
        while head.former is not None:  # ends: a case was moved a number of times
            head = head.former
            tables.append(head.workflow)
        return type(self).from_json, (self.to_json(), None if all(map(_is_registered, tables)) else tuple(dict.fromkeys(tables)))

    def __repr__(self) -> str:
        return f"<RefundCase {self.case_id!r} {self.workflow.key} {self.state.key!r} at {self.now.isoformat()}, {len(self.steps)} steps>"


def _case(place: int, one: object) -> RefundCase:
    if not isinstance(one, RefundCase):
        raise BadData(f"cases[{place}]", one, "a RefundCase")
    return one


def _is_registered(workflow: Workflow) -> bool:
    return workflow.key in orders.keys() and any(workflow is one for one in orders.editions(workflow.key))
