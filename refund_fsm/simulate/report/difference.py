"""Owns how two results or laws become one difference map: which shares and times changed, and how far that is known.

Must not draw: `diagram` does.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from refund_fsm.diagram import Change, Changes, Diagram, change_map
from refund_fsm.errors import BadData
from refund_fsm.simulate.behaviour import ILLUSTRATIVE
from refund_fsm.simulate.report.settings import Many
from refund_fsm.simulate.sample import Result
from refund_fsm.text.numbers import SHOWN_AS, half

if TYPE_CHECKING:
    from refund_fsm.diagram import Lang
    from refund_fsm.simulate.report.comparison import Comparison

NINETY_FIVE = 1.96  # standard errors of a 95 % interval
HOURS = SHOWN_AS["hours"][0]


def has_map(comparison: Comparison) -> bool:
    """Whether both are of one workflow, or of two editions of it: what differs has one place then."""
    return comparison.a.workflow.key == comparison.b.workflow.key


def difference_map(comparison: Comparison, lang: Lang = "both", *, titled: bool = True) -> Diagram:
    """The one picture of what differs; not `titled` for a page that says what is compared.

    `BadData` for two workflows, and for a result without cases.
    """
    return change_map(changes_of(comparison), names=comparison.names, lang=lang, note=ILLUSTRATIVE, titled=titled)


def changes_of(comparison: Comparison) -> Changes:
    """What changed: shares of rules and states, and the mean days of those who were in a state."""
    a, b = comparison.a, comparison.b
    if not has_map(comparison):
        raise BadData("workflow", b.workflow.key, f"the same in both for one map of what differs: {a.workflow.key}")
    for name, one in (("a", a), ("b", b)):
        if isinstance(one, Result) and not one.cases:
            raise BadData(name, one, "a result with cases")
    rules, states = ({name.partition(":")[2]: _share(comparison, name) for name in _names(comparison, kind)} for kind in ("rule", "reach"))
    times = {key: found for key in b.workflow.states if (found := _time(comparison, key)) is not None}
    former = a.workflow if a.workflow.fingerprint != b.workflow.fingerprint else None
    return Changes(b.workflow, rules, states, times, former)


def _names(comparison: Comparison, kind: str) -> list[str]:
    """The names of a kind of figures, those that one alone has too."""
    known = [row.name for row in comparison.rows]
    return [name for name in (*known, *comparison.only_in["a"], *comparison.only_in["b"]) if name.partition(":")[0] == kind]


def _share(comparison: Comparison, name: str) -> Change:
    """A share that both have; of a rule or state that one lacks, from none or to none."""
    for side, one in (("a", comparison.a), ("b", comparison.b)):
        if name in comparison.only_in[side]:
            value = one.figures()[name].value
            return Change(value, 0.0) if side == "a" else Change(0.0, value)
    row = comparison[name]
    error = half(row.difference)
    return Change(row.a.value, row.b.value, error if math.isfinite(error) else 0.0)


def _time(comparison: Comparison, key: str) -> Change | None:
    """The mean days in a state of those who were there, where both were."""
    found = [_stay(one, key) for one in (comparison.a, comparison.b)]
    if found[0] is None or found[1] is None:
        return None
    (before, one), (after, other) = found[0], found[1]
    return Change(before, after, one + other if comparison.exact else math.hypot(one, other))


def _stay(one: Many, key: str) -> tuple[float, float] | None:
    """The mean days of a state of those who were there, and half the width of its interval: of a law what halving the step changed, of a
    sample by the spread of its stays, taken as independent."""
    figures = one.figures()
    stay, reach = figures.get(f"stay:{key}"), figures.get(f"reach:{key}")
    if stay is None or reach is None or not reach.value > 0:
        return None
    mean = stay.value / reach.value * HOURS
    if isinstance(one, Result):
        counts = one.stay(key).counts
        total = int(counts.sum())
        if total < 2:
            return None
        hours = np.arange(len(counts)) + 0.5
        centre = float((counts * hours).sum() / total)
        spread = math.sqrt(float((counts * (hours - centre) ** 2).sum()) / (total - 1))
        return mean, NINETY_FIVE * spread / math.sqrt(total) * HOURS
    error = (half(stay.interval) + stay.value / reach.value * half(reach.interval)) / reach.value * HOURS
    return mean, error if math.isfinite(error) else 0.0
