"""Owns the configuration graph as its users see it: `explore`, `ConfigGraph`, and its coarsest bisimulation `MergedGraph`.

All bulk tools (soundness, paths, simulation, replay) are loops over these tables. Must not know an order type, nor ask a guard.
"""

from __future__ import annotations

from array import array
from collections.abc import Hashable, Mapping, Sequence
from copy import copy
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

from refund_fsm.errors import BadData
from refund_fsm.graph.bisimulation import coarsest
from refund_fsm.graph.counted import Counted, counted
from refund_fsm.graph.exploration import ACCEPTED, FINAL, GUARD_FAILED, MAX_CONFIGS, WRONG_STATE, Explorer, Names, Tables
from refund_fsm.workflow import Domain, FrozenDict, Policy, Workflow, counting

__all__ = ["ACCEPTED", "FINAL", "GUARD_FAILED", "MAX_CONFIGS", "STATUSES", "WRONG_STATE", "ConfigGraph", "MergedGraph", "explore"]

STATUSES = ("accepted", "guard_failed", "wrong_state", "case_final")  # by number; all but the first are codes of `Refusal`


class ConfigGraph:
    """Configurations 0…N−1, and what each of E events does in them. Immutable: tables are flat and read-only.

    | name | shape | holds |
    |---|---|---|
    | `states`, `events`, `rules` | S, E, R | keys, names, ids, in the workflow's order; `state_number` and so on lead back |
    | `limit_of_state` | S | the number of the limit group (as in `Workflow.groups`), or −1 |
    | `facts` | F | the distinct facts, objects of the workflow's facts class |
    | `failed_sets` | – | tuples of guard names in the order of the table; number 0 is the empty one |
    | `counts` | – | how limits are counted (`workflow.Kind`): which row, which special periods may move it, whether more is added |
    | `count_of` | N | the number in `counts` of the limit that runs, or −1 |
    | `law_starts` | N | bytes: 1 where entering the configuration starts the law's clock of its state |
    | `openings` | – | the configurations that a case can open in |
    | `state_of`, `fact_of` | N | numbers into `states` and `facts` |
    | `successor` | N·E | at `i * E + e` the configuration that event `e` leads to from `i`, or −1 where it is refused |
    | `rule_at` | N·E | the number of the rule that fires, or −1 |
    | `failed_at` | N·E | the number in `failed_sets` of the guards that fail; 0 where guards do not refuse |
    | `status` | N·E | bytes: `ACCEPTED`, `GUARD_FAILED`, `WRONG_STATE` or `FINAL` |
    | `clashes` | – | (configuration, rule, rule): two rules that can both fire, of which the first does; empty unless `strict=False` |

    Tables are memoryviews of C integers (`numpy.asarray` copies nothing). An event of the clock is accepted where its guards
    hold: it stands for the limit's passing. Configurations are in the order of a breadth-first search, openings first.
    Made by `explore`; one graph is shared by all who ask for it.
    """

    def __init__(self, names: Names, tables: Tables, place: Mapping[int, int], counted: Counted) -> None:
        self._names = names
        self._place = place  # by fact * S + state
        self._merged: MergedGraph | None = None
        self.states, self.events, self.rules, self.limit_of_state = names.states, names.events, names.rules, names.limit_of_state
        self.state_number = _numbered(names.states)
        self.event_number = _numbered(names.events)
        self.rule_number = _numbered(names.rules)
        self.facts = tuple(tables.facts)
        self.failed_sets = tuple(tables.failed_sets)
        self.openings = _frozen(tables.openings)
        self.state_of = _frozen(tables.state_of)
        self.fact_of = _frozen(tables.fact_of)
        self.successor = _frozen(tables.successor)
        self.rule_at = _frozen(tables.rule_at)
        self.failed_at = _frozen(tables.failed_at)
        self.status = memoryview(bytes(tables.status))
        self.clashes = tuple(tables.clashes)
        self._count(counted)

    @cached_property
    def _fact_number(self) -> Mapping[tuple[Any, ...], int]:
        return {self._names.values_of(facts): number for number, facts in enumerate(self.facts)}

    def _count(self, counted: Counted) -> None:
        self.counts, self.count_of, self.law_starts = counted.kinds, _frozen(counted.count_of), memoryview(counted.law_starts)

    def _counted_anew(self, counted: Counted) -> ConfigGraph:
        """The same configurations under another policy, which counts their limits otherwise."""
        found = copy(self)
        found._merged = None
        found._count(counted)
        return found

    def __len__(self) -> int:
        """N, the number of configurations."""
        return len(self.state_of)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {len(self):,} configurations, {len(self.states)} states, {len(self.events)} events>"

    def __getstate__(self) -> tuple[dict[str, Any], tuple[str, ...]]:
        views = {name: array(one.format, one.tobytes()) for name, one in self.__dict__.items() if isinstance(one, memoryview)}
        return {**self.__dict__, **views}, tuple(views)  # a view itself cannot be pickled

    def __setstate__(self, state: tuple[dict[str, Any], tuple[str, ...]]) -> None:
        values, views = state
        self.__dict__.update(values, **{name: _frozen(values[name]) for name in views})

    def facts_of(self, config: int) -> Any:
        """The facts of a configuration; in a merged graph, of its representative."""
        return self.facts[self.fact_of[config]]

    def limit_of(self, config: int) -> int:
        """The number of the limit group that counts in a configuration, or −1."""
        return self.limit_of_state[self.state_of[config]]

    def failed(self, config: int, event: int) -> tuple[str, ...]:
        """The names of all guards that refuse an event, in the order of the table; empty where guards do not refuse it."""
        return self.failed_sets[self.failed_at[config * len(self.events) + event]]

    def index(self, state: str, facts: Any) -> int:
        """The configuration of a state's key and facts; `BadData` for an unknown state, and for facts that are not in the graph there.

        Facts that no set of opening facts leads to are not: goods once in the window, and out of it when the request is filed.
        """
        if state not in self.state_number:
            raise BadData("state", state, f"a state of the workflow: {', '.join(self.states)}")
        if type(facts) is not self._names.facts_class:
            raise BadData("facts", facts, f"an object of the class {self._names.facts_class.__name__}")
        fact = self._fact_number.get(self._names.values_of(facts))
        found = None if fact is None else self._place.get(fact * len(self.states) + self.state_number[state])
        if found is None:
            raise BadData("facts", facts, f"facts that are reached in {state} under the graph's policy")
        return found

    def merged(self) -> MergedGraph:
        """The coarsest bisimulation; see `MergedGraph`. Found when it is first asked for, and kept."""
        if self._merged is None:
            self._merged = self.merged_by(())
        return self._merged

    def merged_by(self, colours: Sequence[Hashable]) -> MergedGraph:
        """The coarsest bisimulation that also tells configurations of different colours apart (shape N; empty: no colours)."""
        return _merge(self, colours)


