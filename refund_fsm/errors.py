"""Owns the exceptions of the package; `Refused` alone stands with what it carries, in `case.refusal`. Imports nothing of ours.

Expected refusals are values; these are raised.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic import ValidationError

SHOWN = 120  # characters of an offending value that a message quotes


def shown(value: object) -> str:
    """The value as a message quotes it: its `repr` (so nothing in it is interpreted), cut at `SHOWN` characters."""
    if isinstance(value, str) and len(value) > SHOWN:
        return f"{value[:SHOWN]!r}… ({len(value):,} characters)"
    if isinstance(value, (bytes, bytearray)) and len(value) > SHOWN:
        return f"{bytes(value[:SHOWN])!r}… ({len(value):,} bytes)"
    if isinstance(value, int) and value.bit_length() > SHOWN * 3:
        return f"a whole number of {value.bit_length():,} bits"
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # a huge number inside, or a value nested too deeply
        return f"a {type(value).__name__} too large to show"
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def printable(text: str) -> str:
    """The text, or what Python writes for it where a terminal would take something in it for more than text."""
    return text if text.isprintable() else repr(text)[1:-1]


def plain(text: str) -> str:
    """A name out of somebody's file as a message may show it: nothing in it is interpreted, and it is cut at `SHOWN` characters."""
    text = printable(text)
    return text if len(text) <= 2 * SHOWN else f"{text[:SHOWN]}…{text[-SHOWN:]}"


def raised(error: Exception) -> str:
    """What somebody's function raised, as a message may show it."""
    return plain(f"{type(error).__name__}: {error}".rstrip(": "))


class RefundFsmError(Exception):
    """The base of every exception that this package raises on purpose."""


class Ending(BaseException):
    """Somebody ends the whole process: it is let through wherever else all that somebody's code raises is caught."""


class BadData(RefundFsmError, ValueError):
    """A value that cannot be what it claims to be. Names the `field`, the `value` and what was `expected`."""

    def __init__(self, field: str, value: object, expected: str) -> None:
        self.field = plain(field)
        self.value = value
        self.expected = expected
        super().__init__(f"{self.field}: {shown(value)}; expected {expected}")

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.field, self.value, self.expected)

    @classmethod
    def from_pydantic(cls, error: ValidationError, prefix: str = "", unsaid: Container[object] = ()) -> BadData:
        """The first complaint of a pydantic `ValidationError`, in our words, with the whole path to the field. `unsaid` are parts of a
        path that are no fields: pydantic puts the tag of a union there."""
        all_of_them = error.errors(include_url=False)
        first = next((one for one in all_of_them if one["type"] == "invalid_key"), all_of_them[0])
        path = prefix
        for part in first["loc"][:-1] if first["type"] == "invalid_key" else first["loc"]:
            if part not in unsaid:
                path += f"[{part}]" if isinstance(part, int) else (f".{part}" if path else str(part))
        context = first.get("ctx", {})
        inner = context.get("error")
        if isinstance(inner, BadData):
            dot = "." if path and inner.field and not inner.field.startswith("[") else ""
            return cls(f"{path}{dot}{inner.field}", inner.value, inner.expected)
        value: object = None if first["type"] == "missing" else first["input"]
        if first["type"] in ("union_tag_invalid", "union_tag_not_found"):
            tag = context["discriminator"].strip("'")
            path, value = f"{path}.{tag}" if path else tag, value.get(tag) if isinstance(value, dict) else context.get("tag")
        return cls(path or error.title, value, _EXPECTED.get(first["type"], "a value of another kind").format(**context))


def one_of(field: str, value: object, choices: Iterable[object]) -> None:
    """Raises `BadData` with the choices where a value is none of them."""
    known = tuple(choices)
    if value not in known:
        raise BadData(field, value, " or ".join(repr(choice) for choice in known))


