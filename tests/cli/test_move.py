"""The command `move`: all cases of all files go over to other rules, or none does; whatever fails or interrupts it leaves all as it was."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from refund_fsm import BadData, Policy, RefundCase
from refund_fsm.orders.third_party import WORKFLOW as SHOP
from refund_fsm.workflow import Draft, writing
from tests.case.test_moving import STATUTE, filed, received, renamed
from tests.cli.calling import Captured, fails, run, run_json
from tests.samples import at, case

LATE = case(policy=STATUTE, case_id="LATE").apply(
    "submit", at=at("2026-02-19 10:00"), by="buyer"
)  # the guide's seven days are over by then
TABLE = renamed()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with one case in a file and three in lines."""
    monkeypatch.chdir(tmp_path)
    Path("one.json").write_text(received().to_json(indent=2), encoding="utf-8")
    more = [filed(case_id=f"C-{number}") for number in range(3)]
    Path("more.jsonl").write_text("".join(RefundCase.to_jsonl(more)), encoding="utf-8")
    return tmp_path


def contents() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in Path().iterdir()}


@pytest.mark.usefixtures("folder")
def test_new_files_are_written_beside_the_old_ones(capsys: Captured) -> None:
    before = contents()
    out = run(capsys, "move", "one.json", "more.jsonl", "--policy", "statute", "--lang", "en")
    assert "→ 2026-02-22 24:00 " in " ".join(out.split()) and out.endswith("\none.moved.json\nmore.moved.jsonl\n")
    assert "Due: 2026-02-26 24:00 (10 days) → 2026-02-22 24:00 (6 days)" in out and "more.jsonl: line 3" in out
    after = contents()
    assert {name: after[name] for name in before} == before and after.keys() == {*before, "one.moved.json", "more.moved.jsonl"}
    one = RefundCase.from_json(after["one.moved.json"])
    assert one == received().moved(policy=STATUTE, at=received().now).case and after["one.moved.json"].startswith(b'{\n  "head"')
    found = [*RefundCase.from_jsonl(after["more.moved.jsonl"].splitlines())]
    assert [case.case_id for case in found] == ["C-0", "C-1", "C-2"] and {case.policy for case in found} == {STATUTE}
    taken = fails(capsys, "move", "one.json", "--policy", "statute")
    assert "file: 'one.moved.json'; expected no file of that name yet" in taken and contents() == after


@pytest.mark.usefixtures("folder")
def test_files_are_replaced_and_a_second_time_nothing_is_left_to_do(capsys: Captured) -> None:
    Path("more.jsonl").chmod(0o640)
    told = run_json(capsys, "move", "one.json", "more.jsonl", "--policy", "statute", "--from-now", "--in-place")
    assert (told["moved"], told["unchanged"], told["refused"], told["written"]) == (4, 0, 0, ["one.json", "more.jsonl"])
    assert told["cases"][0]["due"] == {"before": "2026-02-27T00:00:00+08:00", "after": "2026-02-23T00:00:00+08:00"}
    assert {change["kind"] for change in told["cases"][0]["changes"]} == {"policy", "due", "limit", "law"}
    assert Path("more.jsonl").stat().st_mode & 0o777 == 0o640
    one = RefundCase.from_json(Path("one.json").read_bytes())
    assert [move.how for move in one.moves] == ["from_now"] and one.steps == received().steps
    before = contents()
    again = run_json(capsys, "move", "one.json", "more.jsonl", "--policy", "statute", "--from-now", "--in-place")
    assert (again["moved"], again["unchanged"], again["written"]) == (0, 4, []) and contents() == before


