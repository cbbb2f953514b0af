"""Owns the one spelling of the parts of a saved case of format 2: keys sorted, nothing between them. What is digested is spelled so.

A part that reads like the spelling of what replay gives needs no comparing field by field. Must not know how parts are linked (`chain`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from json.encoder import encode_basestring as _quoted
from typing import Any

from refund_fsm.case.chain import seal
from refund_fsm.case.engine import Head, Live, Uncounted
from refund_fsm.case.opening import key_of
from refund_fsm.case.plain import FORMAT, change_of, details_of, facts_of, tail_of
from refund_fsm.case.record import Breach, Change, Details, Due, Step

_spelled = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode


class Speller:
    """Spells the parts of one case; facts and limits that come up again are spelled once."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Any, str]] = {}  # by identity; each is held, so that no other takes its place

    def head(self, head: Head) -> str:
        """What is fixed of a case, and its facts and its limit when it was opened."""
        request = head.request.model_dump(mode="json")
        seal(request, head.seals)
        return (
            f'{{"calendar":{_quoted(head.counted_by or head.policy.calendar.version)},"case_id":{_quoted(head.case_id)}'
            f'{self._due(head.due)},"facts":{self._facts(head.facts)},"fingerprint":"{head.workflow.fingerprint}","format":"{FORMAT}"'
            f"{_keyed_as(head)}"
            f',"opened_at":"{head.opened_at.isoformat()}","order":{_spelled(head.order.model_dump(mode="json"))}'
            f',"order_type":{_quoted(head.workflow.key)},"payout_key":{_quoted(key_of(head))},"policy":{head.policy.spelled}'
            f',"request":{_spelled(request)}}}'
        )

    def step(self, step: Step) -> str:
        """One step."""
        return (
            f'{{"after":{self._facts(step.after)},"at":"{step.at.isoformat()}","before":{self._facts(step.before)}'
            f',"breach":{"null" if step.breach is None else self._limit(step.breach)},"by":{_quoted(step.by)}'
            f',"dest":{_quoted(step.dest.key)},"details":{_details(step) if step.details else "{}"}{self._due(step.due)}'
            f',"event":{_quoted(step.event)},"kind":"step","rule":{_quoted(step.rule.id)},"source":{_quoted(step.source.key)}}}'
        )

    def change(self, change: Change) -> str:
        """What happened to the case and is no step."""
        return _spelled(change_of(change))

    def tail(self, live: Live) -> str:
        """Where a case is."""
        return _spelled(tail_of(live))

    def _facts(self, facts: Any) -> str:
        found = self._known.get(id(facts))
        if found is None:
            found = self._known[id(facts)] = facts, _spelled(facts_of(facts))
        return found[1]

    def _due(self, due: Due | Uncounted | None) -> str:
        return f',"due":{self._limit(due)}' if isinstance(due, Due) else ""

    def _limit(self, limit: Breach | Due) -> str:
        found = self._known.get(id(limit))
        if found is None:
            provisional = "true" if limit.provisional else "false"
            text = f'{{"at":"{limit.at.isoformat()}","limit":{_quoted(limit.limit.field)},"provisional":{provisional}}}'
            found = self._known[id(limit)] = limit, text
        return found[1]


def _keyed_as(head: Head) -> str:
    return "" if head.keyed_as in (None, head.order.order_type) else f',"keyed_as":{_quoted(head.keyed_as or "")}'


def _details(step: Step) -> str:
    details = details_of(step)
    seals: Mapping[str, Any] = step.details
    if isinstance(seals, Details):
        seal(details, seals.seals)
    return _spelled(details)
