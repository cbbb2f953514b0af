"""The study says what it says."""

from __future__ import annotations

from tests.examples.study import lines

FOUND = [
    "guide, approve: money after 18.9 days, slowest twentieth 35.8; 70.8% refunded, 11.1% arbitrated, 105.11 yuan a case",
    "guide, escalate: money after 18.8 days, slowest twentieth 36.5; 67.6% refunded, 20.8% arbitrated, 100.36 yuan a case",
    "statute, approve: money after 18.8 days, slowest twentieth 34.3; 70.8% refunded, 11.1% arbitrated, 105.11 yuan a case",
    "statute, escalate: money after 18.8 days, slowest twentieth 35.5; 67.6% refunded, 20.8% arbitrated, 100.36 yuan a case",
]


def test_the_study_is_what_was_found() -> None:
    assert list(lines()) == [f"{line} (示例 illustrative)" for line in FOUND]
