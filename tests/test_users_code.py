"""What a user may copy type-checks as a user's code: the README's Python and the examples, under `mypy --strict` alone."""

from __future__ import annotations

import ast
import importlib.util
import inspect
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from refund_fsm import Evidence, Order, RefundRequest, Workflow
from refund_fsm.simulate import Behaviour
from refund_fsm.simulate.behaviour.delays import Empirical
from tests.places import ROOT

HAS_MYPY = pytest.mark.skipif(importlib.util.find_spec("mypy") is None, reason="the extra `dev` has mypy")
BLOCKS = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
TAKES = """
from datetime import datetime, timezone
from refund_fsm import Evidence, Limit, Order, OrderLine, RefundRequest, State, Workflow
from refund_fsm.simulate.behaviour import Behaviour, Choice, Empirical, Fixed, Share

now = datetime(2026, 3, 2, tzinfo=timezone.utc)
cup = OrderLine(sku="CUP", title="杯子", quantity=1, paid_fen=9900)
about = {"size": "L"}
order = Order(id="O-1", order_type="third_party", lines=[cup], paid_at=now, shipped_at="2026-03-03T10:00:00+08:00", attributes=about)
lines: tuple[OrderLine, ...] = order.lines
photo = Evidence(kind="photo", by="buyer", at=now)
request = RefundRequest(sku="CUP", kind="refund_only", reason="quality", evidence=[photo])
delay = Empirical(values=[1.0, 2.0], unit="days")
share = Share(weight=1, facts={"goods": "signed"})
choice = Choice(state="requested", event="start_review", delay=delay)
behaviour = Behaviour(order_type="third_party", mix=[share], choices=[choice], amount=Fixed(value=9900, unit="fen"))
"""
TABLE = """
from tests.small import BUYER, DONE, LIMITS, OPEN, R1, R2, R3, R4, WAITING, Facts
from refund_fsm import Limit, Order, RefundRequest, Text, Workflow
from datetime import datetime


def example_of(facts: Facts, at: datetime) -> tuple[Order, RefundRequest] | None:
    return None


LIMITS_OF_STATES = {WAITING: Limit("return_days", cites="assumed")}
workflow = Workflow(
    key="toy",
    label=Text("玩具", "Toy"),
    rules=[R1, R2, R3, R4],
    initial=OPEN,
    facts=Facts,
    facts_of=lambda order, request, at, policy: Facts("s", False, 0),
    example_of=example_of,
    limits=LIMITS_OF_STATES,
    spine=[[OPEN, WAITING]],
)
mixed = workflow.variant(limits={(OPEN, WAITING): Limit("return_days", "assumed"), DONE: Limit("return_days", "assumed")})
mixed_too = Workflow(
    "toy",
    Text("玩具", "Toy"),
    [R1, R2, R3, R4],
    OPEN,
    Facts,
    lambda order, request, at, policy: Facts("s", False, 0),
    example_of,
    limits={(WAITING,): Limit("return_days", "assumed"), OPEN: Limit("return_days", "assumed")},
)
"""


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What mypy remembers of the package from one run to the next."""
    return tmp_path_factory.mktemp("mypy")


def checked(folder: Path, cache: Path, files: dict[str, str]) -> str:
    """What mypy says of files in a folder of their own, from which the package is seen as an installed one is; nothing if all is well."""
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "mypy.ini").write_text("[mypy]\nstrict = True\nfollow_imports = silent\n", encoding="utf-8")
    asked = [sys.executable, "-m", "mypy", "--config-file", "mypy.ini", "--cache-dir", str(cache), *files]
    seen = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    ran = subprocess.run(asked, cwd=folder, capture_output=True, text=True, check=False, env={**seen, "MYPYPATH": str(ROOT)})
    return "" if ran.returncode == 0 else ran.stdout + ran.stderr


@HAS_MYPY
def test_the_examples_type_check(tmp_path: Path, cache: Path) -> None:
    found = [path for path in (ROOT / "tests/examples").glob("*.py") if path.name != "__init__.py"]
    examples = {f"copied_{path.name}": path.read_text(encoding="utf-8") for path in found}
    assert len(examples) >= 4
    assert checked(tmp_path, cache, {**examples, "takes.py": TAKES, "table.py": TABLE}) == ""


@HAS_MYPY
def test_the_readme_type_checks(tmp_path: Path, cache: Path) -> None:
    assert BLOCKS
    assert checked(tmp_path, cache, {f"readme_{number}.py": block for number, block in enumerate(BLOCKS)}) == ""


@HAS_MYPY
def test_a_fault_of_types_is_found(tmp_path: Path, cache: Path) -> None:
    assert "arg-type" in checked(tmp_path, cache, {"wrong.py": TAKES.replace("lines=[cup]", "lines=cup")})


@pytest.mark.parametrize("model", [Order, RefundRequest, Evidence, Behaviour, Empirical])
def test_what_a_model_says_it_takes_is_what_it_has(model: Any) -> None:
    told = _said_init(model)
    assert [name for name, _ in told] == list(model.model_fields)
    assert {name for name, required in told if required} == {name for name, field in model.model_fields.items() if field.is_required()}


def test_what_a_workflow_says_it_takes_is_what_it_has() -> None:
    told = _said_init(Workflow)
    real = list(inspect.signature(Workflow.__init__).parameters.values())[1:]
    assert told == [(one.name, one.default is inspect.Parameter.empty) for one in real]


def _said_init(kind: type) -> list[tuple[str, bool]]:
    """The parameters that the source of a class says for type checkers, and whether each must be given."""
    (made,) = ast.parse(inspect.getsource(kind)).body
    (init,) = (node for node in ast.walk(made) if isinstance(node, ast.FunctionDef) and node.name == "__init__")
    places = init.args.args[1:]
    defaults = [None] * (len(places) - len(init.args.defaults)) + [*init.args.defaults]
    found = [(arg.arg, default is None) for arg, default in zip(places, defaults, strict=True)]
    return found + [(arg.arg, default is None) for arg, default in zip(init.args.kwonlyargs, init.args.kw_defaults, strict=True)]
