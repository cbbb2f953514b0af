"""Any implementation held against a workflow: the right ones pass, every kind of fault is found, and its counterexample is shortest."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from itertools import product
from typing import Any

import pytest

from refund_fsm import BadData, Evidence, Limit, Order, Policy, RefundRequest, Workflow, orders, paths
from refund_fsm.graph.configurations import explore
from refund_fsm.graph.shortest import ShortestPaths
from refund_fsm.scenario.path import START, Opening, Player
from refund_fsm.testing import BareCase, CaseImplementation, LockstepReport, Names, verify_implementation
from refund_fsm.testing.lockstep import isolation
from refund_fsm.testing.lockstep.implementation import Abilities
from refund_fsm.testing.lockstep.model import Table
from refund_fsm.testing.lockstep.names import fit
from refund_fsm.testing.lockstep.plan import Told, planned
from refund_fsm.testing.lockstep.random_paths import random_paths
from tests.exchange import WORKFLOW as EXCHANGE

WORKFLOWS = [*(orders.get(key) for key in orders.keys()), EXCHANGE]
POLICIES = {"guide": Policy.guide(), "statute": Policy.statute(), "escalate": Policy(on_merchant_silence="escalate", max_resubmissions=1)}
VIRTUAL = orders.get("virtual")
Details = Mapping[str, Any]
by_key = pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda workflow: workflow.key)
quick = partial(verify_implementation, isolation="none")


def variant(workflow: Workflow, rule: str, **changes: Any) -> Workflow:
    """The workflow with one row changed."""
    return workflow.variant(rules=[replace(one, **changes) if one.id == rule else one for one in workflow.rules])


def without(workflow: Workflow, rule: str) -> Workflow:
    """The workflow with one row less."""
    return workflow.variant(rules=[one for one in workflow.rules if one.id != rule])


# 1. What is right passes


DEEP = ("M09", "M15", "M17", "M24", "M25", "M30")  # rules of the mall that are far from an opening, or reached in two ways


@by_key
@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
@pytest.mark.parametrize("kind", [BareCase, CaseImplementation])
def test_refund_case_itself_passes(workflow: Workflow, policy: Policy, kind: type[BareCase]) -> None:
    criteria = ("refusals", "limits", "rule_pairs")
    report = quick(partial(kind, workflow, policy), workflow, criterion=criteria, examples=150, policy=policy)
    assert report.ok and report.divergence is None and report.counterexample is None, str(report)
    assert tuple(run.criterion for run in report.suites) == criteria and report.walks == 150
    assert report.paths == sum(run.paths for run in report.suites) + 150
    assert "the same" in report.text("en") and "一致" in report.text("zh") and report.reproduction() == ""


@pytest.mark.parametrize("workflow", [VIRTUAL, EXCHANGE], ids=lambda workflow: workflow.key)
def test_the_complete_suite_takes_refusals_and_limits_along(workflow: Workflow) -> None:
    report = verify_implementation(partial(CaseImplementation, workflow), workflow, examples=0)
    assert report.ok and [run.criterion for run in report.suites] == ["refusals", "limits", "w"]
    assert report.suites[-1].paths == len(paths.cover(workflow, "w"))


@by_key
def test_random_paths_are_whole_varied_and_the_same_for_a_seed(workflow: Workflow) -> None:
    table = Table(fit(None, workflow), Policy.guide())
    made = list(random_paths(table, Abilities(True, True, False), 2000, seed=4))
    again = random_paths(Table(fit(None, workflow), Policy.guide()), Abilities(True, True, False), 100, seed=4)
    assert [walk.rows for walk in made[:100]] == [walk.rows for walk in again]
    calls = [call for walk in made for call in walk.plan.calls]
    tried = [call for call in calls if call.event is not None]
    assert {walk.model.node.state for walk in made} >= {state.key for state in workflow.states.values() if state.final}
    assert 0.2 < sum(not call.taken for call in tried) / len(tried) < 0.6
    assert {call.event for call in tried if call.taken} >= {event.name for event in workflow.events.values() if event.actor.key != "clock"}
    assert sum(len(walk.rows) for walk in made) / len(made) > 8


def test_the_clocks_events_come_in_order_each_at_its_own_instant() -> None:
    workflow = orders.get("third_party")
    facts = next(
        f for f in openings(workflow) if f.kind == "return_and_refund" and f.goods == "in_transit" and f.amount_ok and not f.other_case_open
    )
    player = Player.with_facts(workflow, Policy.guide(), facts)
    assert player is not None
    filed = player.do("submit")
    ends = filed.case.advance(to=filed.case.now + timedelta(days=60))
    late: list[Told] = [("submit", "buyer", filed.case.now, {}), ("cancel", "buyer", filed.case.now + timedelta(days=60), {})]
    plain = planned(Table(fit(None, workflow), Policy.guide()), Abilities(False, False, False), player.opening, late)
    assert [(call.event, call.by, call.at) for call in plain.calls[1:-1]] == [(s.event, "clock", s.at) for s in ends.steps[1:]]
    assert len(ends.steps) > 2 and (plain.calls[-1].event, plain.calls[-1].taken) == ("cancel", False)
    clocked = planned(Table(fit(None, workflow), Policy.guide()), Abilities(True, False, False), player.opening, late)
    assert [call.event for call in clocked.calls] == [None, "submit", None, "cancel"]


def test_nothing_is_called_for_a_breach_without_advance() -> None:
    told: list[Told] = [
        ("contact_support", "buyer", START, {}),
        (None, "", START + timedelta(days=30), {}),
        ("start_review", "platform", START, {}),
    ]
    player = Player.with_facts(VIRTUAL, Policy.guide(), next(f for f in openings(VIRTUAL) if f.amount_ok and not f.other_case_open))
    assert player is not None
    plan = planned(Table(fit(None, VIRTUAL), Policy.guide()), Abilities(False, False, False), player.opening, told)
    assert [call.event for call in plan.calls] == ["contact_support"], "what came back to an instant it was not told of cannot be asked"


def test_without_advance_the_clocks_event_is_offered_before_its_time() -> None:
    workflow = orders.get("third_party")
    player = Player.with_facts(workflow, Policy.guide(), next(f for f in openings(workflow) if f.amount_ok and not f.other_case_open))
    assert player is not None
    asked = player.do("contact_merchant")
    assert asked.case.due is not None
    early = asked.case.due.at - timedelta(minutes=1)
    told: list[Told] = [("contact_merchant", "buyer", asked.case.now, {}), (None, "", early, {}), (None, "", asked.case.due.at, {})]
    plan = planned(Table(fit(None, workflow), Policy.guide()), Abilities(False, False, False), player.opening, told)
    answers = [(call.event, call.at, call.taken) for call in plan.calls[1:]]
    assert answers == [("negotiation_timeout", early, False), ("negotiation_timeout", asked.case.due.at, True)]


def openings(workflow: Workflow) -> Iterator[Any]:
    domains = {one.name: one.start(Policy.guide()) for one in workflow.fact_fields}
    for values in product(*domains.values()):
        facts = workflow.facts(**dict(zip(domains, values, strict=True)))
        if workflow.example_of(facts, START) is not None:
            yield facts


# 2. What is wrong is found


class Service(BareCase):
    """Virtual goods as they should be; faults override one thing."""

    def __init__(self) -> None:
        super().__init__(VIRTUAL)


class Clocked(CaseImplementation):
    """The same with a clock and deadlines."""

    def __init__(self) -> None:
        super().__init__(VIRTUAL)


def over(workflow: Workflow, kind: type[BareCase] = BareCase) -> Callable[[], BareCase]:
    return partial(kind, workflow)


def failing(method: str, how: Callable[..., Any], kind: type[BareCase] = Service) -> type[BareCase]:
    """A service of which one method does something else: `how(service, real, *arguments)`."""

    def changed(self: Any, *arguments: Any) -> Any:
        return how(self, getattr(super(made, self), method, None), *arguments)

    made = type("Failing", (kind,), {method: changed})
    return made


def anybody(_: Any, real: Any, event: str, by: str, at: datetime, details: Details) -> Any:
    """Does not look at who asks."""
    known = VIRTUAL.events.get(event)
    return real(event, by if known is None or by == "clock" or known.actor.key == "clock" else known.actor.key, at, details)


def no_note(_: Any, real: Any, event: str, by: str, at: datetime, details: Details) -> Any:
    return real(event, by, at, {"note": "…", **details} if event == "reject" and not str(details.get("note", "")).strip() else details)


def backdates(self: Any, real: Any, event: str, by: str, at: datetime, details: Details) -> Any:
    return real(event, by, max(at, self.opened.now), details)


def hasty_clock(self: Any, real: Any, event: str, by: str, at: datetime, details: Details) -> Any:
    due = self.opened.due
    return real(event, by, max(at, due.at) if by == "clock" and due else at, details)


def says_yes(_: Any, real: Any, event: str, by: str, at: datetime, details: Details) -> Any:
    return real(event, by, at, details) or event not in VIRTUAL.events


def boom(*_: Any) -> Any:
    raise KeyError("合同")


def leave(*_: Any) -> Any:
    raise SystemExit(3)


def when(event: str, then: Callable[..., Any]) -> Callable[..., Any]:
    return lambda _, real, got, *rest: then() if got == event else real(got, *rest)


class Exchange(BareCase):
    """A user's own workflow as it should be."""

    def __init__(self) -> None:
        super().__init__(EXCHANGE)


