"""The study says what it says."""

from __future__ import annotations

import re

from tests.examples.study import lines
from tests.places import ROOT

FOUND = [
    "third_party, an ordinary day: money after 15.0 days, slowest twentieth 29.4; 70.9% refunded, 11.2% arbitrated, 105.20 yuan a case",
    "shop_official, an ordinary day: money after 10.3 days, slowest twentieth 23.7; 77.1% refunded, 8.6% arbitrated, 114.41 yuan a case",
    "third_party, the eve of the festival: "
    "money after 18.9 days, slowest twentieth 35.8; 70.8% refunded, 11.1% arbitrated, 105.11 yuan a case",
    "shop_official, the eve of the festival: "
    "money after 16.0 days, slowest twentieth 25.6; 77.1% refunded, 8.7% arbitrated, 114.41 yuan a case",
]


def test_the_study_is_what_was_found() -> None:
    assert list(lines()) == [f"{line} (示例 illustrative)" for line in FOUND]


def test_the_readme_has_the_same_figures() -> None:
    section = (ROOT / "README.md").read_text(encoding="utf-8").split("## How long does it take?")[1]
    told = re.findall(r"\| (guide|platform) \| ([\d.]+%) \| ([\d.]+%) \| ([\d.]+) days \| ([\d.]+) days \|", section)
    found = [re.findall(r"(\d+\.\d%?)", line) for line in FOUND]
    assert [(refunded, arbitrated, half, slow) for _, refunded, arbitrated, half, slow in told] == [
        (refunded, arbitrated, half, slow) for half, slow, refunded, arbitrated, *_ in found
    ]
