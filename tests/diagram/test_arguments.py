"""What `draw` cannot draw is named, with the choices."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from refund_fsm import BadData, Policy, diagram, orders


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"policy": "statute"}, "policy: 'statute'.*a Policy, or None"),
        ({"note": "x"}, "note: 'x'.*a Text, or None"),
        ({"counts": {"V01": 10**16}}, "a whole number from 0 to 1,000,000,000,000,000"),
        ({"view": "map"}, "view: 'map'; expected 'full' or 'spine'"),
        ({"counts": {"X1": 1}}, "counts: 'X1'.*a rule of virtual: V01, V02"),
        ({"counts": {"V01": -1}}, r"counts\['V01'\]: -1.*whole number from 0"),
        ({"counts": {"V01": True}}, "whole number from 0"),
        ({"counts": [1]}, "counts.*a mapping"),
        ({"waits": {"nowhere": timedelta(1)}}, "waits: 'nowhere'.*a state of virtual: draft"),
        ({"waits": {"draft": 3}}, r"waits\['draft'\]: 3.*a timedelta from 0"),
        ({"before": "guide"}, "before: 'guide'.*a Workflow, or a Policy"),
        ({"counts": {}, "before": Policy.guide()}, "draw: 'counts, before'.*one of case, counts with waits, or before"),
        ({"view": "spine", "before": Policy.guide()}, "view: 'spine'.*'full' with before"),
    ],
)
def test_bad_arguments_are_named(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(BadData, match=message):
        diagram.draw(orders.get("virtual"), **arguments)


def test_a_workflow_is_asked_for() -> None:
    with pytest.raises(BadData, match=r"workflow: 'virtual'.*a Workflow"):
        diagram.draw("virtual")  # type: ignore[arg-type]  # what a user may pass


@pytest.mark.parametrize("lang", ["fr", "", None, 3])
def test_an_unknown_language_lists_the_choices(lang: Any) -> None:
    with pytest.raises(BadData, match="'both' or 'zh' or 'en'"):
        diagram.draw(orders.get("virtual"), lang=lang)
