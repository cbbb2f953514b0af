"""Behaviours in bad files are named with the place."""

from __future__ import annotations

from pathlib import Path

import pytest

from refund_fsm import BadData
from refund_fsm.simulate import Behaviour

ONCE = 'delay = {kind = "fixed", value = 1}'


def file(row: str, head: str = "mix = [{weight = 1}]") -> str:
    """A file of one row."""
    return f'order_type = "virtual"\n{head}\nchoices = [{{state = "draft", {row}}}]'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("order_type = ", "behaviour: .*valid TOML"),
        ('order_type = "virtual"', "behaviour: mix: "),
        (file(f'event = "cancel", {ONCE}', "mix = [{weight = -1}]"), r"behaviour: mix\[0\]\.weight: -1"),
        (file(f'event = "cancel", {ONCE}', "mix = [{weight = 0}]"), r"mix: 0\.0; expected weights that sum to more than 0"),
        (file('event = "cancel"'), r"choices\[0\]\.delay: None; expected how long"),
        (file('event = "nothing"'), r"choices\[0\]\.actor: None"),
        (file('event = "cancel", delay = {kind = "weibull"}'), r"choices\[0\]\.delay"),
        (file('event = "cancel", delay = {kind = "fixed", value = nan}'), r"choices\[0\]\.delay.*value: nan"),
        (file('event = "cancel", delay = {kind = "fixed", value = 1, unit = "fen"}'), r"choices\[0\]\.delay\.unit: 'fen'"),
        (
            file(f'event = "cancel", {ONCE}', 'amount = {kind = "fixed", value = 1}\nmix = [{weight = 1}]'),
            r"amount\.unit: 'hours'; expected 'fen'",
        ),
    ],
)
def test_a_bad_file_is_named_with_its_place(text: str, told: str) -> None:
    with pytest.raises(BadData, match=told):
        Behaviour.from_toml(text)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadData, match=r"behaviour: '.*nowhere\.toml'"):
        Behaviour.from_file(tmp_path / "nowhere.toml")
