"""Owns the pairs of cases that are tried on any workflow: a suite that is the same each time, and interleavings drawn from a seed.

The suite brings one case to every state and lets the other file then, for all of the line, for a part of it, for some of its pieces, and
on another line; then whichever can goes on to its end. Must not know an order type, nor call an implementation.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from random import Random
from typing import Any, NamedTuple

from refund_fsm.case import NO_DETAILS, RefundCase
from refund_fsm.errors import RefundFsmError
from refund_fsm.graph import MergedGraph, explore
from refund_fsm.graph.shortest import ShortestPaths
from refund_fsm.scenario import PACE, START, Opening, Path, details_of
from refund_fsm.testing.lockstep.pair_plan import FIRST, SECOND, Pair, PairStep, Setting
from refund_fsm.testing.openings import OPENING_BYTES, Choices, Spread, opening_with
from refund_fsm.workflow import CLOCK, Event, Order, OrderLine, Policy, RefundRequest, Workflow

PIECES = 3  # of the line of which some are claimed
MAX_APPLICATIONS = 12  # for one item, up to which it is looked for the last
TRIED = 12  # configurations of one state to which a path is looked for
LONGEST = 24  # inputs of one interleaving
OTHER_LINE = 0.2  # how many interleavings are on two lines
FILES, MISSES, WAITS = 0.35, 0.15, 0.06  # how often an input files, whatever is possible; is any event; is time alone
ENDS = 0.08  # how often a case goes on to an end at once, with money every second time
GAPS = (timedelta(0), timedelta(minutes=10), timedelta(days=1), timedelta(days=5))


class Claims(NamedTuple):
    """What both cases claim: changes of their requests, and of the line. `other`: the second is on another line."""

    first: dict[str, Any]
    second: dict[str, Any]
    line: dict[str, Any]
    other: bool = False


class PairSuite:
    """The pairs of a workflow, for an implementation with such abilities."""

    def __init__(self, setting: Setting) -> None:
        self.setting, self.workflow, self.policy = setting, setting.fit.workflow, setting.policy
        self._graph = explore(self.workflow, self.policy, strict=False).merged()
        initial = self.workflow.initial.key
        filing = (rule.event for rule in self.workflow.rules if rule.event.files and rule.source.key == initial)
        self.filings: list[Event] = list(dict.fromkeys(filing))

    def pairs(self) -> Iterator[Pair]:
        """All pairs of the suite, those first in which the first case has come least far."""
        for key, path in paths_to(self.workflow, self.policy).items():
            for event in self.filings:
                for claims in self._claims(path, last=self.workflow.states[key].final):
                    yield self._filed(path, event, claims, second_first=False)
                yield self._filed(path, event, Claims({}, {}, {}), second_first=True)

    def _claims(self, path: Path, *, last: bool) -> Iterator[Claims]:
        """What both may claim. The amounts in full where the first case has ended, as its money counts then."""
        line = path.opening.order.line(path.opening.request.sku)
        half, pieces = max(1, line.balance_fen // 2), {"quantity": PIECES}
        rest = line.balance_fen - half
        yield Claims({}, {}, {})
        yield Claims({}, {}, {}, other=True)
        yield Claims({"amount_fen": half}, {"amount_fen": max(1, rest)}, {})
        if last:
            yield Claims({"amount_fen": half}, {"amount_fen": rest + 1}, {})
            yield Claims({"amount_fen": half}, {}, {})
            yield Claims({"amount_fen": None, "quantity": 1}, {"amount_fen": None, "quantity": PIECES - 1}, pieces)
            yield Claims({"amount_fen": None, "quantity": 1}, {"amount_fen": None, "quantity": PIECES}, pieces)
            before = last_application(self.workflow, self.policy, path.opening)
            if before is not None:
                yield Claims({"amount_fen": half}, {"amount_fen": max(1, rest)}, {"applications": before})

    def _filed(self, path: Path, event: Event, claims: Claims, *, second_first: bool) -> Pair:
        """The first case is led along a path; the second, a draft from before or after it, files; then both go on."""
        order, requests = of_one_order(path.opening, claims)
        pair = Pair(self.setting, order)
        at = path.opening.at
        opened = [PairStep(number, None, "", at, NO_DETAILS, requests[number]) for number in (FIRST, SECOND)]
        late = event is not self.filings[0]
        for step in reversed(opened) if second_first else opened[:1] if late else opened:
            pair.write(step)
        for told in path.steps:
            known = self.workflow.events.get(told.event or "")
            pair.write(PairStep(FIRST, told.event, told.by or "", told.at, details_of(known, at) if known else NO_DETAILS))
        if late and not second_first:
            pair.write(opened[1]._replace(at=pair.now or at))
        if not self._file(pair, SECOND, [event, *(one for one in self.filings if one is not event)]):
            self._end(pair, FIRST, paying=False)
            self._file(pair, SECOND, [event])
        else:
            self._file(pair, FIRST, self.filings)
        for number in (FIRST, SECOND):
            self._end(pair, number, paying=True)
        self._file(pair, SECOND, [event])
        return pair

    def _file(self, pair: Pair, number: int, events: Iterable[Event]) -> bool:
        """Whether one of the events is taken: each is tried until one is."""
        for event in events:
            case = pair.cases[number]
            if case is None or (case.state.key, event.name) not in self.workflow.rules_at:
                continue
            _do(pair, number, event)
            after = pair.cases[number]
            if after is not None and len(after.steps) > len(case.steps):
                return True
        return False

    def _end(self, pair: Pair, number: int, *, paying: bool) -> None:
        """A case goes on to an end, with money or without, by a shortest path where the graph has one."""
        case = pair.cases[number]
        if case is None or not case.is_open:
            return
        for event in self._onward(case, paying=paying):
            if event.actor.key == CLOCK.key:
                case = pair.cases[number]
                due = None if case is None else case.due
                if due is None:
                    return
                pair.write(PairStep(number, None, "", max(due.at, pair.now or due.at), NO_DETAILS))
            else:
                _do(pair, number, event)

    def _onward(self, case: RefundCase, *, paying: bool) -> list[Event]:
        """The events of a shortest path from where a case is to an end, one that pays or one that does not; none where there is no such."""
        graph = self._graph
        try:
            start = graph.index(case.state.key, case.facts)
        except RefundFsmError:  # facts that no opening has: those of a later filing
            return []
        came: dict[tuple[int, bool], tuple[tuple[int, bool], Event] | None] = {(start, False): None}
        todo = deque(came)
        while todo:  # ends: every configuration is added twice at most
            here = todo.popleft()
            if here[1] is paying and self.workflow.states[graph.states[graph.state_of[here[0]]]].final:
                return _back(came, here)
            for number, name in enumerate(graph.events):
                after, event = graph.successor[here[0] * len(graph.events) + number], self.workflow.events[name]
                there = (after, here[1] or event.pays)
                if after >= 0 and there not in came and (paying or not event.pays):
                    came[there] = (here, event)
                    todo.append(there)
        return []

    # At random

    def random(self, number: int, seed: int) -> Iterator[Pair]:
        """So many interleavings; the same arguments give the same."""
        random = Random(f"{seed} pairs")
        spread = Spread(self.workflow, self.policy, random.randrange(1 << 16))
        for _ in range(number):
            facts = spread.pick()
            opening = opening_with(Choices(random.randbytes(OPENING_BYTES)), self.workflow, self.policy, facts)
            yield self._drawn(opening, random)

    def _drawn(self, opening: Opening, random: Random) -> Pair:
        balance = opening.order.line(opening.request.sku).balance_fen
        amounts: tuple[dict[str, Any], ...] = ({}, *({"amount_fen": fen} for fen in (balance // 2, balance - balance // 2, balance) if fen))
        claims = Claims(random.choice(amounts), random.choice(amounts), {}, random.random() < OTHER_LINE)
        order, requests = of_one_order(opening, claims)
        pair = Pair(self.setting, order)
        for number in (FIRST, SECOND):
            pair.write(PairStep(number, None, "", opening.at, NO_DETAILS, requests[number]))
        for _ in range(LONGEST):
            if all(case is not None and case.state.final for case in pair.cases):
                break
            self._draw(pair, random)
        return pair

    def _draw(self, pair: Pair, random: Random) -> None:
        """One more input, at a case that has not ended."""
        number = random.choice([number for number, case in enumerate(pair.cases) if case is not None and not case.state.final])
        case, now = pair.cases[number], pair.now
        assert case is not None and now is not None
        if random.random() < WAITS:
            due = case.due
            pair.write(PairStep(number, None, "", now + random.choice(GAPS) if due is None else max(now, due.at), NO_DETAILS))
            return
        if random.random() < ENDS:
            self._end(pair, number, paying=random.choice((True, False)))
            return
        by_hand = [event for event in self.workflow.events.values() if event.actor.key != CLOCK.key]
        here = [event for event in by_hand if (case.state.key, event.name) in self.workflow.rules_at]
        files = [event for event in here if event.files]
        event = random.choice(files if files and random.random() < FILES else here if here and random.random() >= MISSES else by_hand)
        _do(pair, number, event, now + random.choice((PACE, PACE, PACE, *GAPS)))


def last_application(workflow: Workflow, policy: Policy, opening: Opening) -> int | None:
    """How many may have been filed for the claimed item before, so that one more changes the facts; None where it changes none."""
    order, request, at = opening

    def facts(number: int) -> Any:
        lines = (one.model_copy(update={"applications": number}) if one.sku == request.sku else one for one in order.lines)
        return workflow.derive(order.model_copy(update={"lines": tuple(lines)}), request, at, policy)

    return next((number for number in range(MAX_APPLICATIONS) if facts(number) != facts(number + 1)), None)


@lru_cache(maxsize=16)
def paths_to(workflow: Workflow, policy: Policy) -> dict[str, Path]:
    """By state, near ones first, a shortest path of one case to it, from an order of which most can be filed where there is such a path: so
    the other case can file too."""
    graph = explore(workflow, policy, strict=False).merged()
    shortest, width = ShortestPaths(workflow, policy, graph), len(graph.events)
    filing = {graph.events.index(rule.event.name) for rule in workflow.rules if rule.event.files}
    files = {one: sum(graph.successor[one * width + event] >= 0 for event in filing) for one in shortest.openings}
    most = max(files.values(), default=0)
    found: dict[str, Path] = {}
    for roots in ([one for one in files if files[one] == most], [*files]):
        tried: dict[str, int] = {}
        for place, opening, events in _rings(graph, roots):
            key = graph.states[graph.state_of[place]]
            tried[key] = tried.get(key, 0) + 1
            player = None if key in found or tried[key] > TRIED else shortest.player(opening, events)
            if player is not None:
                found[key] = player.path()
    return found


def _rings(graph: MergedGraph, roots: Iterable[int]) -> Iterator[tuple[int, int, tuple[int, ...]]]:
    """Every configuration that roots lead to, near ones first, with the root and the events of a shortest path."""
    came: dict[int, tuple[int, tuple[int, ...]]] = {root: (root, ()) for root in roots}
    todo = deque(came)
    while todo:  # ends: every configuration is added once
        place = todo.popleft()
        root, events = came[place]
        yield place, root, events
        for event in range(len(graph.events)):
            after = graph.successor[place * len(graph.events) + event]
            if after >= 0 and after not in came:
                came[after] = (root, (*events, event))
                todo.append(after)


def of_one_order(opening: Opening, claims: Claims) -> tuple[Order, tuple[RefundRequest, RefundRequest]]:
    """The order with a line more, like the claimed one, and both requests."""
    order, request, _ = opening
    line = OrderLine(**{**dict(order.line(request.sku)), **claims.line})
    sku = f"{line.sku[:190]}-TWIN"
    lines = [line if one.sku == line.sku else one for one in order.lines]
    twin = OrderLine(**{**dict(line), "sku": sku})
    asked = {"sku": sku} if claims.other else {}
    both = (claims.first, {**claims.second, **asked})
    first, second = ({**dict(request), **({"quantity": None} if "amount_fen" in one else {}), **one} for one in both)
    return Order(**{**dict(order), "lines": (*lines, twin)}), (RefundRequest(**first), RefundRequest(**second))


def _do(pair: Pair, number: int, event: Event, at: datetime | None = None) -> None:
    """An event by its own actor with what it needs; evidence is as old as the first opening, so that any instant will do."""
    at = at or (pair.now or START) + PACE
    pair.write(PairStep(number, event.name, event.actor.key, at, details_of(event, pair.steps[0].at)))


def _back(came: dict[tuple[int, bool], tuple[tuple[int, bool], Event] | None], here: tuple[int, bool]) -> list[Event]:
    events: list[Event] = []
    found: Sequence[Any] | None = came[here]
    while found is not None:  # ends: each step is nearer to the start
        events.append(found[1])
        found = came[found[0]]
    return events[::-1]
