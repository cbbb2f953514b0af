"""Owns the files that show a comparison: one sheet as SVG or PNG, or one HTML page, what differs first and what does not folded away.

A page loads nothing from anywhere. Must not draw: `comparison_plots`, `spines_plot` and `diagram` do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from html import unescape
from pathlib import Path

from refund_fsm.diagram import fonts
from refund_fsm.diagram.palette import LIGHT, PAIR
from refund_fsm.simulate.report import canvas, comparison_plots, comparison_view, spines, summary
from refund_fsm.simulate.report.canvas import Plot
from refund_fsm.simulate.report.comparison import Comparison
from refund_fsm.simulate.report.comparison_plots import Panel
from refund_fsm.simulate.report.difference import difference_map, has_map
from refund_fsm.simulate.report.page import (
    BOLD_TEXT,
    HEAT,
    OWN_FONT,
    RESTS_ON,
    STYLE,
    TAG,
    WHOLE,
    Shown,
    apart,
    checked_path,
    saved,
    shell,
    shown_of,
)
from refund_fsm.simulate.report.settings import Many
from refund_fsm.simulate.report.spines_plot import spine_plot
from refund_fsm.text import AnyLang, Languages, Text, languages
from refund_fsm.text.html import both, in_bold, section_html
from refund_fsm.text.sections import Answer, Notice, Section, said

COMPARISON_STYLE = Path(__file__).with_name("comparison.css")
ALIKE = Text("另有 {0} 项主要数字没有明显差别", "{0} further main figures do not clearly differ")
FURTHER = Text("状态和规则的数字", "The numbers of states and rules")
MAP = Text("差异图", "The map of what differs")
CURVES = Text("时间与结果", "Times and outcomes")
SHIFT = Text("快了还是慢了", "Sooner or later")
SPINES = Text("主流程的时间", "The time along the main path")
SCALE = Text(
    "条长 = 到过者在该状态的平均天数，一个接一个；条高与 % = 到过的售后单占比；▲▼ = 与第一格相比的天数",
    "length = mean days of those who were in the state, one after the other; height and % = share of cases ever there; "
    "▲▼ = days compared with the first",
)
APART = Text("两个流程没有共同的状态，各画一张", "two workflows share no states: each has its own diagram")
WIDTH = re.compile(r'<svg [^>]*?\bwidth="([\d.]+)pt"')
PIXELS = 4 / 3  # of a point
LEAST = 0.75  # of its own size: smaller, the map scrolls


def save_comparison_plot(
    comparison: Comparison, path: Path | str, lang: AnyLang = "both", *, answer: Answer | None = None, others: Sequence[Many] = ()
) -> Path:
    """Writes the picture of a comparison: `.svg`, `.png`, or `.html`, a report with the map of what differs and the tables; whole or not
    at all.

    The page shows the main path of both along time, and of the `others`: results or laws of the same workflow under further policies and
    starts. `answer` is what `summary` says, where that is made already. Returns the path. `BadData` for another suffix, a place that
    cannot be written, what is no comparison, `others` of another workflow; `MissingPart` without matplotlib.
    """
    path = checked_path(path)
    picture = comparison_plots.comparison_plot(comparison, lang)
    cells = spines.cells_of((comparison.a, comparison.b, *others)) if others else ()
    return saved(path, picture, lambda: comparison_report(comparison, lang, answer, cells))


def comparison_report(
    comparison: Comparison, lang: AnyLang = "both", answer: Answer | None = None, cells: Sequence[spines.Cell] = ()
) -> str:
    """The page of a comparison; `cells` are the small multiples, of the two alone where there are none."""
    said_in = languages(lang)
    found = (answer or summary.comparison_answer(comparison)).sections(said_in)
    panels = comparison_plots.comparison_panels(comparison, lang)
    if not cells and has_map(comparison) and comparison.a.figures().keys() == comparison.b.figures().keys():
        cells = _two(comparison)
    return _ComparisonPage(comparison, found, panels, tuple(cells), said_in, lang).html()


def _two(comparison: Comparison) -> tuple[spines.Cell, ...]:
    """The two themselves, where they differ in what small multiples show."""
    a, b = comparison.a, comparison.b
    return () if (a.policy, a.start, a.behaviour) == (b.policy, b.start, b.behaviour) else spines.cells_of((a, b))


@dataclass(frozen=True, eq=False)
class _ComparisonPage:
    comparison: Comparison
    sections: Sequence[Section]
    panels: Sequence[Panel]
    cells: Sequence[spines.Cell]
    lang: Languages
    asked: AnyLang

    def html(self) -> str:
        """All of it, in one file: what differs, the map, the curves, the main path along time, what it rests on."""
        head, rests_on, *_ = self.sections
        assert isinstance(head.title, Text), "a report has a title in both languages"
        title = self.lang.say(head.title)
        notices = "".join(f"<p>{both(part.text, self.lang)}</p>\n" for part in head.parts if isinstance(part, Notice))
        body = [
            f'<header><h1>{both(head.title, self.lang)}</h1>\n<div class="notices">{notices}</div></header>',
            self._tables,
            self._shift,
            self._map,
            self._curves,
            self._spines,
            section_html(replace(rests_on, title=RESTS_ON), self.lang),
        ]
        main = "\n".join(one for one in body if one)
        sheets = "".join(path.read_text("utf-8") for path in (STYLE, COMPARISON_STYLE))
        styles = f"{self._font(title, main)}{sheets}{_pair()}"
        return shell(title, main, styles, self.lang)

    # 1. What differs, and what does not

    @cached_property
    def _told(self) -> tuple[Section, tuple[Section, ...], Section | None]:
        return comparison_view.by_difference(self.comparison)

    @cached_property
    def _tables(self) -> str:
        first, further, alike = self._told
        shown = section_html(first, self.lang) + "".join(_folded(both(FURTHER, self.lang), section, self.lang) for section in further)
        if alike:
            count = sum(len(table.rows) for table in alike.tables)
            shown += _folded(both(Text(ALIKE.zh.format(count), ALIKE.en.format(count)), self.lang), alike, self.lang)
        return f'<div class="differs">{shown}</div>'

    # 2. Pictures

    @cached_property
    def _diagrams(self) -> tuple[Shown, ...]:
        """Of two workflows, the diagram of each."""
        if has_map(self.comparison):
            return ()
        pairs = zip(self.comparison.names, (self.comparison.a, self.comparison.b), strict=True)
        return tuple(shown_of(Text(f"{HEAT.zh}（{name.zh}）", f"{HEAT.en} ({name.en})"), one, self.asked) for name, one in pairs)

    @cached_property
    def _map(self) -> str:
        if self._diagrams:
            return f"<p>{both(APART, self.lang)}</p>" + "".join(shown.html(self.lang) for shown in self._diagrams)
        svg = OWN_FONT.sub("", difference_map(self.comparison, self.asked, titled=False).svg())
        found = WIDTH.search(svg)
        wide = round(PIXELS * float(found[1])) if found else 600
        return (
            f'<section class="drawn"><h2>{both(MAP, self.lang)}</h2>\n'
            f'<figure class="diagram change" style="--wide:{wide}px;--least:{round(LEAST * wide)}px">{svg}</figure></section>'
        )

    @cached_property
    def _shift(self) -> str:
        return f'<section class="drawn"><h2>{both(SHIFT, self.lang)}</h2><div class="panels">{self._figures(shift=True)}</div></section>'

    @cached_property
    def _curves(self) -> str:
        legend = "".join(f'<b style="--own:{colour}">{name}</b>' for name, colour in self._legend())
        heading = f'<h2>{both(CURVES, self.lang)}</h2><p class="pair">{legend}</p>'
        return f'<section class="drawn">{heading}<div class="panels">{self._figures(shift=False)}</div></section>'

    def _figures(self, *, shift: bool) -> str:
        pairs = ((number, panel) for number, panel in enumerate(self.panels) if panel.shift is shift)
        return "".join(_figure(panel.plot, both(panel.title, self.lang), number) for number, panel in pairs)

    def _legend(self) -> Iterator[tuple[str, str]]:
        for place, name in enumerate(self.comparison.names):
            yield both(name, self.lang), f"var(--pair-{place})"

    @cached_property
    def _spines(self) -> str:
        if not self.cells:
            return ""
        made = ((spine_plot(cell, self.cells, self.lang), self._cell_name(cell)) for cell in self.cells)
        figures = "".join(_figure(plot, name, number + len(self.panels)) for number, (plot, name) in enumerate(made))
        heading = f"<h2>{both(SPINES, self.lang)}</h2><p>{both(SCALE, self.lang)}</p>"
        return f'<section class="drawn">{heading}<div class="panels spines">{figures}</div></section>'

    def _cell_name(self, cell: spines.Cell) -> str:
        return f"{both(cell.policy, self.lang)} · {both(cell.start, self.lang)}"

    # 3. The font

    def _font(self, title: str, main: str) -> str:
        """The font for the characters that are there; bold are titles, headings, notices, and what the pictures have so."""
        plain = unescape(TAG.sub("", main)) + title
        notices = (part.text for section in self.sections for part in section.parts if isinstance(part, Notice))
        first, further, alike = self._told
        tables = (*self.sections[:2], first, *further, *((alike,) if alike else ()))
        headings = (
            RESTS_ON,
            WHOLE,
            MAP,
            SHIFT,
            CURVES,
            SPINES,
            ALIKE,
            FURTHER,
            *notices,
            *in_bold(tables),
            *(panel.title for panel in self.panels),
        )
        bold = [
            *(said(one, self.lang) for one in headings),
            *(one.get("en") + one.get("zh") for one in self.comparison.names),
            "0123456789·: -",
        ]
        bold += [said(text, self.lang) for cell in self.cells for text in (cell.policy, cell.start)]
        bold += [unescape(found) for found in BOLD_TEXT.findall(main)] + ["".join(canvas.texts(main)[1])]
        bold += [said(shown.name, self.lang) for shown in self._diagrams]
        return fonts.css(frozenset(plain), frozenset("".join(bold)))


def _folded(heading: str, section: Section, lang: Languages) -> str:
    """A table for whom opens it."""
    return f'<details class="alike"><summary>{heading}</summary>{section_html(replace(section, title=None), lang)}</details>'


def _pair() -> str:
    """The colours of the two, by day and by night."""
    day, night = ("".join(f"--pair-{place}:{look(one)};" for place, one in enumerate(PAIR)) for look in (str, LIGHT.__getitem__))
    return f":root{{{day}}}@media screen and (prefers-color-scheme:dark){{:root{{{night}}}}}\n"


def _figure(plot: Plot, name: str, number: int) -> str:
    """A panel with its name; what its picture calls by an id is its own, since a page has each id once."""
    svg = apart(plot.bare, f"p{number}")
    return f'<figure class="panel"><figcaption>{name}</figcaption>{svg}</figure>'
