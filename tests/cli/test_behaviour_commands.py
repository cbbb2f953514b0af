"""`behaviour`, and `export` with a behaviour: what is assumed, what is cited, and what does not fit."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from refund_fsm import orders
from refund_fsm.simulate import Behaviour, Fixed
from refund_fsm.simulate.behaviour import ILLUSTRATIVE
from tests.cli.calling import Captured, fails, run, run_json
from tests.languages import HAN

EVERY = pytest.mark.parametrize("key", orders.keys())


@EVERY
def test_every_row_is_assumed_or_cites_something(key: str, capsys: Captured) -> None:
    found = run_json(capsys, "behaviour", key)
    behaviour = Behaviour.default(key)
    told = [one["says"]["zh"] for one in (*found["assumed"], *found["cited"])]
    assert len(set(told)) == len(told), "rows can be told apart"
    places = [one["place"] for one in (*found["assumed"], *found["cited"])]
    rows = [f"mix[{place}]" for place in range(len(behaviour.mix))] + [f"choices[{place}]" for place in range(len(behaviour.choices))]
    assert sorted(places) == sorted(["amount", *rows])
    assert any("A13" in one["cites"] for one in found["cited"]), "the guide's payout"
    out = run(capsys, "behaviour", key)
    assert all(re.search(rf"^{re.escape(place)} ", out, re.MULTILINE) for place in places)
    assert ILLUSTRATIVE.zh in out and ILLUSTRATIVE.en in out


@EVERY
def test_a_behaviour_is_said_in_the_language_asked_for(key: str, capsys: Captured) -> None:
    out = run(capsys, "behaviour", key, "--lang", "zh")
    words = set(re.findall(r"[A-Za-z_]{2,}", out)) - {"mix", "choices", "amount"}
    assert {word for word in words if not re.fullmatch(r"[AR]\d+", word)} == set()
    assert not HAN.search(run(capsys, "behaviour", key, "--lang", "en"))


def test_a_behaviour_says_insurance_conditions_and_who_does_nothing(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("refund_fsm.text.terminal.PIPE_WIDTH", 1000)  # so wide that nothing is wrapped
    out = run(capsys, "behaviour", "third_party", "--lang", "en")
    for line in (
        r"mix\[3\] .*signed for, Evidence attached = no, freight insurance",
        r"choices\[16\] .*approve the refund \(Evidence attached = yes\), weight 80, takes uniform 1–2 working days",
        r"choices\[7\] .*“Negotiating”: merchant does nothing, weight 40",
    ):
        assert re.search(line, out), line


@EVERY
def test_the_file_to_start_from_is_the_behaviour(key: str, capsys: Captured, tmp_path: Path) -> None:
    path = tmp_path / "start.toml"
    path.write_text(run(capsys, "behaviour", key, "--toml"), encoding="utf-8")
    assert Behaviour.from_file(path) == Behaviour.default(key)
    again = run(capsys, "behaviour", key, "--toml", "--behaviour", str(path))
    assert again == path.read_text("utf-8")


def test_export_hands_behaviour_and_step_on(capsys: Captured, tmp_path: Path) -> None:
    assert "<pnml" in run(capsys, "export", "virtual", "--to", "pnml")
    path = tmp_path / "chain.toml"
    Behaviour.default("virtual").save(path)
    day = run(capsys, "export", "virtual", "--to", "prism")
    half = run(capsys, "export", "virtual", "--to", "prism", "--step", "12")
    assert day.startswith(("//", "dtmc")) and day != half
    assert run(capsys, "export", "virtual", "--to", "prism", "--behaviour", str(path)) == day, "put on the lattice just so"
    own = run(capsys, "export", "virtual", "--to", "prism", "--behaviour", str(path), "--step", "12")
    assert own == half


def test_export_names_the_option_of_what_does_not_fit(capsys: Captured, tmp_path: Path) -> None:
    base, path = Behaviour.default("virtual"), tmp_path / "long.toml"
    row = next(row for row in base.choices if row.delay is not None)
    place = base.choices.index(row)
    long = row.model_copy(update={"delay": Fixed(value=1e9, unit="days")})
    base.model_copy(update={"choices": (*base.choices[:place], long, *base.choices[place + 1 :])}).save(path)
    told = fails(capsys, "export", "virtual", "--to", "prism", "--behaviour", str(path))
    assert f"--behaviour {path}: choices[{place}].delay" in told
    told = fails(capsys, "export", "tests.exchange:WORKFLOW", "--to", "prism")
    assert "--behaviour: None; expected a file: none ships for exchange" in told
