"""`[[news]]` in a scenario file: where it stands among the events, what it may say, and what is said of it wherever a case is shown."""

from __future__ import annotations

from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest

from refund_fsm import BadData, RefundCase, diagram
from refund_fsm.advice import advise
from refund_fsm.scenario import Scenario, load, play, recorded, subject_of
from refund_fsm.text import Lang, Text
from tests.case.test_news import THREE
from tests.cli.calling import Captured, run
from tests.samples import at
from tests.scenario.files import ORDER, REQUEST, SUBMIT, event

UNSHIPPED = ORDER.replace("shipped_at = 2026-02-11T10:00:00+08:00\nsigned_at = 2026-02-12T10:00:00+08:00\n", "")
NOT_SHIPPED = '[request]\nsku = "CUP"\nkind = "refund_only"\nreason = "not_shipped"\n'
TALK = event("contact_merchant", "2026-02-13 10:00", "buyer")


def news(when: str, *more: str) -> str:
    """One `[[news]]`."""
    return "\n".join(["[[news]]", f"at = {when.replace(' ', 'T')}:00+08:00", *more]) + "\n"


def line(*more: str) -> str:
    """What is new of the cup."""
    return "\n".join(["[[news.lines]]", 'sku = "CUP"', *more])


def scenario(folder: Path, *parts: str) -> Scenario:
    """The scenario of a file of these parts."""
    path = folder / "news.toml"
    path.write_text("".join(parts), encoding="utf-8")
    return load(path)


def test_news_is_told_at_its_instant_and_before_an_event_of_the_same(tmp_path: Path) -> None:
    refused = event("submit", "2026-02-14 10:00", "buyer", 'refused = "guard_failed"')
    shipped = news("2026-02-14 10:00", "shipped_at = 2026-02-13T20:00:00+08:00")
    paid = news("2026-02-15 10:00", line("refunded_fen = 9900", 'open_case = "RC-B"'))
    over = news("2026-02-15 11:00", line('open_case = ""'))
    trace = play(scenario(tmp_path, UNSHIPPED, NOT_SHIPPED, TALK, refused, shipped, paid, over))
    assert [(row.kind, row.event, row.at) for row in trace.rows] == [
        ("step", "contact_merchant", at("2026-02-13 10:00")),
        ("news", "news", at("2026-02-14 10:00")),
        ("refused", "submit", at("2026-02-14 10:00")),
        ("news", "news", at("2026-02-15 10:00")),
        ("news", "news", at("2026-02-15 11:00")),
    ]
    assert trace.sound and trace.case.refundable_fen == 0
    told = trace.to_dict()["rows"][1]["news"]
    assert told["what"] == [{"zh": "已发货（2026年2月13日20:00）", "en": "shipped on 13 February 2026 at 20:00"}]
    assert told["order"]["shipped_at"] == "2026-02-13T20:00:00+08:00"
    assert trace.case.news[2].text == Text("该商品没有其他进行中的售后", "no other case is open on the item")
    assert [row.kind for row in recorded(trace.case, "case").rows] == ["step", "news", "news", "news"]


def test_the_clock_stands_in_the_trace_before_the_news(tmp_path: Path) -> None:
    trace = play(scenario(tmp_path, ORDER, REQUEST, TALK, news("2026-02-20 10:00", line("applications = 1"))))
    assert [row.event for row in trace.rows] == ["contact_merchant", "negotiation_timeout", "news"]
    again = recorded(RefundCase.from_json(trace.case.to_json()), "case")
    assert [(row.kind, row.event, row.at, row.state, row.due) for row in again.rows] == [
        (row.kind, row.event, row.at, row.state, row.due) for row in trace.rows
    ]


def test_what_is_known_already_is_time_that_passes(tmp_path: Path) -> None:
    trace = play(scenario(tmp_path, ORDER, REQUEST, TALK, news("2026-02-14 10:00", line("refunded_fen = 0"))))
    assert [row.kind for row in trace.rows] == ["step", "advance"] and trace.case.news == ()


