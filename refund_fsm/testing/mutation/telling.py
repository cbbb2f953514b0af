"""Owns the verdict on a fault inside a guard or a derivation: whether any case can tell it from the original.

A guard's fault is told by a row of a truth table that some case meets and that another rule answers; a derivation's by an order and an
instant at which the facts that guards read differ and with them which rule fires. Instants are those at which the facts change by
themselves, in the original or in the mutant, and one microsecond before, over orders of `DAYS` days. Must not run a suite.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from refund_fsm.errors import RefundFsmError
from refund_fsm.graph import drift
from refund_fsm.paths import Hops, Row, rows_of, tables_of
from refund_fsm.scenario import Opening
from refund_fsm.testing.mutation.mutant import Mutant
from refund_fsm.testing.openings import Choices, Spread, opening_with
from refund_fsm.workflow import Order, OrderLine, Policy, RefundRequest, Rule, Value, Workflow

DAYS = 730  # of openings that are tried: one each
BYTES = 48


class Teller:
    """Tells mutants of `inside` from their workflow, under a policy (None: the workflow's own profile)."""

    def __init__(self, workflow: Workflow, policy: Policy | None = None) -> None:
        self.workflow, self.policy = workflow, policy or workflow.default_policy()

    def equivalent(self, mutant: Mutant) -> bool:
        """Whether no case tells the mutant from the original, as far as is tried."""
        if mutant.subject != "facts_of":
            return not any(self._answers(self.workflow, row) != self._answers(mutant.workflow, row) for row in self._rows)
        return not any(self._differs(mutant.workflow, opening) for opening in self._openings)

    @cached_property
    def _rows(self) -> tuple[Row, ...]:
        return rows_of(Hops(self.workflow, self.policy))

    def _answers(self, workflow: Workflow, row: Row) -> str:
        """The rule that fires in a row. Its other facts matter to no guard."""
        facts = self._example(row)
        return next((rule.id for rule in workflow.rules_at[row.state, row.event] if rule.holds(facts)), "")

    def _example(self, row: Row) -> Any:
        known = dict(zip(tables_of(self.workflow)[row.state, row.event], row.values, strict=True))
        first: dict[str, Value] = {one.name: one.start(self.policy)[0] for one in self.workflow.fact_fields}
        return self.workflow.facts(**{**first, **known})

    @cached_property
    def _openings(self) -> tuple[Opening, ...]:
        """Openings of all sorts, on so many days: amounts and lines varied too."""
        spread = Spread(self.workflow, self.policy, 0)
        found = [opening_with(Choices(_bytes(number)), self.workflow, self.policy, spread.pick()) for number in range(DAYS)]
        return tuple(one for opening in found for one in (opening, *_trapped(opening)))

    @cached_property
    def _filings(self) -> list[tuple[Rule, ...]]:
        rules = self.workflow.rules_at
        return [rules[place] for place in rules if rules[place][0].event.files]

    def _differs(self, mutant: Workflow, opening: Opening) -> bool:
        def told(workflow: Workflow, at: datetime) -> Any:
            try:
                return workflow.derive(opening.order, opening.request, at, self.policy)
            except RefundFsmError as error:  # a fault that makes no facts is told at once
                return type(error).__name__

        instants = {opening.at, opening.at + timedelta(minutes=1)}
        for workflow in (self.workflow, mutant):
            for turn in drift.changes(lambda at, w=workflow: told(w, at), opening.at):  # type: ignore[misc]  # bound at once
                instants.update((turn - drift.TICK, turn))
        for at in sorted(instants):
            one, other = told(self.workflow, at), told(mutant, at)
            if one != other and (isinstance(other, str) or any(_first(rules, one) != _first(rules, other) for rules in self._filings)):
                return True
        return False


def _first(rules: tuple[Rule, ...], facts: Any) -> str:
    return next((rule.id for rule in rules if rule.holds(facts)), "")


def _bytes(number: int) -> bytes:
    from random import Random

    return Random(number).randbytes(BYTES)


def _trapped(opening: Opening) -> Iterator[Opening]:
    """The opening with lines around the claimed one that are otherwise in every hop."""
    line = opening.order.line(opening.request.sku)
    other = OrderLine(
        sku=f"{line.sku}-other",
        title=line.title,
        quantity=1,
        paid_fen=line.paid_fen,
        refunded_fen=line.paid_fen if line.balance_fen else 0,
        no_reason_excluded=not line.no_reason_excluded,
        open_case=None if line.open_case else "OTHER",
    )
    more = OrderLine(**{**dict(other), "sku": f"{line.sku}-another"})
    order = Order(**{**dict(opening.order), "lines": (other, line, more)})
    yield Opening(order, RefundRequest(**dict(opening.request)), opening.at)
