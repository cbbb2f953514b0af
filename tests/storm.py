"""Owns the asking of Storm, a model checker that others wrote, about a model in PRISM's language.

Tests skip where stormpy (`pip install stormpy`) is missing.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


def built(folder: Path, text: str, *properties: str) -> tuple[Any, list[Any]]:
    """The model that Storm builds of a text, and the properties that it reads. There is never a choice of commands, nor a deadlock."""
    stormpy = pytest.importorskip("stormpy")
    path = folder / "model.prism"
    path.write_text(text.replace("\ndtmc\n", "\nmdp\n"), encoding="utf-8")
    free = stormpy.build_model(stormpy.parse_prism_program(str(path)))
    assert free.nr_choices == free.nr_states, "two commands are enabled in one state"
    path.write_text(text, encoding="utf-8")
    program = stormpy.parse_prism_program(str(path))
    formulas = stormpy.parse_properties("; ".join(properties), program)
    model = stormpy.build_model(program, formulas)
    assert number(model, "deadlock") == 0
    return model, formulas


def asked(folder: Path, text: str, *properties: str) -> tuple[float, ...]:
    """What Storm answers to properties of a model. It solves the equations directly, so that its answers are good to rounding."""
    stormpy = pytest.importorskip("stormpy")
    model, formulas = built(folder, text, *properties)
    (start,) = model.initial_states
    exact = stormpy.environments.exact()  # on floating-point numbers: a direct solver
    return tuple(stormpy.model_checking(model, one, only_initial_states=True, environment=exact).get_value(start) for one in formulas)


def number(model: Any, label: str) -> int:
    """How many states of a model wear a label."""
    count: int = model.labeling.get_states(label).get_number_of_set_bits()
    return count
