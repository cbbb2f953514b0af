"""Owns how every value of the package is checked: frozen models, clean text, instants, frozen attributes.

Must not know orders, cases or workflows.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import fields
from datetime import datetime
from functools import wraps
from typing import Annotated, Any, ClassVar, NoReturn, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    SerializerFunctionWrapHandler,
    StrictStr,
    StringConstraints,
    ValidationError,
    WithJsonSchema,
    model_serializer,
)
from pydantic_core import PydanticCustomError

from refund_fsm.errors import BadData
from refund_fsm.workflow.calendar import instant

MAX_PROSE = 20_000  # characters of a note or a description
MAX_NAME = 200  # characters of an id, a title, a tracking number
FORBIDDEN = frozenset({"Cc", "Cs", "Cf", "Zl", "Zp"})  # controls, lone surrogates, invisible format and bidi marks
T = TypeVar("T")
K = TypeVar("K")
U = TypeVar("U")
V = TypeVar("V")
PART = re.compile(r"([^\W\d]\w*)|\[([0-9]{1,9})\]")
PATH = re.compile(r"(?:[^\W\d]\w*|\[[0-9]{1,9}\])(\[[0-9]{1,9}\])*(\.[^\W\d]\w*(\[[0-9]{1,9}\])*)*")
JOINERS = frozenset("\u200c\u200d")  # emoji and some scripts need them; they hide nothing
BREAKS = frozenset("\n\t")


class Frozen(BaseModel):
    """A frozen pydantic model that takes no unknown field and raises `BadData` for whatever it cannot take."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, defer_build=True)
    unsaid: ClassVar[frozenset[str]] = frozenset()  # tags of unions in it, which no path to a field names

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        """The validator is built when it is first needed. Whoever wraps the model builds at once, as ever: web frameworks hide warnings
        then that they mean to hide, and not later. (A subclass of a subclass says `defer_build` itself.)"""
        cls.model_config = {**cls.model_config, "defer_build": False}

    def __init__(self, /, **data: Any) -> None:
        try:
            super().__init__(**data)
        except ValidationError as error:
            raise BadData.from_pydantic(error, unsaid=self.unsaid) from None

    # As pydantic marks its own: it checks a model inside another by its fields then, so that a list of complaints has all of them, each
    # at its own place, and does not end with the first that a call of this would raise.
    __init__.__pydantic_base_init__ = True  # type: ignore[attr-defined]  # a mark of pydantic's

    @classmethod
    def model_validate(cls, obj: Any, **kwargs: Any) -> Self:
        """As pydantic's, with `BadData` for its `ValidationError`."""
        return _checked(cls, super().model_validate, obj, **kwargs)

    @classmethod
    def model_validate_json(cls, json_data: str | bytes | bytearray, **kwargs: Any) -> Self:
        """As pydantic's, with `BadData` for its `ValidationError`."""
        return _checked(cls, super().model_validate_json, json_data, **kwargs)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:  # noqa: ARG002  # as in pydantic
        """A copy with some fields changed, checked as a new value is. `deep` changes nothing: all of it is frozen."""
        return type(self)(**{**{name: getattr(self, name) for name in type(self).model_fields}, **(update or {})})

    def __setattr__(self, name: str, value: Any) -> None:
        raise BadData(name, value, f"no change: this {type(self).__name__} is frozen")

    def __delattr__(self, name: str) -> None:
        raise BadData(name, None, f"no change: this {type(self).__name__} is frozen")


class Grown(Frozen):
    """A model that has gained fields since values of it were first saved: those of `later` are left out where they are at their default,
    so that what was written before reads and is written as ever, and an earlier version reads what it can know."""

    later: ClassVar[frozenset[str]] = frozenset()

    # Without a type for what it gives, since that would stand for the model's own in its schema.
    @model_serializer(mode="wrap")
    def _without_defaults(self, written: SerializerFunctionWrapHandler):  # type: ignore[no-untyped-def]
        found = written(self)
        for name in self.later:
            if name in found and getattr(self, name) == type(self).model_fields[name].default:
                del found[name]
        return found


def _checked(kind: type[Frozen], validate: Callable[..., T], data: Any, **kwargs: Any) -> T:
    try:
        return validate(data, **kwargs)
    except ValidationError as error:
        raise BadData.from_pydantic(error, unsaid=kind.unsaid) from None
    except TypeError:  # a key that is no text
        raise BadData("", data, "a table whose keys are text") from None


def meant(text: str) -> Any:
    """What a field holds, for who reads the JSON schema."""
    return Field(description=text)


def placed(check: Callable[[T], U]) -> Callable[[T], U]:
    """A check of a value or a whole model as pydantic takes it: its `BadData` is told at its own place among all complaints, in our
    words, whoever asks (a web framework asks pydantic, not us)."""

    @wraps(check)
    def checked(value: T) -> U:
        try:
            return check(value)
        except BadData as error:
            place = _place(error.field)
            told = PydanticCustomError("bad_data", "expected {expected}", {"expected": error.expected})
            raise ValidationError.from_exception_data("", [{"type": told, "loc": place, "input": error.value}]) from None

    return checked


