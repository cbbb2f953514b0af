"""Owns how many steps a limit is for which facts, as tables: before a rule is fired too, so that what it makes of the facts counts.

Must not know which facts a model remembers, nor write text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from refund_fsm.export.prism.lattice import Count, Lattice
from refund_fsm.export.tables import EffectTable, Row, narrowed
from refund_fsm.workflow import Domain, Partial, Policy, Value, Workflow, assignments, counting, reads_of


class CountTable(NamedTuple):
    """The facts that decide how a limit is counted, and the count by the row of their values, in order of their domains."""

    reads: tuple[str, ...]
    rows: Mapping[Row, Count]

    @property
    def counts(self) -> tuple[Count, ...]:
        """Every count that there is, once."""
        return tuple(dict.fromkeys(self.rows.values()))

    def of(self, facts: Mapping[str, Value]) -> Count:
        """The count for facts."""
        return self.rows[tuple(facts[name] for name in self.reads)]


def count_tables(
    workflow: Workflow, policy: Policy, lattice: Lattice, domains: Mapping[str, Domain], keys: Iterable[str]
) -> dict[str, CountTable]:
    """By state, how its limit is counted. No special period is met, since there is no calendar. `BadData` for hours that are no whole
    number of steps."""
    plain = counting(workflow, policy.model_copy(update={"special": ()}) if policy.special else policy)
    found = {}
    for key in keys:
        guards = {guard for row in workflow.limits_at[key] for guard in row.guards}
        asked = {name for guard in guards for name in reads_of(guard, domains)}
        reads = tuple(name for name in domains if name in asked)
        rows: dict[Row, Count] = {}
        for known in assignments(reads, domains):
            count = plain.of(key, Partial(known))
            assert count is not None, "a state with a limit"
            rows[tuple(known.values())] = lattice.count(count)
        found[key] = CountTable(*narrowed(reads, rows, domains))
    return found


def before(table: CountTable, effect: EffectTable | None, domains: Mapping[str, Domain]) -> CountTable:
    """The same table, looked up by the facts before an effect. A row for which the effect has no outcome is missing."""
    if effect is None or not {*table.reads} & {*effect.changes}:
        return table
    asked = {*table.reads, *effect.reads}
    reads, rows = tuple(name for name in domains if name in asked), dict[Row, Count]()
    for known in assignments(reads, domains):
        outcome = effect.rows.get(tuple(known[name] for name in effect.reads))
        if outcome is not None:
            made = {name: value for name, value in zip(effect.changes, outcome, strict=True) if value is not None}
            rows[tuple(known.values())] = table.of({**known, **made})
    return CountTable(*narrowed(reads, rows, domains))