class MergedGraph(ConfigGraph):
    """The coarsest bisimulation of `raw`: configurations are one block when state, accepted events, the rules that they fire,
    failed guards and limits (and how they are counted) are the same, now and after any events. Blocks are numbered by their first members.

    Tables and `index` as in `ConfigGraph`, blocks being the configurations; and `block_of` (shape: N of `raw`) holds the block,
    `representative` (shape N) the first member of each.
    """

    def __init__(
        self, raw: ConfigGraph, block_of: array[int], representative: array[int], made: tuple[Names, Tables, dict[int, int], Counted]
    ) -> None:
        super().__init__(*made)
        self.raw = raw
        self.block_of = _frozen(block_of)
        self.representative = _frozen(representative)

    @cached_property
    def _fact_number(self) -> Mapping[tuple[Any, ...], int]:
        return self.raw._fact_number

    def merged(self) -> MergedGraph:
        """The graph itself: it is merged."""
        return self

    def merged_by(self, colours: Sequence[Hashable]) -> MergedGraph:
        """The merger of `raw`, with the colours of raw configurations."""
        return self.raw.merged_by(colours)


Allowed = tuple[tuple[Domain, Domain], ...]
_graphs: WeakKeyDictionary[Workflow, dict[Allowed, dict[tuple[object, ...], ConfigGraph]]] = WeakKeyDictionary()


