"""Covering suites: what they promise to reach is reached, nothing that can be reached is left out, and they are short."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from typing import Any

import pytest

from refund_fsm import BadData, Policy, RefundCase, Workflow, WorkflowError, orders, paths
from refund_fsm.cli import app as cli
from refund_fsm.cli import workflows
from refund_fsm.errors import TooLong
from refund_fsm.graph.configurations import explore
from refund_fsm.graph.shortest import Routes
from refund_fsm.paths import goals as goal_tables
from refund_fsm.paths.space import Space
from refund_fsm.paths.w import Complete
from refund_fsm.scenario.path import START, Path, PathError, Player, details_of
from tests.awkward import WORKFLOW as AWKWARD
from tests.exchange import WORKFLOW as EXCHANGE
from tests.workflow.test_wellformed import build

GUIDE = Policy.guide()
ESCALATES = Policy(on_merchant_silence="escalate")
HASTY = Policy(no_reason_days=1, negotiation_days=20, evidence_hours=1)  # a filing after the negotiation comes too late
WORKFLOWS = {**{key: orders.get(key) for key in orders.keys()}, EXCHANGE.key: EXCHANGE}
PLANNED = tuple(one for one in paths.CRITERIA if one != "w")
each_workflow = pytest.mark.parametrize("key", WORKFLOWS)
each_criterion = pytest.mark.parametrize("criterion", paths.CRITERIA)


@cache
def suite_of(key: str, criterion: str, policy: Policy = GUIDE) -> paths.Suite:
    return paths.cover(WORKFLOWS[key], criterion, policy)


@cache
def players_of(key: str, policy: Policy = GUIDE) -> tuple[Player, ...]:
    """A case in every configuration of the raw graph's classes, by the merged graph."""
    workflow = WORKFLOWS[key]
    routes = Routes(workflow, policy, explore(workflow, policy).merged())
    found = [routes.lead(place) for place in routes.ways]
    assert None not in found
    return tuple(one for one in found if one is not None)


def attempts(suite: paths.Suite) -> Iterator[paths.Attempt]:
    """What the paths do, played anew, call by call."""
    for path in suite:
        order, request, at = path.opening
        case = RefundCase.open(order, request, at=at, policy=suite.policy, workflow=suite.workflow)
        for step in path.steps:
            if step.event is None:
                after, refusal = case.advance(to=step.at), None
            else:
                verdict = case.ask(step.event, at=step.at, by=step.by or "", **step.details)
                refusal = verdict.refusal
                if refusal is None:
                    after = case.apply(step.event, at=step.at, by=step.by or "", **step.details)
                else:
                    after = case.advance(to=max(case.now, step.at))
            yield paths.Attempt(case, after, step.event, step.by, step.at, refusal)
            case = after


# 1. What is promised is reached


@each_criterion
@each_workflow
def test_every_path_replays_and_all_goals_are_reached(key: str, criterion: str) -> None:
    suite = suite_of(key, criterion)
    for path in suite:
        path.replay(suite.workflow, suite.policy)
    covered = suite.coverage(attempts(suite))
    assert covered.missed == () and covered.ratio == 1.0
    assert not set(suite.goals) & set(suite.infeasible) and len(set(suite.goals)) == len(suite.goals) > 0
    if criterion != "w":
        assert sorted(goal for path in suite for goal in path.goals) == sorted(suite.goals), "each goal is some path's own"
        assert all(path.goals for path in suite)


@pytest.mark.parametrize("criterion", paths.CRITERIA)
@pytest.mark.parametrize("policy", [ESCALATES, HASTY, Policy.statute()], ids=["escalates", "hasty", "statute"])
def test_other_policies(criterion: str, policy: Policy) -> None:
    suite = suite_of("third_party", criterion, policy)
    for path in suite:
        path.replay(suite.workflow, policy)
    assert suite.coverage(attempts(suite)).missed == ()


@each_criterion
def test_a_workflow_of_hard_names_and_mixed_limits(criterion: str) -> None:
    """A limit is shared by a state that a clock rule leaves and one that none does."""
    suite = paths.cover(AWKWARD, criterion)
    for path in suite:
        path.replay(AWKWARD)
    assert suite.coverage(attempts(suite)).missed == ()


