"""Owns the step from plan and labels to DOT, and from DOT to what Graphviz makes of it. The only importer of `graphviz`.

Must not decide what is shown or how it is worded.
"""

from __future__ import annotations

import shutil
import sysconfig
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from refund_fsm.diagram.described import DESCRIBED, described
from refund_fsm.diagram.labels import Labels
from refund_fsm.diagram.layout import Point
from refund_fsm.diagram.legend import Legend
from refund_fsm.diagram.markup import Label, slug
from refund_fsm.diagram.palette import PAPER
from refund_fsm.diagram.panels import MOST, Plate, panels
from refund_fsm.diagram.places import Places, point
from refund_fsm.diagram.statements import PLAIN, add_plate, add_sheet, hint
from refund_fsm.errors import MissingPart, RefundFsmError, one_of

if TYPE_CHECKING:
    pass

Engine = Literal["pure", "system"]
ENGINES = ("pure", "system")
PROGRAM = "graphviz-pure"
FONT = "Noto Sans SC,Noto Sans CJK SC,Source Han Sans SC,PingFang SC,Hiragino Sans GB,Microsoft YaHei,sans-serif"
GRAPH = {
    "rankdir": "TB",
    "bgcolor": PAPER,
    "pad": "0.3",
    "nodesep": "0.2",
    "ranksep": "0.3",
    "splines": "true",
    "mclimit": "4",
    "labelloc": "t",
}
CLOSE = {"ranksep": "0.18"}  # the spine alone, so that it stays short
NODE = {"shape": "box", "style": "rounded,filled", "margin": "0.1,0.07", "penwidth": "1.8", "height": "0.3"}


def source(labels: Labels, *, titled: bool = True) -> str:
    """The picture as DOT: a short spine is for Graphviz to lay out, everything else says where it stands. A full view that is not
    `titled` has neither title nor legend, for those who say both elsewhere."""
    plan = labels.plan
    if plan.is_short_spine:
        return _written(labels, [(labels, None)], CLOSE)
    if plan.view == "phases":
        made = panels(labels, (plan.part,) if plan.part else plan.parts)
        return _written(labels, [(sheet.labels, sheet) for sheet in made.sheets], made.title_over, made.plates)
    places = Places.within(labels, MOST) if plan.view == "spine" else Places(labels)
    return _written(labels, [(places.labels, places)], places.title_over, titled=titled)


def _written(
    labels: Labels,
    sheets: Sequence[tuple[Labels, Places | None]],
    look: Mapping[str, str] | Callable[[Label], Point],
    plates: Sequence[Plate] = (),
    *,
    titled: bool = True,
) -> str:
    """A graph of sheets under one title: `look` are attributes, or says where the title stands."""
    import graphviz

    workflow = labels.plan.workflow
    legend = Legend(labels).source() if titled else None
    graph = graphviz.Digraph(
        slug(workflow.key),
        graph_attr={
            **GRAPH,
            **_standing(look, legend),
            "fontname": FONT,
            **({"label": legend} if legend else {}),
            "id": f"workflow-{slug(workflow.key)}",
            "tooltip": hint(labels.say(workflow.label)),
            "comment": hint(f"{labels.say(workflow.label)}{DESCRIBED}{described(labels)}"),
        },
        node_attr={**NODE, "fontname": FONT},
        edge_attr={**PLAIN, "fontname": FONT},
    )
    for plate in plates:
        add_plate(graph, plate)
    for one, places in sheets:
        add_sheet(graph, one, places)
    text: str = graph.source
    return text


def _standing(look: Mapping[str, str] | Callable[[Label], Point], legend: Label | None) -> Mapping[str, str]:
    if not callable(look):
        return look
    return {"layout": "nop2", **({"lp": point(look(legend))} if legend else {})}


def program(engine: Engine | None = None) -> str:
    """The path of the program that lays out: that of the `graphviz-pure` package, else, or for `system`, the machine's `dot`.

    `BadData` for an unknown engine; `MissingPart` with the install command when there is none.
    """
    if engine is not None:
        one_of("engine", engine, ENGINES)
    found = _pure() if engine != "system" else None
    if found is None and engine != "pure":
        found = shutil.which("dot")
    if found is None:
        system = "engine='system' needs Graphviz's own package (the program dot); any other engine"
        raise MissingPart.of(system if engine == "system" else "a picture", PROGRAM)
    return found


def _pure() -> str | None:
    """Beside the interpreter that runs, wherever PATH points; then on PATH."""
    folders = [sysconfig.get_path("scripts"), sysconfig.get_path("scripts", scheme=sysconfig.get_preferred_scheme("user"))]
    for folder in folders:
        found = shutil.which(PROGRAM, path=folder)
        if found:
            return found
    return shutil.which(PROGRAM)


def laid_out(dot: str, form: str, *, engine: Engine | None = None) -> bytes:
    """What Graphviz makes of a DOT text in one of its output formats. Font warnings are not passed on: no font is needed.

    `graphviz.backend.dot_command.DOT_BINARY` stays as it is: the command is built here, so that threads do not see each other.
    """
    import graphviz
    from graphviz.backend import execute

    command = [program(engine), "-Kdot", f"-T{form}"]
    try:
        made: bytes = execute.run_check(command, input=dot.encode(), capture_output=True, quiet=True).stdout
    except (graphviz.CalledProcessError, graphviz.ExecutableNotFound, OSError) as error:
        raise RefundFsmError(f"Graphviz failed: {error}") from error
    return made
