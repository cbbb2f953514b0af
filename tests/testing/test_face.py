"""The face of the room: every public name is there, and none needs more than it uses."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys

import pytest

from refund_fsm import MissingPart


def test_every_public_name_is_there() -> None:
    import refund_fsm.testing as face

    assert all(getattr(face, name) is not None for name in face.__all__) and {*face.__all__} <= {*dir(face)}
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        face.nothing  # noqa: B018  # asking is the test


def test_lockstep_needs_no_hypothesis_and_the_package_loads_lightly() -> None:
    code = (
        "import sys; import refund_fsm.testing as t; light = sorted({'hypothesis', 'pydantic', 'transitions'} & {*sys.modules});"
        "sys.modules['hypothesis'] = None; from refund_fsm import orders; w = orders.get('virtual');"
        "from functools import partial; print(light, t.verify_implementation(partial(t.BareCase, w), w, criterion='states', examples=5).ok)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[0] == "[] True"


def test_without_hypothesis_the_strategies_say_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    for name in ("refund_fsm.testing.strategies", "refund_fsm.testing.hypothesis.strategies"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    with pytest.raises(MissingPart, match=re.escape('pip install "hypothesis<7,>=6.122"')):
        importlib.import_module("refund_fsm.testing.strategies")
