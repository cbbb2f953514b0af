"""Owns the marks of one case: the path taken, where it is, what may happen next and until when, which limits were passed.

Must not know how marks look.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from refund_fsm.case import NEWS_LABEL, Breach, Due, Move, RefundCase, lately
from refund_fsm.case.move_words import LABEL as MOVED
from refund_fsm.diagram.limits import SPECIAL_MARK
from refund_fsm.diagram.marks import Mark, Marks, Note, Sign
from refund_fsm.errors import BadData
from refund_fsm.text import Text, words
from refund_fsm.workflow import Rule, Workflow

TIMES = 3  # of a rule that fired more often, the last
KEY: tuple[tuple[Sign, Text], ...] = (
    ("taken", Text("走过的步骤，按序编号", "taken, numbered in order")),
    ("now", Text("当前状态", "current state")),
    ("next", Text("下一步可以", "possible next")),
    ("due", Text("到期时间", "due")),
    ("breach", Text("已逾期", "limit passed")),
)


def marks_of(case: RefundCase, workflow: Workflow) -> Marks:
    """The marks of a case as of its `now`; `BadData` for a case of another workflow."""
    if not isinstance(case, RefundCase):
        raise BadData("case", case, "a RefundCase")
    if case.workflow.fingerprint != workflow.fingerprint:
        raise BadData("case", case.workflow.key, f"a case of {workflow.key!r}, the workflow that is drawn")
    rules = {rule.id: Mark("next", _due_of_rule(case, rule), open=True) for rule in _next(case)}
    for rule_id, numbers in _taken(case).items():
        mark = rules.get(rule_id, Mark())
        rules[rule_id] = replace(mark, tone="taken", numbers=numbers, notes=(*_when(case, numbers), *mark.notes))
    states = _states(case)
    marks = (*rules.values(), *states.values())
    kinds: set[Sign] = {mark.tone for mark in marks}
    kinds |= {note.kind for mark in marks for note in mark.notes}
    if any(mark.open for mark in marks):
        kinds.add("next")
    now = words.stamp(case.now)
    heading = Text(f"截至 {now} · {case.state.zh}", f"as of {now} · {case.state.en}")
    return Marks(rules, states, Mark("faded"), (heading, *_told(case)), tuple(one for one in KEY if one[0] in kinds))


def _told(case: RefundCase) -> Iterator[Text]:
    """When the case was told what of its order, or moved to which other rules, and after which of the numbered steps; of many the last."""
    for one in lately(case.history):
        at, what, called = words.stamp(one.at), one.text, MOVED if isinstance(one, Move) else NEWS_LABEL
        yield Text(f"第 {one.after} 步后，{at}：{called.zh}，{what.zh}", f"after step {one.after}, {at}: {called.en}, {what.en}")


def _states(case: RefundCase) -> dict[str, Mark]:
    """Where the case was, is, and may come to; with limits that run or were passed, and the law's clock where it started."""
    states = {rule.dest.key: Mark("next") for rule in _next(case)}
    states |= {state.key: Mark("taken") for step in case.steps for state in (step.source, step.dest)}
    states[case.state.key] = Mark("now", _due_of_state(case), row=_row(case), special=case.due.why.special if case.due else None)
    passed = [(key, _passed(breach)) for key, breaches in _breaches(case).items() for breach in breaches]
    law = case.statutory_due
    if law is not None:
        key = next(state.key for state, limit in case.workflow.law.items() if limit is law.limit)
        passed.append((key, _of_law(law, passed=case.statutory_passed)))
    for key, note in passed:
        mark = states.get(key, Mark("taken"))
        states[key] = replace(mark, notes=(*mark.notes, note))
    return states


def _of_law(due: Due, *, passed: bool) -> Note:
    said = Text("法定期限已过", "statutory limit passed") if passed else Text("法定期限", "statutory limit")
    if due.provisional:
        said = Text(said.zh + words.PROVISIONAL.zh, said.en + words.PROVISIONAL.en)
    return Note(said, "breach" if passed else "due", words.stamp(due.at))


def _next(case: RefundCase) -> list[Rule]:
    """The rules that may fire from here: each actor's at `now`, and the clock's at the limit."""
    asked = (verdict for actor in case.workflow.actors for verdict in case.actions(at=case.now, by=actor))
    found = [verdict.rule for verdict in asked if verdict.rule is not None]
    if case.due is not None and case.due.then is not None:
        found.append(case.due.then)
    return list({rule.id: rule for rule in found}.values())


def _taken(case: RefundCase) -> dict[str, tuple[int, ...]]:
    numbers: dict[str, tuple[int, ...]] = {}
    for number, step in enumerate(case.steps, start=1):
        numbers[step.rule.id] = (*numbers.get(step.rule.id, ()), number)
    return numbers


def _when(case: RefundCase, numbers: tuple[int, ...]) -> Iterator[Note]:
    """When a rule fired, and how long the case had waited since the step before; of many times the last."""
    for number in numbers[-TIMES:]:
        at = case.steps[number - 1].at
        count, unit = words.elapsed(at - (case.steps[number - 2].at if number > 1 else case.opened_at))
        said = Text(f"等了 {count} {unit.zh}", f"after {count} {unit.en}")
        yield Note(said, "when", lead=f"{f'{number} · ' if len(numbers) > 1 else ''}{words.stamp(at)[5:]} ·")


def _due_of_rule(case: RefundCase, rule: Rule) -> tuple[Note, ...]:
    due = case.due
    if due is None or due.then is None or due.then.id != rule.id:
        return ()
    return (_due(due),)


def _due_of_state(case: RefundCase) -> tuple[Note, ...]:
    """The limit, unless it has passed already; a passed one is a breach."""
    due = case.due
    if due is None or (due.then is None and due.at <= case.now):
        return ()
    return (_due(due), *_moved(due))


def _due(due: Due) -> Note:
    said = Text("到期（暂定）", "due (provisional)") if due.provisional else Text("到期", "due")
    return Note(said, "due", words.stamp(due.at))


def _row(case: RefundCase) -> int | None:
    """The place of the row that counts, where a limit has several."""
    rows = case.workflow.limits_at.get(case.state.key, ())
    if case.due is None or len(rows) < 2:
        return None
    return next((place for place, row in enumerate(rows) if row is case.due.limit), None)


def _moved(due: Due) -> tuple[Note, ...]:
    """Why a limit ends elsewhere than its row says: special days, and what was told before."""
    notes = []
    if due.why.special is not None and due.why.ordinary is not None:
        notes.append(Note(Text("否则", "else"), "due", words.stamp(due.why.ordinary), SPECIAL_MARK))
    if due.why.held is not None:
        notes.append(Note(Text("不早于已告知的或此刻", "not before what was told, nor before now"), "due"))
    return tuple(notes)


def _breaches(case: RefundCase) -> dict[str, list[Breach]]:
    """The limits that were passed, by the state in which the case was."""
    found: dict[str, list[Breach]] = {}
    for step in case.steps:
        if step.breach is not None:
            found.setdefault(step.source.key, []).append(step.breach)
    for move in case.moves:
        if move.breach is not None:
            found.setdefault(move.source, []).append(move.breach)
    recorded = sum(map(len, found.values()))
    for breach in case.breaches()[recorded:]:
        found.setdefault(case.state.key, []).append(breach)
    return found


def _passed(breach: Breach) -> Note:
    said = Text("逾期（暂定）", "limit passed (provisional)") if breach.provisional else Text("逾期", "limit passed")
    return Note(said, "breach", words.stamp(breach.at))
