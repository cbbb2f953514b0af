"""Room of places: where the cards, pills, labels and lines of a picture stand, computed from their sizes alone.

By construction no two lines cross, no line runs through a label or a card, and a label is nearer to its own line than to any other.
Must not know colours, words or Graphviz.
"""

from __future__ import annotations

from refund_fsm.diagram.layout.blocks import Box
from refund_fsm.diagram.layout.curves import Point, spline
from refund_fsm.diagram.layout.sheet import COLUMN, Sheet, Where, Wire, pill_of, placed, turn_of

__all__ = ["COLUMN", "Box", "Point", "Sheet", "Where", "Wire", "pill_of", "placed", "spline", "turn_of"]
