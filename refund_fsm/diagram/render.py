"""Owns `Diagram`: a finished picture and its forms, and how they are written to disk. Must not know how it is composed."""

from __future__ import annotations

import os
import re
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from refund_fsm.diagram import dark
from refund_fsm.diagram.dot import FONT, Engine, laid_out
from refund_fsm.diagram.markup import APART
from refund_fsm.diagram.palette import HALO
from refund_fsm.errors import BadData, MissingPart

SUFFIXES = (".dot", ".svg", ".png")
PROLOG = re.compile(r"<\?xml.*?\?>|<!DOCTYPE.*?>|<!--.*?-->", re.DOTALL)
ANCHOR = re.compile(r'(<g id=")a_(?=rule-)')  # Graphviz marks the ids of cells
CURRENT = re.compile(
    r'(?P<before><g id="[^"]*" class="node [^"]*\bnow\b[^"]*">(?:(?!</g>).)*?)(?P<card><path [^>]*? d="(?P<shape>[^"]*)"/>)', re.DOTALL
)
HALOS = ((22, "0.15"), (15, "0.25"), (9, "0.45"))  # width in points, opacity
SCALE = 2  # pixels of a PNG for each of the 96 to the inch


@dataclass(frozen=True)
class Diagram:
    """A picture of a workflow. `dot` is its source; the rest is made from it on demand."""

    dot: str

    def svg(self, *, engine: Engine | None = None) -> str:
        """The picture as one `<svg>` element: no prolog, no comments, the same bytes for the same engine.

        `engine` is `pure` (the `graphviz-pure` package), `system` (the machine's `dot`), or None: the first that is there.
        Raises `BadData` for another, `MissingPart` when it is not installed.
        """
        return _svg(self.dot, engine)

    def png(self, *, engine: Engine | None = None) -> bytes:
        """The picture as PNG with the fonts of this machine. `MissingPart` without the `png` extra."""
        try:
            import resvg_py
        except ImportError:
            raise MissingPart('a PNG needs resvg-py: pip install "refund-fsm[png]"') from None
        return bytes(resvg_py.svg_to_bytes(svg_string=self.svg(engine=engine), dpi=96, zoom=SCALE))

    def save(self, path: str | Path, *, engine: Engine | None = None) -> Path:
        """Writes the picture in the form that the suffix names (`.dot`, `.svg`, `.png`), whole or not at all; returns the path.

        Raises `BadData` for another suffix and for a place that cannot be written.
        """
        path = Path(path)
        suffix = path.suffix.lower()
        if suffix not in SUFFIXES:
            raise BadData("path", str(path), f"a name that ends in {' or '.join(SUFFIXES)}")
        if suffix == ".dot":
            write(path, self.dot.encode())
        elif suffix == ".svg":
            write(path, self.svg(engine=engine).encode())
        else:
            write(path, self.png(engine=engine))
        return path

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:  # noqa: ARG002  # Jupyter's signature
        return {"image/svg+xml": self.svg(), "text/plain": repr(self)}

    def __repr__(self) -> str:
        return f"<Diagram: {len(self.dot):,} characters of DOT>"


@lru_cache(maxsize=32)
def _svg(text: str, engine: Engine | None) -> str:
    return cleaned(laid_out(text, "svg", engine=engine).decode())


def cleaned(svg: str) -> str:
    """Graphviz's SVG without prolog, document type and comments, the fonts named once, with the ids that the DOT gave to cells,
    lines under labels, a halo around the current state, and the colours of a dark screen."""
    svg = PROLOG.sub("", svg.replace("\r\n", "\n")).replace("&#45;", "-").replace(f' font-family="{FONT}"', "")
    svg = svg.replace(f"\\{APART}", "\\")
    svg = ANCHOR.sub(r"\1", svg)
    svg = CURRENT.sub(_haloed, svg)
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


def write(path: Path, data: bytes) -> None:
    """Writes a file whole or not at all: beside it first, then in its place. `BadData` when the place cannot be written."""
    beside = None
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            beside = Path(file.name)
            file.write(data)
        beside.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
        beside.replace(path)
    except OSError as error:
        if beside is not None:
            beside.unlink(missing_ok=True)
        raise BadData("path", str(path), f"a place that can be written ({error.strerror or error})") from None


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
