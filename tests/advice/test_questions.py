"""Public questions, each answered by one call, with the rule and its source, in both languages; of the platform's own rules too."""

from __future__ import annotations

import pytest

from tests.advice import platform_questions
from tests.advice.asked import sources
from tests.advice.questions import QUESTIONS
from tests.advice.rows import Told, check

TABLES = {"the guide's": QUESTIONS, "the platform's": platform_questions.QUESTIONS}
EVERY = [pytest.param(question, id=f"{whose} {question.name}") for whose, table in TABLES.items() for question in table]


@pytest.mark.parametrize("question", EVERY)
def test_a_question_is_answered_in_one_call(question: Told) -> None:
    check(question)
    assert set(question.cites.split()) <= sources(question.advice())


@pytest.mark.parametrize("question", [one for one in EVERY if one.values[0].cites])  # type: ignore[union-attr]  # a row
def test_what_answers_names_its_source(question: Told) -> None:
    """Each of its sources stands at an item that holds words of the answer, or at the heading's other items."""
    answering = [tip for tip in question.advice().items if any(words in tip.text.zh for words in question.zh)]
    assert answering
    cited = {id for tip in answering for id in tip.cites}
    assert cited & set(question.cites.split()), (cited, question.cites)


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_all_twelve_are_asked(table: list[Told]) -> None:
    assert {int(question.name.split()[0]) for question in table} == set(range(1, 13))
