"""Every field of a policy, every value that it can have and every special period has words in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Literal, get_args, get_origin

import pytest

from refund_fsm import Policy, orders
from refund_fsm.diagram.limits import becomes, rows_of
from refund_fsm.text import SHANGHAI, Text
from refund_fsm.workflow import SpecialPeriod, policy_words
from tests.languages import HAN
from tests.workflows import EVERY_KEY

RAW = re.compile(r"[A-Za-z]+_[A-Za-z_]+|\b(?:True|False|None)\b")
PERIOD = SpecialPeriod(limit="return_days", start=datetime(2026, 2, 1, tzinfo=SHANGHAI), end=datetime(2026, 2, 9, tzinfo=SHANGHAI), days=12)


def in_words(text: Text) -> bool:
    return not HAN.search(text.en) and not RAW.search(text.en + text.zh)


def named(annotation: Any) -> Iterator[object]:
    """The values that a type names one by one."""
    if get_origin(annotation) is Literal:
        yield from get_args(annotation)
    elif annotation is bool:
        yield from (True, False)
    elif annotation is type(None):
        yield None
    else:
        for part in get_args(annotation):
            yield from named(part)


@pytest.mark.parametrize("name", Policy.model_fields)
def test_a_field_and_its_values_have_words(name: str) -> None:
    field = policy_words.FIELDS[name]
    assert HAN.search(field.zh) and in_words(field)
    for value in named(Policy.model_fields[name].annotation):
        said = policy_words.value(name, Policy.model_construct(**{**dict(Policy()), name: value}))
        assert HAN.search(said.zh) and in_words(said), value


@pytest.mark.parametrize("policy", [Policy.guide(), Policy.statute(), Policy.platform()], ids=["guide", "statute", "platform"])
def test_the_values_of_the_shipped_policies_have_words(policy: Policy) -> None:
    for name in Policy.model_fields:
        assert in_words(policy_words.value(name, policy)), name
        assert in_words(policy_words.change(name, policy, Policy())), name


def test_other_special_periods_are_told_from_the_same() -> None:
    one, two = (Policy(special=(PERIOD.model_copy(update={"days": days}),)) for days in (12, 13))
    assert policy_words.change("special", one, two).en == "special periods: 1 → 1, 1 of them new"
    assert policy_words.change("special", Policy(special=(PERIOD,)), Policy(special=())).en == "special periods: 0 → 1, 1 of them new"


@EVERY_KEY
def test_special_periods_of_a_limit_have_words(key: str) -> None:
    workflow, policy = orders.get(key), Policy.platform()
    found = [(row, special) for state in workflow.states for row in rows_of(workflow, policy, state) for special in row.special]
    assert bool(found) is bool(key == "shop_official")
    for row, special in found:
        zh, en = becomes(special, lambda text: text.zh), becomes(special, lambda text: text.en)
        assert zh != en and in_words(Text(zh, en))
        assert HAN.search(policy_words.FIELDS[row.limit.field].zh)
