"""The map of what differs: what it keeps and folds, its signs and colours, and what it does not take."""

from __future__ import annotations

import math
import re
from html import unescape
from typing import Any

import pytest

from refund_fsm import BadData, Rule, Text
from refund_fsm.diagram import Change, Changes, change_map, dark, diverging
from refund_fsm.diagram.palette import INK, PAPER, SLATE
from tests.colour import SIGHTS, contrast, distance
from tests.toys import END, GO, TURN, A, B, toy

WORKFLOW = toy(Rule("T1", A, GO, B, "assumed"), Rule("T2", B, TURN, A, "assumed"), Rule("T3", B, GO, END, "assumed"))
NAMES = (Text("甲", "one"), Text("乙", "other"))
SAME = Change(1.0, 1.0)


def changes(**given: Any) -> Changes:
    """Changes of the small workflow."""
    rules = {"T1": SAME, "T2": Change(0.30, 0.25), "T3": SAME}
    return Changes(WORKFLOW, **{"rules": rules, "states": {}, "times": {}, **given})


def told(found: Changes) -> list[str]:
    """The texts of the map, in English."""
    return [unescape(one) for one in re.findall(r"<text [^>]*>([^<]*)</text>", change_map(found, names=NAMES, lang="en").svg())]


def test_what_differs_is_drawn_with_its_sign_and_what_does_not_is_counted() -> None:
    found = changes(times={"b": Change(3.0, 4.5)})
    assert [rule.id for rule in found.shown_rules] == ["T2"] and found.shown_states == ("a", "b")
    assert found.folds == (("a", "b", 0),), "no shown rule leads there"
    texts = told(found)
    assert {"▼ −5.0", "▲ +1.5", "30.0 → 25.0 %", "stay 3.0 → 4.5 d"} <= set(texts)
    assert any("1 states and 2 rules that do not clearly differ" in one for one in texts)
    assert "⋯ no difference" in texts and "T1" not in texts


def test_the_largest_are_kept_and_the_rest_is_said() -> None:
    rules = {"T1": Change(1.0, 0.5), "T2": Change(0.30, 0.25), "T3": Change(0.5, 0.52)}
    found = changes(rules=rules, most=1)
    assert [rule.id for rule in found.clear_rules] == ["T1", "T2", "T3"] and [rule.id for rule in found.shown_rules] == ["T1"]
    assert any("2 further rules differ less" in one for one in told(found))


@pytest.mark.parametrize("change", [Change(0.3, 0.3005), Change(0.3, 0.25, error=0.06), Change(0.3, 0.3)])
def test_what_is_small_or_within_its_error_does_not_differ(change: Change) -> None:
    found = changes(rules={"T1": SAME, "T2": change, "T3": SAME})
    assert not found.clear_rules and "nothing clearly differs" in told(found)
    assert not re.findall(r'class="node', change_map(found, names=NAMES).svg())


def test_folded_states_are_counted_on_the_line_that_skips_them() -> None:
    found = changes(states={"end": Change(0.9, 0.8)}, rules={"T1": SAME, "T2": Change(0.1, 0.1), "T3": SAME})
    assert found.shown_states == ("a", "end") and found.folds == (("a", "end", 1),)
    assert "⋯ through 1 state without a" in told(found)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"rules": {"T9": SAME}}, "rules"),
        ({"times": {"nowhere": SAME}}, "times"),
        ({"times": {"a": Change(1.0, math.nan)}}, "times['a']"),
        ({"times": {"a": Change(-1.0, 2.0)}}, "times['a']"),
        ({"states": {"a": 0.5}}, "states['a']"),
    ],
)
def test_what_is_no_change_is_refused(given: Any, field: str) -> None:
    with pytest.raises(BadData) as caught:
        changes(**given)
    assert caught.value.field == field


def test_bad_arguments_are_named() -> None:
    for given, field in (({"names": ("a", "b")}, "names"), ({"names": NAMES, "lang": "fr"}, "lang")):
        with pytest.raises(BadData, match=f"^{field}: "):
            change_map(changes(), **given)
    with pytest.raises(BadData, match=r"^changes: "):
        change_map({}, names=NAMES)  # type: ignore[arg-type]


# The two colours, measured
TINTS = [diverging.tint(sign * size, 3.0) for sign in (1, -1) for size in (0.5, 1.5, 3.0)]


@pytest.mark.parametrize("sight", SIGHTS)
def test_more_and_less_are_told_apart_by_every_eye(sight: str) -> None:
    assert distance(diverging.MORE, diverging.LESS, sight) >= 25
    assert distance(diverging.NIGHT_OF[diverging.MORE], diverging.NIGHT_OF[diverging.LESS], sight) >= 25
    assert distance(TINTS[2], TINTS[5], sight) >= 10 and distance(dark.area(TINTS[2]), dark.area(TINTS[5]), sight) >= 9


def test_texts_are_legible_on_paper_tint_and_chip_by_day_and_by_night() -> None:
    for strong in (diverging.MORE, diverging.LESS):
        assert contrast(strong, PAPER) >= 4.5 and contrast(PAPER, strong) >= 4.5
        assert contrast(dark.line(strong), dark.NIGHT) >= 4.5 and dark.area(strong) == strong
    for paper in TINTS:
        assert contrast(INK, paper) >= 4.5 and contrast(SLATE, paper) >= 4.5
        assert dark.area(paper) != paper and all(contrast(dark.line(one), dark.area(paper)) >= 4.5 for one in (INK, SLATE))
