"""The XState export, run by the real `xstate` package: random walks and covering paths, in lockstep with the library.

Skips where node or the package (`npm ci --prefix tests/web`) is missing. All walks of a workflow run in one node process.
"""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

import pytest

from refund_fsm import CLOCK, Policy, Workflow, graph, paths
from refund_fsm.export import render
from refund_fsm.scenario import Path, Player, details_of
from refund_fsm.workflow import SpecialPeriod
from tests.awkward import WORKFLOW as AWKWARD
from tests.browser import WEB, node_module
from tests.exchange import WORKFLOW as EXCHANGE
from tests.export.moved import WORKFLOW as MOVED
from tests.export.xstate_rows import facts_told, ms_of, row_of
from tests.samples import at
from tests.workflows import ALL

POLICIES = {"guide": Policy.guide(), "escalate": Policy(on_merchant_silence="escalate"), "statute": Policy.statute()}
CASES = [pytest.param(ALL[key], policy, id=f"{key}-{name}") for key in ALL for name, policy in POLICIES.items()]
CASES.append(pytest.param(AWKWARD, POLICIES["guide"], id=AWKWARD.key))
CASES.append(pytest.param(ALL["shop_official"], Policy.platform(), id="shop_official-platform"))
WALKS = 60
STEPS = 25
CRITERIA = ("rules", "refusals")  # random walks see to the limits
LONGEST = 120  # seconds that node may take: only a machine that never stops gets there
STARTS = ("2026-02-12 10:00", "2026-02-13 23:59", "2026-02-20 09:30", "2025-09-26 17:00", "2025-12-31 12:00")  # holidays are near
WAITS = tuple(timedelta(minutes=minutes) for minutes in (0, 0, 0, 1, 59, 300, 1440))
NEAR = tuple(timedelta(milliseconds=ms) for ms in (-60_000, -1, 0, 1, 86_400_000))  # of a limit
EPOCH, FIRST, LAST = date(1970, 1, 1), date(2025, 9, 1), date(2029, 12, 31)  # the days that a walk may count
MOVING = 200  # walks over limits that are moved
DRAWS = 100_000  # of facts for one case
EARLY = 9  # how much less often a rule is to fire that ends the walk
STRANGE = "no_such_event"

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="node is missing: install Node.js 20 or later")


@dataclass(frozen=True)
class Walk:
    """What is played, as the node program takes it, and what the library says of the case after each row."""

    script: dict[str, Any]
    said: tuple[dict[str, Any], ...]


def _look(player: Player) -> dict[str, Any]:
    case = player.case
    due = case.due.at if case.due and case.due.at > case.now else None  # what is past has fired or is a breach
    return {
        "state": case.state.key,
        "refused": player.step.refusal if player.step else None,
        "facts": facts_told(case.facts),
        "fired": [step.rule.id for step in case.steps],
        "paid": sum(step.rule.event.pays for step in case.steps),
        "breaches": [[breach.limit.field, ms_of(breach.at)] for breach in case.breaches()],
        "due": due and ms_of(due),
    }


def _opened(workflow: Workflow, policy: Policy, dice: random.Random, *, fruitful: bool) -> Player:
    """A case whose facts are drawn; if `fruitful`, it can leave its initial state other than to its end."""
    onward = [rule for rule in workflow.rules if rule.source.key == workflow.initial.key and not (rule.internal or rule.dest.final)]
    for _ in range(DRAWS):
        facts = workflow.facts(**{one.name: dice.choice(one.start(policy)) for one in workflow.fact_fields})
        if not fruitful or any(rule.holds(facts) for rule in onward):
            player = Player.with_facts(workflow, policy, facts, at(dice.choice(STARTS)))
            if player is not None:
                return player
    raise AssertionError(f"{workflow.key} opens with hardly any facts")


def _walk(workflow: Workflow, policy: Policy, dice: random.Random, tired: Counter[str]) -> Walk:
    """Mostly rules that fired the least so far; now and then a limit, or what is refused."""
    player = _opened(workflow, policy, dice, fruitful=dice.random() < 0.9)
    for _ in range(STEPS):
        if player.case.state.final and dice.random() < 0.3:
            break
        before = len(player.case.steps)
        player = _step(player, dice, tired)
        tired.update(step.rule.id for step in player.case.steps[before:])
    return _written(player)


def _replayed(workflow: Workflow, policy: Policy, path: Path) -> Walk:
    """A covering path as a walk. Steps dated back are left out: XState's clock does not go back."""
    player = Player.opened(workflow, policy, path.opening)
    for step in path.steps:
        if step.at >= player.case.now:
            player = player.at(step.at) if step.event is None else player.told(step.event, step.by or "", step.at, step.details)
    return _written(player)


