"""Owns what an analysis hands on: a kind, its subjects, a message, and the path there; and how states, rules and actors are named in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from refund_fsm.graph import ConfigGraph
from refund_fsm.soundness.space import GraphPath, Space
from refund_fsm.text import Text, listed
from refund_fsm.workflow import Policy, Workflow

AND = Text("、", "and")


class Choice:
    """A choice of the facts that the policy fixes (`chosen`), the policy that makes it, and what cases can do under it.

    `merged` is enough for all that rules tell; `raw`, made when it is first asked for, is for what guards answer.
    """

    def __init__(self, workflow: Workflow, policy: Policy, chosen: dict[str, Any], graph: ConfigGraph) -> None:
        self.workflow, self.policy, self.chosen, self.graph = workflow, policy, chosen, graph
        self.merged = Space(workflow, policy, graph.merged())

    @cached_property
    def raw(self) -> Space:
        """What cases can do, every set of facts apart."""
        return Space(self.workflow, self.policy, self.graph)


class Hit(NamedTuple):
    """Something found. `path` leads to it; where there is none, `lacks` says why."""

    kind: str
    subjects: tuple[str, ...]
    message: Text
    path: GraphPath | None
    lacks: Text | None = None


def state_text(workflow: Workflow, key: str) -> Text:
    """A state by its label and its key."""
    state = workflow.states[key]
    return Text(f"“{state.zh}”({key})", f"{key} ({state.en})")


def states_text(workflow: Workflow, keys: Iterable[str]) -> Text:
    """Some states."""
    return listed([state_text(workflow, key) for key in keys], AND)


def actors_text(workflow: Workflow, keys: Iterable[str]) -> Text:
    """Some actors, by their labels."""
    return listed([workflow.actors[key].text for key in keys], AND)


def rule_text(workflow: Workflow, id: str) -> Text:
    """A rule by its id, source, event and destination."""
    rule = workflow.by_id[id]
    arrow = f"{rule.source.key} —{rule.event.name}→ {rule.dest.key}"
    return Text(f"规则{id}({arrow})", f"rule {id} ({arrow})")


def nearest(spaces: Sequence[Space], state: str) -> tuple[Space, int] | None:
    """The place of a state that is reached in the fewest steps in any of the spaces."""
    found = [(space.tree[places[0]][2], number, places[0]) for number, space in enumerate(spaces) if (places := space.places_of.get(state))]
    if not found:
        return None
    _, number, place = min(found)
    return spaces[number], place
