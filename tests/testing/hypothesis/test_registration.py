"""The `hypothesis` entry point: `st.from_type` knows our public types, in any order of imports, and costs nothing where none is used."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import entry_points
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from refund_fsm import Evidence, Listing, Order, OrderLine, Policy, RefundCase, RefundRequest, Span, order_type_of, orders
from refund_fsm.testing.hypothesis import registration

REGISTER = "from refund_fsm.testing.hypothesis.registration import register; register();"
FEW = settings(max_examples=40, database=None, derandomize=True, deadline=None, suppress_health_check=tuple(HealthCheck))


def ran(code: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, env={**os.environ, "HYPOTHESIS_NO_PLUGINS": "1"}
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(autouse=True, scope="module")
def registered() -> None:
    registration.register()


def seen_of(kind: type) -> list[Any]:
    """Values of `st.from_type`."""
    found: list[Any] = []

    @FEW
    @given(st.from_type(kind))
    def drawn(value: Any) -> None:
        assert type(value) is kind
        found.append(value)

    drawn()
    return found


# (type, what must come up among its values)
VARIED: list[tuple[type, list[Callable[[Any], bool]]]] = [
    (Order, [lambda order, key=key: order.order_type == key for key in orders.keys()]),  # type: ignore[misc]  # a default binds the key
    (RefundRequest, [lambda request: request.kind is None, lambda request: request.kind is not None]),
    (RefundCase, [lambda case: case.state.final, lambda case: len(case.steps) > 4, lambda case: case.workflow.key == "virtual"]),
    (Evidence, [lambda piece: piece.sha256 is None, lambda piece: piece.sha256 is not None, lambda piece: piece.kind == "video"]),
    (OrderLine, [lambda line: line.balance_fen == 0, lambda line: line.open_case is not None, lambda line: line.refunded_fen > 0]),
    (Listing, [lambda one: order_type_of(one) == "self_operated", lambda one: order_type_of(one) == "third_party"]),
    (
        Policy,
        [lambda policy: policy.roll_over, lambda policy: policy.receipt_days != 10, lambda policy: policy.review_working_days.at_least > 1],
    ),
    (Span, [lambda span: span.at_least == span.at_most, lambda span: span.at_least < span.at_most]),
]


@pytest.mark.parametrize(("kind", "wanted"), VARIED, ids=[kind.__name__ for kind, _ in VARIED])
def test_values_of_our_types_are_valid_and_varied(kind: type, wanted: list[Callable[[Any], bool]]) -> None:
    found = seen_of(kind)
    for number, one in enumerate(wanted):
        assert any(one(value) for value in found), number


def test_every_public_type_of_values_is_there() -> None:
    assert {name for names in registration.TYPES.values() for name in names} == {kind.__name__ for kind, _ in VARIED}


def test_hypothesis_finds_the_entry_point() -> None:
    (found,) = entry_points(group="hypothesis", name="refund_fsm")
    assert found.load() is registration.register


DRAW = """
import json, warnings
from refund_fsm import orders
warnings.simplefilter("ignore")
orders.keys = lambda: ("virtual",)  # whose cases are soon drawn
from hypothesis import strategies as st
print(json.dumps([type(st.from_type(kind).example()).__name__ for kind in (Order, RefundCase, Policy)]))
"""


@pytest.mark.parametrize(
    "imports",
    [
        f"import hypothesis; {REGISTER} from refund_fsm import Order, Policy, RefundCase",
        f"from refund_fsm import Order, Policy, RefundCase; import hypothesis; {REGISTER}",
        f"from refund_fsm import Policy; import hypothesis; {REGISTER} {REGISTER} from refund_fsm import Order, RefundCase",
    ],
    ids=["hypothesis first", "ours first", "half and half, and twice"],
)
def test_in_any_order_of_imports(imports: str) -> None:
    assert ran(imports + DRAW) == ["Order", "RefundCase", "Policy"]


def test_registering_loads_nothing_that_is_not_there_already() -> None:
    code = f"import hypothesis, json, sys; before = {{*sys.modules}}; {REGISTER} new = {{*sys.modules}} - before;"
    code += "print(json.dumps(sorted(name for name in new if name.startswith(('refund_fsm', 'pydantic', 'transitions')))))"
    testing = ["refund_fsm.testing", "refund_fsm.testing.hypothesis", "refund_fsm.testing.hypothesis.registration"]
    assert ran(code) == ["refund_fsm", "refund_fsm.catalogue", "refund_fsm.spec", *testing], "the two are names of the package itself"


def test_a_module_is_left_as_its_own_loader_made_it() -> None:
    code = (
        f"import hypothesis, importlib, json; {REGISTER} import refund_fsm.workflow.model as m, refund_fsm.workflow.policy;"
        "importlib.reload(refund_fsm.workflow.policy); names = [type(m.__loader__).__name__, type(m.__spec__.loader).__name__];"
        "print(json.dumps([*names, importlib.util.find_spec('refund_fsm.case.case') is not None, m.__file__.endswith('model.py')]))"
    )
    assert ran(code) == ["SourceFileLoader", "SourceFileLoader", True, True]
