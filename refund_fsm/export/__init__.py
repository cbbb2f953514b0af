"""Room of exports to tools that others wrote: spin, XState 5 in JavaScript, process mining, Storm.

All are made of the rules, guards and effects; they must not look at the configuration graph, so that what the tools say is a second
opinion.
"""

from __future__ import annotations

from refund_fsm.export.rendering import FORMATS, STEP, Format, render, step_of

__all__ = ["FORMATS", "STEP", "Format", "render", "step_of"]
