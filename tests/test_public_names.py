"""Every public name of 2026-11-25 is there, the lazy faces show a type checker what they hand out, and a user needs no other names."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path
from types import ModuleType

import pytest

import refund_fsm
from tests.places import ROOT

# What commit 7fa85d7, the last before the rooms, named in `__all__` or defined under a public name. Names are added, none goes.
PUBLIC = {
    "refund_fsm": """
        Acceptance Actor BadData Breach CLOCK CalendarOutOfRange Due Effect Event Evidence Freight Ground Guard Limit Listing
        MissingPart Order OrderLine Policy RefundCase RefundFsmError RefundRequest Refusal Refused Rule SavedCaseError Span
        State Step Text UpTo Verdict WorkCalendar Workflow WorkflowError advice effect graph guard order_type_of orders
    """,
    "refund_fsm.advice": "Advice AdviceLang Tip advise cited",
    "refund_fsm.diagram": "Diagram LAID_OUT Lang PINNED Page View draw page pinned stale",
    "refund_fsm.export": "FORMATS Format STEP render step_of",
    "refund_fsm.graph": "ACCEPTED ConfigGraph FINAL GUARD_FAILED MAX_CONFIGS MergedGraph STATUSES WRONG_STATE explore",
    "refund_fsm.orders": "OWN_BADGES OWN_SELLER REGISTRY get keys order_type_of",
    "refund_fsm.paths": "Attempt CRITERIA Coverage Suite cover goal_names",
    "refund_fsm.simulate": """
        Behaviour Choice Comparison Distribution Empirical Exponential Figure Fixed Histogram Interval Law LogNormal Result
        Sensitivity Share Triangular Uniform compare first_passage play_case save_comparison_plot save_plot sensitivity simulate
    """,
    "refund_fsm.soundness": "Accepted Finding KINDS MAX_CHOICES REFILED Report check",
    "refund_fsm.testing": """
        BareCase CaseImplementation Divergence Implementation Judge LockstepMachine LockstepReport Mutant Names cases killed_by
        legal_paths machine_for mutants near_misses orders_and_requests register_profiles settings_for verify_implementation
    """,
    "refund_fsm.testing.strategies": "Draw LegalPath Move NearMiss cases legal_paths near_misses orders_and_requests",
    "refund_fsm.testing.plugin": "CRITERIA Measure PART SHOWN pytest_addoption pytest_configure",
    "refund_fsm.lookup": "workflow_of",
    "refund_fsm.cli": "main",
}
MODULES = ("advice", "graph", "orders")  # public names that are modules
LAZY = ("refund_fsm", "refund_fsm.simulate", "refund_fsm.testing")
OWN_WORKFLOWS = ("exchange.py", "toys.py")


@pytest.mark.parametrize(("module", "name"), [(module, name) for module, names in PUBLIC.items() for name in names.split()])
def test_a_public_name_is_still_there(module: str, name: str) -> None:
    value = getattr(importlib.import_module(module), name)
    assert isinstance(value, ModuleType) == (name in MODULES), "a room must not hide a name that it hands out"


@pytest.mark.parametrize("module", PUBLIC)
def test_a_star_import_hands_out_what_is_named(module: str) -> None:
    face = importlib.import_module(module)
    assert all(hasattr(face, name) for name in getattr(face, "__all__", ()))


def shown_to_type_checkers(path: Path) -> dict[str, str]:
    """The names that a module imports under `TYPE_CHECKING` for others (`as` themselves), each with the module that it names."""
    found: dict[str, str] = {}
    for block in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(block, ast.If) and isinstance(block.test, ast.Name) and block.test.id == "TYPE_CHECKING":
            for line in block.body:
                assert isinstance(line, ast.ImportFrom) and line.module and not line.level
                found |= {alias.name: line.module for alias in line.names if alias.asname == alias.name}
    return found


@pytest.mark.parametrize("module", LAZY)
def test_a_lazy_face_shows_type_checkers_what_it_hands_out(module: str) -> None:
    face = importlib.import_module(module)
    assert face.__file__
    shown = shown_to_type_checkers(Path(face.__file__))
    assert sorted(shown) == sorted(face.__all__)
    assert set(face.__all__) <= set(dir(face))
    for name, home in shown.items():
        assert getattr(importlib.import_module(home), name) is getattr(face, name), f"{name}: {home}"


@pytest.mark.parametrize("file", OWN_WORKFLOWS)
def test_a_workflow_of_ones_own_imports_from_the_package_alone(file: str) -> None:
    modules = set[str]()
    for node in ast.walk(ast.parse((ROOT / "tests" / file).read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert not node.level
            modules.add(node.module or "")
        elif isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
    assert {name for name in modules if name.partition(".")[0] == refund_fsm.__name__} == {"refund_fsm"}
