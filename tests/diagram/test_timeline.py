"""The timeline of a case: what it tells is what the case says, it is legible wherever it stands, and the odd cases have one too."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import cache, partial
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
from rich.cells import cell_len

from refund_fsm import BadData, Policy, RefundCase, RefundRequest, diagram, orders
from refund_fsm.cli import gallery
from refund_fsm.diagram.palette import contrast
from refund_fsm.diagram.timeline import PHONE, WIDE, days, lines
from refund_fsm.diagram.timeline.course import course_of
from refund_fsm.diagram.timeline.packing import Wanted, packed
from refund_fsm.scenario import find, load, play, shipped
from refund_fsm.text import LANGS, SHANGHAI
from refund_fsm.text.words import elapsed
from tests.browser import page_of
from tests.diagram.geometry import measured
from tests.diagram.ground import written
from tests.diagram.svg import SVG

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PLAIN, MANY = 4.5, 700  # the contrast of a text; steps
BEGUN = datetime(2026, 2, 12, 10, tzinfo=SHANGHAI)
OF_TEXTS = ("overlap", "outside the picture")  # bars and days off, which texts cross, are chips to the yardstick
SIZES = (WIDE, PHONE)


@cache
def played(name: str) -> RefundCase:
    return play(load(find(name))).case


def opened() -> RefundCase:
    case = played("shop_merchant_refunds_at_once")
    order = case.order.model_copy(update={"paid_at": BEGUN, "shipped_at": BEGUN, "signed_at": BEGUN})
    return RefundCase.open(order, RefundRequest(sku=case.request.sku, kind="return_and_refund", reason="quality"), at=BEGUN)


@cache
def odd() -> dict[str, RefundCase]:
    """Cases that nobody draws by hand: without steps, of one instant, with news and a move, of very many steps, over many years."""
    empty = opened()
    rejected = empty.apply("submit", at=BEGUN, by="buyer").apply("start_review", at=BEGUN, by="merchant")
    rejected = rejected.apply("reject", at=BEGUN, by="merchant", note="不符")
    later = BEGUN + timedelta(days=1)
    line = rejected.order.lines[0].model_copy(update={"applications": 2})
    told = rejected.with_order(rejected.order.model_copy(update={"lines": (line,)}), at=later)
    moved = told.moved(policy=Policy.statute(), at=later + timedelta(hours=5), how="from_now").case
    assert moved is not None
    case = play(load(find("shop_merchant_refunds_at_once")), until=played("shop_merchant_refunds_at_once").steps[1].at).case
    at, refunding = case.now, case.state.key
    for number in range(MANY):
        at += timedelta(minutes=50)
        case = case.apply("retry_payout" if number % 2 else "payout_failed", at=at, by="payment")
    assert case.state.key == refunding, "it goes round"
    return {
        "without steps": empty,
        "of one instant": rejected,
        "with news and a move": moved,
        "of very many steps": case,
        "over many years": told.advance(to=BEGUN + timedelta(days=3_000)),
    }


def shown(key: str) -> RefundCase:
    case = gallery.shown_case(orders.get(key))
    assert case is not None
    return case


CASES: dict[str, Callable[[], RefundCase]] = {key: partial(shown, key) for key in orders.keys()}
CASES |= {name: partial(played, name) for name in ("mall_spring_festival", "official_return_after_exchange")}
ODD = ("without steps", "of one instant", "with news and a move", "of very many steps", "over many years")
CASES |= {name: partial(lambda name: odd()[name], name) for name in ODD}


# 1. What it tells
@pytest.mark.parametrize("name", shipped())
def test_stays_leave_no_gap_and_tell_every_breach_and_limit(name: str) -> None:
    case = played(name)
    course = course_of(case)
    stays = course.stays
    assert [one.begun for one in stays] == [case.opened_at, *(one.ended for one in stays[:-1])]
    assert [one.state.key for one in stays[1:]] == [step.dest.key for step in case.steps if step.source.key != step.dest.key]
    assert stays[-1].state is case.state
    assert course.is_over == case.state.final
    assert {one.passed for one in stays if one.passed} == {one.at for one in case.breaches()}
    for one in stays:
        assert (one.actor is None) == one.state.final
        if one.fate == "fired":
            assert one.due is not None
            assert one.ended == one.due.at
        if one.fate == "kept":
            assert one.due is not None
            assert one.due.at > one.ended
    assert sum((course.waited(actor) for actor in course.actors), timedelta()) == course.ended - course.begun
    law = course.law
    assert (law is None) == (case.statutory_due is None)
    if law is not None and case.statutory_due is not None:
        count = case.policy.calendar.deadline(law.begun, law.due.length, law.due.unit, roll_over=case.policy.roll_over)
        assert count.at == case.statutory_due.at


def test_a_running_limit_and_a_limit_that_is_counted_on_in_the_next_state() -> None:
    case = opened().apply("submit", at=BEGUN, by="buyer").apply("start_review", at=BEGUN + timedelta(hours=2), by="merchant")
    requested, reviewing = course_of(case).stays[1:]
    assert requested.fate is None, "the limit goes on"
    assert (reviewing.fate, reviewing.due) == ("running", case.due)


def test_the_picture_names_each_state_with_how_long_it_took_and_what_happens_at_the_limit() -> None:
    case = opened().apply("submit", at=BEGUN, by="buyer").advance(to=BEGUN + timedelta(days=2))
    assert case.due is not None
    assert case.due.then is not None
    said = texts(diagram.timeline(case, lang="en").svg())
    assert {"Requested", "2 d", "S05", "by law"} & said == {"Requested", "2 d", "S05"}
    assert {"→", f"{case.due.then.id} {case.due.then.event.en}"} <= said
    assert any(one.startswith("due 02-24 24:00") for one in said)
    assert "Spring Festival" in said
    assert "late 10 h" in texts(diagram.timeline(played("shop_merchant_barred_in_arbitration"), lang="en").svg())


def test_news_and_moves_stand_where_they_happened() -> None:
    svg = diagram.timeline(odd()["with news and a move"], lang="zh").svg()
    said = texts(svg)
    assert "新情况" in said
    assert {"02-13 10:00", "02-13 15:00"} <= said
    whole = "".join(one.text or "" for one in ET.fromstring(svg).iter(f"{SVG}title"))
    assert odd()["with news and a move"].news[0].text.zh in whole
    assert odd()["with news and a move"].moves[0].text.zh in whole


def test_bars_are_as_long_as_the_stays() -> None:
    course = course_of(played("mall_spring_festival"))
    found = {}
    for one in ET.fromstring(diagram.timeline(course.case).svg()).iter(f"{SVG}path"):
        if one.get("id", "").startswith("stay-"):
            left, right = re.match(r"M([\d.]+),[\d.]+H([\d.]+)", one.attrib["d"]).groups()  # type: ignore[union-attr]  # it has this form
            found[int(one.attrib["id"].removeprefix("stay-"))] = (float(left), float(right) - float(left))
    long = [one for one in course.stays if one.number in found and one.lasted > timedelta(days=1)]
    assert len(long) > 3
    scale = [found[one.number][1] / (one.lasted / timedelta(days=1)) for one in long]
    assert max(scale) == pytest.approx(min(scale), rel=0.03)


def texts(svg: str) -> set[str]:
    return {one.text or "" for one in ET.fromstring(svg).iter(f"{SVG}text")}


# 2. How it looks
def test_every_picture_is_legible_and_nothing_overlaps_or_sticks_out(browser: Browser) -> None:
    wrong = []
    with page_of(browser) as watched:
        for place, (name, case) in enumerate(CASES.items()):
            for width in SIZES:
                svg = diagram.timeline(case(), lang=LANGS[place % 3], width=width).svg()
                picture = measured(watched.page, svg)
                wrong += [f"{name} {width}: {one}" for one in picture.faults() if one.kind in OF_TEXTS and "(chip)" not in one.what]
                assert picture.fonts > 0
                assert picture.unset == 0
                assert min(map(float, re.findall(r'font-size="([\d.]+)"', svg))) >= 10
                assert float(re.findall(r'viewBox="0 0 \d+ (\d+)"', svg)[0]) < 1_100
        assert watched.complaints == []
    assert wrong == []


@pytest.mark.parametrize("name", ["third_party", "mall_spring_festival"])
def test_texts_can_be_read_by_day_and_by_night(name: str) -> None:
    svg = diagram.timeline(CASES[name]()).svg()
    low = [one for one in written(svg) if min(contrast(*one.day), contrast(*one.night)) < PLAIN]
    assert low == []


def test_it_is_one_image_with_a_title_its_fonts_and_both_themes_and_the_same_bytes() -> None:
    case = CASES["third_party"]()
    made = diagram.timeline(case)
    root = ET.fromstring(made.svg())
    assert root.get("role") == "img"
    assert case.case_id in (root[0].text or "")
    assert "等待平台" in (root[1].text or "")
    assert "@font-face" in made.svg()
    assert made.svg() == diagram.timeline(case).svg()
    assert "@media" in made.svg()
    assert "@media" not in made.svg(theme="dark") + made.svg(theme="light")
    assert "#0d1117" in made.svg(theme="dark").lower()
    assert "http" not in made.svg().replace("http://www.w3.org/2000/svg", "")
    with pytest.raises(BadData, match="theme: 'pink'"):
        made.svg(theme="pink")  # type: ignore[arg-type]  # the mistake


def test_very_many_steps_are_few_shapes_and_say_so() -> None:
    case = odd()["of very many steps"]
    svg = diagram.timeline(case, lang="en").svg()
    assert svg.count("<path") < MANY / 4
    assert any(re.fullmatch(r"\d+ of 703 stays are named", one) for one in texts(svg)), len(course_of(case).stays)


# 3. On a terminal
@pytest.mark.parametrize("lang", LANGS)
def test_lines_are_at_most_eighty_columns(lang: Any) -> None:
    for name in (*shipped(), *CASES):
        found = lines(CASES[name]() if name in CASES else played(name), lang=lang)
        assert max(map(cell_len, found)) <= 80, name
        assert len(found) > 3


def test_a_line_for_each_whom_the_case_waited_for() -> None:
    case = played("shop_merchant_barred_in_arbitration")
    found = lines(case, lang="en")
    names = [actor.en for actor in course_of(case).actors]
    assert [one.split("  ")[0].split("=")[0].strip() for one in found[3 : 3 + len(names)]] == names
    platform = found[3 + names.index("platform")]
    assert "!" in platform
    assert platform.endswith("11.9 d")
    assert re.search(r"=\*", found[3 + names.index("payment channel")]), "it ends there"


# 4. Its parts
def test_days_off_are_whole_and_festivals_have_their_names() -> None:
    found = list(
        days.days_off(datetime(2026, 2, 16, tzinfo=SHANGHAI), datetime(2026, 3, 2, tzinfo=SHANGHAI) - days.HOUR, Policy.guide(), 50)
    )
    assert [(one.begin.date(), one.end.date(), one.name and one.name.en) for one in found] == [
        (date(2026, 2, 15), date(2026, 2, 24), "Spring Festival"),
        (date(2026, 3, 1), date(2026, 3, 2), None),
    ]  # the Saturday is a make-up day
    assert list(days.days_off(BEGUN, BEGUN + timedelta(days=20), Policy.guide(), days.LEAST_DAY / 2)) == []


@pytest.mark.parametrize("span", [timedelta(hours=6), timedelta(days=9), timedelta(days=40), timedelta(days=900), timedelta(days=60_000)])
def test_dates_stand_apart(span: timedelta) -> None:
    found = days.ticks(BEGUN, BEGUN + span, 700)
    places = [(one.at - BEGUN) / span * 700 for one in found]
    assert 1 <= len(found) <= 700 / days.ROOM + 1
    assert all(other - one >= days.ROOM - 1 for one, other in itertools.pairwise(places))


def test_labels_of_one_row_never_overlap() -> None:
    wanted = [Wanted(x, 90) for x in (0, 0, 5, 40, 41, 300, 390, 398)]
    spots = packed(wanted, 0, 400, lines=(40, 60))
    assert all(0 <= spot.left <= 310 for spot in spots)
    for row in {spot.row for spot in spots}:
        lefts = sorted(spot.left for spot in spots if spot.row == row)
        assert all(other - one >= 90 for one, other in itertools.pairwise(lefts))


def test_elapsed_time_has_one_number_and_a_unit() -> None:
    said = [elapsed(timedelta(minutes=minutes)) for minutes in (0, 59, 60, 90, 2_879, 2_880, 17_136)]
    assert [f"{count} {unit.en}" for count, unit in said] == ["0 min", "59 min", "1 h", "1.5 h", "48 h", "2 d", "11.9 d"]


# 5. What it cannot take
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"case": None}, "case: None; expected a RefundCase"),
        ({"width": 100}, "width: 100; expected a whole number of pixels from 320 to 4,000"),
        ({"width": True}, "width: True; expected"),
        ({"width": 830.0}, "width: 830.0; expected"),
        ({"lang": "fr"}, "lang: 'fr'; expected"),
    ],
)
def test_bad_arguments_are_named(arguments: dict[str, Any], message: str) -> None:
    given = {"case": odd()["without steps"], **arguments}
    with pytest.raises(BadData, match=re.escape(message)):
        diagram.timeline(given.pop("case"), **given)


def test_a_file_is_an_svg_or_a_png(tmp_path: Any) -> None:
    made = diagram.timeline(odd()["without steps"])
    assert made.save(tmp_path / "a.svg").read_text(encoding="utf-8") == made.svg()
    with pytest.raises(BadData, match=r"path: .*expected a name that ends in .svg or .png"):
        made.save(tmp_path / "a.pdf")
    with pytest.raises(BadData, match=r"suffix: '.dot'"):
        made.rendered(".dot")
