"""Owns how a move to other rules is told: what was different before and since, in both languages. Must not move a case.

A move is taken as what it records (`record.Move`), which hands itself over.
"""

from __future__ import annotations

from collections.abc import Iterator
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
    if move.source != move.dest:
        yield Text(f"状态 {move.source} → {move.dest}", f"state {move.source} → {move.dest}")
    if move.then != move.due:
        one, other = (words.stamp(end.at) if end else "–" for end in (move.then, move.due))
        yield Text(f"期限 {one} → {other}", f"due {one} → {other}")
    if move.breach is not None:
        at = words.stamp(move.breach.at)
        yield Text(f"此前已逾期（{at}）", f"a limit had passed by then ({at})")


def _table(was: Any, now: Any) -> Iterator[Text]:
    if (was.key, was.fingerprint) != (now.key, now.fingerprint):
        one, other = (named(rules.key, rules.fingerprint) for rules in (was, now))
        yield Text(f"流程表 {one} → {other}", f"table {one} → {other}")


def named(key: str, fingerprint: str) -> str:
    """A table as it is told: its key and the beginning of its fingerprint."""
    return f"{key} {fingerprint[:SHORT]}"


def policy_texts(old: Policy, new: Policy) -> Iterator[Text]:
    """The fields of the policy that differ, with both values; of special periods how many there are."""
    for name in Policy.model_fields:
        one, other = getattr(old, name), getattr(new, name)
        if one != other and name == "special":
            yield Text(f"特殊日期 {len(one)} → {len(other)} 段", f"special periods {len(one)} → {len(other)}")
        elif one != other:
            was, now = plain(one), plain(other)
            yield Text(f"政策 {name} {was} → {now}", f"policy {name} {was} → {now}")


def plain(value: Any) -> str | int | bool | None:
    """A value of a policy in figures."""
    if hasattr(value, "at_least"):
        return f"{value.at_least}–{value.at_most}"
    return value if value is None or isinstance(value, (str, int, bool)) else str(value)
