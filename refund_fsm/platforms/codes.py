"""Owns the rows of a platform's file: a field of its interface, the codes that it takes, where each is known from, how surely.

Must not know what several codes mean together, nor how a file is found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, StrictBool, StrictInt, model_validator
from pydantic import Field as Bounded

from refund_fsm.errors import BadData
from refund_fsm.text import Text
from refund_fsm.workflow import Frozen, FrozenDict, Name, NotEmpty, Prose, meant, placed

Party = Literal["buyer", "merchant", "platform", "carrier", "payment", "clock"]
Side = Literal["both", "question", "answer"]
Unit = Literal["ms", "s", "text", "varies", "unstated"]
Confidence = Literal["A", "B", "C", "D"]
Says = Literal["state", "money", "kind", "dispute", "actor", "detail"]
PARTIES: dict[Party, Text] = {
    "buyer": Text("买家", "buyer"),
    "merchant": Text("商家", "merchant"),
    "platform": Text("平台", "platform"),
    "carrier": Text("物流公司", "carrier"),
    "payment": Text("支付渠道", "payment channel"),
    "clock": Text("系统", "system"),
}
MAX_CODE = 10**9
MAX_ROWS = 1_000  # of a table of a file: far more than any interface has
Capped = Bounded(max_length=MAX_ROWS)
KEY = re.compile(r"[a-z][a-z0-9_]*")
NAMED = re.compile(r"[a-z0-9][a-z0-9_]*")
HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
Value = Annotated[StrictInt, Bounded(ge=-MAX_CODE, le=MAX_CODE)] | Name


@placed
def _key(value: str) -> str:
    if not KEY.fullmatch(value):
        raise BadData("", value, "a key of small letters, digits and underscores, such as refund_status")
    return value


@placed
def _named(value: str) -> str:
    if not NAMED.fullmatch(value):
        raise BadData("", value, "a name of small letters, digits and underscores, such as xiaohongshu")
    return value


Key = Annotated[Name, AfterValidator(_key)]
PlatformKey = Annotated[Name, AfterValidator(_named)]
States = Annotated[tuple[Name, ...], Capped]


def snake(name: str) -> str:
    """A name such as `refundStatus` in small letters with underscores: `refund_status`."""
    return HUMP.sub("_", name).lower()


class Note(Frozen):
    """Something that a reader must know, in both languages."""

    zh: Annotated[Prose, meant("in Chinese")]
    en: Annotated[Prose, meant("in English")]

    @property
    def text(self) -> Text:
        """The same as a `Text`."""
        return Text(self.zh, self.en)


class Known(Frozen):
    """What is known from somewhere: `source` names rows of the platform's `sources`, separated by spaces."""

    source: Annotated[Name, meant("ids of the sources, separated by spaces")]
    confidence: Annotated[
        Confidence,
        meant("A: the platform's own text; B: its text as two or more others repeat it; C: one other; D: inferred, to be checked"),
    ]
    note: Annotated[Note | None, meant("what a reader must know")] = None


class Code(Known):
    """One value of a field. The confidence is that of the code and its label; what it means in our states is always our own reading.

    `states` are those that it can mean, whatever the workflow has of them; an empty tuple says that none of ours is meant, None that it
    tells nothing but `never`, the states that it rules out. `turn` is who must act next (empty: nobody, or it is not stated), `final`
    whether it is the last (None: not stated), `by` who acted, where the code says that.
    """

    code: Annotated[Value, meant("as the interface has it: a whole number or text")]
    zh: Annotated[Name, meant("its label in Chinese, the platform's where it has one")]
    en: Annotated[Name, meant("its label in English")]
    turn: Annotated[tuple[Party, ...], meant("who must act next")] = ()
    final: Annotated[StrictBool | None, meant("whether nothing follows")] = None
    states: Annotated[States | None, meant("keys of the states that it can mean")] = None
    never: Annotated[States, meant("keys of the states that it cannot mean")] = ()
    by: Annotated[Party | None, meant("who acted")] = None
    side: Annotated[Side, meant("whether it is asked with, answered, or both")] = "both"

    @model_validator(mode="after")
    @placed
    def _one_reading(self) -> Code:
        if self.states is not None and self.never:
            raise BadData("never", list(self.never), "nothing beside `states`, which says it all")
        return self

    @property
    def label(self) -> Text:
        """Its label."""
        return Text(self.zh, self.en)

    @property
    def value(self) -> str:
        """The code as text, as a log has it."""
        return str(self.code)


