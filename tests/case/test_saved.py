"""A saved case is replayed and verified: whatever was altered, the position and the reason are named."""

from __future__ import annotations

import copy
import itertools
import json
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from refund_fsm import BadData, Policy, RefundCase, SavedCaseError, orders
from refund_fsm.case import BLANKED, engine, parts
from refund_fsm.case.chain import texts_in
from refund_fsm.case.plain import limit_of, step_of
from refund_fsm.case.spelling import Speller
from refund_fsm.errors import TooLong
from tests.case.sealing import as_format_1, blanked, resealed
from tests.samples import at, case, photo, play

Change = Callable[[dict[str, Any]], object]


def told() -> RefundCase:
    """A case with a clock step, evidence, a note and an event id."""
    one = play(case(), "2026-02-13 10:00 | buyer | contact_merchant", "2026-02-17 10:00 | buyer | submit")
    one = one.apply("add_evidence", at=at("2026-02-17 11:00"), by="buyer", evidence=photo(), event_id="e-1")
    one = play(one, "2026-02-17 12:00 | merchant | start_review", "2026-02-17 13:00 | merchant | reject")
    return one.advance(to=at("2026-02-18 10:00"))


def test_a_step_is_spelled_as_it_is_told() -> None:
    """Two ways to the same: the text that is written, and the plain data that what is read is compared with."""
    spell, one = Speller(), told()
    for step in one.steps:
        spelled = json.loads(spell.step(step))
        due = {} if step.due is None else {"due": limit_of(step.due)}
        for holder, name, _ in texts_in(spelled["details"]):
            holder[name] = holder[name]["text"]
        assert spelled == {"kind": "step", **step_of(step), **due}
    assert any(step.details for step in one.steps) and any(step.due for step in one.steps)


@pytest.mark.parametrize("order_type", orders.keys())
def test_a_case_comes_back_equal(order_type: str) -> None:
    for policy in (None, Policy.statute()):
        one = case(order_type, policy=policy)
        back = RefundCase.from_json(one.to_json())
        assert back == one
        assert RefundCase.from_json(back.to_json(indent=2)).to_json() == one.to_json()


def test_a_told_case_comes_back_equal() -> None:
    one = told()
    back = RefundCase.from_json(one.to_json().encode())
    assert (back, back.due, back.breaches(), back.facts, back.now) == (one, one.due, one.breaches(), one.facts, one.now)
    assert back.apply("add_evidence", at=back.now, by="buyer", evidence=photo(), event_id="e-1") is back
    assert resealed(json.loads(one.to_json())) == json.loads(one.to_json())


def put(*path: Any, value: Any) -> Change:
    def change(data: dict[str, Any]) -> None:
        place: Any = data
        for key in path[:-1]:
            place = place[key]
        assert path[-1] not in (place if isinstance(place, dict) else {}) or place[path[-1]] != value
        place[path[-1]] = value

    return change


