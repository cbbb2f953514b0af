"""Faults inside a guard or a derivation: all are made, each is what it says, and the new criteria kill all that a case can tell."""

from __future__ import annotations

import pytest

from refund_fsm import BadData, Policy, paths
from refund_fsm.testing.mutation import INSIDE, Teller, inner_mutants, killed_by
from refund_fsm.workflow import reads_of
from tests.testing.mutation.tiny import TINY
from tests.workflows import ALL

SHOP = ALL["third_party"]


def test_every_row_of_every_guard_is_flipped() -> None:
    made = [one for one in inner_mutants(TINY) if one.operator == "guard row flipped"]
    assert [one.name for one in made] == [
        "small answers otherwise where size=s",
        "small answers otherwise where size=l",
        "try_left answers otherwise where tries=0",
        "try_left answers otherwise where tries=1",
        "try_left answers otherwise where tries=2",
        "flagged answers otherwise where flag=False",
        "flagged answers otherwise where flag=True",
    ]
    guards = {guard for rule in SHOP.rules for guard in rule.when}
    domains, rows = SHOP.domains(Policy.guide()), 0
    for guard in guards:
        number = 1
        for name in reads_of(guard, domains):
            number *= len(domains[name])
        rows += number
    flipped = [one for one in inner_mutants(SHOP) if one.operator == "guard row flipped"]
    assert len(flipped) == rows and len({one.name for one in flipped}) == rows


def test_names_are_unique_and_every_operator_makes_something() -> None:
    made = inner_mutants(SHOP)
    assert len({one.name for one in made}) == len(made)
    assert {one.operator for one in made} == set(INSIDE)


def test_what_is_no_workflow_is_bad_data() -> None:
    with pytest.raises(BadData, match="a Workflow"):
        inner_mutants("shop")  # type: ignore[arg-type]  # on purpose


def test_the_new_criteria_kill_every_fault_of_a_tiny_workflow_that_a_case_can_tell() -> None:
    suites = (*paths.cover(TINY, "conditions"), *paths.cover(TINY, "boundaries"))
    teller = Teller(TINY)
    for mutant in inner_mutants(TINY):
        if mutant.operator in ("guard row flipped", "fact ignored"):
            assert (killed_by(mutant, suites) is None) == teller.equivalent(mutant), mutant.name


@pytest.mark.parametrize(
    "name",
    [
        "facts are derived a microsecond too late",
        "facts are derived a day too early",
        "days are those of UTC",
        "signed_at is taken to be 168 hours later",
        "paid_at is taken for signed_at",
        "pending_fen is left out",
        "the first line is looked at, whichever is claimed",
        "the last line is looked at, whichever is claimed",
        "window_open takes excluded to be False",
        "window_open takes window_kept to be False",
    ],
)
def test_faults_of_the_shop_are_killed_by_the_new_criteria(name: str) -> None:
    mutant = next(one for one in inner_mutants(SHOP) if one.name == name)
    suites = (*paths.cover(SHOP, "boundaries"), *paths.cover(SHOP, "conditions"))
    assert killed_by(mutant, suites) is not None
