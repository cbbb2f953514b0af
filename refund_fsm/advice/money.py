"""Owns the advice on the money: who refunds, to which account, by when at the latest, and what the law's clock says.

Must not count: instants are the case's or the calendar's.
"""

from __future__ import annotations

from collections.abc import Iterator

from refund_fsm.advice import texts
from refund_fsm.advice.scene import Scene
from refund_fsm.advice.tip import Tip, dated, ends, tip, when
from refund_fsm.case import Due
from refund_fsm.text import length, yuan
from refund_fsm.workflow import Limit, spelled


def money(scene: Scene) -> Iterator[Tip]:
    """Who refunds, to which account, and by when at the latest; the law's clock too."""
    guide, case = scene.guidance, scene.case
    if guide is not None and scene.for_filer and not (case is not None and case.state.good):
        yield tip("money", guide.refunder)
        yield tip("money", guide.money, route=texts.ACCOUNTS[scene.order.payment_method])
    if guide is not None and case is not None and not case.state.final and not scene.pays_at(case.state.key):
        known = guide.kind_money.get(scene.kind or "")
        if known is not None:
            yield tip("money", known)
    if case is not None and case.paid_fen:
        paid = next(step for step in reversed(case.steps) if step.rule.event.pays)
        yield tip("money", texts.PAID, paid.rule.sources, amount=yuan(case.paid_fen), at=when(paid.at))
    elif _may_pay(scene):
        yield from _payout(scene)
    yield from _statute(scene)


def _may_pay(scene: Scene) -> bool:
    """Whether a refund can still come of it: of what was filed, or of what can be."""
    case = scene.case
    if case is None or scene.files_here:
        return scene.can_file()
    return not case.state.final


def _payout(scene: Scene) -> Iterator[Tip]:
    """The payout limit: as it runs, or as it would run if the refund were granted now."""
    case = scene.case
    here = None if case is None else scene.workflow.group_of.get(case.state.key)
    for count in scene.payouts():
        if case is not None and here == count.kind.group:
            due = case.due
            assert due is not None
            sentence = texts.PAYOUT_LATE if due.at <= scene.at else texts.PAYOUT
            parts = {"amount": yuan(case.amount_fen), "due": ends(due)}
            yield dated(tip("money", sentence, spelled(due.limit.cites), **parts), due.at, due.limit.field)
        else:
            end = count.end(scene.policy.calendar, scene.at)
            parts = {"length": length(end.length, end.unit), "due": when(end.at, end.provisional)}
            yield tip("money", texts.PAYOUT_IF, spelled(count.limit.cites), **parts)


def _statute(scene: Scene) -> Iterator[Tip]:
    case, law = scene.case, tuple(scene.workflow.law.values())
    if case is None or not law:
        found = [choice.facts for sku in scene.skus for choice in scene.choices(sku) if choice.files] if law else []
        yield from (_law_ahead(scene, limit) for limit in law if any(limit.holds(facts) for facts in found))
        return
    due: Due | None = case.statutory_due
    if due is not None:
        passed = texts.LAW_PASSED if scene.for_filer else texts.LAW_PASSED_PLAIN
        sentence = (texts.LAW_MISSED if case.paid_fen else passed) if case.statutory_passed else texts.LAW_RUNS
        if case.statutory_passed or not case.state.final:
            one = tip("money", sentence, spelled(due.limit.cites), length=length(due.length, due.unit), due=ends(due))
            yield dated(one, due.at, due.limit.field)
    elif case.freight is not None and not case.state.final:
        yield from (_law_ahead(scene, limit) for limit in law if limit.holds(case.facts))


def _law_ahead(scene: Scene, limit: Limit) -> Tip:
    return tip("money", texts.LAW_AHEAD, spelled(limit.cites), length=length(limit.length_in(scene.policy), limit.unit))
