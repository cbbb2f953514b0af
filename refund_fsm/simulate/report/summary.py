"""Owns what is said of results, laws and comparisons: their sections in order, and the same as text. Must not compute figures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from refund_fsm.simulate.report import comparison_view, overview, settings
from refund_fsm.simulate.report.settings import Many
from refund_fsm.simulate.sample import Result
from refund_fsm.text import AnyLang, languages
from refund_fsm.text.sections import Answer, Notice, Pairs, Section

if TYPE_CHECKING:
    from refund_fsm.simulate.law import Law
    from refund_fsm.simulate.report.comparison import Comparison


def answer(one: Many) -> Answer:
    """What is said of a result or a law."""
    return Answer(lambda _: sections(one), lambda: f"{one.to_json(indent=2)}\n")


def comparison_answer(comparison: Comparison) -> Answer:
    """What is said of a comparison."""
    return Answer(lambda _: comparison_sections(comparison), lambda: f"{comparison.to_json(indent=2)}\n")


def result_text(result: Result, lang: AnyLang = "both") -> str:
    """What a manager wants to know of a simulation; partial and provisional results say so. `BadData` for another language."""
    return _text(sections(result), lang)


def law_text(law: Law, lang: AnyLang = "both") -> str:
    """The same of an exact law, with what halving the lattice's step changed in place of confidence intervals."""
    return _text(sections(law), lang)


def comparison_text(comparison: Comparison, lang: AnyLang = "both") -> str:
    """Two results or laws beside each other: what they rest on, and every main figure with the difference and its interval."""
    return _text(comparison_sections(comparison), lang)


def _text(found: Iterator[Section], lang: AnyLang) -> str:
    from refund_fsm.text import terminal  # here, so that who draws does not load it

    return terminal.text_of(found, languages(lang))


def sections(one: Many) -> Iterator[Section]:
    """A result or a law: its title with what must not be overlooked, what it rests on, then its figures."""
    yield Section(settings.title(one), tuple(map(Notice, settings.notices(one))))
    yield Section(None, (Pairs(tuple(settings.rows(one))),))
    if not isinstance(one, Result) or one.cases:
        yield from overview.sections(one)


def comparison_sections(comparison: Comparison) -> Iterator[Section]:
    """A comparison, in the same order."""
    yield Section(comparison_view.title(comparison), tuple(map(Notice, comparison_view.notices(comparison))))
    yield Section(None, (Pairs(tuple(comparison_view.settings_rows(comparison))),))
    yield from comparison_view.sections(comparison)