PIECES = (Evidence(kind="photo", by="warehouse", at=START - timedelta(days=600)),)


class Forgetful(Service):
    """Takes the third evidence for the end of the case: a fault that shows only after repetitions."""

    pieces = 0

    def apply(self, event: str, by: str, at: datetime, details: Details) -> bool:
        taken = super().apply(event, by, at, details)
        self.pieces += taken and event == "add_evidence"
        return taken

    def state(self) -> str:
        return "closed" if self.pieces >= 3 else super().state()


class Sly(Service):
    """An event that it refuses changes it, which shows later."""

    spoiled = False

    def apply(self, event: str, by: str, at: datetime, details: Details) -> bool:
        self.spoiled = self.spoiled or (event == "grant_refund" and self.state() == "requested")
        return super().apply(event, by, at, details) and not (self.spoiled and event == "start_review")


class Sleepy(Clocked):
    """The clock does nothing in the instant itself."""

    def advance(self, to: datetime) -> None:
        due = self.due()
        super().advance(to - timedelta(microseconds=1) if due == to else to)


SHIFTED = VIRTUAL.variant(limits={**VIRTUAL.limits, VIRTUAL.states["rejected"]: Limit("complaint_days", cites="D7", length=8)})
SHORT = VIRTUAL.variant(limits={**VIRTUAL.limits, VIRTUAL.states["rejected"]: Limit("complaint_days", cites="D7", length=6)})
CLOSED = VIRTUAL.states["closed"]
# (what, make, kind, part, steps of the shortest counterexample)
FAULTS: list[tuple[str, Any, str, str, int]] = [
    ("a rule is dropped", over(without(VIRTUAL, "V07")), "acceptance", "apply", 3),
    ("a rule is redirected", over(variant(VIRTUAL, "V09", dest=VIRTUAL.states["cancelled"])), "state", "state", 4),
    ("a guard is dropped", over(variant(VIRTUAL, "V06", when=())), "acceptance", "apply", 3),
    ("an effect is dropped", over(variant(VIRTUAL, "V03", effect=None)), "acceptance", "apply", 7),
    ("anybody may", failing("apply", anybody), "acceptance", "apply", 1),
    ("a note is not asked for", failing("apply", no_note), "acceptance", "apply", 3),
    ("it may be dated back", failing("apply", backdates), "acceptance", "apply", 1),
    ("unknown events are taken", failing("apply", says_yes), "acceptance", "apply", 1),
    ("the clock's event is taken before its time", failing("apply", hasty_clock), "acceptance", "apply", 4),
    ("a limit is a day too long", over(SHIFTED), "acceptance", "apply", 4),
    ("a limit is a day too short", over(SHORT), "acceptance", "apply", 4),
    ("a limit is a day too long, and it shows", over(SHIFTED, CaseImplementation), "deadline", "due", 3),
    ("the clock is late", Sleepy, "state", "state", 4),
    ("after the third piece", Forgetful, "state", "state", 4),
    ("a refused event changes it", Sly, "acceptance", "apply", 3),
    ("making raises", boom, "raised", "make", 0),
    ("opening raises", failing("open", boom), "raised", "open", 0),
    ("an event raises", failing("apply", when("start_review", boom)), "raised", "apply", 1),
    ("an event leaves", failing("apply", when("start_review", leave)), "raised", "apply", 1),
    ("looking raises", failing("state", boom), "raised", "state", 0),
    ("its deadline raises", failing("due", boom, Clocked), "raised", "due", 0),
    ("its clock raises", failing("advance", boom, Clocked), "raised", "advance", 1),
    ("apply says nothing", failing("apply", lambda *_: None), "nonsense", "apply", 1),
    ("apply says 1", failing("apply", lambda _, real, *rest: int(real(*rest))), "nonsense", "apply", 1),
    ("no state", failing("state", lambda *_: None), "nonsense", "state", 0),
    ("a state in a list", failing("state", lambda _, real: [real()]), "nonsense", "state", 0),
    ("a state that nobody knows", failing("state", lambda _, real: real().replace("reviewing", "审核")), "nonsense", "state", 2),
    ("a deadline without a zone", failing("due", lambda _, real: real() and real().replace(tzinfo=None), Clocked), "nonsense", "due", 1),
    ("closing raises", failing("close", boom), "raised", "close", 0),
]


