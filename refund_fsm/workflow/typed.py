"""Owns what every field of a table and of its rows must be: its type, and words that nothing can take for more than words.

Looked at before anything else of a table is, so that the checks after it (`wellformed`) may trust the types. Each complaint is a
`WorkflowError` that names the row, the field, the value and what was expected. Must not know what makes a table sound.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import is_dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from refund_fsm.errors import BadData, WorkflowError, shown
from refund_fsm.text import Text
from refund_fsm.workflow import phases, values
from refund_fsm.workflow.catalogue import CatalogueRule
from refund_fsm.workflow.platform_rules import Published
from refund_fsm.workflow.rows import Acceptance, Actor, Effect, Event, Guard, Limit, Rule, State
from refund_fsm.workflow.table import Table


class Kind(NamedTuple):
    """What a field may hold, in words, and whether a value is that."""

    expected: str
    fits: Callable[[Any], bool]


def _is(kind: type) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, kind)


def _tuple_of(kind: type) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, tuple) and all(isinstance(one, kind) for one in value)


def _or_none(kind: Kind) -> Kind:
    return Kind(f"{kind.expected}, or None", lambda value: value is None or kind.fits(value))


def _is_row_of_things(value: Any) -> bool:
    return isinstance(value, Iterable) and not isinstance(value, (str, bytes))


def _is_note(value: Any) -> bool:
    return isinstance(value, tuple) and len(value) == 3 and all(map(isinstance, value, (Actor, str, Text)))


TEXT = Kind("text", _is(str))
FLAG = Kind("True or False", _is(bool))
LABEL = Kind("a Text(zh, en)", _is(Text))
FUNCTION = Kind("a function", callable)
STATE, ACTOR = Kind("a State", _is(State)), Kind("an Actor, such as Actor('buyer', '买家', 'buyer')", _is(Actor))
LIMIT = Kind("a Limit", _is(Limit))
GUARDS = Kind("a tuple of guards made by @guard(zh=…, en=…), such as (is_small,)", _tuple_of(Guard))

FIELDS: Mapping[type, Mapping[str, Kind]] = {
    Text: {"zh": TEXT, "en": TEXT},
    Actor: {"key": TEXT, "zh": TEXT, "en": TEXT},
    State: {
        "key": TEXT,
        "zh": TEXT,
        "en": TEXT,
        "final": FLAG,
        "note": _or_none(Kind("(an Actor, a catalogue id, a Text)", _is_note)),
        "good": FLAG,
    },
    Event: {
        "name": TEXT,
        "actor": ACTOR,
        "zh": TEXT,
        "en": TEXT,
        "needs": Kind("a tuple of names, such as ('note',)", _tuple_of(str)),
        "how": _or_none(LABEL),
        "how_cites": TEXT,
        "files": FLAG,
        "pays": FLAG,
    },
    Guard: {"name": TEXT, "test": FUNCTION, "text": LABEL, "why": _or_none(FUNCTION)},
    Effect: {"name": TEXT, "run": FUNCTION, "changes": Kind("a tuple of names of facts, such as ('paid',)", _tuple_of(str))},
    Limit: {
        "field": TEXT,
        "cites": TEXT,
        "length": _or_none(Kind("a whole number", lambda v: type(v) is int)),
        "when": GUARDS,
        "plus": _or_none(TEXT),
        "plus_when": _or_none(Kind("a guard made by @guard(zh=…, en=…)", _is(Guard))),
    },
    Rule: {
        "id": TEXT,
        "source": STATE,
        "event": Kind("an Event", _is(Event)),
        "dest": STATE,
        "cites": TEXT,
        "when": GUARDS,
        "effect": _or_none(Kind("an Effect made by @effect('fact')", _is(Effect))),
    },
    Acceptance: {"finding": TEXT, "subject": TEXT, "reason": LABEL, "cites": TEXT},
    CatalogueRule: {
        "id": TEXT,
        "text": LABEL,
        "title": _or_none(LABEL),
        "article": _or_none(LABEL),
        "published": _or_none(Kind("a Published", _is(Published))),
    },
    Published: {"title": LABEL, "address": TEXT, "copied": Kind("a date", lambda v: isinstance(v, date))},
    Table: {
        "key": TEXT,
        "label": LABEL,
        "initial": STATE,
        "rules": Kind("a tuple of rules", _is_row_of_things),
        "facts": Kind("a frozen dataclass", lambda value: isinstance(value, type) and is_dataclass(value)),
        "facts_of": FUNCTION,
        "example_of": FUNCTION,
        "freight_of": _or_none(FUNCTION),
        "limits": Kind("a dictionary from a State, or a tuple of them, to a Limit", _is(Mapping)),
        "law": Kind("a dictionary from a State to a Limit", _is(Mapping)),
        "spine": Kind("a tuple of paths, each a tuple of states", _is_row_of_things),
        "catalogue": Kind("a dictionary from an id to a CatalogueRule", _is(Mapping)),
        "accepts": Kind("a tuple of acceptances", _is_row_of_things),
        "phases": Kind("a tuple of phases, each a Text and a tuple of states", _is_row_of_things),
        "profile": TEXT,
        "holds_from": _or_none(Kind("an instant with a time zone", lambda v: isinstance(v, datetime) and v.utcoffset() is not None)),
    },
}
IDS: Mapping[type, str] = {  # the field that a row goes by: one line that is not blank. Others are prose.
    Actor: "key",
    State: "key",
    Event: "name",
    Guard: "name",
    Effect: "name",
    Rule: "id",
    CatalogueRule: "id",
    Table: "key",
    Limit: "field",
}
CALLED: Mapping[type, str] = {Actor: "actor", State: "state", Event: "event", Guard: "guard", Effect: "effect", Rule: "rule"}


def check(workflow: Table) -> None:
    """Raises `WorkflowError` for the first field of the table, or of a row that it holds, which is not what it must be."""
    looker = _Looker()
    key = workflow.key if isinstance(workflow.key, str) else shown(workflow.key)
    row = f"workflow {key}"
    if not (isinstance(workflow.facts, type) and is_dataclass(workflow.facts)):
        raise WorkflowError(f"fact {workflow.facts}", "a facts class is a frozen dataclass")
    looker.look(row, "", workflow, Table)
    for name in ("rules", "accepts", "spine", "phases"):  # held now, since an iterator can be read only once
        object.__setattr__(workflow, name, tuple(getattr(workflow, name)))
    for place, rule in enumerate(workflow.rules):
        _check_is(row, f"rules[{place}]", rule, Rule, "a Rule")
        looker.look(f"rule {rule.id}" if isinstance(rule.id, str) else f"{row}, rules[{place}]", "", rule)
    looker.look(row, "initial", workflow.initial)
    for name in ("limits", "law"):
        _check_limits(looker, row, name, getattr(workflow, name))
    _check_spine(row, workflow.spine)
    phases.check_types(row, workflow.phases)
    _check_catalogue(looker, row, workflow.catalogue)
    for place, one in enumerate(workflow.accepts):
        _check_is(row, f"accepts[{place}]", one, Acceptance, "an Acceptance")
        looker.look(f"acceptance {one.finding} {one.subject}", "", one)


def _check_is(row: str, field: str, value: object, kind: type, expected: str) -> None:
    if not isinstance(value, kind):
        raise WorkflowError(row, f"{field}: {shown(value)}; expected {expected}")


def _check_limits(looker: _Looker, row: str, name: str, limits: Mapping[Any, Any]) -> None:
    for group, limit in limits.items():
        states = group if isinstance(group, tuple) and name == "limits" else (group,)
        told = " ".join(str(state.key) if isinstance(state, State) else shown(state) for state in states)
        several = name == "limits" and isinstance(limit, (tuple, list))
        rows = tuple(limit) if several else (limit,)
        if not rows:
            raise WorkflowError(row, f"{name}[{told}]: {shown(limit)}; expected a Limit, or at least one of several")
        for place, one in enumerate(rows):
            _check_is(row, f"{name}[{told}]{f'[{place}]' if several else ''}", one, Limit, LIMIT.expected)
            here = f"{'limit' if name == 'limits' else 'law'} {one.field} of {told}"
            looker.look(here, "", one)
            if not states or not all(isinstance(state, State) for state in states):
                raise WorkflowError(f"limit {one.field}", f"it belongs to {shown(group)}; expected a State or a tuple of them")
            for state in states:
                looker.look(here, "", state)


def _check_spine(row: str, spine: Iterable[Any]) -> None:
    for place, path in enumerate(spine):
        if isinstance(path, str) or not isinstance(path, Sequence) or not all(isinstance(state, State) for state in path):
            raise WorkflowError(row, f"spine[{place}]: {shown(path)}; expected a path, a tuple of states")


def _check_catalogue(looker: _Looker, row: str, catalogue: Mapping[Any, Any]) -> None:
    from refund_fsm.workflow.catalogue import CATALOGUE  # here: it is ours, and looked at by our own tests

    for key, one in catalogue.items():
        if key in CATALOGUE and CATALOGUE[key] is one:
            continue
        _check_word(f"{row}, catalogue", "id", key, is_id=True)
        if one is not None:  # None: what it says stands elsewhere
            _check_is(row, f"catalogue[{key}]", one, CatalogueRule, "a CatalogueRule")
            looker.look(f"catalogue {key}", "", one)


def _check_word(row: str, field: str, value: object, *, is_id: bool) -> None:
    try:
        if is_id:
            values.name(value, field)
        else:
            values.prose(value, field)
    except BadData as error:
        raise WorkflowError(row, str(error)) from None


class _Looker:
    """Looks at each row once, wherever it is met first, and from there at those that it holds."""

    def __init__(self) -> None:
        self._seen: set[int] = set()

    def look(self, row: str, path: str, one: Any, kind: type | None = None) -> None:
        """The fields of a row, then the rows in them. `path` says where it stands in the row that is named."""
        kind = kind or type(one)
        if id(one) in self._seen:  # all of them are kept alive by the table
            return
        self._seen.add(id(one))
        held = []
        for name, expected in FIELDS[kind].items():
            field, value = f"{path}{name}", getattr(one, name)
            if not expected.fits(value):
                raise WorkflowError(row, f"{field}: {shown(value)}; expected {expected.expected}")
            if expected is TEXT:
                _check_word(row, field, value, is_id=IDS.get(kind) == name)
            elif kind is not Table:
                held.append((name, value))
        for name, value in held:
            for inner in value if isinstance(value, tuple) else (value,):
                if type(inner) in FIELDS:
                    self.look(row, f"{path}{self._called(name, inner)}: ", inner)
                elif isinstance(inner, str):
                    _check_word(row, f"{path}{name}", inner, is_id=True)
        if kind is Table:
            self.look(row, "label.", one.label)

    @staticmethod
    def _called(name: str, inner: Any) -> str:
        """How a row inside a row is spoken of: by its kind and its id, where it has one."""
        kind = type(inner)
        told = getattr(inner, IDS[kind]) if kind in IDS else None
        return f"{name} {told}" if isinstance(told, str) else name