def test_what_time_takes_away_is_not_promised() -> None:
    """With a negotiation longer than the window, the graph has configurations that no case reaches at a late filing."""
    strayed = suite_of("third_party", "w", HASTY).infeasible
    assert all(name.endswith((" submit", " contact_merchant")) for name in strayed)
    assert suite_of("third_party", "w").infeasible == ()


@each_criterion
def test_the_same_call_makes_the_same_suite(criterion: str) -> None:
    one = paths.cover(orders.get("virtual"), criterion)
    assert one.to_json() == paths.cover(orders.get("virtual"), criterion, Policy.guide()).to_json()
    assert one.paths == suite_of("virtual", criterion).paths


# 2. Nothing that can be reached is left out: each criterion's goals, found anew


@cache
def raw_moves(key: str, policy: Policy = GUIDE) -> tuple[tuple[int, str, int], ...]:
    """(configuration, rule, configuration after it) for all that some order reaches."""
    workflow = WORKFLOWS[key]
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


@each_workflow
def test_rules_pairs_and_states_are_all_that_the_raw_graph_has(key: str) -> None:
    moves = raw_moves(key)
    after: dict[int, set[str]] = {}
    for config, rule, _ in moves:
        after.setdefault(config, set()).add(rule)
    workflow = WORKFLOWS[key]
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
    simple = simple_paths(WORKFLOWS[key])
    inner = {way[a:b] for way in simple for a in range(len(way)) for b in range(a + 1, len(way) + 1) if b - a < len(way)}
    primes = goal_tables.prime_paths_of(WORKFLOWS[key])
    assert len(set(primes)) == len(primes) and set(primes) == simple - inner
    suite = suite_of(key, "prime_paths")
    assert set(suite.goals) | set(suite.infeasible) == {" ".join(one) for one in primes}


@each_workflow
def test_prime_paths_called_infeasible_are(key: str) -> None:
    onward: dict[tuple[int, str], int] = {(config, rule): dest for config, rule, dest in raw_moves(key)}
    starts = {config for config, _, _ in raw_moves(key)}
    for name in suite_of(key, "prime_paths").infeasible:
        for config in starts:
            place: int | None = config
            for rule in name.split():
                place = onward.get((place, rule)) if place is not None else None
            assert place is None


@each_workflow
def test_guard_outcomes_are_all_that_the_raw_graph_has(key: str) -> None:
    workflow, found = WORKFLOWS[key], set()
    graph = explore(workflow)
    configs = {config for config, _, _ in raw_moves(key)}
    for config in configs:
        facts = graph.facts_of(config)
        for rule in workflow.rules:
            if rule.source.key == graph.states[graph.state_of[config]]:
                failing = [guard.name for guard in rule.when if not guard(facts)]
                found |= {f"{rule.id} {guard.name}" for guard in rule.when if not failing}
                found |= {f"{rule.id} not {failing[0]}"} if len(failing) == 1 else set()
    assert set(suite_of(key, "guard_outcomes").goals) == found


@each_workflow
def test_refusals_are_all_that_a_case_has(key: str) -> None:
    workflow, found = WORKFLOWS[key], set()
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


@each_workflow
def test_limits_are_met_a_minute_before_at_and_after(key: str) -> None:
    suite, workflow, minute = suite_of(key, "limits"), WORKFLOWS[key], timedelta(minutes=1)
    met = set()
    for attempt in attempts(suite):
        if attempt.before.due is not None:
            met.add((attempt.before.state.key, attempt.at - attempt.before.due.at))
    assert {(state, gap) for state in workflow.limit_of for gap in (-minute, 0 * minute, minute)} <= met
    assert {f"{state} too late" for state in workflow.clock_rules} <= {
        f"{g.split()[0]} too late" for g in suite.goals if g.endswith("too late")
    }


# 3. Short


@pytest.mark.parametrize("criterion", ["rules", "rule_pairs", "prime_paths"])
@each_workflow
def test_suites_are_close_to_their_lower_bounds(key: str, criterion: str) -> None:
    suite = suite_of(key, criterion)
    assert suite.least_paths <= len(suite) <= suite.least_paths * 1.02 + 2
    assert suite.least_steps <= suite.steps <= suite.least_steps * 1.35