@pytest.mark.parametrize(("make", "kind", "part", "length"), [row[1:] for row in FAULTS], ids=[row[0] for row in FAULTS])
def test_a_fault_is_found_with_a_shortest_counterexample(make: Any, kind: str, part: str, length: int) -> None:
    report = verify_implementation(make, VIRTUAL, examples=500)
    assert not report.ok and report.divergence is not None and report.counterexample is not None and report.found is not None, str(report)
    assert (report.divergence.kind, report.divergence.part, len(report.counterexample)) == (kind, part, length), str(report)
    assert report.divergence.place == length and report.again
    report.counterexample.replay(VIRTUAL)
    report.found.replay(VIRTUAL)
    assert length <= len(report.found)
    for lang in ("zh", "en"):
        told = report.text(lang)
        assert "←" in told and VIRTUAL.label.get(lang) in told
    if make is not boom:
        assert_reproduced(report, make, Clocked if hasattr(make(), "due") else Service)


def assert_reproduced(report: LockstepReport, faulty: Any, right: Any) -> None:
    """The reproduction fails on the one and passes on the other."""
    source = report.reproduction()
    (marked,) = [line for line in source.splitlines() if line.endswith("# the implementation under test")]
    for make, passes in ((right, True), (faulty, False)):
        space: dict[str, Any] = {"make": make}
        exec(compile(source.replace(marked, ""), "reproduction", "exec"), space)
        (test,) = [value for name, value in space.items() if name.startswith("test_")]
        if passes and hasattr(faulty(), "close"):
            continue  # the right one has nothing to close
        if passes:
            test()
        else:
            with pytest.raises(BaseException):  # noqa: B017, PT011  # whatever the fault is: an assertion, or what it raises
                test()


