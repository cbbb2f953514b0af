"""Special periods: what they may be, how they are read, and how they move the end of a limit. And the profiles that have them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from refund_fsm import BadData, CatalogueRule, Limit, Policy, SpecialPeriod, Text, Workflow
from refund_fsm.text import SHANGHAI
from refund_fsm.workflow import WorkCalendar, counting, platform
from tests.small import WAITING, Facts, build, is_large, is_small


def at(day: int, hour: int = 0, month: int = 2) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=SHANGHAI)


def period(**changes: Any) -> SpecialPeriod:
    return SpecialPeriod(**{"limit": "return_days", "start": at(11), "end": at(25), "days": 15, **changes})


@pytest.mark.parametrize(
    ("changes", "field", "expected"),
    [
        ({"end": at(11)}, "end", "after start, 2026-02-11"),
        ({"end": at(10)}, "end", "after start"),
        ({"days": None}, "days", "either hours or days"),
        ({"hours": 3}, "days", "either hours or days"),
        ({"days": 0}, "days", "1"),
        ({"limit": "patience"}, "limit", "ends in _hours, _days or _working_days"),
        ({"when": ("a", "a")}, "when[1]", "each guard once"),
        ({"start": at(11).replace(tzinfo=None)}, "start", "time zone"),
        ({"lenght": 3}, "lenght", "no such"),
    ],
)
def test_a_faulty_period_is_refused(changes: dict[str, Any], field: str, expected: str) -> None:
    with pytest.raises(BadData) as raised:
        period(**changes)
    assert raised.value.field == field and expected in str(raised.value)


@pytest.mark.parametrize(
    ("other", "fits"),
    [
        ({"start": at(24), "end": at(26)}, False),
        ({"start": at(1), "end": at(12)}, False),
        ({"start": at(25), "end": at(26)}, True),
        ({"when": ("is_large",)}, True),
        ({"limit": "transit_days"}, True),
    ],
)
def test_periods_of_one_limit_and_one_set_of_guards_do_not_overlap(other: dict[str, Any], fits: bool) -> None:
    if fits:
        assert len(Policy(special=(period(), period(**other))).special) == 2
        return
    with pytest.raises(BadData, match="no overlap with row 0") as raised:
        Policy(special=(period(), period(**other)))
    assert raised.value.field == "special[1]"


def test_guards_in_another_order_are_the_same_set() -> None:
    with pytest.raises(BadData, match="no overlap"):
        Policy(special=(period(when=("a", "b")), period(when=("b", "a"))))


TOML = """
profile = "guide"
return_days = 8

[[special]]
limit = "return_days"
when = ["is_large"]
start = 2026-02-11T00:00:00+08:00
end = 2026-02-17T00:00:00+08:00
days = 15
cites = "R18"

