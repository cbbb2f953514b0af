"""Plots as files: the form that a suffix names, whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from refund_fsm import BadData
from refund_fsm.simulate import compare, save_comparison_plot, save_plot
from refund_fsm.simulate.report.page import SUFFIXES
from refund_fsm.simulate.report.plots import plot
from tests.simulate.many import exact, sampled


def test_a_suffix_names_the_form(tmp_path: Path) -> None:
    comparison = compare(sampled("virtual"), exact())
    starts = {".svg": b"<svg ", ".png": b"\x89PNG", ".html": b"<!DOCTYPE html>"}
    assert starts.keys() == set(SUFFIXES)
    for suffix, start in starts.items():
        assert save_plot(sampled("virtual"), tmp_path / f"one{suffix}").read_bytes().startswith(start)
        assert save_comparison_plot(comparison, tmp_path / f"two{suffix}").read_bytes().startswith(start)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(f"{name}{suffix}" for name in ("one", "two") for suffix in SUFFIXES)
    assert save_plot(sampled("virtual"), str(tmp_path / "one.SVG")).read_text("utf-8") == (tmp_path / "one.svg").read_text("utf-8")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("one.pdf", "a name that ends in .svg or .png or .html"),
        ("one", "a name that ends in"),
        ("none/one.svg", "there is no such folder"),
        ("folder.svg", "it is a folder"),
        ("nul\0.svg", "a place that can be written"),
    ],
)
def test_what_cannot_be_written_is_refused_and_nothing_is_left(name: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "folder.svg").mkdir()
    with pytest.raises(BadData, match=r"^path: ") as refused:
        save_plot(sampled("virtual"), tmp_path / name)
    assert told in str(refused.value)
    assert [path.name for path in tmp_path.iterdir()] == ["folder.svg"]


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "one.svg"
    path.write_text("before", encoding="utf-8")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(BadData, match="No space left"):
        save_plot(sampled("virtual"), path)
    assert path.read_text("utf-8") == "before" and list(tmp_path.iterdir()) == [path]


def test_what_is_no_result_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadData, match="a Result of simulate, or a Law"):
        save_plot("result", tmp_path / "x.svg")  # type: ignore[arg-type]
    with pytest.raises(BadData, match="a Comparison"):
        save_comparison_plot(sampled(), tmp_path / "x.svg")  # type: ignore[arg-type]
    with pytest.raises(BadData, match="lang: 'fr'"):
        plot(sampled(), "fr")  # type: ignore[arg-type]