def test_each_thing_that_an_event_needs_is_asked_for() -> None:
    def lax(_: Any, real: Any, event: str, by: str, at: datetime, details: Details) -> Any:
        return real(event, by, at, details if event != "fail_goods" or "note" not in details else {**details, "evidence": PIECES})

    report = quick(failing("apply", lax, Exchange), EXCHANGE, examples=500)
    assert report.counterexample is not None and len(report.counterexample) <= 4, str(report)
    last = report.counterexample.steps[-1]
    assert (last.event, last.refusal) == ("fail_goods", "missing_detail")
    assert last.details["note"] and not last.details.get("evidence")


def test_no_shorter_word_departs_says_brute_force() -> None:
    """Every word of events by everybody, bare or not, and the clock, from an opening of every set of facts, asked of `RefundCase`."""
    faulty, policy = variant(EXCHANGE, "X11", when=()), Policy.guide()
    report = quick(over(faulty), EXCHANGE, examples=100)
    assert report.counterexample is not None and report.proven
    length = len(report.counterexample)
    assert length == 4
    assert departs(faulty, EXCHANGE, policy, report.counterexample.opening, length) == length
    read = {(facts.stock, facts.worn): facts for facts in openings(EXCHANGE)}  # all that a guard reads at an opening
    for facts in read.values():
        example = EXCHANGE.example_of(facts, START)
        assert example is not None
        assert departs(faulty, EXCHANGE, policy, Opening(*example, START), length - 1) is None


