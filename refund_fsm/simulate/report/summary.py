"""Owns how results, laws and comparisons are laid out as text for people, in Chinese, English or both. Must not compute figures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from refund_fsm.diagram import LANGS, Lang
from refund_fsm.errors import BadData
from refund_fsm.simulate.report import comparison_view, overview, settings
from refund_fsm.simulate.report.sections import NONE, Section, said
from refund_fsm.simulate.report.settings import Many
from refund_fsm.simulate.sample import Result
from refund_fsm.text.console import Aligned, Languages, grid, plain, text_of

if TYPE_CHECKING:
    from rich.console import RenderableType

    from refund_fsm.simulate.law import Law
    from refund_fsm.simulate.report.comparison import Comparison


def result_text(result: Result, lang: Lang = "both") -> str:
    """What a manager wants to know of a simulation; partial and provisional results say so. `BadData` for another language."""
    return text_of(parts(result, languages(lang)))


def law_text(law: Law, lang: Lang = "both") -> str:
    """The same of an exact law, with what halving the lattice's step changed in place of confidence intervals."""
    return text_of(parts(law, languages(lang)))


def comparison_text(comparison: Comparison, lang: Lang = "both") -> str:
    """Two results or laws beside each other: what they rest on, and every main figure with the difference and its interval."""
    return text_of(comparison_parts(comparison, languages(lang)))


def languages(lang: str) -> Languages:
    """The languages by their name; `BadData` for another."""
    if lang not in LANGS:
        raise BadData("lang", lang, " or ".join(repr(known) for known in LANGS))
    return Languages(lang)


def parts(one: Many, lang: Languages) -> Iterator[RenderableType | str]:
    """A result or a law, part by part, for a window of any width."""
    yield plain(lang.say(settings.title(one)), "bold")
    yield from (lang.say(notice) for notice in settings.notices(one))
    yield ""
    yield grid([(lang.say(label), said(cell, lang)) for label, cell in settings.rows(one)])
    if isinstance(one, Result) and not one.cases:
        return
    yield from _tables(overview.sections(one), lang)


def comparison_parts(comparison: Comparison, lang: Languages) -> Iterator[RenderableType | str]:
    """A comparison, part by part, for a window of any width."""
    yield plain(lang.say(comparison_view.title(comparison)), "bold")
    yield from (lang.say(notice) for notice in comparison_view.notices(comparison))
    yield ""
    yield grid([[said(cell, lang) for cell in row] for row in comparison_view.settings_rows(comparison)])
    yield from _tables(comparison_view.sections(comparison), lang)


def _tables(sections: Iterable[Section], lang: Languages) -> Iterator[RenderableType | str]:
    for section in sections:
        yield ""
        yield plain(lang.say(section.title), "bold")
        yield _table(section, lang) if section.rows else f"  {lang.say(NONE)}"


def _table(section: Section, lang: Languages) -> Aligned:
    rows = section.cells(lang)
    for place, column in enumerate(section.columns):
        if column.number:  # at the right, so that digits of one weight stand below each other
            width = max(len(row[place]) for row in rows)
            for row in rows:
                row[place] = row[place].rjust(width)
    return Aligned([lang.stack(column.heading) for column in section.columns], rows)
