"""Bad scenario files: exit code 2, one line on stderr that names file, key, value and what was expected; never a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from refund_fsm.cli import main
from refund_fsm.scenario.news import MAX_EVENTS
from refund_fsm.workflow import MAX_BYTES
from tests.scenario.files import ORDER, REQUEST, SUBMIT, event

Captured = pytest.CaptureFixture[str]
GOOD = ORDER + REQUEST + SUBMIT


def complaint(capsys: Captured, path: Path | str, command: str = "run") -> str:
    """What a command says of a bad file."""
    assert main([command, str(path)]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1 and "Traceback" not in err and len(err) < 1000
    return err


def rows(old: str, new: str) -> str:
    """The good file with one thing changed."""
    assert old in GOOD
    return GOOD.replace(old, new, 1)


def noted(note: str) -> str:
    return GOOD + event("start_review", "2026-02-13 11:00", "merchant", f"note = {note}")


BAD = {
    # what is wrong: (the file, what the message names)
    "a time for an instant": (rows("at = 2026-02-13T10:00:00+08:00", "at = 10:00:00"), ("event[0].at", "10:00")),
    "a time for an instant of the order": (rows("paid_at = 2026-02-10T10:00:00+08:00", "paid_at = 10:00:00"), ("order.paid_at", "10:00")),
    "text for an instant": (rows("at = 2026-02-13T10:00:00+08:00", 'at = "yesterday"'), ("event[0].at", "'yesterday'")),
    "no instant": (rows("at = 2026-02-13T10:00:00+08:00", ""), ("event[0].at", "None")),
    "no name": (rows('name = "submit"', ""), ("event[0].name", "the name of an event")),
    "no actor": (rows('by = "buyer"', ""), ("event[0].by", "one of buyer, merchant")),
    "unknown actor": (rows('by = "buyer"', 'by = "byuer"'), ("event[0].by", "'byuer'", "one of buyer, merchant")),
    "an actor of another process": (rows('by = "buyer"', 'by = ["buyer"]'), ("event[0].by", "['buyer']")),
    "unknown key at the top": ("colour = 3\n" + GOOD, ("colour", "3", "no such key")),
    "unknown key of an event": (GOOD + "when = 3\n", ("event[0].when", "no such key; known are name, at, by")),
    "unknown key beside advance": (GOOD + '[[event]]\nadvance = 2026-03-01T00:00:00+08:00\nname = "x"\n', ("event[1].name",)),
    "unknown key of the order": (rows("[order]", "[order]\ncolour = 1"), ("order.colour", "no such field")),
    "unknown key of a line": (rows("quantity = 1", "quantity = 1\nsize = 2"), ("order.lines[0].size",)),
    "unknown key of the request": (rows("[request]", "[request]\nwish = 1"), ("request.wish", "no such field")),
    "unknown field of the policy": (GOOD + "[policy]\nreturn_day = 3\n", ("policy.return_day", "no such field")),
    "a policy out of bounds": (GOOD + "[policy]\nreturn_days = 0\n", ("policy.return_days", "0")),
    "unknown profile": (GOOD + '[policy]\nprofile = "mine"\n', ("policy.profile", "'mine'", "'guide' or 'statute'")),
    "a policy that is no table": ("policy = 3\n" + GOOD, ("policy", "3", "a table")),
    "a days file that is not there": (GOOD + '[policy]\ndays_file = "nothing.toml"\n', ("policy", "nothing.toml")),
    "float money": (rows("paid_fen = 9900", "paid_fen = 99.0"), ("order.lines[0].paid_fen", "99.0")),
    "text for money": (rows("paid_fen = 9900", 'paid_fen = "9900"'), ("order.lines[0].paid_fen", "'9900'")),
    "negative money": (rows("paid_fen = 9900", "paid_fen = -1"), ("order.lines[0].paid_fen", "-1")),
    "no money": (rows("paid_fen = 9900", ""), ("order.lines[0].paid_fen", "the field is missing")),
    "no request": (ORDER + SUBMIT, ("request", "a table [request]")),
    "no order": (REQUEST + SUBMIT, ("order", "a table [order]")),
    "an order that is no table": ("order = 1\n" + REQUEST, ("order", "1")),
    "no events": (ORDER + REQUEST, ("event", "at least one [[event]], or opened_at")),
    "events that are none": ("event = 3\n" + ORDER + REQUEST, ("event", "tables [[event]]")),
    "an event that is no table": ("event = [3]\n" + ORDER + REQUEST, ("event[0]", "a table")),
    "a SKU that the order lacks": (rows('[request]\nsku = "CUP"', '[request]\nsku = "MUG"'), ("request.sku", "'MUG'")),
    "an unknown reason": (rows("size_or_colour", "boredom"), ("request.reason", "'boredom'")),
    "an unknown kind": (rows("return_and_refund", "exchange"), ("request.kind", "'exchange'")),
    "an unknown order type": (rows("third_party", "gift"), ("order.order_type", "'gift'", "module:attribute")),
    "a workflow that is none": ('workflow = "os:path"\n' + GOOD, ("workflow", "'os:path'", "a Workflow there")),
    "opened before the payment": (
        "opened_at = 2026-02-01T00:00:00+08:00\n" + GOOD,
        ("opened_at", "2026-02-01", "not before the order was paid"),
    ),
    "a title in one language": ('title = { zh = "题" }\n' + GOOD, ("title.en", "None")),
    "a title with a control character": ('title = { zh = "题", en = "a\\u001B[31m" }\n' + GOOD, ("title.en", "U+001B")),
    "an unknown state": (GOOD + 'expect = "done"\n', ("event[0].expect", "'done'", "one of draft")),
    "an unknown refusal": (GOOD + 'refused = "no"\n', ("event[0].refused", "'no'", "guard_failed")),
    "evidence that is none": (GOOD + 'evidence = "photo"\n', ("event[0].evidence", "'photo'")),
    "evidence of an unknown kind": (GOOD + 'evidence = [{ kind = "rumour" }]\n', ("event[0].evidence[0].kind", "'rumour'")),
    "evidence from the future": (GOOD + 'evidence = [{ kind = "photo", at = 2026-03-01T00:00:00+08:00 }]\n', ("event[0].evidence[0].at",)),
    "a tracking number of nothing": (GOOD + 'tracking_no = ""\n', ("event[0].tracking_no", "''")),
    "a note that is a number": (noted("3"), ("event[1].note", "3", "text")),
    "a note of 10 MB": (noted(f'"{"x" * 10_000_000}"'), ("event[1].note", "10,000,000 characters", "at most 20,000")),
    "a control character in a note": (noted('"a\\u001B]0;x\\u0007"'), ("event[1].note", "U+001B")),
    "a bidi mark in a note": (noted('"\\u202Eabc"'), ("event[1].note", "U+202E")),
    "an id that was another event's": (
        GOOD + 'event_id = "e"\n' + event("start_review", "2026-02-13 11:00", "merchant", 'event_id = "e"'),
        ("event[1].event_id", "a new id"),
    ),
    "too many events": (ORDER + REQUEST + SUBMIT * (MAX_EVENTS + 1), ("event", "10,001 events", "at most 10,000")),
    "no TOML": ("[order\nid = 1", ("valid TOML", "line 1")),
    "a key twice": ("title = 1\ntitle = 2\n", ("valid TOML",)),
    "nested too deeply": (f"title = {'[' * 100_000}", ("TOML",)),
    "a number without end": (f"title = {'9' * 10_000}\n", ("TOML",)),
    "a strange key": ('"a\\u001B\\n[bold]" = 1\n' + GOOD, ("[bold]", "no such key")),
    "an empty file": ("", ("order", "a table [order]")),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_named_with_key_and_value(name: str, tmp_path: Path, capsys: Captured) -> None:
    text, told = BAD[name]
    path = tmp_path / "bad.toml"
    path.write_text(text, encoding="utf-8")
    err = complaint(capsys, path)
    assert "bad.toml" in err and all(part in err for part in told), err
    assert "\x1b" not in err


def test_the_good_file_is_good(tmp_path: Path, capsys: Captured) -> None:
    path = tmp_path / "good.toml"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert main(["run", str(path)]) == 0
    assert "杯子" in capsys.readouterr().out


def test_what_is_no_text_file_is_named(tmp_path: Path, capsys: Captured) -> None:
    binary = tmp_path / "binary.toml"
    binary.write_bytes(bytes(range(256)))
    assert "TOML text in UTF-8" in complaint(capsys, binary)
    assert "readable TOML file" in complaint(capsys, tmp_path)
    assert "a scenario file" in complaint(capsys, tmp_path / "nothing.toml")
    assert "a scenario file" in complaint(capsys, "")
    strange = tmp_path / "a\x1b[31m\n.toml"
    strange.write_text("x = 1", encoding="utf-8")
    assert "\x1b" not in complaint(capsys, strange)
    large = tmp_path / "large.toml"
    with large.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    assert f"at most {MAX_BYTES:,} bytes" in complaint(capsys, large)


@pytest.mark.parametrize("command", ["run", "advise"])
def test_the_advice_takes_the_same_care(command: str, tmp_path: Path, capsys: Captured) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(rows("9900", "99.5"), encoding="utf-8")
    assert "99.5" in complaint(capsys, path, command)


def test_a_day_that_nobody_has_published_is_named(tmp_path: Path, capsys: Captured) -> None:
    path = tmp_path / "far.toml"
    path.write_text(GOOD.replace("2026-", "2150-") + '[policy]\nbeyond = "error"\n', encoding="utf-8")
    assert "2150" in complaint(capsys, path)
