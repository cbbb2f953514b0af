"""Owns the codes of deadlines on a lattice, and which row of a node a deadline means. Compiled; the shapes are in `lattice`.

A code is twice the cell, plus 1 when inside it. Of a limit group, `hours` is the length as a code, or −1 where `ends` has the cell of
the end by day. A node that deadlines are carried into has `slots` rows, the last of them for a deadline that has passed.
"""

from __future__ import annotations

from typing import Any

from refund_fsm.simulate.compiled import inlined
from refund_fsm.simulate.lattice import NO_DEADLINE, Lattice


@inlined
def begun(hours: Any, ends: Any, per_day: Any, cell: Any, inside: Any) -> Any:
    """The code of the deadline that begins to be counted now."""
    code = 2 * (cell + hours // 2) + (1 if hours % 2 == 1 else inside)
    return code if hours >= 0 else 2 * ends[cell // per_day]


@inlined
def carried(hours: Any, per_day: Any, slot: Any, slots: Any, cell: Any, inside: Any) -> Any:
    """The code of the deadline of a slot, in a node that was entered with it."""
    span, day = slots - 1, cell // per_day + 1
    code = 2 * cell + (slot - 2 * cell) % span if hours >= 0 else 2 * per_day * (day + (slot - day) % span)
    return code if slot < span else 2 * cell + inside


@inlined
def slot_of(hours: Any, per_day: Any, slots: Any, deadline: Any, cell: Any, inside: Any) -> Any:
    """The slot of a deadline with which a node is entered now."""
    slot = deadline % (slots - 1) if hours >= 0 else (deadline // (2 * per_day)) % (slots - 1)
    return slot if deadline > 2 * cell + inside else slots - 1


@inlined
def same_until(deadline: Any, cell: Any, last: Any) -> Any:
    """The last cell, from `cell` on, up to which a deadline means the same slot, whether at edges or inside."""
    due = deadline // 2
    return cell if cell == due else max(cell, due - 1) if cell < due else last


@inlined
def deadline_of(L: Lattice, group: int, slot: int, slots: int, cell: int, inside: int) -> int:  # noqa: N803
    """The code of the deadline in a state of a limit group, entered from outside (`slots` 1) or with the deadline of a slot."""
    if group < 0:
        return NO_DEADLINE
    if slots == 1:
        return fresh(L, group, cell, inside)
    code: int = carried(L.group_hours[group], L.per_day, slot, slots, cell, inside)
    return code


@inlined
def fresh(L: Lattice, group: int, cell: int, inside: int) -> int:  # noqa: N803
    """The code of the deadline that begins to be counted now."""
    code: int = begun(L.group_hours[group], L.group_end[group], L.per_day, cell, inside)
    return code


@inlined
def row_of(L: Lattice, dest: int, group: int, deadline: int, cell: int, inside: int) -> int:  # noqa: N803
    """The row in which a node is entered, out of a state of `group` with a deadline."""
    row: int = L.node_row[dest]
    if L.node_rows[dest] > 1:
        there = L.state_group[L.state_of[dest]]
        due = deadline if there == group else fresh(L, there, cell, inside)
        row += slot_of(L.group_hours[there], L.per_day, L.node_rows[dest], due, cell, inside)
    return row


@inlined
def until(L: Lattice, dest: int, group: int, deadline: int, cell: int) -> int:  # noqa: N803
    """The last cell, from `cell` on, up to which `row_of` stays the same, whatever it is."""
    there = L.state_group[L.state_of[dest]]
    end: int = L.last
    if L.node_rows[dest] > 1 and there == group:
        end = same_until(deadline, cell, L.last)
    elif L.node_rows[dest] > 1:
        end = cell if L.group_hours[there] >= 0 else (cell // L.per_day + 1) * L.per_day - 1
    return end
