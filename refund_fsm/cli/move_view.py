"""Owns how the moving of saved cases is told: a table of what became of each, why some cannot be moved, and what is different.

Must not move anything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from refund_fsm.case import Difference, Due, Moved, RefundCase, Unmoved
from refund_fsm.errors import CalendarOutOfRange, TooLong, printable
from refund_fsm.scenario import refusal_of, text_of
from refund_fsm.text import Languages, Text, stamp
from refund_fsm.text.sections import Answer, Cell, Column, Notice, Pairs, Section, Table, columns, json_of, numbers

Outcome = Literal["moved", "unchanged", "refused"]
OUTCOMES: dict[Outcome, Text] = {
    "moved": Text("已改", "moved"),
    "unchanged": Text("已在新规则下", "under these rules already"),
    "refused": Text("不能改", "cannot be moved"),
}
TOLD = 100  # cases that stand in the table each; of more, those that cannot be moved do, and the rest are counted
EXPLAINED = 10  # cases, of no more than which all that is different is told
TITLE = Text("改按新规则", "Moved to new rules")
HEADINGS = (
    Column(Text("售后单", "case"), "name"),
    *columns(Text("状态", "state")),
    Column(Text("期限", "due"), "instant"),
    *columns(Text("结果", "result"), Text("位置", "where")),
)
NOTHING = Text("有售后单不能改：没有写任何文件", "a case cannot be moved: nothing was written")
DRY = Text("试算：没有写任何文件", "dry run: nothing was written")
MORE = Text("另有{0}单，--json 可看全部", "and {0} more cases; --json tells all")


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one case."""

    where: str
    case_id: str
    outcome: Outcome
    states: tuple[Text, Text] | tuple[Text]
    keys: tuple[str, str | None]
    dues: tuple[str | None, str | None]  # ISO
    shown: str
    refusal: Unmoved | None
    changes: tuple[Difference, ...]


def row(where: str, case: RefundCase, moved: Moved[RefundCase], *, whole: bool) -> Row:
    """What became of a case; `whole` tells all that is different too."""
    after = moved.case
    outcome: Outcome = "refused" if after is None else "unchanged" if after is case else "moved"
    states = (case.state.text,) if after is None or after.state.key == case.state.key else (case.state.text, after.state.text)
    keys = case.state.key, after.state.key if after else None
    was, now = _due(case), _due(after) if after else None
    ends = [stamp(one.at) if one else "–" for one in ((was, now) if after is not None and _iso(was) != _iso(now) else (was,))]
    changes = moved.changes if whole else ()
    return Row(where, case.case_id, outcome, states, keys, (_iso(was), _iso(now)), "\n→ ".join(ends), moved.refusal, changes)


def _due(case: RefundCase) -> Due | None:
    try:
        return case.due
    except (CalendarOutOfRange, TooLong):
        return None


def _iso(due: Due | None) -> str | None:
    return due.at.isoformat() if due else None


def answer(rows: Sequence[Row], paths: Sequence[Path], *, dry: bool) -> Answer:
    """What is said of the cases."""
    return Answer(lambda lang: _sections(rows, lang, dry=dry), lambda: json_of(_data(rows, paths, dry=dry)))


def _sections(rows: Sequence[Row], lang: Languages, *, dry: bool) -> Iterator[Section]:
    told = rows if len(rows) <= TOLD else [one for one in rows if one.outcome == "refused"][:TOLD]
    counts = Counter(one.outcome for one in rows)
    parts: list[Any] = [Table(HEADINGS, tuple(_cells(one, lang) for one in told), ruled=len(told) <= EXPLAINED)] if told else []
    if len(told) < len(rows):
        parts.append(Text(MORE.zh.format(len(rows) - len(told)), MORE.en.format(f"{len(rows) - len(told):,}")))
    yield Section(TITLE, tuple(parts))
    for one in told:
        lines = [*_why(one, lang), *_different(one, lang, few=len(rows) <= EXPLAINED)]
        if lines:
            yield Section(f"{printable(one.case_id)}", tuple(lines), alarm=one.outcome == "refused")
    if len(rows) > EXPLAINED:
        yield Section(None, (_states(rows, lang),))
    notices = [Notice(NOTHING)] if counts["refused"] else [Notice(DRY)] if dry else []
    pairs = Pairs(tuple((OUTCOMES[name], f"{counts[name]:,}") for name in OUTCOMES if counts[name]))
    yield Section(None, (*notices, pairs))


def _cells(one: Row, lang: Languages) -> tuple[Cell, ...]:
    states = "\n→ ".join(lang.say(state) for state in one.states)
    return (printable(one.case_id), states, one.shown, OUTCOMES[one.outcome], printable(one.where))


def _why(one: Row, lang: Languages) -> list[str]:
    return [f"✗ {one.refusal.explain(each)}" for each in lang.each] if one.refusal is not None else []


def _different(one: Row, lang: Languages, *, few: bool) -> list[str]:
    told = (change for change in one.changes if one.refusal is None or change.kind != "refused")
    return [f"· {lang.say(change.text)}" for change in told] if few else []


def _states(rows: Sequence[Row], lang: Languages) -> Table:
    """How many cases came from which state to which."""
    counts = Counter((" → ".join(lang.say(state) for state in one.states), OUTCOMES[one.outcome]) for one in rows)
    headings = (*columns(Text("状态", "state"), Text("结果", "result")), *numbers(Text("单数", "cases")))
    return Table(headings, tuple((state, outcome, f"{count:,}") for (state, outcome), count in counts.most_common()))


def _data(rows: Sequence[Row], paths: Sequence[Path], *, dry: bool) -> dict[str, Any]:
    counts = Counter(one.outcome for one in rows)
    return {
        "cases": [_row_data(one) for one in rows],
        **{name: counts[name] for name in OUTCOMES},
        "dry_run": dry,
        "written": [str(path) for path in paths],
    }


def _row_data(one: Row) -> dict[str, Any]:
    why = one.refusal
    return {
        "where": one.where,
        "case_id": one.case_id,
        "outcome": one.outcome,
        "state": {"before": one.keys[0], "after": one.keys[1]},
        "due": {"before": one.dues[0], "after": one.dues[1]},
        "refusal": None
        if why is None
        else {
            "code": why.code,
            "step": why.step,
            "refusal": refusal_of(why.refusal) if why.refusal else None,
            "states": [state.key for state in why.states],
            "text": text_of(why.text),
        },
        "changes": [_change(change) for change in one.changes],
    }


def _change(one: Difference) -> dict[str, Any]:
    return {"kind": one.kind, "name": one.name, "before": one.before, "after": one.after, "text": text_of(one.text)}