@each_workflow
def test_no_path_is_needless_and_none_ends_too_late(key: str) -> None:
    for criterion in ("rules", "rule_pairs", "guard_outcomes"):
        suite = suite_of(key, criterion)
        everything = [set(suite.coverage([path.replay(suite.workflow)]).reached) for path in suite] if criterion != "guard_outcomes" else []
        for number, own in enumerate(everything):
            others = set().union(*(one for place, one in enumerate(everything) if place != number))
            assert own - others, "every path reaches what no other does"


def test_the_bounds_of_a_case_worked_by_hand() -> None:
    """Exchange: eight rules that end a case take eight paths; each is as long as the shortest way to its rule."""
    suite = suite_of("exchange", "rules")
    ends = {"X02": 1, "X04": 2, "X06": 2, "X08": 3, "X10": 4, "X11": 4, "X13": 5, "X14": 5}
    assert suite.least_paths == len(ends)
    assert suite.least_steps >= sum(ends.values())


# 4. The complete suite


@each_workflow
def test_identifiers_tell_every_two_classes_apart_that_can_be_told_apart(key: str) -> None:
    plan = Complete(Space(WORKFLOWS[key], GUIDE), 0)
    space = plan.space

    def answers(place: int, word: tuple[Any, ...]) -> list[tuple[bool, str]]:
        found = []
        for one in word:
            found.append((one in plan.taken[place], space.state(place := plan.dest[place][one])))
        return found

    for one, other in itertools.combinations(sorted(space.places), 2):
        if space.state(one) != space.state(other):
            continue
        common = [w for w in plan.identifiers[one] for v in plan.identifiers[other] if w[: len(v)] == v or v[: len(w)] == w]
        told = any(answers(one, w) != answers(other, w) for w in common)
        assert told == ((one, other) in plan.separating)
        if not told:  # equal as far as this sees: no input answers differently, and all lead to equals or to one class
            assert plan.taken[one] == plan.taken[other]
            for move in plan.offered[one]:
                after = tuple(sorted((plan.dest[one][move], plan.dest[other][move])))
                assert after[0] == after[1] or (space.state(after[0]) == space.state(after[1]) and after not in plan.separating)


@each_workflow
def test_where_states_look_alike_classes_are_told_apart_by_what_follows(key: str) -> None:
    """Every state looks the same: only what is taken tells classes apart, and which ones it can tell is found anew."""
    workflow = WORKFLOWS[key]
    plan = Complete(Space(workflow, GUIDE), 0, dict.fromkeys(workflow.states, "处理中"))
    places = sorted(plan.space.places)
    alike = {(one, other) for one in places for other in places if plan.taken[one] == plan.taken[other]}
    while True:
        dest = plan.dest
        left = {(a, b) for a, b in alike if all((dest[a][i], dest[b][i]) in alike for i in dest[a].keys() & dest[b].keys())}
        if left == alike:
            break
        alike = left
    assert {pair for pair in itertools.combinations(places, 2) if pair not in alike} == set(plan.separating)
    suite = paths.cover(workflow, "w", seen=dict.fromkeys(workflow.states, "处理中"))
    assert suite.steps > suite_of(key, "w").steps
    with pytest.raises(BadData, match=f"seen\\[{workflow.initial.key}\\]: None; expected what is seen of the state"):
        paths.cover(workflow, "w", seen={})
    with pytest.raises(BadData, match="seen: 'rules'; expected the criterion w"):
        paths.cover(workflow, "rules", seen={key: key for key in workflow.states})


@each_workflow
def test_every_input_is_tried_in_every_class_and_every_class_of_facts_is_opened(key: str) -> None:
    suite, workflow = suite_of(key, "w"), WORKFLOWS[key]
    graph = explore(workflow).merged()
    pairs = sum(len([e for e in workflow.events.values() if e.actor.key != "clock"]) + (graph.limit_of(c) >= 0) for c in range(len(graph)))
    assert len(suite.goals) == suite.least_steps == pairs
    guards = tuple(workflow.guards.values())
    opened = {tuple(guard(workflow.facts_of(*path.opening, GUIDE)) for guard in guards) for path in suite}
    possible = {
        tuple(guard(graph.raw.facts_of(c)) for guard in guards)
        for c in graph.raw.openings
        if workflow.example_of(graph.raw.facts_of(c), START) is not None
    }
    assert opened == possible


