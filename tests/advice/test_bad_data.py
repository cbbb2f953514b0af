"""What no advice can be given on is named."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from refund_fsm import BadData, Policy, orders
from refund_fsm.advice import advise
from tests.samples import at, case, order


class Unfit:
    """Neither a case nor an order."""


BAD: list[tuple[str, Any, datetime, dict[str, Any]]] = [
    # field               subject               at                            more
    ("lang", order(), at("2026-02-13 09:00"), {"lang": "fr"}),
    ("role", order(), at("2026-02-13 09:00"), {"role": "clock"}),
    ("role", case("virtual"), at("2026-02-13 10:00"), {"role": "merchant"}),
    ("role", case(), at("2026-02-13 10:00"), {"role": ["buyer"]}),
    ("subject", Unfit(), at("2026-02-13 09:00"), {}),
    ("at", order(), datetime(2026, 2, 13), {}),  # noqa: DTZ001  # the refusal of a naive instant is the point
    ("at", order(), at("2026-02-10 09:59"), {}),
    ("at", case(), at("2026-02-13 09:59"), {}),
    ("policy", case(), at("2026-02-13 10:00"), {"policy": Policy.guide()}),
    ("order_type", order("loan", shipped_at=None, signed_at=None), at("2026-02-13 10:00"), {}),
    ("order.order_type", order(), at("2026-02-13 10:00"), {"workflow": orders.get("virtual")}),
]


@pytest.mark.parametrize(("field", "subject", "when", "more"), BAD)
def test_bad_data_is_named(field: str, subject: Any, when: datetime, more: dict[str, Any]) -> None:
    with pytest.raises(BadData) as caught:
        advise(subject, when, **more)
    assert caught.value.field == field
    if field == "role":
        assert caught.value.value == more["role"]
        assert "platform, payment" in caught.value.expected and "clock," not in caught.value.expected
    if field == "lang":
        assert all(choice in caught.value.expected for choice in ("'zh'", "'en'", "'both'"))
