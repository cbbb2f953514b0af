"""The page as a file: one, small, always the same; bad arguments are named, markup stays text."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from refund_fsm import BadData, Policy, orders
from refund_fsm.diagram import page
from tests.exchange import WORKFLOW
from tests.workflows import ALL, EVERY_KEY_AND_OWN

MOST_BYTES = 1_000_000
MOST_BYTES_OF = {"shop_official": 1_500_000}  # which has fifty times as many openings


@EVERY_KEY_AND_OWN
def test_a_page_is_one_small_file_and_always_the_same(key: str, tmp_path: Path) -> None:
    workflow = ALL[key]
    counts, waits = dict.fromkeys(workflow.by_id, 12_345), dict.fromkeys(workflow.states, timedelta(hours=5))
    whole = page(workflow, counts=counts, waits=waits)
    assert len(whole.html.encode()) <= MOST_BYTES_OF.get(key, MOST_BYTES)
    assert whole == page(workflow, counts=counts, waits=waits)
    assert not re.findall(
        r'(?:src|href)\s*=\s*"(?!#)|url\((?!data:)|@import', re.sub(r"<script.*?</script>", "", whole.html, flags=re.DOTALL)
    )
    path = whole.save(tmp_path / "page.html")
    assert path.read_text("utf-8") == whole.html
    data = re.search(r'<script type="application/json" id="page-data">(.*?)</script>', whole.html, re.DOTALL)
    assert data is not None
    told = json.loads(data[1])
    assert told["counts"] == [12_345] * len(workflow.rules)
    assert len(told["waits"]) == len(workflow.states)


def test_bad_arguments_are_named(tmp_path: Path) -> None:
    workflow = orders.get("virtual")
    with pytest.raises(BadData, match="beyond"):
        page(workflow, policy=Policy(beyond="error"))
    with pytest.raises(BadData, match="V99"):
        page(workflow, counts={"V99": 1})
    with pytest.raises(BadData, match="nowhere"):
        page(workflow, waits={"nowhere": timedelta(1)})
    with pytest.raises(BadData, match=r"\.html"):
        page(workflow).save(tmp_path / "page.svg")
    with pytest.raises(BadData, match="written"):
        page(workflow).save(tmp_path / "missing" / "page.html")
    assert not list(tmp_path.iterdir())


def test_markup_in_labels_stays_text() -> None:
    label = replace(WORKFLOW.label, zh="</script><b>换货</b>", en="<!-- & </style> @DATA@ @SCRIPT@")
    workflow = replace(WORKFLOW, label=label)
    html = page(workflow).html
    assert html.count("</script>") == 4, "two pictures, the data and the script"
    assert "<b>" not in html