def calls_of(path: Path) -> tuple[object, ...]:
    return (path.opening.request.reason, *((step.event, step.at) for step in path.steps))


def test_extra_states_make_the_suite_longer_up_to_a_stated_size() -> None:
    workflow = orders.get("virtual")
    plain, more = suite_of("virtual", "w"), paths.cover(workflow, "w", extra_states=1)
    assert more.extra_states == 1 and len(more) > 10 * len(plain) and set(more.goals) == set(plain.goals)
    begun = {calls[:length] for path in more for calls in [calls_of(path)] for length in range(len(calls) + 1)}
    assert all(calls_of(path) in begun for path in plain), "a longer suite has all of a shorter one"
    with pytest.raises(BadData, match=r"extra_states: 3; expected fewer: .* about [\d,]+ paths, and w.MAX_PATHS is 250,000"):
        paths.cover(orders.get("third_party"), "w", extra_states=3)


# 5. Coverage of what somebody did


def test_coverage_of_cases_and_attempts() -> None:
    suite = suite_of("virtual", "rules")
    first = suite.paths[0].replay(suite.workflow)
    covered = suite.coverage([first])
    assert covered.reached == {step.rule.id for step in first.steps} and 0 < covered.ratio < 1
    assert set(covered.missed) == set(suite.goals) - covered.reached
    assert str(covered) == f"rules: {len(covered.reached)} of 25 ({covered.ratio:.1%})"
    assert suite.coverage([]).ratio == 0.0
    shop = suite_of("third_party", "rules")
    assert shop.coverage([first]).reached == frozenset(), "a case of another workflow"
    with pytest.raises(BadData, match="steps: 7; expected a RefundCase or an Attempt"):
        suite.coverage([7])  # type: ignore[list-item]  # that is the point


@pytest.mark.parametrize("criterion", ["rules", "rule_pairs", "guard_outcomes", "limits", "states"])
def test_a_case_is_covered_as_its_events_were(criterion: str) -> None:
    """Pairs across cases do not count; a case remembers what fired when."""
    suite = suite_of("third_party", criterion)
    whole = {goal for path in suite for goal in path.goals}
    found = suite.coverage([path.replay(suite.workflow) for path in suite]).reached
    assert found <= whole
    if criterion in ("rules", "rule_pairs", "states"):
        assert found == set(suite.goals)


# 6. As JSON, as a test file, on the command line


def test_json_tells_all() -> None:
    suite = suite_of("third_party", "guard_outcomes")
    data = json.loads(suite.to_json(indent=1))
    assert data["size"] == {"paths": len(suite), "steps": suite.steps, "least_paths": suite.least_paths, "least_steps": suite.least_steps}
    assert data["goals"] == list(suite.goals) and data["infeasible"] == list(suite.infeasible) and data["criterion"] == "guard_outcomes"
    for path, told in zip(suite, data["paths"], strict=True):
        assert [row["state"] for row in told["steps"]] == [step.state for step in path.steps]
        assert [row.get("refusal") for row in told["steps"]] == [step.refusal for step in path.steps]
        assert told["request"]["reason"] == path.opening.request.reason


def run_file(text: str) -> list[str]:
    """Runs a generated test file's test for each path: the failures."""
    names: dict[str, Any] = {"__name__": "generated"}
    exec(compile(text, "generated.py", "exec"), names)
    failures = []
    for path in names["PATHS"]:
        try:
            names["test_path"](path)
        except AssertionError as error:
            failures.append(f"{path['id']}: {error}")
    return failures


@pytest.mark.parametrize("criterion", ["rules", "limits", "refusals"])
def test_the_generated_file_runs_and_can_fail(criterion: str) -> None:
    for key in ("virtual", "exchange"):
        text = suite_of(key, criterion).to_pytest("tests.exchange:WORKFLOW" if key == "exchange" else None)
        assert run_file(text) == []
    suite = suite_of("third_party", criterion, ESCALATES)
    assert run_file(suite.to_pytest()) == []
    wrong = suite.to_pytest().replace("'on_merchant_silence': 'escalate'", "'on_merchant_silence': 'approve'")
    assert criterion == "refusals" or run_file(wrong)
    assert run_file(suite_of("virtual", criterion).to_pytest().replace("'requested'", "'reviewing'"))
    with pytest.raises(BadData, match="module:attribute of the workflow 'exchange', which is not registered"):
        suite_of("exchange", "rules").to_pytest()


