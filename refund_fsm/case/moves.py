"""Owns how a recorded move to other rules is read back: the rules named, the case carried on under them as then, and compared.

Must not move a case otherwise than `moving` does, nor know how a text comes apart.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from refund_fsm.case.engine import Head, Live
from refund_fsm.case.fields import check_calendar, check_names, check_same, due_in, instant_in, recorded_facts
from refund_fsm.case.heading import policy_in
from refund_fsm.case.moving import KINDS, asked, carried, rules_of, until
from refund_fsm.case.plain import change_of
from refund_fsm.case.record import Move, Rules, Until
from refund_fsm.case.tables import table_of
from refund_fsm.case.unmoved import Unmoved
from refund_fsm.errors import BadData, SavedCaseError
from refund_fsm.workflow import Policy, Workflow, values

ALWAYS = ("kind", "at", "how", "source", "state", "digest")
ENDS = ("then", "due")
TOLD = ("former",)
CARRIED = ("order_type", "fingerprint", "calendar", "policy", "facts", "given", "breach")


def told_move(where: str, row: dict[str, Any], at: datetime, head: Head, live: Live) -> Live:
    """The case with a move of which only is told: what it was under until then. All of it is judged by its present rules."""
    check_names(where, row, (*ALWAYS, *TOLD), ENDS)
    former = row["former"]
    if not isinstance(former, dict) or former.keys() != {"order_type", "fingerprint", "policy"}:
        raise SavedCaseError(where, former, "an object of order_type, fingerprint and policy (former)")
    if row["how"] not in KINDS:
        raise SavedCaseError(where, row["how"], f"{' or '.join(map(repr, KINDS))} (how)")
    was = Rules(_name(where, former, "order_type"), _name(where, former, "fingerprint"), _policy(where, head.policy, former["policy"]))
    source, dest = (_name(where, row, name) for name in ("source", "state"))
    then, due = _until(where, row, "then"), _until(where, row, "due")
    move = Move(len(live.steps), at, row["how"], was, rules_of(head), source, dest, then, due, is_told=True)
    return live._replace(changes=(*live.changes, move))


def carried_move(
    where: str, row: dict[str, Any], at: datetime, head: Head, live: Live, tables: tuple[Workflow, ...] | None
) -> tuple[Head, Live]:
    """The case as it goes on under the rules that a move names, its clock not run by them yet."""
    check_names(where, row, (*ALWAYS, *(name for name in CARRIED if name not in ("given", "breach"))), (*ENDS, "given", "breach"))
    check_calendar(where, row["calendar"])
    workflow = table_of(where, row["order_type"], row["fingerprint"], tables, lambda: at)
    policy = _policy(where, head.policy, row["policy"])
    foreign = row["calendar"] != policy.calendar.version
    source, dest = _name(where, row, "source"), _name(where, row, "state")
    states = {source: dest} if source != dest or workflow.key != head.workflow.key else None
    try:
        ask = asked(head, live, workflow, policy, at, row["how"], states, row.get("given"))
    except BadData as error:
        raise SavedCaseError(where, error.value, f"{error.expected} (in {error.field})") from None
    if ask.how != "from_now":
        raise SavedCaseError(where, ask.how, "'from_now' (how): of another move the former rules are told")
    found = carried(head, live, ask, recorded_facts(workflow, policy, where, row["facts"], "facts") if foreign else None)
    if isinstance(found, Unmoved):
        raise SavedCaseError(where, row["state"], f"a move that can be made ({found.text.en})")
    made, after = found
    if foreign:
        after = _counted_elsewhere(where, row, made, live, after)
    may = dict.fromkeys((*ENDS, "given", "breach"))
    check_same(where, {**may, **row}, {**may, **change_of(after.changes[-1])})
    return made, after


def _counted_elsewhere(where: str, row: dict[str, Any], made: Head, live: Live, after: Live) -> Live:
    """The case whose limit is the one that another calendar counted at the move."""
    due = after.due if after.due is live.due else due_in(made, where, row.get("due"), after)
    move = after.changes[-1]
    assert isinstance(move, Move), "the last that happened is the move"
    return after._replace(due=due, changes=(*after.changes[:-1], move._replace(due=until(due), calendar=row["calendar"])))


def _policy(where: str, base: Policy, given: Any) -> Policy:
    """The policy that differs from `base` in the fields that are given."""
    if not isinstance(given, dict):
        raise SavedCaseError(where, given, "an object of the policy's fields that differ (policy)")
    if not given:
        return base
    try:
        policy = policy_in({**json.loads(base.spelled), **given})
        assert policy.calendar  # reads its days_file now, so that a bad one is this entry's fault
    except BadData as error:
        raise SavedCaseError(where, error.value, f"{error.expected} (in policy.{error.field})") from None
    return policy


def _name(where: str, holder: dict[str, Any], name: str) -> str:
    try:
        return values.name(holder[name], name)
    except BadData as error:
        raise SavedCaseError(where, error.value, f"{error.expected} ({name})") from None


def _until(where: str, row: dict[str, Any], name: str) -> Until | None:
    given = row.get(name)
    if given is None:
        return None
    if not isinstance(given, dict) or given.keys() != {"limit", "at", "provisional"} or not isinstance(given["provisional"], bool):
        raise SavedCaseError(where, given, f"an object of limit, at and provisional ({name})")
    return Until(_name(where, given, "limit"), instant_in(where, given, "at"), given["provisional"])
