"""In scenario files and options an instant without a zone is Shanghai's, a date alone its beginning; the library stays strict."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from refund_fsm import BadData, Order
from refund_fsm.cli.options import instant_of
from refund_fsm.scenario import load
from refund_fsm.text import SHANGHAI
from tests.scenario.files import ORDER, REQUEST, SUBMIT

WHOLE = (
    ORDER
    + REQUEST
    + '[[request.evidence]]\nkind = "photo"\nby = "buyer"\nat = 2026-02-13T00:00:00+08:00\n'
    + SUBMIT
    + "[[event]]\nadvance = 2026-03-01T00:00:00+08:00\n"
)

LINES = [{"sku": "A", "title": "A", "quantity": 1, "paid_fen": 1}]


def loaded(text: str, folder: Path) -> object:
    path = folder / "one.toml"
    path.write_text(text, encoding="utf-8")
    found = load(path)
    return found.order, found.request, found.opened_at, found.rows, found.last_instant


def test_a_file_says_the_same_with_and_without_zones(tmp_path: Path) -> None:
    opened = "opened_at = 2026-02-13T00:00:00+08:00\n"
    strict = loaded(opened + WHOLE, tmp_path)
    assert loaded((opened + WHOLE).replace("+08:00", ""), tmp_path) == strict
    assert loaded((opened + WHOLE).replace("T00:00:00+08:00", ""), tmp_path) == strict
    assert loaded(opened + WHOLE.replace("2026-02-13T10:00:00+08:00", "2026-02-13T02:00:00Z"), tmp_path) == strict


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-02-12", datetime(2026, 2, 12, tzinfo=SHANGHAI)),
        ("2026-02-12T10:00", datetime(2026, 2, 12, 10, tzinfo=SHANGHAI)),
        ("2026-02-12 10:00:05", datetime(2026, 2, 12, 10, 0, 5, tzinfo=SHANGHAI)),
        ("2026-02-12T02:00Z", datetime(2026, 2, 12, 10, tzinfo=SHANGHAI)),
        ("2026-02-12T10:00+08:00", datetime(2026, 2, 12, 10, tzinfo=SHANGHAI)),
    ],
)
def test_an_option_without_a_zone_is_shanghais(text: str, at: datetime) -> None:
    assert instant_of(text, "--at") == at


@pytest.mark.parametrize("text", ["", "soon", "10:00", "2026-02-30", "1926-02-12"])
def test_what_is_no_instant_names_the_option(text: str) -> None:
    with pytest.raises(BadData, match=r"^--at: "):
        instant_of(text, "--at")


@pytest.mark.parametrize("at", [datetime(2026, 2, 10, 10), date(2026, 2, 10)])  # noqa: DTZ001  # what is refused
def test_the_library_stays_strict(at: date) -> None:
    with pytest.raises(BadData, match="paid_at"):
        Order.model_validate(
            {"id": "O", "order_type": "virtual", "lines": [{"sku": "A", "title": "A", "quantity": 1, "paid_fen": 1}], "paid_at": at}
        )
