"""Owns `Diagram`: a finished picture and its forms, and how they are written to disk. Must not know how it is composed."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, get_args

from refund_fsm.diagram import dark, fonts, layers, mermaid, pdf
from refund_fsm.diagram.described import DESCRIBED
from refund_fsm.diagram.dot import FONT, Engine, laid_out
from refund_fsm.diagram.markup import APART
from refund_fsm.diagram.palette import HALO
from refund_fsm.diagram.plan import Plan
from refund_fsm.diagram.wording import Lang
from refund_fsm.errors import BadData, needing, one_of
from refund_fsm.text import Text
from refund_fsm.workflow import Policy, Workflow, write

SUFFIXES = (".dot", ".svg", ".png", ".pdf", ".mmd")
Paper = Literal["a4", "a3"]
PAPERS: tuple[Paper, ...] = get_args(Paper)
Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = get_args(Theme)
ON_DARK = re.compile(r"@media screen and \(prefers-color-scheme:dark\)\{(.*)\}(?=</style>)")
PROLOG = re.compile(r"<\?xml.*?\?>|<!DOCTYPE.*?>|<!--.*?-->", re.DOTALL)
ANCHOR = re.compile(r'(<g id=")a_(?=rule-)')  # Graphviz marks the ids of cells
CURRENT = re.compile(
    r'(?P<before><g id="[^"]*" class="node (?:[^"]* )?now(?: [^"]*)?">(?:(?!</g>).)*?)(?P<card><path [^>]*? d="(?P<shape>[^"]*)"/>)',
    re.DOTALL,
)
HALOS = ((22, "0.15"), (15, "0.25"), (9, "0.45"))  # width in points, opacity
TEXT = re.compile(r"<text (?P<look>[^>]*)>(?P<said>[^<]*)</text>")
FONT_STYLE = re.compile(r'<style class="font">.*?</style>\n', re.DOTALL)
BOLD = re.compile(r'(<text [^>]*? y=")([-\d.]+)(" font-weight="bold" font-size=")([\d.]+)')
COMMENT = re.compile(r'\bcomment="((?:[^"\\]|\\.)*)"')
APART_FREE = re.compile(APART)
LOWER = 0.18  # ems: Graphviz, which has no font, sets bold text that much too high
DARK = '<style class="dark">'
SCALE = 2  # pixels of a PNG for each of the 96 to the inch


@dataclass(frozen=True)
class Diagram:
    """A picture of a workflow. `dot` is its source; the rest is made from it on demand.

    `paper` is that on which a PDF stands; `sheets` are the names and the sources of what stands on sheets of its own there, empty
    where that is the picture itself.
    """

    dot: str
    workflow: Workflow = field(repr=False)
    lang: Lang = field(default="both", repr=False)
    policy: Policy | None = field(default=None, repr=False)
    paper: Paper | None = field(default=None, repr=False)
    sheets: tuple[tuple[Text, str], ...] = field(default=(), repr=False)
    plan: Plan | None = field(default=None, repr=False, compare=False)

    def svg(self, *, engine: Engine | None = None, theme: Theme | None = None) -> str:
        """The picture as one `<svg>` element: no prolog, no comments, its fonts embedded, the same bytes for the same engine.

        `theme` is `light` or `dark`, whatever the reader's screen; None: as the screen is.

        `engine` is `pure` (the `graphviz-pure` package), `system` (the machine's `dot`), or None: the first that is there.
        Raises `BadData` for another of either, `MissingPart` when it is not installed.
        """
        made = _svg(self.dot, engine)
        if theme is None:
            return made
        one_of("theme", theme, THEMES)
        return ON_DARK.sub(r"\1" if theme == "dark" else "", made, count=1)

    def png(self, *, engine: Engine | None = None) -> bytes:
        """The picture as PNG, two pixels for each of the 96 to the inch, in the bundled font. `MissingPart` without the `png` extra."""
        with needing("a PNG"):
            import resvg_py
        files = [str(path) for path in fonts.paths()]
        plain = FONT_STYLE.sub("", self.svg(engine=engine))
        return bytes(resvg_py.svg_to_bytes(svg_string=plain, dpi=96, zoom=SCALE, font_files=files, skip_system_fonts=not self.fallback))

    def pdf(self, *, engine: Engine | None = None) -> bytes:
        """The picture as PDF on the `paper` that `draw` was given: as many sheets as it takes to keep every rule legible (`tiles` says
        how), each phase on sheets of its own; text stays text. The same bytes for the same engine.

        Raises `BadData` without a paper, `MissingPart` without the `pdf` extra.
        """
        if self.paper is None:
            raise BadData("paper", None, f"{' or '.join(map(repr, PAPERS))}, given to draw, for a PDF")
        sheets = self.sheets or ((self.workflow.label, self.dot),)
        made = [(name.get("en" if self.lang == "en" else "zh"), _svg(source, engine)) for name, source in sheets]
        return pdf.written(made, self.paper, self.workflow.label, self.lang)

    def mermaid(self) -> str:
        """What the picture shows as Mermaid text, without what is laid over it: the phases as subgraphs, everything for the view `full`."""
        return mermaid.chart(self.plan or Plan(self.workflow, self.policy or self.workflow.default_policy()), self.lang)

    @property
    def fallback(self) -> str:
        """The characters, sorted, that the embedded font lacks: the reader's own fonts show them."""
        return fonts.missing("".join(sorted(set(html.unescape(self.dot)))))

    def rendered(self, suffix: str, *, engine: Engine | None = None) -> bytes:
        """The picture in the form of a suffix: `.dot`, `.svg`, `.png`, `.pdf` or `.mmd`; `BadData` for another."""
        if suffix == ".dot":
            return self.dot.encode()
        if suffix == ".svg":
            return self.svg(engine=engine).encode()
        if suffix == ".png":
            return self.png(engine=engine)
        if suffix == ".pdf":
            return self.pdf(engine=engine)
        if suffix == ".mmd":
            return self.mermaid().encode()
        raise BadData("suffix", suffix, " or ".join(SUFFIXES))

    def save(self, path: str | Path, *, engine: Engine | None = None) -> Path:
        """Writes the picture in the form that the suffix names (`SUFFIXES`), whole or not at all; returns the path.

        Raises `BadData` for another suffix and for a place that cannot be written.
        """
        path = Path(path)
        if path.suffix.lower() not in SUFFIXES:
            raise BadData("path", str(path), f"a name that ends in {' or '.join(SUFFIXES)}")
        write([(path, self.rendered(path.suffix.lower(), engine=engine))])
        return path

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:  # noqa: ARG002  # Jupyter's signature
        return {"image/svg+xml": self.svg(), "text/plain": repr(self)}

    def __repr__(self) -> str:
        return f"<Diagram: {len(self.dot):,} characters of DOT>"


@lru_cache(maxsize=32)
def _svg(text: str, engine: Engine | None) -> str:
    svg = told(cleaned(laid_out(text, "svg", engine=engine).decode()), text)
    return svg.replace(DARK, f'<style class="font">{_font(svg)}</style>\n{DARK}', 1)


def told(svg: str, dot: str) -> str:
    """The SVG as an image with a title and a description, as the DOT tells them, for those who cannot see it."""
    found = COMMENT.search(dot)
    if found is None:
        return svg
    title, _, description = APART_FREE.sub("", found[1]).replace('\\"', '"').replace("\\\\", "\\").partition(DESCRIBED)
    opening, rest = svg.split(">", 1)
    name = html.escape(html.unescape(title))
    desc = html.escape(html.unescape(description))
    return f'{opening} role="img" aria-label="{name}">\n<title>{name}</title>\n<desc>{desc}</desc>{rest}'


def _font(svg: str) -> str:
    """The font for the characters that are there, by weight."""
    used: dict[bool, set[str]] = {False: set(), True: set()}
    for found in TEXT.finditer(svg):
        used["bold" in found["look"]].update(html.unescape(found["said"]))
    return fonts.css(frozenset(used[False]), frozenset(used[True]))


def cleaned(svg: str) -> str:
    """Graphviz's SVG without prolog, document type and comments, the fonts named once, with the ids that the DOT gave to cells,
    lines under labels, a halo around the current state, and the colours of a dark screen."""
    svg = PROLOG.sub("", svg.replace("\r\n", "\n")).replace("&#45;", "-").replace(f' font-family="{FONT}"', "")
    svg = svg.replace(f"\\{APART}", "\\")
    svg = ANCHOR.sub(r"\1", svg)
    svg = BOLD.sub(lambda found: f"{found[1]}{float(found[2]) + LOWER * float(found[4]):.2f}{found[3]}{found[4]}", svg)
    svg = layers.relaid(CURRENT.sub(_haloed, svg))
    opening = f'<svg class="refund-fsm" font-family="{FONT}" '
    svg = svg.replace("<svg ", opening, 1).replace(">", f">\n{dark.style(svg)}", 1)
    lines = (line.rstrip() for line in svg.split("\n"))
    return "\n".join(line for line in lines if line) + "\n"


def _haloed(found: re.Match[str]) -> str:
    """The card of the current state with a glow behind it: wider, paler outlines of the same shape."""
    halo = "".join(
        f'<path class="halo" fill="none" stroke="{HALO}" stroke-opacity="{opacity}" stroke-width="{width}" d="{found["shape"]}"/>\n'
        for width, opacity in HALOS
    )
    return found["before"] + halo + found["card"]
