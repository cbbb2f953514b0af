"""Faults inside guards, derivations and calendars: each is what it says, and the new criteria kill all that a case can tell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, partial
from typing import Any

import pytest

from refund_fsm import BadData, Guard, Limit, Policy, Rule, Text, Workflow, guard, paths
from refund_fsm.testing.mutation import INSIDE, Killer, Mutant, Teller, inner_mutants, killed_by
from refund_fsm.testing.mutation.calendar_faults import OtherDays
from refund_fsm.testing.mutation.guard_faults import clause_faults
from refund_fsm.testing.openings import openings_of
from refund_fsm.text import SHANGHAI
from refund_fsm.workflow import WorkCalendar, reads_of
from tests.dear import WORKFLOW as DEAR
from tests.testing.mutation.tiny import TINY
from tests.toys import END, GO, TICK, A, B, toy
from tests.workflows import ALL

SHOP = ALL["third_party"]
GUIDE = Policy.guide()
CRITERIA = ("boundaries", "conditions")


@cache
def made(key: str) -> dict[str, Mutant]:
    return {one.name: one for one in inner_mutants(ALL.get(key, TINY))}


@cache
def killer_of(key: str) -> Killer:
    workflow = ALL[key]
    policy = workflow.default_policy()
    return Killer(workflow, [(policy, [path for one in CRITERIA for path in paths.cover(workflow, one)])])


@cache
def teller_of(key: str) -> Teller:
    return Teller(ALL[key])


# What is made


def test_every_row_of_every_guard_is_flipped() -> None:
    flipped = [one.name for one in made("tiny").values() if one.operator == "guard row flipped"]
    assert flipped == [
        "small answers otherwise where size=s",
        "small answers otherwise where size=l",
        "try_left answers otherwise where tries=0",
        "try_left answers otherwise where tries=1",
        "try_left answers otherwise where tries=2",
        "flagged answers otherwise where flag=False",
        "flagged answers otherwise where flag=True",
    ]
    guards = {guard for rule in SHOP.rules for guard in rule.when}
    domains, rows = SHOP.domains(GUIDE), 0
    for one in guards:
        number = 1
        for name in reads_of(one, domains):
            number *= len(domains[name])
        rows += number
    assert len([one for one in made("third_party").values() if one.operator == "guard row flipped"]) == rows


def test_names_are_unique_and_every_operator_makes_something() -> None:
    every = inner_mutants(SHOP) + inner_mutants(ALL["virtual"])
    assert len({(one.original.key, one.name) for one in every}) == len(every)
    assert {one.operator for one in every} == set(INSIDE)


def test_what_is_no_workflow_is_bad_data() -> None:
    with pytest.raises(BadData, match="a Workflow"):
        inner_mutants("shop")  # type: ignore[arg-type]  # on purpose


@dataclass(frozen=True, slots=True)
class Three:
    """Facts for a guard of several clauses."""

    count: int
    used: bool
    late: bool


@guard(zh="可用", en="it may be used")
def usable(facts: Three) -> bool:
    if facts.late:
        return facts.used
    return not facts.used and facts.count > 0


CLAUSES = [
    # operator, name, facts, the answer of the guard without the fault
    ("clause dropped", "usable: not facts.used dropped", Three(1, True, False), False),
    ("clause dropped", "usable: facts.count > 0 dropped", Three(0, False, False), False),
    ("clause negated", "usable: not facts.used negated", Three(1, False, False), True),
    ("clause negated", "usable: facts.count > 0 negated", Three(1, False, False), True),
    ("< for <=", "usable: facts.count > 0 with the end taken in", Three(0, False, False), False),
    ("clause negated", "usable: facts.used negated", Three(0, True, True), True),
]


@pytest.mark.parametrize(("operator", "name", "facts", "answer"), CLAUSES)
def test_a_clause_of_the_source_is_changed_alone(operator: str, name: str, facts: Three, answer: bool) -> None:
    found = {told: (kind, faulty) for kind, told, faulty in clause_faults(usable)}
    assert set(found) == {told for _, told, _, _ in CLAUSES}
    kind, faulty = found[name]
    assert kind == operator and usable(facts) is answer and faulty(facts) is not answer


def test_a_guard_without_source_to_read_has_no_clauses() -> None:
    made_up: dict[str, Any] = {}
    exec("def test(facts):\n    return facts.used and facts.late", made_up)
    assert [*clause_faults(Guard("made up", made_up["test"], Text("甲", "made up")))] == []


DERIVED = [
    # a fault of the shop, how long after 2026-03-03 10:00, the day of signing, facts are derived, and in_window with the fault
    ("in_window changes a microsecond too early", timedelta(days=6, hours=14, microseconds=-1), False),
    ("in_window changes a microsecond too late", timedelta(days=6, hours=14), True),
    ("in_window changes a day too late", timedelta(days=7, hours=14, microseconds=-1), True),
    ("a day lasts 24 hours from signed_at", timedelta(days=7, microseconds=-1), True),
    ("in_window is derived False, whatever the order", timedelta(0), False),
    ("paid_at is taken for signed_at", timedelta(0), False),
]


@pytest.mark.parametrize(("name", "on", "in_window"), DERIVED)
def test_facts_are_derived_as_the_fault_says(name: str, on: timedelta, in_window: bool) -> None:
    signed = datetime(2026, 3, 3, 10, tzinfo=SHANGHAI)
    example = SHOP.make_up(next(one for one in openings_of(SHOP, GUIDE).fruitful if one.goods == "signed" and one.in_window), signed)
    assert example is not None
    order, request = example
    order = order.model_copy(update={"paid_at": signed - timedelta(days=9)})
    facts = made("third_party")[name].workflow.derive(order, request, signed + on, GUIDE)
    assert facts.in_window is in_window
    right = SHOP.derive(order, request, signed + on, GUIDE)
    assert right.in_window is not in_window, "the fault shows there"
    assert facts.goods == right.goods or name.startswith("paid_at")


COUNTED = [
    # a faulty calendar, when a count of two working days begins (2026), and its end; rightly two days before the holidays of May
    ("people work from Monday to Friday", "04-30T10:00", "05-05T00:00"),  # the holidays last to the 5th
    ("make-up days are missed", "05-07T10:00", "05-12T00:00"),  # people work on Saturday the 9th
    ("holidays are missed", "04-30T10:00", "05-05T00:00"),
    ("every day is a working day", "03-06T10:00", "03-09T00:00"),
    ("working days count from the day itself", "03-03T10:00", "03-05T00:00"),
    ("days of limits are those of UTC", "03-03T07:00", "03-05T08:00"),
    ("days of limits last 24 hours from the minute", "03-03T10:00", "03-05T10:00"),
    ("limits end a microsecond early", "03-03T10:00", "03-05T23:59:59.999999"),
]


@pytest.mark.parametrize(("name", "start", "end"), COUNTED)
def test_a_faulty_calendar_counts_as_it_says(name: str, start: str, end: str) -> None:
    faulty = made("third_party")[name].under(GUIDE)
    begun, ended = (datetime.fromisoformat(f"2026-{one}").replace(tzinfo=SHANGHAI) for one in (start, end))
    assert faulty.calendar.deadline(begun, 2, "working_days").at == ended != GUIDE.calendar.deadline(begun, 2, "working_days").at
    assert faulty.calendar != GUIDE.calendar and GUIDE.calendar.is_working(date(2026, 5, 9)), "the right one is as it was"


# What is told and killed


def test_the_new_criteria_kill_every_fault_of_a_guard_that_a_case_can_tell() -> None:
    suites, teller = [path for one in CRITERIA for path in paths.cover(TINY, one)], Teller(TINY)
    for mutant in made("tiny").values():
        if mutant.subject not in ("facts_of", "calendar"):
            assert (killed_by(mutant, suites) is None) == teller.equivalent(mutant), mutant.name


@pytest.mark.parametrize("key", ["virtual", "exchange"])
def test_the_new_criteria_kill_what_a_case_can_tell(key: str) -> None:
    for mutant in [*made(key).values()][:: 17 if key == "virtual" else 11]:
        assert (killer_of(key).kill(mutant) is None) == teller_of(key).equivalent(mutant), mutant.name


KILLED = [
    "facts are derived a microsecond too late",
    "in_window changes a microsecond too early",
    "in_window changes a day too late",
    "days are those of UTC",
    "a day lasts 24 hours from signed_at",
    "signed_at is taken to be 168 hours later",
    "paid_at is taken for signed_at",
    "pending_fen is left out",
    "the balance is taken to be a fen more",
    "the first line is looked at, whichever is claimed",
    "the last line is looked at, whichever is claimed",
    "open_case of any line counts for the claimed one",
    "window_open takes window_kept to be False",
    "window_open: not facts.excluded dropped",
]


@pytest.mark.parametrize("name", KILLED)
def test_faults_of_the_shop_are_killed_by_the_new_criteria(name: str) -> None:
    mutant = made("third_party")[name]
    assert not teller_of("third_party").equivalent(mutant)
    assert killer_of("third_party").kill(mutant) is not None


@pytest.mark.parametrize(
    "name",
    ["activated_at is taken to be 24 hours later", "freight_insurance is taken for benefits_used", "excluded changes a day too late"],
)
def test_what_no_case_of_the_shop_can_tell_is_equivalent(name: str) -> None:
    mutant = made("third_party")[name]
    assert teller_of("third_party").equivalent(mutant) and killer_of("third_party").kill(mutant) is None


@pytest.mark.parametrize("name", [one.name for one in inner_mutants(SHOP) if one.operator == "another calendar"])
def test_a_faulty_calendar_is_found_without_being_told_a_deadline(name: str) -> None:
    mutant = made("third_party")[name]
    assert (killer_of("third_party").kill(mutant, dues=False) is None) == teller_of("third_party").equivalent(mutant)


HOLIDAYS = [(1,), (2,), (4,), (5, 6), (9, 10)]  # months with holidays: New Year, the Spring Festival, Qingming, May and the boats, autumn


@pytest.mark.parametrize("months", HOLIDAYS)
def test_a_list_of_holidays_that_lacks_some_is_found_without_being_told_a_deadline(months: tuple[int, ...]) -> None:
    def works(right: WorkCalendar, day: date) -> bool:
        return day.weekday() < 5 if day.month in months else right.is_working(day)

    faulty = partial(OtherDays, fault=f"no holidays in {months}", works=works)
    mutant = Mutant("another calendar", f"no holidays in {months}", "calendar", SHOP, dict, calendar=faulty)
    assert killer_of("third_party").kill(mutant, dues=False) is not None


def test_a_line_of_the_policy_that_is_a_fen_off_is_killed() -> None:
    made_of, teller = {one.name: one for one in inner_mutants(DEAR)}, Teller(DEAR)
    suite = paths.cover(DEAR, "boundaries").paths
    for name in ("dear_fen is taken to be one more", "dear_fen is taken to be one less", "the claimed line alone is looked at"):
        assert not teller.equivalent(made_of[name]) and killed_by(made_of[name], suite) is not None, name
    assert teller.equivalent(made_of["fast_refund_fen is taken to be one more"])


def test_a_calendar_that_nothing_counts_by_is_equivalent() -> None:
    hourly = toy(
        Rule("1", A, GO, B, "assumed"), Rule("2", B, TICK, END, "assumed"), limits={B: Limit("a_hours", cites="assumed", length=5)}
    )
    teller, found = Teller(hourly), {one.name: one for one in inner_mutants(hourly)}
    assert teller.equivalent(found["people work from Monday to Friday"]) and not teller.equivalent(found["limits end a microsecond late"])


@pytest.mark.parametrize("key", ["virtual", "exchange"])
def test_paths_left_out_would_not_have_killed(key: str) -> None:
    workflow: Workflow = ALL[key]
    both = [path for _, path in killer_of(key).runs]
    for mutant in [*made(key).values()][::31]:
        assert killer_of(key).kill(mutant) == killed_by(mutant, both, workflow.default_policy()), mutant.name
