"""What lives of `shop_official` have come to, and what the next one is to reach: a rule, the end of a limit, a special row."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache

from tests.case.official_by_hand import LENGTHS, LIMIT_ROWS, ROWS, SPECIALS, Row, Special
from tests.case.oracle_official import Due

OFTEN = 20
KINDS = ("refund_only", "return_and_refund", "exchange")


@dataclass
class Figures:
    """What the lives have come to."""

    lives: int = 0
    tried: int = 0
    accepted: int = 0
    rules: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    guards: Counter[str] = field(default_factory=Counter)  # that barred an event
    returns_of_exchanges: int = 0  # that the platform ordered after the goods had been sent anew
    extensions_undone: int = 0  # by such an order
    limits: Counter[str] = field(default_factory=Counter)  # that fell due, by row
    specials: Counter[Special] = field(default_factory=Counter)  # the same
    told: Counter[Special] = field(default_factory=Counter)  # that ran, passed or not

    def fell_due(self, state: str, due: Due) -> None:
        """A limit that was reached, in that state."""
        self.limits[limit_row(state, due.field)] += 1
        if due.special is not None:
            self.specials[due.special] += 1

    def lacking(self) -> list[str]:
        """What did not come up often enough."""
        rows = [limit_row(states[0], name) for states, _, name in LIMIT_ROWS]
        few = [row.id for row in ROWS if self.rules[row.id] < OFTEN] + [row for row in rows if self.limits[row] < OFTEN]
        return few + [f"{row.field} {row.guard} from {row.first.date()}" for row in SPECIALS if self.specials[row] < OFTEN]


def limit_row(state: str, name: str) -> str:
    """The name of a row of the limits' table: its states and its field."""
    return next(" ".join((*states, name)) for states, _, field in LIMIT_ROWS if state in states and field == name)


@dataclass(frozen=True)
class Goal:
    """A state to be in, by way of others, for such requests and lines; then a rule that is to fire, or else the limit's end."""

    state: str
    rule: Row | None = None
    via: tuple[str, ...] = ()
    kinds: tuple[str, ...] = KINDS
    line_class: str | None = None
    unshipped: bool = False
    first: datetime | None = None  # when it is best filed: from then to `before`
    before: datetime | None = None


BACK = ("return_and_refund", "exchange")
KINDS_BY_GUARD = {
    "wants_refund_only": KINDS[:1],
    "wants_return": KINDS[1:2],
    "wants_exchange": KINDS[2:],
    "wants_goods_back": BACK,
    "goods_with_buyer": BACK,
    "silence_steps_in": KINDS[2:],
    "exchange_was_sent": KINDS[2:],
}
KINDS_BY_STATE: dict[str, tuple[str, ...]] = dict.fromkeys(("awaiting_return", "return_shipped", "received", "receipt_rejected"), BACK)
KINDS_BY_STATE |= dict.fromkeys(("exchange_to_ship", "exchange_shipped"), KINDS[2:])
CLASS_BY_GUARD = {"is_fresh": "fresh", "is_cross_border": "cross_border"}


@cache
def of_rule(row: Row) -> Goal:
    """That a rule fires."""
    kinds = next((KINDS_BY_GUARD[guard] for guard in row.guards if guard in KINDS_BY_GUARD), KINDS_BY_STATE.get(row.source, KINDS))
    via = ("exchange_shipped",) if "exchange_was_sent" in row.guards else ()
    return Goal(
        row.source, None if row.actor == "clock" else row, via, kinds, unshipped=bool({"unshipped", "may_refund_at_once"} & {*row.guards})
    )


@cache
def of_return_after_exchange() -> Goal:
    """That the platform makes a return of an exchange whose goods were sent anew, and those come back too."""
    return Goal("received", None, ("exchange_shipped", "platform_arbitration", "awaiting_return"), KINDS[2:])


@cache
def of_early_ruling() -> Goal:
    """That a refund is asked of the platform before the goods have come back."""
    return Goal("platform_arbitration", next(row for row in ROWS if row.event == "rule_refund"), ("rejected",), BACK)


@cache
def of_extension() -> Goal:
    """That a receipt is extended, and perhaps asked to be once more."""
    return of_rule(next(row for row in ROWS if row.event == "extend_receipt"))


@cache
def of_limit(place: int) -> Goal:
    """That a row of the limits' table falls due."""
    states, guards, name = LIMIT_ROWS[place]
    line_class = next((CLASS_BY_GUARD[guard] for guard in guards if guard in CLASS_BY_GUARD), None)
    kinds = KINDS_BY_STATE.get(states[0], KINDS)
    return Goal(states[0], None, (), kinds, line_class, unshipped=name == "unshipped_review_hours")


@cache
def of_special(row: Special) -> Goal:
    """That a limit falls due which a special row has moved: filed so that the ordinary one would end inside."""
    states, _, _ = next(one for one in LIMIT_ROWS if one[2] == row.field)
    kinds = KINDS_BY_GUARD[row.guard] if row.guard else KINDS_BY_STATE[states[0]]
    line_class = {"fresh_review_hours": "fresh", "cross_border_receipt_days": "cross_border"}.get(row.field, "ordinary")
    length = timedelta(**{"hours" if row.field.endswith("_hours") else "days": LENGTHS[row.field]})
    return Goal(states[0], None, (), kinds, line_class, first=row.first - length, before=row.before - length)


@cache
def distances(target: str) -> dict[str, int]:
    """How many rules lie between each state and that one, guards aside."""
    found, edge = {target: 0}, [target]
    while edge:  # ends: each state enters once
        near = edge.pop(0)
        for row in ROWS:
            if row.dest == near and row.source not in found:
                found[row.source] = found[near] + 1
                edge.append(row.source)
    return found


def wanted(draw: random.Random, figures: Figures) -> Goal | None:
    """One of what has come up least; or nothing in particular."""
    if draw.random() < 0.25:
        return None
    if draw.random() < 0.12:
        return draw.choice((of_return_after_exchange(), of_return_after_exchange(), of_early_ruling(), of_extension()))
    counts = [(figures.rules[row.id], of_rule(row)) for row in ROWS]
    counts += [(figures.limits[limit_row(states[0], name)], of_limit(place)) for place, (states, _, name) in enumerate(LIMIT_ROWS)]
    counts += [(figures.specials[row], of_special(row)) for row in SPECIALS]
    return draw.choice(sorted(counts, key=lambda one: one[0])[:10])[1]
