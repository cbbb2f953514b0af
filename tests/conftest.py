"""Owns the Hypothesis profiles: `dev` by default, `ci` (the same examples every time) where CI is set, `nightly` by
`--hypothesis-profile=nightly`."""

from __future__ import annotations

import os
from typing import Any

from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.browser", "tests.skipped", "pytester"]

# A path is one long string of bytes on purpose: Hypothesis calls that large.
COMMON: dict[str, Any] = {"deadline": None, "suppress_health_check": (HealthCheck.too_slow, HealthCheck.data_too_large)}

# The one place where the tests' environment is pinned: nobody's locale, language or window changes what is printed.
for name in ("REFUND_FSM_LANG", "LC_MESSAGES", "LANG", "LANGUAGE", "COLUMNS", "NO_COLOR", "FORCE_COLOR"):
    os.environ.pop(name, None)
os.environ["LC_ALL"] = "C.UTF-8"

settings.register_profile("dev", max_examples=50, **COMMON)
settings.register_profile("ci", max_examples=50, derandomize=True, print_blob=True, database=None, **COMMON)
settings.register_profile("nightly", max_examples=5000, print_blob=True, **COMMON)
settings.load_profile("ci" if os.environ.get("CI") else "dev")
