"""Owns the files that show results, laws and comparisons: a plot as SVG or PNG, or one HTML page with plot, tables and diagrams.

A page loads nothing from anywhere. Must not draw: `plots` and `diagram` do.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape, unescape
from pathlib import Path

from refund_fsm.diagram import Lang, fonts
from refund_fsm.errors import BadData
from refund_fsm.simulate.report import canvas, comparison_view, overview, plots, settings
from refund_fsm.simulate.report.canvas import Plot
from refund_fsm.simulate.report.comparison import Comparison
from refund_fsm.simulate.report.sections import NONE, Cell, Section
from refund_fsm.simulate.report.settings import Many
from refund_fsm.simulate.report.summary import languages
from refund_fsm.simulate.sample import Result
from refund_fsm.text import Text
from refund_fsm.text.console import Languages
from refund_fsm.workflow import write

SUFFIXES = (".svg", ".png", ".html")
STYLE = Path(__file__).with_name("page.css")
OWN_FONT = re.compile(r'<style class="font">.*?</style>\n?', re.DOTALL)  # of a single picture: the page embeds its fonts once
BOLD_TEXT = re.compile(r'font-weight="bold"[^>]*>([^<]+)</text>')  # as Graphviz writes it
WIDE = 6  # columns: such a table takes the whole page
TAG = re.compile(r"<[^>]+>")
SECURITY = "default-src 'none'; style-src 'unsafe-inline'; font-src data:; img-src data:; base-uri 'none'; form-action 'none'"
RESTS_ON = Text("依据", "What it rests on")
HEAT = Text("状态图：次数与停留时间", "State diagram: how often, and how long")


def save_plot(one: Many, path: Path | str, lang: Lang = "both") -> Path:
    """Writes the picture of a result or a law: `.svg`, `.png`, or `.html`, a report with the tables and the diagram; whole or not at all.

    Returns the path. `BadData` for another suffix, a place that cannot be written, or what is no result; `MissingPart` without matplotlib.
    """
    path = checked_path(path)
    picture = plots.plot(one, lang)
    return _written(path, picture, lambda: report(one, lang, picture))


def save_comparison_plot(comparison: Comparison, path: Path | str, lang: Lang = "both") -> Path:
    """The same for a comparison: two curves over each other; the page has both diagrams."""
    path = checked_path(path)
    picture = plots.comparison_plot(comparison, lang)
    return _written(path, picture, lambda: comparison_report(comparison, lang, picture))


def checked_path(path: Path | str) -> Path:
    """The path, if a plot can be written there; `BadData` naming it otherwise. To be asked before long work, not after it."""
    if not isinstance(path, (Path, str)) or Path(path).suffix.lower() not in SUFFIXES:
        raise BadData("path", str(path), f"a name that ends in {' or '.join(SUFFIXES)}")
    found = Path(path)
    try:
        if found.is_dir():
            raise IsADirectoryError(errno.EISDIR, "it is a folder")
        if not found.parent.is_dir():
            raise FileNotFoundError(errno.ENOENT, "there is no such folder")
        if not os.access(found.parent, os.W_OK):
            raise PermissionError(errno.EACCES, "its folder cannot be written")
    except (OSError, ValueError) as error:  # ValueError: a name with a null character
        raise BadData("path", str(path), f"a place that can be written ({getattr(error, 'strerror', None) or error})") from None
    canvas.require()
    return found


def report(one: Many, lang: Lang = "both", picture: Plot | None = None) -> str:
    """The page of a result or a law."""
    said_in = languages(lang)
    rows = [(label, cell) for label, cell in settings.rows(one)]
    shown = [] if isinstance(one, Result) and not one.cases else list(overview.sections(one))
    diagrams = [(HEAT, one.diagram(lang=lang).svg())]
    return _Page(settings.title(one), tuple(settings.notices(one)), rows, picture or plots.plot(one, lang), shown, diagrams, said_in).html()


def comparison_report(comparison: Comparison, lang: Lang = "both", picture: Plot | None = None) -> str:
    """The page of a comparison."""
    shown = list(comparison_view.sections(comparison))
    diagrams = [
        (Text(f"{HEAT.zh}（{name.zh}）", f"{HEAT.en} ({name.en})"), one.diagram(lang=lang).svg())
        for name, one in zip(comparison.names, (comparison.a, comparison.b), strict=True)
    ]
    title, notices = comparison_view.title(comparison), tuple(comparison_view.notices(comparison))
    rows = comparison_view.settings_rows(comparison)
    return _Page(title, notices, rows, picture or plots.comparison_plot(comparison, lang), shown, diagrams, languages(lang)).html()


def _written(path: Path, picture: Plot, page: object) -> Path:
    suffix = path.suffix.lower()
    data = picture.png if suffix == ".png" else (picture.svg if suffix == ".svg" else page()).encode()  # type: ignore[operator]
    write([(path, data)])
    return path


@dataclass(frozen=True, eq=False)
class _Page:
    title: Text
    notices: Sequence[Text]
    settings: Sequence[Sequence[Cell]]
    picture: Plot
    sections: Sequence[Section]
    diagrams: Sequence[tuple[Text, str]]
    lang: Languages

    def html(self) -> str:
        """All of it, in one file."""
        title = self.lang.say(self.title)
        notices = "".join(f"<p>{self._both(notice)}</p>\n" for notice in self.notices)
        body = [
            f'<header><h1>{self._both(self.title)}</h1>\n<div class="notices">{notices}</div></header>',
            f'<figure class="plot">{self.picture.bare}</figure>',
            f'<div class="tables">{"".join(self._table(section) for section in self.sections)}</div>',
            *(
                f'<section><h2>{self._both(name)}</h2><figure class="diagram">{OWN_FONT.sub("", svg)}</figure></section>'
                for name, svg in self.diagrams
            ),
            f"<section><h2>{self._both(RESTS_ON)}</h2>{self._settings()}</section>",
        ]
        main = "\n".join(body)
        head = (
            '<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{SECURITY}">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="color-scheme" content="light dark">\n'
            f"<title>{escape(title)}</title>\n<style>\n{self._font(title, main)}{STYLE.read_text('utf-8')}</style>\n"
        )
        language = "en" if self.lang is Languages.EN else "zh-CN"
        return f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n{head}</head>\n<body>\n<main>\n{main}\n</main>\n</body>\n</html>\n'

    def _both(self, text: Text) -> str:
        """The text in its languages, each in an element of its own; what is the same in both, such as a unit, is said once."""
        told: dict[str, str] = {}
        for one in self.lang.each:
            told.setdefault(text.get(one), "zh-CN" if one == "zh" else "en")
        return " ".join(f'<span lang="{language}">{escape(one)}</span>' for one, language in told.items())

    def _cell(self, cell: Cell) -> str:
        return escape(cell) if isinstance(cell, str) else self._both(cell)

    def _table(self, section: Section) -> str:
        heading = f"<h2>{self._both(section.title)}</h2>"
        if not section.rows:
            return f"<section>{heading}<p>{self._both(NONE)}</p></section>"
        kinds = [' class="number"' if column.number else "" for column in section.columns]
        heads = "".join(f"<th{kind}>{self._both(column.heading)}</th>" for kind, column in zip(kinds, section.columns, strict=True))
        rows = "".join(
            f"<tr>{''.join(f'<td{kind}>{self._cell(cell)}</td>' for kind, cell in zip(kinds, row, strict=True))}</tr>\n"
            for row in section.rows
        )
        wide = ' class="wide"' if len(section.columns) >= WIDE else ""
        return f"<section{wide}>{heading}<table><thead><tr>{heads}</tr></thead><tbody>\n{rows}</tbody></table></section>\n"

    def _settings(self) -> str:
        rows = "".join(
            f"<tr><th>{self._cell(first)}</th>{''.join(f'<td>{self._cell(cell)}</td>' for cell in rest)}</tr>\n"
            for first, *rest in self.settings
        )
        return f'<table class="settings"><tbody>\n{rows}</tbody></table>'

    def _font(self, title: str, main: str) -> str:
        """The font for the characters that are there; bold are headings and what the pictures have so."""
        plain = unescape(TAG.sub("", main)) + title
        bold = [self.lang.say(self.title), *(self.lang.say(one) for one in self._headings()), *canvas.texts(self.picture.svg)[1]]
        for _, svg in self.diagrams:
            bold += [unescape(found) for found in BOLD_TEXT.findall(svg)]
        return fonts.css(frozenset(plain), frozenset("".join(bold)))

    def _headings(self) -> Iterable[Text]:
        yield from (RESTS_ON, *self.notices, *(name for name, _ in self.diagrams))
        for section in self.sections:
            yield section.title
            yield from (column.heading for column in section.columns)
        for row in self.settings:
            yield from (cell if isinstance(cell, Text) else Text(cell, cell) for cell in row)
