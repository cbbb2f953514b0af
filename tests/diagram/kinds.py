"""Every kind of picture of every workflow that tests go through, as SVG without its fonts, made once for all tests that read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import cache
from typing import Any

from refund_fsm import Policy, diagram
from refund_fsm.cli import gallery
from refund_fsm.diagram import dot, render
from tests.diagram.test_geometry import changed
from tests.exchange import WORKFLOW
from tests.workflows import ALL, OURS


@cache
def kinds_of(key: str) -> Mapping[str, str]:
    """The pictures of a workflow in both languages by what was asked for."""
    return {str(arguments): unset(diagram.draw(ALL[key], **arguments)) for arguments in arguments_of(key)}


def unset(made: diagram.Diagram) -> str:
    """The SVG without its fonts, which take longest."""
    return render.told(render.cleaned(dot.laid_out(made.dot, "svg").decode()), made.dot)


def arguments_of(key: str) -> Iterator[dict[str, Any]]:
    """What is asked for: each view, and each thing that is laid over one."""
    workflow = ALL[key]
    yield from ({}, {"view": "spine"}, {"view": "phases"}, {"view": "near", "state": workflow.spine[0][2].key})
    counts = {rule: 7**place % 1009 for place, rule in enumerate(list(workflow.by_id)[::2])}
    yield {"counts": counts, "waits": {workflow.initial.key: timedelta(hours=5)}}
    yield {"before": Policy.statute()}
    if key in OURS:
        yield from ({"case": gallery.shown_case(workflow)}, {"before": WORKFLOW})
    else:
        yield {"before": changed(workflow)}
