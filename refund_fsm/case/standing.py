"""Owns what can be read of a case: what it is, where it stands, its money and its limits. `RefundCase` adds what can be done.

Must not move a case.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, NoReturn

from refund_fsm.case.engine import Head, Live, due_of, is_guessed, statutory_due
from refund_fsm.case.newer import News
from refund_fsm.case.opening import key_of
from refund_fsm.case.record import CalendarChange, Due, Move, Recounted, Step, happened
from refund_fsm.case.recounting import recounted, stood
from refund_fsm.errors import BadData
from refund_fsm.workflow import Freight, Order, Policy, RefundRequest, State, Workflow


class Standing:
    """What a case is at an instant, to be read."""

    __slots__ = ("__weakref__", "_head", "_live")
    _head: Head
    _live: Live

    def __init__(self) -> None:
        raise TypeError("a RefundCase is made by RefundCase.open or RefundCase.from_json")

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"a RefundCase is immutable: cannot set {name}")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"a RefundCase is immutable: cannot delete {name}")

    @property
    def _parts(self) -> tuple[Head, Live]:
        return self._head, self._live

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
        """The newest order that the case was told (`with_order`); at first the one that it was opened with, see `opening_order`."""
        return self._head.order

    @property
    def opening_order(self) -> Order:
        """The order that the case was opened with: its id and its payout key are derived from it, whatever it is told later."""
        return self._head.opening.order

    @property
    def news(self) -> tuple[News, ...]:
        """Every newer order that the case was told, in order; `after` is how many of `steps` came before."""
        return tuple(change for change in self._live.changes if isinstance(change, News))

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
    def is_open(self) -> bool:
        """Whether it is under way: it has left the state that it was opened in, a draft, and has not ended."""
        return not self.state.final and self.state.key != self.workflow.initial.key

    @property
    def is_filed(self) -> bool:
        """Whether it was filed, or talked of, and is no draft again."""
        return self.state.key != self.workflow.initial.key and any(step.rule.event.files for step in self.steps)

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

    @property
    def moves(self) -> tuple[Move, ...]:
        """Every move of the case to other rules, in order; `after` is how many of `steps` came before."""
        return tuple(change for change in self._live.changes if isinstance(change, Move))

    @property
    def history(self) -> tuple[Step | News | Move, ...]:
        """Steps, news and moves to other rules, in the order in which they happened."""
        return tuple(one for one in happened(self.steps, self._live.changes) if not isinstance(one, CalendarChange))

    @property
    def stood(self) -> tuple[tuple[State, Due | None], ...]:
        """The state after each of `history`, and the limit that ran then, as it was counted then (None also where it was not)."""
        return tuple(stood(self._head, self._live))

    # 2. Money and freight

    @property
    def amount_fen(self) -> int:
        """The amount claimed, in fen: the request's, or the line's balance when it names none (A10), as it was when the case was last
        filed; before it is filed, by the newest order."""
        return self._live.amount_fen

    @property
    def paid_fen(self) -> int:
        """What this case has paid out, in fen."""
        return self._live.paid_fen

    @property
    def pending_fen(self) -> int:
        """What the case holds of its line and has not paid yet, in fen: its amount while it is open, else 0."""
        return max(0, self.amount_fen - self.paid_fen) if self.is_open else 0

    @property
    def refundable_fen(self) -> int:
        """What can still be refunded of the line, in fen: its balance in the newest order less what this case has paid out."""
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
