"""Owns what a path may do next: one `Input`, named, and how a `Player` does it.

Must not choose among inputs, nor know an order type.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from refund_fsm.case import NO_DETAILS
from refund_fsm.scenario import MINUTE, Player, details_of

NO_SUCH_EVENT = "no_such_event"


class Input(NamedTuple):
    """What is done (a key of `KINDS`), with which event, by whom. `event` and `by` are empty where they do not matter."""

    kind: str
    event: str = ""
    by: str = ""

    def on(self, player: Player) -> Player | None:
        """The player after it; None where it cannot be done."""
        return KINDS[self.kind](player, self)

    def __str__(self) -> str:
        return " ".join(part for part in self if part)


PASS = Input("pass")


def _do(player: Player, one: Input) -> Player | None:
    return player.do(one.event)


def _pass(player: Player, _: Input) -> Player | None:
    """To the limit; beyond a limit that was passed already, a minute more."""
    due = player.case.due
    if due is None:
        return None
    return player.at(max(due.at, player.case.now + MINUTE) if due.at <= player.case.now else due.at)


def _before(player: Player, _: Input) -> Player | None:
    return player.expired(-MINUTE)


def _after(player: Player, _: Input) -> Player | None:
    return player.expired(MINUTE)


def _late(player: Player, one: Input) -> Player | None:
    """The event a minute before the limit; where there is none, as ever."""
    case, known = player.case, player.case.workflow.events[one.event]
    if case.due is None or case.due.at - MINUTE <= case.now:
        return player.do(one.event)
    at = case.due.at - MINUTE
    return player.told(one.event, known.actor.key, at, details_of(known, at))


def _too_late(player: Player, one: Input) -> Player | None:
    """The event at the limit's own instant: the clock comes first."""
    due, known = player.case.due, player.case.workflow.events[one.event]
    if due is None or due.at < player.case.now:
        return None
    return player.told(one.event, known.actor.key, due.at, details_of(known, due.at))


def _by_other(player: Player, one: Input) -> Player | None:
    known = player.case.workflow.events.get(one.event)
    return player.do(one.event, by=one.by, details=details_of(known, player.case.now) if known else NO_DETAILS)


def _bare(player: Player, one: Input) -> Player | None:
    return player.do(one.event, by=one.by, details=NO_DETAILS)


def _reversed(player: Player, one: Input) -> Player | None:
    return player.told(one.event, one.by, player.case.now - MINUTE, NO_DETAILS)


KINDS: dict[str, Callable[[Player, Input], Player | None]] = {
    "do": _do,  # the event, by its own actor, with what it needs
    "pass": _pass,  # time passes to the limit
    "before": _before,  # time passes to a minute before the limit
    "after": _after,  # time passes to a minute after the limit, and no step comes between
    "late": _late,
    "too_late": _too_late,
    "by": _by_other,  # the event by somebody, with what it needs
    "bare": _bare,  # the event without details
    "reversed": _reversed,  # the event dated before what the case has reached
}