def _written(player: Player) -> Walk:
    first, *rest = player.line()
    script = {"facts": facts_told(first.case.facts), "at": ms_of(first.case.now), "rows": [row_of(one) for one in rest]}
    return Walk(script, tuple(_look(one) for one in (first, *rest)))


def _step(player: Player, dice: random.Random, tired: Counter[str]) -> Player:
    case, workflow = player.case, player.case.workflow
    when, due = case.now + dice.choice(WAITS), case.due
    if due and dice.random() < 0.06:
        when = max(case.now, due.at + dice.choice(NEAR))
    kind = dice.random()
    if kind < 0.06:
        return player.at(when)
    ran = case.advance(to=when)
    if kind < 0.75:
        offered = [one.rule for by in workflow.actors for one in ran.actions(at=when, by=by) if one.rule]
        offered += [ran.due.then] if ran.due and ran.due.then else []
        if offered:
            rule = min(offered, key=lambda rule: (tired[rule.id] * (EARLY if rule.dest.final else 1), dice.random()))
            if rule.by_clock:
                assert ran.due is not None
                return player.at(ran.due.at)
            return player.told(rule.event.name, rule.actor.key, when, details_of(rule.event, when))
    here = [rule.event.name for rule in workflow.rules if rule.source.key == ran.state.key]
    name, by = dice.choice(here if here and dice.random() < 0.5 else [*workflow.events, STRANGE]), dice.choice(list(workflow.actors))
    known = workflow.events.get(name)
    if known is None:
        return player.told(name, by, when, {})
    by = known.actor.key if dice.random() < 0.7 else by
    details = details_of(known, when) if dice.random() < 0.6 else {"note": " "} if "note" in known.needs else {}
    if by == CLOCK.key:  # at its limit the clock fires by itself, which is a row of its own
        return player.told(name, by, case.now, {}) if due is None or due.at > case.now else player.at(when)
    return player.told(name, by, when, details)


@cache
def _calendar(policy: Policy) -> dict[str, Any]:
    days = [FIRST + timedelta(days=number) for number in range((LAST - FIRST).days)]
    return {"first": (FIRST - EPOCH).days, "works": "".join("01"[policy.calendar.is_working(day)] for day in days)}


def _run(exported: Mapping[str, Any], policy: Policy, walks: list[Walk]) -> list[list[dict[str, Any]]]:
    """What XState says after each row of each walk."""
    node_module("xstate")
    given = json.dumps({"exported": exported, "calendar": _calendar(policy), "walks": [walk.script for walk in walks]})
    done = subprocess.run(
        ("node", str(WEB / "xstate_walk.mjs")), input=given, capture_output=True, text=True, timeout=LONGEST, check=False, encoding="utf-8"
    )
    assert done.returncode == 0 and not done.stderr, done.stderr
    found: list[list[dict[str, Any]]] = json.loads(done.stdout)
    return found


@cache
def _walks(workflow: Workflow, policy: Policy) -> list[Walk]:
    dice, tired = (
        random.Random(f"{workflow.key} {policy.on_merchant_silence} {policy.roll_over}" + (" special" if policy.special else "")),
        Counter[str](),
    )
    covering = [path for criterion in CRITERIA for path in paths.cover(workflow, criterion, policy).paths]
    return [_replayed(workflow, policy, path) for path in covering] + [_walk(workflow, policy, dice, tired) for _ in range(WALKS)]


def _difference(exported: Mapping[str, Any], policy: Policy, walks: list[Walk]) -> object:
    """The first row on which XState and the library differ, with what each says; None when there is none."""
    for walk, shown in zip(walks, _run(exported, policy, walks), strict=True):
        for place, (said, seen) in enumerate(zip(walk.said, shown, strict=True)):
            if said != seen:
                return walk.script["rows"][:place], said, seen
    return None


@pytest.mark.parametrize(("workflow", "policy"), CASES)
def test_xstate_steps_as_the_library_does(workflow: Workflow, policy: Policy) -> None:
    walks = _walks(workflow, policy)
    assert _difference(json.loads(render(workflow, "xstate", policy)), policy, walks) is None
    found = graph.explore(workflow, policy)
    able = {found.rules[number] for number in set(found.rule_at) if number >= 0}
    assert able == {rule for walk in walks for rule in walk.said[-1]["fired"]}, "every rule that can fire does in some walk"
    codes = {said["refused"] for walk in walks for said in walk.said}
    needed = {"unknown_event", "case_final", "wrong_state", "wrong_actor", "not_due", "missing_detail", "guard_failed"}
    assert codes == {None, *needed}
    assert any(said["breaches"] for walk in walks for said in walk.said)


