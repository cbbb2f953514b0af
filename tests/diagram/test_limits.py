"""Limits that depend on facts and days: every row on the card, the one that counts in a case, differences, sources, good ends."""

from __future__ import annotations

from dataclasses import replace

import pytest

from refund_fsm import Policy, RefundCase, diagram, orders
from refund_fsm.diagram import difference_marks, mermaid
from refund_fsm.diagram.limits import in_short, is_plain, rows_of
from refund_fsm.diagram.page import words
from refund_fsm.workflow import SpecialPeriod
from tests.diagram.svg import SVG, groups, parsed, svg_of, texts, tones
from tests.samples import at, case
from tests.workflows import OURS

OFFICIAL = orders.get("shop_official")
PLATFORM = OFFICIAL.default_policy()


def filed(**line: object) -> RefundCase:
    """A return of goods, filed on the eve of the festival."""
    dates = {"paid_at": at("2026-02-01 10:00"), "shipped_at": at("2026-02-02 10:00"), "signed_at": at("2026-02-06 10:00")}
    opened = case("shop_official", opened="2026-02-10 09:00", order={**dates, "line": line})
    return opened.apply("submit", at=opened.now, by="buyer")


def on_card(key: str, lang: str = "en") -> list[str]:
    return texts(parsed(OFFICIAL, lang=lang)[f"state-{key}"])


# 1. Rows on cards
def test_a_card_has_every_row_with_guards_what_is_added_and_special_periods() -> None:
    made = on_card("requested")
    places = [made.index(text) for text in ("≤ 24 h", "the goods have not been shipped", "fresh food", "≤ 36 h", "otherwise")]
    assert places == sorted(places) and made.count("≤ 24 h") == 2
    assert made.count("※ R18 02-11–02-24") == 2, "of the two rows that have some"
    assert [text for text in made if "return and refund" in text] == ["· return and refund: 5 d"] * 2
    shipped = on_card("return_shipped")
    assert {"≤ 10 d", "cross-border goods", "≤ 7 d", "otherwise"} <= set(shipped)
    assert "".join(shipped).replace(" ", "").count("+7difthereceiptwasextended") == 2
    assert {"※ R18 02-11–02-16: 15 d", "※ R18 02-17–02-24: 10 d"} <= set(shipped)


def test_the_rows_are_those_of_the_policy() -> None:
    plain = texts(parsed(OFFICIAL, lang="en", policy=Policy(shipped_review_hours=30))["state-requested"])
    assert "≤ 30 h" in plain and not any("※" in text for text in plain)
    rows = rows_of(OFFICIAL, PLATFORM, "return_shipped")
    assert in_short(rows, lambda text: text.en) == "7–10 d + ※"
    assert [is_plain(rows_of(OFFICIAL, PLATFORM, key)) for key in ("rejected", "received", "draft")] == [True, False, True]


def test_the_ordinary_length_is_said_to_stand_only_where_it_can_be_the_longer_one() -> None:
    period = SpecialPeriod(limit="parcel_return_days", start=at("2026-02-11 00:00"), end=at("2026-02-12 00:00"), days=5, never_shorter=True)
    (row,) = rows_of(OFFICIAL, Policy(special=(period,)), "awaiting_return")
    assert row.special[0].kept
    assert not any(one.kept for key in ("awaiting_return", "received") for row in rows_of(OFFICIAL, PLATFORM, key) for one in row.special)


@pytest.mark.parametrize("key", [key for key in OURS if key != "shop_official"])
def test_a_limit_of_one_length_stays_beside_who_acts(key: str) -> None:
    shown = "\n".join(texts(svg_of(key)))
    assert not any(sign in shown for sign in ("※", "▣", "其他情况", "办妥"))


# 2. A case
def test_the_row_that_counts_is_marked_and_its_special_period_and_due() -> None:
    one = filed()
    assert one.due is not None and one.due.at == at("2026-02-16 00:00")
    made = parsed(OFFICIAL, case=one, lang="en")["state-requested"]
    shown = texts(made)
    assert shown.count("✓") == 1 and shown.index("✓") < shown.index("≤ 36 h") < shown.index("otherwise")
    assert {"due 2026-02-15 24:00", "※ else 2026-02-11 21:00"} <= set(shown)
    bold = {"".join(text.itertext()) for text in made.iter(f"{SVG}text") if text.get("font-weight") == "bold"}
    assert "· return and refund: 5 d" in bold and "· refund only: 7 d" not in bold
    fresh = texts(parsed(OFFICIAL, case=filed(fresh=True), lang="en")["state-requested"])
    assert fresh.index("✓") < fresh.index("fresh food") < fresh.index("≤ 36 h")


