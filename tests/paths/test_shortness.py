"""Suites are short: close to bounds that no suite can beat, without a needless path or step."""

from __future__ import annotations

import pytest

from tests.paths.suites import suite_of
from tests.workflows import EVERY_KEY_AND_OWN


@pytest.mark.parametrize("criterion", ["rules", "rule_pairs", "prime_paths"])
@EVERY_KEY_AND_OWN
def test_suites_are_close_to_their_lower_bounds(key: str, criterion: str) -> None:
    suite = suite_of(key, criterion)
    assert suite.least_paths <= len(suite) <= suite.least_paths * 1.02 + (5 if key == "shop_official" else 2)
    assert suite.least_steps <= suite.steps <= suite.least_steps * 1.35


@EVERY_KEY_AND_OWN
def test_no_path_is_needless_and_none_ends_too_late(key: str) -> None:
    for criterion in ("rules", "rule_pairs", "guard_outcomes"):
        suite = suite_of(key, criterion)
        everything = [set(suite.coverage([path.replay(suite.workflow)]).reached) for path in suite] if criterion != "guard_outcomes" else []
        for number, own in enumerate(everything):
            others = set().union(*(one for place, one in enumerate(everything) if place != number))
            assert own - others, "every path reaches what no other does"


def test_the_bounds_are_those_worked_out_by_hand() -> None:
    """Exchange: eight rules that end a case take eight paths; each is as long as the shortest path to its rule."""
    suite = suite_of("exchange", "rules")
    ends = {"X02": 1, "X04": 2, "X06": 2, "X08": 3, "X10": 4, "X11": 4, "X13": 5, "X14": 5}
    assert suite.least_paths == len(ends)
    assert suite.least_steps >= sum(ends.values())