[[special]]
limit = "evidence_hours"
start = "2026-02-11T00:00:00+08:00"
end = "2026-02-17T00:00:00+08:00"
hours = 90
never_shorter = true
"""


def test_periods_are_read_from_toml(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text(TOML, encoding="utf-8")
    policy = Policy.from_file(file)
    one, other = policy.special
    assert (one.limit, one.when, one.start, one.end, one.unit, one.length) == ("return_days", ("is_large",), at(11), at(17), "days", 15)
    assert (other.unit, other.length, other.never_shorter, other.cites) == ("hours", 90, True, "assumed")
    assert Policy.model_validate_json(policy.model_dump_json()) == policy and policy.return_days == 8


def test_a_faulty_row_of_a_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text(TOML.replace("hours = 90", "hours = 90\ndays = 1"), encoding="utf-8")
    with pytest.raises(BadData) as raised:
        Policy.from_file(file)
    assert raised.value.field == f"{file}.special[1].days"


def moved(start: datetime, *special: SpecialPeriod, limit: Limit | None = None, size: str = "s") -> tuple[datetime, SpecialPeriod | None]:
    workflow = build(limits={WAITING: limit or Limit("return_days", "assumed")})
    count = counting(workflow, Policy(special=special)).of("waiting", Facts(size, True, 0))  # type: ignore[arg-type]
    assert count is not None
    end = count.end(WorkCalendar(), start)
    assert end.why.special is None or end.why.ordinary is not None
    return end.at, end.why.special


def test_a_limit_in_days_lies_where_its_last_day_begins() -> None:
    """Seven days from the 4th end with the 11th, 24:00, which is the 12th, 00:00; its last day begins where the period does."""
    assert moved(at(4, 9), period()) == (at(20), period())
    assert moved(at(3, 9), period()) == (at(11), None), "the last day is the 10th"
    assert moved(at(17, 9), period()) == (at(5, month=3), period()), "the last day is the 24th"
    assert moved(at(18), period()) == (at(26), None), "the last day is the 25th, when the period has ended"


def test_a_limit_in_hours_lies_where_its_instant_lies() -> None:
    limit, one = Limit("evidence_hours", "assumed"), period(limit="evidence_hours", days=5)
    assert moved(at(9), one, limit=limit) == (at(15), one), "48 hours later the period begins; five days end at 24:00"
    assert moved(at(9) - timedelta(microseconds=1), one, limit=limit) == (at(11) - timedelta(microseconds=1), None)
    assert moved(at(23) - timedelta(microseconds=1), one, limit=limit)[1] == one
    assert moved(at(23), one, limit=limit) == (at(25), None)
    hours = period(limit="evidence_hours", days=None, hours=60)
    assert moved(at(9, 7), hours, limit=limit) == (at(11, 19), hours)


def test_what_is_never_shorter_is_not() -> None:
    assert moved(at(4), period(days=3)) == (at(8), period(days=3)), "a replacement may be shorter"
    assert moved(at(4), period(days=3, never_shorter=True)) == (at(12), None)
    assert moved(at(4), period(days=7, never_shorter=True)) == (at(12), period(days=7, never_shorter=True)), "as long is not shorter"


def test_of_several_periods_the_first_whose_guards_hold_counts() -> None:
    small, large, any_size = period(when=("is_small",), days=9), period(when=("is_large",), days=11), period(days=13)
    both = build(limits={WAITING: Limit("return_days", "assumed")})
    assert {"is_small", "is_large"} <= set(both.guards)
    assert moved(at(4), small, large, any_size, size="s")[1] == small
    assert moved(at(4), small, large, any_size, size="l")[1] == large
    assert moved(at(4), any_size, small, size="s")[1] == any_size
    assert moved(at(4), large, size="s") == (at(12), None)


def test_what_is_added_comes_after_and_is_not_judged_again() -> None:
    limit = Limit("return_days", "assumed", plus="transit_days", plus_when=is_small)
    assert moved(at(4), period(days=9), limit=limit) == (at(14) + timedelta(days=15), period(days=9))
    assert moved(at(1), period(start=at(20)), limit=limit) == (at(9) + timedelta(days=15), None), "only the sum lies in it"
    hours = Limit("return_days", "assumed", plus="evidence_hours", plus_when=is_small)
    assert moved(at(4), limit=hours)[0] == at(14)
    works = Limit("return_days", "assumed", plus="inspection_working_days", plus_when=is_small)
    assert moved(at(1), limit=works)[0] == at(11), "two working days after Sunday the 8th: the 9th and the 10th"
    assert moved(at(1), limit=works, size="l")[0] == at(9)


def test_a_guard_that_the_table_lacks_is_named_and_a_limit_that_it_lacks_is_not_read() -> None:
    workflow: Workflow = build()
    with pytest.raises(BadData, match="a guard of the workflow toy: is_small, is_large") as raised:
        counting(workflow, Policy(special=(period(limit="transit_days", when=("whatever",)), period(when=("is_small", "weighs")))))
    assert (raised.value.field, raised.value.value) == ("policy.special[1].when[1]", "weighs")
    assert is_large.name in workflow.guards


@pytest.mark.parametrize(("cites", "told"), [("R18 Z9", "Z9"), ("R18–R99", "R18–R99"), ("a notice", "a"), (",", ",")])
def test_sources_that_nobody_knows_are_named(cites: str, told: str) -> None:
    policy = Policy(special=(period(limit="transit_days", cites=cites), period(cites=cites)))
    with pytest.raises(BadData) as raised:
        counting(build(), policy)
    assert (raised.value.field, raised.value.value) == ("policy.special[1].cites", told)


def test_what_the_platform_published_may_be_cited_whatever_a_table_has_for_a_catalogue() -> None:
    own = {"H1": CatalogueRule("H1", Text("本店规定", "our own rule"))}
    workflow = build(tuple(replace(rule, cites="H1") for rule in build().rules), {WAITING: Limit("return_days", "H1")}, catalogue=own)
    count = counting(workflow, Policy(special=(period(cites="R18 H1"),))).of("waiting", Facts("s", True, 0))
    assert count is not None and count.end(WorkCalendar(), at(4)).at == at(20)


def test_a_guard_that_row_and_period_ask_is_told_once() -> None:
    limit = Limit("return_days", "assumed", plus="transit_days", plus_when=is_small)
    workflow = build(limits={WAITING: (limit,)})
    count = counting(workflow, Policy(special=(period(when=("is_small",)),))).of("waiting", Facts("s", True, 0))
    assert count is not None
    assert count.end(WorkCalendar(), at(4)).why.guards == (is_small,)


def test_the_profile_of_the_platform_is_the_guide_with_the_notice() -> None:
    policy = Policy.platform("2026-03-09")
    assert policy == Policy.platform() == Policy.profile("platform") and policy.special
    assert {name for name in Policy.model_fields if getattr(policy, name) != getattr(Policy.guide(), name)} == {"special"}
    with pytest.raises(BadData, match="2026-03-09") as raised:
        Policy.platform("2025-01-01")
    assert (raised.value.field, raised.value.value) == ("copy", "2025-01-01")


def test_the_profile_and_its_copy_are_named_in_toml() -> None:
    assert Policy.from_mapping({"profile": "platform"}) == Policy.platform()
    assert Policy.from_mapping({"profile": "platform", "copy": "2026-03-09", "return_days": 3}).return_days == 3
    with pytest.raises(BadData) as raised:
        Policy.from_mapping({"profile": "platform", "copy": "2020-01-01"}, where="policy.toml")
    assert raised.value.field == "policy.toml.copy"
    with pytest.raises(BadData, match="copy"):
        Policy.from_mapping({"profile": "guide", "copy": "2026-03-09"})


def test_the_edition_in_force_is_that_of_the_instant(monkeypatch: pytest.MonkeyPatch) -> None:
    first = platform.edition_at(None)
    later = platform.Edition("2026-09-01", at(1, month=8), (period(limit="parcel_return_days", start=at(1, month=9), end=at(8, month=9)),))
    monkeypatch.setitem(platform._EDITIONS, later.copy, later)
    assert Policy.platform() == Policy(special=later.special) != Policy.platform("2026-03-09")
    assert Policy.profile("platform", at=at(31, month=7)) == Policy(special=first.special)
    assert Policy.profile("platform", at=at(1, month=8)) == Policy(special=later.special)
    assert Policy.profile("platform", at=datetime(2020, 1, 1, tzinfo=SHANGHAI)) == Policy(special=first.special)


@pytest.mark.parametrize("name", ["platform", "guide"])
@pytest.mark.parametrize("when", [at(1).replace(tzinfo=None), "2026-02-01"])
def test_an_edition_is_asked_for_at_an_instant(name: str, when: Any) -> None:
    with pytest.raises(BadData, match="time zone") as raised:
        Policy.profile(name, at=when)
    assert raised.value.field == "at"
