"""Owns facts as finite data: the domain of every field of a facts class, and which fields a guard reads.

A facts class is a frozen dataclass whose fields are `bool`, `Literal[…]`, or `Annotated[int, UpTo("max_…")]`. A field
with a default starts there in every case: only effects change it. An `UpTo` field starts at its top. `Label` beside the type says
what people call the fact and its values.
"""

from __future__ import annotations

import itertools
import math
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import MISSING, FrozenInstanceError, dataclass, field, fields, is_dataclass, replace
from typing import Any, Literal

from refund_fsm.errors import WorkflowError, raised
from refund_fsm.text import Text
from refund_fsm.workflow.policy import Policy

Value = bool | int | str
Domain = tuple[Value, ...]
MAX_ASSIGNMENTS = 100_000  # that guards are asked over when a workflow is built
MAX_VALUES = 64  # of one fact: more is not meant to be enumerated


@dataclass(frozen=True, slots=True)
class UpTo:
    """Marks a whole-number fact that runs from 0 to a policy field: `Annotated[int, UpTo("max_resubmissions")]`."""

    field: str


@dataclass(frozen=True, slots=True)
class Label:
    """What people call a fact, and its values where these are no plain yes or no: `Annotated[bool, Label("穿过", "worn")]`.

    Pages, advice, traces, behaviours and exports show it; without one a fact is shown by its name and its value. Changes no fingerprint.
    """

    zh: str
    en: str
    values: Mapping[Value, Text] = field(default_factory=dict)


class NotFinite(Exception):
    """A field of a facts class whose values cannot be enumerated. `field` and `why`."""

    def __init__(self, field: str, why: str) -> None:
        self.field = field
        self.why = why
        super().__init__(f"{field}: {why}")


@dataclass(frozen=True, slots=True)
class FactField:
    """One fact: its name, its fixed values (None for `UpTo`), the policy field of `UpTo`, and where it starts if that is fixed."""

    name: str
    values: Domain | None
    up_to: str | None
    starts: Value | None
    label: Label | None = None

    def domain(self, policy: Policy) -> Domain:
        """All values under a policy, in their declared order."""
        if self.values is not None:
            return self.values
        return tuple(range(int(getattr(policy, str(self.up_to))) + 1))

    @property
    def by_policy(self) -> bool:
        """Whether the policy fixes the fact: it has the name of a policy field."""
        return self.name in Policy.model_fields

    def start(self, policy: Policy) -> Domain:
        """The values that a case can open with: one for a fact that the policy fixes or only effects change, else all."""
        if self.by_policy:
            return (getattr(policy, self.name),)
        if self.up_to is not None:
            return self.domain(policy)[-1:]
        return self.domain(policy) if self.starts is None else (self.starts,)


def fact_fields(facts: type) -> tuple[FactField, ...]:
    """The fields of a facts class, checked to be finite; raises `NotFinite`."""
    if not (isinstance(facts, type) and is_dataclass(facts)):
        raise NotFinite(str(facts), "a facts class is a frozen dataclass")
    if not facts.__dataclass_params__.frozen:  # type: ignore[attr-defined]  # dataclasses documents it as an implementation detail
        raise NotFinite(facts.__name__, "a facts class is frozen")
    hints = typing.get_type_hints(facts, include_extras=True)
    return tuple(_field(f.name, hints[f.name], None if f.default is MISSING else f.default) for f in fields(facts))


def _field(name: str, hint: Any, default: Any) -> FactField:
    if hint is bool:
        return FactField(name, (False, True), None, default)
    if typing.get_origin(hint) is Literal:
        return FactField(name, _literal(name, typing.get_args(hint)), None, default)
    if typing.get_origin(hint) is typing.Annotated:
        base, *marks = typing.get_args(hint)
        label = next((mark for mark in marks if isinstance(mark, Label)), None)
        if label is not None:
            rest = tuple(mark for mark in marks if mark is not label)
            found = _field(name, typing.Annotated[(base, *rest)] if rest else base, default)
            return replace(found, label=_labelled(found, label))
        up_to = next((mark for mark in marks if isinstance(mark, UpTo)), None)
        if up_to is None:
            return _field(name, base, default)
        if base is int and _is_count(up_to.field):
            return FactField(name, None, up_to.field, None)
        raise NotFinite(name, f"UpTo({up_to.field!r}) must name a whole-number field of Policy that starts with max_")
    raise NotFinite(name, f"{hint!r} is not finite; use bool, Literal[…] or Annotated[int, UpTo('max_…')]")


