"""Nothing that can be reached is left out: the goals of each criterion, found anew in the raw graph or by asking cases."""

from __future__ import annotations

import itertools
from datetime import timedelta
from functools import cache

import pytest

from refund_fsm import Policy, Workflow, orders, paths
from refund_fsm.errors import TooLong
from refund_fsm.graph.configurations import explore
from refund_fsm.graph.shortest import ShortestPaths
from refund_fsm.paths import goals as goal_tables
from refund_fsm.scenario.path import START, Player, details_of
from tests.paths.suites import GUIDE, attempts, suite_of
from tests.workflows import ALL, EVERY_KEY_AND_OWN


@cache
def players_of(key: str, policy: Policy = GUIDE) -> tuple[Player, ...]:
    """A case in every configuration of the raw graph's classes, by the merged graph."""
    workflow = ALL[key]
    shortest = ShortestPaths(workflow, policy, explore(workflow, policy).merged())
    found = [shortest.lead(place) for place in shortest.tree]
    assert None not in found
    return tuple(one for one in found if one is not None)


@cache
def raw_moves(key: str, policy: Policy = GUIDE) -> tuple[tuple[int, str, int], ...]:
    """(configuration, rule, configuration after it) for all that some order reaches."""
    workflow = ALL[key]
    graph, width = explore(workflow, policy), len(workflow.events)
    todo = [c for c in graph.openings if workflow.example_of(graph.facts_of(c), START) is not None]
    met, found = set(todo), []
    while todo:
        config = todo.pop()
        for cell in range(config * width, (config + 1) * width):
            if graph.successor[cell] >= 0:
                found.append((config, graph.rules[graph.rule_at[cell]], graph.successor[cell]))
                if graph.successor[cell] not in met:
                    met.add(graph.successor[cell])
                    todo.append(graph.successor[cell])
    return tuple(found)


@EVERY_KEY_AND_OWN
def test_rules_pairs_and_states_are_all_that_the_raw_graph_has(key: str) -> None:
    moves = raw_moves(key)
    after: dict[int, set[str]] = {}
    for config, rule, _ in moves:
        after.setdefault(config, set()).add(rule)
    workflow = ALL[key]
    assert set(suite_of(key, "rules").goals) == {rule for _, rule, _ in moves}
    assert set(suite_of(key, "rule_pairs").goals) == {f"{rule} {second}" for _, rule, dest in moves for second in after.get(dest, ())}
    assert set(suite_of(key, "states").goals) == {workflow.initial.key} | {workflow.by_id[rule].dest.key for _, rule, _ in moves}
    lacking = suite_of(key, "rules").infeasible
    assert set(lacking) | set(suite_of(key, "rules").goals) == set(workflow.by_id)
    assert set(lacking) == ({"S15", "S16"} if key == "third_party" else set())
    assert set(paths.goal_names(workflow, "rules")) == set(workflow.by_id), "under some policy every rule fires"


def simple_paths(workflow: Workflow) -> set[tuple[str, ...]]:
    """Every way over rules that meets no state twice, but that its last may be its first."""
    found: set[tuple[str, ...]] = set()
    todo: list[tuple[tuple[str, ...], tuple[str, ...]]] = [((rule.id,), (rule.source.key, rule.dest.key)) for rule in workflow.rules]
    while todo:
        way, met = todo.pop()
        found.add(way)
        if met[-1] == met[0]:
            continue
        for rule in workflow.rules:
            if rule.source.key == met[-1] and rule.dest.key not in met[1:]:
                todo.append(((*way, rule.id), (*met, rule.dest.key)))
    return found


@pytest.mark.parametrize("key", ["virtual", "exchange"])
def test_prime_paths_are_the_simple_paths_that_no_other_contains(key: str) -> None:
    simple = simple_paths(ALL[key])
    inner = {way[a:b] for way in simple for a in range(len(way)) for b in range(a + 1, len(way) + 1) if b - a < len(way)}
    primes = goal_tables.prime_paths_of(ALL[key])
    assert len(set(primes)) == len(primes) and set(primes) == simple - inner
    suite = suite_of(key, "prime_paths")
    assert set(suite.goals) | set(suite.infeasible) == {" ".join(one) for one in primes}


@EVERY_KEY_AND_OWN
def test_prime_paths_called_infeasible_are(key: str) -> None:
    onward: dict[tuple[int, str], int] = {(config, rule): dest for config, rule, dest in raw_moves(key)}
    starts = {config for config, _, _ in raw_moves(key)}
    names = suite_of(key, "prime_paths").infeasible
    for name in names[:: {"shop_official": 80, "third_party": 5}.get(key, 1)]:
        for config in starts:
            place: int | None = config
            for rule in name.split():
                place = onward.get((place, rule)) if place is not None else None
            assert place is None


