"""Owns the command about other systems' codes: `platform`. Must not know what a code means."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from refund_fsm.cli.answers import tell
from refund_fsm.cli.options import JsonOption, LangOption, names_a, offering
from refund_fsm.errors import BadData

if TYPE_CHECKING:
    from refund_fsm.platforms import Platform


def _platforms() -> Iterable[str]:
    from refund_fsm.platforms import keys

    return keys()


def platform(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[PLATFORM|FILE]",
            autocompletion=offering(_platforms),
            help="A platform, such as xiaohongshu, or a file (TOML) of your own; default: list them.",
        ),
    ] = None,
    lang: LangOption = None,
    json: JsonOption = False,
) -> None:
    """Show a platform's after-sale codes, and which of our states each can mean; without a name, list the platforms."""
    from refund_fsm.cli import platform_view
    from refund_fsm.platforms import get

    if name is None:
        tell(platform_view.platforms_answer([get(key) for key in _platforms()]), lang, json)
    else:
        tell(platform_view.platform_answer(_named(name)), lang, json)


def _named(name: str) -> Platform:
    """A platform that ships, or that of a file."""
    from refund_fsm.platforms import ALSO, get, keys, read

    if name in keys() or name in ALSO:
        return get(name)
    if not names_a("platform", name, Path.is_file):
        raise BadData("platform", name, f"one of {', '.join(keys())}, or a file (TOML)")
    return read(name)
