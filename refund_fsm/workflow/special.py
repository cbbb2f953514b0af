"""Owns `SpecialPeriod`: days in which a limit that would end there becomes another, such as those of the Spring Festival.

Must not know a table, nor what a guard asks: guards are named as text, and looked up where a table is at hand (`counts`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field, StrictBool, StrictInt, model_validator

from refund_fsm.errors import BadData
from refund_fsm.workflow.calendar import MAX_DAYS_AHEAD, MAX_HOURS_AHEAD, Unit
from refund_fsm.workflow.values import Frozen, Instant, Name, meant, placed

UNITS = ("_hours", "_days")  # of the names of limits; _working_days ends so too
MAX_GUARDS = 20


@placed
def _limit(value: str) -> str:
    if not value.endswith(UNITS):
        raise BadData("", value, "the name of a limit, which ends in _hours, _days or _working_days")
    return value


@placed
def _guards(value: tuple[str, ...]) -> tuple[str, ...]:
    for place, one in enumerate(value):
        if one in value[:place]:
            raise BadData(f"[{place}]", one, "each guard once")
    return value


class SpecialPeriod(Frozen):
    """When the ordinary end of the limit `limit` falls in [`start`, `end`) and the guards `when` hold, `hours` or `days` replace its
    length, counted from the same start. A limit in days lies where 00:00 of its last day lies, one in hours where its instant lies.

    With `never_shorter` the ordinary end stands where the replacement would come before it. `cites` says where the row comes from.
    """

    limit: Annotated[Name, AfterValidator(_limit), meant("the limit, by the name of its policy field, such as shipped_review_hours")]
    when: Annotated[
        tuple[Name, ...], Field(max_length=MAX_GUARDS), AfterValidator(_guards), meant("names of guards of the table; all must hold")
    ] = ()
    start: Annotated[Instant, meant("the first instant of the period")]
    end: Annotated[Instant, meant("the instant before which it ends")]
    hours: Annotated[Annotated[StrictInt, Field(ge=1, le=MAX_HOURS_AHEAD)] | None, meant("what the limit becomes, in hours")] = None
    days: Annotated[Annotated[StrictInt, Field(ge=1, le=MAX_DAYS_AHEAD)] | None, meant("what the limit becomes, in days")] = None
    never_shorter: Annotated[StrictBool, meant("whether the ordinary end stands where it is the later one")] = False
    cites: Annotated[Name, meant("catalogue ids, or assumed, separated by spaces")] = "assumed"

    if TYPE_CHECKING:  # what it takes

        def __init__(
            self,
            *,
            limit: str,
            when: Sequence[str] = (),
            start: datetime | str,
            end: datetime | str,
            hours: int | None = None,
            days: int | None = None,
            never_shorter: bool = False,
            cites: str = "assumed",
        ) -> None: ...

    @model_validator(mode="after")
    @placed
    def _sound(self) -> SpecialPeriod:
        if self.start >= self.end:
            raise BadData("end", self.end.isoformat(), f"after start, {self.start.isoformat()}")
        if (self.hours is None) == (self.days is None):
            given = "neither" if self.hours is None else "both"
            raise BadData("days", given, "either hours or days: what the limit becomes")
        return self

    @property
    def unit(self) -> Unit:
        """The unit of what the limit becomes: `hours` or `days`."""
        return "hours" if self.days is None else "days"

    @property
    def length(self) -> int:
        """What the limit becomes, in `unit`s."""
        found = self.hours if self.days is None else self.days
        assert found is not None, "one of the two is given"
        return found

    def overlaps(self, other: SpecialPeriod) -> bool:
        """Whether both may be read for one limit and one set of guards at one instant."""
        alike = self.limit == other.limit and set(self.when) == set(other.when)
        return alike and self.start < other.end and other.start < self.end


@placed
def check_apart(value: tuple[SpecialPeriod, ...]) -> tuple[SpecialPeriod, ...]:
    """That no two periods overlap for one limit and one set of guards."""
    for place, one in enumerate(value):
        for before, other in enumerate(value[:place]):
            if one.overlaps(other):
                told = f"{one.limit} {' '.join(one.when)} from {one.start.isoformat()}"
                raise BadData(f"[{place}]", " ".join(told.split()), f"no overlap with row {before}, which ends {other.end.isoformat()}")
    return value