def _labelled(found: FactField, label: Label) -> Label:
    """The label, which names nothing but values of the fact."""
    if not all(isinstance(one, str) for one in (label.zh, label.en)):
        raise NotFinite(found.name, f"Label({label.zh!r}, {label.en!r}): expected two texts")
    if not isinstance(label.values, Mapping) or not all(isinstance(one, Text) for one in label.values.values()):
        raise NotFinite(found.name, "Label(values=…) must give a Text for each value that it names")
    if found.values is not None and (strange := [one for one in label.values if one not in found.values]):
        raise NotFinite(found.name, f"Label(values=…) names {strange[0]!r}, which is none of {', '.join(map(repr, found.values))}")
    return label


def _literal(name: str, values: tuple[Any, ...]) -> Domain:
    if len(values) > MAX_VALUES or not all(isinstance(value, (bool, int, str)) for value in values):
        raise NotFinite(name, f"at most {MAX_VALUES} strings, integers or booleans")
    return values


def _is_count(field: str) -> bool:
    return field.startswith("max_") and field in Policy.model_fields


def assignments(names: Sequence[str], domains: Mapping[str, Domain]) -> Iterator[dict[str, Value]]:
    """Every assignment of values to the named facts, in order of their domains; `NotFinite` past `MAX_ASSIGNMENTS`."""
    if math.prod(len(domains[name]) for name in names) > MAX_ASSIGNMENTS:
        raise NotFinite(", ".join(names), f"guards that are compared may read at most {MAX_ASSIGNMENTS:,} combinations of values")
    for values in itertools.product(*(domains[name] for name in names)):
        yield dict(zip(names, values, strict=True))


class _Unread(BaseException):
    """No `Exception`, so that a guard which catches all of them does not swallow it."""

    def __init__(self, name: str) -> None:
        self.name = name


class NoSuchFact(Exception):
    """A fact that the class does not have."""


class _Whole(BaseException):
    """Facts were looked at as a whole, not by name. No `Exception`, as `_Unread`."""


class Partial:
    """Facts of which only some are known. Reading another says so, which is how the reads of a guard are found; so does looking at them
    as a whole: comparing, hashing, or asking what they are."""

    __slots__ = ("_known",)

    def __init__(self, known: Mapping[str, Value]) -> None:
        object.__setattr__(self, "_known", known)

    def __getattr__(self, name: str) -> Any:
        try:
            return known_in(self)[name]
        except KeyError:
            raise _Unread(name) from None

    def __setattr__(self, name: str, value: Any) -> None:
        raise FrozenInstanceError(f"cannot assign to field {name!r}")

    def _as_a_whole(self, *_: object) -> Any:
        raise _Whole

    __eq__ = __ne__ = __hash__ = _as_a_whole
    __class__ = property(_as_a_whole)  # what isinstance asks


def known_in(facts: Partial) -> Mapping[str, Value]:
    """Those of the facts that are known, by name."""
    known: Mapping[str, Value] = object.__getattribute__(facts, "_known")
    return known


def reads_of(guard: Callable[[Any], bool], domains: Mapping[str, Domain]) -> tuple[str, ...]:
    """The facts that a guard may read, found by asking it with ever more of them known.

    Raises `NoSuchFact` for a fact that the class lacks, `NotFinite` where there are too many, `TypeError` for an answer that is no bool,
    `WorkflowError` naming the facts where the guard raises.
    """
    names: list[str] = []
    while True:  # ends: every round adds one of the finitely many facts, or returns
        try:
            for known in assignments(names, domains):
                answer = _answer(guard, known)
                if answer is not True and answer is not False:
                    raise TypeError(f"answered {answer!r}, not True or False")
        except _Unread as unread:
            if unread.name not in domains:
                raise NoSuchFact(unread.name) from None
            names.append(unread.name)
        else:
            return tuple(name for name in domains if name in names)


def _answer(guard: Callable[[Any], bool], known: Mapping[str, Value]) -> bool:
    try:
        return guard(Partial(known))
    except _Whole:
        row = f"guard {getattr(guard, 'name', guard)}"
        raise WorkflowError(row, "it looks at the facts as a whole; expected one that reads them by their names") from None
    except Exception as error:
        told = ", ".join(f"{name}={value!r}" for name, value in known.items()) or "any facts"
        raise WorkflowError(f"guard {getattr(guard, 'name', guard)}", f"it raised {raised(error)} for {told}") from error
