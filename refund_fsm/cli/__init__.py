"""Room of the command line: one module for each family of commands, and how each answer is shown.

Must not compute answers: the library does.
"""

from __future__ import annotations

from refund_fsm.cli.app import main as main

__all__ = ["main"]
