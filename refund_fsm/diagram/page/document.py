"""Owns the page as a document: one self-contained HTML file that plays a workflow. It holds the diagrams and the table of legal moves
that Python computed; its script goes through that table and asks nothing of any network. Must not know an order type.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from html import escape
from importlib import resources
from pathlib import Path
from typing import Any

from refund_fsm.diagram import counts_marks, dot, embedded, fonts, map_marks
from refund_fsm.diagram.figures import Measured, figures_alone
from refund_fsm.diagram.labels import Labels
from refund_fsm.diagram.marks import Marks
from refund_fsm.diagram.numbered import Numbered
from refund_fsm.diagram.page import legend, mapped
from refund_fsm.diagram.page.data import data_of
from refund_fsm.diagram.plan import Plan
from refund_fsm.diagram.render import Diagram
from refund_fsm.errors import BadData
from refund_fsm.text import Lang, Text
from refund_fsm.workflow import Policy, Workflow, write

SCRIPTS = (
    "dom.js",
    "model.js",
    "explain.js",
    "places.js",
    "picture.js",
    "stubs.js",
    "view.js",
    "course.js",
    "map.js",
    "sheet.js",
    "paper.js",
    "keys.js",
    "address.js",
    "main.js",
)
LANGS: tuple[Lang, ...] = ("zh", "en")
BOLD_CHIP = re.compile(r'class="chip[^>]*>([^<]+)<|<p>([^<]+)</p>')
BOLD = ("text", "states", "actors", "rules", "limits", "words", "weekdays")  # what the panel may show in bold
SLOT = re.compile(r"@([A-Z]+)@")
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Page:
    """A finished page. `html` is all of it."""

    html: str

    def save(self, path: str | Path) -> Path:
        """Writes the page, whole or not at all; returns the path. `BadData` for a suffix other than `.html` and a place that cannot
        be written."""
        path = Path(path)
        if path.suffix.lower() != ".html":
            raise BadData("path", str(path), "a name that ends in .html")
        write([(path, self.html.encode())])
        return path

    def __repr__(self) -> str:
        return f"<Page: {len(self.html):,} characters of HTML>"


def page(
    workflow: Workflow,
    *,
    policy: Policy | None = None,
    counts: Mapping[str, int] | Measured | None = None,
    waits: Mapping[str, timedelta] | None = None,
    note: Text | None = None,
) -> Page:
    """The page of a workflow under a policy (None: the workflow's own profile): the same bytes for the same arguments.

    `counts` (how often each rule fired, by id) and `waits` (the mean time in states, by key) are laid over the diagram on demand,
    with `note`, a line of your own, under its title. What has been measured (as in `draw`: a `Result`, a `Law`) is laid over as a map,
    whose metric and threshold a reader chooses; its policy is then the page's.
    Raises `BadData` for an unknown rule or state and a bad number, and for a policy whose calendar must not guess
    (`beyond="error"`: a page looks ahead); `TooLong` and `WorkflowError` as `table.table_of` does; `MissingPart` without an engine.
    """
    figures = None if counts is None or isinstance(counts, Mapping) else figures_alone(counts, workflow, policy, waits)
    policy = policy or (figures.policy if figures else workflow.default_policy())
    if policy.beyond == "error":
        raise BadData("policy.beyond", policy.beyond, "'provisional': a page counts on beyond the published years, and says so")
    if note is not None and not isinstance(note, Text):
        raise BadData("note", note, "a Text, or None")
    shown: dict[str, Labels] = {lang: Labels(Plan(workflow, policy), lang) for lang in LANGS}
    data = data_of(workflow, policy)
    if figures is not None:
        data |= {"overlaid": True, "map": mapped.map_of(figures, shown["zh"].plan)}
        data["words"] |= {key: [text.zh, text.en] for key, text in mapped.words().items()}
        marks = map_marks.marks_of(figures, "time", 0.0, None)
        shown |= _laid_over(marks, note, {lang: Numbered(Plan(workflow, policy), lang) for lang in LANGS})
    elif counts is not None or waits is not None:
        assert counts is None or isinstance(counts, Mapping), "what is no mapping has figures"
        marks = counts_marks.marks_of(workflow, counts, waits)
        shown |= _laid_over(marks, note, shown)
        if counts is not None:
            data["counts"] = [counts.get(id, 0) for id in workflow.by_id]
        data["overlaid"] = True
        data["waits"] = {list(workflow.states).index(key): wait / HOUR for key, wait in (waits or {}).items()}
    return Page(_composed(workflow, data, shown))


def _laid_over(marks: Marks, note: Text | None, shown: Mapping[str, Labels]) -> dict[str, Labels]:
    """Pictures with marks laid over, by the names under which the script finds them."""
    heading = (*marks.heading, note) if note else marks.heading
    return {f"heat-{lang}": replace(labels, marks=replace(marks, heading=heading)) for lang, labels in shown.items()}


def _composed(workflow: Workflow, data: Mapping[str, Any], shown: Mapping[str, Labels]) -> str:
    pictures = {key: Diagram(dot.source(labels, titled=False), workflow, labels.lang).svg() for key, labels in shown.items()}
    legends = {key: legend.html(labels) for key, labels in shown.items()}
    script = _script()
    told = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    parts = {
        "POLICY": embedded.policy(script),
        "TITLE": escape(f"{workflow.label.zh} {workflow.label.en}"),
        "FONT": _font(data, pictures.values(), legends.values()),
        "STYLE": _file("page.css") + _file("paper.css") + (mapped.style() if "map" in data else ""),
        "MARKS": _file("picture.css")
        + (mapped.style() if "map" in data else ""),  # beside the picture, in a tree of its own: no style of the page reaches in
        # As text, so that only the picture on show is parsed.
        "PICTURES": "\n".join(
            f'<script type="image/svg+xml" id="page-svg-{key}">{embedded.inlined(svg)}</script>' for key, svg in pictures.items()
        ),
        "LEGENDS": "\n".join(f'<template id="page-legend-{key}">{told}</template>' for key, told in legends.items()),
        "DATA": told.replace("<", "\\u003c"),  # so that no label ends the element
        "SCRIPT": script,
    }
    return SLOT.sub(lambda slot: parts[slot[1]], _file("page.html"))


@cache
def _file(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text("utf-8")


@cache
def _script() -> str:
    """All parts in one function, so that nothing is global but what they put on `window`."""
    return '"use strict";\n(() => {\n' + "\n".join(_file(name) for name in SCRIPTS) + "})();\n"


def _font(data: Mapping[str, Any], svgs: Iterable[str], legends: Iterable[str]) -> str:
    """The font of the page: whatever its texts and pictures can show. Bold are headings and names, chips, and what pictures have so."""
    regular = {*json.dumps(data, ensure_ascii=False)}
    bold = {*json.dumps([data[name] for name in BOLD], ensure_ascii=False)}
    for told in legends:
        regular.update(told)
        bold.update(*(text for pair in BOLD_CHIP.findall(told) for text in pair))
    for svg in svgs:
        regular.update(*embedded.TEXT.findall(svg))
        bold.update(*embedded.BOLD_TEXT.findall(svg))
    return fonts.css(regular, bold)
