"""Reads pictures as tests ask of them: their texts, the groups of their nodes and edges, and what Graphviz itself reads."""

from __future__ import annotations

import json
from functools import cache
from typing import Any
from xml.etree import ElementTree as ET

from refund_fsm import Workflow, diagram, orders
from refund_fsm.diagram import Lang, dot

SVG = "{http://www.w3.org/2000/svg}"


@cache
def svg_of(key: str, lang: Lang = "both") -> ET.Element:
    return ET.fromstring(diagram.draw(orders.get(key), lang=lang).svg())


@cache
def layout_of(key: str) -> dict[str, Any]:
    """What Graphviz itself read out of the DOT."""
    found: dict[str, Any] = json.loads(dot.laid_out(diagram.draw(orders.get(key)).dot, "json"))
    return found


def texts(element: ET.Element) -> list[str]:
    return ["".join(one.itertext()) for one in element.iter(f"{SVG}text")]


def groups(root: ET.Element) -> dict[str, ET.Element]:
    """The groups of the nodes and edges, by id."""
    return {one.attrib["id"]: one for one in root.iter(f"{SVG}g") if one.get("class", "").startswith(("node", "edge"))}


def parsed(workflow: Workflow, **arguments: Any) -> dict[str, ET.Element]:
    return groups(ET.fromstring(diagram.draw(workflow, **arguments).svg()))


def edge_of(made: dict[str, ET.Element], rule: str) -> ET.Element:
    """The arrow of a rule, or the card that names it."""
    return next(group for group in made.values() if rule in texts(group))


def width_of(edge: ET.Element) -> float:
    return float(next(edge.iter(f"{SVG}path")).get("stroke-width", "1"))


def tones(group: ET.Element) -> set[str]:
    return set(group.get("class", "").split()) & {"faded", "next", "taken", "now", "added", "removed", "changed"}
