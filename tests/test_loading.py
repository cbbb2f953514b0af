"""What an import loads: the package alone loads nothing, and a case no more than it needs. As on 2026-11-25, before the rooms."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.places import ROOT

PYDANTIC = {"annotated_types", "pydantic", "pydantic_core", "typing_extensions", "typing_inspection"}
TRANSITIONS = {"transitions", "six"}
LOADS = [
    # statement, other people's packages that it may load
    ("import refund_fsm", set[str]()),
    ("import refund_fsm.errors", set[str]()),
    ("import refund_fsm.testing.plugin", set[str]()),  # every pytest does, where the package is installed
    ("import refund_fsm.simulate, refund_fsm.testing", set[str]()),
    ("from refund_fsm import RefundCase", PYDANTIC | TRANSITIONS),
    ("from refund_fsm import platforms", PYDANTIC),  # no file is read
    ("from refund_fsm.simulate import Behaviour", PYDANTIC),  # a behaviour is read without numpy
]
HEAVY = {  # of the standard library
    *("argparse", "asyncio", "concurrent.futures", "difflib", "http", "json", "multiprocessing", "pickle", "pkgutil", "pprint"),
    *("sqlite3", "subprocess", "tomllib", "unittest", "xml"),
}


def loaded_by(statement: str) -> set[str]:
    """The modules that a statement loads in a fresh interpreter."""
    code = f"import sys; before = set(sys.modules); {statement}; print(*(set(sys.modules) - before))"
    return set(subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split())


@pytest.mark.parametrize(("statement", "others"), LOADS, ids=[statement for statement, _ in LOADS])
def test_an_import_loads_what_it_loaded(statement: str, others: set[str]) -> None:
    loaded = loaded_by(statement)
    roots = {name.partition(".")[0] for name in loaded if not name.startswith("_")}
    assert roots - sys.stdlib_module_names - {"refund_fsm"} <= others
    assert not loaded & HEAVY


def test_the_package_itself_loads_nothing_of_ours() -> None:
    ours = {name for name in loaded_by("import refund_fsm") if name.startswith("refund_fsm")}
    assert ours == {"refund_fsm", "refund_fsm.catalogue", "refund_fsm.spec"}, "two names for pickles of then, which are the package too"
