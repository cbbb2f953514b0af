"""Owns how gaps of a coverage are told: of combinations and boundaries one for each place, and how many more; and where to look.

Must not measure, nor know pytest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from refund_fsm.paths import Coverage
from refund_fsm.workflow import Workflow


def told(coverage: Coverage, most: int) -> Iterator[str]:
    """What was missed. Goals of one place (`draft submit: reason=quality, …`) are told by the first of them, so many places at most."""
    places: dict[str, list[str]] = {}
    for goal in coverage.missed:
        place, found, _ = goal.partition(": ")
        places.setdefault(place if found else goal, []).append(goal)
    for place, goals in [*places.items()][:most]:
        yield f"missed: {goals[0]}"
        if len(goals) > 1:
            yield f"        … and {len(goals) - 1} more of {place}"
    left = sum(map(len, [*places.values()][most:]))
    if left:
        yield f"… and {left} more"


def picture(name: str, workflow: Workflow, found: Sequence[Coverage]) -> str | None:
    """The command that draws the surroundings of the state with most gaps; None where no gap names a state. `name` is what the workflow
    was asked for by."""
    states = Counter(word for one in found for goal in one.missed if (word := goal.split(" ", 1)[0].rstrip(":")) in workflow.states)
    if not states:
        return None
    (state, gaps), *_ = states.most_common(1)
    return f"most gaps lie in {state} ({gaps}); to see it: refund-fsm draw {name} --view near --state {state}"
