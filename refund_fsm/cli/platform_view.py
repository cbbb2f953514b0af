"""Owns how other systems' codes are shown: field by field for people, code by code as plain data for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from refund_fsm.platforms import PARTIES, Code, Field, Platform, Times
from refund_fsm.text import Languages, Text
from refund_fsm.text.sections import Answer, Cell, Column, Pairs, Part, Section, Table, columns, json_of

UNITS = {
    "ms": Text("毫秒", "milliseconds"),
    "s": Text("秒", "seconds"),
    "text": Text("文本", "text"),
    "varies": Text("因接口而异", "varies, see below"),
    "unstated": Text("没有说明", "not stated"),
}
SIDES = {"question": Text("只用于请求", "asked only"), "answer": Text("只在返回里", "answered only")}
FINAL = {True: Text("是", "yes"), False: Text("否", "no"), None: Text("不详", "not stated")}
NO_STATE = Text("不对应我们的状态", "none of our states")
ANY = Text("不说明状态", "says nothing of the state")
ALL_BUT = Text("除此以外：", "any but: ")
OURS = Text("我们的状态出自", "our states are those of")
SOURCE = Text("来源", "source")
LINE = "\n"
LEGEND = Text(
    "可信度：A 平台自己的文字；B 多处转述一致；C 一处转述；D 推断。对应我们的哪些状态，是我们的理解。",
    "Confidence: A the platform's own text; B as several others repeat it; C one other; D inferred. What a code means in our states is our "
    "own reading.",
)
CODES = (
    Column(Text("代码", "code"), "name"),
    *columns(Text("含义", "label"), Text("轮到", "whose turn"), Text("终态", "final")),
    Column(Text("我们的状态", "our states"), "name"),
)
TIMES = (
    *columns(Text("时间字段", "time"), Text("单位", "unit")),
    Column(Text("接口", "methods"), "name"),
    *columns(Text("来源", "source"), Text("说明", "note")),
)


def platforms_answer(found: Sequence[Platform]) -> Answer:
    """What is said of all platforms."""
    return Answer(lambda lang: (Section(None, (_list(found, lang),)),), lambda: json_of([_summary(one) for one in found]))


def platform_answer(found: Platform) -> Answer:
    """What is said of one platform's codes."""
    return Answer(lambda lang: _sections(found, lang), lambda: json_of(plain(found)))


def _list(found: Sequence[Platform], lang: Languages) -> Table:
    headings = columns(Text("名称", "name"), Text("平台", "platform"), Text("字段", "fields"), Text("代码数", "codes"))
    rows = [(one.key, lang.stack(one.label), ", ".join(field.key for field in one.fields), str(_size(one))) for one in found]
    return Table(headings, tuple(rows), ruled=True)


def _sections(found: Platform, lang: Languages) -> Iterator[Section]:
    ours = f"{lang.say(OURS, ' ')} {', '.join(found.workflows)}"
    yield Section(found.label, (*(lang.stack(note.text) for note in found.notes), lang.stack(LEGEND), ours))
    for field in found.fields:
        rows = tuple(_row(code, field, found, lang) for code in field.codes)
        notes = tuple((_sided(code, lang), "\n".join(_notes(code, field, lang))) for code in field.codes if any(_notes(code, field, lang)))
        parts: tuple[Part, ...] = (Pairs(tuple(_about(field, lang))), Table(CODES, rows, ruled=True), *([Pairs(notes)] if notes else []))
        yield Section(f"{field.spelled}  {lang.say(field.label)}", parts)
    if found.together:
        yield Section(Text("合起来看", "Together"), (Pairs(tuple(_together(found, lang))),))
    if found.times:
        yield Section(Text("时间", "Times"), (Table(TIMES, tuple(_time(one, lang) for one in found.times), ruled=True),))
    if found.unseen:
        yield Section(Text("没有代码的状态", "States without a code"), (", ".join(found.unseen),))
    yield Section(Text("来源", "Sources"), (Pairs(tuple(_sources(found))),))


def _about(field: Field, lang: Languages) -> Iterator[tuple[Cell, ...]]:
    yield Text("Python 名", "in Python"), field.key
    if field.methods:
        yield Text("接口", "methods"), ", ".join(field.methods)
    yield Text("时间单位", "unit of times"), lang.say(UNITS[field.unit])
    yield SOURCE, f"{field.source} ({field.confidence})"
    if field.note:
        yield Text("注意", "note"), lang.stack(field.note.text)