_EXPECTED = {  # what pydantic wanted, by its name for the complaint, in the words of our messages
    "bad_data": "{expected}",
    "missing": "a value (the field is missing)",
    "extra_forbidden": "no such field",
    "union_tag_invalid": "one of {expected_tags}",
    "union_tag_not_found": "a value (the field is missing)",
    **dict.fromkeys(("literal_error", "enum"), "{expected}"),
    **dict.fromkeys(("int_type", "int_parsing", "int_parsing_size", "int_from_float"), "a whole number"),
    **dict.fromkeys(("float_type", "float_parsing"), "a number"),
    **dict.fromkeys(("bool_type", "bool_parsing"), "true or false"),
    "string_type": "text",
    "string_unicode": "text in UTF-8",
    "string_pattern_mismatch": "text like {pattern}",
    "string_too_long": "at most {max_length:,} characters",
    "string_too_short": "at least {min_length:,} characters",
    "greater_than": "greater than {gt}",
    "greater_than_equal": "greater than or equal to {ge}",
    "finite_number": "a finite number",
    "less_than": "less than {lt}",
    "less_than_equal": "less than or equal to {le}",
    "none_required": "nothing",
    "too_short": "at least {min_length}, not {actual_length}",
    "too_long": "at most {max_length}, not {actual_length}",
    **dict.fromkeys(("tuple_type", "list_type", "iterable_type", "set_type", "frozen_set_type"), "a list"),
    **dict.fromkeys(("dict_type", "mapping_type"), "a table"),
    **dict.fromkeys(("model_type", "model_attributes_type", "get_attribute_error"), "a table of its fields"),
    "invalid_key": "a table whose keys are text",
    "json_invalid": "valid JSON ({error})",
    "json_type": "JSON text",
    **dict.fromkeys(("recursion_loop", "recursion_depth_exceeded"), "a value that does not hold itself"),
    **dict.fromkeys(("path_type", "path_not_file", "path_not_directory"), "a path"),
    "value_error": "a value that can be read ({error})",
    "assertion_error": "a value that can be read ({error})",
}


class WorkflowError(RefundFsmError):
    """A workflow whose table is faulty. `row` names the rule, state or limit at fault."""

    def __init__(self, row: str, fault: str) -> None:
        self.row = plain(row)
        self.fault = fault
        super().__init__(f"{self.row}: {fault}")

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.row, self.fault)


class SavedCaseError(BadData):
    """A saved case that does not verify. `position` is `head`, `step 3`, or `tail`."""

    def __init__(self, position: str, value: object, expected: str) -> None:
        self.position = position
        super().__init__(position, value, expected)


class CalendarOutOfRange(RefundFsmError):
    """A day for which no calendar has been published, asked of a calendar that must not guess."""


class TooLong(RefundFsmError):
    """A loop reached its named cap."""


class MissingPart(RefundFsmError):
    """An optional part that is not installed, with the command that installs it."""

    @classmethod
    def of(cls, what: str, module: str) -> MissingPart:
        """What cannot be done for want of a module, and how its whole part is installed here: `pip install` of that part's requirements
        with their bounds, as the installed package states them (without bounds where it states nothing)."""
        own = module.partition(".")[0].replace("_", "-")
        part = next((part for part, owned in PARTS.items() if own in owned), None)
        wanted = _requirements(part, own) or (PARTS[part] if part else (own,))
        told = " ".join(f'"{one}"' for one in wanted)  # quoted: < and > mean something to a shell
        return cls(f"{what} needs {own}, which is not installed: {_pip()} {told}")


PARTS = {  # the extras, by what they install; as pyproject.toml says
    "png": ("resvg-py",),
    "pdf": ("fpdf2",),
    "testing": ("hypothesis",),
    "simulate": ("numpy", "numba", "scipy", "pyarrow", "tomli-w"),
    "plot": ("matplotlib",),
    "cluster": ("distributed",),
}


@contextmanager
def needing(what: str) -> Iterator[None]:
    """A `with` block in which a module of an optional part that is not installed is told as `MissingPart`."""
    try:
        yield
    except ModuleNotFoundError as error:
        own = (error.name or "").partition(".")[0].replace("_", "-")
        if not any(own in owned for owned in PARTS.values()):
            raise
        raise MissingPart.of(what, own) from None


def _requirements(part: str | None, own: str) -> tuple[str, ...]:
    """What the installed package requires for a part, or (`part` None) of one package that it always requires; nothing where it is not
    installed."""
    import re
    from importlib import metadata

    try:
        stated = metadata.requires("refund-fsm") or ()
    except metadata.PackageNotFoundError:
        return ()
    found = [(spec.strip(), marker) for spec, _, marker in (line.partition(";") for line in stated)]
    if part is None:
        return tuple(spec for spec, marker in found if not marker and re.split(r"[^\w.-]", spec, maxsplit=1)[0] == own)
    return tuple(spec for spec, marker in found if re.search(rf"""extra\s*==\s*['"]{part}['"]""", marker))


def _pip() -> str:
    """How pip installs into the environment that runs: by itself, or, where it has no pip, by the machine's."""
    import shlex
    import sys
    from importlib import util

    python = shlex.quote(sys.executable)
    if util.find_spec("pip") is not None or sys.platform == "win32":
        return f"{python} -m pip install"
    return f"PIP_PYTHON={python} python3 -m pip install"
