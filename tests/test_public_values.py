"""Every value that the package hands out can be pickled and copied: to another process, into a cache, beside a job."""

from __future__ import annotations

import copy
import importlib
import json
import pickle
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import pytest

from refund_fsm import (
    CATALOGUE,
    CLOCK,
    BadData,
    CalendarOutOfRange,
    Listing,
    MissingPart,
    Policy,
    RefundCase,
    RefundFsmError,
    Refused,
    SavedCaseError,
    UpTo,
    WorkCalendar,
    WorkflowError,
    advice,
    diagram,
    eventlog,
    orders,
    paths,
    platforms,
    scenario,
    simulate,
    soundness,
    testing,
)
from refund_fsm.errors import TooLong
from refund_fsm.graph import explore
from tests.case.sealing import resealed
from tests.exchange import WORKFLOW as EXCHANGE
from tests.samples import at, case, photo, play

FACES = (
    *("", "advice", "case", "diagram", "errors", "eventlog", "export", "graph", "orders", "paths", "platforms", "scenario", "simulate"),
    "soundness",
)
VIRTUAL = orders.get("virtual")
CARELESS = VIRTUAL.variant(rules=[rule for rule in VIRTUAL.rules if rule.id != "V16"])
SHOP = orders.get("third_party")
CHANGED = SHOP.variant(rules=[rule for rule in SHOP.rules if rule.id != "S18"])


def led() -> Any:
    """A case with a clock step, a breach to come, evidence, a note, an operator."""
    one = play(case(), "2026-02-13 10:00 | buyer | contact_merchant", "2026-02-17 10:00 | buyer | submit")
    one = one.apply("add_evidence", at=at("2026-02-17 11:00"), by="buyer", evidence=photo(), event_id="e-1", operator="app")
    return play(one, "2026-02-17 12:00 | merchant | start_review", "2026-02-17 13:00 | merchant | reject")


def told() -> list[Any]:
    """What a case tells of itself and what it refuses."""
    one = led()
    refused = [one.ask(name, at=one.now, by=by) for name, by in (("pay", "buyer"), ("submit", "buyer"), ("reject", "buyer"))]
    breached = scenario.play(scenario.load(scenario.find("virtual_support_overdue"))).case
    data = json.loads(one.to_json())
    data["head"]["calendar"] = "chinesecalendar 9.9"
    data["steps"][-1]["due"]["at"] = "2026-03-30T00:00:00+08:00"
    other = RefundCase.from_json(json.dumps(resealed(data)))
    assert other.recounted
    another = play(case(opened="2026-02-12 11:00"), "2026-02-12 11:00 | buyer | submit")
    informed = one.with_order(one.order.after(another, of=one.case_id), at=one.now)
    assert informed.news
    moved = [one.moved(policy=Policy.statute(), at=one.now, how="from_now"), one.moved(workflow=VIRTUAL, states={}, at=one.now)]
    moved += [one.moved(workflow=CHANGED, at=one.now, how="from_now"), one.moved(workflow=CHANGED, at=one.now)]
    assert moved[0].changes and moved[1].refusal is not None
    carried = [each.case for each in (moved[0], *moved[2:])]
    assert all(carried)
    return [
        one,
        moved,
        carried,
        informed,
        informed.news,
        other,
        other.recounted,
        breached,
        breached.breaches(),
        refused,
        [Refused(verdict.refusal) for verdict in refused if verdict.refusal],
    ]


def simulated() -> list[Any]:
    """What many cases give."""
    behaviour = simulate.Behaviour.default("virtual")
    result = simulate.simulate(VIRTUAL, behaviour, cases=50, seed=1, start=at("2026-03-02 10:00"))
    law = simulate.first_passage(VIRTUAL, behaviour, start=at("2026-03-02 10:00"))
    triangular = simulate.Triangular(unit="hours", least=1.0, mode=2.0, most=3.0)
    empirical = simulate.Empirical(unit="hours", values=(1.0, 2.0))
    whatif = simulate.sensitivity(VIRTUAL, behaviour, start=at("2026-03-02 10:00"), figures=["paid"])
    return [result, law, simulate.compare(result, result), behaviour, triangular, empirical, whatif, result.figures()]


