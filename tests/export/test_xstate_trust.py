"""What can be trusted of the XState export: each row of the table in its docstring, run by the real `xstate` package.

Skips where node or the package (`npm ci --prefix tests/web`) is missing.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from functools import cache
from typing import Any

import pytest

from refund_fsm import Policy, orders
from refund_fsm.export import render, xstate
from refund_fsm.scenario import Player, details_of
from refund_fsm.testing.openings import openings_of
from tests.browser import WEB, node_module
from tests.export.xstate_rows import facts_told, row_of
from tests.samples import at

LONGEST = 60  # seconds that node may take
TRUSTED = (  # test_xstate runs these rows
    "states, guards, effects, refusals, money, breaches",
    "a limit that facts decide, and one that an event moves",
    "a special period",
)

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="node is missing: install Node.js 20 or later")


def _led(*events: str) -> tuple[Player, list[dict[str, Any]]]:
    """A case of the shop led along these events, and the events as XState gets them."""
    workflow, policy = orders.get("third_party"), Policy.guide()
    for facts in (one for one in openings_of(workflow, policy).fruitful if one.kind == "return_and_refund"):
        player = Player.with_facts(workflow, policy, facts, at("2026-03-02 10:00"))
        assert player is not None
        told = []
        for name in events:
            event = workflow.events[name]
            player = player.told(name, event.actor.key, player.case.now, details_of(event, player.case.now))
            if player.step is None or player.step.refusal is not None:
                break
            told.append(row_of(player)["event"])
        else:
            return player, told
    raise AssertionError(f"no case goes {events}")


@cache
def _said() -> dict[str, Any]:
    node_module("xstate")
    player, events = _led("submit")
    first, *_ = player.line()
    assert player.case.due is not None and player.case.due.then is not None, "there is a limit that the clock enforces"
    _, final = _led("cancel")
    given = {
        "exported": json.loads(render(player.case.workflow, "xstate", Policy.guide())),
        "facts": facts_told(first.case.facts),
        "events": events,
        "refused": {"type": "refund_paid", "by": "platform", "details": {}},
        "final": final,
    }
    done = subprocess.run(
        ("node", "--no-warnings", str(WEB / "xstate_trust.mjs")),
        input=json.dumps(given), capture_output=True, text=True, timeout=LONGEST, check=False, encoding="utf-8",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


ROWS = {
    "a limit of up to 24.8 days, on the clock of the system": True,
    "`SimulatedClock`, many limits in one `increment`": {"inOne": 1, "inMany": 2},
    "a persisted snapshot": {"same": True, "timers": False},
    "`can` of an event that is refused": {"can": True, "refused": "wrong_state", "moved": False},
    "`can` of a machine that is done": {"done": True, "can": True, "refused": None},
}
LONG = "a longer limit"


@pytest.mark.parametrize("row", ROWS)
def test_a_row_of_the_table_is_as_it_says(row: str) -> None:
    assert _said()[row] == ROWS[row]


def test_a_longer_limit_fires_at_once_is_refused_and_chained_comes_in_time() -> None:
    said = _said()[LONG]
    assert said["firesAtOnce"] and said["chained"]
    assert re.search(
        r"_working_days: 25\.0 days; setTimeout fires at once beyond 24\.8: give the actor the clock chained\(\)", said["refused"]
    )


def test_every_row_of_the_table_is_run() -> None:
    rows = re.findall(r"^\| (.*?) \| ", xstate.__doc__ or "", re.MULTILINE)
    assert sorted(rows[1:]) == sorted([*TRUSTED, LONG, *ROWS])