@EVERY_KEY_AND_OWN
def test_guard_outcomes_are_all_that_the_raw_graph_has(key: str) -> None:
    workflow, found = ALL[key], set()
    graph = explore(workflow)
    configs = sorted({config for config, _, _ in raw_moves(key)})
    for config in configs[:: 7 if key == "shop_official" else 1]:
        facts = graph.facts_of(config)
        for rule in workflow.rules:
            if rule.source.key == graph.states[graph.state_of[config]]:
                failing = [guard.name for guard in rule.when if not guard(facts)]
                found |= {f"{rule.id} {guard.name}" for guard in rule.when if not failing}
                found |= {f"{rule.id} not {failing[0]}"} if len(failing) == 1 else set()
        state = graph.states[graph.state_of[config]]
        asked = dict.fromkeys(one for row in workflow.limits_at.get(state, ()) for one in (*row.when, row.plus_when) if one is not None)
        if asked:
            found.add(f"{state} limit: {', '.join(one.name if one(facts) else f'not {one.name}' for one in asked)}")
    assert set(suite_of(key, "guard_outcomes").goals) == found


@EVERY_KEY_AND_OWN
def test_refusals_are_all_that_a_case_has(key: str) -> None:
    workflow, found = ALL[key], set()
    for player in players_of(key):
        case, now = player.case, player.case.now
        for by, name in itertools.product(workflow.actors, [*workflow.events, "no_such_event"]):
            known = workflow.events.get(name)
            for at in (now, now - timedelta(minutes=1)):
                for details in ({}, details_of(known, at) if known else {}):
                    refusal = case.ask(name, at=at, by=by, **details).refusal
                    if refusal is not None:
                        found.add(f"{case.state.key} {by} {refusal.code}")
    assert set(suite_of(key, "refusals").goals) == found


@EVERY_KEY_AND_OWN
def test_limits_are_met_a_minute_before_at_and_after(key: str) -> None:
    suite, workflow, minute = suite_of(key, "limits"), ALL[key], timedelta(minutes=1)
    met = set()
    for attempt in attempts(suite):
        if attempt.before.due is not None:
            met.add((attempt.before.state.key, attempt.at - attempt.before.due.at))
    assert {(state, gap) for state in workflow.limits_at for gap in (-minute, 0 * minute, minute)} <= met
    assert {f"{state} too late" for state in workflow.clock_rules} <= {
        f"{g.split()[0]} too late" for g in suite.goals if g.endswith("too late")
    }


def test_too_many_prime_paths_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(goal_tables, "MAX_PRIME_PATHS", 20)
    with pytest.raises(TooLong, match=r"more than goals.MAX_PRIME_PATHS = 20 prime paths; use rule_pairs"):
        paths.cover(orders.get("virtual"), "prime_paths")


def test_every_row_of_a_limit_is_met_in_every_special_period_that_can_change_it() -> None:
    """By what a plain reading of the contract says that each limit of the platform's table becomes; read off cases played anew."""
    suite = suite_of("shop_official", "limits")
    met: dict[tuple[str, str, int, bool], set[str]] = {}
    for attempt in attempts(suite):
        due = attempt.before.due
        if due is not None:
            gap = {-1: "before", 0: "at", 1: "after"}.get(int((attempt.at - due.at) / timedelta(minutes=1)))
            day = 0 if due.why.special is None else due.why.special.start.day
            what = (attempt.before.state.key, due.limit.field, day, attempt.before.facts.extended)
            met.setdefault(what, set()).update({gap} if gap and abs(attempt.at - due.at) <= timedelta(minutes=1) else set())
    plain: list[tuple[str, str, tuple[int, ...]]] = [("requested", f"{name}_review_hours", (0, 11)) for name in ("fresh", "shipped")]
    plain += [("requested", "unshipped_review_hours", (0,)), ("awaiting_return", "parcel_return_days", (0, 11, 17))]
    plain += [("received", "signed_receipt_hours", (0, 11, 17))]
    wanted = {(key, field, day, False) for key, field, days in plain for day in days}
    for field, days in (("parcel_receipt_days", (0, 11, 17)), ("cross_border_receipt_days", (0, 11, 17))):
        wanted |= {("return_shipped", field, day, extended) for day in days for extended in (False, True)}
    assert {what for what in wanted if not {"before", "at", "after"} <= met.get(what, set())} == set()
    assert all(day == 0 or (key, field, day, extended) in wanted for key, field, day, extended in met)
    moved = {f"return_shipped P13 {what}" for what in ("moves the limit", "old end passes")}
    assert moved <= set(suite.goals) and not any("keeps the count" in goal and "P13" in goal for goal in suite.goals)
    assert all(" cross_border_receipt_days" in name or "unshipped" in name for name in suite.infeasible)
    assert set(suite.goals) | set(suite.infeasible) >= set(paths.goal_names(suite.workflow, "limits", suite.policy))
