"""Owns the paths to what a filing is judged by: changes of the facts that turn its verdict, amounts beside the balance, traits of lines.

Each is made of an order of its own. Must not say which boundaries an attempt meets.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from refund_fsm.errors import RefundFsmError
from refund_fsm.graph import drift
from refund_fsm.paths.conditions import hops_of
from refund_fsm.paths.coverage import attempts_of
from refund_fsm.paths.edges import AMOUNTS, ITS, LATER, OTHERS, PIECES, TRAITS, WHEN, boundaries, changed, changed_at, dated_by
from refund_fsm.paths.hops import Hops
from refund_fsm.paths.meeting import Made
from refund_fsm.paths.shown import Shown, Word
from refund_fsm.paths.starts import TICK, instants
from refund_fsm.paths.truth import fired
from refund_fsm.paths.turning import thresholds
from refund_fsm.paths.worlds import World
from refund_fsm.scenario import START, Opening, Player, details_of
from refund_fsm.workflow import Event, Order, OrderLine, RefundRequest, Workflow

MAX_WORLDS = 400  # of one workflow in which changes of the facts are looked for
BALANCE = 9900  # fen
TAKEN = 2500  # fen


# 1. Changes of the facts


def _filings(workflow: Workflow) -> list[Event]:
    """The events by which a case files from where it opens."""
    return list(dict.fromkeys(rule.event for rule in workflow.rules if rule.event.files and rule.source.key == workflow.initial.key))


def _verdict(workflow: Workflow, event: Event, facts: Any) -> str:
    rule = fired(workflow.rules_at[workflow.initial.key, event.name], facts)
    return "" if rule is None else rule.id


class _Turn(NamedTuple):
    """A change of facts that turns the verdict on an event, or shows after it by a word: an order, and what is yet to come of it an hour on
    or more."""

    event: Event
    facts: Any
    later: dict[str, timedelta]
    dated: timedelta  # from the opening to what the order last went through before the change
    word: Word


def turned(made: Made) -> None:
    for turn in _turning(made):
        for _, tried in instants(made.policy.calendar, None):
            for at in tried[:1]:  # what is dated so needs no limit to be met, so the first will do
                opening = _opening(made, turn.facts, turn.later, at - turn.dated)
                for instant in () if opening is None else _instants(made, opening):
                    _around(made, opening, turn, instant)


def _turning(made: Made) -> Iterator[_Turn]:
    """Each change that turns the verdict on a filing, or what comes after it, with the first order that has it."""
    hops, workflow, known = hops_of(made.workflow, made.policy), made.workflow, set[str]()
    shown = Shown(workflow, made.policy)
    for world in _sampled(hops):
        whole = world if hops.around.files_again else World(world.opening, hops.around.phases(world.opening))
        for changed_world in (whole, *hops.around.later(whole)):
            opening = changed_world.opening
            later = {n: at - START for n in ("shipped_at", "signed_at", "activated_at") if (at := getattr(opening.order, n)) and at > START}
            for instant in [phase.start for phase in changed_world.phases[1:]]:
                old, new = (workflow.derive(opening.order, opening.request, at, made.policy) for at in (instant - TICK, instant))
                for event in _filings(workflow):
                    word = _told_by(workflow, shown, event, old, new)
                    name = f"{event.name}: {changed_at(workflow, opening.order, old, new, instant)}{LATER if word else ''}"
                    if name not in known and word is not None:
                        known.add(name)
                        yield _Turn(event, changed_world.phases[0].facts, later, dated_by(opening.order, instant) - START, word)


def _told_by(workflow: Workflow, shown: Shown, event: Event, old: Any, new: Any) -> Word | None:
    """The inputs after a filing that tell old facts from new ones, none where the filing does; None where nothing does."""
    before, after = (fired(workflow.rules_at[workflow.initial.key, event.name], facts) for facts in (old, new))
    if before is not after:
        return ()
    return None if before is None else shown.word(before, old, new)


def _sampled(hops: Hops) -> list[World]:
    """Worlds in which a filing may come to be judged otherwise: those like one that is taken, but for what changes by itself."""
    workflow = hops.workflow
    plain = [world for world in hops.worlds if world.opening.at == START]
    step = max(1, len(plain) // 50)
    moving = set(hops.changing)
    for world in plain[::step]:
        for other in hops.around.later(world):
            first = other.phases[0].facts
            moving |= {n for phase in other.phases for n in hops.around.names if getattr(phase.facts, n) != getattr(first, n)}
    names = [name for name in hops.around.names if name not in moving]
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


def _instants(made: Made, opening: Opening) -> list[datetime]:
    """When the facts of an opening change."""
    return drift.changes(lambda at: made.workflow.derive(opening.order, opening.request, at, made.policy), opening.at)


def _opening(made: Made, facts: Any, later: dict[str, timedelta], at: datetime) -> Opening | None:
    """The order that has the facts at another instant, with the same to come."""
    found = made.workflow.make_up(facts, at)
    if found is None:
        return None
    order, request = found
    if later:
        order = Order(**{**dict(order), **{name: at + apart for name, apart in later.items()}})
    return Opening(order, request, at)


def _around(made: Made, opening: Opening | None, turn: _Turn, instant: datetime) -> None:
    """The event around an instant: what is refused in one path, each time that it is taken in one of its own, to where the facts show."""
    if opening is None:
        return
    workflow, event = made.workflow, turn.event
    refused: Player | None = None
    for apart in WHEN:
        at = instant + apart
        if at < opening.at:
            continue
        facts = workflow.derive(opening.order, opening.request, at, made.policy)
        start = Player.opened(workflow, made.policy, opening)
        taken = _verdict(workflow, event, facts)
        told = (refused if refused is not None and not taken else start).told(event.name, event.actor.key, at, details_of(event, at))
        names = boundaries(attempts_of(told)[-1])
        made.aimed.update(dict.fromkeys(name for name in names if name.endswith(f": {WHEN[apart]}") and "→" in name))
        if taken:
            made.keep(_led_on(told, turn.word))
        else:
            refused = told
    made.keep(refused)


def _led_on(player: Player, word: Word) -> Player:
    for one in word:
        after = one.on(player)
        if after is None:
            break
        player = after
    return player


def numbers(made: Made) -> None:
    """Each number from which on facts are others that turn the verdict on a filing, or what comes after it: below it, at it, above it."""
    workflow, known = made.workflow, set[str]()
    shown = Shown(workflow, made.policy)
    worlds = dict.fromkeys(world.opening for event in _filings(workflow) for world in _taken(made, event))
    made.by_number = True
    for found in thresholds(workflow, made.policy, [*worlds][:: max(1, len(worlds) // MAX_WORLDS)]):
        for event in _filings(workflow):
            name = f"{event.name}: {changed(workflow, found.old, found.new)}, by {found.dial.name}"
            word = None if name in known else _told_by(workflow, shown, event, found.old, found.new)
            if word is not None:
                known.add(name)
                for opening in found.openings():
                    filed = Player.opened(workflow, made.policy, opening).do(event.name)
                    by = f", by {found.dial.name}: "
                    made.aimed.update(dict.fromkeys(one for one in boundaries(attempts_of(filed)[-1]) if by in one))
                    made.keep(_led_on(filed, word))


# 2. Amounts and lines


def _taken(made: Made, event: Event) -> list[World]:
    """Worlds in which a filing is taken."""
    hops = hops_of(made.workflow, made.policy)
    return [one for one in hops.worlds if one.opening.at == START and _verdict(made.workflow, event, one.phases[0].facts)]


def _with_lines(opening: Opening, request: dict[str, Any], *lines: OrderLine) -> Opening:
    order = Order(**{**dict(opening.order), "lines": lines})
    return Opening(order, RefundRequest(**{**dict(opening.request), **request}), opening.at)


def amounts(made: Made) -> None:
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


def pieces(made: Made) -> None:
    """Of three equal pieces one is refunded: the two that are left, and one more."""
    for event in _filings(made.workflow):
        for world in _taken(made, event)[:1]:
            line = world.opening.order.line(world.opening.request.sku)
            others = [one for one in world.opening.order.lines if one.sku != line.sku]
            three = OrderLine(**{**dict(line), "quantity": 3, "paid_fen": 3 * TAKEN, "refunded_fen": TAKEN, "pending_fen": 0})
            for quantity in (2, 3):
                _filed(made, _with_lines(world.opening, {"amount_fen": None, "quantity": quantity}, three, *others), event)


def amounts_of_lines(made: Made) -> None:
    """The claimed line between others of which all is left, or nothing: what is claimed stands to the line's own balance, whatever is left
    of the order."""
    for event in _filings(made.workflow):
        for world in _taken(made, event)[:1]:
            line = world.opening.order.line(world.opening.request.sku)
            for one, other in (((0, 0), (0, 0)), ((BALANCE, 0), (0, BALANCE))):
                before, after = (_of_others(line, place, *taken) for place, taken in enumerate((one, other), 1))
                mine = OrderLine(**{**dict(line), "paid_fen": BALANCE, "refunded_fen": 0, "pending_fen": 0})
                for apart in AMOUNTS:
                    _filed(made, _with_lines(world.opening, {"amount_fen": BALANCE + apart}, before, mine, after), event)


def _of_others(line: OrderLine, number: int, refunded: int, pending: int) -> OrderLine:
    changes = {"sku": f"{line.sku}-{number}", "paid_fen": BALANCE, "refunded_fen": refunded, "pending_fen": pending}
    return OrderLine(**{**dict(line), **changes})


def _filed(made: Made, opening: Opening, event: Event) -> None:
    """Files a case, and lets its limit pass where it has one then: how it is counted may hang on the line."""
    player = Player.opened(made.workflow, made.policy, opening)
    filed = player.do(event.name)
    names = [name for name in boundaries(attempts_of(filed)[-1]) if "→" not in name]
    wanted = [name for name in names if name.split(", ")[0].split(": ")[-1] in AMOUNTS.values() or name.endswith((ITS, OTHERS, *PIECES))]
    made.aimed.update(dict.fromkeys(wanted))
    near = filed.expired(-TICK) if filed.step is not None and filed.step.accepted else None
    made.keep((near.expired() or near) if near is not None else filed)


def lines(made: Made) -> None:
    """Each trait of a line that the facts look at: of the claimed line alone, and of the lines around it alone."""
    for event in _filings(made.workflow):
        worlds = _taken(made, event)
        for name in TRAITS:
            found = next(_marked(made, event, worlds, name), None)
            if found is not None:
                for opening in found:
                    _filed(made, opening, event)


def _marked(made: Made, event: Event, worlds: list[World], name: str) -> Iterator[tuple[Opening, Opening]]:
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