def test_an_order_alone_knows_its_news_too(tmp_path: Path) -> None:
    one = scenario(tmp_path, UNSHIPPED, news("2026-02-14 10:00", "shipped_at = 2026-02-13T20:00:00+08:00"))
    assert subject_of(one, at("2026-02-14 09:59")) == one.order
    assert subject_of(one, at("2026-02-14 10:00")) == one.order_at(None) != one.order
    assert one.last_instant == at("2026-02-14 10:00") and one.opened_at is None


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (news("2026-02-14 10:00", "luck = 1"), "news[0].luck: 1; expected no such key; known are at, shipped_at, signed_at"),
        (news("2026-02-14 10:00", 'paid_at = "x"'), "news[0].paid_at: 'x'; expected no such key"),
        ("[[news]]\nbenefits_used = true\n", "news[0].at: None; expected"),
        (news("2026-02-14 10:00", "benefits_used = 1"), "news[0].benefits_used: 1; expected"),
        (news("2026-02-14 10:00", line("refunded_fen = -1")), "news[0].lines[0].refunded_fen: -1; expected"),
        (news("2026-02-14 10:00", line("paid_fen = 1")), "news[0].lines[0].paid_fen: 1; expected no such key"),
        (news("2026-02-14 10:00", '[[news.lines]]\nsku = "X"'), "news[0].lines[0].sku: 'X'; expected a SKU of the order O-1: CUP"),
        (news("2026-02-14 10:00", "lines = 5"), "news[0].lines: 5; expected tables [[news.lines]]"),
        (news("2026-02-14 10:00", "lines = [5]"), "news[0].lines[0]: 5; expected a table"),
        (
            news("2026-02-14 10:00", "signed_at = 2026-02-13T10:00:00+08:00"),
            "news[0].signed_at: '2026-02-13T10:00:00+08:00'; expected '2026-02-12",
        ),
        (
            news("2026-02-12 10:00", line("applications = 1")),
            "news[0].at: '2026-02-12T10:00:00+08:00'; expected not before 2026-02-13T10:00:00+08:00, when the case is opened: by opened_at",
        ),
        ("news = 5\n", "news: 5; expected tables [[news]]"),
    ],
)
def test_a_message_names_the_news_and_its_key(part: str, words: str, tmp_path: Path) -> None:
    parts = (part, ORDER, REQUEST, TALK) if part == "news = 5\n" else (ORDER, REQUEST, TALK, part)
    with pytest.raises(BadData) as caught:
        play(scenario(tmp_path, *parts))
    assert f"news.toml: {words}" in str(caught.value)


SAID = [  # of the three, what is new
    Text("已发货（2026年2月13日20:00）", "shipped on 13 February 2026 at 20:00"),
    Text("已签收（2026年3月6日18:00）", "signed for on 6 March 2026 at 18:00"),
    Text("其他售后已退99.00元", "other cases have refunded 99.00 yuan"),
]


@pytest.mark.parametrize(("number", "said"), list(enumerate(SAID)), ids=["shipped", "signed", "paid"])
def test_whoever_reads_of_the_case_reads_the_news(number: int, said: Text, tmp_path: Path, capsys: Captured) -> None:
    """In the advice, over the picture, and in the trace that the command prints of the saved case."""
    one = THREE[number]()
    told = [tip.text for tip in advise(one, one.now).items]
    assert any(text.zh.startswith("订单有新情况（") and said.zh in text.zh and said.en in text.en for text in told)
    path = tmp_path / "case.json"
    path.write_text(one.to_json(), encoding="utf-8")
    named: tuple[tuple[Lang, str], ...] = (("zh", "订单有新情况"), ("en", "news of the order"))
    for lang, label in named:
        drawn = fromstring(diagram.draw(one.workflow, case=one, lang=lang).svg())
        assert f"{label}，{said.zh}" in "".join(drawn.itertext()) or f"{label}, {said.en}" in "".join(drawn.itertext())
        printed = " ".join(run(capsys, "run", str(path), "--lang", lang).split())
        assert f"{label}: {said.get(lang)}" in printed


def test_advice_judges_other_choices_by_the_news_as_well() -> None:
    """A case that has been told of itself as open, or of what was shipped, is not judged as if it had not."""
    one = THREE[0]()
    own = one.order.lines[0].model_copy(update={"open_case": one.case_id})
    told = one.with_order(one.order.model_copy(update={"lines": (own,)}), at=one.now)
    kinds = [[tip for tip in advise(each, each.now).items if tip.topic == "kind"] for each in (told, one)]
    assert kinds[0] and kinds[0] == kinds[1]


def test_a_request_for_some_pieces_is_told_as_that(tmp_path: Path, capsys: Captured) -> None:
    path = tmp_path / "pieces.toml"
    path.write_text(ORDER.replace("quantity = 1", "quantity = 3") + REQUEST + "quantity = 2\n" + SUBMIT, encoding="utf-8")
    printed = run(capsys, "run", str(path), "--lang", "en")
    assert "杯子 ×2/3 · 66.00 yuan" in printed
