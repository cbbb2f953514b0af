"""`draw --view timeline`, and the timeline with which `run` and `advise` end."""

from __future__ import annotations

from pathlib import Path

import pytest

from refund_fsm import diagram
from refund_fsm.diagram.timeline import lines
from refund_fsm.scenario import find, load, play
from tests.cli.calling import fails, run, run_json

CASE = "shop_merchant_barred_in_arbitration"
Captured = pytest.CaptureFixture[str]


def test_draw_writes_a_timeline(capsys: Captured, tmp_path: Path) -> None:
    case = play(load(find(CASE))).case
    run(capsys, "draw", "--case", CASE, "--view", "timeline", "-o", str(tmp_path / "a.svg"))
    assert (tmp_path / "a.svg").read_text(encoding="utf-8") == diagram.timeline(case).svg()
    run(capsys, "draw", "third_party", "--case", CASE, "--view", "timeline", "--width", "390", "--lang", "zh", "-o", str(tmp_path / "all"))
    made = (tmp_path / "all" / "third_party.timeline.svg").read_text(encoding="utf-8")
    assert made == diagram.timeline(case, lang="zh", width=390).svg()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("third_party --view timeline", "--view: 'timeline'; expected --case beside it"),
        (f"virtual --case {CASE} --view timeline", "ORDER_TYPE: 'virtual'; expected third_party"),
        (f"--case {CASE} --view timeline --width 10", "--width: 10; expected a whole number of pixels"),
        (f"--case {CASE} --view timeline --policy statute", "--policy: 'given'; expected none beside --view timeline"),
        (f"--case {CASE} --view timeline --phase 1", "--phase: 1; expected none beside --view timeline"),
        (f"--case {CASE} --view timeline -o a.pdf", "--output: 'a.pdf'; expected a folder, or a file whose name ends in .svg or .png"),
        (f"--case {CASE} --width 390", "--width: 390; expected --view timeline beside it"),
    ],
)
def test_what_a_timeline_cannot_take(capsys: Captured, tmp_path: Path, arguments: str, message: str) -> None:
    given = arguments if "-o" in arguments else f"{arguments} -o {tmp_path}"
    assert message in fails(capsys, "draw", *given.split())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_run_and_advise_end_with_it(capsys: Captured, lang: str) -> None:
    case = play(load(find(CASE))).case
    told = "\n".join(lines(case, lang="zh" if lang == "zh" else "en"))
    for command in ("run", "advise"):
        assert run(capsys, command, CASE, "--lang", lang).rstrip().endswith(told)
    assert "timeline" not in str(run_json(capsys, "run", CASE))
