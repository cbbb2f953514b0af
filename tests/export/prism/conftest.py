"""Storm, which builds the models of the PRISM export and answers about them. Tests skip where it is missing (`pip install stormpy`)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.export.prism.storm import Asked, number


@pytest.fixture(scope="session")
def stormpy() -> Any:
    return pytest.importorskip("stormpy")


@pytest.fixture
def built(stormpy: Any, tmp_path: Path) -> Callable[..., Any]:
    """The model that Storm builds of a text, and the properties that it reads. There is never a choice of commands, nor a deadlock."""

    def build(text: str, *properties: str) -> tuple[Any, list[Any]]:
        path = tmp_path / "model.prism"
        path.write_text(text.replace("\ndtmc\n", "\nmdp\n"), encoding="utf-8")
        free = stormpy.build_model(stormpy.parse_prism_program(str(path)))
        assert free.nr_choices == free.nr_states, "two commands are enabled in one state"
        path.write_text(text, encoding="utf-8")
        program = stormpy.parse_prism_program(str(path))
        formulas = stormpy.parse_properties("; ".join(properties), program)
        model = stormpy.build_model(program, formulas)
        assert number(model, "deadlock") == 0
        return model, formulas

    return build


@pytest.fixture
def asked(stormpy: Any, built: Callable[..., Any]) -> Asked:
    """What Storm answers to properties of a model. It solves the equations directly, so that its answers are good to rounding."""

    def ask(text: str, *properties: str) -> tuple[float, ...]:
        model, formulas = built(text, *properties)
        (start,) = model.initial_states
        exact = stormpy.environments.exact()  # on floating-point numbers: a direct solver
        return tuple(stormpy.model_checking(model, one, only_initial_states=True, environment=exact).get_value(start) for one in formulas)

    return ask
