"""Owns what a case records and reports: `Step`, `Due`, `Breach`, what else happened to it, and the details of an event.

Must not judge them, nor count a day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple

from refund_fsm.case.move_words import what_of
from refund_fsm.case.newer import News
from refund_fsm.errors import BadData
from refund_fsm.text import Text
from refund_fsm.workflow import KNOWN_NEEDS, MAX_EVIDENCE, Evidence, FrozenDict, Limit, Policy, Rule, State, Unit, Why, values

DETAILS = (*KNOWN_NEEDS, "operator", "event_id")
BLANKED = "（已清除 / blanked）"  # what stands for a text that was taken out of a saved case


class Seal(NamedTuple):
    """How a text enters the chain of digests of a saved case: by a digest of its own, made with a salt.

    `salt` is None for a text that was blanked: then `digest` is what is left of it.
    """

    salt: str | None
    digest: str = ""


class Details(FrozenDict[str, Any]):
    """The details of an event. `seals` holds, by place in the details, how their texts are sealed once they have been saved."""

    __slots__ = ("_seals",)
    said = "details"

    @property
    def seals(self) -> dict[str, Seal]:
        """The seals, made when the case is first written, kept with it from then on."""
        try:
            return self._seals
        except AttributeError:
            self._seals: dict[str, Seal] = {}
            return self._seals

    def __reduce__(self) -> tuple[Any, ...]:
        return _details, (dict(self), self.seals)


def _details(given: dict[str, Any], seals: dict[str, Seal]) -> Details:
    made = Details(given)
    made.seals.update(seals)
    return made


NO_DETAILS: Mapping[str, Any] = Details()


class Due(NamedTuple):
    """When a limit is reached: at `at` exactly. `then` is the clock rule that fires, or None where passing it is a breach.

    `length` is in `unit`s; `provisional` says that a day beyond the published calendar was counted; `why` tells the row of the
    table, the facts that chose it, and the special period that moved it.
    """

    at: datetime
    limit: Limit
    unit: Unit
    length: int
    then: Rule | None
    provisional: bool
    why: Why


@dataclass(frozen=True, slots=True)
class Breach:
    """A limit that was passed and that nothing enforces. `at` is the limit's own instant."""

    limit: Limit
    at: datetime
    provisional: bool


class Step(NamedTuple):
    """One accepted event. `before` are the facts that were judged, `after` what the effect made of them; `breach` is the one
    that this step is the first to record; `due` is the limit that runs after it, as it was counted then (None where none runs,
    where its days cannot be counted, and where a saved case of format 1 that was counted by another calendar does not tell)."""

    at: datetime
    event: str
    by: str
    rule: Rule
    source: State
    dest: State
    before: Any
    after: Any
    details: Mapping[str, Any]
    breach: Breach | None
    due: Due | None = None


class CalendarChange(NamedTuple):
    """From `at` on, after that many steps, days are counted by `calendar` (a `WorkCalendar.version`), and `due` is what runs."""

    after: int
    at: datetime
    calendar: str
    due: Due | None


How = Literal["replay", "from_now"]


class Rules(NamedTuple):
    """What a case is judged by: the key and the fingerprint of a table, and a policy."""

    key: str
    fingerprint: str
    policy: Policy


class Until(NamedTuple):
    """The end of a limit as a move records it: the field of the policy, the instant, whether it rests on days that are not published."""

    limit: str
    at: datetime
    provisional: bool


class Move(NamedTuple):
    """At `at`, after that many steps, the case went from the rules `was` to `now`: judged anew (`replay`), or carried on (`from_now`).

    `source` and `dest` are the keys of its state before and after, `then` and `due` the ends of the limits that ran. What a case that
    is carried on records as well: the limit that had passed by then, its facts under the new rules, those of them that were given, and
    the version of the calendar that counted.
    `is_told` says that no more follows from it: all steps are judged by the case's present rules, as after every `replay`.
    """

    after: int
    at: datetime
    how: How
    was: Rules
    now: Rules
    source: str
    dest: str
    then: Until | None
    due: Until | None
    breach: Breach | None = None
    facts: Any = None
    given: Mapping[str, Any] = NO_DETAILS
    calendar: str = ""
    is_told: bool = False

    @property
    def what(self) -> tuple[Text, ...]:
        """What it did, thing by thing: how, the table, the policy, the state, the limit that ran."""
        return tuple(what_of(self))

    @property
    def text(self) -> Text:
        """What it did, in one sentence without a full stop."""
        what = self.what
        return Text("；".join(one.zh for one in what), "; ".join(one.en for one in what))


