"""Owns the written form of a case: head, steps and tail as JSON with chained digests, and the reading of it.

Format 2 is written; 1 and 2 are read. In `steps` stand, in their order, the steps (`kind: step`) and what else happened to the case
(`kind: calendar`: from then on another calendar counted). A kind or a field that this version does not know was written by a newer
one, and is refused as that. Must not judge what is read (`replay`), nor know how the text comes apart (`parts`).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeVar

from refund_fsm.case.chain import digest_of, linked, seal, spelled, texts_in
from refund_fsm.case.engine import Head, Live
from refund_fsm.case.parts import Part, parts_of
from refund_fsm.case.plain import change_of, head_of, step_row, tail_of
from refund_fsm.case.replay import Reader
from refund_fsm.workflow import Workflow

if TYPE_CHECKING:
    from refund_fsm.case.case import RefundCase

    C = TypeVar("C", bound=RefundCase)


def written(head: Head, live: Live, indent: int | None = None) -> str:
    """The case as JSON: `{"head", "steps": [...], "tail"}`, each part with the digest of itself and all before it."""
    first = head_of(head)
    seal(first["request"], head.seals)
    rows = []
    for number, step in enumerate(live.steps):
        rows += [change_of(change) for change in live.changes if change.after == number]
        row = step_row(step)
        if row["details"]:
            seal(row["details"], step.details.seals)  # type: ignore[attr-defined]  # a step's are `Details`
        rows.append(row)
    rows += [change_of(change) for change in live.changes if change.after == len(live.steps)]
    link, texts = "", []
    for part in (first, *rows, tail_of(live)):
        text = spelled(part)
        link = digest_of(part, link) if _has_texts(part) or not text.isascii() else linked(text, link)
        texts.append(f'{text[:-1]},"digest":"{link}"}}')
    whole = f'{{"head":{texts[0]},"steps":[{",".join(texts[1:-1])}],"tail":{texts[-1]}}}'
    return whole if indent is None else json.dumps(json.loads(whole), ensure_ascii=False, indent=indent)


def _has_texts(part: dict[str, Any]) -> bool:
    holder = part.get("details") or part.get("request")
    return holder is not None and next(texts_in(holder), None) is not None


def read(kind: type[C], text: str | bytes, workflow: Workflow | None = None) -> C:
    """A case from JSON, part by part: its digest checked, then replayed through the library, then compared place by place.

    `workflow=None` takes the registry's. Raises `SavedCaseError` whose `position` is `head`, `step N` (from 1) or `tail`.
    """
    reader: Reader | None = None
    early: list[Part] = []  # parts that stand before the head
    tail: Part | None = None
    for part in parts_of(text):
        if part.where == "head":
            reader = Reader(part, workflow)
            for step in early:
                reader.take(step)
        elif part.where == "tail":
            tail = part
        elif part.where != "steps":
            reader.take(part) if reader else early.append(part)
    assert reader is not None and tail is not None, "the parts are all there, or reading them raises"
    return kind._of(*reader.end(tail))
