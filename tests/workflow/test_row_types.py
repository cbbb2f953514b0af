"""Every field of every row takes its own kind of value and no other; what is refused is named with its row, its field and its value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import pytest

from refund_fsm import (
    CATALOGUE,
    Acceptance,
    Actor,
    CatalogueRule,
    Effect,
    Event,
    Guard,
    Limit,
    Rule,
    State,
    Text,
    Workflow,
    WorkflowError,
    effect,
)
from refund_fsm.errors import shown
from tests.small import ASK, BUYER, LIMITS, OPEN, R1, R2, R3, R4, WAITING, Facts, build, is_small


@effect("paid")
def pay(facts: Facts) -> Facts:
    return replace(facts, paid=True)


NOTED = replace(OPEN, note=(BUYER, "A4", Text("不可以", "not allowed")))
ACCEPTED = Acceptance("blocker", "buyer open", Text("本来如此", "meant so"), "assumed")
OWN = CatalogueRule("W1", Text("自己的", "our own"), Text("标题", "title"), Text("第一条", "article 1"))


def with_state(wrong: Any) -> Workflow:
    rules = tuple(replace(rule, **{end: wrong for end in ("source", "dest") if getattr(rule, end) is OPEN}) for rule in (R1, R2, R3, R4))
    return Workflow(**{**{one.name: getattr(build(), one.name) for one in fields(Workflow)}, "rules": rules, "initial": wrong})


def with_event(wrong: Any) -> Workflow:
    return build((replace(R1, event=wrong), R2, R3, R4))


def with_guard(wrong: Any) -> Workflow:
    return build((R1, R2, replace(R3, when=(wrong,)), R4))


def with_table(wrong: Workflow) -> Workflow:
    return Workflow(**{one.name: getattr(wrong, one.name) for one in fields(Workflow)})


ROWS: list[tuple[Any, Callable[[Any], Workflow], str]] = [
    # a right row, the table that holds it, what names it where the id is sound
    (BUYER, lambda wrong: with_event(replace(ASK, actor=wrong)), "rule X1"),
    (NOTED, with_state, "rule X1"),
    (replace(ASK, needs=("note",), how=Text("点申请", "tap ask"), how_cites="A4"), with_event, "rule X1"),
    (replace(R1, when=(is_small,), effect=pay), lambda wrong: build((wrong, R2, R3, R4)), "rule X1"),
    (LIMITS[WAITING], lambda wrong: build(limits={WAITING: wrong}), "limit return_days of waiting"),
    (LIMITS[WAITING], lambda wrong: build(law={WAITING: wrong}), "law return_days of waiting"),
    (is_small, with_guard, "rule X3"),
    (pay, lambda wrong: build((replace(R1, effect=wrong), R2, R3, R4)), "rule X1"),
    (ACCEPTED, lambda wrong: build(accepts=(wrong,)), "acceptance blocker buyer open"),
    (OWN, lambda wrong: build(catalogue={**CATALOGUE, "W1": wrong}), "catalogue W1"),
    (Text("申请", "ask"), lambda wrong: with_event(replace(ASK, how=wrong)), "rule X1"),
    (build(), with_table, "workflow toy"),
]
VALUES: tuple[Any, ...] = (
    *(5, 2.5, True, None, "word", b"bytes", "", ()),
    *((5,), ("word",), [is_small], ["word"], {"a": 1}, {WAITING: "return_days"}, {"waiting": LIMITS[WAITING]}),
    *(lambda facts: facts, object(), Text("字", "word"), Text(5, "word"), Text("字", None)),  # type: ignore[arg-type]  # the faults under test
    *(BUYER, OPEN, ASK, is_small, (is_small,), pay, LIMITS[WAITING], R1, (R1,), Facts, dict, (BUYER, "A4", "text"), (BUYER, "A4")),
)
PLAIN = (int, float, bool, type(None), bytes, list, object)  # what no field takes for another reason than its kind
LISTS = ("rules", "accepts", "phases", "spine")  # that take a list too, of the right things
TEXT = Text("字", "word")
RIGHT: dict[type, dict[str, Callable[[Any], bool]]] = {  # the values of the list that a field may hold, beside words where it holds words
    Text: {},
    Actor: {},
    State: {"final": lambda v: v is True, "note": lambda v: v is None, "good": lambda v: v is True},
    Event: {
        "actor": lambda v: v is BUYER,
        "needs": lambda v: v == (),
        "how": lambda v: v in (None, TEXT),
        "files": lambda v: v is True,
        "pays": lambda v: v is True,
    },
    Rule: {
        "source": lambda v: v is OPEN,
        "event": lambda v: v is ASK,
        "when": lambda v: v in ((), (is_small,)),
        "effect": lambda v: v is None or v is pay,
    },
    Limit: {
        "length": lambda v: v is None or (v == 5 and v is not True),
        "when": lambda v: v in ((), (is_small,)),
        "plus": lambda v: v is None,
        "plus_when": lambda v: v is None,
    },
    Guard: {"test": lambda v: v is is_small, "text": lambda v: v == TEXT, "why": lambda v: v is None or callable(v)},
    Effect: {"run": callable, "changes": lambda v: v == ()},
    Acceptance: {"reason": lambda v: v == TEXT},
    CatalogueRule: {
        "text": lambda v: v == TEXT,
        "title": lambda v: v in (None, TEXT),
        "article": lambda v: v in (None, TEXT),
        "published": lambda v: v is None,
    },
    Workflow: {
        "label": lambda v: v == TEXT,
        "initial": lambda v: v is OPEN,
        "facts": lambda v: v is Facts,
        "facts_of": callable,
        "example_of": callable,
        "freight_of": lambda v: v is None or callable(v),
        "law": lambda v: v == {},
        "accepts": lambda v: v == (),
        "phases": lambda v: v == (),
        "spine": lambda v: v == (),
        "holds_from": lambda v: v is None,
    },
}


def names(row: Any) -> list[str]:
    return [one.name for one in fields(row)]


@pytest.mark.parametrize(("row", "table", "named"), ROWS, ids=[f"{type(row).__name__}-{named}" for row, _, named in ROWS])
def test_a_field_takes_no_other_kind_of_value(row: Any, table: Callable[[Any], Workflow], named: str) -> None:
    assert table(row), "the row itself is right"
    refused = 0
    for name in names(row):
        for value in VALUES:
            changed = _changed(row, name, value)
            if changed is None:
                continue
            error = _refused(table, _changed(row, name, value))
            if error is None:
                assert _may_hold(row, name, value), f"{name} = {value!r} is taken"
                continue
            refused += 1
            assert "\n" not in str(error)
            if type(value) in PLAIN and not _may_hold(row, name, value):
                assert error.row.startswith(named.split()[0]) or name in ("facts", "id"), str(error)
                told = f"{name}[0]: " if isinstance(value, list) and name in LISTS else f"{name}: {shown(value)}; expected"
                assert name == "facts" or told in error.fault, str(error)
    assert refused >= 10 * len(names(row))


def _refused(table: Callable[[Any], Workflow], row: Any) -> WorkflowError | None:
    try:
        table(row)
    except WorkflowError as error:
        return error
    return None


def _changed(row: Any, name: str, value: Any) -> Any:
    if isinstance(row, Workflow):
        made = object.__new__(Workflow)
        made.__dict__.update({**{one: getattr(row, one) for one in names(row)}, name: value})
        return made
    return replace(row, **{name: value})


def _may_hold(row: Any, name: str, value: Any) -> bool:
    words = any(one.name == name and one.type == "str" for one in fields(row))
    return bool((words and isinstance(value, str)) or RIGHT[type(row)].get(name, lambda _: False)(value))
