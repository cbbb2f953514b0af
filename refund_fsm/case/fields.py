"""Owns how one field of a saved case is read and compared: digests, instants, facts, limits, and what replay must give as well.

Each raises `SavedCaseError` with the position that it is told. Must not step a case.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

from refund_fsm.case.chain import digest_of, linked
from refund_fsm.case.engine import Head, Live, recorded_due
from refund_fsm.case.parts import Part
from refund_fsm.case.plain import facts_of
from refund_fsm.case.record import Due
from refund_fsm.errors import BadData, CalendarOutOfRange, SavedCaseError, shown
from refund_fsm.workflow import Policy, Workflow, instant, looks_at_days, values


def check_digest(part: Part, where: str, link: str, *, old: bool) -> str:
    """The part's digest; the first place that was altered, added or taken out is where the chain of digests breaks."""
    digest = part.data.get("digest")
    end = f',"digest":"{digest}"}}'
    text = part.text
    as_digested = not old and text.endswith(end) and text.isascii() and '"salt"' not in text
    if as_digested and linked(f"{text[: -len(end)]}}}", link) == digest:
        return str(digest)  # it stands as it was written, and need not be spelled anew
    if digest != digest_of(part.data, link, old=old):
        raise SavedCaseError(where, digest, "the digest of what is written here and before; it was altered here")
    return str(digest)


def reads(text: str, spelled: str) -> bool:
    """Whether the text of a part, whose digest holds, is what replay gives as it is spelled."""
    return text.startswith(spelled[:-1]) and text.startswith(',"digest":"', len(spelled) - 1)


def check_names(where: str, given: dict[str, Any], wanted: Collection[str], may: Collection[str] = ()) -> None:
    """The fields of a part are those that this version knows."""
    if len(given) == len(wanted) and given.keys() == set(wanted):
        return
    for name in given:
        if name not in wanted and name not in may:
            raise SavedCaseError(where, name, f"as replay gives ({name}): no such field here; was it written by a newer refund_fsm?")
    for name in wanted:
        if name not in given:
            raise SavedCaseError(where, None, f"a value, as replay gives ({name})")


def check_same(where: str, given: dict[str, Any], replayed: dict[str, Any], more: str = "") -> None:
    """All that replay gives is what the file says."""
    for name, value in replayed.items():
        if given[name] != value:
            raise SavedCaseError(where, given[name], f"{shown(value)}, as replay gives ({name}){more}")


def check_within(where: str, given: Any, made: Any, name: str) -> None:
    """What the file says of a model is what the model says. A field that the file lacks has its default, and is not compared."""
    if isinstance(given, dict) and isinstance(made, dict):
        for key, value in given.items():
            check_within(where, value, made.get(key), f"{name}.{key}")
    elif isinstance(given, list) and isinstance(made, list) and len(given) == len(made):
        for number, pair in enumerate(zip(given, made, strict=True)):
            check_within(where, *pair, f"{name}[{number}]")
    elif given != made:
        raise SavedCaseError(where, given, f"{shown(made)}, as replay gives ({name})")


def check_calendar(where: str, given: Any) -> None:
    """The version of a calendar is text."""
    try:
        values.prose(given, "calendar")
    except BadData:
        raise SavedCaseError(where, given, "the version of a calendar (calendar)") from None


def instant_in(where: str, part: dict[str, Any], name: str) -> datetime:
    """An instant of a part."""
    value = part.get(name)
    try:
        return instant(datetime.fromisoformat(value), name)  # type: ignore[arg-type]  # TypeError is caught
    except (TypeError, ValueError):
        raise SavedCaseError(where, value, f"an ISO instant ({name})") from None


def facts_in(head: Head, where: str, given: Any, derive: Callable[[Policy], Any], name: str, *, foreign: bool) -> Any:
    """Derived facts. Those that another calendar (`foreign`) derived stand as they were recorded, where they rest on its days."""
    try:
        today = derive(head.policy)
    except CalendarOutOfRange:
        if not foreign:
            raise
        return recorded_facts(head.workflow, head.policy, where, given, name)
    plain = facts_of(today)
    if given == plain:
        return today
    if not foreign or not looks_at_days(head.policy, derive):
        raise SavedCaseError(where, given, f"{shown(plain)}, as replay gives ({name})")
    return recorded_facts(head.workflow, head.policy, where, given, name)


def recorded_facts(workflow: Workflow, policy: Policy, where: str, given: Any, name: str) -> Any:
    """Facts as they were recorded, each of its domain."""
    domains = workflow.domains(policy)
    if not isinstance(given, dict) or given.keys() != domains.keys():
        raise SavedCaseError(where, given, f"the facts {', '.join(domains)} ({name})")
    for key, value in given.items():
        if not any(value == one and type(value) is type(one) for one in domains[key]):
            raise SavedCaseError(where, value, f"one of {', '.join(map(repr, domains[key]))} ({name}.{key})")
    return workflow.facts(**given)


def due_in(head: Head, where: str, given: Any, live: Live) -> Due | None:
    """The limit that runs, as it was recorded; None where nothing was."""
    if given is None:
        return None
    count = head.counting.of(live.state.key, live.facts)
    if count is None:
        raise SavedCaseError(where, given, f"null: {live.state.key} has no limit (due)")
    if not isinstance(given, dict) or given.keys() != {"limit", "at", "provisional"}:
        raise SavedCaseError(where, given, "an object of limit, at and provisional (due)")
    if given["limit"] != count.limit.field or not isinstance(given["provisional"], bool):
        raise SavedCaseError(where, given, f"the limit {count.limit.field}, and whether it is provisional (due)")
    at = instant_in(where, given, "at")
    if at < live.entered:
        raise SavedCaseError(where, given["at"], f"not before the count began, {live.entered.isoformat()} (due)")
    return recorded_due(head, live, at, provisional=given["provisional"])
