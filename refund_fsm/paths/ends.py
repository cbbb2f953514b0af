"""Owns the paths to the ends of limits: to the microsecond, begun on every sort of day, and beside special periods.

Must not say which boundaries an attempt meets.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from refund_fsm.paths.coverage import attempts_of
from refund_fsm.paths.edges import WHEN, boundaries, entered, what
from refund_fsm.paths.inputs import PASS, Input
from refund_fsm.paths.meeting import Made
from refund_fsm.paths.space import Space
from refund_fsm.paths.starts import DAY, PLAIN, TICK, exceptional, instants, sort_of, working_before
from refund_fsm.scenario import MINUTE, START, Player
from refund_fsm.workflow import Count, counting

NOW = timedelta(0)
BEFORE = (-MINUTE, -TICK)
AFTER = (NOW, TICK, MINUTE)
MAX_DAYS = 200  # before the end of a special period, on which a count may begin that ends there


class _Limit(NamedTuple):
    """A place of the graph whose limit is wanted, what it is called, how a case is led there, and how long that takes until the count
    begins. Where no path but by the clock leads there, `steady` is false: the count begins when the clock has it."""

    place: int
    name: str
    opening: int
    inputs: tuple[Input, ...]
    took: timedelta
    clocked: bool
    steady: bool

    def led(self, space: Space, begun: datetime) -> Player | None:
        """A case whose count begins at an instant; None where it does not."""
        player = _led(space, self.opening, self.inputs, begun - self.took)
        return player if player is not None and player.case.due is not None and entered(player.case) == begun else None


def _places(space: Space) -> Iterator[_Limit]:
    """For each state, each row of its limit and each rule that the clock fires there: the nearest place."""
    known = set()
    for place, (opening, inputs) in sorted(_paths_to(space).items(), key=lambda one: len(one[1][1])):
        kind, clock = space.kind(place), space.clock_move(place)
        key = (space.state(place), kind and (kind.row, kind.plus, kind.special), clock and clock.rule.id)
        player = None if kind is None or key in known else _led(space, opening, inputs, START)
        due = None if player is None else player.case.due
        if player is not None and due is not None and player.case.state.key == space.state(place):
            known.add(key)
            took = entered(player.case) - START
            yield _Limit(place, what(player.case, due), opening, inputs, took, clock is not None, PASS not in inputs)


def _paths_to(space: Space) -> dict[int, tuple[int, tuple[Input, ...]]]:
    """By place, an opening and the inputs of a shortest path that does not wait for the clock, where there is one."""
    found: dict[int, tuple[int, tuple[Input, ...]]] = {place: (place, ()) for place in space.openings}
    for waits in (False, True):
        todo = list(found)
        for place in todo:  # ends: every place is added once
            opening, inputs = found[place]
            for move in space.moves(place):
                if move.dest not in found and (waits or move.input != PASS):
                    found[move.dest] = (opening, (*inputs, move.input))
                    todo.append(move.dest)
    return found


def _led(space: Space, opening: int, inputs: tuple[Input, ...], at: datetime) -> Player | None:
    player = Player.with_facts(space.workflow, space.policy, space.openings[opening], at)
    for one in inputs:
        after = None if player is None else one.on(player)
        player = after if after is not None and after.step is not None and after.step.fired else None
    return player


def limits(made: Made) -> None:
    space = Space(made.workflow, made.policy)
    counts = counting(made.workflow, made.policy)
    for one in _places(space):
        count = counts.of(space.state(one.place), space.facts(one.place))
        assert count is not None, "a place with a limit"
        for sort, tried in instants(made.policy.calendar, count.unit):
            every = tuple(WHEN) if sort == PLAIN or not one.clocked else (*BEFORE, NOW)
            if one.steady:
                made.aimed.update(dict.fromkeys(f"{one.name}: begun {sort}: {WHEN[apart]}" for apart in every))
            for at in tried:
                player = one.led(space, at) if one.steady else _led(space, one.opening, one.inputs, at)
                if player is not None:
                    if not one.steady:
                        begun = f"{one.name}: begun {sort_of(entered(player.case), made.policy.calendar)}"
                        made.aimed.update(dict.fromkeys(f"{begun}: {WHEN[apart]}" for apart in every))
                    _passed(made, player, clocked=one.clocked, every=every)
                if f"{one.name}: begun {sort}: {WHEN[NOW]}" in made.reached:
                    break


def _passed(made: Made, player: Player, *, clocked: bool, every: tuple[timedelta, ...]) -> None:
    """The limit comes, call by call; and where the clock fires at it, also in one jump to behind it."""
    near: Player | None = player
    for apart in (*BEFORE, *((NOW,) if clocked else AFTER)):
        near = None if near is None else near.expired(apart)
    made.keep(near)
    if clocked:
        for apart in AFTER[1:]:
            if apart in every:
                made.keep(player.expired(apart))


def across(made: Made) -> None:
    """Counts of the nearest limit in working days, at which the clock fires if any is so, over each holiday and each make-up day of the
    published years."""
    space, calendar, counts = Space(made.workflow, made.policy), made.policy.calendar, counting(made.workflow, made.policy)
    known = [(one, counts.of(space.state(one.place), space.facts(one.place))) for one in _places(space) if one.steady]
    counted = [one for one, count in known if count is not None and count.unit == "working_days"]
    nearest = min(counted, key=lambda one: not one.clocked, default=None)  # where the clock fires, a service need tell no deadline
    if nearest is None:
        return
    for day in exceptional(calendar):
        if f"{space.state(nearest.place)}: over {day}" not in made.reached:
            player = nearest.led(space, working_before(day, calendar))
            near = None if player is None else player.expired(-TICK)
            ended = None if near is None else near.expired(NOW)
            if ended is not None:
                names = (name for name in boundaries(attempts_of(ended)[-1], by_number=False) if ": over " in name)
                made.aimed.update(dict.fromkeys(names))
                made.keep(ended)


def special(made: Made) -> None:
    """Counts whose ordinary end lies beside an end of a special period that may move it."""
    if not made.policy.special:
        return
    space, counts = Space(made.workflow, made.policy), counting(made.workflow, made.policy)
    for one in _places(space):
        count = counts.of(space.state(one.place), space.facts(one.place))
        assert count is not None, "a place with a limit"
        for period, _ in count.special:
            for bound in (period.start, period.end):
                _beside(made, space, one, count, bound)


def _beside(made: Made, space: Space, one: _Limit, count: Count, bound: datetime) -> None:
    calendar, hours = made.policy.calendar, count.unit == "hours"
    for apart, beside in ((-TICK, WHEN[-TICK]), (NOW, WHEN[NOW])) if hours else ((-DAY, "on the day before"), (NOW, "on the day of")):
        name = f"{space.state(one.place)} {count.limit.field}: its ordinary end {beside} {bound:%Y-%m-%d %H:%M}"
        if name in made.aimed:
            continue
        made.aimed[name] = None
        end = bound + apart if hours else bound + apart + DAY
        days = range(1, MAX_DAYS)
        begins = [end - timedelta(hours=count.length)] if hours else [bound.replace(hour=10) - DAY * number for number in days]
        begun = next((at for at in begins if calendar.deadline(at, count.length, count.unit).at == end), None)
        player = None if begun is None else one.led(space, begun)
        near = None if player is None else player.expired(-TICK)
        made.keep(None if near is None else near.expired())