ALTERED: list[tuple[Change, str, str]] = [
    # change, position, words of the reason when the digests were made anew
    (put("head", "fingerprint", value="0" * 64), "head", "saved under another table"),
    (put("head", "order_type", value="barter"), "head", "'self_operated' or"),
    (put("head", "order_type", value="virtual"), "head", "saved under another table"),
    (put("head", "format", value="refund_fsm case 0"), "head", "format 'refund_fsm case 1'"),
    (put("head", "case_id", value=""), "head", "text of 1 to 200 characters"),
    (put("head", "opened_at", value="yesterday"), "head", "an ISO instant"),
    (put("head", "opened_at", value="2026-02-16T00:00:00+08:00"), "step 1", "time_reversed"),
    (put("head", "order", "lines", 0, "paid_fen", value=-1), "head", "greater than or equal to 0"),
    (put("head", "order", "lines", 0, "paid_fen", value=9.5), "head", "a whole number"),
    (put("head", "order", "lines", 0, "open_case", value="RC-9"), "step 1", "guard_failed"),
    (put("head", "order", "signed_at", value="2026-02-01T00:00:00+08:00"), "head", "not before shipped_at"),
    (put("head", "request", "amount_fen", value=10_000), "step 1", "guard_failed"),
    (put("head", "request", "reason", value="quality"), "step 1", "as replay gives (before)"),
    (put("head", "policy", "negotiation_days", value=3), "step 2", "negotiation_timeout"),
    (put("head", "policy", "luck", value=3), "head", "no such field"),
    (put("steps", 1, "at", value="2026-02-15T23:59:59+08:00"), "step 2", "not_due"),
    (put("steps", 1, "at", value="2026-02-16T00:00:01+08:00"), "step 2", "as replay gives (at)"),
    (put("steps", 0, "rule", value="S05"), "step 1", "'S01', as replay gives (rule)"),
    (put("steps", 2, "dest", value="refunded"), "step 3", "'requested', as replay gives (dest)"),
    (put("steps", 2, "source", value="draft!"), "step 3", "as replay gives (source)"),
    (put("steps", 2, "by", value="merchant"), "step 3", "wrong_actor"),
    (put("steps", 2, "by", value=["buyer"]), "step 3", "an actor of the workflow"),
    (put("steps", 2, "event", value="pay"), "step 3", "unknown_event"),
    (put("steps", 3, "after", "has_evidence", value=False), "step 4", "as replay gives (after)"),
    (put("steps", 3, "details", "evidence", value=[]), "step 4", "missing_detail"),
    (put("steps", 3, "details", "evidence", 0, "kind", value="rumour"), "step 4", "'photo', 'video'"),
    (put("steps", 3, "details", "evidence", value="photo"), "step 4", "a list of evidence"),
    (put("steps", 3, "details", "at", value="x"), "step 4", "only the details note, tracking_no"),
    (put("head", "policy", "days_file", value="no/such/days.toml"), "head", "a readable TOML file"),
    (put("head", "order", "self", value=1), "head", "no such field"),
    (put("steps", 3, "details", value=None), "step 4", "an object of details"),
    (put("steps", 3, "breach", value={"limit": "x"}), "step 4", "as replay gives (breach)"),
    (put("steps", 5, "details", value={}), "step 6", "missing_detail"),
    (lambda data: data["steps"][5].update(more=1), "step 6", "as replay gives (more)"),
    (lambda data: data["steps"].pop(1), "step 2", "which came first"),
    (lambda data: data["steps"].pop(), "tail", "as replay gives (state)"),
    (lambda data: data["steps"].insert(0, dict(data["steps"][0])), "step 2", "wrong_state"),
    (lambda data: data["steps"].__setitem__(0, 5), "step 1", "an object"),
    (put("tail", "state", value="refunded"), "tail", "'rejected', as replay gives (state)"),
    (put("tail", "now", value="2026-02-17T12:59:59+08:00"), "tail", "not before the last step"),
    (put("tail", "now", value="2026-02-17 noon"), "tail", "an ISO instant"),
    (put("tail", "now", value="2026-02-18T10:00:00"), "tail", "an ISO instant"),
    (put("tail", "now", value="2026-03-17T12:59:59+08:00"), "tail", "as replay gives (state)"),
    (put("tail", "steps", value=5), "tail", "6, as replay gives (steps)"),
]


IN_FORMAT_2: dict[int, tuple[str, str]] = {  # where the head says more of what follows from it
    **dict.fromkeys((6, 9, 11), ("head", "as replay gives (payout_key)")),
    12: ("head", "as replay gives (payout_key)"),
    13: ("step 1", "as replay gives (due)"),
}