def over_policy(workflow: Workflow, policy: Policy) -> Callable[[], BareCase]:
    return partial(BareCase, workflow, policy)


def departs(faulty: Workflow, right: Workflow, policy: Policy, opening: Opening, most: int) -> int | None:
    """The length of the shortest word on which two workflows part; words that leave both as they were are not gone on with."""
    level = [(Player.opened(faulty, policy, opening), Player.opened(right, policy, opening))]
    for length in range(1, most + 1):
        following = []
        for pair in level:
            for inputs in moves(right):
                after = [inputs(player) for player in pair]
                looks = [one and one.step and (one.step.refusal is None, one.step.state) for one in after]
                if looks[0] != looks[1]:
                    return length
                if after[0] and after[1] and (after[1].step.fired or after[0].step.fired):  # type: ignore[union-attr]  # each has a step
                    following.append((after[0], after[1]))
        level = following
    return None


def moves(workflow: Workflow) -> list[Callable[[Player], Player | None]]:
    found: list[Callable[[Player], Player | None]] = [lambda player: player.expired()]
    for name in workflow.events:
        found += [partial(Player.do, event=name, by=by) for by in workflow.actors]
        found.append(partial(Player.do, event=name, details={}))
    return found


@pytest.mark.parametrize(
    ("workflow", "rule"),
    [*((VIRTUAL, one.id) for one in VIRTUAL.rules if not one.by_clock), *((orders.get("self_operated"), one) for one in DEEP)],
    ids=lambda value: getattr(value, "key", value),
)
def test_a_dropped_rule_is_shown_by_a_shortest_path_to_it(workflow: Workflow, rule: str) -> None:
    graph = explore(workflow)
    number, width = graph.rule_number[rule], len(graph.events)
    tree = ShortestPaths(workflow, Policy.guide(), graph).tree
    nearest = min(steps for config, (_, _, steps) in tree.items() if number in graph.rule_at[config * width : (config + 1) * width])
    report = quick(over(without(workflow, rule)), workflow, criterion="rules", examples=0, max_search_calls=3000)
    assert report.counterexample is not None and len(report.counterexample) == nearest + 1, str(report)


def test_random_paths_find_what_is_beyond_the_suites() -> None:
    report = quick(Forgetful, VIRTUAL, criterion=(), examples=400, seed=1)
    assert not report.ok and report.suites == () and 0 < report.walks <= 400
    assert report.counterexample is not None and len(report.counterexample) == 4


def test_the_same_arguments_give_the_same_report() -> None:
    one, other = (quick(over(without(VIRTUAL, "V07")), VIRTUAL, criterion="rules", seed=7) for _ in range(2))
    assert one.text("zh") == other.text("zh") and one.counterexample == other.counterexample and one.tries == other.tries


def test_a_search_that_stops_at_its_cap_says_so() -> None:
    faulty = over(variant(VIRTUAL, "V03", effect=None))
    report = quick(faulty, VIRTUAL, examples=0, max_search_calls=150)
    assert not report.ok and not report.proven and "not ruled out" in report.text("en") and "不排除" in report.text("zh")
    assert report.counterexample is not None and len(report.counterexample) >= 7


def test_what_does_not_show_itself_again_is_said() -> None:
    left = [1]

    def once(_: Any, real: Any, event: str, *rest: Any) -> Any:
        return real(event, *rest) if event != "start_review" or not left else left.pop() and False

    report = quick(failing("apply", once), VIRTUAL, criterion="rules", examples=0)
    assert not report.ok and not report.again and "did not show itself again" in report.text("en") and "没有重现" in report.text("zh")
    assert report.counterexample == report.found


# 3. Foreign names

