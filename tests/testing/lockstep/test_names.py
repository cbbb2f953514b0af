"""Systems with names of their own, that tell fewer states apart, make moves by themselves, or lack events; and names with a hole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

import pytest

from refund_fsm import BadData, Workflow, orders, paths
from refund_fsm.testing import BareCase, CaseImplementation, Names, verify_implementation
from refund_fsm.testing.lockstep.names import fit
from tests.exchange import WORKFLOW as EXCHANGE
from tests.testing.lockstep.renamed import EVENTS, NAMES, STATES, Coarse
from tests.testing.lockstep.services import VIRTUAL, Clocked, Details, Service, assert_reproduced, never, quick, variant


class Lazy(Coarse):
    """Does not take requests up."""

    eager = False


class Slow(Coarse):
    """Says the state before its own move until it is asked again."""

    behind = False

    def apply(self, event: str, by: str, at: datetime, details: Details) -> bool:
        taken = super().apply(event, by, at, details)
        self.behind = taken and EVENTS[event] == "contact_support"
        return taken

    def state(self) -> str:
        return "受理" if self.behind else super().state().replace("处理中", "审核")


def test_a_coarser_service_with_names_and_moves_of_its_own_passes() -> None:
    assert quick(Coarse, VIRTUAL, names=NAMES, examples=300).ok
    finer = replace(NAMES, states={**{k: v for k, v in STATES.items() if k != "处理中"}, "受理": "requested", "审核": "reviewing"})
    assert quick(Slow, VIRTUAL, names=finer, examples=300, criterion="rule_pairs").ok
    strict = replace(finer, by_itself=(), events={**EVENTS, "审": "start_review"})
    assert not quick(Slow, VIRTUAL, names=strict, examples=300, criterion="rule_pairs").ok


def test_what_it_does_not_do_by_itself_is_found() -> None:
    report = quick(Lazy, VIRTUAL, names=NAMES, criterion="rules", examples=100)
    assert report.divergence is not None and report.divergence.kind == "acceptance"
    assert report.counterexample is not None and [step.event for step in report.counterexample.steps][:1] == ["contact_support"]
    assert len(report.counterexample) == 2 and "（联系客服）" in report.text("zh")
    assert_reproduced(report, Lazy, Coarse)


def test_a_coarse_state_is_held_to_what_it_stands_for() -> None:
    class Wrong(Coarse):
        def state(self) -> str:
            return super().state().replace("投诉中", "处理中")

    report = quick(Wrong, VIRTUAL, names=NAMES, criterion="rules", examples=0)
    assert report.divergence is not None and (report.divergence.kind, report.divergence.got) == ("state", "处理中")
    assert report.divergence.expected == frozenset({"投诉中"})


class SoldOut(BareCase):
    """Exchange, refunding by itself where nothing is in stock: a move under a guard, which an effect before it may make true."""

    def __init__(self, workflow: Workflow = EXCHANGE) -> None:
        super().__init__(workflow)

    def apply(self, event: str, by: str, at: datetime, details: Details) -> bool:
        taken = super().apply(event, by, at, details)
        if taken:
            super().apply("refund_instead", "warehouse", at, {})
        return taken


def test_a_move_of_its_own_waits_for_its_guard() -> None:
    names = Names(by_itself=("refund_instead",))
    assert quick(SoldOut, EXCHANGE, names=names, examples=300).ok
    assert not quick(partial(BareCase, EXCHANGE), EXCHANGE, names=names, examples=100, criterion="rules").ok
    assert "X07+X11" in names.fitted(EXCHANGE).by_id and "X07" in names.fitted(EXCHANGE).by_id


def test_a_move_of_its_own_may_rest_on_what_the_step_before_it_changed() -> None:
    """The warehouse accepts by itself as long as another swap is left, and each swap takes one."""
    workflow = variant(EXCHANGE, "X03", when=(EXCHANGE.guards["swap_left"],))

    class Accepting(BareCase):
        def __init__(self) -> None:
            super().__init__(workflow)

        def apply(self, event: str, by: str, at: datetime, details: Details) -> bool:
            taken = super().apply(event, by, at, details)
            if taken:
                super().apply("accept", "warehouse", at, {})
            return taken

    names = Names(by_itself=("accept",))
    joined = names.fitted(workflow).by_id["X12+X03"]
    assert [guard.name for guard in joined.when] == ["swap_left", "swap_left_after_take_swap"]
    assert quick(Accepting, workflow, names=names, criterion=("rules", "refusals"), examples=600).ok


def test_moves_of_its_own_may_follow_one_another() -> None:
    class Busy(Service):
        def apply(self, event: str, by: str, at: datetime, details: Details) -> bool:
            taken = super().apply(event, by, at, details)
            if taken:
                super().apply("start_review", "platform", at, {})
                super().apply("approve_refund", "platform", at, {"note": "自动"})
                super().apply("refund_paid", "payment", at, {})
            return taken

    names = Names(by_itself=("start_review", "approve_refund", "refund_paid"))
    assert "V01+V02+V06+V23" in names.fitted(VIRTUAL).by_id
    assert quick(Busy, VIRTUAL, names=names, examples=300).ok


def test_events_that_it_does_not_have_are_left_out() -> None:
    class Plain(Service):
        def apply(self, event: str, by: str, at: datetime, details: Details) -> bool:
            assert event != "add_evidence"
            return super().apply(event, by, at, details)

    assert quick(Plain, VIRTUAL, names=Names(absent=("add_evidence",)), examples=200).ok
    suite = paths.cover(Names(absent=("add_evidence",)).fitted(VIRTUAL), "rules")
    assert quick(Plain, VIRTUAL, names=Names(absent=("add_evidence",)), criterion=suite, examples=0).ok


def test_a_system_with_a_clock_needs_no_names_for_the_clocks_events() -> None:
    events = {name: name for name, event in VIRTUAL.events.items() if event.actor.key != "clock"}
    assert quick(Clocked, VIRTUAL, names=Names(events=events), criterion=("limits", "refusals"), examples=100).ok
    with pytest.raises(BadData, match=r"names\.events: 'evidence_timeout'; expected .*without advance"):
        quick(Service, VIRTUAL, names=Names(events=events))


SEEN = [
    # what theirs stand for besides the states that are named alike, our states that then look the same
    ({}, []),
    ({"处理中": {"requested", "reviewing"}}, [{"requested", "reviewing"}]),
    ({"处理中": {"requested", "reviewing"}, "等": {"reviewing", "rejected"}}, [{"requested", "reviewing", "rejected"}]),
    ({"完": {"refunded", "closed"}, "处理中": {"requested", "reviewing"}}, [{"refunded", "closed"}, {"requested", "reviewing"}]),
]


class Alike(CaseImplementation):
    """A right service that reports the first of theirs that fits."""

    def __init__(self, theirs: dict[str, set[str]]) -> None:
        super().__init__(orders.get("virtual"))
        self.theirs = theirs

    def state(self) -> str:
        own = super().state()
        return next((name for name, ours in self.theirs.items() if own in ours), own)


@pytest.mark.parametrize(("theirs", "alike"), SEEN)
def test_states_that_a_system_may_report_alike_are_not_told_apart(theirs: dict[str, set[str]], alike: list[set[str]]) -> None:
    virtual = orders.get("virtual")
    joined = set().union(*theirs.values()) if theirs else set()
    names = Names(states={**theirs, **{key: key for key in virtual.states if key not in joined}})
    seen = fit(names, virtual).seen()
    assert set(seen) == set(virtual.states)
    groups = [{key for key in seen if seen[key] == one} for one in set(seen.values())]
    assert sorted(map(sorted, groups)) == sorted(map(sorted, [*alike, *({key} for key in virtual.states if key not in joined)]))
    report = verify_implementation(lambda: Alike(theirs), virtual, names=names, examples=20)
    assert report.ok, report.text("en")


KEYS = dict.fromkeys(VIRTUAL.states)
OWN = {name: name for name in VIRTUAL.events}
BAD_NAMES: list[tuple[Callable[[], Any], str]] = [
    (lambda: Names(events=[]), "names.events: [];"),  # type: ignore[arg-type]  # on purpose
    (lambda: Names(events={"a": 1}), "names.events['a']: 1;"),  # type: ignore[dict-item]  # on purpose
    (lambda: Names(states={"a": ()}), "names.states['a']: ();"),
    (lambda: Names(states={"a": 7}), "names.states['a']: 7;"),  # type: ignore[dict-item]  # on purpose
    (lambda: Names(by_itself="start_review"), "names.by_itself: 'start_review';"),
    (lambda: {"events": {}}, "names: {'events': {}};"),
    (lambda: Names(events={k: v for k, v in OWN.items() if k != "reject"}), "names.events: 'reject';"),
    (lambda: Names(events={**OWN, "no": "reject"}), "names.events['no']: 'reject'; expected an event that has no other name"),
    (lambda: Names(events={**OWN, "no": "rejekt"}), "names.events['no']: 'rejekt'; expected an event of the workflow"),
    (lambda: Names(states={key: key for key in KEYS if key != "closed"}), "names.states: 'closed'; expected a state of theirs"),
    (lambda: Names(states={**{k: k for k in KEYS}, "x": "y"}), "names.states['x']: 'y'; expected a state of the workflow"),
    (lambda: Names(actors={"用户": "buyer"}), "names.actors: 'platform'; expected a name of theirs"),
    (lambda: Names(by_itself=("start",)), "names.by_itself: 'start'; expected an event of the workflow"),
    (lambda: Names(absent=("start",)), "names.absent: 'start'; expected an event of the workflow"),
    (lambda: Names(absent=("reject",), by_itself=("reject",)), "names.absent: 'reject';"),
    (lambda: Names(by_itself=("contact_support",)), "names.by_itself: 'contact_support'; expected an event that files nothing"),
    (lambda: Names(by_itself=("evidence_timeout",)), "names.by_itself: 'evidence_timeout'; expected no event of the clock"),
    (lambda: Names(by_itself=("cancel",)), "names.by_itself: 'cancel'; expected an event that is not possible in draft"),
    (lambda: Names(by_itself=("add_evidence",)), "names.by_itself: 'add_evidence'; expected an event that leads on"),
]


@pytest.mark.parametrize(("names", "told"), BAD_NAMES, ids=[told for _, told in BAD_NAMES])
def test_names_with_a_hole_are_an_error_before_anything_runs(names: Callable[[], Any], told: str) -> None:
    with pytest.raises(BadData) as caught:
        verify_implementation(never, VIRTUAL, names=names())
    assert str(caught.value).startswith(told)


def test_moves_that_go_round_are_an_error() -> None:
    with pytest.raises(Exception, match="one after the other"):
        verify_implementation(never, VIRTUAL, names=Names(by_itself=("payout_failed", "retry_payout")))