@pytest.mark.parametrize("old", [True, False], ids=["format 1", "format 2"])
@pytest.mark.parametrize("number", range(len(ALTERED)))
def test_an_altered_case_is_refused_though_its_digests_fit(number: int, old: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    change, position, words = ALTERED[number]
    if not old:
        position, words = IN_FORMAT_2.get(number, (position, words))
    data = as_format_1(told().to_json()) if old else json.loads(told().to_json())
    change(data)
    readable = all(isinstance(step, dict) for step in data["steps"])
    text = json.dumps(resealed(data) if readable else data)
    for small in (parts.SMALL, 0):  # as a whole, and part by part
        monkeypatch.setattr(parts, "SMALL", small)
        with pytest.raises(SavedCaseError) as caught:
            RefundCase.from_json(text)
        assert caught.value.position == position
        assert words in str(caught.value)


CHANGE: dict[str, Any] = {
    "kind": "calendar",
    "at": "2026-02-14T09:00:00+08:00",
    "calendar": "chinesecalendar 9.9",
    "due": {"limit": "negotiation_days", "at": "2026-02-17T00:00:00+08:00", "provisional": False},
}

MORE_ALTERED: list[tuple[Change, str, str]] = [
    # what format 2 holds beside
    (put("head", "format", value="refund_fsm case 3"), "head", "a newer refund_fsm wrote it"),
    (put("head", "quantity", value=2), "head", "was it written by a newer refund_fsm?"),
    (put("head", "order", "quantity", value=2), "head", "no such field"),
    (put("head", "payout_key", value="refund:RC-1"), "head", "as replay gives (payout_key)"),
    (put("head", "facts", "in_window", value=False), "head", "as replay gives (facts)"),
    (put("head", "due", value={"limit": "return_days", "at": "2026-02-20T00:00:00+08:00", "provisional": False}), "head", "has no limit"),
    (put("head", "calendar", value=None), "head", "the version of a calendar"),
    (put("steps", 0, "kind", value="news"), "step 1", "was it written by a newer refund_fsm?"),
    (put("steps", 0, "kind", value="calendar"), "step 1", "no such field here"),
    (put("steps", 0, "news", value={}), "step 1", "was it written by a newer refund_fsm?"),
    (put("steps", 0, "due", "at", value="2026-02-15T00:00:00+08:00"), "step 1", "as replay gives (due)"),
    (put("steps", 0, "due", "at", value="2026-02-15"), "step 1", "an ISO instant"),
    (put("steps", 0, "due", "at", value="2026-02-01T00:00:00+08:00"), "step 1", "not before the count began"),
    (put("steps", 0, "due", "provisional", value=True), "step 1", "as replay gives (due)"),
    (put("steps", 0, "due", "provisional", value=1), "step 1", "whether it is provisional"),
    (put("steps", 0, "due", "limit", value="return_days"), "step 1", "the limit negotiation_days"),
    (put("steps", 0, "due", value="soon"), "step 1", "an object of limit, at and provisional"),
    (put("steps", 5, "details", "note", value={"text": "a\x1bb", "salt": "00"}), "step 6", "text without control characters"),
    (put("steps", 5, "details", "note", value={"text": "a"}), "step 6", "expected text"),
    (lambda data: data["steps"][0].pop("details"), "step 1", "as replay gives (details)"),
    (lambda data: data["steps"].insert(1, CHANGE | {"at": "2026-02-13T09:00:00+08:00"}), "step 2", "not before the step before it"),
    (lambda data: data["steps"].insert(1, CHANGE | {"at": "2026-02-17T09:00:00+08:00"}), "step 2", "negotiation_timeout by the clock"),
    (lambda data: data["steps"].insert(1, CHANGE | {"calendar": 5}), "step 2", "the version of a calendar"),
    (lambda data: data["steps"].insert(1, CHANGE | {"calendar": Policy().calendar.version}), "step 2", "as replay gives (due)"),
    (lambda data: data["tail"].update(news=1), "tail", "was it written by a newer refund_fsm?"),
]


@pytest.mark.parametrize(("change", "position", "words"), MORE_ALTERED)
def test_what_format_2_holds_beside_is_verified_as_well(change: Change, position: str, words: str) -> None:
    data = json.loads(told().to_json())
    change(data)
    with pytest.raises(SavedCaseError) as caught:
        RefundCase.from_json(json.dumps(resealed(data)))
    assert caught.value.position == position
    assert words in str(caught.value)


@pytest.mark.parametrize("old", [True, False], ids=["format 1", "format 2"])
@pytest.mark.parametrize("change", [row[0] for row in ALTERED])
def test_an_altered_case_breaks_the_chain_at_the_first_altered_place(change: Change, old: bool) -> None:
    text = told().to_json()
    original, data = (as_format_1(text) if old else json.loads(text) for _ in range(2))
    change(data)
    with pytest.raises(SavedCaseError) as caught:
        RefundCase.from_json(json.dumps(data))
    if data["head"] != original["head"]:
        assert caught.value.position == "head"
    elif data["steps"] != original["steps"]:
        first = next((n for n, (a, b) in enumerate(zip(data["steps"], original["steps"], strict=False), 1) if a != b), None)
        assert caught.value.position == (f"step {first}" if first else "tail")
    else:
        assert caught.value.position == "tail"


def test_a_consistent_forgery_shows_only_in_its_digests() -> None:
    data = json.loads(told().to_json())
    data["steps"][0]["at"] = "2026-02-13T10:00:01+08:00"
    with pytest.raises(SavedCaseError, match=r"step 1: .* altered here"):
        RefundCase.from_json(json.dumps(data))
    assert RefundCase.from_json(json.dumps(resealed(data))) != told(), "integrity, not authenticity"


UNREADABLE: list[tuple[Any, str]] = [
    ("", "valid JSON"),
    ("{", "valid JSON"),
    ("[" * 100_000, "valid JSON"),
    (b"\xff\xfe\x00", "valid JSON"),
    ("[]", "an object of head, steps, tail"),
    ('{"head": {}, "steps": [], "tail": {}, "more": 1}', "an object of head, steps, tail"),
    ('{"head": [], "steps": [], "tail": {}}', "an object"),
    ('{"head": {}, "steps": {}, "tail": {}}', "a list of steps"),
    (5, "JSON text"),
]


@pytest.mark.parametrize(("text", "words"), UNREADABLE)
def test_what_is_no_saved_case_is_refused(text: Any, words: str) -> None:
    with pytest.raises(SavedCaseError) as caught:
        RefundCase.from_json(text)
    assert words in str(caught.value)
    assert len(str(caught.value)) < 600


def test_another_calendar_is_named_when_replay_differs() -> None:
    data = json.loads(told().to_json())
    data["head"]["calendar"] = "chinesecalendar 9.9"
    assert RefundCase.from_json(json.dumps(resealed(data))) == told()
    data["steps"][1]["at"] = "2026-02-15T00:00:00+08:00"
    with pytest.raises(SavedCaseError, match=r"saved under the calendar 'chinesecalendar 9\.9'"):
        RefundCase.from_json(json.dumps(resealed(data)))


# 3. What is too much, and texts that are taken out


def a_case() -> tuple[str, str]:
    """The head and the tail of a good case."""
    data = json.loads(case().to_json())
    return json.dumps(data["head"]), json.dumps(data["tail"])


HEAD, TAIL = a_case()
MANY = ",".join(["{}"] * 1_000_000)
TOO_MUCH: list[tuple[str, str, str]] = [
    (f'{{"head": {{}}, "steps": [{MANY}], "tail": {TAIL}}}', "head", "format 'refund_fsm case 1' or 'refund_fsm case 2'"),
    (f'{{"head": {HEAD}, "steps": [{MANY}], "tail": {TAIL}}}', "step 1", "the digest of what is written here"),
    (f'{{"tail": {TAIL}, "steps": [{MANY}], "head": {HEAD}}}', "step 200,001", "at most 100,000 steps"),
    (f'{{"head": {HEAD}, "steps": [{{"a": [{MANY},{MANY},{MANY}]}}], "tail": {TAIL}}}', "step 1", "at most 8,000,000 characters"),
    (f'{{"head": {{"a": [{MANY},{MANY},{MANY}]}}, "steps": [], "tail": {TAIL}}}', "head", "at most 8,000,000 characters"),
    (f'{{"head": {HEAD}, "steps": {{"a": [{MANY}]}}, "tail": {TAIL}}}', "step 1", "a list of steps"),
    (f'{{"a": [{MANY},{MANY},{MANY}]}}', "head", "an object of head, steps, tail"),
    (f"[{MANY}]", "head", "an object of head, steps, tail"),
    (f'{{"head": {HEAD}, "head": {HEAD}, "steps": [], "tail": {TAIL}}}', "head", "an object of head, steps, tail"),
    (f'{{"head": {HEAD}, "steps": [], "tail": {TAIL}}} {{}}', "head", "valid JSON (nothing after the end"),
    (f'{{"head": {HEAD}, "steps": [{{}} {{}}], "tail": {TAIL}}}', "head", "valid JSON (','"),
    (f'{{"head": {HEAD} "steps": [], "tail": {TAIL}}}', "head", "valid JSON (','"),
    (f'{{head: {HEAD}, "steps": [], "tail": {TAIL}}}', "head", "valid JSON (a name in double quotes"),
    (f'{{"head": {HEAD}, "steps": []', "head", "valid JSON (','"),
    (f'{{"head": {HEAD}, "steps": []}}', "head", "an object of head, steps, tail"),
]


@pytest.mark.parametrize("row", range(len(TOO_MUCH)))
def test_what_is_too_much_is_refused_before_it_is_all_read(row: int) -> None:
    text, position, words = TOO_MUCH[row]
    with pytest.raises(SavedCaseError) as caught:
        RefundCase.from_json(text)
    assert (caught.value.position, words in str(caught.value)) == (position, True), caught.value
    assert len(str(caught.value)) < 600


IN_LITTLE_ROOM = """
import json, resource, sys
from refund_fsm import RefundCase, SavedCaseError
head, tail = sys.stdin.read().split("\\n")
many = ",".join(["{}"] * 15_000_000)
RefundCase.from_json(f'{{"head":{head},"steps":[],"tail":{tail}}}')
room = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize() + 1_000_000_000
resource.setrlimit(resource.RLIMIT_AS, (room, room))
for text in (f'{{"head":{head},"steps":[{many}],"tail":{tail}}}', f'{{"head":{head},"steps":[{{"a":[{many}]}}],"tail":{tail}}}'):
    try:
        RefundCase.from_json(text)
    except SavedCaseError as error:
        print(error.position)
"""


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="the room of a process is read from /proc")
def test_45_megabytes_of_empty_steps_need_no_gigabyte() -> None:
    run = subprocess.run([sys.executable, "-c", IN_LITTLE_ROOM], input=f"{HEAD}\n{TAIL}", capture_output=True, text=True, check=False)
    assert run.stdout.split("\n")[:2] == ["step 1", "step 1"], run.stderr