EVENTS = {
    "联系客服": "contact_support", "要求凭证": "request_evidence", "交凭证": "supply_evidence", "凭证超时": "evidence_timeout",
    "同意": "approve_refund", "拒绝": "reject", "投诉": "complain", "接受结果": "accept_rejection", "投诉超时": "complaint_timeout",
    "改判": "grant_refund", "维持": "uphold_rejection", "撤销": "cancel", "补充": "add_evidence",
    "到账": "refund_paid", "打款失败": "payout_failed", "重打": "retry_payout",
}  # fmt: skip
STATES = {
    "新建": "draft", "处理中": ("requested", "reviewing"), "等凭证": "awaiting_evidence", "打款": {"refunding", "refund_failed"},
    "已拒绝": "rejected", "投诉中": "escalated", "完结": {"refunded", "closed", "cancelled"},
}  # fmt: skip
ACTORS = {"用户": "buyer", "客服": "platform", "支付": "payment", "定时器": "clock"}
NAMES = Names(events=EVENTS, states=STATES, actors=ACTORS, by_itself=("start_review",))
SAID = {ours: theirs for theirs, several in STATES.items() for ours in ((several,) if isinstance(several, str) else several)}


class Coarse(Service):
    """Virtual goods under names of its own, which takes every request up by itself, at once."""

    eager = True

    def apply(self, event: str, by: str, at: datetime, details: Details) -> bool:
        taken = super().apply(EVENTS.get(event, event), ACTORS[by], at, details)
        if taken and self.eager:
            super().apply("start_review", "platform", at, {})
        return taken

    def state(self) -> str:
        return SAID[super().state()]


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


# 4. Bad input is an error before anything runs

KEYS = dict.fromkeys(VIRTUAL.states)
OWN = {name: name for name in VIRTUAL.events}


def never() -> Any:
    raise AssertionError("nothing runs")


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
def test_names_with_a_hole(names: Callable[[], Any], told: str) -> None:
    with pytest.raises(BadData) as caught:
        verify_implementation(never, VIRTUAL, names=names())
    assert str(caught.value).startswith(told)


def test_moves_that_go_round_are_an_error() -> None:
    with pytest.raises(Exception, match="one after the other"):
        verify_implementation(never, VIRTUAL, names=Names(by_itself=("payout_failed", "retry_payout")))


class NoState:
    def open(self, _order: Order, _request: RefundRequest, _at: datetime) -> None:
        raise AssertionError("nothing runs")

    def apply(self, _event: str, _by: str, _at: datetime, _details: Details) -> bool:
        raise AssertionError("nothing runs")


class OneTooFew:
    def open(self, _order: Order, _request: RefundRequest, _at: datetime) -> None:
        raise AssertionError("nothing runs")

    def state(self) -> str:
        raise AssertionError("nothing runs")

    def apply(self, _event: str, _by: str, _at: datetime) -> bool:
        raise AssertionError("nothing runs")


class Promising(OneTooFew):
    async def apply(self, _event: str, _by: str, _at: datetime, _details: Details) -> bool:  # type: ignore[override]  # on purpose
        raise AssertionError("nothing runs")


class BadAdvance(Service):
    def advance(self) -> None:
        raise AssertionError("nothing runs")


BAD_ARGUMENTS: list[tuple[dict[str, Any], str]] = [
    ({"make": 3}, "make: 3;"),
    ({"make": NoState}, "make().state: not there in"),
    ({"make": OneTooFew}, "make().apply: apply(_event: "),
    ({"make": Promising}, "make().apply: a coroutine function;"),
    ({"make": BadAdvance}, "make().advance: advance() "),
    ({"workflow": "virtual"}, "workflow: 'virtual';"),
    ({"criterion": "everything"}, "criterion: 'everything';"),
    ({"criterion": ["w", 3]}, "criterion: 3;"),
    ({"criterion": None}, "criterion: None;"),
    ({"criterion": paths.cover(EXCHANGE, "states")}, "criterion: \"a suite of the workflow 'exchange'\";"),
    ({"criterion": paths.cover(VIRTUAL, "states"), "policy": Policy.statute()}, "policy: Policy("),
    ({"examples": -1}, "examples: -1;"),
    ({"examples": True}, "examples: True;"),
    ({"seed": "x"}, "seed: 'x';"),
    ({"timeout": 0}, "timeout: 0;"),
    ({"timeout": float("nan")}, "timeout: nan;"),
    ({"isolation": "prison"}, "isolation: 'prison';"),
    ({"isolation": "process", "make": lambda: Service()}, "make: <function"),
    ({"policy": {}}, "policy: {};"),
    ({"max_search_calls": 1.5}, "max_search_calls: 1.5;"),
]


