"""The palette, measured: actors told apart by every eye, texts legible on paper, tints and chips, by day and by night."""

from __future__ import annotations

import itertools

import pytest
from coloraide import Color

from refund_fsm.diagram import dark, palette
from refund_fsm.diagram.palette import INK, MUTED, NAMED, PALE, PAPER, SLATE, SPARE, SUCCESS, tint
from tests.colour import MACHADO, SIGHTS, contrast, distance, nearest, seen

TEXT = 4.5  # WCAG 2 AA for text
LINE = 3.0  # WCAG 2 AA for graphics
APART = {"normal": 16.5, "protan": 13.5, "deutan": 13.4, "tritan": 14.4}  # the named actors and success, as measured, rounded down
APART_DARK = {"normal": 17.1, "protan": 15.6, "deutan": 14.4, "tritan": 17.7}
MEANT_APART, MEANT_APART_DARK = 9.5, 9.2  # with all that means something else: the goal is 9
SPARE_APART, SPARE_APART_DARK = 7.8, 7.1  # with all spare colours in use too: the most that the search found
STRONG = (*NAMED.values(), SUCCESS)
MEANT = (*palette.TONES.values(), *palette.PAIR)
EVERY = (*STRONG, *SPARE)
FADED = 3.0
SIGHT = pytest.mark.parametrize("sight", SIGHTS)

# Sharma, Wu, Dalal: The CIEDE2000 color-difference formula, Color Research and Application 30 (2005), table 1.
PUBLISHED = [
    ((50.0000, 2.6772, -79.7751), (50.0000, 0.0000, -82.7485), 2.0425),
    ((50.0000, 3.1571, -77.2803), (50.0000, 0.0000, -82.7485), 2.8615),
    ((50.0000, 2.8361, -74.0200), (50.0000, 0.0000, -82.7485), 3.4412),
    ((50.0000, -1.3802, -84.2814), (50.0000, 0.0000, -82.7485), 1.0000),
    ((50.0000, 0.0000, 0.0000), (50.0000, -1.0000, 2.0000), 2.3669),
    ((50.0000, 2.4900, -0.0010), (50.0000, -2.4900, 0.0009), 7.1792),
    ((50.0000, 2.4900, -0.0010), (50.0000, -2.4900, 0.0011), 7.2195),
    ((50.0000, -0.0010, 2.4900), (50.0000, 0.0009, -2.4900), 4.8045),
    ((50.0000, -0.0010, 2.4900), (50.0000, 0.0011, -2.4900), 4.7461),
    ((50.0000, 2.5000, 0.0000), (50.0000, 0.0000, -2.5000), 4.3065),
    ((50.0000, 2.5000, 0.0000), (73.0000, 25.0000, -18.0000), 27.1492),
    ((50.0000, 2.5000, 0.0000), (61.0000, -5.0000, 29.0000), 22.8977),
    ((50.0000, 2.5000, 0.0000), (56.0000, -27.0000, -3.0000), 31.9030),
    ((50.0000, 2.5000, 0.0000), (58.0000, 24.0000, 15.0000), 19.4535),
    ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ((22.7233, 20.0904, -46.6940), (23.0331, 14.9730, -42.5619), 2.0373),
    ((90.8027, -2.0831, 1.4410), (91.1528, -1.6435, 0.0447), 1.4441),
    ((6.7747, -0.2908, -2.4247), (5.8714, -0.0985, -2.2286), 0.6377),
    ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
]


# 1. The yardstick
@pytest.mark.parametrize(("one", "other", "expected"), PUBLISHED)
def test_the_distance_is_the_published_one(one: tuple[float, ...], other: tuple[float, ...], expected: float) -> None:
    first, second = Color("lab-d65", one), Color("lab-d65", other)
    assert first.delta_e(second, method="2000") == pytest.approx(expected, abs=5e-5)
    assert second.delta_e(first, method="2000") == pytest.approx(expected, abs=5e-5)


@pytest.mark.parametrize("sight", MACHADO)
@pytest.mark.parametrize("colour", ["#1D4ED8", "#B4540A", "#86198F", "#808080"])
def test_the_sight_is_the_published_one(colour: str, sight: str) -> None:
    light = Color(colour).convert("srgb-linear").coords()
    expected = [min(1.0, max(0.0, sum(a * b for a, b in zip(row, light, strict=True)))) for row in MACHADO[sight]]
    assert seen(colour, sight).convert("srgb-linear").coords() == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize(
    ("one", "other", "expected"), [("#000000", "#FFFFFF", 21.0), ("#777777", "#FFFFFF", 4.48), ("#FFFFFF", "#FFFFFF", 1.0)]
)
def test_the_contrast_is_that_of_wcag(one: str, other: str, expected: float) -> None:
    assert contrast(one, other) == pytest.approx(expected, abs=0.005)


# 2. By day
@SIGHT
def test_the_actors_and_success_are_told_apart(sight: str) -> None:
    found = nearest(STRONG, sight)
    assert found[0] >= APART[sight], found


@SIGHT
def test_what_means_something_else_is_told_apart_from_every_actor_and_each_other(sight: str) -> None:
    found = nearest([*STRONG, *MEANT], sight)
    assert found[0] >= MEANT_APART, found


@SIGHT
def test_a_users_own_actors_are_told_apart_too(sight: str) -> None:
    found = nearest([*EVERY, *MEANT], sight)
    assert found[0] >= SPARE_APART, found


def test_every_tone_has_one_colour_and_the_glow_is_that_of_the_current_state() -> None:
    assert {*palette.TONES} == {"now", "next", "taken", "due", "breach", "added", "removed", "changed", "law"}
    assert palette.TONES["now"] == palette.HALO