def _place(field: str) -> tuple[str | int, ...]:
    """`lines[1].sku` as the parts of a path; what is no path is one part."""
    if not PATH.fullmatch(field):
        return (field,) if field else ()
    return tuple(int(number) if number else name for name, number in PART.findall(field))


def clean(value: str, *, breaks: bool, field: str = "") -> str:
    """The text itself, when it holds nothing that a terminal or a page could take for more than text; else `BadData`."""
    if value.isprintable():
        return value
    for place, char in enumerate(value):
        if unicodedata.category(char) in FORBIDDEN and char not in JOINERS and not (breaks and char in BREAKS):
            raise BadData(field, value, f"text without control characters (U+{ord(char):04X} at position {place})")
    return value


def prose(value: object, field: str) -> str:
    """A note: text of at most `MAX_PROSE` characters, line breaks allowed; else `BadData` naming the field."""
    if not isinstance(value, str):
        raise BadData(field, value, "text")
    if len(value) > MAX_PROSE:
        raise BadData(field, value, f"at most {MAX_PROSE:,} characters")
    return clean(value, breaks=True, field=field)


def both(zh: object, en: object, field: str) -> None:
    """That both languages of a text are words which nothing can take for more than words; else `BadData` naming `field` and language."""
    prose(zh, f"{field}zh")
    prose(en, f"{field}en")


def name(value: object, field: str) -> str:
    """An id: one line of 1 to `MAX_NAME` characters, not only white space; else `BadData` naming the field."""
    if not isinstance(value, str) or not value.strip() or len(value) > MAX_NAME:
        raise BadData(field, value, f"text of 1 to {MAX_NAME} characters")
    return clean(value, breaks=False, field=field)


@placed
def _name(value: str) -> str:
    return name(value, "")


@placed
def _prose(value: str) -> str:
    return clean(value, breaks=True)


@placed
def _instant(value: object) -> datetime:
    if isinstance(value, str):
        with suppress(ValueError):  # the check below says what was expected
            value = datetime.fromisoformat(value)
    return instant(value, "")


Name = Annotated[StrictStr, AfterValidator(_name), WithJsonSchema({"type": "string", "minLength": 1, "maxLength": MAX_NAME})]
Prose = Annotated[StrictStr, StringConstraints(max_length=MAX_PROSE), AfterValidator(_prose)]
Instant = Annotated[
    datetime,
    PlainValidator(_instant),
    PlainSerializer(datetime.isoformat, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]


@placed
def _not_empty(value: tuple[T, ...]) -> tuple[T, ...]:
    if not value:
        raise BadData("", [], "at least 1, not 0")
    return value


# Not pydantic's own bound: that one complains once more of a list whose only entries are faulty.
NotEmpty = Annotated[tuple[T, ...], AfterValidator(_not_empty), Field(json_schema_extra={"minItems": 1})]


def restore(one: Any, state: Sequence[object]) -> None:
    """Sets the fields of a frozen dataclass with slots that is read from a pickle; those that came later have their defaults."""
    for place, field in enumerate(fields(one)):
        object.__setattr__(one, field.name, state[place] if place < len(state) else field.default)


class FrozenDict(dict[K, V]):
    """A dictionary that does not change. Unlike a mapping proxy it can be pickled and copied."""

    __slots__ = ()
    said = "these entries"

    def _frozen(self, *_: object, **__: object) -> NoReturn:
        raise TypeError(f"{self.said} are frozen")

    __setitem__ = __delitem__ = update = pop = popitem = clear = setdefault = __ior__ = _frozen

    def __hash__(self) -> int:  # type: ignore[override]  # frozen, so it may have one
        return hash(frozenset(self.items()))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (dict(self),)


class Attributes(FrozenDict[str, str | int | bool]):
    """The attributes of an order or a request for a user's own workflow."""

    __slots__ = ()
    said = "attributes"


MAX_ATTRIBUTES = 100
MAX_INTEGER = 10**15
OF_ATTRIBUTES: dict[str, Any] = {  # the JSON schema of attributes
    "type": "object",
    "maxProperties": MAX_ATTRIBUTES,
    "additionalProperties": {"anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "boolean"}]},
}


def attributes(value: object) -> Attributes:
    """Attributes of a user's own, checked: names, and clean text, whole numbers up to `MAX_INTEGER`, true or false."""
    if not isinstance(value, Mapping) or len(value) > MAX_ATTRIBUTES:
        raise BadData("", value, f"a table of at most {MAX_ATTRIBUTES} attributes")
    for key, one in value.items():
        field = name(key, "")
        if isinstance(one, str):
            prose(one, field)
        elif not isinstance(one, int) or abs(one) > MAX_INTEGER:
            raise BadData(field, one, f"text, a whole number of at most {MAX_INTEGER:,}, or true or false")
    return Attributes(value)
