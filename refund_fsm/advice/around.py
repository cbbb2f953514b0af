"""Owns the advice around the case: which evidence to bring and how to talk, what the law adds, and the last resorts.

Must not judge: what can be handed in is asked of the case.
"""

from __future__ import annotations

from collections.abc import Iterator

from refund_fsm.advice import texts
from refund_fsm.advice.scene import Scene
from refund_fsm.advice.tip import Tip, labels, tip
from refund_fsm.text import yuan
from refund_fsm.workflow import EVIDENCE_LABELS


def evidence(scene: Scene) -> Iterator[Tip]:
    """Which evidence to bring where some can be handed in, which is there, and how to talk."""
    case, guide = scene.case, scene.guidance
    if guide is None or not scene.for_filer or (case is not None and case.state.final):
        return
    wanted = _wanted(scene)
    if wanted:
        for one in guide.evidence:
            yield tip("evidence", one)
    if case is not None:
        pieces = [*case.request.evidence, *(piece for step in case.steps for piece in step.details.get("evidence", ()))]
        brought = {piece.kind for piece in pieces if piece.at <= scene.at}
        if brought:
            yield tip("evidence", texts.BROUGHT, kinds=labels(label for kind, label in EVIDENCE_LABELS.items() if kind in brought))
        elif wanted:
            yield tip("evidence", texts.LACKING, kinds=labels(EVIDENCE_LABELS.values()))
    yield tip("evidence", guide.keep)
    yield tip("evidence", guide.manner)


def _wanted(scene: Scene) -> bool:
    """Whether evidence can be handed in now: with a request, or by an event that takes some."""
    if scene.case is None or scene.files_here:
        return scene.can_file()
    return any("evidence" in scene.workflow.events[name].needs for name in scene.allowed())


def last(scene: Scene) -> Iterator[Tip]:
    """What the law adds; then, unless the money is there, what is left when nothing helps."""
    guide, case = scene.guidance, scene.case
    if guide is None or not scene.for_filer:
        return
    for one in guide.law:
        yield tip("law", one)
    if case is not None and (case.paid_fen or case.state.good):
        return
    small = scene.policy.small_amount_fen
    amounts = [line.balance_fen for line in scene.order.lines] if case is None else [case.amount_fen]
    if any(0 < amount <= small for amount in amounts):
        yield tip("last_resort", guide.small_amount, small=yuan(small))
    yield tip("last_resort", guide.last_resort)
