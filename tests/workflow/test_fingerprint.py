"""The fingerprint is of what a table does: it changes with the meaning and ignores the wording."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from refund_fsm import Actor, Effect, Limit, Workflow, orders
from tests.small import ASK, LIMITS, OPEN, R1, R2, R3, R4, WAITING, build, has_attempts, nothing

MEANINGS: list[tuple[str, Callable[[], Workflow]]] = [
    ("rule id", lambda: build((replace(R1, id="Y1"), R2, R3, R4))),
    ("guard", lambda: build((replace(R1, when=(has_attempts,)), R2, R3, R4))),
    ("actor", lambda: build((replace(R1, event=replace(ASK, actor=Actor("shop", "店", "shop"))), R2, R3, R4))),
    ("needs", lambda: build((replace(R1, event=replace(ASK, needs=("note",))), R2, R3, R4))),
    ("limit", lambda: build(limits={WAITING: Limit("transit_days", cites="assumed")})),
    ("limit group", lambda: build(limits={**LIMITS, OPEN: Limit("transit_days", cites="assumed")})),
    ("effect", lambda: build((replace(R1, effect=Effect("take", nothing, ("paid",))), R2, R3, R4))),
    ("law", lambda: build(law={WAITING: Limit("statutory_refund_days", cites="L1")})),
]
WORDINGS: list[tuple[str, Callable[[], Workflow]]] = [
    ("event label", lambda: build((replace(R1, event=replace(ASK, zh="提出申请")), R2, R3, R4))),
    ("provenance", lambda: build((replace(R1, cites="A5"), R2, R3, R4))),
    ("spine", lambda: build(spine=((OPEN, WAITING),))),
]


@pytest.mark.parametrize("make", [row[1] for row in MEANINGS], ids=[row[0] for row in MEANINGS])
def test_the_fingerprint_changes_with_the_meaning(make: Callable[[], Workflow]) -> None:
    assert make().fingerprint != build().fingerprint


@pytest.mark.parametrize("make", [row[1] for row in WORDINGS], ids=[row[0] for row in WORDINGS])
def test_the_fingerprint_ignores_the_wording(make: Callable[[], Workflow]) -> None:
    assert make().fingerprint == build().fingerprint


def test_the_registered_fingerprints_differ() -> None:
    assert len({orders.get(key).fingerprint for key in orders.keys()}) == len(orders.keys())
