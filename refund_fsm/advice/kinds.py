"""Owns the advice on which kinds and reasons would be taken now, which would not and why, and who pays the freight of a return.

Must not judge: every verdict is a case's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from refund_fsm.advice import texts
from refund_fsm.advice.choices import Choice, closest
from refund_fsm.advice.scene import Scene
from refund_fsm.advice.tip import Tip, labels, mentioned, prefixed, tip, unique
from refund_fsm.orders import fact_labels
from refund_fsm.orders.guidance import Said
from refund_fsm.text import OR, Text, yuan
from refund_fsm.workflow import spelled


def fitting(scene: Scene) -> Iterator[Tip]:
    """Which kinds and reasons would be taken now, which would not, and who pays the freight of a return."""
    guide, case = scene.guidance, scene.case
    if not scene.may_choose or not scene.for_filer:
        if case is not None and case.freight is not None and not case.state.final:
            freight = case.freight
            reason, _ = _reasons(scene, [case.request.reason])
            yield tip("kind", texts.FREIGHT, spelled(freight.cites), freight=freight.text, reasons=reason)
        return
    if guide and scene.can_file():
        for one in guide.filing:
            yield tip("kind", one)
    lines = [scene.order.line(sku) for sku in scene.skus]
    for line in lines:
        title = Text(line.title, line.title)
        if guide and guide.window and line.no_reason_excluded:
            yield replace(tip("kind", texts.EXCLUDED, title=title), line=line.sku)
        if guide and line.quantity > 1 and scene.can_file(line.sku):
            share, left = yuan(line.paid_fen // line.quantity), yuan(line.balance_fen)
            count = Text(str(line.quantity), str(line.quantity))
            yield replace(tip("kind", guide.pieces, title=title, count=count, share=share, left=left), line=line.sku)
    yield from _of_lines(scene, [line.sku for line in lines])


def _of_lines(scene: Scene, skus: list[str]) -> Iterator[Tip]:
    """What fits, line by line; lines of which the same is said are named together, and not at all when it is said of all."""
    found: dict[Tip, list[str]] = {}
    for sku in skus:
        choices = scene.choices(sku)
        for one in (*_taken(scene, choices), *_barred(scene, choices), *_freights(scene, choices)):
            found.setdefault(one, []).append(sku)
    for one, named in found.items():
        yield about_lines(scene, named, one)


def about_lines(scene: Scene, skus: list[str], one: Tip) -> Tip:
    """The tip as it is said of some lines: they are named where it is not said of all."""
    whole = len(skus) == len(scene.skus)
    titles = labels(Text(f"“{title}”", f"“{title}”") for title in (scene.order.line(sku).title for sku in skus))
    said = one if whole else prefixed(one, Said(texts.OF_LINE).filled(titles=titles))
    return replace(said, line=skus[0]) if len(skus) == 1 else said


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
            one = tip("kind", texts.FITS_KINDS, *sources, cites, reasons=said, kinds=labels((one.text for one in named), OR))
            yield replace(one, kind=taken[0]) if len(taken) == 1 else one


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
    payers: dict[tuple[str, Text], dict[str, None]] = {}
    cites: dict[tuple[str, Text], list[tuple[str, ...]]] = {}
    for choice in choices:
        if choice.verdict.allowed and choice.freight is not None:
            paid = (choice.freight.payer, choice.freight.text)
            payers.setdefault(paid, {})[choice.reason] = None
            cites.setdefault(paid, []).append(spelled(choice.freight.cites))
    for paid, reasons in payers.items():
        yield tip("kind", texts.FREIGHT, *cites[paid], freight=paid[1], reasons=_reasons(scene, list(reasons))[0])


def _reasons(scene: Scene, reasons: list[str]) -> tuple[Text, tuple[str, ...]]:
    known = scene.guidance.reasons if scene.guidance else {}
    found = [known.get(reason) or Said(fact_labels.of_value(scene.workflow, "reason", reason)) for reason in reasons]
    return labels((one.text for one in found), OR), unique(*(one.sources for one in found))


def _kind(scene: Scene, kind: str) -> Said:
    known = scene.guidance.kinds if scene.guidance else {}
    return known.get(kind) or Said(fact_labels.of_value(scene.workflow, "kind", kind))
