"""Owns the advice on which kinds and reasons would be taken now, which would not and why, and who pays the freight of a return.

Must not judge: every verdict is a case's own.
"""

from __future__ import annotations

from collections.abc import Iterator

from refund_fsm.advice import texts
from refund_fsm.advice.scene import Choice, Scene, Tip, closest, labels, line_titles, mentioned, tip, unique
from refund_fsm.orders import fact_labels
from refund_fsm.orders.guidance import Said
from refund_fsm.text import OR, Text
from refund_fsm.workflow import OrderLine, spelled


def fitting(scene: Scene) -> Iterator[Tip]:
    """Which kinds and reasons would be taken now, which would not, and who pays the freight of a return."""
    guide = scene.guidance
    if not scene.may_choose:
        if scene.case is not None and scene.case.freight is not None and not scene.case.state.final:
            freight = scene.case.freight
            reason, _ = _reasons(scene, [scene.case.request.reason])
            yield tip("kind", texts.FREIGHT, spelled(freight.cites), freight=freight.text, reasons=reason)
        return
    for one in guide.filing if guide else ():
        yield tip("kind", one)
    lines = scene.order.lines if scene.case is None else (scene.order.line(scene.case.request.sku),)
    if guide and guide.window:
        for line in lines:
            if line.no_reason_excluded:
                yield tip("kind", texts.EXCLUDED, title=Text(line.title, line.title))
    yield from _of_lines(scene, lines)


def _of_lines(scene: Scene, lines: tuple[OrderLine, ...]) -> Iterator[Tip]:
    """What fits, line by line; lines of which the same is said are named together, and not at all when it is said of all."""
    found: dict[Tip, list[str]] = {}
    for line in lines:
        choices = scene.choices(line.sku)
        for one in (*_taken(scene, choices), *_barred(scene, choices), *_freights(scene, choices)):
            found.setdefault(one, []).append(line.sku)
    for one, skus in found.items():
        if len(skus) == len(lines):
            yield one
        else:
            prefix = Said(texts.OF_LINE).filled(titles=line_titles(scene.order, skus))
            yield Tip(one.topic, Text(prefix.zh + one.text.zh, prefix.en + one.text.en), one.cites, one.until, one.event)


def _taken(scene: Scene, choices: tuple[Choice, ...]) -> Iterator[Tip]:
    by_reason: dict[str, list[str]] = {}
    for choice in choices:
        if choice.verdict.allowed:
            by_reason.setdefault(choice.reason, []).append(choice.kind or "")
    groups: dict[tuple[str, ...], list[str]] = {}
    for reason, kinds in by_reason.items():
        groups.setdefault(tuple(kinds), []).append(reason)
    for taken, reasons in groups.items():
        said, cites = _reasons(scene, reasons)
        if taken == ("",):
            yield tip("kind", texts.FITS, cites, reasons=said)
        else:
            named = [_kind(scene, kind) for kind in taken]
            sources = (one.sources for one in named)
            yield tip("kind", texts.FITS_KINDS, *sources, cites, reasons=said, kinds=labels((one.text for one in named), OR))


def _barred(scene: Scene, choices: tuple[Choice, ...]) -> Iterator[Tip]:
    open_for = {choice.reason for choice in choices if choice.verdict.allowed}
    groups: dict[tuple[Said, Text], list[str]] = {}
    for reason in dict.fromkeys(choice.reason for choice in choices if choice.reason not in open_for):
        refusal = closest(choice for choice in choices if choice.reason == reason)
        files = scene.workflow.events[refusal.event].files
        groups.setdefault((texts.FITS_NOT if files else texts.FITS_HARDLY, refusal.text), []).append(reason)
    for (sentence, why), reasons in groups.items():
        said, cites = _reasons(scene, reasons)
        yield tip("kind", sentence, mentioned(why, scene.workflow), cites, reasons=said, why=why)


def _freights(scene: Scene, choices: tuple[Choice, ...]) -> Iterator[Tip]:
    payers: dict[tuple[str, Text, str], list[str]] = {}
    for choice in choices:
        if choice.verdict.allowed and choice.freight is not None:
            freight = choice.freight
            payers.setdefault((freight.payer, freight.text, freight.cites), []).append(choice.reason)
    for (_, text, cites), reasons in payers.items():
        yield tip("kind", texts.FREIGHT, spelled(cites), freight=text, reasons=_reasons(scene, reasons)[0])


def _reasons(scene: Scene, reasons: list[str]) -> tuple[Text, tuple[str, ...]]:
    known = scene.guidance.reasons if scene.guidance else {}
    found = [known.get(reason) or Said(fact_labels.of_value(scene.workflow, "reason", reason)) for reason in reasons]
    return labels((one.text for one in found), OR), unique(*(one.sources for one in found))


def _kind(scene: Scene, kind: str) -> Said:
    known = scene.guidance.kinds if scene.guidance else {}
    return known.get(kind) or Said(fact_labels.of_value(scene.workflow, "kind", kind))
