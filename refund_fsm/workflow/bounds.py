"""Owns how facts that a user's function gave are held to their domains, and how a function that raised is told of.

Asked at every filing and after every effect, so it is made ready once for a table and a policy. Must not know what a table is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any

from refund_fsm.errors import WorkflowError, raised, shown
from refund_fsm.workflow.facts import Domain

MAX_TOLD = 2000  # characters of facts that a message shows


class Bounds:
    """The facts class of a table and the values that each fact may have. Without `domains` only the class is looked at."""

    __slots__ = ("_allowed", "_kind", "_names", "_values_of")

    def __init__(self, kind: type, domains: dict[str, Domain]) -> None:
        self._kind = kind
        self._names = tuple(domains)
        self._values_of = _picker(self._names)
        # by value its types: True is no 1, though Python calls them equal
        self._allowed = tuple({value: tuple(type(o) for o in domain if o == value) for value in domain} for domain in domains.values())

    def check(self, facts: Any, row: str, what: str) -> None:
        """Raises `WorkflowError` naming the row, the fact, its value and what was expected; `what` is the function that gave the facts."""
        if type(facts) is not self._kind:
            raise WorkflowError(row, f"{what} gave {shown(facts)}, not a {self._kind.__name__}")
        try:
            for value, allowed in zip(self._values_of(facts), self._allowed, strict=True):
                if type(value) not in allowed.get(value, ()):
                    break
            else:
                return
        except TypeError:  # a value that cannot be looked up, such as a list
            pass
        self._refuse(facts, row, what)

    def check_change(self, before: Any, after: Any, changes: Sequence[str], row: str, what: str) -> None:
        """As `check`, and that no other fact differs than those that the effect lists."""
        if type(after) is not self._kind:
            self.check(after, row, what)
        for name, old, new in zip(self._names, self._values_of(before), self._values_of(after), strict=True):
            if old is not new and old != new and name not in changes:
                listed = ", ".join(changes) or "nothing"
                raise WorkflowError(row, f"{what} changes {name}, which it does not list; it lists {listed}")
        self.check(after, row, what)

    def _refuse(self, facts: Any, row: str, what: str) -> None:
        for name, value, allowed in zip(self._names, self._values_of(facts), self._allowed, strict=True):
            known = [one for one in allowed if type(one) is type(value) and one == value]
            if not known:
                raise WorkflowError(row, f"{what} makes {name} {shown(value)}; expected one of {', '.join(map(repr, allowed))}")


def _picker(names: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    """What picks the attributes as a tuple; `attrgetter` gives one only from two on."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda facts: tuple(getattr(facts, name) for name in names)


def fault(row: str, what: str, error: Exception, facts: Any = None) -> WorkflowError:
    """The error that tells of a user's function that raised: its row, what it said, and for which facts."""
    return WorkflowError(row, f"{what} raised {raised(error)}{'' if facts is None else f' for {_told(facts)}'}")


def _told(facts: Any) -> str:
    """All of the facts: they are few, and which of them the function stumbled over is for the reader to see."""
    try:
        return repr(facts)[:MAX_TOLD]
    except Exception:  # a facts class may write itself as it likes
        return f"a {type(facts).__name__}"
