"""Owns the Hypothesis strategies: openings, cases, legal paths and near misses of any `Workflow`, a user's own included.

Each is drawn as one value, a string of bytes. Measured against a draw for each move, that reaches more rules with the same
number of examples, because Hypothesis often leaves later draws at their simplest. Needs the extra `testing`. Must not
know an order type.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from refund_fsm.case import RefundCase
from refund_fsm.errors import needing
from refund_fsm.testing.hypothesis.aims import AIM_BYTES, aimed
from refund_fsm.testing.hypothesis.paths import BYTES, MISS_BYTES, LegalPath, Move, NearMiss, near_miss_of, path_of
from refund_fsm.testing.openings import OPENING_BYTES, Choices, plain_opening_of
from refund_fsm.workflow import Order, Policy, RefundRequest, Workflow

with needing("the strategies"):
    from hypothesis import strategies as st

__all__ = ["LegalPath", "Move", "NearMiss", "cases", "legal_paths", "near_misses", "orders_and_requests"]


Draw = Callable[[st.SearchStrategy[bytes]], bytes]  # what Hypothesis hands to a composite strategy


def orders_and_requests(workflow: Workflow, *, policy: Policy | None = None) -> st.SearchStrategy[tuple[Order, RefundRequest, datetime]]:
    """Orders, requests and opening instants that `RefundCase.open` takes, in every combination of facts that an order can have.

    Seven in eight let the case leave its initial state. `policy=None` is the workflow's own profile. Instants are of 2025 and 2026.
    Drawing raises `WorkflowError` when `example_of` gives an order that has not the facts it was asked for.
    """
    return _opening(workflow, policy or workflow.default_policy())


def legal_paths(workflow: Workflow, *, policy: Policy | None = None, max_steps: int = 30) -> st.SearchStrategy[LegalPath]:
    """Paths of at most `max_steps` moves that the case accepts, clock rules included; fewer when a final state comes first.

    States not yet seen are preferred, and the end comes late, so that deep states do not starve. Waiting times run from
    nothing to a minute and a microsecond before the limit, the limit itself, and beyond.
    """
    return _path(workflow, policy or workflow.default_policy(), max_steps)


def cases(workflow: Workflow, *, policy: Policy | None = None, max_steps: int = 30) -> st.SearchStrategy[RefundCase]:
    """Cases in every state that an order leads to, after a legal path of at most `max_steps` moves.

    The state is chosen first, each alike: of n states each is aimed at by one case in n, the initial one and those of disputes too.
    At least nine in ten arrive; the others file at a later instant with other facts, and end elsewhere. Hypothesis itself
    repeats what it drew and prefers small choices, so count on a third of these shares in a test's few hundred examples.
    Some moves at random come before those that lead there; the simplest case is one just opened.
    """
    return _case(workflow, policy or workflow.default_policy(), max_steps)


def near_misses(workflow: Workflow, *, policy: Policy | None = None, max_steps: int = 30) -> st.SearchStrategy[NearMiss]:
    """Legal paths with one move more that must be refused, and the code of the refusal. Every code that the workflow has comes up."""
    return _near_miss(workflow, policy or workflow.default_policy(), max_steps)


def _drawn(draw: Draw, size: int) -> bytes:
    return draw(st.binary(min_size=size, max_size=size))


def _size(max_steps: int) -> int:
    return OPENING_BYTES + 1 + BYTES * max_steps


# Composite rather than mapped strategies: a failing example then shows the value, not the bytes.
@st.composite
def _opening(draw: Draw, workflow: Workflow, policy: Policy) -> tuple[Order, RefundRequest, datetime]:
    return plain_opening_of(Choices(_drawn(draw, OPENING_BYTES)), workflow, policy)


@st.composite
def _path(draw: Draw, workflow: Workflow, policy: Policy, max_steps: int) -> LegalPath:
    return path_of(_drawn(draw, _size(max_steps)), workflow, policy)


@st.composite
def _case(draw: Draw, workflow: Workflow, policy: Policy, max_steps: int) -> RefundCase:
    return aimed(_drawn(draw, AIM_BYTES + OPENING_BYTES + BYTES * max_steps), workflow, policy).case


@st.composite
def _near_miss(draw: Draw, workflow: Workflow, policy: Policy, max_steps: int) -> NearMiss:
    return near_miss_of(_drawn(draw, MISS_BYTES + _size(max_steps)), workflow, policy)
