"""Room of the page: one self-contained HTML file that plays a workflow.

Must not know an order type, nor ask anything of any network.
"""

from __future__ import annotations

from refund_fsm.diagram.page.document import Page, page

__all__ = ["Page", "page"]
