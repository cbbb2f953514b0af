"""Owns `Moved`: what came of moving a case to other rules. Must not move it (`moving`), nor say what differs (`differing`)."""

from __future__ import annotations

from functools import cached_property
from typing import Generic, TypeVar

from refund_fsm.case.ahead import Difference
from refund_fsm.case.differing import changes_of
from refund_fsm.case.engine import Head, Live
from refund_fsm.case.moving import Asked
from refund_fsm.case.unmoved import Unmoved

C = TypeVar("C")  # the case


class Moved(Generic[C]):
    """What came of moving a case. `case` is the moved one, None where it cannot be moved; `refusal` then says why."""

    case: C | None
    refusal: Unmoved | None

    def __init__(self, case: C | None, before: tuple[Head, Live], after: tuple[Head, Live] | Unmoved, asked: Asked) -> None:
        self.case, self.refusal = case, after if isinstance(after, Unmoved) else None
        self._before, self._after, self._asked = before, after, asked

    @cached_property
    def changes(self) -> tuple[Difference, ...]:
        """What is different for this case under the new rules, each in both languages, and what they would have refused of its history.
        Found when it is first asked for."""
        return tuple(changes_of(self._before, self._after, self._asked))

    def __repr__(self) -> str:
        return f"<Moved {self.case!r}>" if self.refusal is None else f"<Moved None: {self.refusal.code}>"
