"""Owns `Tip`, one piece of advice, and how one is put together of sentences. Must not know what is advised."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from refund_fsm.case import Due
from refund_fsm.orders.guidance import Said
from refund_fsm.text import Provisional, Text, listed, words
from refund_fsm.workflow import Workflow

AND = Text("和", "and")


@dataclass(frozen=True, slots=True)
class Tip:
    """One piece of advice. `topic` is a key of `TOPICS`; `cites` are catalogue ids, or `assumed`.

    `until` is the instant by which it must be done or should have happened (the instant itself is too late), and `deadline` names what
    ends there: a field of the policy or the workflow's own limit, `guide:` or `statute:` before it where that profile's reading is
    told beside the one that counts, or a catalogue id for a term that only the law sets. `event` is the event that it is about;
    `provisional` says that `until`, or an instant in the text, which marks it, rests on days whose holidays are not published yet.
    `state` is the case's state, None where nothing was filed; `kind` and `line` are the kind of refund and the SKU, None where it is
    about none or about several.
    """

    topic: str
    text: Text
    cites: tuple[str, ...]
    until: datetime | None = None
    event: str | None = None
    provisional: bool = False
    state: str | None = None
    kind: str | None = None
    line: str | None = None
    deadline: str | None = None


def tip(topic: str, one: Said, *more: Iterable[str], **parts: Text) -> Tip:
    """A tip of a sentence with its blanks filled in; `more` are further ids that it rests on. It is provisional when a part is."""
    provisional = any(isinstance(part, Provisional) for part in parts.values())
    return Tip(topic, one.filled(**parts), unique(one.sources, *more), provisional=provisional)


def dated(one: Tip, until: datetime, deadline: str) -> Tip:
    """The tip with the instant that it is about, and what ends there."""
    return replace(one, until=until, deadline=deadline)


def prefixed(one: Tip, prefix: Text) -> Tip:
    """The tip with words before it."""
    return replace(one, text=Text(prefix.zh + one.text.zh, prefix.en + one.text.en))


def mentioned(text: Text, workflow: Workflow) -> tuple[str, ...]:
    """The catalogue ids that a text names."""
    words = set(re.findall(r"[A-Za-z0-9-]+", text.en))
    return tuple(id for id in workflow.catalogue if id in words)


def unique(*sources: Iterable[str]) -> tuple[str, ...]:
    """The ids of several citations, each once."""
    return tuple(dict.fromkeys(id for source in sources for id in source))


def when(at: datetime, provisional: bool = False) -> Text:
    """An instant in words, marked when it rests on days that are not published yet."""
    return words.limit(at, provisional)


def ends(due: Due) -> Text:
    """The end of a limit in words."""
    return when(due.at, due.provisional)


def labels(texts: Iterable[Text], last: Text = AND) -> Text:
    """Labels in a row."""
    return listed(list(texts), last)


def joined(*texts: Text) -> Text:
    """Sentences one after the other."""
    return Text("".join(one.zh for one in texts), " ".join(one.en for one in texts))
