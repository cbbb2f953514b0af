"""The PNML export: well-formed, the table over again, and replayed by pm4py, which accepts what the table allows and nothing else.

The second half skips where pm4py (`pip install pm4py`) is missing.
"""

from __future__ import annotations

import random
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree

import pytest

from refund_fsm import Workflow, orders, paths
from refund_fsm.export import render
from refund_fsm.scenario import find, load, play, shipped
from tests.exchange import WORKFLOW as EXCHANGE
from tests.workflows import EVERY_WORKFLOW_EVEN_AWKWARD

GRAMMAR = "{http://www.pnml.org/version-2009/grammar/pnml}"
Trace = tuple[str, ...]


# 1. The text


class Net(NamedTuple):
    """What the XML says: the marked place and that of the end, names of places by id; of each transition its id, name, source and dest.

    A silent transition has the name None.
    """

    marked: str
    final: str
    places: dict[str, str]
    transitions: list[tuple[str, str | None, str, str]]


def _read(text: str) -> Net:
    root = ElementTree.fromstring(text)
    assert root.tag == f"{GRAMMAR}pnml"
    (page,) = root.findall("*/{*}page")
    ids = [one.get("id") for one in root.iter() if one.get("id") is not None]
    assert len(ids) == len(set(ids)), "every id is given once"
    names = {one.get("id", ""): one.findtext("{*}name/{*}text") or "" for one in page if one.tag != f"{GRAMMAR}arc"}
    arcs = [(one.get("source", ""), one.get("target", "")) for one in page.findall("{*}arc")]
    (marked,) = (one.get("id", "") for one in page.findall("{*}place") if one.find("{*}initialMarking") is not None)
    (final,) = (one.get("idref", "") for one in root.findall("*/{*}finalmarkings/{*}marking/{*}place"))
    transitions = []
    for one in page.findall("{*}transition"):
        number, tool = one.get("id", ""), one.find("{*}toolspecific")
        ((source, _),) = (arc for arc in arcs if arc[1] == number)
        ((_, dest),) = (arc for arc in arcs if arc[0] == number)
        assert tool is None or tool.get("activity") == "$invisible$"
        transitions.append((number, names[number] if tool is None else None, source, dest))
    assert len(arcs) == 2 * len(transitions)
    return Net(marked, final, {one.get("id", ""): names[one.get("id", "")] for one in page.findall("{*}place")}, transitions)


def _returns(workflow: Workflow) -> bool:
    return any(rule.dest.key == workflow.initial.key for rule in workflow.rules)


@EVERY_WORKFLOW_EVEN_AWKWARD
def test_the_net_is_the_table_and_one_way_from_each_end_to_the_sink(workflow: Workflow) -> None:
    net = _read(render(workflow, "pnml"))
    told = [(number, name, net.places[source], net.places[dest]) for number, name, source, dest in net.transitions if source != net.marked]
    if not _returns(workflow):
        told = [(number, name, net.places[source], net.places[dest]) for number, name, source, dest in net.transitions]
    assert [one for one in told if one[1] is not None] == [(r.id, r.event.name, r.source.key, r.dest.key) for r in workflow.rules]
    finals = [key for key, state in workflow.states.items() if state.final]
    silent = [(net.places[source], dest) for _, name, source, dest in net.transitions if name is None]
    assert silent == [(key, net.final) for key in finals]
    assert sorted(net.places.values()) == sorted([*workflow.states, "sink", *["source"] * _returns(workflow)])
    assert net.places[net.marked] == ("source" if _returns(workflow) else workflow.initial.key)


@EVERY_WORKFLOW_EVEN_AWKWARD
def test_the_net_is_a_workflow_net(workflow: Workflow) -> None:
    """Nothing leads to the marked place, nothing leads on from the final one, and each place lies between them."""
    net = _read(render(workflow, "pnml"))
    ways = [(source, dest) for _, _, source, dest in net.transitions]
    assert net.marked not in {dest for _, dest in ways} and net.final not in {source for source, _ in ways}
    first = [(name, net.places[dest]) for _, name, source, dest in net.transitions if source == net.marked]
    assert first == [(r.event.name, r.dest.key) for r in workflow.rules if r.source == workflow.initial]
    onward, back = (_reached(start, pairs) for start, pairs in ((net.marked, ways), (net.final, [(b, a) for a, b in ways])))
    assert onward == back == net.places.keys()