@pytest.mark.parametrize("small", [parts.SMALL, 0])
def test_a_store_may_order_the_parts_and_their_fields_anew(small: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "SMALL", small)
    one = told()
    for text in (one.to_json(), json.dumps(as_format_1(one.to_json()))):
        data = json.loads(text)
        for names in itertools.permutations(data):
            again = json.dumps({name: data[name] for name in names}, indent=1)
            assert RefundCase.from_json(again) == one
            assert RefundCase.from_json(json.dumps(json.loads(again), sort_keys=True)) == one


def test_what_is_larger_than_a_part_is_read_part_by_part(monkeypatch: pytest.MonkeyPatch) -> None:
    one = told()
    monkeypatch.setattr(parts, "SMALL", 0)
    monkeypatch.setattr(parts, "FIRST_LOOK", 10)
    monkeypatch.setattr(parts, "MAX_PART", max(len(json.dumps(part)) for part in json.loads(one.to_json()).values()))
    assert RefundCase.from_json(one.to_json(indent=1)) == one


def test_a_case_takes_no_more_steps_than_can_be_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    one = told()
    monkeypatch.setattr(engine, "MAX_STEPS", len(one.steps))
    with pytest.raises(TooLong, match="more than 6 steps"):
        one.apply("apply_arbitration", at=one.now, by="buyer")


