"""The Graphviz that lays pictures out: found, chosen, missed, and left as it was."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from xml.etree import ElementTree as ET

import pytest

from refund_fsm import BadData, MissingPart, diagram
from refund_fsm.diagram import dot, markup, render
from tests.diagram.svg import SVG
from tests.labelled import own


def test_the_module_global_of_graphviz_stays_as_it_is() -> None:
    from graphviz.backend import dot_command

    before = dot_command.DOT_BINARY
    dot.laid_out("digraph { a -> b }", "svg")
    assert dot_command.DOT_BINARY is before


def test_importing_the_diagrams_loads_no_graphviz() -> None:
    code = "import sys, refund_fsm.diagram; sys.exit('graphviz' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_graphviz_takes_no_text_for_wider_than_its_cell() -> None:
    """It would shift the text out of its place."""
    every = [chr(code) for code in range(33, 127)] + list("中≤→·“…§◆éß–Ж한ไ👍") + ["e\u0301"]
    lines = [markup.Line((markup.Run(char * 40, 10, bold=bold),)) for char in every for bold in (False, True)]
    source = f"digraph {{ node [shape=plain fontname={json.dumps(dot.FONT)}] a [label={markup.block(lines)}] }}"
    shown = list(ET.fromstring(render.cleaned(dot.laid_out(source, "svg").decode())).iter(f"{SVG}text"))
    assert ["".join(one.itertext())[0] for one in shown[::2]] == [text[0] for text in every]
    assert len({one.attrib["x"] for one in shown}) == 1


def test_a_missing_engine_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    for engine in (None, "pure", "system"):
        with pytest.raises(MissingPart, match=r'pip install "graphviz-pure<0.3,>=0.2.2"'):
            dot.program(engine)
    with pytest.raises(MissingPart):
        diagram.draw(own("engine")).svg()
    assert not diagram.pinned()


def test_a_systems_dot_is_the_choice_and_the_fall_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name, **_: f"/usr/bin/{name}" if name == "dot" else None)
    assert dot.program("system") == dot.program() == "/usr/bin/dot"
    with pytest.raises(MissingPart):
        dot.program("pure")
    with pytest.raises(BadData, match="'pure' or 'system'"):
        dot.program("neato")  # type: ignore[arg-type]  # what a user may pass
