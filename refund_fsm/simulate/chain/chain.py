"""Owns the chain that a workflow and a behaviour make: which configurations are reached, who draws what there, where it leads.

Numbers and tuples only; must not find them (`building` does), nor draw anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from refund_fsm.simulate.behaviour import Behaviour
from refund_fsm.workflow import Order, Policy, RefundRequest, Workflow


class Course(NamedTuple):
    """The facts of one order from the start on: derived facts by phase, and the second after the start at which each but the last ends."""

    phases: tuple[Any, ...]
    bounds: tuple[int, ...]


class Opening(NamedTuple):
    """One kind of case: its share, the configuration that it opens in, an order and a request that have the facts, who pays freight, and
    how the facts that are derived of them change by themselves."""

    share: float
    node: int
    order: Order
    request: RefundRequest
    payer: str | None
    course: Course


class Move(NamedTuple):
    """What an event does in a configuration: the number of the rule that fires and of the configuration after it; or refused."""

    rule: int
    dest: int


class Node(NamedTuple):
    """A configuration, or all that behave alike. `bounds` are the seconds after the start at which its derived facts change.

    By phase (one more than bounds): `draws` holds for each actor with rows the numbers of those that can be drawn (−1 − i for row i
    where it is nothing), `moves` what each event of the state does. `clock` is the event that the limit fires, or None.
    `counted` is how the limit is counted here (its place in `Counting.counts`), or −1; `law` says whether entering starts the legal clock.
    """

    state: int
    facts: Any
    bounds: tuple[int, ...]
    draws: tuple[tuple[tuple[int, ...], ...], ...]
    moves: tuple[Mapping[int, Move], ...]
    clock: int | None
    counted: int
    law: bool


@dataclass(frozen=True, eq=False)
class Chain:
    """The configurations of one workflow under one behaviour, policy and start; what all that computes goes by.

    `order_of` gives, by (state, event), the place of the event's first rule there: who comes first of two at one instant.
    """

    workflow: Workflow
    behaviour: Behaviour
    policy: Policy
    start: datetime
    nodes: tuple[Node, ...]
    openings: tuple[Opening, ...]
    states: tuple[str, ...]
    events: tuple[str, ...]
    rules: tuple[str, ...]
    order_of: Mapping[tuple[int, int], int]

    def __repr__(self) -> str:
        return f"<Chain of {self.workflow.key!r}: {len(self.nodes)} configurations, from {self.start.isoformat()}>"
