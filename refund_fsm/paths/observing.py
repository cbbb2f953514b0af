"""Owns the one table of what each criterion finds covered in an attempt. Must not find anything itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from refund_fsm.paths import coverage, edges, truth
from refund_fsm.paths.coverage import Attempt

OBSERVED: dict[str, Callable[[Attempt], Iterator[str]]] = {
    **coverage.OBSERVED,
    "conditions": truth.conditions,
    "mcdc": truth.conditions,
    "boundaries": edges.boundaries,
}
