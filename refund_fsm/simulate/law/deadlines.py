"""Owns the codes of deadlines on a lattice, and which row of a node a deadline means. Compiled.

A code is twice the cell, plus 1 when inside it. A node that deadlines are carried into has `slots` rows, the last of them for a deadline
that has passed; `fine` is 1 where deadlines of its count are not all at the edge of a day.
"""

from __future__ import annotations

from typing import Any

from refund_fsm.simulate.compiled import larger, part


@part
def carried(fine: Any, per_day: Any, slot: Any, slots: Any, cell: Any, inside: Any) -> Any:
    """The code of the deadline of a slot, in a node that was entered with it."""
    span, day = slots - 1, cell // per_day + 1
    code = 2 * cell + (slot - 2 * cell) % span if fine == 1 else 2 * per_day * (day + (slot - day) % span)
    return code if slot < span else 2 * cell + inside


@part
def slot_of(fine: Any, per_day: Any, slots: Any, deadline: Any, cell: Any, inside: Any) -> Any:
    """The slot of a deadline with which a node is entered now."""
    slot = deadline % (slots - 1) if fine == 1 else (deadline // (2 * per_day)) % (slots - 1)
    return slot if deadline > 2 * cell + inside else slots - 1


@part
def same_until(deadline: Any, cell: Any, last: Any) -> Any:
    """The last cell, from `cell` on, up to which a deadline means the same slot, whether at edges or inside."""
    due = deadline // 2
    return cell if cell == due else larger(cell, due - 1) if cell < due else last
