"""Owns the options that several commands share, and how their texts are read. Must not run anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from refund_fsm.errors import BadData
from refund_fsm.text import Languages

if TYPE_CHECKING:
    from refund_fsm.workflow import Policy

FOUND, WRONG, MISSING, STOPPED = 1, 2, 3, 130  # exit codes
LangOption = Annotated[Languages, typer.Option("--lang", help="The languages of the output.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
OrderType = Annotated[str, typer.Argument(metavar="ORDER_TYPE", help="A registered order type, or module:attribute of a Workflow.")]
PolicyOption = Annotated[str | None, typer.Option("--policy", metavar="NAME|FILE", help="guide, statute, or a policy file (TOML).")]
BehaviourOption = Annotated[
    str | None, typer.Option("--behaviour", metavar="FILE", help="A behaviour file (TOML); default: the one that ships.")
]
File = Annotated[str, typer.Argument(metavar="FILE", help="A scenario file (TOML), or the name of a shipped scenario.")]


def instant_of(text: str, option: str) -> datetime:
    """The instant that an option gives in ISO form, with its offset; `BadData` naming the option."""
    from refund_fsm.workflow import instant

    try:
        return instant(datetime.fromisoformat(text), option)
    except ValueError as error:
        if isinstance(error, BadData):
            raise BadData(option, text, error.expected) from None
        raise BadData(option, text, "an instant such as 2026-02-12T10:00:00+08:00") from None


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
        return Policy.from_file(name)
    except BadData as error:
        raise BadData(f"{option}: {error.field}", error.value, error.expected) from None


def names_a(option: str, name: str, test: Callable[[Path], bool]) -> bool:
    """Whether there is such a file or folder; `BadData` for what cannot be a name."""
    try:
        return test(Path(name))
    except (OSError, ValueError) as error:
        raise BadData(option, name, f"the name of a file ({getattr(error, 'strerror', None) or error})") from None