def noted() -> RefundCase:
    """A case whose texts somebody may have to take out: a description, notes of evidence and of steps, operators."""
    shown = photo().model_copy(update={"note": "我家门口"})
    one = case(request={"description": "电话 13800000000", "evidence": (shown,)})
    one = one.apply("submit", at=at("2026-02-13 10:00"), by="buyer", operator="张三", event_id="e-1")
    one = one.apply("start_review", at=at("2026-02-13 11:00"), by="merchant")
    one = one.apply("reject", at=at("2026-02-13 12:00"), by="merchant", note="同意", operator="李四")
    return one.apply("add_evidence", at=at("2026-02-13 13:00"), by="buyer", evidence=(photo(), shown), event_id="e-2")


def test_texts_can_be_taken_out_and_the_chain_still_holds() -> None:
    one = noted()
    text = one.to_json()
    bare = json.dumps(blanked(json.loads(text)), ensure_ascii=False)
    for word in ("电话", "我家门口", "张三", "李四", "同意"):
        assert word in text and word not in bare
    back = RefundCase.from_json(bare)
    assert (back.state, back.case_id, back.payout_key, back.facts) == (one.state, one.case_id, one.payout_key, one.facts)
    assert [step.rule for step in back.steps] == [step.rule for step in one.steps], "a blanked note still meets a need"
    assert back.request.description == back.steps[2].details["note"] == back.steps[0].details["operator"] == BLANKED
    assert [piece.note for piece in back.steps[3].details["evidence"]] == ["", BLANKED]
    assert json.loads(back.to_json()) == json.loads(bare), "what was taken out stays out, and its digest stays"
    later = back.apply("apply_arbitration", at=at("2026-02-13 14:00"), by="buyer", note="再看看")
    assert RefundCase.from_json(later.to_json()) == later
    assert pickle.loads(pickle.dumps(back)) == copy.deepcopy(back) == back
    again = later.apply("submit", at=later.now, by="buyer", operator="张三", event_id="e-1")
    assert again is later, "a repeated delivery is known by its id where its text was taken out"
    with pytest.raises(BadData, match="a new id"):
        later.apply("submit", at=later.now, by="buyer", note="another", operator="张三", event_id="e-1")