def _reached(start: str, ways: Sequence[tuple[str, str]]) -> set[str]:
    found = {start}
    while more := {dest for source, dest in ways if source in found} - found:
        found |= more
    return found


def test_the_file_says_where_a_replay_by_tokens_must_guess() -> None:
    assert "review_timeout in requested; review_timeout in reviewing." in render(orders.get("third_party"), "pnml")
    assert "Replay by tokens: the same verdicts" in render(orders.get("virtual"), "pnml")


def test_names_that_xml_or_the_net_would_stumble_over_are_changed_or_kept_apart() -> None:
    """An id that is no XML name gets another; one that the net has for itself stays the rule's."""
    first, second, third, *rest = EXCHANGE.rules
    odd = replace(first.event, name='<a & "b">\x00--', zh="--> ]]>", en="\x0b-")
    rules = (replace(first, id="1 <&'\">", event=odd), replace(second, id="sink"), replace(third, id="state_wished"), *rest)
    text = render(EXCHANGE.variant(rules=rules, key="a--b-"), "pnml")
    net = _read(text)
    assert [number for number, *_ in net.transitions][:3] == ["rule_1______", "sink", "state_wished"]
    assert net.transitions[0][1] == '<a & "b">\ufffd--'
    assert net.places[net.final] == "sink" and net.final != "sink"


# 2. Replayed


@pytest.fixture(scope="module")
def pm4py() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # at what its own dependencies do
        return pytest.importorskip("pm4py")


class Replay(NamedTuple):
    """What pm4py says of a trace: by tokens whether and how well it fits, and where they end; by an alignment its fitness."""

    fits: bool
    tokens: float
    marking: str
    alignment: float


Replayed = Callable[[Workflow, Sequence[Trace]], list[Replay]]


@pytest.fixture
def replayed(pm4py: Any, tmp_path: Path) -> Replayed:
    def replay(workflow: Workflow, traces: Sequence[Trace]) -> list[Replay]:
        pandas = pytest.importorskip("pandas")
        start = datetime(2026, 3, 1, tzinfo=UTC)
        rows = [
            (f"{number:05d}", event, start + timedelta(days=place)) for number, one in enumerate(traces) for place, event in enumerate(one)
        ]
        log = pandas.DataFrame(rows, columns=["case:concept:name", "concept:name", "time:timestamp"])
        (tmp_path / "net.pnml").write_text(render(workflow, "pnml"), encoding="utf-8")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its alignments go by a matrix of numpy's that is deprecated
            net = pm4py.read_pnml(str(tmp_path / "net.pnml"))
            tokens = pm4py.conformance_diagnostics_token_based_replay(log, *net)
            aligned = pm4py.conformance_diagnostics_alignments(log, *net)
        return [
            Replay(token["trace_is_fit"], token["trace_fitness"], str(token["reached_marking"]), one["fitness"])
            for token, one in zip(tokens, aligned, strict=True)
        ]

    return replay


