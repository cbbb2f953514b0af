"""`verify`: a service of any language held against a workflow by hand; what is told before and after; bad options."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from refund_fsm import orders
from refund_fsm.cli import main, verifying
from refund_fsm.testing.lockstep import refusing
from refund_fsm.testing.remote import skeleton
from tests.cli.calling import Captured, fails, run
from tests.places import ROOT
from tests.testing.remote.test_process import BAD, is_there

RIGHT = f"{sys.executable} -m tests.testing.remote.right_service"
QUICK = ("--criterion", "states", "--examples", "2", "--max-search-calls", "5")


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def bad(does: str) -> str:
    return " ".join((*BAD, does))


def test_a_right_service_is_the_same_and_sizes_are_told_before(capsys: Captured) -> None:
    arguments = ("verify", "virtual", "--command", RIGHT, "--criterion", "conditions", "--criterion", "states", "--examples", "2")
    assert main([*arguments, "--lang", "en"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("Refund, virtual goods: the same. ") and out.count("\n") == 1
    first, second, third = err.splitlines()
    assert first == "refund-fsm: conditions: the truth tables of the guards have 45 rows; 27 cases, 100 steps"
    assert second.startswith("refund-fsm: states: ") and third == "refund-fsm: at random: 2 cases"
    assert main([*arguments, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["ok"] is True and found["divergence"] is None and found["random_cases"] == 2
    assert [suite["criterion"] for suite in found["suites"]] == ["conditions", "states"]


def test_what_departs_is_1_with_the_report_in_the_languages_and_the_last_words_on_stderr(capsys: Captured) -> None:
    arguments = ("verify", "virtual", "--command", bad("die"), *QUICK)
    assert main([*arguments, "--lang", "en"]) == 1
    out = capsys.readouterr().out
    assert "departs at step 1 (an exception, apply)" in out and "exit code 17" in out
    assert "What the service wrote last on its stderr\n  first words\n  \\x1b[31mred\\x07 words\n" in out and "\x1b" not in out
    assert main([*arguments, "--lang", "both"]) == 1
    out = capsys.readouterr().out
    assert "虚拟商品退款流程：第1步不一致" in out and "departs at step 1" in out
    assert main([*arguments, "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["ok"] is False and found["divergence"]["kind"] == "raised" and found["counterexample"]["steps"]
    assert found["stderr"][:2] == ["first words", "\\x1b[31mred\\x07 words"] and found["divergence"]["circumstances"]
    assert "make = RemoteService.of_command([" in found["reproduction"]


def test_kinds_are_gathered_and_refusals_left_out(capsys: Captured) -> None:
    arguments = ("verify", "virtual", *QUICK, "--most", "3", "--leave-out", "time_reversed", "--leave-out", "wrong_actor")
    assert main([*arguments, "--command", bad("die"), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    kinds = [one["group"] for one in found["divergences"]]
    assert len(kinds) > 1 and [one for one in kinds if kinds.count(one) > 1] == [] and found["divergences"][0]["cases"] >= 1
    assert [*found["left_out"]] == ["time_reversed", "wrong_actor"] and all(
        "def test_" in one["reproduction"] for one in found["divergences"]
    )
    assert verifying.CAN_BE_LEFT_OUT == refusing.CAN_BE_LEFT_OUT


def test_the_reproduction_is_a_test_that_fails_as_long_as_it_departs(capsys: Captured) -> None:
    main(["verify", "virtual", "--command", bad("error"), *QUICK, "--json"])
    test: dict[str, object] = {}
    exec(compile(json.loads(capsys.readouterr().out)["reproduction"], "reproduction", "exec"), test)
    (name,) = [name for name in test if name.startswith("test_")]
    with pytest.raises(Exception, match="stock"):
        test[name]()  # type: ignore[operator]  # a test
    test["make"].close()  # type: ignore[attr-defined]  # a RemoteService


def test_an_adapter_is_printed(capsys: Captured) -> None:
    for language in ("python", "javascript"):
        assert run(capsys, "verify", "virtual", "--write-adapter", language) == skeleton(orders.get("virtual"), language)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "--command: None; expected a command that starts the service; or --url; or --write-adapter"),
        (("--command", "x", "--url", "http://x"), "--url: 'http://x'; expected no --command beside it"),
        (("--command", "x", "--write-adapter", "python"), "--write-adapter: 'python'; expected no --command beside it"),
        (("--write-adapter", "cobol"), "'python' or 'javascript'"),
        (("--command", ""), "--command: ''; expected a program and its arguments"),
        (("--command", "'x"), 'expected words, quoted as in a shell'),
        (("--command", "{python} -c 1"), "expected a service that answers hello; the process ended, exit code 0"),
        (("--url", "file:///etc/passwd"), "--url: 'file:///etc/passwd'; expected http://host:port/path"),
        (("--url", "http://127.0.0.1:1/"), "expected a service that answers hello; no connection to the server"),
        (("--command", "x", "--criterion", "much"), "--criterion: 'much'; expected 'states' or"),
        (("--command", "x", "--policy", "none"), "--policy: 'none'"),
        (("--command", "x", "--timeout", "0"), "--timeout: 0; expected seconds"),
        (("--command", "x", "--timeout", "nan"), "--timeout: nan; expected seconds"),
        (("--command", "{bad}", "--examples", "-1"), "--examples: -1; expected a whole number from 0"),
        (("--command", "{bad}", "--max-search-calls", "-1"), "--max-search-calls: -1; expected a whole number"),
        (("--command", "x", "--seed", "1.5"), "--seed: '1.5'; expected a whole number"),
        (("--command", "x", "--names", "no.toml"), "--names: 'no.toml'; expected a readable TOML file (there is no such file)"),
        (("--command", "x", "--names", "{names}"), "{names}: events['x']: 'y'; expected an event of the workflow"),
    ],
    ids=str,
)  # fmt: skip
def test_bad_options_are_one_line(arguments: tuple[str, ...], told: str, tmp_path: Path, capsys: Captured) -> None:
    names = tmp_path / "names.toml"
    names.write_text('[events]\nx = "y"\n', encoding="utf-8")
    filled = {"python": sys.executable, "bad": bad("error"), "names": str(names)}
    assert told.format(**filled) in fails(capsys, "verify", "virtual", *(one.format(**filled) for one in arguments))


def test_a_program_that_is_not_there_is_3(capsys: Captured) -> None:
    assert "no_such_program is needed" in fails(capsys, "verify", "virtual", "--command", "no_such_program x", code=3)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_the_service_too(number: signal.Signals, code: int) -> None:
    command = [sys.executable, "-m", "refund_fsm", "verify", "virtual", "--command", bad("nothing"), "--timeout", "600", *QUICK]
    pipe, heard = subprocess.PIPE, partial(signal.signal, number, signal.SIG_DFL)  # as in `test_streams`
    with subprocess.Popen(command, stderr=pipe, stdout=pipe, text=True, cwd=ROOT, preexec_fn=heard) as process:
        try:
            assert process.stderr is not None
            assert "states" in process.stderr.readline()  # the service is there, and will never answer
            (child,) = [int(one) for one in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]
            process.send_signal(number)
            assert (process.wait(60), process.stderr.read()) == (code, "")
            assert not is_there(child)
        finally:
            process.kill()