# 3. Differences
@pytest.mark.parametrize(("now", "before"), [("third_party", "shop_official"), ("shop_official", "third_party")])
def test_two_tables_are_compared_each_under_its_own_profile(now: str, before: str) -> None:
    one, other = orders.get(now), orders.get(before)
    picture = diagram.draw(one, before=other, lang="en")
    assert f"compared with “{other.label.en}”" in picture.dot.replace("&#x27;", "'")
    made = parsed(one, before=other, lang="en")
    gone, new = (f"state-{({*two.states} - {*three.states}).pop()}" for two, three in ((other, one), (one, other)))
    assert (tones(made[gone]), tones(made[new])) == ({"removed"}, {"added"})
    sign, more = ("−", "+") if now == "third_party" else ("+", "−")
    shown = "".join(texts(made["state-requested"]))
    assert f"{sign} ≤ 24 h [fresh food]" in shown and f"{sign} ※ 2026-02-11–02-24: refund only: 7 d" in shown.replace("7 d−", "7 d −")
    assert f"{more} ≤ 24 h [fresh food]" not in shown
    assert "source was" not in picture.dot, "two tables have sources of their own"


def test_rows_special_periods_and_what_is_added_are_told_when_they_change() -> None:
    limits = dict(OFFICIAL.limits)
    first, _, last = limits[OFFICIAL.states["requested"]]  # type: ignore[misc]  # three rows
    limits[OFFICIAL.states["requested"]] = (replace(first, length=12), last)
    cross, parcel = limits[OFFICIAL.states["return_shipped"]]  # type: ignore[misc]  # two rows
    limits[OFFICIAL.states["return_shipped"]] = (cross, replace(parcel, plus=None, plus_when=None))
    before = replace(OFFICIAL, limits=limits)
    marks = difference_marks.marks_of(OFFICIAL, PLATFORM, before, PLATFORM)
    told = [f"{note.lead} {note.text.en}".strip() for note in marks.states["requested"].notes]
    assert told == ["Δ was ≤ 12 h [the goods have not been shipped]", "+ ≤ 24 h [fresh food]"]
    assert [f"{note.lead} {note.text.en}" for note in marks.states["return_shipped"].notes] == ["+ plus 7 d [the receipt was extended]"]
    assert [note.text.en for note in marks.rules["P08"].notes] == ["was ≤ 12–36 h ※"]
    assert set(marks.states) == {"requested", "return_shipped"}
    festival = difference_marks.marks_of(OFFICIAL, PLATFORM, OFFICIAL, Policy.guide())
    assert festival.heading[0].en == "special periods: 0 → 14, 14 of them new"
    assert {"requested", "awaiting_return", "return_shipped", "received"} == set(festival.states)
    shop = orders.get("third_party")
    nothing = difference_marks.marks_of(shop, PLATFORM, shop, Policy.guide())
    assert not nothing.states and nothing.heading == (difference_marks.NOTHING,), "no limit of its own has special periods"


# 4. Sources and ends
def test_what_the_platform_published_has_a_sign_of_its_own() -> None:
    made = groups(svg_of("shop_official"))
    assert "▣ R1 R2 R3" in texts(made["edge-P01"]) and "§ A4–A8" in texts(made["edge-P01"])
    assert not any(text.startswith("▣") for text in texts(made["edge-P55"]))
    legend = texts(svg_of("shop_official", "en"))
    assert "▣" in legend and "the platform's own published rules, in the copy of 2026-03-09" in legend
    assert any("Notice on the Spring Festival 2026 (67764)" in text for text in legend)


def test_a_good_end_without_money_looks_like_neither_of_the_others() -> None:
    made = groups(svg_of("shop_official", "en"))

    def look(key: str) -> tuple[str | None, str | None]:
        shape = next(made[f"state-{key}"].iter(f"{SVG}path"))
        return shape.get("fill"), shape.get("stroke")

    looks = [look(key) for key in ("exchanged", "refunded", "closed")]
    assert len({fill for fill, _ in looks}) == 3, "told apart by the filling alone"
    assert looks[0][1] == looks[1][1] != looks[2][1], "the frame of a good end"
    assert "done, without money" in texts(made["state-exchanged"])


def test_mermaid_has_rows_signs_and_the_good_end() -> None:
    told = mermaid.source(OFFICIAL, lang="en")
    assert "≤ 24 h fresh food" in told and "≤ 36 h otherwise" in told and told.count("return and refund#58; 5 d") == 2
    assert "<b>P04</b> #9635;" in told and "<b>P55</b> #9635;" not in told
    assert ":::good" in told and "classDef good" in told
    assert "#9635;" not in mermaid.source(orders.get("third_party")) + mermaid.source(orders.get("virtual"))


def test_words_of_the_page_that_only_some_tables_need_are_apart() -> None:
    assert not {*words.COUNTS, *words.PUBLISHED, *words.GOOD} & {*words.LABELS}
