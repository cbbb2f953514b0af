"""Owns how a move to other rules is told: what was different before and since, in both languages. Must not move a case.

A move is taken as what it records (`record.Move`), which hands itself over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from refund_fsm.text import Text, words
from refund_fsm.workflow import Policy

SHORT = 8  # hex digits of a fingerprint that is told
LABEL = Text("改按新规则", "moved to other rules")
ANEW = Text("全案按新规则重新判定", "all of it judged anew")
SINCE = Text("自此按新规则继续", "it goes on under them from here")
SAME = Text("规则没有差别", "the rules do not differ")


def what_of(move: Any) -> Iterator[Text]:
    """What a move did, thing by thing: how, the table, the policy, the state, the limit that ran."""
    yield ANEW if move.how == "replay" else SINCE
    was, now = move.was, move.now
    found = [*_table(was, now), *policy_texts(was.policy, now.policy)]
    yield from found or [SAME]
    yield from _given(move.given)
    if move.source != move.dest:
        yield Text(f"状态 {move.source} → {move.dest}", f"state {move.source} → {move.dest}")
    if move.then != move.due:
        one, other = (words.stamp(end.at) if end else "–" for end in (move.then, move.due))
        yield Text(f"期限 {one} → {other}", f"due {one} → {other}")
    if move.breach is not None:
        at = words.stamp(move.breach.at)
        yield Text(f"此前已逾期（{at}）", f"a limit had passed by then ({at})")


def _given(given: Mapping[str, Any]) -> Iterator[Text]:
    """The facts that were not carried over but given."""
    from refund_fsm.orders import fact_labels  # here: words that only who tells a move needs

    for name, value in given.items():
        label, said = fact_labels.told(name, value)
        yield Text(f"指定“{label.zh}”为{said.zh}", f"given that “{label.en}” is {said.en}")


def _table(was: Any, now: Any) -> Iterator[Text]:
    if (was.key, was.fingerprint) != (now.key, now.fingerprint):
        one, other = (named(rules.key, rules.fingerprint) for rules in (was, now))
        yield Text(f"流程表 {one} → {other}", f"table {one} → {other}")


def named(key: str, fingerprint: str) -> str:
    """A table as it is told: its key and the beginning of its fingerprint."""
    return f"{key} {fingerprint[:SHORT]}"


def policy_texts(old: Policy, new: Policy) -> Iterator[Text]:
    """The fields of the policy that differ, with both values; of special periods how many there are."""
    from refund_fsm.workflow import policy_words  # here: words that only who tells a move needs

    for name in Policy.model_fields:
        one, other = getattr(old, name), getattr(new, name)
        if one != other and name == "special" and len(one) == len(other):
            yield Text(f"特殊时期有变（{len(one)}段）", f"other special periods ({len(one)} of them)")
        elif one != other:
            yield policy_words.change(name, new, old)


def plain(value: Any) -> str | int | bool | None:
    """A value of a policy in figures."""
    if hasattr(value, "at_least"):
        return f"{value.at_least}–{value.at_most}"
    return value if value is None or isinstance(value, (str, int, bool)) else str(value)
