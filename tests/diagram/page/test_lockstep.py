"""The page and the library step the same cases side by side, and say the same after every step."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from refund_fsm import CLOCK, Due, Evidence, Policy, RefundCase, Refusal, Refused, Workflow, orders
from refund_fsm.diagram import page
from refund_fsm.text import words as texts
from tests.browser import page_of
from tests.rowed import NAME as ROWED_NAME
from tests.rowed import POLICY as ROWED_POLICY
from tests.rowed import WORKFLOW as ROWED
from tests.samples import at
from tests.workflows import ALL, EVERY_KEY

if TYPE_CHECKING:
    from playwright.sync_api import Browser

WALKS = 90
MANY = 120  # where limits depend on facts and days
STEPS = 18
# Before and inside the Spring Festival of 2026 (15 to 23 February; 14 and 28 February are worked), the same for National Day 2025,
# the last day of a year, and beyond the published years.
STARTS = (
    "2026-02-12 10:00",
    "2026-02-13 23:59",
    "2026-02-14 00:00",
    "2026-02-20 09:30",
    "2025-09-26 17:00",
    "2025-10-02 08:00",
    "2026-12-30 12:00",
)
WAITS = tuple(timedelta(hours=hours) for hours in (0, 0, 1, 1, 5, 5, 24, 26, 72, 168, 400))
OWN = {**ALL, ROWED_NAME: ROWED}
WORKFLOWS = [
    *((key, Policy.guide()) for key in orders.keys()),
    *((key, Policy.statute()) for key in orders.keys() if key != "shop_official"),
    ("exchange", Policy.guide()),
    ("shop_official", Policy.platform()),
    (ROWED_NAME, ROWED_POLICY),
]
IDS = [f"{key}-{'statute' if policy.roll_over else 'special' if policy.special else 'guide'}" for key, policy in WORKFLOWS]
# Plays walks in the page: each is facts, an opening, and rows of an event (none: the clock alone) and an instant.
PLAY = """walks => {
  const { data, model } = refundPage;
  const ms = text => Date.parse(text + "Z");
  const iso = instant => new Date(instant).toISOString().slice(0, 19);
  const told = refusal => refusal && [refusal.code, refusal.failed.map(one => data.guards[one].name)];
  const look = live => {
    const due = model.due(live);
    const law = model.statutoryDue(live);
    const last = live.steps.at(-1);
    return {
      state: model.stateOf(live).key,
      now: iso(live.now),
      steps: live.steps.length,
      rule: last ? data.rules[last.rule].id : null,
      due: due && [iso(due.at), due.provisional, due.then === null ? null : data.rules[due.then].id, due.text[1]],
      why: due && [due.special ? due.special.days : null, due.ordinary && iso(due.ordinary), due.plus ? due.plus.length : 0, due.held],
      law: law && [iso(law.at), law.provisional],
      breaches: model.breaches(live).map(one => [iso(one.at), one.provisional]),
      verdicts: Object.fromEntries(model.verdicts(live, live.now).map(one =>
        [data.events[one.event].name, one.rule === null ? told(one.refusal) : data.rules[one.rule].id])),
    };
  };
  return walks.map(({ facts, at, rows }) => {
    let live = model.open(facts, ms(at));
    return [look(live), ...rows.map(([event, when]) => {
      if (event === null) { live = model.advance(live, ms(when)); return { refused: null, ...look(live) }; }
      const found = model.fire(live, model.eventNumber.get(event), ms(when));
      live = found.live;
      return { refused: told(found.refusal), ...look(live) };
    })];
  });
}"""


@cache
def html(key: str, policy: Policy) -> str:
    """The page of a workflow under a policy."""
    return page(OWN[key], policy=policy).html


@dataclass
class Walk:
    """What the page is to play, and what the library said to it."""

    facts: Mapping[str, Any]
    at: datetime
    rows: list[tuple[str | None, datetime]]
    said: list[dict[str, Any]]

    @property
    def script(self) -> dict[str, Any]:
        return {"facts": dict(self.facts), "at": _iso(self.at), "rows": [[event, _iso(when)] for event, when in self.rows]}


def _iso(instant: datetime) -> str:
    return instant.replace(tzinfo=None).isoformat()


def _told(refusal: Refusal) -> list[Any]:
    return [refusal.code, [guard.name for guard in refusal.failed_guards]]


def _look(case: RefundCase) -> dict[str, Any]:
    """What a case says of itself, in the terms of the page."""
    due, law = case.due, case.statutory_due
    verdicts: dict[str, Any] = {}
    for actor in case.workflow.actors:
        for one in case.actions(at=case.now, by=actor):
            verdicts[one.event] = one.rule.id if one.rule else _told(one.refusal) if one.refusal else None
    return {
        "state": case.state.key,
        "now": _iso(case.now),
        "steps": len(case.steps),
        "rule": case.steps[-1].rule.id if case.steps else None,
        "due": [_iso(due.at), due.provisional, due.then.id if due.then else None, texts.length(due.length, due.unit).en] if due else None,
        "why": _why(due) if due else None,
        "law": [_iso(law.at), law.provisional] if law else None,
        "breaches": [[_iso(one.at), one.provisional] for one in case.breaches()],
        "verdicts": verdicts,
    }


def _why(due: Due) -> list[Any]:
    why = due.why
    days = texts.period(why.special.start, why.special.end) if why.special else None
    return [days, _iso(why.ordinary) if why.ordinary else None, why.plus, why.held is not None]


def _opened(workflow: Workflow, policy: Policy, start: datetime, dice: random.Random) -> tuple[Any, RefundCase]:
    """Random facts that an order has, and the case: one that can be filed, but for one in ten."""
    barren = dice.random() < 0.1
    while True:
        facts = workflow.facts(**{one.name: dice.choice(one.start(policy)) for one in workflow.fact_fields})
        example = workflow.example_of(facts, start)
        if example is None:
            continue
        case = RefundCase.open(*example, at=start, policy=policy, workflow=workflow)
        offered = [one.event for by in workflow.actors for one in case.actions(at=start, by=by) if one.rule and not one.rule.dest.final]
        if barren or offered:
            return facts, case


def _walk(workflow: Workflow, policy: Policy, dice: random.Random) -> Walk:
    """A walk from random facts. Mostly what is allowed; now and then anything, at the limit, or before the present."""
    start = at(dice.choice(STARTS))
    facts, case = _opened(workflow, policy, start, dice)
    chosen = {one.name: getattr(facts, one.name) for one in workflow.fact_fields if len(one.start(policy)) > 1}
    walk = Walk(chosen, start, [], [_look(case)])
    for _ in range(STEPS):
        if case.state.final and dice.random() < 0.5:
            break
        event, when = _move(case, dice)
        before, (case, refused) = case, _taken(case, event, when)
        walk.rows.append((event, when))
        walk.said.append({**(walk.said[-1] if case is before else _look(case)), "refused": refused})
    return walk


def _move(case: RefundCase, dice: random.Random) -> tuple[str | None, datetime]:
    kind = dice.random()
    when = case.now + dice.choice(WAITS)
    if kind < 0.12:
        return None, max(case.now, case.due.at) if case.due else when
    if kind < 0.17 and case.now - timedelta(hours=1) > case.opened_at:
        return dice.choice(list(case.workflow.events)), case.now - timedelta(hours=1)
    if kind < 0.35:
        return dice.choice(list(case.workflow.events)), when
    ran = case.advance(to=when)
    possible = [one.rule for by in case.workflow.actors for one in ran.actions(at=when, by=by) if one.rule]
    inner = [rule for rule in possible if rule.internal]
    if case.policy.special and inner and dice.random() < 0.4:  # what moves a limit
        return dice.choice(inner).event.name, when
    been = {step.dest.key for step in ran.steps}
    offered = [rule for rule in possible if not rule.dest.final]
    onward = [rule for rule in offered if rule.dest.key not in been] if dice.random() < 0.8 else offered
    allowed = [rule.event.name for rule in onward or offered]
    return dice.choice(allowed or list(case.workflow.events)), when


def _taken(case: RefundCase, event: str | None, when: datetime) -> tuple[RefundCase, list[Any] | None]:
    if event is None:
        return case.advance(to=when), None
    known = case.workflow.events[event]
    given: dict[str, Any] = {
        "note": "说明",
        "tracking_no": "SF1",
        "evidence": Evidence(kind="photo", by=known.actor.key, at=case.opened_at),
    }
    details = {need: given[need] for need in known.needs} if known.actor.key != CLOCK.key else {}
    try:
        return case.apply(event, at=when, by=known.actor.key, **details), None
    except Refused as error:
        return case, _told(error.refusal)


@pytest.mark.parametrize(("key", "policy"), WORKFLOWS, ids=IDS)
def test_the_page_steps_as_the_library_does(browser: Browser, key: str, policy: Policy) -> None:
    workflow = OWN[key]
    dice = random.Random(f"{key} {policy.roll_over}")
    walks = [_walk(workflow, policy, dice) for _ in range(MANY if policy.special else WALKS)]
    with page_of(browser) as watched:
        watched.page.set_content(html(key, policy))
        played = watched.page.evaluate(PLAY, [walk.script for walk in walks])
    for walk, shown in zip(walks, played, strict=True):
        for row, said, seen in zip([("open", walk.at), *walk.rows], walk.said, shown, strict=True):
            assert seen == said, (walk.script, row)
    _are_telling(workflow, walks)
    if policy.special:
        whys = [look["why"] for walk in walks for look in walk.said if look["why"]]
        assert any(days for days, *_ in whys), "special periods were met"
        assert any(plus for *_, plus, _ in whys), "something was added"
    if workflow is ROWED:
        assert any(held for *_, held in whys), "a limit was moved to an end that it may not have"
        laws = [look["law"] for walk in walks for look in walk.said if look["state"] == "received"]
        assert any(laws) and not all(laws), "the law's clock starts for some alone"


def _are_telling(workflow: Workflow, walks: list[Walk]) -> None:
    """The walks went far enough to mean something."""
    looks = [look for walk in walks for look in walk.said]
    fired = {look["rule"] for look in looks}
    codes = {look["refused"][0] for look in looks if look.get("refused")}
    assert len(fired) > len(workflow.rules) / 2, sorted(set(workflow.by_id) - fired)
    assert {"wrong_state", "time_reversed", "guard_failed", "case_final"} <= codes
    assert any(look["breaches"] for look in looks)
    assert not workflow.law or any(look["law"] for look in looks)


@EVERY_KEY
def test_a_filing_after_the_facts_have_turned_is_judged_anew(browser: Browser, key: str) -> None:
    """To the millisecond: at the last instant before the turn as at the opening, from the turn on by the later facts."""
    workflow = orders.get(key)
    policy = workflow.default_policy()
    with page_of(browser) as watched:
        watched.page.set_content(html(key, policy))
        found = watched.page.evaluate(
            """() => {
          const { data, model } = refundPage;
          const rows = [];
          data.openingAt.forEach((opening, place) => {
            if (opening < 0 || !data.openings[opening].turns.length) return;
            const facts = {};
            for (const { name, values } of [...data.facts].reverse()) {
              facts[name] = values[place % values.length].value;
              place = Math.floor(place / values.length);
            }
            const live = model.open(facts, Date.parse("2026-02-12T10:00Z"));
            const ask = at => model.verdicts(live, at).filter(one => data.events[one.event].files).map(one =>
              [data.events[one.event].name, one.rule !== null, (one.refusal?.failed ?? []).map(guard => data.guards[guard].name)]);
            rows.push([facts, live.turns[0], ask(live.turns[0] - 1), ask(live.turns[0])]);
          });
          return rows;
        }"""
        )
    assert found
    for facts, turn, before, after in found[:: max(1, len(found) // 40)]:
        opened = at("2026-02-12 10:00")
        whole = {one.name: one.start(policy)[0] for one in workflow.fact_fields} | facts
        example = workflow.example_of(workflow.facts(**whole), opened)
        assert example is not None
        case = RefundCase.open(*example, at=opened, policy=policy)
        instant = at("1970-01-01 00:00") + timedelta(milliseconds=turn)
        for when, said in ((instant - timedelta(milliseconds=1), before), (instant, after)):
            for event, allowed, failed in said:
                verdict = case.ask(event, at=when, by="buyer")
                assert (verdict.allowed, [g.name for g in verdict.refusal.failed_guards] if verdict.refusal else []) == (allowed, failed), (
                    facts,
                    event,
                    when,
                )
