"""Owns the advice on what can be done now, where to tap, what is lost by it, and what cannot be done and why.

Must not judge: what is possible is asked of the case.
"""

from __future__ import annotations

from collections.abc import Iterator

from refund_fsm.advice import texts
from refund_fsm.advice.choices import GIVEN
from refund_fsm.advice.scene import Scene, ends_unpaid
from refund_fsm.advice.tip import Tip, ends, joined, labels, mentioned, unique
from refund_fsm.case import NEEDS, Due
from refund_fsm.orders import fact_labels
from refund_fsm.orders.guidance import Said
from refund_fsm.text import Provisional, Text
from refund_fsm.workflow import ASSUMED, Event, Rule, counting, spelled


def to_do(scene: Scene) -> Iterator[Tip]:
    """What can be done now and where to tap, and what cannot be done and why."""
    if scene.case is None:
        yield from _to_file(scene)
        return
    for verdict in scene.verdicts():
        if verdict.rule is not None:
            yield _move(scene, verdict.rule)
    note = scene.case.state.note
    if note is not None and scene.role is not None and note[0].key == scene.role.key:
        yield Tip("barred", note[2], (note[1],))
    for verdict in scene.verdicts():
        if verdict.refusal is not None and verdict.refusal.code == "guard_failed":
            text = verdict.refusal.text
            yield Tip("barred", text, mentioned(text, scene.workflow), event=verdict.event, provisional=verdict.refusal.provisional)


def _to_file(scene: Scene) -> Iterator[Tip]:
    """For an order alone: the filing events that at least one kind and reason would find open now."""
    if not scene.for_filer:
        return
    found = {event.name for event in scene.filing}
    choices = [choice for line in scene.order.lines for choice in scene.choices(line.sku)]
    if choices:
        found = {name for choice in choices for name in choice.files}
    for event in scene.filing:
        if event.name in found:
            rules = scene.workflow.rules_at[scene.workflow.initial.key, event.name]
            said, cites = _how(scene, event, frozenset(found), unique(*(rule.sources for rule in rules)))
            yield Tip("next", joined(*said), cites, event=event.name)


def _move(scene: Scene, rule: Rule) -> Tip:
    said, cites = _how(scene, rule.event, scene.allowed(), rule.sources)
    told = scene.guidance.told.get(rule.event.name) if scene.guidance else None
    if told is not None:
        said, cites = [*said, told.filled(**scene.numbers(told))], unique(cites, told.sources)
    lost = loss(scene, rule)
    if lost is not None:
        said, cites = [*said, lost.text], unique(cites, lost.sources)
    if rule.internal:
        said += _moved(scene, rule)
    if rule.dest.final:
        said.append(texts.ENDS.filled(dest=rule.dest.text))
    elif not scene.for_filer and not rule.internal:
        said.append(texts.LEADS.filled(dest=rule.dest.text))
    due = _binding(scene)
    provisional = (due is not None and due.provisional) or any(isinstance(one, Provisional) for one in said)
    found = Tip("next", joined(*said), cites, None, rule.event.name, provisional)
    return found if due is None else Tip(found.topic, found.text, found.cites, due.at, found.event, provisional, deadline=due.limit.field)


def _moved(scene: Scene, rule: Rule) -> Iterator[Text]:
    """Until when the limit would run after an internal rule that moves it."""
    case = scene.case
    if case is None or case.due is None or rule.effect is None or case.state.key in counting(scene.workflow, scene.policy).fixed:
        return
    given = {need: GIVEN[need](scene.at) for need in rule.event.needs}
    due = case.apply(rule.event.name, at=scene.at, by=rule.actor.key, **given).due
    if due is not None and due.at != case.due.at:
        yield texts.MOVES.filled(state=rule.dest.text, due=ends(due))


def _how(scene: Scene, event: Event, allowed: frozenset[str], cites: tuple[str, ...]) -> tuple[list[Text], tuple[str, ...]]:
    """How it is done, what it needs, and what had better come first; and on what that rests."""
    label = Text(event.zh, event.en[:1].upper() + event.en[1:])
    said = [texts.DO.filled(event=label) if event.how is None else texts.DO_HOW.filled(event=label, how=event.how)]
    if event.needs:
        said.append(texts.NEEDS.filled(needs=labels(NEEDS[need] for need in event.needs)))
    first = scene.guidance.better_first.get(event.name) if scene.guidance else None
    if first is not None and first[0] in allowed:
        said.append(first[1].text)
        cites = unique(cites, first[1].sources)
    return said, unique(spelled(event.how_cites), cites)


def _binding(scene: Scene) -> Due | None:
    """The limit of the present state, up to which a move is possible or wanted; None once it has passed and nothing enforced it."""
    assert scene.case is not None
    due = scene.case.due
    return due if due is not None and due.at > scene.at else None


def loss(scene: Scene, rule: Rule) -> Said | None:
    """What the one who files loses by a rule that ends the case without the money: the goods that he sent, and the claim itself where it
    could not be filed anew. None where nothing is lost."""
    if not scene.for_filer or not ends_unpaid(rule) or scene.case is None:
        return None
    said, cites = [], []
    if scene.sent_back is not None:
        ending = scene.sent_back.ending_well if rule.dest.good else scene.sent_back.ending
        said += [ending.text] if ending is not None else []
        cites += [ending.sources] if ending is not None else []
    refusal = scene.lost()
    if refusal is not None:
        guide, reason = scene.guidance, scene.case.request.reason
        watched = guide is not None and any(guard.name == guide.window_guard for guard in refusal.failed_guards)
        known = (guide.reasons if guide else {}).get(reason) or Said(fact_labels.of_value(scene.workflow, "reason", reason))
        why = refusal.text
        said.append((texts.LOSES_NO_REASON if watched else texts.LOSES).filled(reason=known.text, why=why))
        cites.append((ASSUMED, *mentioned(why, scene.workflow)))
    if not said:
        return None
    kind = Provisional if refusal is not None and refusal.provisional else Text
    both = joined(*said)
    return Said(kind(both.zh, both.en), " ".join(unique(*cites)))
