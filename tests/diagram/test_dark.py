"""Every colour of a picture has its look in the dark."""

from __future__ import annotations

import re
from typing import Any

import pytest

from refund_fsm import diagram, orders
from refund_fsm.diagram import palette
from tests.workflows import EVERY_KEY


@EVERY_KEY
def test_cards_are_dark_in_the_dark(key: str) -> None:
    svg = diagram.draw(orders.get(key)).svg()
    colours = palette.colours(orders.get(key).actors)
    for colour in {palette.tint(colours[rule.actor.key]).lower() for rule in orders.get(key).rules if not rule.by_clock}:
        if f'<path fill="{colour}"' in svg:
            found = re.search(rf'path\[fill="{colour}"\]{{fill:#(..)(..)(..)}}', svg)
            assert found is not None
            assert max(int(part, 16) for part in found.groups()) < 0x50


@EVERY_KEY
@pytest.mark.parametrize("view", ["full", "spine"])
def test_every_colour_has_its_look_in_the_dark(key: str, view: Any) -> None:
    svg = diagram.draw(orders.get(key), view=view).svg()
    style = re.search(r'<style class="dark">(.*?)</style>', svg)
    assert style is not None
    body = svg.replace(style.group(0), "")
    strong = {colour.lower() for colour in (*palette.LIGHT, palette.INK, palette.MUTED, palette.SLATE)}
    for colour in set(re.findall(r'<text [^>]*fill="(#\w+)"', body)) & strong:
        assert f'text[fill="{colour}"]' in style.group(1)
