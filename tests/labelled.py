"""Workflows that are looked at and never run: labels, keys and ids of any kind, facts that mean nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from refund_fsm import CLOCK, Actor, Event, Limit, Rule, State, Text, Workflow, guard
from refund_fsm.workflow import ASSUMED


@dataclass(frozen=True, slots=True)
class NoFacts:
    """One fact, so that a guard has something to read."""

    ready: bool


NASTY = '<b>&"\\N\\n&lt;{|}'
LONG = "An event whose English label is exactly sixty characters long"[:60]


@guard(zh=f"条件{NASTY}", en=f"guard {NASTY}")
def is_ready(facts: Any) -> bool:
    return bool(facts.ready)


def looked_at(key: str, label: Text, rules: Sequence[Rule], limits: Mapping[Any, Limit], **more: Any) -> Workflow:
    """A workflow of these rules that begins where the first of them does. No case can be opened in it."""
    return Workflow(
        key=key,
        label=label,
        rules=tuple(rules),
        initial=rules[0].source,
        facts=NoFacts,
        facts_of=lambda *_: NoFacts(ready=True),
        example_of=lambda *_: None,
        limits=limits,
        **more,
    )


def own(label: str = NASTY, *, spine: bool = False, actor: str = "robot") -> Workflow:
    """Three states, an actor and keys of its own, a limit that carries its length, a law clock."""
    robot = Actor(actor, f"机器人{label}", f"robot {label}")
    start = State("a:b", f"开始{label}", f"Start {label}")
    work = State('w"\\', f"办理{label}", f"Work {label}")
    done = State("node", f"完成{label}", f"Done {label}", final=True)
    begin = Event("begin", robot, f"开始办理{label}", f"begin {label}")
    late = Event("late", CLOCK, f"超时{label}", f"late {label}")
    ring = Event("ring", robot, f"提醒{label}", f"ring {label}")
    rules = (
        Rule("R 1", start, begin, work, "mine", when=(is_ready,)),
        Rule("R.1", work, late, done, ASSUMED),
        Rule("R<1", work, ring, work, "mine"),
    )
    return looked_at(
        "own/../key",
        Text(f"自己的流程{label}", f"own workflow {label}"),
        rules,
        {work: Limit("own_hours", cites=ASSUMED, length=5)},
        law={work: Limit("law_days", cites="mine", length=6)},
        spine=((start, work, done),) if spine else (),
        catalogue={"mine": None},  # only its keys are read
    )
