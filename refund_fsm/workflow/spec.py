"""Owns `Workflow`: a table that was checked when it was built, its unchecked variants, and how it is copied and pickled.

Must not know an order type, nor how a case is stepped or drawn.
"""

from __future__ import annotations

from dataclasses import MISSING, Field, dataclass, fields
from typing import TYPE_CHECKING, Any

from refund_fsm.workflow import typed, wellformed
from refund_fsm.workflow.table import Table
from refund_fsm.workflow.values import FrozenDict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from refund_fsm.text import Text
    from refund_fsm.workflow.catalogue import CatalogueRule
    from refund_fsm.workflow.model import Order, RefundRequest
    from refund_fsm.workflow.policy import Policy
    from refund_fsm.workflow.rows import Acceptance, Freight, Limit, Rule, State

    # the last is for a mapping of both kinds that is written where it is handed over, of which mypy makes one with keys of any kind
    Rows = Limit | Sequence[Limit]
    Limits = Mapping[State, Rows] | Mapping[tuple[State, ...], Rows] | Mapping[Any, Rows]


@dataclass(frozen=True, eq=False, repr=False)
class Workflow(Table):
    """One order type's process: a frozen table of rules from which everything else is derived. Compared by identity.

    `facts` is the facts class; `facts_of(order, request, at, policy)` derives one, and `example_of(facts, at)` gives an
    order and a request that have them at `at` (None when no order can). `limits` maps a state, or a tuple of states
    counted together, to a `Limit`, or to several, of which the first whose guards hold counts; `law` maps a state to a clock that only
    warns. `spine` is the path to show first; `accepts` is what `soundness` would find fault with and is meant so; `phases` are named
    groups of states, no state in two, that pictures show together; `profile` is the policy where none is handed over (`guide`, `statute`
    or `platform`), and `holds_from` when this edition of the table came into force.
    Raises `WorkflowError` naming the row when the table is faulty.
    """

    if TYPE_CHECKING:  # what it takes; it keeps tuples

        def __init__(
            self,
            key: str,
            label: Text,
            rules: Iterable[Rule],
            initial: State,
            facts: type,
            facts_of: Callable[[Order, RefundRequest, datetime, Policy], Any],
            example_of: Callable[[Any, datetime], tuple[Order, RefundRequest] | None],
            limits: Limits,
            law: Mapping[State, Limit] = ...,
            freight_of: Callable[[Any, Order], Freight | None] | None = None,
            spine: Iterable[Sequence[State]] = (),
            catalogue: Mapping[str, CatalogueRule] = ...,
            accepts: Iterable[Acceptance] = (),
            phases: Iterable[tuple[Text, Sequence[State]]] = (),
            profile: str = "guide",
            holds_from: datetime | None = None,
        ) -> None: ...

    def __post_init__(self) -> None:
        typed.check(self)
        self._freeze()
        self.__dict__["is_checked"] = True  # the class is frozen
        wellformed.check(self)

    @classmethod
    def unchecked(cls, **values: Any) -> Workflow:
        """A workflow of the same arguments whose table is not checked: one that may be faulty, for `soundness` and for mutants.

        The first of two rules that can both fire does; a limit whose clock rules do not hold passes without a move.
        """
        made = object.__new__(cls)
        for one in fields(cls):
            object.__setattr__(made, one.name, values.pop(one.name) if one.name in values else _default(one))
        if values:
            raise TypeError(f"a Workflow has no argument {next(iter(values))!r}")
        made._freeze()
        return made

    def variant(self, **changes: Any) -> Workflow:
        """A copy with some arguments changed, unchecked."""
        return Workflow.unchecked(**{**{one.name: getattr(self, one.name) for one in fields(self)}, **changes})

    def __repr__(self) -> str:
        return f"<Workflow {self.key!r}: {len(self.states)} states, {len(self.rules)} rules>"

    def _repr_pretty_(self, printer: Any, _: bool) -> None:
        """As it is told elsewhere: printers that lay values out (IPython's, Hypothesis') would write out every row."""
        printer.text(repr(self))

    def __copy__(self) -> Workflow:
        return self  # nothing in it changes

    def __deepcopy__(self, _: object) -> Workflow:
        return self

    def __reduce__(self) -> tuple[type[Workflow], tuple[Any, ...]]:
        values = (getattr(self, one.name) for one in fields(self))
        return Workflow, tuple(dict(value) if isinstance(value, FrozenDict) else value for value in values)


def _default(one: Field[Any]) -> Any:
    if one.default_factory is not MISSING:
        return one.default_factory()
    if one.default is MISSING:
        raise TypeError(f"a Workflow needs the argument {one.name!r}")
    return one.default
