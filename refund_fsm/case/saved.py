"""Owns the written form of a case: head, steps and tail as JSON with chained digests, and the reading of it.

Format 2 is written; 1 and 2 are read. In `steps` stand, in their order, the steps (`kind: step`) and what else happened to the case
(`calendar`: from then on another calendar counted; `news`: from then on it knew a newer order; `move`: from then on other rules held, or
all was judged anew by others then, of which the former are told). A kind or a field that this version does not know was written by a
newer one, and is refused as that. Must not judge what is read (`replay`), nor know how the text comes apart (`parts`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, TypeVar

from refund_fsm.case.chain import spelled_digest
from refund_fsm.case.engine import Head, Live
from refund_fsm.case.parts import Part, parts_of
from refund_fsm.case.record import Step, happened
from refund_fsm.case.replay import Reader
from refund_fsm.case.spelling import Speller
from refund_fsm.case.tables import Tables, at_hand
from refund_fsm.errors import BadData, SavedCaseError
from refund_fsm.workflow import Workflow

if TYPE_CHECKING:
    from refund_fsm.case.case import RefundCase

    C = TypeVar("C", bound=RefundCase)


def written(head: Head, live: Live, indent: int | None = None) -> str:
    """The case as JSON: `{"head", "steps": [...], "tail"}`, each part with the digest of itself and all before it."""
    spell = Speller()
    entries = (spell.step(one) if isinstance(one, Step) else spell.change(one) for one in happened(live.steps, live.changes))
    parts = [spell.head(head.opening), *entries, spell.tail(live)]
    link = ""
    for place, text in enumerate(parts):
        link = spelled_digest(text, link)
        parts[place] = f'{text[:-1]},"digest":"{link}"}}'
    whole = f'{{"head":{parts[0]},"steps":[{",".join(parts[1:-1])}],"tail":{parts[-1]}}}'
    return whole if indent is None else json.dumps(json.loads(whole), ensure_ascii=False, indent=indent)


def read(kind: type[C], text: str | bytes, workflow: Tables = None) -> C:
    """A case from JSON, part by part: its digest checked, then replayed through the library, then compared place by place.

    `workflow` are the tables at hand, of which the case's own is taken by its fingerprint; None: the registry's. Raises `SavedCaseError`
    whose `position` is `head`, `step N` (from 1) or `tail`.
    """
    tables = at_hand(workflow)
    reader: Reader | None = None
    early: list[Part] = []  # parts that stand before the head
    tail: Part | None = None
    for part in parts_of(text):
        if part.where == "head":
            reader = Reader(part, tables)
            for step in early:
                reader.take(step)
        elif part.where == "tail":
            tail = part
        elif part.where != "steps":
            reader.take(part) if reader else early.append(part)
    assert reader is not None and tail is not None, "the parts are all there, or reading them raises"
    return kind._of(*reader.end(tail))


def lines(kind: type[C], given: Iterable[str | bytes], workflow: Tables = None) -> Iterator[C]:
    """The cases of lines, one after the other; raises as `RefundCase.from_jsonl` says."""
    if isinstance(given, (str, bytes)) or not isinstance(given, Iterable):
        raise BadData("lines", given, "lines, each a saved case, such as those of an open file")
    return _cases(kind, given, at_hand(workflow))


def _cases(kind: type[C], given: Iterable[str | bytes], tables: tuple[Workflow, ...] | None) -> Iterator[C]:
    for number, line in enumerate(given, 1):
        if isinstance(line, (str, bytes)) and not line.strip():
            continue
        try:
            yield read(kind, line, tables)
        except SavedCaseError as error:
            raise SavedCaseError(f"line {number}: {error.position}", error.value, error.expected) from None
