"""Which language is spoken: an option before or after the command, then `REFUND_FSM_LANG`, then the locale, then both. What is written to
a file never depends on the locale."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from refund_fsm import __version__
from refund_fsm.cli import main
from refund_fsm.cli.app import COMMANDS
from tests.cli.calling import Captured, fails, run
from tests.languages import HAN

ORDERS = {"zh": "何时适用", "en": "when it applies"}


def spoken(out: str) -> str:
    told = [lang for lang, words in ORDERS.items() if words in " ".join(out.split())]
    return "both" if len(told) == 2 else told[0]


@pytest.mark.parametrize(
    ("before", "after", "environment", "said"),
    [
        ([], [], {}, "both"),
        ([], ["--lang", "zh"], {"REFUND_FSM_LANG": "en"}, "zh"),
        (["--lang", "zh"], [], {"REFUND_FSM_LANG": "en"}, "zh"),
        (["--lang", "zh"], ["--lang", "en"], {}, "en"),
        ([], [], {"REFUND_FSM_LANG": "en", "LC_ALL": "zh_CN.UTF-8"}, "en"),
        ([], [], {"REFUND_FSM_LANG": "", "LC_ALL": "zh_CN.UTF-8"}, "zh"),
        ([], [], {"REFUND_FSM_LANG": "both", "LC_ALL": "zh_CN.UTF-8"}, "both"),
        ([], [], {"LC_ALL": "", "LC_MESSAGES": "en_GB.UTF-8", "LANG": "zh_CN.UTF-8"}, "en"),
        ([], [], {"LC_ALL": "", "LANG": "zh_TW"}, "zh"),
        ([], [], {"LC_ALL": "", "LANG": "en"}, "en"),
        ([], [], {"LC_ALL": "", "LANG": "zha.UTF-8"}, "both"),
        ([], [], {"LC_ALL": "C.UTF-8", "LANG": "zh_CN.UTF-8"}, "both"),
        ([], [], {"LC_ALL": "", "LANG": "fr_FR.UTF-8"}, "both"),
    ],
)
def test_the_nearest_word_counts(
    before: list[str], after: list[str], environment: dict[str, str], said: str, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert spoken(run(capsys, *before, "orders", *after)) == said
    assert "--lang" in run(capsys, "orders", "--help")


def test_an_earlier_run_is_not_remembered(capsys: Captured) -> None:
    run(capsys, "--lang", "zh", "orders")
    assert spoken(run(capsys, "orders")) == "both"


def test_an_unknown_language_is_named(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REFUND_FSM_LANG", "fr")
    assert "REFUND_FSM_LANG: 'fr'; expected 'both' or 'zh' or 'en'" in fails(capsys, "orders")
    assert "--lang" in fails(capsys, "--lang", "fr", "orders")


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("draw virtual -o", "x.dot"),
        ("export virtual --to promela -o", "x.pml"),
        ("paths virtual -o", "x.json"),
        ("simulate virtual --cases 20 --plot", "x.svg"),
    ],
)
def test_what_is_written_does_not_depend_on_the_locale(
    command: str, name: str, tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    made = []
    for locale in ("C.UTF-8", "zh_CN.UTF-8", "en_GB.UTF-8"):
        monkeypatch.setenv("LC_ALL", locale)
        assert main([*command.split(), name]) == 0, capsys.readouterr().err
        made.append(Path(name).read_bytes())
    assert len(set(made)) == 1 and HAN.search(made[0].decode())
    capsys.readouterr()


def test_what_is_drawn_is_in_the_language_that_is_asked_for(tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.dot"
    for before, told in (([], {"REFUND_FSM_LANG": "en"}), (["--lang", "en"], {})):
        with monkeypatch.context() as patch:
            for name, value in told.items():
                patch.setenv(name, value)
            run(capsys, *before, "draw", "virtual", "-o", str(path))
        assert "Requested" in path.read_text("utf-8") and "待审核" not in path.read_text("utf-8")


def test_the_version_is_told(capsys: Captured) -> None:
    assert run(capsys, "--version") == f"refund-fsm {__version__}\n"


def test_shells_complete_commands_order_types_and_scenarios(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["refund-fsm"])

    def completed(line: str) -> list[str]:
        monkeypatch.setenv("_REFUND_FSM_COMPLETE", "complete_bash")
        monkeypatch.setenv("COMP_WORDS", line)
        monkeypatch.setenv("COMP_CWORD", str(len(line.split(" ")) - 1))
        assert main([]) == 0
        return capsys.readouterr().out.split()

    assert set(completed("refund-fsm ")) >= {one.__name__ for one in COMMANDS}
    assert completed("refund-fsm show thi") == ["third_party"]
    assert completed("refund-fsm check vir") == completed("refund-fsm draw vir") == ["virtual"]
    assert completed("refund-fsm run shop_merchant_silent_t") == ["shop_merchant_silent_twice"]
    assert completed("refund-fsm export virtual --to pn") == ["pnml"]
    assert completed("refund-fsm paths virtual --cover rule_") == ["rule_pairs"]
    assert completed("refund-fsm verify virtual --criterion bou") == ["boundaries"]
    assert completed("refund-fsm verify virtual --write-adapter p") == ["python"]
    assert completed("refund-fsm exact virtual --policy st") == ["statute"]
    assert re.match(r"_refund_fsm_completion\(\)", _shown(capsys, monkeypatch))


def _shown(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> str:
    for name in ("_REFUND_FSM_COMPLETE", "COMP_WORDS", "COMP_CWORD"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION", "1")  # whoever runs the tests may have no shell above him
    return run(capsys, "--show-completion", "bash")