RECENT = 5  # news, and as many moves, that are told beside a case
Change = CalendarChange | News | Move  # what happens to a case and is no step; each has `after` and `at`


def happened(steps: Iterable[Step], changes: Iterable[Change]) -> Iterator[Step | Change]:
    """Steps, and what else happened to the case, in the order in which it did; `changes` are in their own."""
    left = [*changes][::-1]
    for number, step in enumerate(steps):
        while left and left[-1].after <= number:
            yield left.pop()
        yield step
    yield from reversed(left)


def lately(history: Sequence[Step | News | Move]) -> list[News | Move]:
    """Of news and of moves the last `RECENT` each, in the order in which they happened: as many as are told beside a case."""
    left, found = {News: RECENT, Move: RECENT}, list[News | Move]()
    for one in reversed(history):
        if not isinstance(one, Step) and left[type(one)]:
            left[type(one)] -= 1
            found.append(one)
    return found[::-1]


@dataclass(frozen=True, slots=True)
class Recounted:
    """A limit that today's calendar ends elsewhere: counted first after that many steps (0: when the case was opened).

    `then` is as it was decided, and stands; `today` is what today's calendar makes of the same count, None where it cannot count.
    """

    after: int
    then: Due
    today: Due | None


def checked_details(details: Mapping[str, Any]) -> Mapping[str, Any]:
    """The details of an event, checked and frozen: `note`, `tracking_no`, `evidence` (made a tuple), `operator`
    (who it was on the actor's side), `event_id`.

    A detail of None is as if it were not given. Raises `BadData` naming the detail.
    """
    kept: dict[str, Any] = {}
    for name, value in details.items():
        if name not in DETAILS:
            raise BadData(name, value, f"no such detail; an event may carry {', '.join(DETAILS)}")
        if value is None:
            continue
        if name == "note":
            kept[name] = values.prose(value, name)
        elif name == "evidence":
            kept[name] = _evidence(value)
        else:
            kept[name] = values.name(value, name)
    return Details(kept) if kept else NO_DETAILS


def _evidence(value: object) -> tuple[Evidence, ...]:
    pieces = (value,) if isinstance(value, Evidence) else tuple(value) if isinstance(value, (tuple, list)) else None
    if pieces is None or not all(isinstance(piece, Evidence) for piece in pieces):
        raise BadData("evidence", value, "an Evidence, or a tuple of them")
    if len(pieces) > MAX_EVIDENCE:
        raise BadData("evidence", f"{len(pieces)} pieces", f"at most {MAX_EVIDENCE}")
    return pieces


def check_dated(details: Mapping[str, Any], at: datetime) -> None:
    """That no evidence was made after the event; else `BadData`. Not asked of an event that is delivered again, whatever its instant."""
    for place, piece in enumerate(details.get("evidence", ())):
        if piece.at > at:
            raise BadData(f"evidence[{place}].at", piece.at.isoformat(), f"not after the event, {at.isoformat()}")


def is_same(recorded: Mapping[str, Any], given: Mapping[str, Any]) -> bool:
    """Whether details are those that were recorded, as far as their texts have not been blanked."""
    if recorded == given:
        return True
    seals = recorded.seals if isinstance(recorded, Details) else {}
    blanked = {place for place, seal in seals.items() if seal.salt is None}
    if not blanked or recorded.keys() != given.keys():
        return False
    return all(one == given[name] or name in blanked or _are_same(one, given[name], blanked) for name, one in recorded.items())


def _are_same(recorded: object, given: object, blanked: set[str]) -> bool:
    """The same of pieces of evidence."""
    if not isinstance(recorded, tuple) or not isinstance(given, tuple) or len(recorded) != len(given):
        return False
    pieces = enumerate(zip(recorded, given, strict=True))
    return all(
        one == other or (f"evidence[{n}].note" in blanked and other.model_copy(update={"note": one.note}) == one)
        for n, (one, other) in pieces
    )


def is_given(details: Mapping[str, Any], need: str) -> bool:
    """Whether a need is met: white space is no note, an empty tuple no evidence."""
    value = details.get(need)
    return bool(value.strip()) if isinstance(value, str) else bool(value)
