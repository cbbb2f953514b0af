"""Answers are made once, and what a pipe, a terminal, a page and a program get of one says the same."""

from __future__ import annotations

import io
import json
import re

import pytest
from rich.cells import cell_len

from refund_fsm.text import Languages, Text, console, terminal
from refund_fsm.text.html import both, in_bold, section_html
from refund_fsm.text.sections import Answer, Column, Notice, Pairs, Section, Table, columns, json_of, lines, numbers, tabled

NAME, COUNT = Text("名称", "name"), Text("次数", "count")
TOLD = (
    Section(Text("标题", "Title"), (Notice(Text("示例", "illustrative")), "as it is <b>")),
    Section(None, (Pairs(((Text("起点", "start"), "2026-02-12 10:00"), ("seed", "7"))),)),
    tabled(Text("表", "Table"), (Column(NAME), *numbers(COUNT)), [("a", "1,234"), (Text("乙", "b"), "5")]),
    tabled(Text("空", "Empty"), columns(NAME), []),
    Section("refused", ("why",), alarm=True),
)
PIPED = """\
Title
illustrative
as it is <b>

start  2026-02-12 10:00
seed   7

Table
name  count
────────────
a     1,234
b         5

Empty
  none

refused
why
"""


def test_a_pipe_gets_every_part_in_order_a_blank_line_between_sections() -> None:
    told = terminal.text_of(TOLD, Languages.EN)
    assert re.sub(r" +$", "", told, flags=re.M) == PIPED


@pytest.mark.parametrize("lang", list(Languages))
def test_languages_decide_what_is_said(lang: Languages) -> None:
    told = terminal.text_of(TOLD, lang)
    assert ("illustrative" in told, "示例" in told) == ("en" in lang.each, "zh" in lang.each)
    assert "as it is <b>" in told


def test_a_terminal_gets_the_same_words_in_its_width() -> None:
    wide = (tabled(NAME, (*columns(NAME), Column(COUNT, "instant")), [("long " * 40, "2026-02-12 10:00")]),)

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    window = Terminal()
    terminal.printed(wide, Languages.EN, window)
    rows = re.sub(r"\x1b\[[0-9;]*m", "", window.getvalue()).rstrip().split("\n")
    assert max(cell_len(row) for row in rows) <= 80
    assert any("2026-02-12 10:00" in row for row in rows), "an instant is kept whole"
    assert "\x1b[1m" in window.getvalue(), "a title is bold"


def test_what_follows_an_answer_on_the_screen_is_set_apart(capsys: pytest.CaptureFixture[str]) -> None:
    console.show((Section(None), *lines(["a", "b"])), Languages.BOTH)
    assert capsys.readouterr().out == "\na\nb\n"
    assert lines([]) == ()


def test_a_table_without_rows_says_so_or_shows_its_headings() -> None:
    for headings in (columns(NAME), numbers(NAME)):
        assert terminal.text_of([Section(None, (Table(headings, ()),))], Languages.EN).split("\n")[0].strip() == "name"
    assert "没有" in terminal.text_of([tabled(NAME, columns(NAME), ())], Languages.ZH)


def test_a_page_takes_nothing_for_markup_and_marks_the_language_of_each_text() -> None:
    page = "".join(section_html(section, Languages.BOTH) for section in TOLD)
    assert "as it is &lt;b&gt;" in page and "<b>" not in page
    assert '<span lang="zh-CN">名称</span> <span lang="en">name</span>' in page
    assert '<td class="number">1,234</td>' in page
    assert both(Text("%", "%"), Languages.BOTH) == '<span lang="zh-CN">%</span>'
    wide = tabled(NAME, numbers(*[COUNT] * 6), [("1",) * 6])
    assert section_html(wide, Languages.EN).startswith('<section class="wide">')


def test_what_is_bold_on_a_page_is_titles_headings_and_pairs() -> None:
    assert list(in_bold(TOLD[1:3])) == [Text("起点", "start"), "2026-02-12 10:00", "seed", "7", Text("表", "Table"), NAME, COUNT]


def test_an_answer_is_made_once_for_all_who_show_it_and_not_at_all_for_programs() -> None:
    asked: list[Languages] = []

    def made(lang: Languages) -> tuple[Section, ...]:
        asked.append(lang)
        return TOLD

    answer = Answer(made, lambda: json_of({"a": "甲"}))
    assert json.loads(answer.json()) == {"a": "甲"} and "甲" in answer.json() and asked == []
    assert answer.sections(Languages.EN) == answer.sections(Languages.EN) == TOLD and asked == [Languages.EN]
    answer.sections(Languages.ZH)
    assert asked == [Languages.EN, Languages.ZH]