@pytest.mark.parametrize(("arguments", "told"), BAD_ARGUMENTS, ids=[told for _, told in BAD_ARGUMENTS])
def test_bad_arguments(arguments: dict[str, Any], told: str) -> None:
    with pytest.raises(BadData) as caught:
        verify_implementation(**{"make": never, "workflow": VIRTUAL, **arguments})
    assert str(caught.value).startswith(told)


def test_a_suite_brings_its_policy() -> None:
    suite = paths.cover(VIRTUAL, "limits", Policy(complaint_days=3))
    make = over_policy(VIRTUAL, Policy(complaint_days=3))
    assert quick(make, VIRTUAL, criterion=[suite, "rules"], examples=50).ok
    assert not quick(over(VIRTUAL), VIRTUAL, criterion=suite, examples=0).ok


# 5. Isolation


class Hangs(Service):
    """Never comes back from one event."""

    def apply(self, event: str, by: str, at: datetime, details: Details) -> bool:
        if event == "start_review" and self.state() == "requested":
            time.sleep(3600)
        return super().apply(event, by, at, details)


class HangsAtOpening(Service):
    def open(self, *_: Any) -> None:
        time.sleep(3600)


class HangsAtLooking(Service):
    def state(self) -> str:
        if super().state() != "draft":
            time.sleep(3600)
        return super().state()


class Crashes(Service):
    """Takes its whole process along."""

    def apply(self, event: str, by: str, at: datetime, details: Details) -> bool:
        if event == "reject" and self.state() == "reviewing":
            os._exit(17)
        return super().apply(event, by, at, details)


@pytest.mark.parametrize(("make", "part", "length"), [(Hangs, "apply", 2), (HangsAtOpening, "open", 0), (HangsAtLooking, "state", 1)])
def test_what_hangs_in_a_thread_is_reported(make: Any, part: str, length: int) -> None:
    report = verify_implementation(make, VIRTUAL, criterion="rules", examples=0, timeout=0.05)
    assert report.divergence is not None and (report.divergence.kind, report.divergence.part) == ("hung", part), str(report)
    assert report.counterexample is not None and len(report.counterexample) == length
    assert "no answer within 0.05 s" in report.text("en")


def test_what_hangs_or_ends_in_a_process_is_ended_and_reported() -> None:
    report = verify_implementation(Hangs, VIRTUAL, criterion="states", examples=0, timeout=0.3, isolation="process", max_search_calls=9)
    assert report.divergence is not None and (report.divergence.kind, report.divergence.part) == ("hung", "apply"), str(report)
    ended = verify_implementation(Crashes, VIRTUAL, criterion="states", examples=0, isolation="process", max_search_calls=9)
    assert ended.divergence is not None and ended.divergence.kind == "raised" and "exit code 17" in ended.divergence.got, str(ended)
    assert ended.counterexample is not None and ended.counterexample.steps[-1].event == "reject"


def test_a_process_says_the_same_as_a_thread() -> None:
    make = partial(BareCase, VIRTUAL)
    one, other = (verify_implementation(make, VIRTUAL, criterion="rules", examples=40, isolation=where) for where in isolations()[1:])
    assert one.ok and one.text("en") == other.text("en")


SHOP: ContextVar[str] = ContextVar("SHOP", default="")


def test_a_thread_sees_the_context_of_its_caller() -> None:
    class Local(Service):
        def open(self, order: Order, request: RefundRequest, at: datetime) -> None:
            assert SHOP.get() == "上海"
            super().open(order, request, at)

    token = SHOP.set("上海")
    report = verify_implementation(Local, VIRTUAL, criterion="states", examples=0)
    SHOP.reset(token)
    assert report.ok, str(report)


def isolations() -> tuple[Any, ...]:
    return ("none", "thread", "process")


class Interrupted(Service):
    def apply(self, *_: Any) -> bool:
        raise KeyboardInterrupt


