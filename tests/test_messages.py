"""Every reader is given a wrong value of every field, and what it says is read: the field, the value, what was expected, in our words.

What a reader is given is plain data that is right; one place of it after the other is replaced, left out, or given a field more.
"""

from __future__ import annotations

import copy
import itertools
import json
import re
import tomllib
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any, get_args

import pytest
import tomli_w
from pydantic_core import core_schema

from refund_fsm import (
    BadData,
    Evidence,
    Listing,
    Order,
    OrderLine,
    Policy,
    RefundCase,
    RefundFsmError,
    RefundRequest,
    Span,
    WorkCalendar,
    orders,
    platforms,
)
from refund_fsm.cli.drawing import counts_of
from refund_fsm.diagram.counts_marks import marks_of
from refund_fsm.errors import _EXPECTED, shown
from refund_fsm.scenario import file as scenario
from refund_fsm.simulate import Behaviour
from refund_fsm.simulate.behaviour import delays
from refund_fsm.simulate.behaviour.rows import Choice, Share
from refund_fsm.simulate.sample.result import Result
from refund_fsm.workflow import Frozen
from tests.platforms.own import OWN
from tests.samples import at

FILES = Path(__file__).parent / "fixtures"
LEAKS = re.compile(
    r"[Ii]nput |Value error|[Aa]ssertion|[Pp]ydantic|[Vv]alidat|\btag\b|discriminator|should be|instance of|type=|https?:|dictionary"
    r"|NoneType|[Uu]nable|object at 0x|\w+Error\b|got an unexpected|required positional|must be str"
)
WRONG: tuple[Any, ...] = (
    *(None, 5, -1, 0, 1.5, float("nan"), float("inf"), 10**400, True, "", " ", "word", "a\x00b", "\u202eabc", "x" * 30_000, b"bytes"),
    *([], {}, [5], ["word"], [None], {"word": 1}, {"kind": "gamma"}, {"kind": 5}, {5: 5}, [[]], datetime(2026, 2, 10, 10)),  # noqa: DTZ001
    *(date(2026, 2, 10), at("2026-02-10 10:00"), "2026-02-10 10:00", "2026-02-10T10:00:00+08:00", object()),
)
PLAIN = tuple(
    one for one in WRONG if not isinstance(one, (bytes, datetime, date)) and type(one) is not object and one not in ({5: 5}, 10**400)
)
OF_TOML = tuple(one for one in WRONG if type(one) not in (object, bytes, type(None)) and one not in ({5: 5}, [None]))
LINE = {"sku": "A", "title": "杯子", "quantity": 2, "paid_fen": 100, "refunded_fen": 1, "pending_fen": 1, "open_case": "RC-1"}
EVIDENCE = {"kind": "photo", "by": "buyer", "at": "2026-02-12T10:00:00+08:00", "sha256": "0" * 64, "note": "见图"}
ORDER = {
    "id": "O",
    "order_type": "third_party",
    "lines": [LINE, {**LINE, "sku": "B"}],
    "paid_at": "2026-02-10T10:00:00+08:00",
    "shipped_at": "2026-02-11T10:00:00+08:00",
    "signed_at": "2026-02-12T10:00:00+08:00",
    "activated_at": "2026-02-12T10:00:00+08:00",
    "benefits_used": True,
    "freight_insurance": True,
    "payment_method": "alipay",
    "attributes": {"size": "L", "n": 5, "gift": True},
}
REQUEST = {
    "sku": "A",
    "kind": "refund_only",
    "reason": "quality",
    "attributes": {"size": "L"},
    "description": "坏了",
    "amount_fen": 5,
    "evidence": [EVIDENCE],
}
DELAYS: list[dict[str, Any]] = [
    {"kind": "fixed", "value": 3.0, "unit": "days"},
    {"kind": "uniform", "least": 1.0, "most": 3.0, "unit": "working_days"},
    {"kind": "exponential", "mean": 3.0, "unit": "days"},
    {"kind": "lognormal", "median": 3.0, "sigma": 0.5, "unit": "hours"},
    {"kind": "triangular", "least": 1.0, "mode": 2.0, "most": 3.0, "unit": "days"},
    {"kind": "empirical", "values": [1.0, 2.0], "weights": [0.5, 0.5], "unit": "days"},
]
CHOICE = {"state": "s", "event": "e", "weight": 1.0, "delay": DELAYS[3], "when": {"goods": ["signed"]}, "actor": "buyer", "cites": "A1"}
SHARE = {"weight": 0.5, "facts": {"goods": "signed"}, "freight_insurance": True, "cites": "assumed"}
BEHAVIOUR = {
    "order_type": "x",
    "note": "n",
    "facts": {"goods": "signed"},
    "amount": {**DELAYS[1], "unit": "fen"},
    "mix": [SHARE],
    "choices": [{**CHOICE, "delay": one} for one in DELAYS],
}
MODELS: list[tuple[Any, dict[str, Any]]] = [
    *((Order, ORDER), (OrderLine, LINE), (RefundRequest, REQUEST), (Evidence, EVIDENCE), (Listing, {"badge": "自营", "sold_by": "x"})),
    *((Policy, json.loads(Policy.statute().model_dump_json())), (Span, {"at_least": 1, "at_most": 3}), (Behaviour, BEHAVIOUR)),
    *((Choice, CHOICE), (Share, SHARE)),
    *zip((delays.Fixed, delays.Uniform, delays.Exponential, delays.LogNormal, delays.Triangular, delays.Empirical), DELAYS, strict=True),
]