def _row(code: Code, field: Field, platform: Platform, lang: Languages) -> tuple[Cell, ...]:
    turn = "\n".join(lang.say(PARTIES[one]) for one in code.turn)
    final = lang.say(FINAL[code.final]) if field.says == "state" or code.final is not None else ""
    return _sided(code, lang), lang.stack(code.label), turn, final, _states(code, platform, lang)


def _sided(code: Code, lang: Languages) -> str:
    """The code, with the side on which alone it stands."""
    return f"{code.value} ({lang.say(SIDES[code.side])})" if code.side in SIDES else code.value


def _notes(code: Code, field: Field, lang: Languages) -> Iterator[str]:
    """What is to be known of a code, and its source where that is not its field's."""
    if code.note is not None:
        yield lang.stack(code.note.text)
    if (code.source, code.confidence) != (field.source, field.confidence):
        yield f"{lang.say(SOURCE)}{lang.colon}{code.source} ({code.confidence})"


def _states(code: Code, platform: Platform, lang: Languages) -> str:
    if code.by is not None and code.states is None:
        return lang.say(PARTIES[code.by])
    if code.states is None:
        return f"{lang.say(ALL_BUT)}\n{LINE.join(code.never)}" if code.never else lang.stack(ANY)
    return "\n".join(_where(state, platform) for state in code.states) or lang.stack(NO_STATE)


def _where(state: str, platform: Platform) -> str:
    """A state, with the workflows that have it where some have not."""
    having = [key for key, states in platform.workflows.items() if state in states]
    return state if len(having) == len(platform.workflows) else f"{state} ({', '.join(having)})"


def _together(platform: Platform, lang: Languages) -> Iterator[tuple[Cell, ...]]:
    for row in platform.together:
        codes = ", ".join(f"{platform.field(key).spelled} {code}" for key, code in row.codes.items())
        said = f"{', '.join(row.states)} – {row.source} ({row.confidence})"
        yield codes, f"{said}\n{lang.stack(row.note.text)}" if row.note else said


def _time(one: Times, lang: Languages) -> tuple[Cell, ...]:
    note = lang.stack(one.note.text) if one.note else ""
    return one.name, lang.stack(UNITS[one.unit]), "\n".join(one.methods), f"{one.source} ({one.confidence})", note


def _sources(platform: Platform) -> Iterator[tuple[str, str]]:
    for one in platform.sources:
        yield one.id, "\n".join(filter(None, (one.title, one.address, one.copied)))


def _size(found: Platform) -> int:
    return sum(len(field.codes) for field in found.fields)


def _summary(found: Platform) -> dict[str, Any]:
    return {
        "platform": found.key,
        "label": _both(found.label),
        "workflows": list(found.workflows),
        "fields": [field.key for field in found.fields],
        "number_of_codes": _size(found),
    }


def plain(found: Platform) -> dict[str, Any]:
    """A platform as plain data, a row for each code of each field."""
    return {
        **_summary(found),
        "notes": [_both(note.text) for note in found.notes],
        "unseen": list(found.unseen),
        "codes": [_code(found, field, code) for field in found.fields for code in field.codes],
        "together": [one.model_dump(mode="json") for one in found.together],
        "times": [one.model_dump(mode="json") for one in found.times],
        "sources": [one.model_dump(mode="json") for one in found.sources],
    }


def _code(platform: Platform, field: Field, code: Code) -> dict[str, Any]:
    allowed = platform.allowed(code)
    return {
        "field": field.key,
        "name": field.name,
        "code": code.code,
        "side": code.side,
        "label": _both(code.label),
        "turn": list(code.turn),
        "final": code.final,
        "by": code.by,
        "says": field.says,
        "states": sorted(allowed),
        "by_workflow": {key: sorted(allowed.intersection(states)) for key, states in platform.workflows.items()},
        "methods": list(field.methods),
        "unit": field.unit,
        "source": code.source.split(),
        "confidence": code.confidence,
        "note": _both(code.note.text) if code.note else None,
    }


def _both(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}