@pytest.mark.parametrize("where", isolations())
def test_an_interrupt_goes_through(where: isolation.Isolation) -> None:
    with pytest.raises(KeyboardInterrupt):
        verify_implementation(Interrupted, VIRTUAL, criterion="rules", examples=0, isolation=where)


def test_every_implementation_is_closed_once() -> None:
    opened, closed = [0], [0]

    class Counted(Service):
        def __init__(self) -> None:
            super().__init__()
            opened[0] += 1

        def close(self) -> None:
            closed[0] += 1

    assert quick(Counted, VIRTUAL, criterion="rules", examples=20).ok
    assert opened == closed and opened[0] > 20


def test_lockstep_needs_no_hypothesis_and_the_package_loads_lightly() -> None:
    code = (
        "import sys; import refund_fsm.testing as t; light = sorted({'hypothesis', 'pydantic', 'transitions'} & {*sys.modules});"
        "sys.modules['hypothesis'] = None; from refund_fsm import orders; w = orders.get('virtual');"
        "from functools import partial; print(light, t.verify_implementation(partial(t.BareCase, w), w, criterion='states', examples=5).ok)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[0] == "[] True"


def test_every_public_name_is_there() -> None:
    import refund_fsm.testing as face

    assert all(getattr(face, name) is not None for name in face.__all__) and {*face.__all__} <= {*dir(face)}
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        face.nothing  # noqa: B018  # asking is the test


# 6. What the report shows


def test_the_traces_stand_side_by_side() -> None:
    report = quick(over(variant(VIRTUAL, "V07", dest=CLOSED), CaseImplementation), VIRTUAL, criterion="rules", examples=0)
    head, blank, *table, _, end = report.text("zh").splitlines()
    assert head == "虚拟商品退款流程：第3步不一致（状态不符，state）。应当：申请被拒绝；实际：售后关闭。" and not blank
    assert end == f"最初在一条4步的路径上发现；试了{report.tries}次，没有更短的反例。"
    assert [re.split(r" {2,}", line) for line in table] == [
        ["#", "时间", "谁", "做什么", "应当", "实际"],
        ["0", "2026-03-02 10:00", "开单", "未提交，无期限", "未提交，无期限"],
        ["1", "2026-03-02 10:01", "买家", "联系客服（contact_support）", *["接受，待审核，期限2026-03-05 24:00"] * 2],
        ["2", "2026-03-02 10:02", "平台", "开始审核（start_review）", *["接受，审核中，期限2026-03-05 24:00"] * 2],
        ["3", "2026-03-02 10:03", "平台", "拒绝申请（reject）", "接受，申请被拒绝，期限2026-03-09 24:00", "接受，售后关闭，无期限", "←"],
    ]
    last = [re.split(r" {2,}", line.removesuffix("←").rstrip())[-1] for line in table]
    starts = {width(line[: line.rindex(cell)]) for line, cell in zip(table, last, strict=True)}
    assert len(starts) == 1, "columns line up where a Chinese character is as wide as two others"
    english = report.text("en").splitlines()
    assert english[0] == "Refund, virtual goods: departs at step 3 (another state, state): expected Rejected; got Closed without refund."
    assert english[-3].split("  ")[0] == "3" and english[-3].endswith("taken, Closed without refund, no limit     ←")


def width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)


SEEN = [
    # what theirs stand for besides the states that are named alike, our states that then look the same
    ({}, []),
    ({"处理中": {"requested", "reviewing"}}, [{"requested", "reviewing"}]),
    ({"处理中": {"requested", "reviewing"}, "等": {"reviewing", "rejected"}}, [{"requested", "reviewing", "rejected"}]),
    ({"完": {"refunded", "closed"}, "处理中": {"requested", "reviewing"}}, [{"refunded", "closed"}, {"requested", "reviewing"}]),
]


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


class Alike(CaseImplementation):
    """A right service that reports the first of theirs that fits."""

    def __init__(self, theirs: dict[str, set[str]]) -> None:
        super().__init__(orders.get("virtual"))
        self.theirs = theirs

    def state(self) -> str:
        own = super().state()
        return next((name for name, ours in self.theirs.items() if own in ours), own)
