"""Owns what shows that a case was filed with other facts, where the filing itself is answered alike: the fewest inputs after it.

Must not step a case, nor say which facts are wanted.
"""

from __future__ import annotations

from collections import deque
from typing import Any

from refund_fsm.errors import BadData
from refund_fsm.paths.inputs import PASS, Input
from refund_fsm.paths.space import Space
from refund_fsm.workflow import Policy, Rule, Workflow

Word = tuple[Input, ...]


class Shown:
    """What tells facts apart after a rule has fired."""

    def __init__(self, workflow: Workflow, policy: Policy) -> None:
        self._space = Space(workflow, policy)
        self._known: dict[tuple[int, int], Word | None] = {}

    def word(self, rule: Rule, old: Any, new: Any) -> Word | None:
        """The fewest inputs after a rule of which the last is answered otherwise, or shows another limit; None where nothing does, or where
        such facts are in no configuration."""
        try:
            one, other = (self._space.graph.index(rule.dest.key, rule.effect(facts) if rule.effect else facts) for facts in (old, new))
        except BadData:
            return None
        if (one, other) not in self._known:
            self._known[one, other] = self._searched(one, other)
        return self._known[one, other]

    def _searched(self, one: int, other: int) -> Word | None:
        space = self._space
        found: dict[tuple[int, int], Word] = {(one, other): ()}
        todo = deque(found)
        while todo:  # ends: every pair is added once
            pair = todo.popleft()
            if pair[0] == pair[1]:
                continue
            if space.kind(pair[0]) != space.kind(pair[1]):
                return (*found[pair], PASS)
            ours, theirs = ({move.input: move.dest for move in space.moves(place)} for place in pair)
            for taken in dict.fromkeys((*ours, *theirs)):
                word = (*found[pair], taken)
                if taken not in ours or taken not in theirs or space.state(ours[taken]) != space.state(theirs[taken]):
                    return word
                after = ours[taken], theirs[taken]
                if after not in found:
                    found[after] = word
                    todo.append(after)
        return None
