"""Owns paths that need an instant of their own: cases opened so that a limit meets a special period, and limits that a rule moves.

Planned paths all open at one instant, in which no special period is met. Must not plan those, nor say what a goal is called.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from refund_fsm.paths.goals import Extra
from refund_fsm.paths.inputs import Input
from refund_fsm.paths.space import Space
from refund_fsm.scenario import MINUTE, START, Player
from refund_fsm.workflow import SpecialPeriod, counting

MAX_DAYS = 120  # before the end of a special period, on which an opening is tried
HOUR = timedelta(hours=10)


def played(space: Space, extra: Extra) -> Iterator[Player]:
    """Cases that reach what is wanted, as far as any do."""
    if extra.moved:
        start = _led(space, extra.place, START)
        moved = None if start is None else Input("late", extra.moved).on(start)
        due = None if start is None else start.case.due
        if moved is not None and due is not None and moved.case.due is not None:
            after = moved.at(due.at).expired(-MINUTE)
            ended = None if after is None else after.expired()
            yield ended or after or moved
        return
    assert extra.special is not None, "what is not moved meets a special period"
    start = _met(space, extra.place, extra.special)
    if start is None:
        return
    near = start.expired(-MINUTE)
    ended = None if near is None else near.expired()
    if ended is not None:
        yield (ended.at(ended.case.now + MINUTE) if space.clock_move(extra.place) is None else ended)
    if space.clock_move(extra.place) is not None:
        inputs = (Input("after"), *((Input("too_late", extra.too_late),) if extra.too_late else ()))
        yield from (late for late in (one.on(start) for one in inputs) if late is not None)


def _met(space: Space, place: int, period: SpecialPeriod) -> Player | None:
    """A case led to a place so that its limit ends in a special period; None where no opening does that."""
    travel = _led(space, place, START)
    if travel is None:
        return None
    took = travel.case.now - START
    for at in (*(entry - took for entry in _entries(space, place, period)), *(day + HOUR for day in _days(period))):
        player = _led(space, place, at)
        due = None if player is None else player.case.due
        if due is not None and due.why.special == period:
            return player
    return None


def _entries(space: Space, place: int, period: SpecialPeriod) -> Iterator[datetime]:
    """The first instants at which a count may start that meets the period."""
    count = counting(space.workflow, space.policy).of(space.state(place), space.facts(place))
    calendar = space.policy.calendar
    met = (day + HOUR for day in _days(period) if count is not None and count.end(calendar, day + HOUR).why.special == period)
    yield from (entry for entry, _ in zip(met, range(3), strict=False))


def _days(period: SpecialPeriod) -> Iterator[datetime]:
    """Days from which a limit may end in a period, the first of them first."""
    days = min(MAX_DAYS, (period.end - period.start).days + MAX_DAYS // 2)
    return (period.end - timedelta(days=days - number) for number in range(days))


def _led(space: Space, place: int, at: datetime) -> Player | None:
    """A case opened at an instant and led to a place by a shortest path, without delay; None where it does not go."""
    opening, events = space.shortest.to(place % len(space.graph))
    player = Player.with_facts(space.workflow, space.policy, space.openings[opening], at)
    for number in events:
        player = None if player is None else space.shortest.step(player, number)
    return player
