"""Faults inside a guard, a date or an amount, each in a faithful service of the shop, are found; a faithful one is not blamed."""

from __future__ import annotations

from functools import partial

import pytest

from refund_fsm import Workflow
from refund_fsm.testing import LockstepReport, verify_implementation
from tests.testing.lockstep.shop_faults import FAULTS, MORE, SHOP, Service


def held(workflow: Workflow, *criteria: str) -> LockstepReport:
    return verify_implementation(partial(Service, workflow), SHOP, criterion=criteria, examples=0, isolation="none")


@pytest.mark.parametrize("name", [*FAULTS, *MORE])
def test_a_fault_inside_a_guard_or_a_date_is_found(name: str) -> None:
    workflow = {**FAULTS, **MORE}[name]
    report = held(workflow, "conditions", "boundaries")
    assert report.divergence is not None and report.divergence.kind == "acceptance"
    assert report.again and report.counterexample is not None
    assert report.counterexample.steps[-1].event in ("submit", "contact_merchant"), "only filings look at these facts"


@pytest.mark.parametrize("name", FAULTS)
def test_the_suites_of_before_miss_it(name: str) -> None:
    """Why the criteria are there: an opening that stands for all that the guards of the workflow treat alike does not do."""
    assert held(FAULTS[name], "guard_outcomes", "refusals", "limits").ok


def test_the_faithful_service_is_called_the_same() -> None:
    report = held(SHOP, "conditions", "boundaries")
    assert report.ok and [run.criterion for run in report.suites] == ["conditions", "boundaries"]