class Field(Known):
    """A field of an interface, with its codes: the same number in another field may mean another thing.

    `key` is how Python names it, `name` how the interface spells it (None: not known), `unit` how the same records write times, where
    all of them do alike.
    """

    key: Annotated[Key, meant("its name in Python, once in a file")]
    name: Annotated[Name | None, meant("as the interface spells it")] = None
    zh: Annotated[Name, meant("its label in Chinese")]
    en: Annotated[Name, meant("its label in English")]
    says: Annotated[Says, meant("what it tells of a case")]
    methods: Annotated[tuple[Name, ...], meant("the methods, messages or tables that have it")] = ()
    unit: Annotated[Unit, meant("the unit of the times beside it")] = "unstated"
    codes: Annotated[NotEmpty[Code], Capped, meant("its codes")]

    @model_validator(mode="after")
    @placed
    def _codes_once(self) -> Field:
        seen: dict[tuple[str, Side], int] = {}
        for place, one in enumerate(self.codes):
            for side in sides(one):
                if (one.value, side) in seen:
                    raise BadData(f"codes[{place}].code", one.code, f"each code once (codes[{seen[one.value, side]}] has it, too)")
                seen[one.value, side] = place
        return self

    @property
    def label(self) -> Text:
        """Its label."""
        return Text(self.zh, self.en)

    @property
    def spelled(self) -> str:
        """As the interface spells it, or our key where that is not known."""
        return self.name or self.key

    def code(self, value: object, *, asked: bool = False) -> Code | None:
        """The row of a code as it is answered, or, with `asked`, as a request has it; None for one that is not listed.

        A code is a whole number or its text, as in a log: 4 and "4" are the same. `BadData` for anything else.
        """
        text = value_text(value, self.key)
        side: Side = "question" if asked else "answer"
        return next((one for one in self.codes if one.value == text and side in sides(one)), None)


class Times(Known):
    """A time that an interface gives: where, and in which unit (`text`: written out; `varies`: not everywhere the same)."""

    name: Annotated[Name, meant("as the interface spells it; several with commas")]
    methods: Annotated[tuple[Name, ...], meant("the methods, messages or tables that have it")] = ()
    unit: Annotated[Unit, meant("milliseconds or seconds of the epoch, text, varying, or not stated")]


class Together(Known):
    """What several codes mean together, where that is less than each of them alone leaves open."""

    codes: Annotated[dict[Name, Value], AfterValidator(FrozenDict), meant("the key of a field → its code")]
    states: Annotated[States, meant("keys of the states that are left")]


class Source(Frozen):
    """Where something is known from. `copied` is the day of the copy that was read, as far as it is known."""

    id: Annotated[Name, meant("how rows name it, without spaces")]
    title: Annotated[Name, meant("what it is")]
    address: Annotated[Name | None, meant("where it stands")] = None
    copied: Annotated[Name | None, meant("the day or month of the copy")] = None


def sides(code: Code) -> Iterator[Side]:
    """The sides on which a code stands."""
    yield from ("question", "answer") if code.side == "both" else (code.side,)


def value_text(value: object, field: str) -> str:
    """A code as text; `BadData` for what is neither a whole number nor text."""
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if abs(value) <= MAX_CODE else "…"  # no code is as large
    raise BadData(field, value, "a code: a whole number or text")
