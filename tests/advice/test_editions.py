"""A case that was opened and not filed is told of a newer edition; an order alone is advised by the edition in force then."""

from __future__ import annotations

from datetime import datetime

import pytest

from refund_fsm import BadData, Policy, orders
from refund_fsm.advice import advise
from refund_fsm.orders.registry import REGISTRY
from refund_fsm.text import SHANGHAI
from refund_fsm.workflow import SpecialPeriod, platform
from tests.advice.asked import said, tips
from tests.advice.platform_rows import KEY, case, one
from tests.samples import at

JUNE = {"paid_at": at("2026-06-20 10:00"), "shipped_at": at("2026-06-21 10:00"), "signed_at": at("2026-06-23 15:00")}
OLD = {"paid_at": at("2025-12-01 10:00"), "shipped_at": at("2025-12-02 10:00"), "signed_at": at("2025-12-05 10:00")}
ZH, EN = "自2026年7月1日起适用新版的", "holds since 1 July 2026. This case was opened under an older one and was not filed"


@pytest.fixture
def two_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    """A later edition of the table beside the one that there is."""
    monkeypatch.setitem(REGISTRY, KEY, ("refund_fsm.orders.shop_official", "tests.advice.later_edition"))


@pytest.fixture
def two_notices(monkeypatch: pytest.MonkeyPatch) -> None:
    """A later copy of the platform's notices: an answer of ten days around the first of July."""
    longer = SpecialPeriod(
        limit="shipped_review_hours", start=datetime(2026, 7, 1, tzinfo=SHANGHAI), end=datetime(2026, 7, 9, tzinfo=SHANGHAI), days=10
    )
    edition = platform.Edition("2026-06-28", datetime(2026, 6, 28, tzinfo=SHANGHAI), (longer,))
    assert platform.editions(), "made when first asked for"
    monkeypatch.setitem(platform._EDITIONS, edition.copy, edition)
    monkeypatch.setitem(orders.get(KEY).__dict__, "_defaults", {})


@pytest.mark.usefixtures("two_tables")
def test_a_draft_is_told_from_when_a_newer_table_holds() -> None:
    draft = case(order=JUNE, opened="2026-06-25 10:00")
    assert draft.workflow is orders.editions(KEY)[0] is not orders.get(KEY)
    for role in ("buyer", "merchant"):
        before, since = (advise(draft, at(when), role=role) for when in ("2026-06-30 23:59", "2026-07-01 00:00"))
        assert EN not in said(before, "process") and ZH not in said(before, "process", "zh")
        [tip] = [tip for tip in tips(since, "process") if EN in tip.text.en]
        assert tip.text.zh.startswith(ZH) and tip.cites == ("R1",)
        assert "should be opened anew" in tip.text.en and "请重新开立" in tip.text.zh


@pytest.mark.usefixtures("two_tables")
def test_what_was_filed_or_opened_later_keeps_its_table_and_hears_of_none() -> None:
    filed = case("2026-06-30 10:00 | buyer | submit", order=JUNE, opened="2026-06-25 10:00")
    ended = case("2026-06-30 10:00 | buyer | cancel", order=JUNE, opened="2026-06-25 10:00")
    later = case(order=JUNE, opened="2026-07-02 10:00")
    mine = case(order=JUNE, opened="2026-06-25 10:00", policy=Policy.guide())
    assert later.workflow is orders.get(KEY)
    for held, told in ((filed, False), (ended, False), (later, False), (mine, True)):
        assert (EN in said(advise(held, at("2026-07-02 11:00")), "process")) is told


@pytest.mark.usefixtures("two_tables")
def test_an_order_alone_is_advised_by_the_table_in_force() -> None:
    first, second = orders.editions(KEY)
    order = one(**JUNE)
    for when, table in (("2026-06-25 10:00", first), ("2026-07-02 10:00", second)):
        assert advise(order, at(when)) == advise(order, at(when), workflow=table)
    assert guided(order, "2026-06-25 10:00") and guided(order, "2026-07-02 10:00"), "every edition has the guidance"


def guided(order: object, when: str) -> bool:
    return "R1" in {id for tip in advise(order, at(when)).items for id in tip.cites}  # type: ignore[arg-type]  # an order


def test_before_the_first_edition_there_is_no_advice() -> None:
    old = one(**OLD)
    with pytest.raises(BadData, match="from when the table shop_official holds"):
        advise(old, at("2025-12-23 10:00"))
    assert advise(old, at("2025-12-24 00:00")).items
    chosen = case(order=OLD, opened="2025-12-10 10:00", workflow=orders.get(KEY))
    assert advise(chosen, chosen.now).items, "who names the table has it at any time"


@pytest.mark.usefixtures("two_notices")
def test_a_draft_is_told_of_newer_notices() -> None:
    draft = case(order=JUNE, opened="2026-06-25 10:00")
    before, since = (said(advise(draft, at(when)), "process") for when in ("2026-06-27 23:59", "2026-06-28 00:00"))
    assert "notices holds since 28 June 2026 (copy of 2026-06-28)" in since and "notices" not in before
    chosen = case(order=JUNE, opened="2026-06-25 10:00", policy=Policy.guide())
    assert "notices" not in said(advise(chosen, at("2026-06-29 10:00")), "process"), "a policy of one's own has no editions"
    anew = case("2026-06-30 09:00 | buyer | submit", order=JUNE, opened="2026-06-29 10:00")
    assert "改为10天" in said(advise(anew, at("2026-06-30 10:00")), "deadline", "zh")
    assert "特殊" not in said(advise(anew, at("2026-06-30 10:00")), "deadline", "zh")
