"""Owns the advice on until when: the limit of the present state and what follows, the days of no-reason return, other terms.

Must not count: instants are the case's, the calendar's or the guidance's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from refund_fsm.advice import texts
from refund_fsm.advice.doing import loss
from refund_fsm.advice.kinds import about_lines
from refund_fsm.advice.periods import terms
from refund_fsm.advice.reasons import because, span_of
from refund_fsm.advice.scene import Scene
from refund_fsm.advice.tip import Tip, dated, ends, joined, labels, tip, unique, when
from refund_fsm.case import Due
from refund_fsm.orders.guidance import Guidance, Said
from refund_fsm.text import OR, Provisional, Text, length
from refund_fsm.workflow import Actor, Deadline, Policy, Rule, State, spelled

Window = Callable[[datetime, Policy], Deadline]
WINDOW = "no_reason_days"  # the field of the policy
FAULT_TERM = "L2"  # of the law alone


def deadlines(scene: Scene) -> Iterator[Tip]:
    """The limit of the present state and what happens then, who is overdue; to the one who files also the last days to claim."""
    case, guide = scene.case, scene.guidance
    if case is not None and not case.state.final:
        if case.due is not None:
            yield _limit(scene, case.state, case.due)
            yield from because(scene, case.due)
        if not scene.for_filer and scene.waits:
            yield _idle(scene, case.state, case.due)
    if guide is not None:
        yield from terms(scene, guide)
    if guide is not None and scene.for_filer:
        if scene.may_choose:
            yield from _window(scene, guide)
            yield from _terms(scene, guide)
        yield from _fault(scene, guide)
    if (case is None or not case.state.final) and "working_days" in _units(scene):
        yield tip("deadline", texts.WORKING_DAYS)


def _units(scene: Scene) -> set[str]:
    """The units of the limits that are told: that of the present state, and that of the payout."""
    case = scene.case
    due = None if case is None else case.due
    paying = {count.end(scene.policy.calendar, scene.at).unit for count in scene.payouts()}
    return ({due.unit} if due else set()) | (paying if case is not None or scene.can_file() else set())


def _limit(scene: Scene, state: State, due: Due) -> Tip:
    """The limit of the present state: what the clock does at it, or who is late."""
    assert scene.case is not None
    cites, span, name = spelled(due.limit.cites), span_of(due), due.limit.field
    parts = {"state": state.text, "due": ends(due)}
    if due.then is not None:
        return _clock(scene, due, due.then, {**parts, "length": span})
    if due.at > scene.at:
        return dated(tip("deadline", texts.THEN_BREACH, cites, length=span, **parts), due.at, name)
    others = scene.actors_now()
    bound = scene.guidance.bound.get(state.key) if scene.guidance is not None else None
    if bound is not None:
        late: Sequence[Actor] = (scene.workflow.actors[bound],)
    else:
        late = [scene.role] if scene.role is not None and ((scene.waits and not scene.for_filer) or not others) else others
    sentence = texts.OVERDUE if scene.for_filer and others else texts.OVERDUE_PLAIN
    return dated(tip("deadline", sentence, cites, actors=labels((actor.text for actor in late), OR), **parts), due.at, name)


def _clock(scene: Scene, due: Due, then: Rule, parts: dict[str, Text]) -> Tip:
    said = texts.THEN_CLOCK.filled(**parts, event=then.event.text, dest=then.dest.text)
    cites = unique(spelled(due.limit.cites), then.sources)
    lost = loss(scene, then)
    if lost is not None:
        said, cites = joined(said, lost.text), unique(cites, lost.sources)
    provisional = due.provisional or (lost is not None and isinstance(lost.text, Provisional))
    return Tip("deadline", said, cites, due.at, then.event.name, provisional, deadline=due.limit.field)


def _idle(scene: Scene, state: State, due: Due | None) -> Tip:
    """What follows when an actor for whom something waits does nothing."""
    assert scene.role is not None
    parts = {"actor": scene.role.text, "state": state.text}
    if due is None:
        return tip("deadline", texts.IDLE_UNLIMITED, **parts)
    cites = spelled(due.limit.cites)
    if due.then is not None:
        said = {"event": due.then.event.text, "dest": due.then.dest.text}
        return replace(
            tip("deadline", texts.IDLE_CLOCK, cites, due.then.sources, due=ends(due), **said, **parts), event=due.then.event.name
        )
    return tip("deadline", texts.IDLE_PASSED if due.at <= scene.at else texts.IDLE_BREACH, cites, due=ends(due), **parts)


def _reading(scene: Scene, profile: Policy) -> Policy:
    """The scene's policy, the seven days counted as in the profile."""
    counted = {name: getattr(profile, name) for name in ("window_starts", "roll_over", "no_reason_days")}
    return scene.policy.model_copy(update=counted)


