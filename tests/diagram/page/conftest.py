"""The pages that tests of the browser look at, made once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from refund_fsm.diagram import page
from tests.workflows import ALL


@pytest.fixture(scope="session")
def addresses(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The address of the page of each workflow, with counts and waits laid over."""
    folder = tmp_path_factory.mktemp("pages")
    found = {}
    for key, workflow in ALL.items():
        counts = {id: 1000 // place for place, id in enumerate(workflow.by_id, start=1)}
        waits = {state: timedelta(hours=30 * place) for place, state in enumerate(workflow.states)}
        path = page(workflow, counts=counts, waits=waits).save(Path(folder) / f"{key}.html")
        found[key] = path.as_uri()
    return found