def logged() -> list[Any]:
    """A log that is read again, and its cases."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "log.csv"
        simulate.simulate(SHOP, simulate.Behaviour.default(SHOP.key), cases=60, seed=1, start=at("2026-02-12 10:00"), log=path)
        log = eventlog.read(path)
    late = scenario.play(scenario.load(scenario.find("virtual_support_overdue"))).case
    steps = [eventlog.LoggedStep(step.at, step.rule) for step in late.steps]
    by_hand = eventlog.LoggedCase("C-1", steps, late.now, late.steps[0].before, late.workflow, late.policy)
    return [log, by_hand, by_hand.breaches()]


MADE: dict[str, Callable[[], Any]] = {
    "case": told,
    "rows": lambda: [VIRTUAL, EXCHANGE, CATALOGUE, CLOCK, UpTo("max_resubmissions"), Listing(badge="x"), WorkCalendar(), Policy.platform()],
    "errors": lambda: [
        BadData("field", 1, "two"),
        SavedCaseError("step 3", 1, "two"),
        WorkflowError("row", "fault"),
        CalendarOutOfRange("a day"),
        MissingPart("a part"),
        TooLong("a loop"),
        RefundFsmError("any"),
    ],
    "platforms": lambda: [platform := platforms.get("xiaohongshu"), platform.meaning(status=4), platform.meaning(status=7)],
    "scenario": lambda: scenario.play(scenario.load(scenario.find("shop_return_happy_path"))),
    "advice": lambda: advice.advise(led(), at=led().now),
    "graph": lambda: [explore(VIRTUAL, Policy()), explore(VIRTUAL, Policy()).merged()],
    "suite": lambda: [suite := paths.cover(VIRTUAL, "rules"), suite.coverage([led()]), paths.cover(VIRTUAL, "refusals")],
    "soundness": lambda: [soundness.check(VIRTUAL), soundness.check(VIRTUAL.variant(accepts=()))],
    "diagram": lambda: [diagram.draw(VIRTUAL), diagram.page(VIRTUAL), diagram.timeline(led())],
    "changes": lambda: diagram.Changes(VIRTUAL, {"V01": diagram.Change(0.5, 0.4)}, {}, {"requested": diagram.Change(1.0, 2.0, 0.1)}),
    "log": logged,
    "simulate": simulated,
    "testing": lambda: [
        testing.verify_implementation(lambda: testing.CaseImplementation(VIRTUAL), VIRTUAL, examples=3),
        testing.verify_implementation(lambda: testing.CaseImplementation(CARELESS), VIRTUAL, examples=3),
        testing.Names(events={"create": "submit"}),
    ],
}
NOT_MADE = {
    "Attempt": "a case before and after, on its way through a coverage",
    "CaseColumns": "columns on their way into a file",
    "Complete": "a suite while it is made",
    "Ending": "ends a process",
    "EventLog": "an open file",
    "Hops": "a graph while a suite is made",
    "Input": "what a suite is made of while it is made",
    "Player": "leads a case",
    "Rows": "arrays on their way into a file",
    "Space": "a graph while a suite is made",
}


def parts(value: Any, seen: dict[int, Any]) -> Iterator[Any]:
    """A value of ours and all values of ours that can be read off it."""
    if id(value) in seen or isinstance(value, (type, TypeVar)):
        return
    seen[id(value)] = value
    if isinstance(value, dict):
        inner = list(value.values())[:50]
    elif isinstance(value, (tuple, list, frozenset, set)):
        inner = list(value)[:50]
    elif type(value).__module__.partition(".")[0] in ("refund_fsm", "tests"):
        inner = [one for one in (attribute(value, name) for name in dir(value) if not name.startswith("_")) if not callable(one)]
        yield value
    else:
        return
    if isinstance(value, dict):
        yield value
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        yield value
    for one in inner:
        yield from parts(one, seen)


def attribute(value: Any, name: str) -> Any:
    """What can be read there, if anything."""
    if name in ("model_fields", "model_computed_fields", "machine"):
        return None
    try:
        return getattr(value, name)
    except (AttributeError, RefundFsmError, ValueError, KeyError):
        return None


@cache
def found_in(made: str) -> list[Any]:
    """All values of a row."""
    return list(parts(MADE[made](), {}))


@pytest.mark.parametrize("made", MADE)
def test_a_public_value_can_be_pickled_and_copied(made: str) -> None:
    assert found_in(made)
    for value in found_in(made):
        for copied in (pickle.loads(pickle.dumps(value)), copy.deepcopy(value), copy.copy(value)):
            assert type(copied) is type(value)
            assert not isinstance(value, paths.Suite) or (copied == value and hash(copied) == hash(value))
            assert " at 0x" in repr(value) or sorted(repr(copied)) == sorted(repr(value)), "a set of a copy may be told in another order"


def test_no_public_class_is_forgotten() -> None:
    met = {type(value).__name__ for made in MADE for value in found_in(made)}
    faces = [importlib.import_module(".".join(filter(None, ("refund_fsm", name)))) for name in FACES]
    named = [getattr(face, name) for face in faces for name in getattr(face, "__all__", dir(face))]
    public = {one.__name__ for one in named if isinstance(one, type) and one.__module__.startswith("refund_fsm")}
    assert sorted(public - met - set(NOT_MADE)) == []
    assert not met & set(NOT_MADE)