@pytest.mark.parametrize(
    "colour", [*EVERY, palette.TONES["changed"], palette.TONES["law"], INK, SLATE, MUTED]
)  # what is drawn in these can fade
def test_what_stands_back_can_still_be_read(colour: str) -> None:
    pale = palette.fade_text(colour)
    assert all(contrast(pale, ground) >= FADED for ground in (PAPER, *map(tint, EVERY)))
    assert contrast(pale, PAPER) < contrast(colour, PAPER)
    assert contrast(palette.FADED_PAPER, pale) >= FADED
    assert all(contrast(dark.line(pale), ground) >= FADED for ground in (dark.NIGHT, *(dark.area(tint(one)) for one in EVERY)))
    assert contrast(dark.line(palette.FADED_PAPER), dark.area(pale)) >= FADED


def test_the_spare_colours_come_the_most_distant_first() -> None:
    def gap(place: int) -> float:
        before = (*STRONG, *SPARE[:place])
        return min(distance(SPARE[place], other, sight) for other in before for sight in SIGHTS)

    gaps = [gap(place) for place in range(len(SPARE))]
    assert gaps == sorted(gaps, reverse=True)


@pytest.mark.parametrize("colour", EVERY)
def test_a_strong_colour_is_legible_on_paper_and_tint_and_under_white(colour: str) -> None:
    assert contrast(colour, PAPER) >= TEXT
    assert all(contrast(colour, tint(other)) >= TEXT for other in EVERY)


@pytest.mark.parametrize("ink", [INK, SLATE, MUTED])
@pytest.mark.parametrize("ground", [PAPER, *(tint(colour) for colour in EVERY)])
def test_texts_are_legible_on_paper_and_every_tint(ink: str, ground: str) -> None:
    assert contrast(ink, ground) >= TEXT


@pytest.mark.parametrize("ground", [SUCCESS, SLATE])
def test_texts_are_legible_on_final_states(ground: str) -> None:
    assert contrast(PAPER, ground) >= TEXT
    assert contrast(PALE, ground) >= TEXT


@pytest.mark.parametrize("tone", palette.TONES)
def test_a_tone_is_legible_on_paper_and_under_white(tone: str) -> None:
    assert contrast(palette.TONES[tone], PAPER) >= LINE
    assert contrast(palette.on(palette.TONES[tone]), palette.TONES[tone]) >= TEXT


@pytest.mark.parametrize("colour", [palette.TONES["changed"], palette.TONES["law"]])
def test_what_stands_in_words_is_legible_on_paper_and_every_tint(colour: str) -> None:
    assert all(contrast(colour, ground) >= TEXT for ground in (PAPER, *map(tint, NAMED.values())))
    assert all(contrast(dark.line(colour), ground) >= TEXT for ground in (dark.NIGHT, *(dark.area(tint(one)) for one in NAMED.values())))


def test_an_own_actor_has_the_same_colour_in_both_runs_and_no_one_elses() -> None:
    found = palette.colours(["zoe", "buyer", "adam", "clock"])
    assert found["buyer"] == palette.NAMED["buyer"]
    assert len(set(found.values())) == 4
    assert palette.colours(["zoe", "buyer", "adam", "clock"]) == found
    assert len(palette.colours(str(number) for number in range(50))) == 50


@pytest.mark.parametrize("colour", [*palette.NAMED.values(), *palette.SPARE, palette.SUCCESS, palette.SLATE, palette.MUTED])
def test_colours_can_be_read_on_white(colour: str) -> None:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    assert 1.05 / (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05) >= 4.5


# 3. By night
@SIGHT
def test_the_actors_and_success_are_told_apart_in_the_dark(sight: str) -> None:
    found = nearest((dark.line(colour) for colour in STRONG), sight)
    assert found[0] >= APART_DARK[sight], found


@SIGHT
def test_a_users_own_actors_are_told_apart_in_the_dark(sight: str) -> None:
    found = nearest([*(dark.line(colour) for colour in (*EVERY, *MEANT) if colour != INK)], sight)
    assert found[0] >= SPARE_APART_DARK, found


@SIGHT
def test_what_means_something_else_is_told_apart_in_the_dark(sight: str) -> None:
    """Lines in their light colours, chips in their strong ones; the steps that were taken have chips alone."""
    for shown in ([dark.line(one) for one in (*STRONG, *MEANT) if one != INK], [dark.area(one) for one in (*STRONG, *MEANT)]):
        found = nearest(shown, sight)
        assert found[0] >= MEANT_APART_DARK, found


@pytest.mark.parametrize("colour", EVERY)
def test_a_light_colour_is_legible_on_the_dark_paper_and_its_tint(colour: str) -> None:
    light = dark.line(colour)
    assert light != colour
    assert contrast(light, dark.NIGHT) >= TEXT
    assert all(contrast(light, dark.area(tint(other))) >= TEXT for other in EVERY)


@pytest.mark.parametrize(("ink", "colour"), list(itertools.product([INK, SLATE, MUTED], EVERY)))
def test_texts_are_legible_on_dark_paper_and_tints(ink: str, colour: str) -> None:
    assert contrast(dark.line(ink), dark.NIGHT) >= TEXT
    assert contrast(dark.line(ink), dark.area(tint(colour))) >= TEXT


@pytest.mark.parametrize("tone", palette.TONES)
def test_a_tone_is_seen_on_dark_paper(tone: str) -> None:
    assert contrast(dark.line(palette.TONES[tone]), dark.NIGHT) >= LINE
