"""Owns guards and effects as finite tables, made by calling them on facts: what the exports are written from.

Must not ask the configuration graph, nor the machine: an export that confirms their verdict may not be made of it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, NoReturn, TypeVar

from refund_fsm.errors import WorkflowError
from refund_fsm.workflow import Domain, Effect, Guard, NotFinite, Partial, Rule, Value, Workflow, assignments, reads_of

PROBES = 512  # whole sets of facts on which an effect's table is compared with the effect itself
SPREAD = 2_654_435_761  # a prime: its multiples, taken modulo the number of sets, spread the probes over all of them

Row = tuple[Value, ...]
Outcome = tuple[Value | None, ...]  # by changed fact; None: it stays as it is


class GuardTable(NamedTuple):
    """The facts that a guard reads, and the rows of their values for which it holds, in order of their domains."""

    reads: tuple[str, ...]
    holds: tuple[Row, ...]


class EffectTable(NamedTuple):
    """The facts that an effect reads, those that it changes, and by row of the read values what it makes of the changed ones.

    A row that is missing has no outcome: the effect raises there, or leads out of what a fact can be.
    """

    reads: tuple[str, ...]
    changes: tuple[str, ...]
    rows: Mapping[Row, Outcome]

    def is_whole(self, domains: Mapping[str, Domain]) -> bool:
        """Whether there is an outcome for all facts."""
        return len(self.rows) == math.prod(len(domains[name]) for name in self.reads)


def guard_table(guard: Guard, domains: Mapping[str, Domain]) -> GuardTable:
    """The guard, asked over every row of the facts that it may read; those that never matter are left out."""
    reads = reads_of(guard, domains)
    answers = {tuple(known.values()): bool(guard(Partial(known))) for known in assignments(reads, domains)}
    reads, answers = narrowed(reads, answers, domains)
    return GuardTable(reads, tuple(row for row, holds in answers.items() if holds))


def effect_table(effect: Effect, workflow: Workflow, domains: Mapping[str, Domain]) -> EffectTable:
    """The effect, run on every row of the facts that it reads, the others being unknown to it.

    An effect that looks at a fact so that an unknown one cannot notice (`is True`) is found out by `PROBES` whole sets
    of facts, and run on all of them. Raises `WorkflowError` when it changes what it does not list, `NotFinite` (a
    `WorkflowError` names the effect) where there are too many sets.
    """
    runner = _Runner(effect, workflow, domains)
    reads, rows = runner.table(_effect_reads(runner, domains))
    if not all(_agree(runner, rows[tuple(whole[name] for name in reads)], whole) for whole in _spread(domains)):
        try:
            reads, rows = runner.table(tuple(domains))
        except NotFinite as error:
            raise WorkflowError(f"effect {effect.name}", f"it cannot be written as a table: {error.why}") from None
    reads, narrow = narrowed(reads, rows, domains)
    return EffectTable(reads, effect.changes, {row: outcome for row, outcome in narrow.items() if outcome is not None})


def relevant(
    workflow: Workflow, guards: Mapping[str, GuardTable], effects: Mapping[str, EffectTable], domains: Mapping[str, Domain]
) -> tuple[str, ...]:
    """The facts that can make a difference: those that a guard reads, those that an effect makes such facts from, and those of an
    effect that has no outcome for some of them."""
    found = {name for table in guards.values() for name in table.reads}
    found |= {name for table in effects.values() if not table.is_whole(domains) for name in (*table.reads, *table.changes)}
    while True:  # ends: every round adds one of the finitely many facts, or returns
        fresh = {name for table in effects.values() if found & {*table.changes} for name in table.reads} - found
        if not fresh:
            return tuple(one.name for one in workflow.fact_fields if one.name in found)
        found |= fresh


def tables_of(workflow: Workflow, domains: Mapping[str, Domain]) -> tuple[dict[str, GuardTable], dict[str, EffectTable]]:
    """The tables of all guards and of all effects of a workflow, by name, in the order of its rules."""
    effects = {rule.effect.name: rule.effect for rule in workflow.rules if rule.effect is not None}
    return (
        {name: guard_table(guard, domains) for name, guard in workflow.guards.items()},
        {name: effect_table(effect, workflow, domains) for name, effect in effects.items()},
    )


def together(one: Rule, other: Rule, domains: Mapping[str, Domain]) -> bool:
    """Whether some facts let both rules fire."""
    guards = (*one.when, *other.when)
    reads = tuple(dict.fromkeys(name for guard in guards for name in reads_of(guard, domains)))
    return any(all(guard(Partial(known)) for guard in guards) for known in assignments(reads, domains))


def condition(reads: Sequence[str], rows: Iterable[Row], domains: Mapping[str, Domain], atom: Callable[[str, Domain], str]) -> str:
    """The rows as a formula in `&&` and `||`, a decision tree over the facts in order; `atom(name, values)` says that a fact has one
    of the values. `true` and `false` where nothing is to be decided."""
    return _tree(tuple(reads), frozenset(rows), domains, atom)


def _tree(reads: tuple[str, ...], rows: frozenset[Row], domains: Mapping[str, Domain], atom: Callable[[str, Domain], str]) -> str:
    if not rows:
        return "false"
    if len(rows) == math.prod(len(domains[name]) for name in reads):
        return "true"
    name, *rest = reads
    below: dict[frozenset[Row], list[Value]] = {}
    for value in domains[name]:
        below.setdefault(frozenset(row[1:] for row in rows if same(row[0], value)), []).append(value)
    parts = []
    for under, values in below.items():
        inner = _tree(tuple(rest), under, domains, atom)
        if inner == "false":
            continue
        both = ["" if len(values) == len(domains[name]) else atom(name, tuple(values)), "" if inner == "true" else inner]
        given = [part for part in both if part]
        parts.append(" && ".join(f"({part})" if " || " in part else part for part in given) if len(given) > 1 else given[0])
    return " || ".join(f"({part})" if len(parts) > 1 and " && " in part else part for part in parts)


def says(fact: str, values: Domain, domain: Domain, spelled: Callable[[Value], str], equal: str, unequal: str) -> str:
    """That a fact has one of the values, as short as it can be said with a tool's words for the fact, for values and for comparing."""
    if is_bool(domain):
        return fact if values[0] else f"!{fact}"
    others = [one for one in domain if not any(same(one, value) for value in values)]
    if len(others) == 1 < len(values):
        return f"{fact}{unequal}{spelled(others[0])}"
    return " || ".join(f"{fact}{equal}{spelled(value)}" for value in values)


