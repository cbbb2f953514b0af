"""Owns where a command's output may go: to a regular file (links followed) or a new one, never to one that the command reads.

Must not write: `workflow.writing` does, by the same rule.
"""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType

from refund_fsm.case import RefundCase
from refund_fsm.errors import BadData
from refund_fsm.workflow import Policy, Workflow, partial_of, place_of

Input = str | Path | Policy | RefundCase | Workflow | None


def output_of(name: str | None, option: str, inputs: Iterable[Path], *, partial: bool = False) -> Path | None:
    """The file that an option names, looked at before the work begins; `partial`: what is left of interrupted work can be written too.

    `BadData` naming the option for no name, what is no regular file, a file that the command reads, and a place that cannot be written.
    """
    if name is None:
        return None
    if not name.strip() or name.endswith(os.sep):
        raise BadData(option, name, "the name of a file")
    path = Path(name)
    for place in (path, partial_of(path)) if partial else (path,):
        place_of(place, option, inputs)
    return path


def apart(outputs: Iterable[tuple[str, Path | None]]) -> None:
    """`BadData` where two options name one file."""
    seen: dict[str, str] = {}
    for option, path in outputs:
        if path is not None and (other := seen.setdefault(os.path.realpath(path), option)) != option:
            raise BadData(option, str(path), f"another file than that of {other}")


def inputs_of(*given: Input) -> tuple[Path, ...]:
    """The files that a command reads: those that its options name, those that these name, the modules that a user's workflow is made of,
    and where its own streams come from and go to. To be asked when the workflows are known."""
    named = [one for value in given for one in _files(value)]
    return (*named, *_modules(), *(Path(f"/dev/fd/{number}") for number in range(3)))


def _modules() -> Iterable[Path]:
    """The modules that are loaded and are not installed: whatever a workflow's own module has taken in, and the packages above."""
    installed = tuple(
        os.path.join(sysconfig.get_path(name), "")  # noqa: PTH118  # the beginning of a text
        for name in ("stdlib", "platstdlib", "purelib", "platlib")
    )
    files = [vars(module).get("__file__") for module in list(sys.modules.values()) if isinstance(module, ModuleType)]
    return [Path(file) for file in files if isinstance(file, str) and not file.startswith(installed)]


def _files(value: Input) -> Iterable[Path]:
    if isinstance(value, RefundCase):
        value = value.policy
    if isinstance(value, Policy):
        value = value.days_file
    return [Path(value)] if isinstance(value, (Path, str)) and value else []
