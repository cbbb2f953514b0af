"""Limits of several rows: what makes them sound, how the fingerprint tells them, and which row counts for which facts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from refund_fsm import Guard, Limit, Policy, Text, Workflow, WorkflowError, guard
from refund_fsm.workflow import counting
from tests.small import DONE, LIMITS, OPEN, WAITING, Facts, build, has_attempts, is_large, is_small

LONG = Limit("transit_days", "A4", when=(is_large,))
REST = Limit("return_days", "assumed")
MORE = Limit("return_days", "assumed", plus="transit_days", plus_when=has_attempts)


@guard(zh="从不", en="never")
def never(facts: Facts) -> bool:
    return facts.size not in ("s", "l")


@guard(zh="读了没有的事实", en="reads a fact that is not there")
def weighs(facts: Any) -> bool:
    return bool(facts.weight)


def rows(*found: Limit, **more: Any) -> Workflow:
    return build(limits={WAITING: found}, **more)


FAULTS: list[tuple[str, Callable[[], Workflow], str, str]] = [
    ("no rows", rows, "workflow toy", r"limits\[waiting\]: \(\); expected a Limit, or at least one"),
    ("facts uncovered", lambda: rows(LONG), "limit transit_days of waiting", r"leave facts uncovered: {'size': 's'}"),
    ("one row with a guard", lambda: build(limits={WAITING: LONG}), "limit transit_days of waiting", "leave facts uncovered"),
    (
        "a row that covers nothing",
        lambda: rows(replace(LONG, when=(never,)), REST),
        "limit transit_days of waiting",
        "it covers no facts",
    ),
    (
        "a row behind others that cover all",
        lambda: rows(LONG, replace(REST, when=(is_small,)), Limit("receipt_days", "assumed")),
        "limit receipt_days of waiting",
        "it covers no facts",
    ),
    ("two rows alike", lambda: rows(LONG, REST, LONG), "limit transit_days of waiting", "it is alike row 1"),
    (
        "two rows for the same",
        lambda: rows(LONG, Limit("receipt_days", "assumed", when=(is_large,)), REST),
        "limit receipt_days of waiting",
        "it asks what row 1, transit_days, asks: is_large",
    ),
    (
        "plus without its guard",
        lambda: rows(replace(REST, plus="transit_days")),
        "limit return_days of waiting",
        "plus: 'transit_days'; expected the guard",
    ),
    (
        "a guard without a plus",
        lambda: rows(replace(REST, plus_when=is_small)),
        "limit return_days of waiting",
        "plus_when: is_small; expected a plus",
    ),
    (
        "plus of no field",
        lambda: rows(replace(MORE, plus="more_days")),
        "limit return_days of waiting",
        "plus: 'more_days' is no field of Policy",
    ),
    (
        "plus without a unit",
        lambda: rows(replace(MORE, plus="max_resubmissions")),
        "limit return_days of waiting",
        "plus: 'max_resubmissions'",
    ),
    (
        "a plus that is never added",
        lambda: rows(replace(LONG, plus="transit_days", plus_when=is_small), REST),
        "limit transit_days of waiting",
        "plus: 'transit_days'; is_small holds for no facts for which the row counts",
    ),
    (
        "a law clock that covers nothing",
        lambda: build(law={WAITING: replace(REST, when=(is_small, is_large))}),
        "law return_days of waiting",
        "it covers no facts: none satisfy all of is_small, is_large",
    ),
    (
        "guard on a missing fact",
        lambda: rows(replace(LONG, when=(weighs,)), REST),
        "limit transit_days of waiting",
        "'weight', which is no fact",
    ),
    (
        "two guards of one name",
        lambda: rows(replace(LONG, when=(Guard("is_small", is_large.test, is_large.text),)), REST),
        "limit transit_days of waiting",
        "two different guards are named 'is_small'",
    ),
    ("a length of its own that is none", lambda: rows(LONG, replace(REST, length=0)), "limit return_days of waiting", "length 0"),
    ("unknown citation", lambda: rows(LONG, replace(REST, cites="B99")), "limit return_days", "B99"),
    ("law clock with more", lambda: build(law={WAITING: MORE}), "law return_days of waiting", "expected no plus"),
    ("good and no end", lambda: build_good(), "state open", "it is good, and no end"),
    ("unknown profile", lambda: build(profile="shop"), "workflow toy", "profile: 'shop'; expected one of guide, statute, platform"),
]


def build_good() -> Workflow:
    from tests.small import R1, R2, R3, R4

    good = replace(OPEN, good=True)
    changed = tuple(
        replace(r, source=good if r.source == OPEN else r.source, dest=good if r.dest == OPEN else r.dest) for r in (R1, R2, R3, R4)
    )
    return Workflow("toy", Text("玩具", "Toy"), changed, good, Facts, lambda *_: None, lambda *_: None, LIMITS)


@pytest.mark.parametrize(("make", "row", "words"), [row[1:] for row in FAULTS], ids=[row[0] for row in FAULTS])
def test_a_faulty_limit_is_refused(make: Callable[[], Workflow], row: str, words: str) -> None:
    with pytest.raises(WorkflowError, match=words) as caught:
        make()
    assert caught.value.row == row


def test_the_first_row_whose_guards_hold_counts() -> None:
    workflow = rows(LONG, MORE)
    counts, policy = counting(workflow, Policy()), Policy()
    for facts, row, plus in [
        (Facts("l", True, 2), LONG, 0),
        (Facts("l", True, 0), LONG, 0),
        (Facts("s", True, 2), MORE, policy.transit_days),
        (Facts("s", True, 0), MORE, 0),
    ]:
        count = counts.of("waiting", facts)
        assert count is not None and (count.limit, count.plus) == (row, plus)
        assert count.why.row is row and count.why.facts["size"] == facts.size
    assert counts.of("open", Facts("s", True, 2)) is None and counts.of("done", Facts("s", True, 2)) is None
    assert len(counts.counts) == 3 and [one.kind.row for one in counts.counts] == [0, 1, 1]


def test_a_list_of_rows_is_as_good_as_a_tuple() -> None:
    assert build(limits={WAITING: [LONG, REST]}).limits_at["waiting"] == (LONG, REST)
    assert build(limits={(OPEN, WAITING): [LONG, REST]}, rules=_without_clock()).groups == (((OPEN, WAITING), (LONG, REST)),)


def _without_clock() -> Any:
    from tests.small import R1, R2

    return R1, R2


def test_guards_of_limits_count_as_guards_of_the_table() -> None:
    workflow = rows(replace(LONG, when=(has_attempts,)), REST)
    assert "has_attempts" in workflow.guards and "has_attempts" not in build().guards


def test_the_fingerprint_tells_rows_their_guards_and_what_is_added_and_stays_for_one_plain_row() -> None:
    plain = build(limits={WAITING: REST}).fingerprint
    assert rows(REST).fingerprint == plain == build().fingerprint
    found = [
        *(plain, rows(LONG, REST).fingerprint, rows(replace(LONG, when=(is_small,)), REST).fingerprint),
        *(rows(replace(LONG, when=(has_attempts,)), REST).fingerprint, rows(MORE).fingerprint),
        *(rows(replace(MORE, plus="receipt_days")).fingerprint, rows(replace(MORE, plus_when=is_small)).fingerprint),
        rows(replace(LONG, length=3), REST).fingerprint,
    ]
    assert len(set(found)) == len(found)
    assert rows(replace(LONG, cites="A5"), REST).fingerprint == rows(LONG, REST).fingerprint, "wording changes nothing"


def test_a_good_end_changes_the_fingerprint() -> None:
    from tests.small import R1, R2, R3, R4

    good = replace(DONE, good=True)
    changed = tuple(replace(rule, dest=good if rule.dest == DONE else rule.dest) for rule in (R1, R2, R3, R4))
    assert build(changed).fingerprint != build().fingerprint
