"""A result is written, read again, and never trusted."""

from __future__ import annotations

import json

import pytest

from refund_fsm import BadData, Policy, orders
from refund_fsm.simulate import Result


def test_a_result_is_written_and_read_again(whole: Result) -> None:
    text = whole.to_json()
    assert Result.from_json(text) == whole and '"illustrative": true' in text
    for bad, told in (("{", "valid JSON"), ("[]", "format"), (text.replace('"format": 1', '"format": 9'), "format: 9")):
        with pytest.raises(BadData, match=told):
            Result.from_json(bad)
    with pytest.raises(BadData, match="fingerprint"):
        Result.from_json(text, orders.get("third_party"))
    data = json.loads(text)
    for changes, told in (
        ({"ranges": [[7, 0, 5]]}, "ranges: .*the numbers of 3,000 cases"),
        ({"asked": 1}, "asked: 1"),
        ({"sums": {**data["sums"], "rules": {"shape": [10**12], "places": [], "values": []}}}, r"sums\.rules\.shape: "),
        ({"sums": {**data["sums"], "open": {"shape": [11], "places": [0], "values": [-3]}}}, r"sums\.open: -3"),
        ({"calendar": None, "payers": 3}, "result: "),
    ):
        with pytest.raises(BadData, match=told):
            Result.from_json(json.dumps({**data, **changes}))
    assert data["calendar"] == Policy.guide().calendar.version
