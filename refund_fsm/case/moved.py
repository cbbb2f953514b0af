"""Owns `Moved`: what came of moving a case to other rules. Must not move it (`moving`), nor say what differs (`differing`)."""

from __future__ import annotations

from functools import cached_property
from typing import Generic, TypeVar

from refund_fsm.case.ahead import Difference
from refund_fsm.case.differing import changes_of
from refund_fsm.case.moving import Asked
from refund_fsm.case.standing import Standing
from refund_fsm.case.unmoved import Unmoved

C = TypeVar("C", bound=Standing)  # the case


class Moved(Generic[C]):
    """What came of moving a case. `case` is the moved one, None where it cannot be moved; `refusal` then says why."""

    case: C | None
    refusal: Unmoved | None

    def __init__(self, before: C, after: C | Unmoved, asked: Asked) -> None:
        self.case, self.refusal = (after, None) if not isinstance(after, Unmoved) else (None, after)
        self._before, self._asked = before, asked

    @cached_property
    def changes(self) -> tuple[Difference, ...]:
        """What is different for this case under the new rules, each in both languages, and what they would have refused of its history.
        Found when it is first asked for."""
        after = self.case._parts if self.case is not None else self.refusal
        assert after is not None, "it was moved, or there is a reason"
        return tuple(changes_of(self._before._parts, after, self._asked))

    def __repr__(self) -> str:
        return f"<Moved {self.case!r}>" if self.refusal is None else f"<Moved None: {self.refusal.code}>"
