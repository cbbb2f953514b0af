"""Owns the files that show a result or a law: a plot as SVG or PNG, or one HTML page with plot, tables and diagrams.

A page loads nothing from anywhere. Must not draw: `plots` and `diagram` do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from html import escape, unescape
from pathlib import Path
from typing import TYPE_CHECKING

from refund_fsm.diagram import fonts
from refund_fsm.errors import BadData
from refund_fsm.simulate.report import canvas, plots, summary, tornado
from refund_fsm.simulate.report.canvas import Plot
from refund_fsm.simulate.report.settings import Many
from refund_fsm.text import AnyLang, Languages, Text, languages
from refund_fsm.text.html import both, in_bold, section_html
from refund_fsm.text.sections import Answer, Notice, Section, said
from refund_fsm.workflow import place_of, write

if TYPE_CHECKING:
    from refund_fsm.simulate.law import Sensitivity

SUFFIXES = (".svg", ".png", ".html")
STYLE = Path(__file__).with_name("page.css")
OWN_FONT = re.compile(r'<style class="font">.*?</style>\n?', re.DOTALL)  # of a single picture: the page embeds its fonts once
BOLD_TEXT = re.compile(r'font-weight="bold"[^>]*>([^<]+)</text>')  # as Graphviz writes it
TAG = re.compile(r"<[^>]+>")
SECURITY = "default-src 'none'; style-src 'unsafe-inline'; font-src data:; img-src data:; base-uri 'none'; form-action 'none'"
RESTS_ON = Text("依据", "What it rests on")
NAMED = re.compile(r'(\bid="|url\(#|href="#)')
IDS = re.compile(r' id="[^"]*"')
WHOLE = Text("整张图：每条规则一次", "The whole sheet: every rule once")
HEAT = Text("状态图：次数与停留时间", "State diagram: how often, and how long")


def save_plot(
    one: Many, path: Path | str, lang: AnyLang = "both", *, answer: Answer | None = None, ranks: Sensitivity | None = None
) -> Path:
    """Writes the picture of a result or a law: `.svg`, `.png`, or `.html`, a report with the tables and the diagram; whole or not at all.

    `answer` is what `summary` says of it, where that is made already. With `ranks`, the sensitivity of a law, the picture is its tornado,
    and the report has it first. Returns the path. `BadData` for another suffix, a place that
    cannot be written, or what is no result; `MissingPart` without matplotlib.
    """
    path = checked_path(path)
    picture = plots.plot(one, lang) if ranks is None or path.suffix.lower() == ".html" else None
    first = tornado.tornado(ranks, lang) if ranks is not None else None
    return saved(path, first or picture, lambda: report(one, lang, picture, answer, first))


def checked_path(path: Path | str) -> Path:
    """The path, if a plot can be written there; `BadData` naming it otherwise. To be asked before long work, not after it."""
    if not isinstance(path, (Path, str)) or Path(path).suffix.lower() not in SUFFIXES:
        raise BadData("path", str(path), f"a name that ends in {' or '.join(SUFFIXES)}")
    place_of(path, "path")
    canvas.require()
    return Path(path)


def report(one: Many, lang: AnyLang = "both", picture: Plot | None = None, answer: Answer | None = None, first: Plot | None = None) -> str:
    """The page of a result or a law; `first` is a picture that stands before its own."""
    found, said_in = answer or summary.answer(one), languages(lang)
    diagrams = [shown_of(HEAT, one, lang)]
    return _Page(found.sections(said_in), picture or plots.plot(one, lang), diagrams, said_in, first).html()


def saved(path: Path, picture: Plot | None, page: Callable[[], str]) -> Path:
    """Writes the picture, or the page that is made of it, as the suffix says."""
    suffix = path.suffix.lower()
    assert picture is not None, "one of two is drawn"
    write([(path, picture.png if suffix == ".png" else (picture.svg if suffix == ".svg" else page()).encode())])
    return path


@dataclass(frozen=True, eq=False)
class Shown:
    """A diagram in its forms: phase by phase for the screen, whole for whom opens it, and what fits on a printed page."""

    name: Text
    phases: str
    whole: str
    printed: str

    def html(self, lang: Languages) -> str:
        """All of them; what is not the first has no ids, which a page has once."""
        first, *others = (OWN_FONT.sub("", svg) for svg in (self.phases, self.whole, self.printed))
        whole, printed = (IDS.sub("", svg) for svg in others)
        return (
            f'<section class="drawn"><h2>{both(self.name, lang)}</h2>\n<figure class="diagram">{first}</figure>\n'
            f'<details><summary>{both(WHOLE, lang)}</summary><figure class="diagram whole">{whole}</figure></details>\n'
            f'<figure class="printed">{printed}</figure></section>'
        )


def shown_of(name: Text, one: Many, lang: AnyLang) -> Shown:
    """The diagram of a result or a law."""
    phases, whole = (one.diagram(lang=lang, view=view).svg() for view in ("phases", "full"))
    return Shown(name, phases, whole, one.diagram(lang=lang, view="spine").svg() if one.workflow.spine else phases)


@dataclass(frozen=True, eq=False)
class _Page:
    """`sections` as `summary` makes them: the title with its notices, what it rests on, then the figures."""

    sections: Sequence[Section]
    picture: Plot
    diagrams: Sequence[Shown]
    lang: Languages
    first: Plot | None = None

    def html(self) -> str:
        """All of it, in one file."""
        head, rests_on, *figures = self.sections
        assert isinstance(head.title, Text), "a report has a title in both languages"
        title = self.lang.say(head.title)
        notices = "".join(f"<p>{both(part.text, self.lang)}</p>\n" for part in head.parts if isinstance(part, Notice))
        body = [
            f'<header><h1>{both(head.title, self.lang)}</h1>\n<div class="notices">{notices}</div></header>',
            *([f'<figure class="plot tornado">{apart(self.first.bare, "first")}</figure>'] if self.first else []),
            f'<figure class="plot">{self.picture.bare}</figure>',
            f'<div class="tables">{"".join(f"{section_html(section, self.lang)}{chr(10)}" for section in figures)}</div>',
            section_html(replace(rests_on, title=RESTS_ON), self.lang),
            *(shown.html(self.lang) for shown in self.diagrams),
        ]
        main = "\n".join(body)
        return shell(title, main, f"{self._font(title, main)}{STYLE.read_text('utf-8')}", self.lang)

    def _font(self, title: str, main: str) -> str:
        """The font for the characters that are there; bold are titles, headings, notices, and what the pictures have so."""
        plain = unescape(TAG.sub("", main)) + title
        notices = (part.text for section in self.sections for part in section.parts if isinstance(part, Notice))
        headings = (RESTS_ON, WHOLE, *notices, *(shown.name for shown in self.diagrams), *in_bold(self.sections))
        bold = [*(said(one, self.lang) for one in headings), *canvas.texts(self.picture.svg)[1]]
        bold += canvas.texts(self.first.svg)[1] if self.first else ()
        for shown in self.diagrams:
            bold += [unescape(found) for svg in (shown.phases, shown.whole, shown.printed) for found in BOLD_TEXT.findall(svg)]
        return fonts.css(frozenset(plain), frozenset("".join(bold)))


def apart(svg: str, name: str) -> str:
    """A picture whose ids are its own beside those of others, since a page has each once."""
    return NAMED.sub(rf"\g<1>{name}-", svg)


def shell(title: str, main: str, styles: str, lang: Languages) -> str:
    """A page in one file that loads nothing."""
    language = "en" if lang is Languages.EN else "zh-CN"
    meta = (
        '<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{SECURITY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="color-scheme" content="light dark">\n'
        f"<title>{escape(title)}</title>\n<style>\n{styles}</style>\n"
    )
    return f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n{meta}</head>\n<body>\n<main>\n{main}\n</main>\n</body>\n</html>\n'
