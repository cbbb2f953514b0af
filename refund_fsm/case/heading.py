"""Owns how the head of a saved case is read: format, table, policy, order and request, and the case that is opened with them.

Must not read a step.
"""

from __future__ import annotations

import json
import re
from typing import Any

from refund_fsm.case.chain import unseal
from refund_fsm.case.engine import Head, Live
from refund_fsm.case.fields import check_calendar, check_names, check_within, due_in, facts_in, instant_in, reads, recorded_facts
from refund_fsm.case.opening import opened, payout_key
from refund_fsm.case.parts import Part
from refund_fsm.case.plain import FORMAT, OLD_FORMAT, due_data
from refund_fsm.case.record import Seal
from refund_fsm.case.spelling import Speller
from refund_fsm.case.tables import table_of
from refund_fsm.errors import BadData, CalendarOutOfRange, RefundFsmError, SavedCaseError, shown
from refund_fsm.workflow import Order, Policy, RefundRequest, Workflow, published, values

FIELDS = ("format", "order_type", "fingerprint", "calendar", "policy", "case_id", "opened_at", "order", "request", "digest")
MORE = ("payout_key", "facts")  # of format 2
MAX_POLICIES = 100  # that are kept
_KEY = re.compile(r"[0-9A-Za-z_-]{1,64}")


def is_old(data: dict[str, Any]) -> bool:
    """Whether the head is of format 1; `SavedCaseError` for neither 1 nor 2."""
    form = data.get("format")
    if form not in (FORMAT, OLD_FORMAT):
        newer = re.fullmatch(r"refund_fsm case [0-9]{1,9}", form) if isinstance(form, str) else None
        hint = ": a newer refund_fsm wrote it" if newer and int(newer[0].rpartition(" ")[2]) > int(FORMAT.rpartition(" ")[2]) else ""
        raise SavedCaseError("head", form, f"format {OLD_FORMAT!r} or {FORMAT!r}{hint}")
    return bool(form == OLD_FORMAT)


def headed(part: Part, tables: tuple[Workflow, ...] | None, spell: Speller, *, old: bool) -> tuple[Head, Live]:
    """The case that the head opens, under that of the tables at hand (None: the registry's) which it was opened under. Under another
    calendar its facts and its limit are as recorded, the latter None where it is not."""
    data = part.data
    check_names("head", data, FIELDS if old else (*FIELDS, *MORE), () if old else ("due", "keyed_as"))
    seals: dict[str, Seal] = {}
    head, live = _opened(data, tables, seals, old=old)
    head.seals, head.keyed_as = seals, None if old else _keyed_as(data)
    calendar = data["calendar"]
    check_calendar("head", calendar)
    head.counted_by = None if calendar == head.policy.calendar.version else calendar
    if old:
        _check_models(head, data)
        head.payout_key = f"refund:{head.case_id}"
        head.due = head.due if head.counted_by is None else None
        return head, live._replace(due=head.due)
    foreign = head.counted_by is not None
    if not foreign and not any(seal.salt is None for seal in seals.values()) and reads(part.text, spell.head(head)):
        return head, live
    _check_models(head, data)
    head.payout_key = _payout_key(head, data["payout_key"])
    head.facts = facts_in(head, "head", data["facts"], lambda policy: head.derive(head.opened_at, {}, policy), "facts", foreign=foreign)
    live = live._replace(facts=head.facts)
    due = due_in(head, "head", data.get("due"), live)
    if foreign:
        head.due = due
    elif due is not None and due != head.due:
        raise SavedCaseError("head", data["due"], f"{shown(due_data(head.due))}, as replay gives (due)")
    return head, live._replace(due=head.due)


def _opened(data: dict[str, Any], tables: tuple[Workflow, ...] | None, seals: dict[str, Seal], *, old: bool) -> tuple[Head, Live]:
    try:
        workflow = table_of("head", data["order_type"], data["fingerprint"], tables, lambda: instant_in("head", data, "opened_at"))
        policy = policy_in(data["policy"])
        assert policy.calendar  # reads its days_file now, so that a bad one is the head's fault
        order = Order.model_validate(data["order"])
        asked = data["request"]
        if not old and isinstance(asked, dict):
            unseal(asked, seals)
        request = RefundRequest.model_validate(asked)
        case_id = values.name(data["case_id"], "case_id")
        at = instant_in("head", data, "opened_at")
        try:
            made = opened(order, request, at, policy, workflow, case_id)
        except CalendarOutOfRange:
            if old or data["calendar"] == policy.calendar.version:
                raise
            facts = recorded_facts(workflow, policy, "head", data["facts"], "facts")
            made = opened(order, request, at, policy, workflow, case_id, facts)
    except SavedCaseError:
        raise
    except BadData as error:
        raise SavedCaseError("head", error.value, f"{error.expected} (in {error.field})") from None
    except RefundFsmError as error:
        raise SavedCaseError("head", data["case_id"], f"a case that can be opened ({error})") from None
    return made


_policies: dict[str, Policy] = {}  # as they are spelled in heads; only those that no other file completes
_counted_by: list[object] = [None]  # the published days that their calendars have counted by


def policy_in(given: Any) -> Policy:
    """The policy of a head; most cases share one, whose calendar has counted their days before."""
    if not isinstance(given, dict) or given.get("days_file") is not None:
        return Policy.model_validate(given)
    if _counted_by[0] is not published() or len(_policies) >= MAX_POLICIES:
        _policies.clear()
        _counted_by[0] = published()
    text = json.dumps(given, sort_keys=True)
    if text not in _policies:
        _policies[text] = Policy.model_validate(given)
    return _policies[text]


def _check_models(head: Head, data: dict[str, Any]) -> None:
    for name, one in (("policy", head.policy), ("order", head.order), ("request", head.request)):
        check_within("head", data[name], one.model_dump(mode="json"), name)


def _keyed_as(data: dict[str, Any]) -> str | None:
    """The order type of which the case was when its payout key was made, where that is another one."""
    return values.name(data["keyed_as"], "keyed_as") if "keyed_as" in data else None


def _payout_key(head: Head, given: Any) -> str:
    """The key as recorded: that which follows from the rest of the head, or that of format 1. With a blanked text none can be checked."""
    if any(seal.salt is None for seal in head.seals.values()) and isinstance(given, str) and _KEY.fullmatch(given):
        return given
    known = (payout_key(head), f"refund:{head.case_id}")
    if given not in known:
        raise SavedCaseError("head", given, f"{known[0]!r}, as replay gives (payout_key)")
    return str(given)
