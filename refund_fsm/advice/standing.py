"""Owns the advice on which process applies and where things stand: the state, what was asked, where the goods are, whose turn it is.

Must not judge: what is possible is asked of the case.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from refund_fsm.advice import texts
from refund_fsm.advice.editions import newer
from refund_fsm.advice.scene import Scene
from refund_fsm.advice.tip import Tip, labels, tip, when
from refund_fsm.case import Move, RefundCase, lately
from refund_fsm.orders import fact_labels
from refund_fsm.orders.guidance import Guidance, Said, SentBack
from refund_fsm.text import OR, Text, day, local_day, yuan


def process(scene: Scene) -> Iterator[Tip]:
    """Which process applies, why, and where in the app it is; to others than the one who files, which it is alone."""
    guide = scene.guidance
    if guide is None or not scene.for_filer:
        yield tip("process", texts.PROCESS, label=scene.workflow.label)
    if guide is None:
        yield tip("process", texts.UNGUIDED)
    elif scene.for_filer:
        for one in (guide.process, guide.applies, *guide.where):
            yield tip("process", one)
    yield from newer(scene)


def standing(scene: Scene) -> Iterator[Tip]:
    """The state, what was asked, whose turn it is, where the goods are."""
    if scene.case is not None:
        yield from _of_case(scene)
    elif not scene.for_filer:
        yield tip("standing", texts.UNFILED)
    if scene.role is not None and not scene.for_filer and (scene.case is None or not (scene.waits or scene.case.state.final)):
        yield tip("standing", texts.NOTHING_WAITS, actor=scene.role.text)
    if scene.guidance is not None:
        yield from _of_goods(scene, scene.guidance)
        yield from _of_service(scene, scene.guidance)


def _since(case: RefundCase) -> Text:
    """Since when a case has been in its state; marked where a limit led there that rests on days which are not published yet."""
    place = next((place for place in reversed(range(len(case.steps))) if not case.steps[place].rule.internal), None)
    if place is None:
        return when(case.opened_at)
    return when(case.steps[place].at, case.guessed(place))


def _of_case(scene: Scene) -> Iterator[Tip]:
    case, guide = scene.case, scene.guidance
    assert case is not None
    yield tip("standing", texts.STATE, state=case.state.text, since=_since(case))
    kind = (guide.kinds if guide else {}).get(case.request.kind or "")
    own = fact_labels.of_value(case.workflow, "reason", case.request.reason)
    reason = (guide.reasons if guide else {}).get(case.request.reason) or Said(own)
    what = reason.text if kind is None else Text(f"{kind.text.zh}（{reason.text.zh}）", f"{kind.text.en} ({reason.text.en})")
    yield tip("standing", texts.ASKED, kind.sources if kind else (), reason.sources, what=what, amount=yuan(case.amount_fen))
    yield from _of_kind(scene, case)
    for one in lately(case.history):
        yield tip("standing", texts.MOVED if isinstance(one, Move) else texts.TOLD, at=when(one.at), what=one.text)
    if guide and scene.for_filer:
        yield from _of_state(scene, guide, case.state.key)
    yield from _turn(scene)
    if case.state.final and case.paid_fen == 0:
        yield tip("standing", texts.ENDED)
        if scene.for_filer and scene.may_choose and scene.can_file():
            yield tip("standing", texts.ANEW)


def _of_kind(scene: Scene, case: RefundCase) -> Iterator[Tip]:
    """What a ruling has made of the request."""
    now = scene.kind
    if scene.guidance is None or now is None or now == case.request.kind:
        return
    said = scene.guidance.kinds[now]
    made = next(
        (step.rule.sources for step in reversed(case.steps) if getattr(step.before, "kind", None) != getattr(step.after, "kind", None)), ()
    )
    yield replace(tip("standing", texts.MADE, said.sources, made, kind=said.text), kind=now)


def _of_state(scene: Scene, guide: Guidance, state: str) -> Iterator[Tip]:
    """What the guidance says of a state, and of what is possible there, whoever does it."""
    if state in guide.states:
        yield tip("standing", guide.states[state], **scene.numbers(guide.states[state]))
    for (where, event), one in guide.open_in.items():
        if where == state and event in (scene.allowed() if _mine(scene, event) else scene.open_to_others()):
            yield replace(tip("standing", one, **scene.numbers(one)), event=event)


def _mine(scene: Scene, event: str) -> bool:
    return scene.role is not None and scene.workflow.events[event].actor.key == scene.role.key


def _turn(scene: Scene) -> Iterator[Tip]:
    """Whose turn it is, unless something waits for the one advised who does not file."""
    if not scene.for_filer and scene.waits:
        return
    others = scene.others_now()
    if others:
        actors = labels((actor.text for actor in scene.actors_now()), OR)
        yield tip("standing", texts.WAITING, actors=actors, events=labels((event.text for event in others), OR))


def _of_goods(scene: Scene, guide: Guidance) -> Iterator[Tip]:
    """Where the goods are, and to the one who files what is open there."""
    case, back = scene.case, scene.sent_back
    if guide.goods_at is None:
        return
    if case is not None and back is not None:
        yield from _of_return(scene, case, back)
        return
    place = guide.goods_at(scene.order, scene.at)
    yield tip("standing", guide.goods[place], day=day(local_day(scene.order.signed_at or scene.at)))
    if not scene.for_filer:
        return
    found = scene.open_kinds()
    for (where, kind), one in guide.goods_open.items():
        if where == place and kind in found:
            yield replace(tip("standing", one, **scene.numbers(one)), kind=kind)
    if place in guide.unsaid and found:
        yield tip("standing", guide.unsaid[place])
    if case is not None and not case.state.final and not scene.may_choose:
        yield from _of_filed(scene, guide, case, place)


def _of_return(scene: Scene, case: RefundCase, back: SentBack) -> Iterator[Tip]:
    """Goods that were sent back: nothing of them while they travel, nor once the money is due or there."""
    here = case.state.key
    if scene.replaced and not case.paid_fen and back.instead is not None:
        yield tip("standing", back.instead)
        return
    if case.paid_fen or scene.pays_at(here) or (here, back.arrival) in scene.workflow.rules_at:
        return
    if case.state.final:
        yield tip("standing", back.kept if scene.arrived else back.undelivered)
    else:
        yield tip("standing", back.there if scene.arrived else back.lost)


def _of_filed(scene: Scene, guide: Guidance, case: RefundCase, place: str) -> Iterator[Tip]:
    """What was filed while the goods were elsewhere, and refusing the delivery where it counts as sending back."""
    if place in guide.refusing and any("tracking_no" in scene.workflow.events[name].needs for name in scene.allowed()):
        yield tip("standing", guide.refusing[place])
    for one in guide.overtaken:
        if case.request.kind == one.kind and case.facts.goods == one.goods != place:
            yield tip("standing", one.as_filed)
            if scene.can_end:
                yield tip("standing", one.anew)
            if place in guide.refusing:
                yield tip("standing", one.travelling)


def _of_service(scene: Scene, guide: Guidance) -> Iterator[Tip]:
    """Whether virtual goods were activated."""
    order = scene.order
    if order.activated_at is not None and order.activated_at <= scene.at:
        if guide.activated is not None:
            yield tip("standing", guide.activated, when=when(order.activated_at))
    elif guide.not_activated is not None and scene.for_filer and not order.benefits_used and scene.may_choose and scene.can_file():
        yield tip("standing", guide.not_activated)
