"""Owns what differs between two sets of numbers of one workflow: shares and times before and after, what is worth showing, what is folded.

Must not know where the numbers come from, nor how they look.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from refund_fsm.errors import BadData
from refund_fsm.workflow import Rule, State, Workflow

LEAST_SHARE = 0.001  # of the cases: less than 0.1 points nobody acts on
LEAST_DAYS = 0.05  # less would be shown as 0.0 days
MOST = 14  # rules that a map shows, those that differ most; with more nobody sees what matters


@dataclass(frozen=True, slots=True)
class Change:
    """A number before and after. `error` is how far the difference may be off: up to it, nothing is known to have changed."""

    before: float
    after: float
    error: float = 0.0

    @property
    def difference(self) -> float:
        """After − before."""
        return self.after - self.before

    def is_clear(self, least: float) -> bool:
        """Whether it is certain, and at least so large."""
        return abs(self.difference) >= least and not abs(self.difference) <= self.error


@dataclass(frozen=True)
class Changes:
    """What became of a workflow's numbers: `rules` and `states` are the shares of the cases in which a rule fired (by id) and which were
    ever in a state (by key), `times` the days that those spent there. What is not named did not change.

    `former` is the workflow before, where it was another edition of the same table. `most` is how many rules are shown.
    """

    workflow: Workflow
    rules: Mapping[str, Change]
    states: Mapping[str, Change]
    times: Mapping[str, Change]
    former: Workflow | None = None
    most: int = MOST

    def __post_init__(self) -> None:
        for name, known in (("rules", self.all_rules), ("states", self.all_states), ("times", self.all_states)):
            for key, change in getattr(self, name).items():
                if key not in known:
                    raise BadData(name, key, f"one of {self.workflow.key}: {', '.join(known)}")
                if not isinstance(change, Change) or not (math.isfinite(change.before) and math.isfinite(change.after)):
                    raise BadData(f"{name}[{key!r}]", change, "a Change of two finite numbers")
                if min(change.before, change.after) < 0:
                    raise BadData(f"{name}[{key!r}]", min(change.before, change.after), "a number from 0")

    @cached_property
    def all_rules(self) -> Mapping[str, Rule]:
        """The rules of both, by id."""
        return {**(self.former.by_id if self.former else {}), **self.workflow.by_id}

    @cached_property
    def all_states(self) -> Mapping[str, State]:
        """The states of both, by key."""
        return {**(self.former.states if self.former else {}), **self.workflow.states}

    # 1. What is shown

    @cached_property
    def clear_rules(self) -> tuple[Rule, ...]:
        """The rules whose share clearly differs, those that differ most first."""
        found = [key for key, change in self.rules.items() if change.is_clear(LEAST_SHARE)]
        return tuple(self.all_rules[key] for key in sorted(found, key=lambda key: -abs(self.rules[key].difference)))

    @cached_property
    def shown_rules(self) -> tuple[Rule, ...]:
        """Those that have a place in the picture."""
        return self.clear_rules[: self.most]

    @cached_property
    def clear_states(self) -> tuple[str, ...]:
        """The states that clearly differ, in time, or as ends of a case in share."""
        return tuple(key for key in self.all_states if self._time_differs(key) or (self.all_states[key].final and self.share_differs(key)))

    @cached_property
    def shown_states(self) -> tuple[str, ...]:
        """The states that have a place: those that differ, those between which a rule differs, and the first of all."""
        ends = {one.key for rule in self.shown_rules for one in (rule.source, rule.dest)}
        kept = {self.workflow.initial.key, *self.clear_states, *ends}
        return tuple(key for key in self.all_states if key in kept)

    def share_differs(self, key: str) -> bool:
        """Whether clearly more, or fewer, cases are ever in a state."""
        change = self.states.get(key)
        return change is not None and change.is_clear(LEAST_SHARE)

    def _time_differs(self, key: str) -> bool:
        change = self.times.get(key)
        return change is not None and change.is_clear(LEAST_DAYS)

    def time_of(self, key: str) -> Change | None:
        """The change of the time in a state, where it is clear."""
        return self.times[key] if self._time_differs(key) else None

    # 2. What is folded

    @property
    def folded(self) -> tuple[int, int, int]:
        """How many states do not differ, how many rules do not, and how many differ less than those that are shown."""
        alike = len(self.all_rules) - len(self.clear_rules)
        return len(self.all_states) - len(self.shown_states), alike, len(self.clear_rules) - len(self.shown_rules)

    @cached_property
    def folds(self) -> tuple[tuple[str, str, int], ...]:
        """For each shown state into which no shown rule leads: from which shown state most cases come, through how many that are folded."""
        reached = {rule.dest.key for rule in self.shown_rules if rule.source.key != rule.dest.key}
        return tuple(self._folds(reached | {self.workflow.initial.key}))

    def _folds(self, reached: set[str]) -> Iterator[tuple[str, str, int]]:
        parent = self._widest()
        for key in self.shown_states:
            at, between = parent.get(key), 0
            if key in reached or at is None:
                continue
            while at is not None and at not in self.shown_states:
                at, between = parent.get(at), between + 1
            if at is not None:
                yield at, key, between

    def _widest(self) -> dict[str, str | None]:
        """For each state, the one before it on the path on which most cases can come: the rarest of its rules is as frequent as can be."""
        first = self.workflow.initial.key
        parent: dict[str, str | None] = {}
        queue: list[tuple[float, int, str, str | None]] = [(-math.inf, 0, first, None)]
        while queue:
            width, steps, key, before = heapq.heappop(queue)
            if key in parent:
                continue
            parent[key] = before
            for rule in self.all_rules.values():
                if rule.source.key == key and rule.dest.key not in parent and (share := self._mean(rule.id)) > 0:
                    heapq.heappush(queue, (max(width, -share), steps + 1, rule.dest.key, key))
        return parent

    def _mean(self, rule: str) -> float:
        change = self.rules.get(rule)
        return (change.before + change.after) / 2 if change else 0.0
