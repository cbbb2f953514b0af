"""Owns `replay`, and the page as a document: one self-contained HTML file with the phases, the cases, and the JavaScript that moves them.

It asks nothing of any network. Must not know an order type, nor where the cases come from.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from html import escape
from importlib import resources
from typing import Any

from refund_fsm.diagram import dot, embedded, fonts
from refund_fsm.diagram.labels import Labels
from refund_fsm.diagram.page import Page
from refund_fsm.diagram.plan import Plan
from refund_fsm.diagram.render import Diagram
from refund_fsm.diagram.replay.data import data_of
from refund_fsm.diagram.replay.played import Played, tracks
from refund_fsm.errors import BadData
from refund_fsm.text import AnyLang, Lang, Text, languages
from refund_fsm.workflow import Policy, Workflow

PARTS = ("film.js", "stage.js", "overlay.js", "strip.js", "panel.js", "main.js")
SHARED, SHARED_PARTS = "refund_fsm.diagram.page", ("dom.js", "places.js")  # how elements are made, and where things stand in a picture
SLOT = re.compile(r"@([A-Z]+)@")


def replay(
    workflow: Workflow,
    played: Iterable[Played],
    *,
    cases: int = 200,
    lang: AnyLang = "both",
    policy: Policy | None = None,
    note: Text | None = None,
) -> Page:
    """A page in which cases travel over the phases of their workflow with a clock: the same bytes for the same arguments.

    `played` are the cases: `RefundCase`s, those of `eventlog.read`, or whatever has the fields of `Played`. At most `cases` of them are
    shown (up to `MAX_CASES`), evenly chosen, which the page says. `policy` (None: the workflow's own profile) gives the limits on the
    cards and the days off; limits passed are those that the cases tell. `lang="both"` has both languages, one at a time. `note` is a line
    of your own under the title.

    Raises `BadData` naming the argument for no cases, cases of another workflow, steps that go back in time, more than ten years;
    `CalendarOutOfRange` for days that the policy's calendar must not guess; `MissingPart` without an engine.
    """
    if not isinstance(workflow, Workflow):
        raise BadData("workflow", workflow, "a Workflow, such as orders.get('virtual')")
    for name, value, wanted in (("policy", policy, Policy), ("note", note, Text)):
        if value is not None and not isinstance(value, wanted):
            raise BadData(name, value, f"a {wanted.__name__}, or None")
    langs = languages(lang).each
    policy = workflow.default_policy() if policy is None else policy
    shown, whole = tracks(workflow, played, cases)
    data = data_of(workflow, policy, shown, whole, langs)
    if note is not None:
        data["note"] = [note.get(one) for one in langs]
    return Page(_composed(workflow, policy, data, langs))


def _composed(workflow: Workflow, policy: Policy, data: Mapping[str, Any], langs: Iterable[Lang]) -> str:
    plan = Plan(workflow, policy, "phases")
    pictures = {lang: Diagram(dot.source(Labels(plan, lang), titled=False), workflow, lang).svg() for lang in langs}
    code, told = _code(), json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    parts = {
        "POLICY": embedded.policy(code),
        "TITLE": escape(" ".join(data["text"])),
        "FONT": _font(told, pictures.values()),
        "STYLE": _file("replay.css"),
        "PICTURES": "\n".join(
            f'<script type="image/svg+xml" id="replay-svg-{lang}">{embedded.inlined(svg)}</script>' for lang, svg in pictures.items()
        ),
        "DATA": told.replace("<", "\\u003c"),  # so that no label ends the element
        "SCRIPT": code,
    }
    return SLOT.sub(lambda slot: parts[slot[1]], _file("replay.html"))


@cache
def _file(name: str, package: str = "refund_fsm.diagram.replay") -> str:
    return resources.files(package).joinpath(name).read_text("utf-8")


@cache
def _code() -> str:
    """All parts in one function, so that nothing is global but what they put on `window`."""
    return (
        '"use strict";\n(() => {\n'
        + "\n".join((_file("dom.js", SHARED), _file("places.js", SHARED), *(_file(name) for name in PARTS)))
        + "})();\n"
    )


def _font(told: str, svgs: Iterable[str]) -> str:
    """The font of the page: whatever its texts and pictures can show, in both weights where it may be bold."""
    regular, bold = {*told}, {*told}
    for svg in svgs:
        regular.update(*embedded.TEXT.findall(svg))
        bold.update(*embedded.BOLD_TEXT.findall(svg))
    return fonts.css(regular, bold)
