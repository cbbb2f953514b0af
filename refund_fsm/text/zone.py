"""Owns the one time zone in which instants are said and days are counted. Must not count days: `workflow.calendar` does."""

from __future__ import annotations

from datetime import timedelta, timezone

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")  # exact from 1992 on: no summer time since, and no earlier instant is accepted
