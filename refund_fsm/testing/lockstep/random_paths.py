"""Owns whole random paths and near misses in bulk: seeded random walks over a `Model`, which also try what must be refused.

Made for speed: what a configuration offers is found once. `hypothesis/paths.py` has the same as
values that Hypothesis can shorten. Must not know an order type, nor call an implementation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any, NamedTuple

from refund_fsm.case import NO_DETAILS
from refund_fsm.scenario import Opening, details_of
from refund_fsm.testing.lockstep.implementation import Abilities
from refund_fsm.testing.lockstep.model import Model, Node, Table
from refund_fsm.testing.lockstep.plan import Writer
from refund_fsm.testing.openings import OPENING_BYTES, Choices, Spread, opening_with
from refund_fsm.workflow import CLOCK, Event, Workflow

LONGEST = 40  # inputs of one path
OPENINGS = 500  # that are drawn for one run: more paths begin at them again
MISSES, PASSES = 0.25, 0.03  # how many inputs must be refused, and how many are time alone
SOON, NOW, LATER = 0.8, 0.92, 0.96  # waits up to each share: a minute, none, some while; beyond the last they look at the limit
NEWS = 0.08  # how many are news of the order, for an implementation that hears it
TURNS, ENDING = 0.4, 12  # how often the event is taken whose turn it is; for how many an event counts that ends the case
LAST_MISSES = 2  # tries after the end of a case
PAUSE = timedelta(minutes=1)
TICK = timedelta(microseconds=1)
GAPS = tuple(timedelta(minutes=m) for m in (10, 60, 600, 1440, 4320, 11520))
FROM_DUE = (-PAUSE, -TICK, timedelta(0), TICK, PAUSE, timedelta(days=3))
EARLIER = timedelta(days=1)  # than the opening evidence is dated, so that it can also be brought by an event that is dated back
BLANK: Mapping[str, Any] = {"note": " \n", "evidence": ()}  # what is there, and nothing
HALF = 0.5
NO_SUCH_EVENT = "no_such_event"


class _Given(dict[str, Mapping[str, Any]]):
    """By event, what it needs: made when it is first asked for, since most cases bring little. Nothing for an event that is unknown."""

    def __init__(self, workflow: Workflow, opening: Opening) -> None:
        super().__init__()
        self._events, self._at = workflow.events, opening.at - EARLIER

    def __missing__(self, name: str) -> Mapping[str, Any]:
        event = self._events.get(name)
        found = self[name] = details_of(event, self._at) if event is not None and event.needs else NO_DETAILS
        return found


Miss = tuple[str, str, tuple[str, ...]]  # event, actor, and what it lacks of what it needs
Misses = tuple[Miss, ...]


class Offers(NamedTuple):
    """What can be tried in a configuration: events that are taken, with their actor and where they lead; and by kind, what is refused."""

    legal: tuple[tuple[str, str, Node], ...]
    misses: tuple[Misses, ...]


def random_paths(table: Table, abilities: Abilities, number: int, seed: int) -> Iterator[Writer]:
    """So many paths, each with its plan and its rows, and each from an opening of its own, spread over all facts; after `OPENINGS` of them
    they come round again. The same arguments give the same paths."""
    random = Random(seed)
    spread = Spread(table.workflow, table.policy, random.randrange(1 << 16))
    taken: dict[tuple[str, str], int] = {}
    drawn: list[tuple[Opening, _Given]] = []
    for count in range(number):
        if count < OPENINGS:
            opening = opening_with(Choices(random.randbytes(OPENING_BYTES)), table.workflow, table.policy, spread.pick())
            drawn.append((opening, _Given(table.workflow, opening)))
        opening, given = drawn[count % OPENINGS]
        yield _written(Writer(table, abilities, opening), given, taken, random)


def _written(writer: Writer, given: _Given, taken: dict[tuple[str, str], int], random: Random) -> Writer:
    model, write, draw = writer.model, writer.write, random.random
    table = model.table
    left = LAST_MISSES
    hears = writer.hears
    for _ in range(LONGEST):
        node = model.node
        if hears and draw() < NEWS:
            write(None, "", model.now + PAUSE, {"order": writer.newer(draw)})
            continue
        offers: Offers = node.offers or _offers(table, node)
        kind = draw()
        if kind < MISSES or not offers.legal:
            if node.final:
                if not left:
                    break
                left -= 1
            _miss(writer, offers, given, draw)
        elif kind < MISSES + PASSES:
            write(None, "", max(model.now, _instant(model, NOW + (1.0 - NOW) * draw(), draw)), NO_DETAILS)
        else:
            event, by, _ = _picked(offers, taken, node.state, draw)
            write(event, by, _instant(model, draw(), draw), given[event])
    return writer


def _picked(offers: Offers, taken: dict[tuple[str, str], int], state: str, draw: Any) -> tuple[str, str, Node]:
    """Any of the legal events, or the one that was taken least often in this state, so that deep states do not starve. An event that
    ends the case counts for several, and is taken only when its turn has come."""
    legal = offers.legal
    found = legal[int(draw() * len(legal))]
    if found[2].final or draw() < TURNS:
        found = min(legal, key=lambda one: taken.get((state, one[0]), 0))
    key = (state, found[0])
    taken[key] = taken.get(key, 0) + (ENDING if found[2].final else 1)
    return found


def _instant(model: Model, wait: float, draw: Any) -> datetime:
    """When the next input comes."""
    now = model.now
    if wait < SOON:
        return now + PAUSE
    if wait < NOW:
        return now
    if wait < LATER:
        return now + GAPS[int(draw() * len(GAPS))]
    due = model.due
    return now + PAUSE if due is None else max(now, due + FROM_DUE[int(draw() * len(FROM_DUE))])


def _miss(writer: Writer, offers: Offers, given: _Given, draw: Any) -> None:
    """One input that must be refused."""
    kinds, now = offers.misses, writer.model.now
    kind = int(draw() * (len(kinds) + 1))
    if kind == len(kinds) and offers.legal:  # what would be taken, but for its date
        event, by, _ = offers.legal[int(draw() * len(offers.legal))]
        writer.write(event, by, now - GAPS[int(draw() * 3)], given[event])
        return
    misses = kinds[min(kind, len(kinds) - 1)]
    event, by, lacks = misses[int(draw() * len(misses))]
    details = given[event]
    if lacks:
        blank = draw() < HALF
        details = {name: value for name, value in details.items() if name not in lacks}
        details.update({name: value for name, value in BLANK.items() if blank and name in lacks})
    writer.write(event, by, now + PAUSE if draw() < SOON else now, details)


def _offers(table: Table, node: Node) -> Offers:
    """What a configuration offers, kept in its node; what depends on its state alone is kept in the table."""
    by_hand, misses = table.offers.get(node.state) or table.offers.setdefault(node.state, _of_state(table.workflow, node.state))
    moves = [(name, by, None if node.final else node.move(name)) for name, by in by_hand]
    legal = tuple((name, by, move.dest) for name, by, move in moves if move is not None)
    barred: Misses = tuple((name, by, ()) for name, by, move in moves if move is None)
    found = node.offers = Offers(legal, (*misses, barred) if barred else misses)
    return found


def _of_state(workflow: Workflow, state: str) -> tuple[list[tuple[str, str]], tuple[Misses, ...]]:
    """The events that an actor other than the clock has in a state; and all that is refused there, whatever the facts, by kind."""
    here = {name: event for name, event in workflow.events.items() if (state, name) in workflow.rules_at}
    elsewhere = [(name, by) for name in workflow.events if name not in here for by in workflow.actors]
    by_hand = [(name, event.actor.key) for name, event in here.items() if event.actor.key != CLOCK.key]
    kinds: tuple[list[Miss], ...] = (
        [(name, by, ()) for name, by in elsewhere if workflow.events[name].actor.key == by],
        [(name, by, ()) for name, by in elsewhere if workflow.events[name].actor.key != by],
        [(name, by, ()) for name, event in here.items() for by in workflow.actors if by != event.actor.key],
        [(name, CLOCK.key, ()) for name, event in here.items() if event.actor.key == CLOCK.key],
        [(name, by, lacks) for name, by in by_hand for lacks in lacking(here[name])],
        [(NO_SUCH_EVENT, by, ()) for by in workflow.actors],
    )
    return by_hand, tuple(tuple(kind) for kind in kinds if kind)


def lacking(event: Event) -> tuple[tuple[str, ...], ...]:
    """What an event may lack of what it needs: everything, or one thing alone."""
    return tuple(dict.fromkeys((event.needs, *((need,) for need in event.needs)))) if event.needs else ()
