"""Owns a start for an adapter in another language: a program that runs as it is printed and speaks the protocol, with TODO where the
service comes in. It knows its workflow's states, events and actors as comments. Must not start anything.
"""

from __future__ import annotations

from refund_fsm.errors import BadData, one_of
from refund_fsm.testing.remote.javascript import JAVASCRIPT
from refund_fsm.testing.remote.python import PYTHON
from refund_fsm.text.literals import python_text
from refund_fsm.workflow import CLOCK, Workflow

LANGUAGES = {"python": (PYTHON, "#"), "javascript": (JAVASCRIPT, "//")}  # the program, and how a comment begins


def skeleton(workflow: Workflow, language: str) -> str:
    """The text of the program, for `python` or `javascript`. It takes nothing at first; `BadData` for another language."""
    one_of("language", language, LANGUAGES)
    if not isinstance(workflow, Workflow):
        raise BadData("workflow", workflow, "a Workflow")
    text, mark = LANGUAGES[language]
    filled = {
        "TITLE": f"{mark} An adapter between `refund-fsm verify {_word(workflow.key)}` and your own service.",
        "EVENTS": "\n".join(f"{mark}   {line}" for line in _events(workflow)),
        "STATES": "\n".join(f"{mark}   {line}" for line in _states(workflow)),
        "INITIAL": python_text(workflow.initial.key),
    }
    for name, value in filled.items():
        text = text.replace(f"@{name}@", value)
    return text


def _events(workflow: Workflow) -> list[str]:
    """The events that are sent, each with its actor and what it needs; those of the clock, which `advance` brings, come last."""
    found = []
    for event in sorted(workflow.events.values(), key=lambda one: one.actor.key == CLOCK.key):
        needs = f" with {' and '.join(event.needs)}" if event.needs else ""
        found.append(f"{_word(event.name)}, by {_word(event.actor.key)}{needs}: {_word(event.text.both(' / '))}")
    return found


def _states(workflow: Workflow) -> list[str]:
    return [f"{_word(key)}{' (an end)' if state.final else ''}: {_word(state.text.both(' / '))}" for key, state in workflow.states.items()]


def _word(text: str) -> str:
    """A workflow's own word on one line of a comment."""
    return python_text(" ".join(text.split()))[1:-1].replace("@", "(at)")