@EVERY_WORKFLOW_EVEN_AWKWARD
def test_pm4py_finds_the_net_sound(pm4py: Any, workflow: Workflow, tmp_path: Path) -> None:
    (tmp_path / "net.pnml").write_text(render(workflow, "pnml"), encoding="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        net = pm4py.read_pnml(str(tmp_path / "net.pnml"))
        assert pm4py.check_is_workflow_net(net[0]) and pm4py.check_soundness(*net)[0]


FITS = Replay(fits=True, tokens=1.0, marking="['sink:1']", alignment=1.0)


def _ways(workflow: Workflow, events: Trace) -> set[str]:
    """The states that the events can lead to by the table alone, without guards."""
    found = {workflow.initial.key}
    for event in events:
        found = {rule.dest.key for rule in workflow.rules if rule.source.key in found and rule.event.name == event}
    return found


def _is_whole(workflow: Workflow, events: Trace) -> bool:
    return any(workflow.states[key].final for key in _ways(workflow, events))


def _is_plain(workflow: Workflow, events: Trace) -> bool:
    """Whether one rule alone takes each event: elsewhere a replay by tokens has to guess, and need not guess well."""
    return all(len(_ways(workflow, events[:place])) < 2 for place in range(len(events) + 1))


def _recorded() -> Iterator[tuple[Workflow, Trace]]:
    for name in shipped():
        played = play(load(find(name)))
        if played.case.state.final:
            yield played.case.workflow, tuple(step.event for step in played.case.steps)


def test_every_shipped_scenario_that_ends_fits(replayed: Replayed) -> None:
    recorded = list(_recorded())
    assert Counter(workflow.key for workflow, _ in recorded).keys() == {*orders.keys()}
    for key in orders.keys():
        traces = [events for workflow, events in recorded if workflow.key == key]
        for events, told in zip(traces, replayed(orders.get(key), traces), strict=True):
            assert told == FITS or not _is_plain(orders.get(key), events), (events, told)
            assert told.alignment == 1.0, events


@EVERY_WORKFLOW_EVEN_AWKWARD
def test_covering_paths_fit_and_corrupted_ones_fit_where_the_table_allows_them(replayed: Replayed, workflow: Workflow) -> None:
    """Paths over every rule, led to an end. Then one event is dropped, put in twice, or put in another's place."""
    cases = [path.replay(workflow) for path in paths.cover(workflow, "rules")]
    fired = {step.rule.id for case in cases for step in case.steps}
    assert len(fired) >= len(workflow.rules) - 3, "some wait for another policy"
    whole = [(*(step.event for step in case.steps), *_to_an_end(workflow, case.state.key)) for case in cases]
    dice = random.Random(workflow.key)
    spoilt = [_spoilt(events, [*workflow.events, "no such event"], dice) for events in whole for _ in range(3)]
    seen: Counter[bool] = Counter()
    traces = [one for one in (*whole, *spoilt) if one]  # a log has no cases without events
    for events, told in zip(traces, replayed(workflow, traces), strict=True):
        fits = _is_whole(workflow, events)
        assert (told.alignment == 1.0) == fits, (events, told)
        if _is_plain(workflow, events):
            assert (told == FITS) == told.fits == fits, (events, told)
        seen[fits] += 1
    assert all(_is_whole(workflow, events) for events in whole)
    assert min(seen[True], seen[False]) > len(whole) / 4


def _to_an_end(workflow: Workflow, key: str) -> Trace:
    """The fewest events that lead from a state to a final one, whatever the guards say."""
    ways: dict[str, Trace] = {key: ()}
    todo = [key]
    while todo:
        here, *todo = todo
        way = ways[here]
        if workflow.states[here].final:
            return way
        for rule in workflow.rules:
            if rule.source.key == here and rule.dest.key not in ways:
                ways[rule.dest.key] = (*way, rule.event.name)
                todo.append(rule.dest.key)
    raise AssertionError(f"no end is reached from {key}")


def _spoilt(events: Trace, names: Sequence[str], dice: random.Random) -> Trace:
    place = dice.randrange(len(events))
    kind = dice.randrange(3)
    middle = ((), (events[place],) * 2, (dice.choice(names),))[kind]
    return (*events[:place], *middle, *events[place + 1 :])


def test_a_rule_that_the_net_lacks_is_found(replayed: Replayed) -> None:
    workflow = orders.get("virtual")
    paid = next(rule for rule in workflow.rules if rule.event.pays)
    case = next(case for path in paths.cover(workflow, "rules") if (case := path.replay(workflow)).state.key == paid.dest.key)
    moved = replace(paid, source=workflow.initial)
    lacking = workflow.variant(rules=tuple(moved if rule is paid else rule for rule in workflow.rules))
    (told,) = replayed(lacking, [tuple(step.event for step in case.steps)])
    assert not told.fits and told.alignment < 1
