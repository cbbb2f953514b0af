"""Owns how long and how a stateful test is run: Hypothesis' settings by profile. Needs the extra `testing`. Must not know a machine."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal, get_args

from refund_fsm.errors import BadData, needing

with needing("the state machine"):
    from hypothesis import HealthCheck, settings

Profile = Literal["dev", "ci", "nightly"]
_PROFILES: Mapping[Profile, Mapping[str, Any]] = MappingProxyType(
    {
        "dev": {"max_examples": 50, "stateful_step_count": 30},
        "ci": {"max_examples": 100, "stateful_step_count": 50, "derandomize": True, "print_blob": True, "database": None},
        "nightly": {"max_examples": 5000, "stateful_step_count": 100, "print_blob": True},
    }
)


def settings_for(profile: Profile) -> settings:
    """Hypothesis settings for a stateful test: `dev` (50 examples of at most 30 steps), `ci` (100 of 50, the same every time),
    `nightly` (5,000 of 100). Registers nothing. `BadData` for another name."""
    if profile not in get_args(Profile):
        raise BadData("profile", profile, f"one of {', '.join(get_args(Profile))}")
    return settings(deadline=None, suppress_health_check=tuple(HealthCheck), **_PROFILES[profile])


def register_profiles() -> None:
    """Registers `refund_fsm_dev`, `refund_fsm_ci` and `refund_fsm_nightly` with Hypothesis, for `--hypothesis-profile`. Loads none."""
    for name in get_args(Profile):
        settings.register_profile(f"refund_fsm_{name}", settings_for(name))