@pytest.mark.usefixtures("folder")
def test_cases_that_stand_as_they_were_keep_their_lines(capsys: Captured) -> None:
    old = filed(case_id="C-9", policy=STATUTE).to_json()
    Path("mixed.jsonl").write_text(f"\n{old}\n{filed(case_id='C-8').to_json()}\n\n", encoding="utf-8")
    told = run_json(capsys, "move", "mixed.jsonl", "--policy", "statute")
    assert [one["outcome"] for one in told["cases"]] == ["unchanged", "moved"]
    assert [one["where"] for one in told["cases"]] == ["mixed.jsonl: line 2", "mixed.jsonl: line 3"]
    lines = Path("mixed.moved.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 2 and lines[0] == old and RefundCase.from_json(lines[1]).case_id == "C-8"


@pytest.mark.usefixtures("folder")
def test_a_case_that_cannot_be_moved_holds_back_all(capsys: Captured) -> None:
    Path("late.json").write_text(LATE.to_json(), encoding="utf-8")
    Path("rules.toml").write_text("complaint_days = 9\n", encoding="utf-8")
    before = contents()
    for options in ((), ("--in-place",), ("--dry-run",)):
        out = run(capsys, "move", "one.json", "late.json", "more.jsonl", "--policy", "rules.toml", "--lang", "en", *options, code=1)
        assert "cannot be moved" in out and "Step 1, “file the request”" in out and "nothing was written" in out
        assert contents() == before
    told = run_json(capsys, "move", "late.json", "one.json", "--policy", "rules.toml", code=1)
    why = told["cases"][0]["refusal"]
    assert (why["code"], why["step"], why["refusal"]["failed_guards"]) == ("step_refused", 1, ["window_open"])
    assert (told["refused"], told["moved"], told["written"]) == (1, 1, [])
    run(capsys, "move", "late.json", "one.json", "--policy", "rules.toml", "--from-now")
    assert RefundCase.from_json(Path("late.moved.json").read_bytes()).policy == Policy(complaint_days=9)


@pytest.mark.usefixtures("folder")
def test_a_dry_run_tells_all_and_writes_nothing(capsys: Captured) -> None:
    before = contents()
    out = run(capsys, "move", "one.json", "--policy", "statute", "--dry-run", "--at", "2026-02-20", "--from-now", "--lang", "zh")
    assert "试算：没有写任何文件" in out and "→ 2026-02-22 24:00 " in " ".join(out.split()) and contents() == before


@pytest.mark.usefixtures("folder")
def test_a_table_of_ones_own_is_named_with_the_one_before(capsys: Captured) -> None:
    moved = "tests.case.test_moving:SHOP"
    told = run_json(capsys, "move", "one.json", "--workflow", moved, "--policy", "statute", "--from-now")
    assert told["moved"] == 1
    Path("own.json").write_text(filed(workflow=TABLE).to_json(), encoding="utf-8")
    line = fails(capsys, "move", "own.json", "--workflow", "third_party")
    assert "own.json: head: " in line and TABLE.fingerprint in line and "--former" in line
    command = ("move", "own.json", "--workflow", "third_party", "--former", "tests.cli.test_move:TABLE", "--from-now")
    lost = run_json(capsys, *command, code=1)
    assert lost["cases"][0]["refusal"]["code"] == "no_such_state" and "requested" in lost["cases"][0]["refusal"]["states"]
    assert all("--state" in lost["cases"][0]["refusal"]["text"][lang] for lang in ("zh", "en"))
    run(capsys, *command, "--state", "asked=requested", "--fact", "attempts_left=1")
    back = RefundCase.from_json(Path("own.moved.json").read_bytes(), workflow=[SHOP, TABLE])
    assert back.state.key == "requested" and back.facts.attempts_left == 1


def broken(change: Callable[[bytes], bytes]) -> Callable[[], None]:
    def write() -> None:
        Path("bad.jsonl").write_bytes(change(Path("more.jsonl").read_bytes()))

    return write


BAD: list[tuple[str, Callable[[], Any], list[str], str]] = [
    ("no file", lambda: None, ["none.json"], "file: 'none.json'; expected a readable file (there is no such file)"),
    ("folder", lambda: Path("bad").mkdir(), ["bad"], "it is a folder"),
    ("pipe", lambda: os.mkfifo("bad"), ["bad"], "it is a named pipe"),
    (
        "empty",
        lambda: Path("bad.jsonl").write_text("\n \n"),
        ["bad.jsonl"],
        "bad.jsonl: 'nothing'; expected saved cases, one in the file or",
    ),
    (
        "no case",
        lambda: Path("bad.json").write_text('{"a": 1}'),
        ["bad.json"],
        "bad.json: head: 'a'; expected an object of head, steps",
    ),
    ("no JSON", lambda: Path("bad.json").write_text("title = 1"), ["bad.json"], "bad.json: head: "),
    ("half a line", broken(lambda text: text[:-30]), ["bad.jsonl"], "bad.jsonl: line 3: "),
    ("half the first", broken(lambda text: text[:900]), ["bad.jsonl"], "bad.jsonl: line 1: "),
    ("altered", broken(lambda text: text.replace(b"C-1", b"C-7")), ["bad.jsonl"], "bad.jsonl: line 2: head: "),
    ("twice in a file", broken(lambda text: text + text), ["bad.jsonl"], "bad.jsonl: line 4: case_id: 'C-0'; expected each case once"),
    (
        "twice in two",
        broken(lambda text: text),
        ["more.jsonl", "bad.jsonl"],
        "case_id: 'C-0'; expected each case once: it is at more.jsonl: line 1",
    ),
    (
        "a file twice",
        lambda: Path("bad.jsonl").symlink_to("more.jsonl"),
        ["more.jsonl", "bad.jsonl"],
        "each file once: it is more.jsonl too",
    ),
    ("before", lambda: None, ["more.jsonl", "--at", "2026-02-13T09:59"], "more.jsonl: line 1: --at: "),
    (
        "another key",
        lambda: None,
        ["more.jsonl", "--workflow", "virtual"],
        "more.jsonl: line 1: --workflow: 'virtual'; expected a table of 'third_party'",
    ),
    ("no state", lambda: None, ["more.jsonl", "--state", "requested=asked"], "more.jsonl: line 1: "),
    ("no pair", lambda: None, ["more.jsonl", "--state", "requested"], "--state: 'requested'; expected OLD=NEW"),
    ("no fact", lambda: None, ["more.jsonl", "--from-now", "--fact", "luck=1"], "more.jsonl: line 1: --fact: 'luck'; expected a fact of"),
    ("fact", lambda: None, ["more.jsonl", "--from-now", "--fact", "attempts_left=7"], "attempts_left: '7'; expected one of 0, 1, 2"),
    (
        "fact anew",
        lambda: None,
        ["more.jsonl", "--fact", "attempts_left=1"],
        "--fact: 'attempts_left=1'; expected none but with --from-now",
    ),
]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(("make", "arguments", "expected"), [row for _, *row in BAD], ids=[name for name, *_ in BAD])
def test_bad_input_names_file_and_line_and_nothing_is_half_done(
    make: Callable[[], Any], arguments: list[str], expected: str, capsys: Captured
) -> None:
    make()
    before = sorted(Path().iterdir())
    for options in ((), ("--in-place",)):
        line = fails(capsys, "move", *arguments, "one.json", "--policy", "statute", *options)
        assert expected in line
        assert sorted(Path().iterdir()) == before and RefundCase.from_json(Path("one.json").read_bytes()) == received()


@pytest.mark.usefixtures("folder")
def test_nothing_is_written_beside_another_name_of_an_open_file(capsys: Captured) -> None:
    with Path("more.jsonl").open() as file:
        name = f"/dev/fd/{file.fileno()}"
        for options in ((), ("--in-place",)):
            assert "expected a file by its own name" in fails(capsys, "move", name, "--policy", "statute", *options)
        assert run_json(capsys, "move", name, "--policy", "statute", "--dry-run")["moved"] == 3


@pytest.mark.usefixtures("folder")
@pytest.mark.skipif(not os.access("/dev/shm", os.W_OK), reason="there is no /dev/shm here")
def test_a_file_in_shared_memory_is_a_file(capsys: Captured) -> None:
    with tempfile.TemporaryDirectory(dir="/dev/shm") as shared:
        shutil.copy("one.json", shared)
        run(capsys, "move", f"{shared}/one.json", "--policy", "statute")
        assert Path(shared, "one.moved.json").exists()


@pytest.mark.usefixtures("folder")
def test_a_move_needs_rules_to_move_to(capsys: Captured) -> None:
    assert "--workflow: None; expected a table or a policy to move to" in fails(capsys, "move", "one.json")


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()], ids=["full", "stopped"])
@pytest.mark.parametrize("when", ["add", "put"])
def test_what_fails_or_is_stopped_midway_leaves_every_file_as_it_was(
    error: BaseException, when: str, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = contents()
    real, calls = getattr(Draft, when), 0

    def failing(self: Draft, *given: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise BadData("file", self.told, f"a place that can be written ({error})") if isinstance(error, OSError) else error
        real(self, *given)

    monkeypatch.setattr(Draft, when, failing)
    for options in ((), ("--in-place",)):
        calls = 0
        from refund_fsm.cli import main

        code = main(["move", "one.json", "more.jsonl", "--policy", "statute", *options])
        assert code == (2 if isinstance(error, OSError) else 130) and calls == 2
        assert contents() == before, "the first file, which had its place already, is as it was"
    capsys.readouterr()


@pytest.mark.usefixtures("folder")
def test_where_there_are_no_second_names_the_old_file_is_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: Path) -> None:
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", none)
    drafts = [Draft("one.json", "file"), Draft("more.jsonl", "file")]
    before = contents()["one.json"]
    for draft in drafts:
        draft.add("new")
        draft.flush()
    monkeypatch.setattr(drafts[1], "put", lambda: (_ for _ in ()).throw(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        writing.put_all(drafts)
    for draft in drafts:
        draft.drop()
    assert contents()["one.json"] == before and sorted(contents()) == ["more.jsonl", "one.json"]


@pytest.mark.usefixtures("folder")
def test_many_cases_are_counted_and_those_that_cannot_be_moved_are_told(capsys: Captured) -> None:
    cases = [filed(case_id=f"D-{number}") for number in range(120)]
    Path("many.jsonl").write_text("".join(RefundCase.to_jsonl([*cases, LATE])), encoding="utf-8")
    Path("rules.toml").write_text("complaint_days = 9\n", encoding="utf-8")
    out = run(capsys, "move", "many.jsonl", "--policy", "rules.toml", "--lang", "en", code=1)
    assert LATE.case_id in out and "D-7" not in out and "and 120 more cases" in out
    assert len(run_json(capsys, "move", "many.jsonl", "--policy", "rules.toml", code=1)["cases"]) == 121
