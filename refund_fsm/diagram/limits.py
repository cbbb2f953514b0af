"""Owns the rows of a limit as a picture tells them: how long each is under a policy, what is added, in which days it becomes another.

Words only, in whatever languages `say` gives. Must not know markup, marks or Graphviz.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from refund_fsm.text import Text, words
from refund_fsm.workflow import ASSUMED, Guard, Limit, Policy, SpecialPeriod, Workflow, counting, spelled, unit_of

Say = Callable[[Text], str]
SPECIAL_MARK = "※"
HOURS = 24  # of a day
OTHERWISE = Text("其他情况", "otherwise")
IF = Text("{}时", "if {}")
NEVER_SHORTER = Text("（原时限更长的不变）", " (or the ordinary one, if longer)")


@dataclass(frozen=True, slots=True)
class Special:
    """Days in which a limit becomes another one while the guards hold; `kept` says that the ordinary end may be the later one and then
    stands."""

    period: SpecialPeriod
    guards: tuple[Guard, ...]
    kept: bool

    @property
    def cites(self) -> str:
        """Where it comes from."""
        return self.period.cites


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a limit under a policy: how long it is, what is added while its `plus_when` holds, and its special periods."""

    limit: Limit
    length: int
    plus: int
    special: tuple[Special, ...]

    @property
    def when(self) -> tuple[str, ...]:
        """The names of its guards, which tell it from the other rows of the limit."""
        return tuple(guard.name for guard in self.limit.when)


def rows_of(workflow: Workflow, policy: Policy, key: str) -> tuple[Row, ...]:
    """The rows of a state's limit under a policy, in their order; empty where it has none."""
    limits = workflow.limits_at.get(key, ())
    count = counting(workflow, policy) if limits else None
    found = []
    for limit in limits:
        length = limit.length_in(policy)
        near = count.relevant(limit) if count else []
        special = tuple(Special(period, guards, _kept(limit, length, period)) for _, period, guards in near)
        found.append(Row(limit, length, limit.plus_in(policy), special))
    return tuple(found)


def _kept(limit: Limit, length: int, period: SpecialPeriod) -> bool:
    """Whether the ordinary end can be the later one, so that it stands."""
    most = {"hours": length, "days": HOURS * (length + (period.unit == "hours"))}.get(limit.unit)
    return period.never_shorter and (most is None or most > period.length * (1 if period.unit == "hours" else HOURS))


def is_plain(rows: Sequence[Row]) -> bool:
    """Whether a limit is one length whatever the facts and the days."""
    return not rows or (len(rows) == 1 and not (rows[0].limit.when or rows[0].plus or rows[0].special))


def when(row: Row, *, alone: bool) -> list[Text]:
    """When a row counts: its guards; `otherwise` for one without, unless it is alone."""
    return [OTHERWISE] if not row.limit.when and not alone else [guard.text for guard in row.limit.when]


def plus(row: Row, say: Say) -> list[str]:
    """What is added to a row, and when."""
    if not row.plus or row.limit.plus_when is None:
        return []
    why = row.limit.plus_when.text
    return [f"+{row.plus} {say(words.UNITS[unit_of(str(row.limit.plus))])} {say(Text(IF.zh.format(why.zh), IF.en.format(why.en)))}"]


def specials(row: Row, say: Say) -> list[tuple[str, tuple[SpecialPeriod, ...]]]:
    """The special periods of a row: the days, and what the limit becomes, line by line where that depends on more; each line with the
    periods that it tells of."""
    days: dict[tuple[str, str], list[Special]] = {}
    for one in row.special:
        days.setdefault((words.period(one.period.start, one.period.end, year=False), one.cites), []).append(one)
    texts: list[tuple[str, tuple[SpecialPeriod, ...]]] = []
    for (span, cited), group in days.items():
        source = " ".join(word for word in spelled(cited) if word != ASSUMED)
        opening = f"{SPECIAL_MARK} {f'{source} ' if source else ''}{span}"
        if len(group) == 1:
            texts.append((f"{opening}: {becomes(group[0], say)}", (group[0].period,)))
        else:
            texts.append((opening, tuple(one.period for one in group)))
            texts += ((f"· {becomes(one, say)}", (one.period,)) for one in group)
    return texts


def becomes(special: Special, say: Say) -> str:
    """What a limit becomes in special days, and for whom."""
    guards = ", ".join(say(guard.text) for guard in special.guards)
    length = f"{special.period.length} {say(words.UNITS[special.period.unit])}"
    return (f"{guards}: " if guards else "") + length + (say(NEVER_SHORTER) if special.kept else "")


def in_short(rows: Sequence[Row], say: Say) -> str:
    """The lengths of all rows: from the shortest to the longest, with signs for what may be added and for special days."""
    spans: dict[str, list[int]] = {}
    for row in rows:
        spans.setdefault(row.limit.unit, []).append(row.length)
    said = [f"{'–'.join(map(str, dict.fromkeys((min(found), max(found)))))} {say(words.UNITS[unit])}" for unit, found in spans.items()]
    added = " +" if any(row.plus for row in rows) else ""
    return " / ".join(said) + added + (f" {SPECIAL_MARK}" if any(row.special for row in rows) else "")
