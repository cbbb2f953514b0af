"""Owns a platform's codes as one value, and what several of them mean together. Must not know how a file is found, nor what a log holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Literal

from pydantic import AfterValidator, model_validator

from refund_fsm.errors import BadData, shown
from refund_fsm.platforms.codes import Capped, Code, Field, Note, PlatformKey, Source, States, Times, Together, snake, value_text
from refund_fsm.text import Text
from refund_fsm.workflow import Frozen, FrozenDict, Name, NotEmpty, Workflow, meant, placed

Verdict = Literal["known", "outside", "unknown", "contradictory"]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the codes of one record mean together.

    `verdict` is `known` (the case is in one of `states`), `outside` (the codes are known and mean none of our states), `unknown` (one of
    them is not listed) or `contradictory` (each is known, together they leave nothing). `states` is empty in all but the first; `why`
    says what is wrong or outside. `narrowed_by` are keys of fields that the record lacks and that could leave fewer states.
    """

    verdict: Verdict
    states: frozenset[str]
    why: Text | None
    narrowed_by: tuple[str, ...]
    codes: tuple[tuple[Field, Code], ...]

    def within(self, workflow: Workflow) -> frozenset[str]:
        """Those of the states that a workflow has."""
        return self.states & workflow.states.keys()


class Platform(Frozen):
    """A platform's or a shop's codes. `workflows` are the order types whose states are meant, each with the keys of its states; `unseen`
    are the states that no record of the platform can show."""

    key: Annotated[PlatformKey, meant("how the platform is named")]
    zh: Annotated[Name, meant("its name in Chinese")]
    en: Annotated[Name, meant("its name in English")]
    workflows: Annotated[dict[Name, States], AfterValidator(FrozenDict), meant("the order types, and the states that each has")]
    unseen: Annotated[States, meant("keys of the states that no record can show")] = ()
    notes: Annotated[tuple[Note, ...], meant("what holds for all of it")] = ()
    sources: Annotated[NotEmpty[Source], Capped, meant("where all this is known from")]
    fields: Annotated[NotEmpty[Field], Capped, meant("its fields, the most telling first")]
    times: Annotated[tuple[Times, ...], Capped, meant("its times, and their units")] = ()
    together: Annotated[tuple[Together, ...], Capped, meant("what codes mean together")] = ()

    @model_validator(mode="after")
    @placed
    def _whole(self) -> Platform:
        for fault in _faults(self):
            raise fault
        return self

    @property
    def label(self) -> Text:
        """Its name."""
        return Text(self.zh, self.en)

    @cached_property
    def all_states(self) -> frozenset[str]:
        """Keys of all states that a record can show."""
        return frozenset(state for states in self.workflows.values() for state in states) - frozenset(self.unseen)

    def field(self, word: str) -> Field:
        """A field by its key (`refund_status`), or as the interface spells it (`refundStatus`) where only one is spelled so; `BadData`
        for no field, or for several."""
        found = [one for one in self.fields if one.key == word] or [one for one in self.fields if word in _spellings(one)]
        if len(found) != 1:
            expected = " or ".join(repr(one.key) for one in found or self.fields)
            raise BadData(f"{self.key} field", word, expected)
        return found[0]

    def states(self, /, **codes: int | str | None) -> frozenset[str]:
        """Keys of the states that a case can be in whose record has these codes, each under the name of its field (`field`); a code that
        is None is one that the record lacks. Empty where the codes are known and mean none of our states.

        `BadData`, nothing guessed: for a field or a code that is not listed, and for codes that cannot go together.
        """
        found = self.meaning(**codes)
        if found.verdict in ("unknown", "contradictory"):
            assert found.why is not None
            given = {name: code for name, code in codes.items() if code is not None}
            field, value = next(iter(given.items())) if len(given) == 1 else (", ".join(given), tuple(given.values()))
            expected = "codes that can go together" if found.verdict == "contradictory" else "a code that is listed"
            raise BadData(f"{self.key} {field}", value, f"{expected} ({found.why.en})")
        return found.states

    def meaning(self, /, **codes: int | str | None) -> Meaning:
        """The same as a value that says so where a code is unknown or the codes are contradictory. Records of a log have few combinations
        of codes: ask once for each.

        `BadData` for a field that is not listed, one given twice, or none at all."""
        given = self._given(codes)
        rows: list[tuple[Field, Code]] = []
        for field, value in given:
            row = field.code(value)
            if row is None:
                return Meaning("unknown", frozenset(), _unlisted(self, field, value), (), tuple(rows))
            rows.append((field, row))
        left = self._left(rows)
        verdict: Verdict = "known"
        why = None
        if not left:
            outside = next((pair for pair in rows if pair[1].states == ()), None)
            verdict, why = ("outside", _outside(*outside)) if outside else ("contradictory", _contradiction(self, rows))
        return Meaning(verdict, left, why, tuple(self._narrowing(rows, left)), tuple(rows))

    def allowed(self, code: Code) -> frozenset[str]:
        """Keys of the states that one code alone can mean."""
        return frozenset(code.states) if code.states is not None else self.all_states - frozenset(code.never)

    def _given(self, codes: dict[str, int | str | None]) -> list[tuple[Field, int | str]]:
        given = [(self.field(name), value) for name, value in codes.items() if value is not None]
        if not given:
            raise BadData(f"{self.key} codes", codes, f"at least one of {', '.join(one.key for one in self.fields)}")
        fields = [field.key for field, _ in given]
        for place, key in enumerate(fields):
            if key in fields[:place]:
                raise BadData(f"{self.key} codes", codes, f"each field once ({key} is given twice)")
        return given

    def _left(self, rows: list[tuple[Field, Code]]) -> frozenset[str]:
        left = self.all_states
        for _, code in rows:
            left &= self.allowed(code)
        for row in self._applying(rows):
            left &= frozenset(row.states)
        return left

    def _applying(self, rows: list[tuple[Field, Code]]) -> Iterator[Together]:
        has = {field.key: code.value for field, code in rows}
        return (row for row in self.together if all(has.get(key) == str(code) for key, code in row.codes.items()))

    def _narrowing(self, rows: list[tuple[Field, Code]], left: frozenset[str]) -> Iterator[str]:
        known = {field.key for field, _ in rows}
        for field in self.fields:
            told = (self._left([*rows, (field, code)]) for code in field.codes if code.side != "question")
            if field.key not in known and any(one and one < left for one in told):
                yield field.key