def is_bool(domain: Domain) -> bool:
    """Whether a fact is true or false, and nothing else."""
    return all(isinstance(value, bool) for value in domain)


def same(one: object, other: object) -> bool:
    """Whether two values of a fact are one: `True` is not 1."""
    return type(one) is type(other) and one == other


T = TypeVar("T")


def narrowed(reads: tuple[str, ...], table: Mapping[Row, T], domains: Mapping[str, Domain]) -> tuple[tuple[str, ...], dict[Row, T]]:
    """The table over those facts alone that make a difference to it."""
    rows = dict(table)
    for name in reads[::-1]:
        place = reads.index(name)
        slices = [{(*row[:place], *row[place + 1 :]): out for row, out in rows.items() if same(row[place], v)} for v in domains[name]]
        if all(one == slices[0] for one in slices):
            reads, rows = (*reads[:place], *reads[place + 1 :]), slices[0]
    return reads, rows


# How an effect's reads are found


class _Unread(Exception):
    def __init__(self, name: str) -> None:
        self.name = name


class _Unknown:
    """The value of a fact that is not known: it can be handed on, and anything else says that it was read."""

    __slots__ = ("_of",)

    def __init__(self, name: str) -> None:
        object.__setattr__(self, "_of", name)


def _read(self: Any, *_: Any) -> NoReturn:
    raise _Unread(object.__getattribute__(self, "_of"))


_COMPARED = "eq ne lt le gt ge hash bool"
_COUNTED = "add radd sub rsub mul rmul truediv rtruediv floordiv rfloordiv mod rmod pow rpow neg pos abs invert and rand or ror xor rxor"
_TURNED = "int index float round len iter contains getitem getattr str repr format call lshift rlshift rshift rrshift divmod rdivmod"
for _name in f"{_COMPARED} {_COUNTED} {_TURNED}".split():
    setattr(_Unknown, f"__{_name}__", _read)


class _Runner:
    """One effect, run on facts of which some may be unknown."""

    def __init__(self, effect: Effect, workflow: Workflow, domains: Mapping[str, Domain]) -> None:
        self.effect, self.facts, self.domains = effect, workflow.facts, domains

    def run(self, known: Mapping[str, Value]) -> Outcome | None:
        """What becomes of the changed facts; None where there is no outcome. Raises `_Unread`."""
        before = {name: known.get(name, _Unknown(name)) for name in self.domains}
        try:
            after = self.effect(self.facts(**before))
        except _Unread:
            raise
        except Exception:  # whatever it raises: facts that no case has there may be beyond it
            return None
        if type(after) is not self.facts:
            raise WorkflowError(f"effect {self.effect.name}", f"it gave {after!r}, not a {self.facts.__name__}")
        outcome = {name: self._made(before[name], getattr(after, name)) for name in self.domains}
        for name, value in outcome.items():
            if value is not None and name not in self.effect.changes:
                raise WorkflowError(f"effect {self.effect.name}", f"it changes {name}, which it does not list")
        made = tuple(outcome[name] for name in self.effect.changes)
        return made if all(map(self._possible, self.effect.changes, made)) else None

    def _possible(self, name: str, value: Value | None) -> bool:
        return value is None or any(same(value, one) for one in self.domains[name])

    def _made(self, before: Any, after: Any) -> Value | None:
        """The new value of a fact, None where it stays. A value handed on from another fact is read from it."""
        if isinstance(after, _Unknown):
            if after is not before:
                _read(after)
            return None
        value: Value = after
        return None if same(before, after) else value

    def table(self, reads: tuple[str, ...]) -> tuple[tuple[str, ...], dict[Row, Outcome | None]]:
        return reads, {tuple(known.values()): self.run(known) for known in assignments(reads, self.domains)}


def _effect_reads(runner: _Runner, domains: Mapping[str, Domain]) -> tuple[str, ...]:
    names: list[str] = []
    while True:  # ends: every round adds one of the finitely many facts, or returns
        try:
            runner.table(tuple(names))
        except _Unread as unread:
            names.append(unread.name)
        else:
            return tuple(name for name in domains if name in names)


def _agree(runner: _Runner, outcome: Outcome | None, whole: Mapping[str, Value]) -> bool:
    """Whether the effect makes of a whole set of facts what the table says."""
    made = runner.run(whole)
    if made is None or outcome is None:
        return made is outcome
    for name, one, other in zip(runner.effect.changes, made, outcome, strict=True):
        if not same(whole[name] if one is None else one, whole[name] if other is None else other):
            return False
    return True


def _spread(domains: Mapping[str, Domain]) -> Iterator[dict[str, Value]]:
    """At most `PROBES` whole sets of facts, spread over all that there are."""
    number = math.prod(map(len, domains.values()))
    for probe in range(min(PROBES, number)):
        place = probe * SPREAD % number
        whole = {}
        for name, values in domains.items():
            place, here = divmod(place, len(values))
            whole[name] = values[here]
        yield whole