# Limits that facts and periods move

SPECIAL = Policy(
    special=(
        SpecialPeriod(limit="x_hours", when=("small",), start="2026-02-13T00:00+08:00", end="2026-02-16T00:00+08:00", days=4),
        SpecialPeriod(limit="x_hours", start="2026-02-12T12:00+08:00", end="2026-02-21T00:00+08:00", hours=9, never_shorter=True),
        SpecialPeriod(limit="y_days", when=("flagged",), start="2026-02-14T00:00+08:00", end="2026-02-17T00:00+08:00", hours=80),
        SpecialPeriod(limit="x_days", when=("flagged", "small"), start="2026-02-13T00:00+08:00", end="2026-02-19T00:00+08:00", days=1),
    )
)


@cache
def _moving(policy: Policy) -> list[Player]:
    dice, tired, found = random.Random(14), Counter[str](), []
    for _ in range(MOVING):
        player = _opened(MOVED, policy, dice, fruitful=False)
        for _ in range(STEPS):
            player = _step(player, dice, tired)
        tired.update(step.rule.id for step in player.case.steps)
        found.append(player)
    return found


@pytest.mark.parametrize("policy", [Policy.guide(), SPECIAL], ids=["guide", "special"])
def test_xstate_counts_a_limit_that_is_moved_as_the_library_does(policy: Policy) -> None:
    players = _moving(policy)
    assert _difference(json.loads(render(MOVED, "xstate", policy)), policy, [_written(player) for player in players]) is None
    dues = [one.case.due for player in players for one in player.line() if one.case.due is not None]
    whys = {(due.why.row.field, due.why.special is not None, due.why.plus > 0, due.why.held is not None) for due in dues}
    assert len(whys) >= (16 if policy.special else 10), "rows, periods, what is added, and ends that were held all come up"


def _first_alone(exported: Any) -> None:
    for counts in exported["limits"].values():
        del counts[:-1]


def _not_moved(exported: Any) -> None:
    for node in exported["machine"]["states"].values():
        for transitions in node.get("on", {}).values():
            for one in transitions:
                one["actions"] = [action for action in one["actions"] if action["type"] != "count_on"]


def _no_period(exported: Any) -> None:
    for told in exported["delays"].values():
        told.pop("special", None)


def _no_plus(exported: Any) -> None:
    for told in exported["delays"].values():
        told.pop("plus", None)


@pytest.mark.parametrize("spoil", [_first_alone, _not_moved, _no_period, _no_plus])
def test_a_spoilt_count_is_noticed(spoil: Any) -> None:
    exported = json.loads(render(MOVED, "xstate", SPECIAL))
    spoil(exported)
    assert _difference(exported, SPECIAL, [_written(player) for player in _moving(SPECIAL)]) is not None


# What makes an export wrong must be noticed.


def _guard_row(exported: Any) -> None:
    guard = next(iter(exported["guards"].values()))
    guard["holds"] = guard["holds"][1:]


def _effect_row(exported: Any) -> None:
    effect = list(exported["effects"].values())[-1]
    effect["rows"] = [[read, [None] * len(made)] for read, made in effect["rows"]]


def _longer(exported: Any) -> None:
    next(iter(exported["delays"].values()))["length"] += 1


def _other_unit(exported: Any) -> None:
    delay = next(one for one in exported["delays"].values() if one["unit"] == "working_days")
    delay["unit"] = "days"


def _anybody(exported: Any) -> None:
    for node in exported["machine"]["states"].values():
        for transitions in node.get("on", {}).values():
            transitions[:] = [one for one in transitions if one.get("guard", {}).get("type") != "not_by"]


def _timeless(exported: Any) -> None:
    for node in exported["machine"]["states"].values():
        if "after" in node:
            del node["after"]
            return


@pytest.mark.parametrize("spoil", [_guard_row, _effect_row, _longer, _other_unit, _anybody, _timeless])
@pytest.mark.parametrize("workflow", [EXCHANGE, ALL["virtual"]], ids=["exchange", "virtual"])
def test_a_spoilt_export_is_noticed(workflow: Workflow, spoil: Any) -> None:
    policy = Policy.guide()
    walks = _walks(workflow, policy)
    exported = json.loads(render(workflow, "xstate", policy))
    spoil(exported)
    assert _difference(exported, policy, walks) is not None
