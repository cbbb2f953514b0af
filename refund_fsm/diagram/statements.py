"""Owns the statements of DOT that show plates, cards, junctions, arrows and pills, with the colours and widths of their tones.

Must not decide what is shown or how it is worded, nor run Graphviz.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from refund_fsm.diagram.labels import Labels
from refund_fsm.diagram.layout import turn_of
from refund_fsm.diagram.marks import TONES, strongest
from refund_fsm.diagram.markup import APART, slug
from refund_fsm.diagram.palette import MUTED, PAPER, SLATE, SUCCESS, fade, fade_text, tint, tone_colour
from refund_fsm.diagram.panels import Plate
from refund_fsm.diagram.pieces import Arrow, Card, Junction
from refund_fsm.diagram.places import Places, boxed
from refund_fsm.workflow import Actor, Rule

if TYPE_CHECKING:
    import graphviz

START = "(start)"  # no slug holds a bracket, so no state can have this name
HAPPY = {"color": SUCCESS, "penwidth": "3.4", "weight": "80", "arrowsize": "0.95"}
PLAIN = {"penwidth": "1.3", "arrowsize": "0.75"}
WIDE = {"": "1.6", "taken": "4", "now": "3.4", "next": "2", "added": "3", "removed": "3", "changed": "3"}
NAMES = "state final start node edge graph happy junction stem row line over halo portal part head more turn"
RESERVED = {*TONES, *NAMES.split()}
QUOTES = '""'
THINNEST, WIDEST = 0.8, 9.0  # points, in the counts view


def add_plate(graph: graphviz.Digraph, plate: Plate) -> None:
    """A part on the strip, or its head: a state of its own kind of look."""
    head = plate.name.startswith("(head")
    inside = tint(SLATE) if head else SLATE if plate.here else PAPER
    look = {"color": inside if head else SLATE, "fillcolor": inside, "penwidth": "1.2", "tooltip": " "}
    name = plate.name.strip("()").replace(" ", "-")
    add_statement(graph, plate.name, label=plate.label, **look, **boxed(plate.box), id=name, **{"class": "head" if head else "part"})


def add_sheet(graph: graphviz.Digraph, labels: Labels, places: Places | None) -> None:
    plan = labels.plan
    if places is None or places.sheet.start is not None:
        _add_start(graph, labels, places)
    for card in plan.cards:
        _add_card(graph, labels, places, card)
    for junction in plan.junctions:
        _add_junction(graph, labels, places, junction)
    for arrow in plan.arrows:
        _add_arrow(graph, labels, places, arrow)
    if places is not None:
        for key in sorted(plan.folds):
            _add_turn(graph, labels, places, key)
        return
    for key, count in plan.left_out.items():
        name = f"(more {slug(key)})"
        add_statement(graph, name, label=labels.more(count), shape="plain", style="", tooltip=" ", **{"class": "more"})
        add_statement(graph, slug(key), name, color=SLATE, style="dashed", tooltip=" ", weight="3", **{"class": "more"})
    for near, state in plan.far:
        add_statement(graph, slug(near.key), slug(state.key), style="invis")


def _add_start(graph: graphviz.Digraph, labels: Labels, places: Places | None) -> None:
    """The dot, and the line from it to the first state."""
    plan = labels.plan
    at = places.start() if places else {}
    dot = {"shape": "circle", "style": "filled", "fillcolor": SLATE, "color": SLATE, "width": "0.2", "height": "0.2", "fixedsize": "true"}
    add_statement(graph, START, **dot, **at, label="", id="start", tooltip=" ", **{"class": "start"})
    plain = labels.marks.rest.tone == "plain"
    look = (dict(HAPPY) if plain else {**HAPPY, "penwidth": WIDE[""]}) if plan.spine else {"color": SLATE}
    look |= {} if places else {"minlen": "2"}  # the spine stands close: the arrow would touch the dot
    if places:
        look |= places.line("start", look.get("arrowsize", PLAIN["arrowsize"]))
    add_statement(graph, START, slug(plan.workflow.initial.key), **look, id="edge-start", **{"class": "start"}, tooltip=" ")


def _add_card(graph: graphviz.Digraph, labels: Labels, places: Places | None, card: Card) -> None:
    state = card.state
    tone = labels.marks.state(state.key).tone
    classes = ["state", *(["final"] if state.final else []), *([_of(card.actor)] if card.actor else []), *_tone(tone)]
    if state.final:
        colour = SUCCESS if card.success or card.good else SLATE
        inside = colour if not card.good else tint(SUCCESS)
        if tone == "faded":
            colour, inside = fade(colour), PAPER if card.good else fade_text(colour)
        look = {"color": colour, "fillcolor": inside, "peripheries": "2"}
    else:
        colour = labels.colour(card.actor.key) if card.actor else MUTED
        look = {"color": colour, "fillcolor": tint(colour)}
        if tone == "faded":
            look = {"color": fade(colour), "fillcolor": PAPER}
    if fill := labels.marks.state(state.key).fill:
        look["fillcolor"] = fill
    if tone in ("now", "taken"):
        look["penwidth"] = WIDE[tone]
    elif tone in ("added", "removed", "changed"):
        look |= {"color": tone_colour(tone), "penwidth": WIDE[tone], **({"style": "rounded,filled,dashed"} if tone == "removed" else {})}
    look |= {"id": f"state-{slug(state.key)}", "tooltip": hint(f"{state.key}: {labels.say(state.text)}"), "class": " ".join(classes)}
    look |= places.state(state.key) if places else {}
    add_statement(graph, slug(state.key), label=places.cards[state.key] if places else labels.card(card), **look)


def _of(actor: Actor) -> str:
    """The class of what an actor fires: its key, kept apart from the words that have a meaning of their own there."""
    return f"actor-{slug(actor.key)}" if actor.key in RESERVED else slug(actor.key)


def _tone(tone: str) -> list[str]:
    return [] if tone == "plain" else [tone]


def _add_junction(graph: graphviz.Digraph, labels: Labels, places: Places | None, junction: Junction) -> None:
    first = junction.rules[0]
    colour = labels.colour(first.actor.key)
    whole = strongest(labels.marks.rule(rule.id) for rule in junction.rules)
    seen = fade(colour) if whole == "faded" else colour
    shape = {"shape": "diamond", "style": "filled", "fillcolor": seen, "color": seen, "width": "0.16", "height": "0.16"}
    shape |= places.junction(junction.name) if places else {}
    add_statement(graph, junction.name, label="", **shape, fixedsize="true", tooltip=" ", **{"class": f"junction {_of(first.actor)}"})
    for state in junction.states:
        rules = junction.rules_from(state)
        tone = strongest(labels.marks.rule(rule.id) for rule in rules)
        look = {"color": fade(colour) if tone == "faded" else colour, "dir": "none", **({"style": "dashed"} if first.by_clock else {})}
        look |= _width(labels, rules, tone)
        look |= places.stem(state.key, junction.name) if places else {}
        ids = (f"rule-{slug(rule.id)}" for rule in rules)
        classes = " ".join(("stem", _of(first.actor), *ids, *_tone(tone)))
        add_statement(graph, slug(state.key), junction.name, **look, tooltip=" ", **{"class": classes})


def _add_arrow(graph: graphviz.Digraph, labels: Labels, places: Places | None, arrow: Arrow) -> None:
    tone = labels.tone_of(arrow)
    classes = [_of(arrow.actor), *(["happy"] if arrow.happy else []), *(f"rule-{slug(rule.id)}" for rule in arrow.rules), *_tone(tone)]
    look = dict(HAPPY) if arrow.happy else {"color": labels.colour(arrow.actor.key), "weight": "1" if arrow.rank is None else "3"}
    if arrow.by_clock:
        look["style"] = "dashed"
    if labels.marks.rest.tone == "faded":
        look["penwidth"] = WIDE[""]
    if tone == "faded":
        look["color"] = fade(look["color"])
    elif tone in ("added", "removed", "changed"):
        look |= {"color": tone_colour(tone), **({"style": "dotted"} if tone == "removed" else {})}
    look |= _width(labels, arrow.rules, tone)
    look["tooltip"] = look["labeltooltip"] = hint("; ".join(labels.tooltip(rule) for rule in arrow.rules))
    look |= {"id": f"edge-{slug(arrow.rules[0].id)}", "class": " ".join(classes)}
    source, dest = arrow.junction.name if arrow.junction else slug(arrow.source.key), slug(arrow.dest.key)
    label = labels.arrow(arrow) if places is None else places.written(arrow)
    if places:
        look |= places.line(arrow.rules[0].id, look.get("arrowsize", PLAIN["arrowsize"]))
        if labels.plan.is_cut(arrow):
            dest = turn_of(dest, onwards=True)
        if labels.plan.is_portal(arrow):
            pill = _add_pill(graph, labels, places, arrow)
            source, dest = (pill, dest) if dest == slug(labels.plan.centre) else (source, pill)
    add_statement(graph, source, dest, label=label, **look)


def _add_pill(graph: graphviz.Digraph, labels: Labels, places: Places, arrow: Arrow) -> str:
    """The pill of a portal, or the card beside the centre, in the look of the state for which it stands; returns its name."""
    plan, tone, name = labels.plan, labels.tone_of(arrow), f"(to {slug(arrow.rules[0].id)})"
    state = arrow.source if plan.centre and arrow.dest.key == plan.centre else arrow.dest
    success, good = plan.ends_well(state)
    colour = SUCCESS if success or good else SLATE
    actor = plan.neighbour(state).actor if plan.centre and not state.final else None
    if actor:
        colour = labels.colour(actor.key)
    inside = tint(SUCCESS) if good else colour if state.final else tint(colour) if actor else PAPER
    look = {"color": colour, "fillcolor": inside}
    if tone == "faded":
        look = {"color": fade(colour), "fillcolor": fade_text(colour) if state.final and not good else PAPER}
    classes = " ".join(("portal", *_tone(tone)))
    look |= {
        "id": f"portal-{slug(arrow.rules[0].id)}",
        "penwidth": "1.2",
        "margin": "0",
        "tooltip": hint(f"{state.key}: {labels.say(state.text)}"),
        "class": classes,
    }
    add_statement(graph, name, label=places.pills[arrow.rules[0].id], **look, **places.pill_at(arrow))
    return name


def _add_turn(graph: graphviz.Digraph, labels: Labels, places: Places, key: str) -> None:
    """The marks at both sides of a cut, and the line from the second to the state below it."""
    name, tone = slug(key), labels.marks.rest.tone
    for onwards, label in enumerate(places.turns[key]):
        look = {"color": SUCCESS, "fillcolor": PAPER, "penwidth": "1.2", "margin": "0", "tooltip": " ", "class": "turn"}
        at = places.turn_at(key, onwards=bool(onwards))
        add_statement(graph, turn_of(name, onwards=bool(onwards)), label=label, **look, **at, id=f"turn-{name}{'-on' if onwards else ''}")
    line = dict(HAPPY) if tone == "plain" else {**HAPPY, "penwidth": WIDE[""]}
    line |= places.resumed(key, line["arrowsize"])
    add_statement(graph, turn_of(name, onwards=False), name, **line, id=f"edge-turn-{name}", **{"class": "turn"}, tooltip=" ")


def _width(labels: Labels, rules: Sequence[Rule], tone: str) -> dict[str, str]:
    """How wide a line is: by its rules' weights, or by its tone, or as ever."""
    weights = [mark.weight for mark in (labels.marks.rule(rule.id) for rule in rules) if mark.weight is not None]
    if weights:
        share = min(1.0, sum(weights) / max(_widest(labels), 1e-9))
        return {"penwidth": f"{THINNEST + (WIDEST - THINNEST) * math.sqrt(share):.2f}", "arrowsize": "0.7"}
    return {"penwidth": WIDE[tone]} if tone in WIDE else {}


def _widest(labels: Labels) -> float:
    """The weight of the widest line, on a map of all its parts: rules that share one add up."""
    plan = labels.plan.whole if labels.marks.scale else labels.plan
    return max((sum(labels.marks.rule(rule.id).weight or 0.0 for rule in arrow.rules) for arrow in plan.arrows), default=0.0)


def add_statement(graph: graphviz.Digraph, *ends: str, label: str | None = None, **attributes: str) -> None:
    """A node, or an edge between two ends. Labels are HTML-like or empty. As `graphviz` writes statements, which takes it three times
    as long: every value is quoted, and none is looked into."""
    said = [] if label is None else [f"label={label or QUOTES}"]
    said += [f"{name}={_quoted(value)}" for name, value in attributes.items()]
    graph.body.append(f"\t{' -> '.join(map(_quoted, ends))} [{' '.join(said)}]\n")


def _quoted(value: str) -> str:
    return '"' + value.replace('"', '\\"') + '"'


def hint(text: str) -> str:
    """A text as a tooltip, where Graphviz reads escapes more than once, and entities."""
    import graphviz

    hint: str = graphviz.escape(text.replace("&", "&amp;").replace("\\", f"\\{APART}"))
    return hint
