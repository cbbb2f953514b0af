"""Faults inside a guard, a date or an amount, each in a faithful service of the shop, are found; a faithful one is not blamed."""

from __future__ import annotations

from functools import partial

import pytest

from refund_fsm import Workflow
from refund_fsm.testing import LockstepReport, verify_implementation
from tests.testing.lockstep.shop_faults import FAULTS, MORE, SHOP, Service


def held(workflow: Workflow, *criteria: str) -> LockstepReport:
    return verify_implementation(partial(Service, workflow), SHOP, criterion=criteria, examples=0, isolation="none")


WINDOW = "to be refused (guard_failed): The seven-day window ended on "
LATE = (
    WINDOW,
    "in_window=False (signed_at)",
    "signed_at 2026-03-02 10:00 (6 d 14:00:00 earlier)",
    "time: 2026-03-09 00:00 (2026-03-08 16:00 UTC)",
)
TOLD: dict[str, tuple[str, ...]] = {
    # fault: what its report says
    "the window is ignored, an excluded item is still refused": (
        WINDOW,
        "guards that fail: window_open",
        "signed_at 2025-01-26 10:00 (400 d ",
    ),
    "the window counts from the day after signing": LATE,
    "the window is 168 hours from the minute of signing": LATE,
    "the window counts days in UTC": LATE,
    "size_or_colour is refused while the goods are on the way": ("to be taken (S05)", "reason=size_or_colour, goods=in_transit ("),
    "a window kept by talking is forgotten": (
        "to be taken (S05)",
        "window_kept=True (set by contact_merchant)",
        "6 d 13:58:00 after the step",
    ),
    "the first line is looked at, whichever is claimed": (
        "to be taken (S01)",
        "line SKU-1 (claimed, number 2 of 3): paid_fen 9900",
        "line SKU-1-1: paid_fen 9900, refunded_fen 9900",
    ),
    "pending money is forgotten": ("99.01 yuan, is more than the 99.00 yuan", "paid_fen 12400, pending_fen 2500", "amount_fen 9901"),
}


@pytest.mark.parametrize("name", [*FAULTS, *MORE])
def test_a_fault_inside_a_guard_or_a_date_is_found(name: str) -> None:
    workflow = {**FAULTS, **MORE}[name]
    report = held(workflow, "conditions", "boundaries")
    assert report.divergence is not None and report.divergence.kind == "acceptance"
    assert report.again and report.counterexample is not None
    assert report.counterexample.steps[-1].event in ("submit", "contact_merchant"), "only filings look at these facts"
    told, again = report.text("en"), report.reproduction()
    assert [said for said in TOLD[name] if said not in told] == []
    about = [line.strip() for line in told.split("\nStep ")[1].splitlines()[1:] if line.startswith("  ")]
    assert about and [line for line in about if f"    # {line}\n" not in again] == [], "the reproduction says the same"


@pytest.mark.parametrize("name", FAULTS)
def test_the_suites_of_before_miss_it(name: str) -> None:
    """Why the criteria are there: an opening that stands for all that the guards of the workflow treat alike does not do."""
    assert held(FAULTS[name], "guard_outcomes", "refusals", "limits").ok


def test_the_faithful_service_is_called_the_same() -> None:
    report = held(SHOP, "conditions", "boundaries")
    assert report.ok and [run.criterion for run in report.suites] == ["conditions", "boundaries"]