def explore(workflow: Workflow, policy: Policy | None = None, *, strict: bool = True) -> ConfigGraph:
    """The graph of all configurations that can be reached from every set of facts that a case can open with.

    `policy=None` is the workflow's own profile. Facts that the policy fixes are fixed; facts are constant at filing events. The graph
    is kept as long as the workflow lives, one for all policies that agree on what the facts can be and on the special periods. Raises
    `WorkflowError` naming the rule whose effect changes what it does not list or makes no facts, or that clashes with another under this
    policy; `TooLong` beyond `exploration.MAX_CONFIGS` configurations. With `strict=False` clashes are listed in the graph instead, and
    the first rule fires, as the machine has it.
    """
    policy = workflow.default_policy() if policy is None else policy
    allowed: Allowed = tuple((one.domain(policy), one.start(policy)) for one in workflow.fact_fields)
    known = _graphs.setdefault(workflow, {}).setdefault(allowed, {})
    limits = counting(workflow, policy)
    other = next(iter(known.values()), None)
    if strict and other is not None and other.clashes:  # a graph in which nothing clashes serves both
        Explorer(workflow, policy, strict=True).explored()  # raises
    found = known.get(limits.signature)
    if found is None:
        if other is not None:
            made = other._counted_anew(counted(limits, other.states, other.facts, other.state_of, other.fact_of))
        else:
            names, tables, place = Explorer(workflow, policy, strict=strict).explored()
            made = ConfigGraph(names, tables, place, counted(limits, names.states, tables.facts, tables.state_of, tables.fact_of))
        found = known.setdefault(limits.signature, made)
    return found


def _merge(raw: ConfigGraph, colours: Sequence[Hashable]) -> MergedGraph:
    width = len(raw.events)
    successor = raw.successor.tolist()
    rows = (successor[start : start + width] for start in range(0, len(successor), width))
    successors = [[dest for dest in row if dest >= 0] or () for row in rows]  # many lead nowhere: no list for each
    block_of = coarsest(_looks(raw, colours), successors)
    firsts: dict[int, int] = {}
    for config, block in enumerate(block_of):
        firsts.setdefault(block, config)
    tables = Tables()
    tables.facts += raw.facts
    tables.failed_sets[:] = raw.failed_sets
    tables.openings.extend(dict.fromkeys(block_of[config] for config in raw.openings))
    for config in firsts.values():
        cells = slice(config * width, (config + 1) * width)
        tables.state_of.append(raw.state_of[config])
        tables.fact_of.append(raw.fact_of[config])
        tables.successor.extend(-1 if dest < 0 else block_of[dest] for dest in successor[cells])
        tables.rule_at.extend(raw.rule_at[cells])
        tables.failed_at.extend(raw.failed_at[cells])
        tables.status += raw.status[cells]
    blocks = {key: block_of[config] for key, config in raw._place.items()}
    chosen = tuple(firsts.values())
    limits = Counted(raw.counts, array("i", [raw.count_of[one] for one in chosen]), bytes(raw.law_starts[one] for one in chosen))
    return MergedGraph(raw, block_of, array("i", chosen), (raw._names, tables, blocks, limits))


def _looks(raw: ConfigGraph, colours: Sequence[Hashable]) -> list[int]:
    """What tells configurations apart at sight, numbered: state (and so statuses), rules, failed guards, how the limit is counted, whether
    the law's clock starts, colour."""
    size = len(raw.events) * raw.rule_at.itemsize
    rows = (raw.rule_at.tobytes(), raw.failed_at.tobytes())
    cut = ([row[start : start + size] for start in range(0, len(row), size)] for row in rows)
    known: dict[tuple[Any, ...], int] = {}
    looks = zip(raw.state_of, raw.count_of, raw.law_starts, *cut, *((colours,) if colours else ()), strict=True)
    return [known.setdefault(look, len(known)) for look in looks]


def _numbered(names: Sequence[str]) -> Mapping[str, int]:
    return FrozenDict({name: number for number, name in enumerate(names)})


def _frozen(table: array[int]) -> memoryview[int]:
    return memoryview(table).toreadonly()
