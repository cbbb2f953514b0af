"""A cell is text to a spreadsheet, and a reader gets back what was written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refund_fsm.text.cells import BEGINNINGS, shielded, shown, unshielded


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        # text             cell
        ("=1+1",           "'=1+1"),
        ("+1",             "'+1"),
        ("-1",             "'-1"),
        ("@SUM(A1)",       "'@SUM(A1)"),
        ("＝1+1",          "'＝1+1"),
        (" =1+1",          "' =1+1"),
        ("\t=1+1",         "'\t=1+1"),
        ("'tis",           "''tis"),
        ("a = b",          "a = b"),
        ("退款-质量问题",   "退款-质量问题"),
        ("",               ""),
    ],
)  # fmt: skip
def test_what_begins_as_a_formula_begins_with_an_apostrophe(text: str, cell: str) -> None:
    assert shielded(text) == cell and unshielded(cell) == text


@given(st.text(st.sampled_from(f"{BEGINNINGS}' 1a"), max_size=6))
def test_every_text_comes_back(text: str) -> None:
    assert unshielded(shielded(text)) == text == unshielded(shown(text))
    assert not shielded(text).lstrip().startswith(tuple(BEGINNINGS))


@pytest.mark.parametrize("text", ["-5", "+1.2 pp", "-3.4 %", "+1,200.00", "12"])
def test_a_number_that_people_read_stays_one(text: str) -> None:
    assert shown(text) == text


@pytest.mark.parametrize("text", ["-1+1", "+SUM(A1)", "-1 a(1)", "-", "=1"])
def test_what_only_begins_as_a_number_does_not(text: str) -> None:
    assert shown(text) == f"'{text}"
