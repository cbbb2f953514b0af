"""Owns how a policy is named: by the nearest profile and what differs from it. Must not know what a field is good for."""

from __future__ import annotations

from refund_fsm.text.numbers import NOT_KNOWN
from refund_fsm.workflow.policy import PROFILES, Policy, Span


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
    if isinstance(value, Span):
        return f"{value.at_least}–{value.at_most}"
    if value is None:
        return NOT_KNOWN
    return str(value).lower() if isinstance(value, bool) else str(value)