def _window(scene: Scene, guide: Guidance) -> Iterator[Tip]:
    """The days of no-reason return, for the lines that have them and of which something is left."""
    order, at = scene.order, scene.at
    skus = [sku for sku in scene.skus if not order.line(sku).no_reason_excluded and order.line(sku).balance_fen]
    if guide.window is None or not skus:
        return
    if order.signed_at is None or order.signed_at > at:
        if guide.not_signed is not None and order.shipped_at is not None and order.shipped_at <= at:
            yield about_lines(scene, skus, tip("deadline", guide.not_signed))
        return
    kept = scene.case is not None and not scene.case.state.final and bool(getattr(scene.case.facts, "window_kept", False))
    for one in (_kept(scene, guide.window, order.signed_at),) if kept else _readings(scene, guide.window, order.signed_at):
        yield about_lines(scene, skus, one)
    if guide.holidays is not None:
        yield tip("deadline", guide.holidays)


def _kept(scene: Scene, window: Window, signed: datetime) -> Tip:
    end = window(signed, scene.policy)
    return tip("deadline", texts.WINDOW_KEPT, end=when(end.at, end.provisional))


def _readings(scene: Scene, window: Window, signed: datetime) -> Iterator[Tip]:
    """The guide's reading and the law's; the policy's own where it is neither. Which of them counts is said."""
    law = _reading(scene, Policy.statute())
    plain = window(signed, law.model_copy(update={"roll_over": False}))
    judged = window(signed, scene.policy)
    rows = [
        (texts.WINDOW_GUIDE, window(signed, _reading(scene, Policy.guide())), f"guide:{WINDOW}"),
        (texts.WINDOW_LAW, window(signed, law), f"statute:{WINDOW}"),
    ]
    if judged.at not in {end.at for _, end, _ in rows}:
        rows.append((texts.WINDOW_POLICY, judged, WINDOW))
    for sentence, end, name in rows:
        counts = end.at == judged.at
        marks = (texts.OVER if end.at <= scene.at else texts.NONE, texts.JUDGED if counts else texts.NONE)
        parts = {"end": when(end.at, end.provisional), "mark": Text("".join(one.zh for one in marks), "".join(one.en for one in marks))}
        if sentence is texts.WINDOW_LAW:
            parts["unrolled"] = texts.NONE if plain.at == end.at else Said(texts.UNROLLED).filled(plain=when(plain.at, plain.provisional))
        yield dated(tip("deadline", sentence, **parts), end.at, WINDOW if counts else name)


def _terms(scene: Scene, guide: Guidance) -> Iterator[Tip]:
    """How long a reason holds, as long as something is left that could be claimed for it."""
    skus = [sku for sku in scene.skus if scene.order.line(sku).balance_fen]
    if not skus or scene.order.benefits_used:
        return
    for term in guide.terms:
        end = term.end(scene.order, scene.policy)
        span = length(getattr(scene.policy, term.field), "hours")
        one = tip("deadline", term.over if end <= scene.at else term.ahead, length=span, end=when(end))
        yield about_lines(scene, skus, dated(one, end, term.field))


def _fault(scene: Scene, guide: Guidance) -> Iterator[Tip]:
    """The law's seven days for a fault (L2): as a limit before anything was filed, as a warning when they passed before that."""
    signed, case = scene.order.signed_at, scene.case
    skus = [sku for sku in scene.skus if scene.order.line(sku).balance_fen]
    if guide.window is None or signed is None or signed > scene.at or not skus:
        return
    if case is not None and (case.state.final or case.request.reason not in guide.faults):
        return
    end = guide.window(signed, _reading(scene, Policy.statute()))
    filed = case is not None and not scene.may_choose
    claimed_at = next((step.at for step in case.steps if step.rule.event.files), scene.at) if case and filed else scene.at
    if end.at <= claimed_at or not filed:
        sentence = texts.FAULT_LATE if end.at <= claimed_at else texts.FAULT_IN_TIME
        one = tip("deadline", sentence, end=when(end.at, end.provisional))
        yield about_lines(scene, skus, dated(one, end.at, FAULT_TERM))
