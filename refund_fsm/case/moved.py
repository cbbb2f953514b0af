"""Owns `Moved`: what came of moving a case to other rules. Must not move it (`moving`), nor say what differs (`differing`)."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from refund_fsm.case.differing import Difference, changes_of
from refund_fsm.case.engine import Head, Live
from refund_fsm.case.moving import Asked
from refund_fsm.case.unmoved import Unmoved

if TYPE_CHECKING:
    from refund_fsm.case.case import RefundCase


class Moved:
    """What came of moving a case. `case` is the moved one, None where it cannot be moved; `refusal` then says why."""

    def __init__(self, case: RefundCase | None, refusal: Unmoved | None, before: tuple[Head, Live], asked: Asked) -> None:
        self.case, self.refusal = case, refusal
        self._before, self._asked = before, asked

    @cached_property
    def changes(self) -> tuple[Difference, ...]:
        """What is different for this case under the new rules, each in both languages, and what they would have refused of its history.
        Found when it is first asked for."""
        after = None if self.case is None else (self.case._head, self.case._live)
        return tuple(changes_of(self._before, after, self._asked, self.refusal))

    def __repr__(self) -> str:
        return f"<Moved {self.case!r}>" if self.refusal is None else f"<Moved None: {self.refusal.code}>"
