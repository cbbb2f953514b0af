"""Every kind of picture of every workflow that tests go through, as SVG without its fonts, made once for all tests that read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import cache
from typing import Any

from refund_fsm import Policy, diagram
from refund_fsm.cli import gallery
from refund_fsm.diagram import Lang, dot, render
from tests.diagram.test_geometry import changed
from tests.exchange import WORKFLOW
from tests.workflows import ALL, OURS


@cache
def kinds_of(key: str, lang: Lang = "both") -> Mapping[str, str]:
    """The pictures of a workflow by what was asked for."""
    return {str(arguments): unset(diagram.draw(ALL[key], lang=lang, **arguments)) for arguments in _arguments(key)}


def unset(made: diagram.Diagram) -> str:
    """The SVG without its fonts, which take longest."""
    return render.told(render.cleaned(dot.laid_out(made.dot, "svg").decode()), made.dot)


def _arguments(key: str) -> Iterator[dict[str, Any]]:
    workflow = ALL[key]
    yield from ({}, {"view": "spine"}, {"view": "phases"}, {"view": "phases", "phase": 1})
    for state in list(workflow.states)[::3]:
        yield {"view": "near", "state": state}
    counts = {rule: 7**place % 1009 for place, rule in enumerate(list(workflow.by_id)[::2])}
    yield {"counts": counts, "waits": {workflow.initial.key: timedelta(hours=5)}}
    yield from ({"before": Policy.statute()}, {"before": changed(workflow)})
    if key in OURS:
        yield from ({"case": gallery.shown_case(workflow)}, {"before": WORKFLOW})
