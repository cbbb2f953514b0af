"""Owns the suite of the criterion `boundaries`: limits to the microsecond, begun on every sort of day; changes of the facts; amounts; lines.

Its paths are made one by one, each from an opening of its own, since what is wanted is an instant or an order, not a way through the states.
Must not say which boundaries an attempt meets.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from refund_fsm.errors import RefundFsmError
from refund_fsm.graph import drift
from refund_fsm.paths.conditions import ways_of
from refund_fsm.paths.coverage import attempts_of
from refund_fsm.paths.edges import AMOUNTS, ITS, OTHERS, TRAITS, WHEN, boundaries, changed, dated_by, entered, what
from refund_fsm.paths.inputs import PASS, Input
from refund_fsm.paths.space import Space
from refund_fsm.paths.starts import DAY, PLAIN, TICK, instants, sort_of
from refund_fsm.paths.suite import Suite
from refund_fsm.paths.truth import fired
from refund_fsm.paths.ways import Ways
from refund_fsm.paths.worlds import World
from refund_fsm.scenario import MINUTE, START, Opening, Path, Player, details_of
from refund_fsm.workflow import Event, Order, OrderLine, Policy, RefundRequest, Workflow, counting

NOW = timedelta(0)
BEFORE = (-MINUTE, -TICK)
AFTER = (NOW, TICK, MINUTE)
MAX_WORLDS = 400  # of one workflow in which changes of the facts are looked for
BALANCE = 9900  # fen
TAKEN = 2500  # fen


class _Made:
    """A suite being made."""

    def __init__(self, workflow: Workflow, policy: Policy) -> None:
        self.workflow, self.policy = workflow, policy
        self.aimed: dict[str, None] = {}
        self.reached: dict[str, None] = {}
        self.paths: list[Path] = []

    def keep(self, player: Player | None) -> None:
        """Keeps a path that meets something new."""
        if player is None:
            return
        seen = dict.fromkeys(name for attempt in attempts_of(player) for name in boundaries(attempt))
        fresh = tuple(name for name in seen if name in self.aimed and name not in self.reached)
        if fresh:
            self.reached.update(dict.fromkeys(fresh))
            self.paths.append(player.path(fresh))

    def suite(self) -> Suite:
        """What was made. A call meets one end of a limit, and one standing of an amount, which is that of its case."""
        missed = tuple(f"{name} (no case comes there so)" for name in self.aimed if name not in self.reached)
        goals = tuple(name for name in self.aimed if name in self.reached)
        limits = sum(": begun " in name for name in goals)
        cases = max(sum(name.startswith(one) for name in goals) for one in _of_cases(self.workflow))
        return Suite(self.workflow, self.policy, "boundaries", goals, missed, tuple(self.paths), max(1, cases), max(limits, cases, 1))


def _of_cases(workflow: Workflow) -> list[str]:
    """How the names begin of what is told apart by the order of a case: each needs a case of its own."""
    events = dict.fromkeys(rule.event.name for rule in workflow.rules if rule.event.files and rule.source.key == workflow.initial.key)
    return [f"{workflow.initial.key} {event}: {stands}" for event in events for stands in AMOUNTS.values()] or [" "]


@lru_cache(maxsize=8)
def boundaries_suite(workflow: Workflow, policy: Policy) -> Suite:
    """The suite of `boundaries`."""
    made = _Made(workflow, policy)
    for wanted in (_limits, _special, _turns, _amounts, _lines):
        wanted(made)
    return made.suite()


# 1. Limits


class _Limit(NamedTuple):
    """A place of the graph whose limit is wanted, what it is called, how a case is led there, and how long that takes until the count
    begins. Where no way but by the clock leads there, `steady` is false: the count begins when the clock has it."""

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
    for place, (opening, inputs) in sorted(_ways_to(space).items(), key=lambda one: len(one[1][1])):
        kind, clock = space.kind(place), space.clock_move(place)
        key = (space.state(place), kind and (kind.row, kind.plus, kind.special), clock and clock.rule.id)
        player = None if kind is None or key in known else _led(space, opening, inputs, START)
        due = None if player is None else player.case.due
        if player is not None and due is not None and player.case.state.key == space.state(place):
            known.add(key)
            took = entered(player.case) - START
            yield _Limit(place, what(player.case, due), opening, inputs, took, clock is not None, PASS not in inputs)


def _ways_to(space: Space) -> dict[int, tuple[int, tuple[Input, ...]]]:
    """By place, an opening and the inputs of a shortest way that does not wait for the clock, as far as there is one; else of one that does."""
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


def _limits(made: _Made) -> None:
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


def _passed(made: _Made, player: Player, *, clocked: bool, every: tuple[timedelta, ...]) -> None:
    """The limit comes, call by call; and where the clock fires at it, also in one jump to behind it."""
    near: Player | None = player
    for apart in (*BEFORE, *((NOW,) if clocked else AFTER)):
        near = None if near is None else near.expired(apart)
    made.keep(near)
    if clocked:
        for apart in AFTER[1:]:
            if apart in every:
                made.keep(player.expired(apart))


def _special(made: _Made) -> None:
    """Counts whose ordinary end lies beside an end of a special period that may move it."""
    if not made.policy.special:
        return
    space, counts = Space(made.workflow, made.policy), counting(made.workflow, made.policy)
    for one in _places(space):
        count = counts.of(space.state(one.place), space.facts(one.place))
        for period, _ in () if count is None else count.special:
            for bound in (period.start, period.end):
                _beside(made, space, one, count, bound)


def _beside(made: _Made, space: Space, one: _Limit, count: Any, bound: datetime) -> None:
    calendar, hours = made.policy.calendar, count.unit == "hours"
    for apart, beside in ((-TICK, WHEN[-TICK]), (NOW, WHEN[NOW])) if hours else ((-DAY, "on the day before"), (NOW, "on the day of")):
        name = f"{space.state(one.place)} {count.limit.field}: its ordinary end {beside} {bound:%Y-%m-%d %H:%M}"
        if name in made.aimed:
            continue
        made.aimed[name] = None
        end = bound + apart if hours else bound + apart + DAY
        days = range(1, 200)
        begins = [end - timedelta(hours=count.length)] if hours else [bound.replace(hour=10) - DAY * number for number in days]
        begun = next((at for at in begins if calendar.deadline(at, count.length, count.unit).at == end), None)
        player = None if begun is None else one.led(space, begun)
        near = None if player is None else player.expired(-TICK)
        made.keep(None if near is None else near.expired())


# 2. Changes of the facts


def _filings(workflow: Workflow) -> list[Event]:
    """The events by which a case files from where it opens."""
    return list(dict.fromkeys(rule.event for rule in workflow.rules if rule.event.files and rule.source.key == workflow.initial.key))


def _verdict(workflow: Workflow, event: Event, facts: Any) -> str:
    rule = fired(workflow.rules_at[workflow.initial.key, event.name], facts)
    return "" if rule is None else rule.id


class _Turn(NamedTuple):
    """A change of facts that turns the verdict on an event: an order, and what is yet to come of it an hour on or more."""

    event: Event
    facts: Any
    later: dict[str, timedelta]
    dated: timedelta  # from the opening to what the order last went through before the change


def _turns(made: _Made) -> None:
    for turn in _turning(made):
        for _, tried in instants(made.policy.calendar, None):
            for at in tried[:1]:  # what is dated so needs no limit to be met, so the first will do
                opening = _opening(made, turn.facts, turn.later, at - turn.dated)
                for instant in () if opening is None else _instants(made, opening):
                    _around(made, opening, turn.event, instant)


def _turning(made: _Made) -> Iterator[_Turn]:
    """Each change that turns the verdict on a filing, with the first order that has it."""
    ways, workflow = ways_of(made.workflow, made.policy), made.workflow
    known = set()
    for world in _sampled(ways):
        whole = world if ways.around.files_again else World(world.opening, ways.around.phases(world.opening))
        for changed_world in (whole, *ways.around.later(whole)):
            opening = changed_world.opening
            later = {n: at - START for n in ("shipped_at", "signed_at", "activated_at") if (at := getattr(opening.order, n)) and at > START}
            for instant in [phase.start for phase in changed_world.phases[1:]]:
                old, new = (workflow.derive(opening.order, opening.request, at, made.policy) for at in (instant - TICK, instant))
                for event in _filings(workflow):
                    name = f"{workflow.initial.key} {event.name}: {changed(workflow, old, new)}"
                    if name not in known and _verdict(workflow, event, old) != _verdict(workflow, event, new):
                        known.add(name)
                        yield _Turn(event, changed_world.phases[0].facts, later, dated_by(opening.order, instant) - START)


def _sampled(ways: Ways) -> list[World]:
    """Worlds in which a filing may come to be judged otherwise: those like one that is taken, but for what changes by itself."""
    workflow = ways.workflow
    plain = [world for world in ways.worlds if world.opening.at == START]
    step = max(1, len(plain) // 50)
    moving = set(ways.changing)
    for world in plain[::step]:
        for other in ways.around.later(world):
            first = other.phases[0].facts
            moving |= {n for phase in other.phases for n in ways.around.names if getattr(phase.facts, n) != getattr(first, n)}
    names = [name for name in ways.around.names if name not in moving]
    taken: dict[tuple[Any, ...], list[World]] = {}
    open_to = set()
    for world in plain:
        facts = world.phases[0].facts
        key = tuple(getattr(facts, name) for name in names)
        taken.setdefault(key, []).append(world)
        if any(_verdict(workflow, event, facts) for event in _filings(workflow)):
            open_to.add(key)
    found = [world for key in taken if key in open_to for world in taken[key]]
    return found[:: max(1, len(found) // MAX_WORLDS)]


def _instants(made: _Made, opening: Opening) -> list[datetime]:
    """When the facts of an opening change."""
    return drift.changes(lambda at: made.workflow.derive(opening.order, opening.request, at, made.policy), opening.at)


def _opening(made: _Made, facts: Any, later: dict[str, timedelta], at: datetime) -> Opening | None:
    """The order that has the facts at another instant, with the same to come."""
    found = made.workflow.make_up(facts, at)
    if found is None:
        return None
    order, request = found
    if later:
        order = Order(**{**dict(order), **{name: at + apart for name, apart in later.items()}})
    return Opening(order, request, at)


def _around(made: _Made, opening: Opening | None, event: Event, instant: datetime) -> None:
    """The event around an instant: what is refused in one path, each time that it is taken in one of its own."""
    if opening is None:
        return
    workflow = made.workflow
    refused: Player | None = None
    for apart in WHEN:
        at = instant + apart
        if at < opening.at:
            continue
        facts = workflow.derive(opening.order, opening.request, at, made.policy)
        start = Player.opened(workflow, made.policy, opening)
        taken = _verdict(workflow, event, facts)
        told = (refused if refused is not None and not taken else start).told(event.name, event.actor.key, at, details_of(event, at))
        made.aimed.update(dict.fromkeys(name for name in boundaries(attempts_of(told)[-1]) if name.endswith(f": {WHEN[apart]}") and "→" in name))
        if taken:
            made.keep(told)
        else:
            refused = told
    made.keep(refused)


# 3. Amounts and lines


def _taken(made: _Made, event: Event) -> list[World]:
    """Worlds in which a filing is taken."""
    ways = ways_of(made.workflow, made.policy)
    return [one for one in ways.worlds if one.opening.at == START and _verdict(made.workflow, event, one.phases[0].facts)]


def _with_lines(opening: Opening, request: dict[str, Any], *lines: OrderLine) -> Opening:
    order = Order(**{**dict(opening.order), "lines": lines})
    return Opening(order, RefundRequest(**{**dict(opening.request), **request}), opening.at)


def _amounts(made: _Made) -> None:
    for event in _filings(made.workflow):
        for world in _taken(made, event)[:1]:
            line = world.opening.order.line(world.opening.request.sku)
            for refunded in (0, TAKEN):
                for pending in (0, TAKEN):
                    paid = {"paid_fen": BALANCE + refunded + pending, "refunded_fen": refunded, "pending_fen": pending}
                    others = [one for one in world.opening.order.lines if one.sku != line.sku]
                    for apart in AMOUNTS:
                        lines = (OrderLine(**{**dict(line), **paid}), *others)
                        _filed(made, _with_lines(world.opening, {"amount_fen": BALANCE + apart}, *lines), event)


def _filed(made: _Made, opening: Opening, event: Event) -> None:
    """Files a case, and lets its limit pass where it has one then: how it is counted may hang on the line."""
    player = Player.opened(made.workflow, made.policy, opening)
    filed = player.do(event.name)
    names = [name for name in boundaries(attempts_of(filed)[-1]) if "→" not in name]
    wanted = [name for name in names if name.split(", ")[0].split(": ")[-1] in AMOUNTS.values() or name.endswith((ITS, OTHERS))]
    made.aimed.update(dict.fromkeys(wanted))
    near = filed.expired(-TICK) if filed.step is not None and filed.step.accepted else None
    made.keep((near.expired() or near) if near is not None else filed)


def _lines(made: _Made) -> None:
    """Each trait of a line that the facts look at: of the claimed line alone, and of the lines around it alone."""
    for event in _filings(made.workflow):
        worlds = _taken(made, event)
        for name in TRAITS:
            found = next(_marked(made, event, worlds, name), None)
            if found is not None:
                for opening in found:
                    _filed(made, opening, event)


def _marked(made: _Made, event: Event, worlds: list[World], name: str) -> Iterator[tuple[Opening, Opening]]:
    """Openings that a trait tells apart, by the verdict if any are, else by the facts: it is the line's alone, or the others'."""
    told_apart = []
    for world in worlds:
        opening, facts = world.opening, world.phases[0].facts
        line = opening.order.line(opening.request.sku)
        value = {"refunded_fen": line.paid_fen, "pending_fen": line.paid_fen, "open_case": "OTHER-CASE", "applications": 9}.get(name, True)
        if len(opening.order.lines) > 1:
            continue
        try:
            bare = OrderLine(**{**dict(line), name: type(value)() if name != "open_case" else None})
            marked = OrderLine(**{**dict(line), name: value})
            others = [OrderLine(**{**dict(bare), "sku": f"{line.sku}-{n}"}) for n in (1, 2)]
            traps = [OrderLine(**{**dict(marked), "sku": f"{line.sku}-{n}"}) for n in (1, 2)]
            its = _with_lines(opening, {}, others[0], marked, others[1])
            theirs = _with_lines(opening, {}, traps[0], bare, traps[1])
            after = made.workflow.derive(*its[:2], opening.at, made.policy)
        except RefundFsmError:  # no line is so
            continue
        if made.workflow.derive(*theirs[:2], opening.at, made.policy) != facts or after == facts:
            continue
        if _verdict(made.workflow, event, after) != _verdict(made.workflow, event, facts):
            yield its, theirs
        told_apart.append((its, theirs))
    yield from told_apart[:1]
