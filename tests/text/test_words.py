"""Instants, days, amounts and lists in words, in both languages."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import pytest

from refund_fsm import Text
from refund_fsm.text import SHANGHAI, Languages, one_line, words

NOON = datetime(2026, 2, 18, 12, tzinfo=SHANGHAI)
MIDNIGHT = datetime(2026, 2, 19, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("at", "zh", "en", "stamp", "since"),
    [
        # instant, in words, as a deadline, as a beginning
        (NOON, "2026年2月18日12:00", "18 February 2026 at 12:00", "2026-02-18 12:00", "2026-02-18 12:00"),
        (MIDNIGHT, "2026年2月18日24:00", "18 February 2026 at 24:00", "2026-02-18 24:00", "2026-02-19 00:00"),
        (NOON.replace(second=5), "2026年2月18日12:00:05", "18 February 2026 at 12:00:05", "2026-02-18 12:00:05", "2026-02-18 12:00:05"),
        (NOON.astimezone(timezone(timedelta(hours=-5))), "2026年2月18日12:00", "18 February 2026 at 12:00", "2026-02-18 12:00", None),
    ],
)
def test_an_instant_is_said_in_shanghai_and_midnight_ends_a_day(at: datetime, zh: str, en: str, stamp: str, since: str | None) -> None:
    assert words.instant(at) == Text(zh, en)
    assert words.stamp(at) == stamp
    assert since is None or words.since(at) == since


def test_days_amounts_and_lengths() -> None:
    assert words.day(date(2026, 2, 8)) == Text("2026年2月8日", "8 February 2026")
    assert words.day(date(2026, 2, 8), year=False) == Text("2月8日", "8 February")
    assert words.yuan(123456) == Text("1234.56元", "1,234.56 yuan")
    assert words.yuan(-5) == Text("-0.05元", "-0.05 yuan")
    assert [words.length(n, "working_days").en for n in (1, 3)] == ["1 working day", "3 working days"]
    assert [words.number(n) for n in (3, 11)] == ["three", "11"] and [words.times(n) for n in (1, 2, 3)] == ["once", "twice", "3 times"]


def test_a_list_is_said_with_its_last_word() -> None:
    items = [Text("甲", "a"), Text("乙", "b"), Text("丙", "c")]
    assert words.listed(items) == Text("甲、乙或丙", "a, b or c")
    assert words.listed(items[:1]) == items[0] and words.listed([]) == Text("", "")


def test_a_note_is_shown_in_one_line() -> None:
    assert one_line("a\nb\tc") == "a⏎b c"


def test_what_is_the_same_in_both_languages_is_said_once() -> None:
    assert Languages.BOTH.say(Text("A", "A")) == "A"
    assert (Languages.BOTH.say(Text("甲", "a")), Languages.ZH.colon, Languages.EN.stack(Text("甲", "a"))) == ("甲 / a", "：", "a")
    with pytest.raises(ValueError, match="expected 'zh' or 'en'"):
        Text("甲", "a").get("fr")  # type: ignore[arg-type]  # that is the point
