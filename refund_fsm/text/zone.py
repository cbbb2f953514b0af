"""Owns the one time zone in which instants are said and days are counted. Must not count days: `workflow.calendar` does.

It goes by its name, not by its offset: pyarrow and polars compare an instant with a column only where both name one zone, and the
columns that we write name this one.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")  # +08:00 throughout from 1992 on: no summer time since, and no earlier instant is accepted
