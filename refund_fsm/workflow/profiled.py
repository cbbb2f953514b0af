"""Owns how a policy is named: by the nearest profile and what differs from it. Must not know what a field is good for."""

from __future__ import annotations

from collections.abc import Sequence

from refund_fsm.text import words
from refund_fsm.text.numbers import NOT_KNOWN
from refund_fsm.workflow.policy import PROFILES, Policy, Span
from refund_fsm.workflow.special import SpecialPeriod

MAX_PERIODS = 3  # special periods that are told one by one


def policy_text(policy: Policy) -> str:
    """The profile, or the nearest one with the fields that differ: `guide, return_days = 5`."""
    found = [(profile, differing(policy, Policy.profile(profile))) for profile in PROFILES]
    profile, fields = min(found, key=lambda one: len(one[1]))
    return ", ".join((profile, *(f"{name} = {field_text(policy, name)}" for name in fields)))


def differing(policy: Policy, other: Policy) -> list[str]:
    """The fields in which two policies differ."""
    return [name for name in Policy.model_fields if getattr(policy, name) != getattr(other, name)]


def field_text(policy: Policy, name: str) -> str:
    """A field's value in few signs."""
    value = getattr(policy, name)
    if isinstance(value, tuple):
        return _periods_text(value)
    if isinstance(value, Span):
        return f"{value.at_least}–{value.at_most}"
    if value is None:
        return NOT_KNOWN
    return str(value).lower() if isinstance(value, bool) else str(value)


def field_texts(one: Policy, other: Policy, name: str) -> tuple[str, str]:
    """A field's values in two policies; of special periods those that the other has not."""
    if name != "special":
        return field_text(one, name), field_text(other, name)
    mine, theirs = ([period for period in a.special if period not in b.special] for a, b in ((one, other), (other, one)))
    if mine or theirs:
        return _periods_text(mine), _periods_text(theirs)
    return _periods_text(one.special), _periods_text(other.special)  # the same, in another order


def _periods_text(periods: Sequence[SpecialPeriod]) -> str:
    """Special periods, the first of many: `return_days [is_large] 2026-02-11–02-24: 15 days`."""
    told = [_period_text(one) for one in periods[:MAX_PERIODS]]
    if len(periods) > MAX_PERIODS:
        told.append(f"… ({len(periods)})")
    return "; ".join(told) or NOT_KNOWN


def _period_text(period: SpecialPeriod) -> str:
    guards = f" [{' '.join(period.when)}]" if period.when else ""
    shorter = " never_shorter" if period.never_shorter else ""
    return f"{period.limit}{guards} {words.period(period.start, period.end)}: {words.length(period.length, period.unit).en}{shorter}"