def test_a_taken_out_text_cannot_be_put_back_as_another() -> None:
    for change in (
        put("steps", 2, "details", "note", value={"text": "不同意", "salt": "00"}),
        put("steps", 2, "details", "note", value={"digest": "0" * 64}),
        put("head", "request", "description", value={"digest": "0" * 64}),
        put("steps", 0, "details", "operator", value="王五"),
    ):
        data = json.loads(noted().to_json())
        change(data)
        with pytest.raises(SavedCaseError, match="it was altered here"):
            RefundCase.from_json(json.dumps(data))


def test_equal_texts_have_other_digests_in_every_case_and_the_same_whenever_a_case_is_written() -> None:
    one, other = noted(), noted()
    assert one == other and one.to_json() == one.to_json() == RefundCase.from_json(one.to_json()).to_json()
    seals = [blanked(json.loads(text))["steps"][2]["details"]["note"]["digest"] for text in (one.to_json(), other.to_json())]
    assert len(set(seals)) == 2
    branch = one.apply("apply_arbitration", at=one.now, by="buyer", note="同意")
    assert branch.to_json().startswith(one.to_json().partition(',"tail"')[0].removesuffix("]")), "what was written stays as it was"


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (put("head", "calendar", value="2026\x1b[31m"), "head"),
        (put("head", "calendar", value=["2026"]), "head"),
        (put("steps", 2, "details", "note", value={"digest": "gone"}), "step 3"),
        (put("steps", 2, "details", "note", value={"digest": 7}), "step 3"),
        (put("steps", 2, "details", "note", value={"text": "坏了", "salt": "pepper"}), "step 3"),
    ],
)
def test_what_could_not_be_written_again_is_not_read(change: Change, where: str) -> None:
    one = play(
        case(), "2026-02-13 10:00 | buyer | submit", "2026-02-13 11:00 | merchant | start_review", "2026-02-13 12:00 | merchant | reject"
    )
    data = json.loads(one.to_json())
    assert RefundCase.from_json(json.dumps(resealed(copy.deepcopy(data)))) == one
    change(data)
    with pytest.raises(SavedCaseError) as caught:
        RefundCase.from_json(json.dumps(resealed(data)))
    assert caught.value.position == where
