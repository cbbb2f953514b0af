"""Room of the replay: one self-contained HTML file in which cases travel over the phases of a workflow, with a clock.

Must not know where the cases come from, nor ask anything of any network.
"""

from __future__ import annotations

from refund_fsm.diagram.replay.document import replay
from refund_fsm.diagram.replay.played import MAX_CASES, Played

__all__ = ["MAX_CASES", "Played", "replay"]
