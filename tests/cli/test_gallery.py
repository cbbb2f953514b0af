"""The folder `diagrams/`: what it holds, that it is fresh, and the command that writes it; files whole or not at all."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from refund_fsm import BadData, Policy, diagram, orders
from refund_fsm.cli import gallery
from refund_fsm.cli.app import main
from refund_fsm.cli.drawing import Drawing, before_of, case_of, counts_of, workflows_of
from refund_fsm.cli.options import policy_of
from refund_fsm.diagram import dot, render
from refund_fsm.graph import illustration
from refund_fsm.graph.configurations import explore
from refund_fsm.scenario.file import find, load
from refund_fsm.scenario.trace import play
from refund_fsm.workflow import write
from tests.exchange import WORKFLOW
from tests.labelled import own
from tests.places import DIAGRAMS

COMMITTED = DIAGRAMS
EVERY = pytest.mark.parametrize("key", orders.keys())
Captured = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def made() -> list[tuple[str, bytes]]:
    return gallery.files([orders.get(key) for key in orders.keys()])


# 1. What it holds
def test_the_committed_gallery_is_what_is_drawn(made: list[tuple[str, bytes]]) -> None:
    assert diagram.stale(COMMITTED, made) == []
    study = {
        "shop_official.study.svg",
        *(f"{key}.map.svg" for key in orders.keys()),
    }  # of results: test_study and test_maps hold them to the code
    assert {path.name for path in COMMITTED.iterdir()} - study == {name for name, _ in made}


def test_each_order_type_has_every_kind(made: list[tuple[str, bytes]]) -> None:
    shown = [f"{view}{form}" for view in (".spine", ".phases") for form in (".dot", ".svg", ".mmd", ".dark.svg")]
    before, after = [".dot", ".svg", ".mmd", *shown], [".case.svg", ".counts.svg"]
    over_time = [f".timeline{size}{look}" for size in ("", ".phone") for look in (".svg", ".dark.svg")]
    expected = []
    for key in orders.keys():
        alone = [f".phase-{number}.svg" for number in range(1, len(orders.get(key).phases) + 1)]
        expected += [f"{key}{end}" for end in (*before, *alone, *after, ".difference.svg", ".html", *over_time)]
    assert [name for name, _ in made] == [*expected, "README.md"]


def test_the_readme_shows_every_file(made: list[tuple[str, bytes]]) -> None:
    readme = dict(made)["README.md"].decode()
    linked = {one for found in re.findall(r'\]\(([^)]+)\)|\bsrc(?:set)?="([^"]+)"', readme) for one in found if one}
    sources = {name for name, _ in made if name.endswith((".spine.dot", ".phases.dot"))}
    assert linked | {"README.md"} | sources == {name for name, _ in made}


@EVERY
def test_the_shown_case_is_under_way_and_has_something_to_show(key: str) -> None:
    case = gallery.shown_case(orders.get(key))
    assert case is not None
    assert case.steps
    assert not case.state.final
    assert case.breaches()


def test_a_users_workflow_has_a_gallery_but_no_shipped_case() -> None:
    names = [name for name, _ in gallery.files([WORKFLOW])]
    assert "README.md" not in names, "that one shows all registered order types"
    assert "exchange.counts.svg" in names
    assert not any(".case." in name for name in names)


# 2. The made-up traffic
@EVERY
def test_random_walks_are_legal_seeded_and_conserve_cases(key: str) -> None:
    workflow = orders.get(key)
    counts, waits = illustration.illustrate(workflow, cases=200, seed=5)
    assert (counts, waits) == illustration.illustrate(workflow, cases=200, seed=5)
    assert counts != illustration.illustrate(workflow, cases=200, seed=6)[0]
    for state in workflow.states.values():
        into = sum(counts[r.id] for r in workflow.rules if r.dest.key == state.key and not r.internal)
        out = sum(counts[r.id] for r in workflow.rules if r.source.key == state.key and not r.internal)
        begun = 200 if state.key == workflow.initial.key else 0
        assert into + begun == out + (into if state.final else 0), state.key
    firing = {explore(workflow).rules[rule] for rule in explore(workflow).rule_at if rule >= 0}
    assert {rule for rule, count in counts.items() if count} <= firing
    assert set(waits) <= set(workflow.states)
    assert all(timedelta(0) <= wait < timedelta(days=60) for wait in waits.values())


# 3. Staleness
def test_stale_names_what_differs_and_what_is_missing(tmp_path: Path) -> None:
    files = [("a.dot", b"1\n"), ("b.svg", b"2\n")]
    assert diagram.stale(tmp_path / "none", files) == ["a.dot", "b.svg"]
    write([(tmp_path / name, data) for name, data in files])
    assert diagram.stale(tmp_path, files) == []
    (tmp_path / "a.dot").write_bytes(b"1\r\n")
    (tmp_path / "b.svg").write_bytes(b"3\n")
    assert diagram.stale(tmp_path, files) == ["a.dot", *(["b.svg"] if diagram.pinned() else [])]


def test_another_engine_is_held_to_dot_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("refund_fsm.diagram.drawing.pinned", lambda: False)
    files = [("a.dot", b"1"), ("a.svg", b"2"), ("a.html", b"3"), ("a.mmd", b"4")]
    assert diagram.stale(tmp_path, files) == ["a.dot", "a.svg", "a.html", "a.mmd"]
    for name, _ in files:
        (tmp_path / name).write_bytes(b"else")
    assert diagram.stale(tmp_path, files) == ["a.dot", "a.mmd"]


# 4. The command
def run(capsys: Captured, *arguments: str) -> list[str]:
    assert main(["draw", *arguments]) == 0, capsys.readouterr().err
    return capsys.readouterr().out.split()


def fails(capsys: Captured, *arguments: str, code: int = 2) -> str:
    assert main(["draw", *arguments]) == code
    return capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (["virtual"], ["virtual.dot", "virtual.svg"]),
        (["virtual", "--view", "spine", "--lang", "en"], ["virtual.spine.dot", "virtual.spine.svg"]),
        (["--case", "virtual_support_overdue", "--at", "2026-06-20T12:00:00+08:00"], ["virtual.case.dot", "virtual.case.svg"]),
        (["virtual", "--before", "statute"], ["virtual.difference.dot", "virtual.difference.svg"]),
        (["virtual", "--before", "self_operated"], ["virtual.difference.dot", "virtual.difference.svg"]),
        (["virtual", "--policy", "statute", "--before", "guide"], ["virtual.difference.dot", "virtual.difference.svg"]),
        (["tests.exchange:WORKFLOW"], ["exchange.dot", "exchange.svg"]),
    ],
)
def test_a_folder_gets_dot_and_svg(arguments: list[str], names: list[str], tmp_path: Path, capsys: Captured) -> None:
    paths = run(capsys, *arguments, "-o", str(tmp_path / "new" / "folder"))
    assert [Path(path).name for path in paths] == names
    assert all(Path(path).stat().st_size for path in paths)
    assert run(capsys, *arguments, "-o", str(tmp_path / "new" / "folder"), "--check") == []


@pytest.mark.parametrize("form", [".dot", ".svg", ".png", ".mmd", ".html"])
def test_one_file_takes_the_form_of_its_suffix(form: str, tmp_path: Path, capsys: Captured) -> None:
    if form == ".png":
        pytest.importorskip("resvg_py")
    path = tmp_path / f"a{form}"
    assert run(capsys, "virtual", "-o", str(path)) == [str(path)]
    starts = {".dot": b"digraph", ".svg": b"<svg", ".png": b"\x89PNG", ".mmd": b"---", ".html": b"<!doctype html>"}
    assert path.read_bytes().startswith(starts[form])


def test_counts_come_from_json_and_toml(tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "c.json").write_text(json.dumps({"counts": {"V01": 12}, "waits_hours": {"reviewing": 60}}))
    (tmp_path / "c.toml").write_text("[counts]\nV01 = 12\n[waits_hours]\nreviewing = 60\n")
    assert counts_of(str(tmp_path / "c.json")) == counts_of(str(tmp_path / "c.toml")) == ({"V01": 12}, {"reviewing": timedelta(hours=60)})
    paths = run(capsys, "virtual", "--counts", str(tmp_path / "c.toml"), "-o", str(tmp_path / "out"))
    assert [Path(path).name for path in paths] == ["virtual.counts.dot", "virtual.counts.svg"]
    assert "12 · 100%" in Path(paths[1]).read_text()


def test_a_saved_case_can_be_drawn(tmp_path: Path, capsys: Captured) -> None:
    case = play(load(find("virtual_support_overdue"))).case
    (tmp_path / "case.json").write_text(case.to_json())
    assert case_of(str(tmp_path / "case.json"), None) == case
    run(capsys, "--case", str(tmp_path / "case.json"), "-o", str(tmp_path / "a.svg"))
    assert 'id="state-refunded" class="node state final now"' in (tmp_path / "a.svg").read_text()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-o", "a.jpg", "virtual"], r"--output: 'a.jpg'.*\.dot or \.svg or \.png or \.pdf or \.mmd or \.html"),
        (["-o", "a.svg"], "a folder for 4 order types"),
        (["virtual", "-o", "a.html", "--view", "spine"], "a picture's suffix with --view"),
        (["virtual", "--view", "map"], "map"),
        (["virtual", "--policy", "lax"], "--policy: 'lax'.*guide or statute or platform, or a policy file"),
        (["virtual", "--before", "lax"], "--before: 'lax'"),
        (["virtual", "--case", "nothing"], "nothing"),
        (["virtual", "--case", "nothing.json"], "--case: 'nothing.json'.*no such file"),
        (["virtual", "--at", "2026-03-10T12:00:00+08:00"], "--at.*--case beside it"),
        (["virtual", "--counts", "none.json"], "--counts: 'none.json'.*no such file"),
        (["virtual", "--all", "--view", "spine"], "--all.*no --view"),
        (["--all", "-o", "a.svg"], "--output: 'a.svg'.*a folder, with --all"),
        (["virtual", "--case", "virtual_support_overdue", "--before", "guide"], "one of case, counts with waits, or before"),
        (["third_party", "--case", "virtual_support_overdue"], "a case of 'third_party'"),
        (["--case", "virtual_support_overdue", "--at", "2026-03-10T12:00:00+08:00"], "--at: '2026-03-10.*not before 2026-06-15"),
        (["virtual", "-o", "a.svg", "--paper", "a4"], r"--paper: 'a4'; expected an --output that ends in \.pdf"),
        (["virtual", "-o", "a.mmd", "--view", "near", "--state", "nowhere"], "--state: 'nowhere'; expected one of draft, "),
        (["virtual", "-o", "a.mmd", "--before", "statute"], "another suffix with --case"),
        (["--case", "virtual_support_overdue", "--policy", "statute"], "policy: .*the case's own"),
        (["virtual", "-o", "长" * 300 + ".svg"], "--output: .*File name too long"),
        (["virtual", "--policy", "x" * 300], "--policy: .*File name too long"),
        (["virtual", "--before", "x" * 300], "--before: .*File name too long"),
    ],
)
def test_bad_options_are_named(
    arguments: list[str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.chdir(tmp_path)
    assert re.search(message, fails(capsys, *arguments).replace("\n", " "))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "valid JSON"),
        ("[]", "a table with counts, waits_hours, or both"),
        ('{"count": {}}', "a table with counts"),
        ('{"counts": [1]}', "counts: .*a table"),
        ('{"waits_hours": {"reviewing": "x"}}', "waits_hours.reviewing: 'x'.*a number of hours"),
        ('{"waits_hours": {"reviewing": -1}}', "a number of hours from 0"),
        ('{"waits_hours": {"reviewing": 1e400}}', "a number of hours from 0"),
        ('{"counts": {}, "waits_hours": {}}', "at least one count or time"),
        (f'{{"counts": {{"V01": 1{"0" * 400}}}}}', "a whole number from 0 to 1,000,000,000,000,000"),
        ('{"counts": {"V99": 1}}', "a rule of virtual"),
        ('{"counts": {"V01": 1.5}}', "a whole number from 0"),
    ],
)
def test_bad_counts_are_named(text: str, message: str, tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "c.json").write_text(text)
    assert re.search(message, fails(capsys, "virtual", "--counts", str(tmp_path / "c.json"), "-o", str(tmp_path / "out")))
    assert not (tmp_path / "out").exists()


def test_a_missing_engine_is_exit_3_with_the_command_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setattr(dot, "_pure", lambda: None)
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    monkeypatch.setattr(render, "_svg", render._svg.__wrapped__)
    assert 'pip install "graphviz-pure<0.3,>=0.2.2"' in fails(capsys, "virtual", "-o", str(tmp_path / "out"), code=3)
    assert not (tmp_path / "out").exists()


def test_an_unwritable_place_is_named(tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "file").write_text("x")
    assert "a folder that can be written" in fails(capsys, "virtual", "-o", str(tmp_path / "file" / "below"))
    assert "a place that can be written" in fails(capsys, "virtual", "-o", str(tmp_path / "none" / "a.svg"))


def test_characters_beyond_the_font_are_told(tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("refund_fsm.cli.drawing.workflow_of", lambda _: own("\U0001f600가"))
    assert main(["draw", "own:OWN", "-o", str(tmp_path / "a.dot")]) == 0
    assert "shown in the reader's own fonts: 가\U0001f600" in capsys.readouterr().err


# 5. Files whole or not at all
def test_when_one_file_cannot_be_written_none_changes(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")
    with pytest.raises(BadData, match="a place that can be written"):
        write([(tmp_path / "a", b"new"), (tmp_path / "none" / "b", b"new")])
    (tmp_path / "c").mkdir()
    with pytest.raises(BadData, match="it is a folder"):
        write([(tmp_path / "a", b"new"), (tmp_path / "c", b"new")])
    assert (tmp_path / "a").read_bytes() == b"old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "c"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "target.svg").write_bytes(b"old")
    (tmp_path / "link.svg").symlink_to("target.svg")
    write([(tmp_path / "link.svg", b"new")])
    assert (tmp_path / "link.svg").is_symlink()
    assert (tmp_path / "target.svg").read_bytes() == b"new"
    with pytest.raises(BadData, match="a place that can be written"):
        write([(tmp_path / "a\0.svg", b"new")])


def test_random_walks_begin_somewhere_even_when_only_the_clock_takes_the_spine() -> None:
    flow = own("", spine=True)
    assert sum(illustration.illustrate(replace(flow, spine=(flow.spine[0][1:],)), cases=3, seed=1)[0].values()) > 0


def test_own_keys_do_not_leave_the_folder(tmp_path: Path) -> None:
    asked = Drawing([own("")], tmp_path / "x")
    paths = asked.write(asked.files()[0])
    assert {path.parent for path in paths} == {tmp_path / "x"}


def test_names_are_found() -> None:
    assert policy_of(None, "--policy") is None
    assert policy_of("statute", "--policy") == before_of("statute") == Policy.statute()
    assert before_of("virtual") is orders.get("virtual")
    case = play(load(find("virtual_support_overdue"))).case
    assert workflows_of(None, case) == [orders.get("virtual")]
    assert [workflow.key for workflow in workflows_of(None, None)] == list(orders.keys())
