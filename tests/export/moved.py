"""A toy whose limits have several rows, in hours and days, and are moved while they run: by rules that stay, by ways between states that
are counted together, by what is added. One is enforced by nobody, one in one of its states alone."""

from __future__ import annotations

from datetime import datetime

from refund_fsm import Limit, Order, OrderLine, RefundRequest, Rule
from tests.export.prism.questions import NOD, raise_if_huge
from tests.toys import (
    ASK,
    END,
    GO,
    PAID,
    PAY,
    TELL,
    TICK,
    TOCK,
    TURN,
    A,
    B,
    C,
    D,
    Toy,
    flagged,
    huge,
    lower_flag,
    not_small,
    raise_flag,
    small,
    toy,
    unflagged,
)


def example_of(facts: Toy, when: datetime) -> tuple[Order, RefundRequest]:
    """An order of any size."""
    order = Order(id="T", order_type="moved", lines=(OrderLine(sku="S", title="物", quantity=1, paid_fen=100),), paid_at=when)
    return order, RefundRequest(sku="S", reason="any", attributes={"size": facts.size})


WORKFLOW = toy(
    *(Rule("T1", A, GO, B, "assumed", when=(small,)), Rule("T2", A, GO, C, "assumed", when=(not_small,), effect=raise_if_huge)),
    *(Rule("T3", B, ASK, B, "assumed", effect=raise_flag), Rule("T4", B, NOD, B, "assumed", effect=lower_flag)),
    *(Rule("T5", B, TURN, C, "assumed"), Rule("T6", B, PAY, D, "assumed"), Rule("T7", C, TICK, D, "assumed", when=(flagged,))),
    *(Rule("T8", C, TOCK, END, "assumed", when=(unflagged,)), Rule("T9", C, NOD, C, "assumed", effect=lower_flag)),
    *(Rule("T10", C, TELL, B, "assumed", effect=raise_flag), Rule("T11", C, PAY, D, "assumed", effect=raise_if_huge)),
    *(Rule("T12", D, TICK, END, "assumed"), Rule("T13", D, ASK, D, "assumed", effect=raise_flag), Rule("T14", D, GO, PAID, "assumed")),
    *(Rule("T15", D, NOD, D, "assumed", effect=lower_flag), Rule("T16", D, PAY, A, "assumed", effect=lower_flag)),
    *(Rule("T17", A, ASK, A, "assumed", effect=raise_flag), Rule("T18", A, TELL, A, "assumed", effect=lower_flag)),
    limits={
        A: (Limit("x_days", "assumed", 3, when=(flagged,)), Limit("y_hours", "assumed", 24)),
        (B, C): (
            Limit("x_hours", "assumed", 36, when=(flagged, small)),
            Limit("y_days", "assumed", 2, when=(flagged,)),
            Limit("z_hours", "assumed", 48, plus="extension_days", plus_when=huge),
        ),
        D: (
            Limit("x_days", "assumed", 1, when=(huge,), plus="signed_receipt_hours", plus_when=flagged),
            Limit("x_hours", "assumed", 12, plus="arbitration_working_days", plus_when=flagged),
        ),
    },
).variant(key="moved", example_of=example_of)
