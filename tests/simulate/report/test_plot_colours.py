"""The colours of plots, measured: told apart by every eye, legible by day and by night."""

from __future__ import annotations

import re

import pytest

from refund_fsm.diagram.palette import INK, MUTED, PAIR, PAPER, SUCCESS
from refund_fsm.simulate import compare
from refund_fsm.simulate.report.canvas import AMBER, DARK, GREY
from refund_fsm.simulate.report.comparison_plots import comparison_plot
from refund_fsm.simulate.report.plots import plot
from tests.colour import SIGHTS, contrast, distance
from tests.simulate.many import sampled


@pytest.mark.parametrize("sight", SIGHTS)
@pytest.mark.parametrize("night", [False, True])
def test_what_stands_beside_each_other_is_told_apart(sight: str, night: bool) -> None:
    for one, other in (PAIR, (SUCCESS, GREY), (SUCCESS, INK), (INK, GREY)):
        pair = (DARK[one], DARK[other]) if night else (one, other)
        assert distance(*pair, sight) >= 15, (one, other)


def test_texts_are_legible_on_either_paper() -> None:
    for colour in (INK, MUTED, AMBER, *PAIR):
        assert contrast(colour, PAPER) >= 4.5 and contrast(DARK[colour], DARK[PAPER]) >= 4.5


def test_every_colour_has_a_counterpart_in_the_dark() -> None:
    svg = comparison_plot(compare(sampled(), sampled(policy="statute"))).svg + plot(sampled()).svg
    used = {found.upper() for found in re.findall(r"(?:fill|stroke): (#[0-9a-f]{6})", re.sub(r"<style class=.dark.>.*?</style>", "", svg))}
    assert used <= set(DARK)