def _spellings(field: Field) -> tuple[str, ...]:
    return (field.name, snake(field.name)) if field.name else ()


def _unlisted(platform: Platform, field: Field, value: int | str) -> Text:
    """What is said of a code that no answer has."""
    asked = field.code(value, asked=True)
    if asked is not None:
        return _noted(
            Text(
                f"{field.spelled} 的 {shown(value)} 只用于请求（{asked.zh}），返回里没有",
                f"{shown(value)} of {field.spelled} is only asked with ({asked.en}), never answered",
            ),
            asked,
        )
    known = [one.value for one in field.codes if one.side != "question"]
    some = ", ".join(known[:40]) + (", …" if len(known) > 40 else "")
    return Text(
        f"{platform.zh}的 {field.spelled} 没有收录 {shown(value)}；收录的是 {some}",
        f"{shown(value)} is not listed of {platform.en}'s {field.spelled}; listed are {some}",
    )


def _outside(field: Field, code: Code) -> Text:
    return _noted(
        Text(
            f"{field.spelled} {code.value}（{code.zh}）不对应我们的任何状态",
            f"{field.spelled} {code.value} ({code.en}) means none of our states",
        ),
        code,
    )


def _noted(said: Text, code: Code) -> Text:
    return Text(f"{said.zh}：{code.note.zh}", f"{said.en}: {code.note.en}") if code.note else said


def _contradiction(platform: Platform, rows: list[tuple[Field, Code]]) -> Text:
    """Each code with what it can mean alone, and the rows that say more of them together."""
    telling = [(field, code) for field, code in rows if platform.allowed(code) < platform.all_states]
    alone = [(field, code, ", ".join(sorted(platform.allowed(code)))) for field, code in telling]
    zh = [f"{field.spelled} {code.value}（{code.zh}）可以是 {states}" for field, code, states in alone]
    en = [f"{field.spelled} {code.value} ({code.en}) can mean {states}" for field, code, states in alone]
    for row in platform._applying(rows):
        if row.note is not None:
            zh.append(row.note.zh)
            en.append(row.note.en)
    return Text("；".join(zh), "; ".join(en))


def _faults(platform: Platform) -> Iterator[BadData]:
    """What is wrong with the rows of a platform among each other."""
    ids = [one.id for one in platform.sources]
    yield from _twice("sources", "id", ids)
    yield from _twice("fields", "key", [one.key for one in platform.fields])
    everywhere = frozenset(state for states in platform.workflows.values() for state in states)
    for where, row in _known(platform):
        for id in row.source.split():
            if id not in ids:
                yield BadData(f"{where}.source", row.source, f"ids of sources: {', '.join(ids)}")
    for where, states in _named(platform):
        for state in states:
            if state not in everywhere:
                yield BadData(where, state, f"a state of {' or '.join(platform.workflows)}: {', '.join(sorted(everywhere))}")
            if state in platform.unseen and where != "unseen":
                yield BadData(where, state, "a state that is not among `unseen`")
    for place, row in enumerate(platform.together):
        for key, code in row.codes.items():
            field = next((one for one in platform.fields if one.key == key), None)
            if field is None:
                yield BadData(f"together[{place}].codes", key, f"keys of fields: {', '.join(one.key for one in platform.fields)}")
            elif field.code(value_text(code, key)) is None:
                yield BadData(f"together[{place}].codes.{key}", code, "a code of that field")


def _twice(table: str, key: str, values: list[str]) -> Iterator[BadData]:
    for place, value in enumerate(values):
        if value in values[:place]:
            yield BadData(f"{table}[{place}].{key}", value, f"each {key} once ({table}[{values.index(value)}] has it, too)")


def _known(platform: Platform) -> Iterator[tuple[str, Field | Code | Times | Together]]:
    for place, field in enumerate(platform.fields):
        yield f"fields[{place}]", field
        yield from ((f"fields[{place}].codes[{number}]", code) for number, code in enumerate(field.codes))
    yield from ((f"times[{place}]", one) for place, one in enumerate(platform.times))
    yield from ((f"together[{place}]", one) for place, one in enumerate(platform.together))


def _named(platform: Platform) -> Iterator[tuple[str, States]]:
    yield "unseen", platform.unseen
    for where, row in _known(platform):
        if isinstance(row, Code):
            yield from ((f"{where}.states", row.states or ()), (f"{where}.never", row.never))
        elif isinstance(row, Together):
            yield f"{where}.states", row.states
