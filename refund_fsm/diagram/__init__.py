"""Room of pictures: state diagrams as DOT, SVG, PNG, PDF and Mermaid, and pages to play with, all made from a workflow's table; and
the timeline of a case.

Must not compute what it shows: a case, counts, waits or another policy are handed over. `palette` and `fonts` are shared with plots.
"""

from __future__ import annotations

from refund_fsm.diagram.changes import Change, Changes
from refund_fsm.diagram.drawing import LAID_OUT, PINNED, draw, phases, pinned, stale
from refund_fsm.diagram.map_of_changes import change_map
from refund_fsm.diagram.markup import slug
from refund_fsm.diagram.page import Page, page
from refund_fsm.diagram.plan import View
from refund_fsm.diagram.render import PAPERS, SUFFIXES, Diagram, Paper
from refund_fsm.diagram.replay import replay
from refund_fsm.diagram.timeline import Timeline, timeline
from refund_fsm.diagram.wording import Lang

__all__ = [
    "LAID_OUT",
    "PAPERS",
    "PINNED",
    "SUFFIXES",
    "Change",
    "Changes",
    "Diagram",
    "Lang",
    "Page",
    "Paper",
    "Timeline",
    "View",
    "change_map",
    "draw",
    "page",
    "phases",
    "pinned",
    "replay",
    "slug",
    "stale",
    "timeline",
]
