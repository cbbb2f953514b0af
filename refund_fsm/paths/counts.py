"""Owns how goals call the count of a limit: by its row where a limit has several, the special period that moved its end, what was added.

A limit of one row that nothing moves has no name of its own here. Must not count a day.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from refund_fsm.case import Due
from refund_fsm.text import SHANGHAI
from refund_fsm.workflow import Guard, Kind, Limit, SpecialPeriod, Workflow


def row_name(rows: Sequence[Limit], number: int) -> str:
    """A row by its field, and by its place where rows share the field."""
    field = rows[number].field
    return field if [row.field for row in rows].count(field) == 1 else f"{field}#{number + 1}"


def count_name(rows: Sequence[Limit], number: int, *, plus: bool = False, special: SpecialPeriod | None = None) -> str:
    """A count, such as ` parcel_receipt_days plus from 2026-02-11`, with a space before it; empty where a limit has nothing but a row."""
    parts = [row_name(rows, number)] if len(rows) > 1 or plus or special is not None else []
    parts += ["plus"] if plus else []
    if special is not None:
        parts += [f"from {special.start.astimezone(SHANGHAI):%Y-%m-%d}", *special.when]
    return "".join(f" {part}" for part in parts)


def kind_name(workflow: Workflow, kind: Kind, special: SpecialPeriod | None = None) -> str:
    """The count of a configuration, when it meets this special period, or none."""
    return count_name(workflow.groups[kind.group][1], kind.row, plus=kind.plus, special=special)


def due_name(workflow: Workflow, state: str, due: Due) -> str:
    """The count that made a due instant."""
    rows, why = workflow.limits_at[state], due.why
    return count_name(rows, rows.index(why.row), plus=bool(why.plus), special=why.special)


def limit_guards(workflow: Workflow, state: str) -> tuple[Guard, ...]:
    """The guards that the rows of a state's limit ask, each once."""
    return tuple(dict.fromkeys(guard for row in workflow.limits_at.get(state, ()) for guard in row.guards))


def answers_name(state: str, guards: Sequence[Guard], facts: Any) -> str:
    """What the guards of a limit answer, such as `requested limit: not unshipped, is_fresh`."""
    return f"{state} limit: {', '.join(one.name if one(facts) else f'not {one.name}' for one in guards)}"