def test_a_path_that_does_not_hold_names_the_step() -> None:
    path = next(path for path in suite_of("virtual", "rules") if len(path) > 3)
    spoilt = path.steps[2]._replace(state="cancelled")
    broken = type(path)(path.opening, (*path.steps[:2], spoilt, *path.steps[3:]), path.state, path.due)
    with pytest.raises(PathError, match=rf"step 3: state is '{path.steps[2].state}'; expected 'cancelled'"):
        broken.replay(orders.get("virtual"))


COMMANDS = [
    # arguments, exit code, what is printed
    ("paths virtual --lang en", 0, "11 paths (no suite has fewer than 11) of 51 steps (at least 40) for 25 goals"),
    ("paths third_party --cover rules --lang zh", 0, "在此政策下不可能达到"),
    ("paths virtual --cover w --lang en", 0, "finds every fault of an implementation with at most 0 classes more"),
    ("paths virtual --cover everything", 2, "criterion: 'everything'; expected one of states, rules,"),
    ("paths virtual --cover rules --extra-states 1", 2, "extra_states: 1; expected 0: only the criterion w has them"),
    ("paths virtual --cover w --extra-states -1", 2, "extra_states: -1; expected a whole number from 0 to 3"),
    ("paths nothing", 2, "order_type: 'nothing'; expected one of"),
    ("paths virtual -o suite.txt", 2, "--output: 'suite.txt'; expected a .json or a .py file"),
    ("paths virtual --policy nowhere", 2, "--policy: 'nowhere'; expected guide or statute"),
]


@pytest.mark.parametrize(("arguments", "code", "said"), COMMANDS)
def test_the_command(arguments: str, code: int, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(arguments.split()) == code
    printed = capsys.readouterr()
    assert said in printed.out + printed.err


def test_the_command_writes_files(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    made = tmp_path / "test_paths.py"
    assert cli.main(["paths", "tests.exchange:WORKFLOW", "--cover", "rule_pairs", "-o", str(made)]) == 0
    assert run_file(made.read_text(encoding="utf-8")) == []
    assert cli.main(["paths", "virtual", "-o", str(tmp_path / "suite.json")]) == 0
    assert json.loads((tmp_path / "suite.json").read_text(encoding="utf-8"))["size"]["paths"] == 11
    assert cli.main(["paths", "virtual", "--json"]) == 0
    assert json.loads(capsys.readouterr().out.split("suite.json\n", 1)[1])["criterion"] == "rules"
    assert cli.main(["paths", "virtual", "-o", str(tmp_path / "no" / "suite.json")]) == 2
    assert workflows.CRITERIA == paths.CRITERIA


# 7. What cannot be


BAD = [
    # arguments, message
    (("virtual", "rules"), "workflow: 'virtual'; expected a Workflow"),
    ((EXCHANGE, 3), "criterion: 3; expected one of"),
    ((EXCHANGE, "rules", "guide"), "policy: 'guide'; expected a Policy, or None"),
]


@pytest.mark.parametrize(("arguments", "message"), BAD)
def test_bad_input(arguments: tuple[Any, ...], message: str) -> None:
    with pytest.raises(BadData, match=message):
        paths.cover(*arguments)
    with pytest.raises(BadData, match="criterion: 'w'; expected one of states"):
        paths.goal_names(EXCHANGE, "w")
    with pytest.raises(BadData, match="extra_states: True"):
        paths.cover(EXCHANGE, "w", extra_states=True)


@each_criterion
def test_a_workflow_without_examples_has_no_paths(criterion: str) -> None:
    with pytest.raises(WorkflowError, match="workflow toy: example_of gives no order for any facts"):
        paths.cover(build(), criterion)


def test_too_many_prime_paths_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(goal_tables, "MAX_PRIME_PATHS", 20)
    with pytest.raises(TooLong, match=r"more than goals.MAX_PRIME_PATHS = 20 prime paths; use rule_pairs"):
        paths.cover(orders.get("virtual"), "prime_paths")
