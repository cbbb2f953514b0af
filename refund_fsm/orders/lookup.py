"""Owns how a workflow is named on the command line and in scenario files: a registered order type, or `module:attribute`.

Must not print. Naming a module runs it, as importing does; so name only modules that you would import.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path

from refund_fsm.errors import BadData, MissingPart, needing, plain
from refund_fsm.orders.registry import get, keys
from refund_fsm.workflow import Workflow

EXPECTED = "or module:attribute, a Workflow of your own"


def workflow_of(name: str) -> Workflow:
    """The workflow of a registered key, or the one at `module:attribute`, the current folder being looked in first.

    `BadData` for an unknown key, a module that cannot be imported, or an attribute that is no `Workflow`; `MissingPart` where it needs
    an extra that is not installed. What the module prints goes to stderr.
    """
    if not isinstance(name, str) or ":" not in name:
        if name not in keys():
            raise BadData("order_type", name, f"one of {', '.join(keys())}, {EXPECTED}")
        return get(name)
    module, _, attribute = name.partition(":")
    if not all(part.isidentifier() for part in (*module.split("."), *attribute.split("."))):
        raise BadData("order_type", name, "module:attribute, such as my_shop.exchange:WORKFLOW")
    with _current_folder(), redirect_stdout(sys.stderr):  # stdout is for answers, whatever that module prints
        try:
            with needing(name):
                found = importlib.import_module(module)
                for part in attribute.split("."):
                    found = getattr(found, part, None)  # type: ignore[assignment]  # a module at first, then what it holds
        except MissingPart:
            raise
        except (Exception, SystemExit) as error:
            told = plain(" ".join(str(error).split()))[:200]
            raise BadData("order_type", name, f"a module that can be imported ({type(error).__name__}: {told})") from None
    if not isinstance(found, Workflow):
        raise BadData("order_type", name, f"a Workflow there, not {type(found).__name__}")
    return found


@contextmanager
def _current_folder() -> Iterator[None]:
    """The current folder first on the module path, as with `python -m`."""
    try:
        here = str(Path.cwd())
    except OSError as error:
        raise BadData("current folder", None, f"a folder that exists ({error.strerror})") from None
    sys.path.insert(0, here)
    try:
        yield
    finally:
        if here in sys.path:
            sys.path.remove(here)
