"""Owns the marks of many cases: how often each rule fired, in numbers and in per cent, and how long states took.

Must not know where the counts come from, nor how marks look.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping
from datetime import timedelta

from refund_fsm.diagram.marks import Mark, Marks, Note, Sign
from refund_fsm.errors import BadData
from refund_fsm.text import Text, words
from refund_fsm.workflow import Workflow

MOST = 10**15  # of one rule: more is a slip
MINUTES = Text("分钟", "min")
WIDTHS: tuple[Sign, Text] = ("count", Text("线宽 ∝ √次数", "width ∝ √count"))
SHARES: tuple[Sign, Text] = ("count", Text("百分比 = 占全部售后单", "per cent of all cases"))
OFTEN: tuple[Sign, Text] = ("count", Text("× = 平均每件售后单的次数", "× = times per case"))
WAITS: tuple[Sign, Text] = ("count", Text("Ø = 在该状态的平均时间", "Ø = mean time in the state"))
ONE_DAY, ONE_HOUR = timedelta(days=1), timedelta(hours=1)


def marks_of(workflow: Workflow, counts: Mapping[str, int] | None, waits: Mapping[str, timedelta] | None) -> Marks:
    """The marks of counts (rule id → how often it fired; what is not named is 0) and mean times (state key → length).

    `BadData` for an unknown rule or state, a count that is no whole number from 0, a time that is no `timedelta` from 0.
    """
    checked = _checked_counts(workflow, counts) if counts is not None else {}
    rules, key = {}, []
    if counts is not None:
        cases, most = cases_in(workflow, checked), max(checked.values(), default=0)
        key += [WIDTHS, *([SHARES] if cases else []), *([OFTEN] if 0 < cases < most else [])]
        for rule in workflow.rules:
            count = checked.get(rule.id, 0)
            notes = (Note(Text("", ""), "count", _counted(count, cases)),) if rule.id in checked else ()
            rules[rule.id] = Mark("plain" if count else "faded", notes, weight=count / most if most else 0.0)
    times = _checked_waits(workflow, waits or {})
    states = {key: Mark("plain", (_mean(time),)) for key, time in times.items()}
    heading = (Text(f"{cases:,} 件售后单", f"{cases:,} cases"),) if counts is not None and cases else ()
    return Marks(rules, states, Mark(), heading, (*key, *([WAITS] if times else [])))


def cases_in(workflow: Workflow, counts: Mapping[str, int]) -> int:
    """How many cases left the initial state for good; 0 where the counts do not tell."""
    start = workflow.initial.key
    gone = sum(counts.get(rule.id, 0) for rule in workflow.rules if rule.source.key == start and rule.dest.key != start)
    back = sum(counts.get(rule.id, 0) for rule in workflow.rules if rule.dest.key == start and rule.source.key != start)
    return max(0, gone - back)


def _counted(count: int, cases: int) -> str:
    if not cases:
        return f"{count:,}"
    share = 100 * count / cases
    if share > 100:  # more often than there are cases
        return f"{count:,} · ×{count / cases:.2f}"
    return f"{count:,} · {share:.0f}%" if share >= 10 or not count else f"{count:,} · {share:.1f}%"


def _mean(time: timedelta) -> Note:
    if time < ONE_HOUR:
        return Note(MINUTES, "count", lead=f"Ø {time / timedelta(minutes=1):.1f}")
    unit = "days" if time >= ONE_DAY else "hours"
    length = time / (ONE_DAY if unit == "days" else ONE_HOUR)
    return Note(words.UNITS[unit], "count", lead=f"Ø {length:.1f}")


def _checked_counts(workflow: Workflow, counts: Mapping[str, int]) -> dict[str, int]:
    if not isinstance(counts, Mapping):
        raise BadData("counts", counts, "a mapping of rule ids to how often each fired")
    for rule in counts:
        if rule not in workflow.by_id:
            raise BadData("counts", rule, f"a rule of {workflow.key}: {', '.join(workflow.by_id)}")
    return {rule: _whole(f"counts[{rule!r}]", count) for rule, count in counts.items()}


def _whole(field: str, count: object) -> int:
    try:
        found = -1 if isinstance(count, bool) else operator.index(count)  # type: ignore[arg-type]  # what is none raises TypeError
    except TypeError:
        found = -1
    if not 0 <= found <= MOST:
        raise BadData(field, count if found < 0 else "…", f"a whole number from 0 to {MOST:,}")
    return found


def _checked_waits(workflow: Workflow, waits: Mapping[str, timedelta]) -> dict[str, timedelta]:
    if not isinstance(waits, Mapping):
        raise BadData("waits", waits, "a mapping of state keys to mean times")
    for state, time in waits.items():
        if state not in workflow.states:
            raise BadData("waits", state, f"a state of {workflow.key}: {', '.join(workflow.states)}")
        if not isinstance(time, timedelta) or time < timedelta(0):
            raise BadData(f"waits[{state!r}]", time, "a timedelta from 0")
    return dict(waits)