def places(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path to every value in plain data."""
    for key, value in data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ():
        yield (*path, key)
        yield from places(value, (*path, key))


def edited(data: Any, values: tuple[Any, ...], most: int = len(WRONG)) -> Iterator[tuple[tuple[Any, ...], Any, Any]]:
    """The data with one place changed: that place, the new value (None where it is gone), and all of it. `most` values a place, others
    at the next, where reading costs more."""
    turns = itertools.cycle(values)
    for path in places(data):
        for value in itertools.islice(turns, min(most, len(values))):
            changed = copy.deepcopy(data)
            holder = changed
            for key in path[:-1]:
                holder = holder[key]
            holder[path[-1]] = value
            yield path, value, changed
        if isinstance(path[-1], str):
            for word in ("gone", "more"):
                changed = copy.deepcopy(data)
                holder = changed
                for key in path[:-1]:
                    holder = holder[key]
                holder.pop(path[-1]) if word == "gone" else holder.update(colour="red")
                yield (*path[:-1], "colour") if word == "more" else path, "red" if word == "more" else None, changed


def complaint(make: Callable[[Any], object], value: Any) -> RefundFsmError | None:
    """What is raised on purpose; anything else is a fault of its own."""
    try:
        make(value)
    except RefundFsmError as error:
        return error
    return None


def check(error: RefundFsmError, path: tuple[Any, ...]) -> None:
    """Field, value and what was expected, in our words; the field is at the place, or where the place takes part."""
    said = str(error)
    assert isinstance(error, BadData), said
    rest = said.replace(shown(error.value), "…").replace(error.field, "…")
    assert not LEAKS.search(rest), said
    assert said.isprintable() and len(said) < 2_500, said
    assert error.expected and error.expected.strip() == error.expected, said
    assert any(isinstance(part, str) and part in said for part in path), f"{said}: names nothing of {path}"


@pytest.mark.parametrize(("model", "good"), MODELS, ids=[model.__name__ for model, _ in MODELS])
def test_a_model_says_what_is_wrong_with_each_field(model: type[Frozen], good: dict[str, Any]) -> None:
    assert model(**good)
    refused = set()
    for path, _, changed in edited(good, WRONG):
        error = complaint(model.model_validate, changed)
        if error is not None:
            check(error, path)
            refused.add(path)
    assert refused >= {path for path in places(good) if path[0] != "attributes" and path[0] != "facts" and "when" not in path}


@pytest.mark.parametrize(("model", "good"), MODELS, ids=[model.__name__ for model, _ in MODELS])
def test_what_is_no_table_of_fields_is_refused_in_our_words(model: type[Frozen], good: dict[str, Any]) -> None:
    for value in WRONG:
        error = complaint(model.model_validate, value)
        assert error is not None or value == {}
        if error is not None:
            assert not LEAKS.search(str(error).replace(shown(value), "…")), str(error)
    for text in ("", "{", "[]", "5", '{"id": NaN}', b"\xff", json.dumps({**good, "colour": 1})):
        error = complaint(model.model_validate_json, text)
        assert error is not None and not LEAKS.search(str(error).replace(shown(text), "…")), str(error)


def test_a_field_is_named_by_its_path_and_nothing_else() -> None:
    wrong = {**BEHAVIOUR, "choices": [{**CHOICE, "delay": {**DELAYS[3], "median": 0}}]}
    for model, data, said in (
        (Behaviour, wrong, "choices[0].delay.median: 0.0; expected a number above 0"),
        (
            Choice,
            {**CHOICE, "delay": {"kind": "gamma"}},
            "delay.kind: 'gamma'; expected one of 'fixed', 'uniform', 'exponential', 'lognormal', ",
        ),
        (Choice, {**CHOICE, "delay": {"mean": 1}}, "delay.kind: None; expected a value (the field is missing)"),
        (Order, {**ORDER, "lines": [LINE, {**LINE, "sku": " "}]}, "lines[1].sku: ' '; expected text of 1 to 200 characters"),
        (Order, {**ORDER, "lines": [{**LINE, "pending_fen": 100}]}, "lines[0].refunded_fen + pending_fen: 101; expected at most paid_fen"),
        (Policy, {"days_file": 5}, "days_file: 5; expected a path"),
        (Policy, {"review_working_days": {"at_least": 5, "at_most": 2}}, "review_working_days.at_least: 5; expected at most at_most"),
    ):
        assert str(complaint(model.model_validate, data)).startswith(said)


def test_no_complaint_of_pydantic_goes_untranslated() -> None:
    """Whatever it may raise for a field has our words, the kinds aside that no field of ours can have."""
    kinds = set(get_args(core_schema.ErrorType))
    ours = {"bad_data", "path_type", "path_not_file", "path_not_directory"}
    assert set(_EXPECTED) - ours <= kinds
    assert not [words for words in _EXPECTED.values() if LEAKS.search(re.sub(r"\{[^}]*\}", "…", words))]


def a_file(folder: Path, data: dict[str, Any]) -> Path:
    path = folder / "file.toml"
    path.write_text(tomli_w.dumps(data), encoding="utf-8")
    return path


READERS: list[tuple[str, Callable[[], dict[str, Any]], Callable[[Path], object]]] = [
    ("scenario", lambda: toml_of(scenario.find("mall_inspection_failed")), scenario.load),
    (
        "policy",
        lambda: {**toml_of(FILES / "files/policy.toml"), "days_file": "days.toml", "profile": "guide"},
        lambda path: Policy.from_file(path).calendar,
    ),
    ("days", lambda: toml_of(FILES / "files/days.toml"), lambda path: WorkCalendar(days_file=path)),
    ("counts", lambda: toml_of(FILES / "files/counts.toml"), lambda path: marks_of(orders.get("third_party"), *counts_of(str(path)))),
    ("behaviour", lambda: BEHAVIOUR, Behaviour.from_file),
    ("platform", lambda: OWN, platforms.read),
]


def toml_of(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(("name", "good", "read"), READERS, ids=[row[0] for row in READERS])
def test_a_file_says_what_is_wrong_with_each_key(
    name: str, good: Callable[[], Any], read: Callable[[Path], object], tmp_path: Path
) -> None:
    (tmp_path / "days.toml").write_text((FILES / "files/days.toml").read_text(encoding="utf-8"), encoding="utf-8")
    assert read(a_file(tmp_path, good()))
    refused = 0
    for path, _, changed in edited(good(), OF_TOML, 5):
        try:
            file = a_file(tmp_path, changed)
        except (TypeError, ValueError, UnicodeEncodeError):  # TOML cannot say it
            continue
        error = complaint(read, file)
        if error is not None:
            refused += 1
            assert str(file) in str(error) or str(error).startswith(("days_file", "counts", "waits")), str(error)
            check(error, (*path, name, "waits"))
    assert refused > 5 * len(list(places(good())))


def test_a_saved_result_says_what_is_wrong_with_each_field() -> None:
    good = json.loads(next((FILES / "results").glob("virtual*.json")).read_text(encoding="utf-8"))
    small = {**good, "behaviour": {**good["behaviour"], "choices": good["behaviour"]["choices"][:1], "mix": good["behaviour"]["mix"][:1]}}
    assert Result.from_json(json.dumps(good)) and Result.from_json(json.dumps(small))
    head = {name: one for name, one in small.items() if name not in ("sums", "behaviour", "policy", "figures")}
    for path, _, changed in edited(head, PLAIN, 4):
        error = complaint(Result.from_json, json.dumps({**{name: small[name] for name in ("sums", "behaviour", "policy")}, **changed}))
        if error is not None:
            check(error, path)
    for name in ("behaviour", "policy"):
        for wrong in (None, 5, [5], "word", {"colour": "red"}):
            error = complaint(Result.from_json, json.dumps({**small, name: wrong}))
            assert error is not None
            check(error, (name,))
    for name in ("rules", "payers"):
        for value in PLAIN:
            error = complaint(Result.from_json, json.dumps({**small, "sums": {**small["sums"], name: value}}))
            assert error is not None
            check(error, ("sums", name))
    texts: tuple[Any, ...] = (5, None, "", "{", "[]", "5")
    for value in texts:
        error = complaint(Result.from_json, value)
        assert error is not None and not LEAKS.search(str(error)), str(error)


def test_a_saved_case_says_what_is_wrong_with_each_field() -> None:
    good = json.loads((FILES / "cases/shop_arbitration_for_the_buyer.json").read_text(encoding="utf-8"))
    good["steps"] = good["steps"][:2]
    for path, _, changed in edited(good, PLAIN, 2):
        error = complaint(RefundCase.from_json, json.dumps(changed))
        assert error is not None
        assert isinstance(error, BadData) and not LEAKS.search(str(error).replace(shown(error.value), "…")), str(error)
        assert path
