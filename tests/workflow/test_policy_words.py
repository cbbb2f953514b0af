"""How the fields of a policy and their values are called: every one of them, each by a name of its own."""

from __future__ import annotations

import typing

from refund_fsm import Policy, Span
from refund_fsm.workflow import policy_words


def test_every_field_has_a_name_of_its_own_and_every_choice_its_words() -> None:
    assert policy_words.FIELDS.keys() == Policy.model_fields.keys()
    for lang in ("zh", "en"):
        names = [getattr(text, lang) for text in policy_words.FIELDS.values()]
        assert len({*names}) == len(names)
    hints = typing.get_type_hints(Policy)
    choices = {value for hint in hints.values() for value in typing.get_args(hint) if isinstance(value, str)}
    assert choices == {"signing_day", "next_day", "approve", "escalate", "provisional", "error"} <= policy_words.VALUES.keys()


def test_a_change_is_told_with_its_unit_in_whole_words() -> None:
    was, now = Policy(), Policy(payout_working_days=Span(at_least=1, at_most=1), evidence_hours=1, roll_over=True, special=())
    told = [policy_words.change(name, now, was).en for name in ("payout_working_days", "evidence_hours", "roll_over")]
    assert told == [
        "time to pay out: 3–7 working days → 1 working day",
        "time to supply evidence: 48 hours → 1 hour",
        "last day off moves on: no → yes",
    ]
    assert policy_words.change("special", now, Policy.platform()).zh == "特殊时期：14段 → 0段"
    assert policy_words.field("answer_hours").en == "answer hours", "a field of a user's own"
