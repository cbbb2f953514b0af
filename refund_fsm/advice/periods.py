"""Owns the advice on the terms of the platform's own rules: the after-sale period, the applications left, the days without a reason.

Must not count: instants are the guidance's, what is possible is asked of the case.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from refund_fsm.advice.kinds import about_lines
from refund_fsm.advice.scene import Scene
from refund_fsm.advice.tip import Tip, dated, tip, when
from refund_fsm.orders.guidance import Guidance
from refund_fsm.text import Text, length, words
from refund_fsm.workflow import unit_of


def terms(scene: Scene, guide: Guidance) -> Iterator[Tip]:
    """Until when something can be filed and how often, and until when a refusal for want of a reason is groundless."""
    if scene.for_filer:
        yield from _period(scene, guide)
        yield from _applications(scene, guide)
    yield from _no_reason(scene, guide)


def _lines(scene: Scene) -> dict[str, str]:
    """The lines of which something is left, by SKU, with their titles."""
    return {sku: scene.order.line(sku).title for sku in scene.skus if scene.order.line(sku).balance_fen}


def _signed(scene: Scene) -> bool:
    return scene.order.signed_at is not None and scene.order.signed_at <= scene.at


def _period(scene: Scene, guide: Guidance) -> Iterator[Tip]:
    period, case = guide.period, scene.case
    if period is None:
        return
    if not _signed(scene):
        if scene.may_choose and scene.can_file():
            yield tip("deadline", period.unsigned)
        return
    found: dict[Tip, list[str]] = {}
    gone = scene.sent_back is not None and not scene.replaced  # goods that went back are not claimed a second time
    for sku in _lines(scene):
        line = scene.order.line(sku)
        end, name = period.end(scene.order, line, scene.policy), period.field(line)
        assert end is not None, "the goods were signed for"
        span = length(getattr(scene.policy, name), unit_of(name))
        if scene.may_choose:
            one = dated(tip("deadline", period.over if end <= scene.at else period.ahead, length=span, end=when(end)), end, name)
            found.setdefault(one, []).append(sku)
        elif case is not None and not gone and end > scene.at and not _settled(scene) and _left(scene, guide, sku):
            found.setdefault(dated(tip("deadline", period.again, end=when(end)), end, name), []).append(sku)
    for one, skus in found.items():
        yield about_lines(scene, skus, one)


def _settled(scene: Scene) -> bool:
    """Whether the case has ended, or the money is due."""
    return scene.case is not None and (scene.case.state.final or scene.pays_at(scene.case.state.key))


def _left(scene: Scene, guide: Guidance, sku: str) -> int:
    """How many applications are left of a line."""
    rule = guide.applications
    return 1 if rule is None else max(0, getattr(scene.policy, rule.most) - scene.applications(sku))


def _applications(scene: Scene, guide: Guidance) -> Iterator[Tip]:
    rule = guide.applications
    if rule is None or not scene.may_choose:
        return
    found: dict[Tip, list[str]] = {}
    for sku in _lines(scene):
        left, made, most = _left(scene, guide, sku), scene.applications(sku), getattr(scene.policy, rule.most)
        sentence = rule.none if not left else rule.last if left == 1 else rule.left if made else rule.unused
        parts = {"most": _count(most), "made": _count(made), "left": _count(left)}
        found.setdefault(tip("kind", sentence, **parts), []).append(sku)
    for one, skus in found.items():
        yield about_lines(scene, skus, one)


def _count(number: int) -> Text:
    return Text(str(number), words.number(number))


def _no_reason(scene: Scene, guide: Guidance) -> Iterator[Tip]:
    """To the one who files while he may choose, to the one who may refuse, and where that was done too early."""
    rule, case = guide.no_reason, scene.case
    end = rule.end(scene.order) if rule is not None else None
    if rule is None or end is None or not _signed(scene):
        return
    if scene.for_filer and scene.may_choose:
        lines = _lines(scene)
        bound = [sku for sku in lines if not scene.order.line(sku).no_reason_excluded]
        if bound:
            sentence = rule.over if end <= scene.at else rule.ahead
            yield about_lines(scene, bound, dated(tip("deadline", sentence, end=when(end)), end, rule.term))
        for sku in lines:
            if sku not in bound:
                title = Text(lines[sku], lines[sku])
                yield replace(tip("deadline", rule.excluded, title=title), line=sku)
        return
    line = scene.order.line(scene.skus[0])
    if case is None or line.no_reason_excluded or case.request.reason in guide.faults or case.request.reason == "not_shipped":
        return
    if not scene.for_filer and rule.refusal in scene.allowed() and end > scene.at:
        yield dated(tip("deadline", rule.warned, end=when(end)), end, rule.term)
    if scene.for_filer and case.state.key == rule.refused:
        refused_at = next(step.at for step in reversed(case.steps) if not step.rule.internal)
        if refused_at < end:
            yield tip("deadline", rule.groundless)
