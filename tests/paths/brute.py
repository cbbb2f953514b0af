"""The fewest calls in which all rows of truth tables can be met, by trying every order; and small workflows in which that can be done."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

from refund_fsm import Limit, Rule, Workflow
from refund_fsm.paths.conditions import rows_of
from refund_fsm.paths.hops import Hops
from tests.testing.mutation.tiny import TINY
from tests.toys import ASK, END, GO, PAID, PAY, TELL, TICK, TOCK, TURN, A, B, C, D, flagged, lower_flag, raise_flag, small, toy, unflagged

SMALL: Mapping[str, Workflow] = {
    "tiny": TINY,
    "flags": toy(
        Rule("1", A, GO, B, "assumed", when=(small,)),
        Rule("2", B, TURN, C, "assumed", effect=raise_flag),
        Rule("3", C, TURN, B, "assumed", effect=lower_flag),
        Rule("4", B, ASK, END, "assumed", when=(unflagged,)),
        Rule("5", C, PAY, PAID, "assumed", when=(flagged,)),
    ),
    "forks": toy(
        Rule("1", A, GO, B, "assumed"),
        Rule("2", B, TURN, C, "assumed", when=(small,)),
        Rule("3", B, ASK, D, "assumed"),
        Rule("4", C, TELL, END, "assumed"),
        Rule("5", D, TELL, END, "assumed", when=(small,)),
        Rule("6", D, PAY, PAID, "assumed"),
        Rule("7", C, TICK, D, "assumed"),
        Rule("8", D, TOCK, END, "assumed"),
        limits={C: Limit("a_hours", cites="assumed", length=5), D: Limit("b_hours", cites="assumed", length=5)},
    ),
}


def fewest_calls(hops: Hops) -> int:
    """Breadth first over where a case is and what has been met; a new case may be opened at any time, which is no call."""
    number = {row: place for place, row in enumerate(rows_of(hops))}
    everything = (1 << len(number)) - 1
    found = {(start, 0): 0 for start in hops.starts}
    todo = deque(found)
    while todo:  # ends: places and what is met are finite
        place, met = here = todo.popleft()
        for hop in hops.hops[place]:
            after = met | 1 << number[hop.row]
            if after == everything:
                return found[here] + 1
            for dest in (hop.dest, *hops.starts):
                if (dest, after) not in found:
                    found[dest, after] = found[here] + 1
                    todo.append((dest, after))
    raise AssertionError("every row is met on some hop")
