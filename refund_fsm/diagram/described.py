"""Owns what a picture says to those who cannot see it: a sentence or two. Must not know markup or Graphviz."""

from __future__ import annotations

from refund_fsm.diagram.labels import Labels
from refund_fsm.text import Text

DESCRIBED = " ‖ "  # between the title and the description
COUNTED = Text("{0} 个状态，{1} 条规则。", "{0} states, {1} rules.")
PATH = Text("主流程：{0}。", "Happy path: {0}.")


def described(labels: Labels) -> str:
    """How many states and rules there are, and the happy path."""
    plan = labels.plan
    texts = [Text(*(text.format(len(plan.states), len(plan.rules)) for text in (COUNTED.zh, COUNTED.en)))]
    if plan.workflow.spine:
        path = plan.workflow.spine[0]
        texts.append(Text(PATH.zh.format(" → ".join(one.zh for one in path)), PATH.en.format(" → ".join(one.en for one in path))))
    return " ".join(labels.say(text) for text in texts)
