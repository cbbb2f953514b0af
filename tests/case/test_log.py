"""The package logs under its own name, with the case's id; `transitions` is silent about our machines, and about no other."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from transitions import Machine

from refund_fsm import Refused
from tests.samples import case, order


def test_every_step_and_refusal_is_a_line_with_the_id_of_the_case(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    opened = case("third_party")
    filed = opened.apply("submit", at=opened.now, by="buyer", event_id="e-1")
    with pytest.raises(Refused):
        filed.apply("resubmit", at=filed.now + timedelta(hours=1), by="buyer", note="a word that a person wrote")
    assert filed.apply("submit", at=opened.now, by="buyer", event_id="e-1") is filed
    due = filed.due
    assert due is not None
    filed.advance(to=due.at)
    told = [record for record in caplog.records if record.name == "refund_fsm"]
    assert all(record.levelno == logging.DEBUG and f"case {opened.case_id}: " in record.getMessage() for record in told)
    submitted, refused, passed = [record.getMessage() for record in told]
    assert "submit by buyer, rule S05: draft -> requested" in submitted
    assert "resubmit by buyer" in refused and refused.endswith("is refused in requested: wrong_state")
    assert f"at {due.at.isoformat()} " in passed and f"rule {due.then.id}: requested -> " in passed if due.then else False
    assert "a word" not in caplog.text


def test_a_made_up_event_is_logged_as_a_quoted_word(caplog: pytest.LogCaptureFixture) -> None:
    opened = case("third_party")
    with caplog.at_level(logging.DEBUG, logger="refund_fsm"), pytest.raises(Refused):
        opened.apply("submit by merchant\ncase RC-1: \x1b[31mforged", at=opened.now, by="buyer")
    (line,) = caplog.messages
    assert r"'submit by merchant\ncase RC-1: \x1b[31mforged' by buyer" in line and line.isprintable()


def test_transitions_is_silent_about_our_machines_alone(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    opened = case("third_party")
    opened.apply("submit", at=opened.now, by="buyer")
    assert not [record for record in caplog.records if record.name.startswith("transitions")]
    theirs = Machine(states=["a", "b"], initial="a", transitions=[["go", "a", "b"]], name="refund_fsm third_party")
    theirs.go()
    assert [record for record in caplog.records if record.name == "transitions.core"]


def test_nobody_hears_it_unless_he_asks(capsys: pytest.CaptureFixture[str]) -> None:
    logger = logging.getLogger("refund_fsm")
    assert logger.level == logging.NOTSET and logger.propagate, "what is shown is the program's choice"
    assert logger.handlers and all(isinstance(one, logging.NullHandler) for one in logger.handlers)
    opened = case("third_party")
    opened.apply("submit", at=opened.now, by="buyer")
    assert not any(capsys.readouterr())


def test_news_is_logged_with_its_place_and_nothing_of_what_it_says(caplog: pytest.LogCaptureFixture) -> None:
    one = case(order={"signed_at": None})
    with caplog.at_level(logging.DEBUG, "refund_fsm"):
        one.with_order(order(), at=one.now)
    assert caplog.messages == [f"case {one.case_id}: at {one.now.isoformat()} news of its order, after 0 steps"]
