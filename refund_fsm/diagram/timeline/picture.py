"""Owns `timeline`, the picture of one case over time, and `Timeline`, its finished form. Must not know how it is composed."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape, unescape
from pathlib import Path
from typing import Any

from refund_fsm.case import RefundCase
from refund_fsm.diagram import dark, fonts
from refund_fsm.diagram.dot import FONT
from refund_fsm.diagram.render import ON_DARK, SCALE, THEMES, Theme
from refund_fsm.diagram.timeline import words
from refund_fsm.diagram.timeline.course import Course, course_of
from refund_fsm.diagram.timeline.lanes import Lanes, scale_of
from refund_fsm.diagram.timeline.sheet import Sheet
from refund_fsm.diagram.timeline.wording import Wording
from refund_fsm.diagram.wording import Lang
from refund_fsm.errors import BadData, needing, one_of
from refund_fsm.text import Text, languages, stamp
from refund_fsm.text.words import elapsed
from refund_fsm.workflow import write

SUFFIXES = (".svg", ".png")
WIDE, PHONE = 830, 390  # pixels: beside a text, and on a phone
LEAST, MOST = 320, 4_000
TOLD = 40  # stays that a description tells
STAYED = Text("{0}，{1}，自 {2}，{3}", "{0}, {1}, from {2}, {3}")
WAITS = Text("等待{0}", "waiting for the {0}")
AND_MORE = Text("……另有 {0} 段", "… and {0} more")


@dataclass(frozen=True)
class Timeline:
    """A finished timeline of a case. The same case, language and width give the same bytes."""

    course: Course = field(repr=False)
    lang: Lang
    width: int
    _light: str = field(repr=False, compare=False)
    _chars: frozenset[str] = field(repr=False, compare=False)

    def svg(self, *, theme: Theme | None = None) -> str:
        """The picture as one `<svg>` element with its fonts in it, `width` pixels wide. `theme` is `light` or `dark`, whatever the
        reader's screen; None: as the screen is. Raises `BadData` for another."""
        if theme is None:
            return self._light
        one_of("theme", theme, THEMES)
        return ON_DARK.sub(r"\1" if theme == "dark" else "", self._light, count=1)

    def png(self) -> bytes:
        """The picture as PNG, two pixels for each of its own, in the bundled font. `MissingPart` without the `png` extra."""
        with needing("a PNG"):
            import resvg_py
        files = [str(path) for path in fonts.paths()]
        return bytes(
            resvg_py.svg_to_bytes(svg_string=self._light, dpi=96, zoom=SCALE, font_files=files, skip_system_fonts=not self.fallback)
        )

    @property
    def fallback(self) -> str:
        """The characters, sorted, that the embedded font lacks: the reader's own fonts show them."""
        return fonts.missing("".join(sorted(self._chars)))

    def rendered(self, suffix: str) -> bytes:
        """The picture in the form of a suffix: `.svg` or `.png`; `BadData` for another."""
        if suffix == ".svg":
            return self.svg().encode()
        if suffix == ".png":
            return self.png()
        raise BadData("suffix", suffix, " or ".join(SUFFIXES))

    def save(self, path: str | Path) -> Path:
        """Writes the picture in the form that the suffix names, whole or not at all; returns the path.

        Raises `BadData` for another suffix than `.svg` and `.png`, and for a place that cannot be written.
        """
        path = Path(path)
        if path.suffix.lower() not in SUFFIXES:
            raise BadData("path", str(path), f"a name that ends in {' or '.join(SUFFIXES)}")
        write([(path, self.rendered(path.suffix.lower()))])
        return path

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:  # noqa: ARG002  # Jupyter's signature
        return {"image/svg+xml": self.svg(), "text/plain": repr(self)}


def timeline(case: RefundCase, *, lang: Lang = "both", width: int = WIDE) -> Timeline:
    """The picture of a case over time, up to its `now`: a lane for each whom it waited for, a bar for each state with how long it was
    there, limits with what became of them, passed ones in a colour of their own, what is still to come dashed up to its limit, the law's
    clock, news and moves, dates, days off and festivals.

    `width` is that of the picture in pixels, 320 to 4,000; below 560, as on a phone (390), the names of lanes stand above them. Texts
    have one size whatever the width. Of a case of more than 30 states the most telling are named, and the picture says so.
    Raises `BadData` for what is no case, an unknown language, another width.
    """
    languages(lang)
    if isinstance(width, bool) or not isinstance(width, int) or not LEAST <= width <= MOST:
        raise BadData("width", width, f"a whole number of pixels from {LEAST} to {MOST:,}")
    course = course_of(case)
    scale = scale_of(course, width)
    wording = Wording(course, lang, scale.right - scale.left)
    sheet = Sheet(Lanes(wording, scale), width)
    canvas = sheet.drawn()
    body = "\n".join(one for layer in canvas.layers for one in layer)
    height = round(sheet.y + 0.5)
    name = f"{wording.say(course.case.workflow.label)} · {wording.say(words.TITLE)} · {course.case.case_id}"
    opening = (
        f'<svg class="refund-fsm timeline" font-family="{FONT}" xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img" aria-label="{escape(name)}">'
    )
    paper = f'<path fill="#ffffff" d="M0,0H{width}V{height}H0Z"/>'
    font = fonts.css(frozenset(canvas.regular), frozenset(canvas.bold))
    told = f"<title>{escape(name)}</title>\n<desc>{escape(_described(wording))}</desc>"
    made = f'{opening}\n{told}\n<style class="font">{font}</style>\n{dark.style(paper + body)}\n{paper}\n{body}\n</svg>\n'
    return Timeline(course, lang, width, made, frozenset(unescape("".join(canvas.regular | canvas.bold))))


def _described(wording: Wording) -> str:
    """What is seen, for those who cannot see it: the states in their order."""
    stays, found = wording.course.stays, list[str]()
    for stay in stays[:TOLD]:
        for lang in ("zh", "en") if wording.lang == "both" else (wording.lang,):
            who = WAITS.get(lang).format(stay.actor.text.get(lang)) if stay.actor else words.ENDED.get(lang)
            count, unit = elapsed(stay.lasted)
            told = (stay.state.text.get(lang), who, stamp(stay.begun), f"{count} {unit.get(lang)}")
            found.append(STAYED.get(lang).format(*told) + ("。" if lang == "zh" else "."))
    if len(stays) > TOLD:
        found.append(wording.say(Text(*(one.format(len(stays) - TOLD) for one in (AND_MORE.zh, AND_MORE.en)))))
    return " ".join(found)
