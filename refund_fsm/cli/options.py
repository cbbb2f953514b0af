"""Owns the options that several commands share, and how their texts are read. Must not run anything."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from refund_fsm.errors import BadData, RefundFsmError, one_of
from refund_fsm.text import LANGS, SHANGHAI, Languages

if TYPE_CHECKING:
    from refund_fsm.workflow import Policy

T = TypeVar("T")
Choose = Callable[[str], list[str]]  # what a shell offers for the beginning of a word


def offering(found: Callable[[], Iterable[str]]) -> Choose:
    """What a shell offers: those of the words that begin so. They are looked up only then."""
    return lambda incomplete: [one for one in found() if one.startswith(incomplete)]


def _order_types() -> Iterable[str]:
    from refund_fsm.orders import keys

    return keys()


def _scenarios() -> Iterable[str]:
    from refund_fsm.scenario import shipped

    return shipped()


def _profiles() -> Iterable[str]:
    from refund_fsm.workflow import PROFILES

    return PROFILES


def _formats() -> Iterable[str]:
    from refund_fsm.export import FORMATS

    return FORMATS


ORDER_TYPES, SCENARIOS, POLICIES, EXPORTS = map(offering, (_order_types, _scenarios, _profiles, _formats))


class Unread(RefundFsmError):
    """What an option was given cannot be read. No `ValueError`: typer would tell it in words of its own, which differ by version."""


def read(option: str, make: Callable[[str], T], expected: str) -> Any:
    """How typer reads an option (its `parser`): what `make` makes of the text. A default is taken as it is."""

    def parsed(text: Any) -> T:
        try:
            return make(text) if type(text) is str else text
        except ValueError:
            raise Unread(str(BadData(option, text, expected))) from None

    return parsed


def whole(option: str) -> Any:
    """How an option with a whole number is read: in plain digits. Versions of typer differ in what else they take for one, such as 5.0."""

    def made(text: str) -> int:
        if not _WHOLE.fullmatch(text):
            raise ValueError
        return int(text)

    return read(option, made, "a whole number")


def number(option: str, unit: str) -> Any:
    """How an option with a number of hours or days is read: whole where it is written so, so that a message shows what was typed."""

    def made(text: str) -> float:
        try:
            return int(text)
        except ValueError:
            return float(text)

    return read(option, made, f"a number of {unit}")


def choice(option: str, kind: Callable[[str], T], words: Iterable[str]) -> dict[str, Any]:
    """The arguments of an option that is one of a few words."""
    known = tuple(map(str, words))
    return {
        "parser": read(option, kind, " or ".join(map(repr, known))),
        "metavar": f"[{'|'.join(known)}]",
        "autocompletion": offering(lambda: known),
    }


FOUND, WRONG, MISSING, UNPRINTED, STOPPED, PIPE_CLOSED = 1, 2, 3, 4, 130, 141  # exit codes; the last two as a shell has them
LANG_HELP = "The languages of the output; default: $REFUND_FSM_LANG, else the locale's, else both."
LangOption = Annotated[Languages | None, typer.Option("--lang", help=LANG_HELP, show_default=False, **choice("--lang", Languages, LANGS))]
_ISO = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?)?", re.ASCII)
_WHOLE = re.compile(r"-?[0-9]{1,18}")
WHEN = "ISO; without a zone in Shanghai's, a date alone its beginning"
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
OrderType = Annotated[
    str,
    typer.Argument(
        metavar="ORDER_TYPE",
        autocompletion=ORDER_TYPES,
        help="A registered order type, or module:attribute of a Workflow: that module is run.",
    ),
]
PolicyOption = Annotated[
    str | None,
    typer.Option(
        "--policy",
        metavar="NAME|FILE",
        autocompletion=POLICIES,
        help="guide, statute, platform, or a policy file (TOML); default: the workflow's own.",
    ),
]
BehaviourOption = Annotated[
    str | None, typer.Option("--behaviour", metavar="FILE", help="A behaviour file (TOML); default: the one that ships.")
]
File = Annotated[
    str,
    typer.Argument(
        metavar="FILE", autocompletion=SCENARIOS, help="A scenario file (TOML), a shipped scenario's name, or a saved case (.json)."
    ),
]


_remembered: ContextVar[Languages | None] = ContextVar("lang", default=None)
LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")  # the first that is set counts


def remember(lang: Languages | None) -> None:
    """The languages that were given before the command."""
    _remembered.set(lang)


def written(lang: Languages | None) -> Languages:
    """The languages of a file: those that the user asks for, by an option or by `REFUND_FSM_LANG`, else both. Never the locale's."""
    return _asked(lang) or Languages.BOTH


def spoken(lang: Languages | None) -> Languages:
    """The languages of what is printed: those of a file, but where nobody asks the locale's, if it is Chinese or English."""
    told = next((os.environ[name] for name in LOCALE if os.environ.get(name)), "")
    local = {"zh": Languages.ZH, "en": Languages.EN}.get(re.split(r"[_.@-]", told)[0].lower())
    return _asked(lang) or local or Languages.BOTH


def _asked(lang: Languages | None) -> Languages | None:
    told = os.environ.get("REFUND_FSM_LANG", "")
    if lang is not None or _remembered.get() is not None or not told:
        return lang or _remembered.get()
    one_of("REFUND_FSM_LANG", told, LANGS)
    return Languages(told)


def instant_of(text: str, option: str) -> datetime:
    """The instant that an option gives in ISO form; one without a zone is Shanghai's, a date alone its beginning. `BadData` naming the
    option."""
    from refund_fsm.workflow import instant

    try:
        if not _ISO.fullmatch(text):  # Python itself reads a bare number as a date, too
            raise ValueError
        found = datetime.fromisoformat(text)
        return instant(found if found.tzinfo is not None else found.replace(tzinfo=SHANGHAI), option)
    except ValueError as error:
        if isinstance(error, BadData):
            raise BadData(option, text, error.expected) from None
        raise BadData(option, text, "an instant such as 2026-02-12T10:00, or a date such as 2026-02-12") from None


@contextmanager
def naming(**options: str) -> Iterator[None]:
    """What is wrong with an argument is told by the option that it came with."""
    try:
        yield
    except BadData as error:
        raise BadData(options.get(error.field, error.field), error.value, error.expected) from None


def policy_of(name: str | None, option: str) -> Policy | None:
    """A profile's policy, or that of a TOML file."""
    if name is None:
        return None
    from refund_fsm.workflow import PROFILES, Policy

    if name in PROFILES:
        return Policy.profile(name)
    if not names_a(option, name, Path.is_file):
        raise BadData(option, name, f"{' or '.join(PROFILES)}, or a policy file (TOML)")
    try:
        found = Policy.from_file(name)
    except BadData as error:
        raise BadData(f"{option}: {error.field}", error.value, error.expected) from None
    try:
        found.calendar  # noqa: B018  # its days file is read here, where the option is known
    except BadData as error:
        raise BadData(f"{option} {name}: {error.field}", error.value, error.expected) from None
    return found


def names_a(option: str, name: str, test: Callable[[Path], bool]) -> bool:
    """Whether there is such a file or folder; `BadData` for what cannot be a name."""
    try:
        return test(Path(name))
    except (OSError, ValueError) as error:
        raise BadData(option, name, f"the name of a file ({getattr(error, 'strerror', None) or error})") from None
