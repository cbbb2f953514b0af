"""Lives of `shop_official`, driven by the plain reading: what is done next, what must hold of every life, what every side must agree on."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from tests.case.official_by_hand import ROWS, STATES, Row
from tests.case.official_goals import Figures, Goal, distances, wanted
from tests.case.official_orders import INSTANT, drawn_opening
from tests.case.official_sides import Look, Maker, OfReading, Opening, Side
from tests.case.oracle_official import FINAL, HERE, Due, facts_at

TRIED = 20_000
MOST_TURNS = 40  # of one life
ACTORS = ("buyer", "merchant", "platform", "carrier", "payment", "clock")


class Diverged(AssertionError):
    """The two sides, or a life and what must hold of every life, do not agree; says how the life went."""


@dataclass
class Life:
    """One life, driven by the reading; every other side is told the same and must say the same."""

    opening: Opening
    draw: random.Random
    figures: Figures
    others: list[Side]
    goal: Goal | None = None
    story: list[str] = field(default_factory=list)
    passed: set[Due] = field(default_factory=set)  # limits whose breach is in the figures

    def __post_init__(self) -> None:
        self.side = OfReading(self.opening)
        self.plain = self.side.plain
        self.way = [] if self.goal is None else [*self.goal.via, self.goal.state]
        self.seen = self.side.look()
        self.story.append(f"{self.opening}")
        self.figures.lives += 1
        self.same("the opening")

    def must(self, holds: bool, what: str) -> None:
        """Something that must be so."""
        if not holds:
            raise Diverged("\n".join((what, *self.story)))

    def same(self, what: str) -> None:
        """Every side looks alike, and the reading goes on as every life must."""
        before, now = self.seen, self.side.look()
        for other in self.others:
            theirs = other.look()
            differ = {name: (value, theirs[name]) for name, value in now.items() if value != theirs[name]}
            self.must(not differ, f"after {what}, ours and theirs differ: {differ}")
        self.goes_on(before, now)
        self.count(len(before["steps"]))
        self.seen = now

    def goes_on(self, before: Look, now: Look) -> None:
        """What holds of every life."""
        steps = self.plain.steps
        self.must(now["steps"][: len(before["steps"])] == before["steps"], "the past changed")
        self.must(now["now"] >= before["now"] and now["state"] in STATES, "the time ran backwards")
        self.must(all(one.at <= two.at for one, two in pairwise(steps)), "a step was before the one before it")
        self.must((now["due"] is None) == (now["state"] in FINAL | {"draft"}), "a limit is missing, or one too many")
        self.must(now["due"] is None or now["due"][3] is None or now["due"][0] > now["now"], "a clock rule is late")
        self.must((now["paid_fen"] > 0) == (now["state"] == "refunded"), "money was paid elsewhere, or not paid")
        internal = len(now["steps"]) == len(before["steps"]) + 1 and now["state"] == before["state"]
        self.must(not internal or before["due"] is None or now["due"][0] >= before["due"][0], "a limit moved to an earlier instant")

    def count(self, known: int) -> None:
        """Adds to the figures what happened since that many steps."""
        for place, step in enumerate(self.plain.steps[known:], known):
            self.figures.rules[step.rule] += 1
            if step.due is None:
                continue
            source = self.plain.steps[place - 1].state
            row = next(one for one in ROWS if one.id == step.rule)
            if row.actor == "clock":
                self.figures.fell_due(source, step.due)
            elif step.breach is not None:
                self.breached(source, step.due)
        due = self.plain.due()
        if due is None:
            return
        if due.clock is None and due.at <= self.plain.now:
            self.breached(self.plain.state, due)
        if due.special is not None and known < len(self.plain.steps):
            self.figures.told[due.special] += 1

    def breached(self, state: str, due: Due) -> None:
        """A breach counts once."""
        if due not in self.passed:
            self.passed.add(due)
            self.figures.fell_due(state, due)

    def tell(self, event: str, at: datetime, by: str, details: Mapping[str, Any]) -> str:
        """An event to every side."""
        at = at.astimezone(UTC) if self.draw.random() < 0.1 else at
        self.story.append(f"{event} at {at} by {by} with {dict(details)}")
        said = self.side.apply(event, at, by, details)
        for other in self.others:
            theirs = other.apply(event, at, by, details)
            self.must(said == theirs, f"ours says {said}, theirs {theirs}")
        self.figures.tried += 1
        accepted = said[1:].isdigit()
        if said == "P39" and self.seen["facts"]["exchange_sent"]:
            self.figures.returns_of_exchanges += 1
            self.figures.extensions_undone += self.seen["facts"]["extended"]
        self.figures.accepted += accepted
        self.must(accepted or self.side.look() == self.seen, "a refused event changed something")
        if not accepted:
            code, *failed = said.split()
            self.figures.refusals[code] += 1
            self.figures.guards.update(failed)
        self.same(event)
        self.story[-1] += f": {said}"
        return said

    def wait(self, to: datetime) -> None:
        """Time that passes, for every side."""
        self.story.append(f"wait until {to}")
        for side in (self.side, *self.others):
            side.advance(to)
        self.same("waiting")

    # What is done next.

    def live(self) -> None:
        """Events and waits until the end, and a little beyond."""
        for _ in range(MOST_TURNS):
            if self.plain.state in FINAL:
                break
            while self.way and self.way[0] == self.plain.state:  # ends: the way gets shorter
                self.way.pop(0)
            self.draw.choices((self.purposeful, self.wrong, self.waited, self.clock_by_hand), (50, 40, 5, 4))[0]()
        for _ in range(self.draw.randrange(2)):
            self.wrong()

    def purposeful(self) -> None:
        """What leads to the goal; without one, or when it is reached, anything that is accepted, or a wait."""
        goal = self.goal
        if not self.way and self.draw.random() < 0.6:  # else once more: an extension, say, is refused then
            self.goal = None
        if goal is None or self.way:
            self.aimed() if self.way or self.draw.random() < 0.85 else self.waited()
        elif goal.rule is None:
            due = self.plain.due()
            self.wait(max(due.at, self.plain.now) if due is not None else self.soon())
        else:
            self.tell(goal.rule.event, self.plain.now, goal.rule.actor, self.needed(goal.rule, self.plain.now))

    def aimed(self) -> None:
        """An event that is accepted, the rarer its rule so far the likelier; on the way to a goal, one that leads there."""
        at = self.soon()
        possible = [row for row in ROWS if row.source == self.plain.state and row.actor != "clock" and self.would_fire(row, at)]
        if not possible:
            self.wrong()
            return
        if self.way:
            far = {row: distances(self.way[0]).get(row.dest, len(STATES)) for row in possible}
            dwells = self.draw.random() < 0.4  # the way may take in what only stays, as an extension does
            possible = [row for row in possible if far[row] == min(far.values()) or (dwells and row.source == row.dest)]
        row = self.draw.choices(possible, [self.wish(one) for one in possible])[0]
        said = self.tell(row.event, at, row.actor, self.needed(row, at))
        self.must(said == row.id, f"aimed at {row.id}")

    def would_fire(self, row: Row, at: datetime) -> bool:
        """Whether its guards hold then."""
        facts = facts_at(self.opening.order, self.opening.request, at) if row.event == "submit" else self.plain.facts
        return self.plain.fires(row, facts)

    def wish(self, row: Row) -> float:
        """How much it is wanted: rules that end a life early, or only stay, come up often enough anyway."""
        dull = row.event == "accept_rejection" or (row.source == row.dest and row.event != "extend_receipt")
        weight = 0.1 if row.event == "cancel" else 1 if dull else 6
        return weight / (1 + self.figures.rules[row.id])

    def needed(self, row: Row, at: datetime) -> dict[str, Any]:
        """What its event needs."""
        known = {"note": "说明", "tracking_no": "SF1", "evidence": {"kind": "photo", "by": row.actor, "at": at}}
        return {need: known[need] for need in row.needs}

    def soon(self) -> datetime:
        """An instant before the clock strikes: now, a little later, or around the next noon or midnight."""
        now, due, draw = self.plain.now.astimezone(HERE), self.plain.due(), self.draw
        turn = now.replace(hour=12 if now.hour < 12 else 0, minute=0, second=0, microsecond=0) + timedelta(days=now.hour >= 12)
        later = [now, now + timedelta(minutes=draw.randrange(600)), now + timedelta(hours=draw.randrange(100))]
        weights = (6, 6, 0, 1) if self.way else (4, 4, 2, 2)
        at = draw.choices((*later, turn + draw.choice((-INSTANT, timedelta(0), INSTANT))), weights)[0]
        return at if now <= at and (due is None or due.clock is None or at < due.at) else now

    def around_due(self) -> datetime:
        """Just before, at, just after the running limit, or well after it."""
        due, now = self.plain.due(), self.plain.now
        ends = now + timedelta(hours=self.draw.randrange(48)) if due is None else due.at
        shift = self.draw.choice((-INSTANT, timedelta(0), timedelta(0), INSTANT, timedelta(days=self.draw.randrange(12))))
        return max(now, ends + shift)

    def waited(self) -> None:
        """Time that passes."""
        self.wait(self.around_due() if self.draw.random() < 0.85 else self.soon())

    def clock_by_hand(self) -> None:
        """The clock's event given by hand, in time or not, by the clock or another."""
        due = self.plain.due()
        event = due.clock if due is not None and due.clock is not None else "return_timeout"
        self.tell(event, self.around_due(), "clock" if self.draw.random() < 0.9 else "buyer", {})

    def wrong(self) -> None:
        """An event that is likely to be refused."""
        barred = self.barred(at := self.soon())
        if barred and self.draw.random() < 0.4:
            guards = self.figures.guards
            row = self.draw.choices(barred, [1 / (1 + min(guards[one] for one in row.guards)) for row in barred])[0]
            self.tell(row.event, at, row.actor, self.needed(row, at))
            return
        row = self.draw.choice(ROWS)
        near = self.draw.choice([one for one in ROWS if one.source == self.plain.state and one.actor != "clock"] or [row])
        ways: list[tuple[str, datetime, str, dict[str, Any]]] = [
            (self.draw.choice(("resubmit", "lose_return", "complain", "nonsense")), at, row.actor, {}),
            (near.event, self.plain.now - self.draw.choice((INSTANT, timedelta(hours=5))), near.actor, {}),
            (row.event, at, row.actor, self.needed(row, at)),
            (near.event, at, self.draw.choice(ACTORS[:5]), self.needed(near, at)),
            (near.event, at, near.actor, self.draw.choice(({}, {"note": " \n"}, {"note": None}, {"evidence": ()}))),
            (row.event, at, "buyer", {}),
            (near.event, late := self.around_due(), near.actor, self.needed(near, late)),
        ]
        self.tell(*self.draw.choice(ways))

    def barred(self, at: datetime) -> list[Row]:
        """Rules of this state whose events guards refuse then."""
        here = [row for row in ROWS if row.source == self.plain.state and row.actor != "clock"]
        possible = {row.event for row in here if self.would_fire(row, at)}
        return [row for row in here if row.event not in possible]


def lives(*others: Maker, seed: int = 10124) -> Figures:
    """Lives until enough events have been tried; every side must agree with the reading at every step."""
    draw, figures = random.Random(seed), Figures()
    while figures.tried < TRIED:
        goal = wanted(draw, figures)
        opening = drawn_opening(draw, goal)
        Life(opening, draw, figures, [make(opening) for make in others], goal).live()
    return figures
