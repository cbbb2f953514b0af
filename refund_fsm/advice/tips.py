"""Owns which advice is given: one function for each heading (one more in `kinds`), from a scene to its tips.

Must not know an order type: what is specific to one is its guidance, and what is possible is asked of the case.
"""

from __future__ import annotations

from collections.abc import Iterator

from refund_fsm.advice import texts
from refund_fsm.advice.kinds import fitting
from refund_fsm.advice.scene import Scene, Tip, joined, labels, mentioned, tip, unique, when
from refund_fsm.case import NEEDS, Due
from refund_fsm.orders import fact_labels
from refund_fsm.orders.guidance import Said
from refund_fsm.text import OR, Text, day, length, local_day, yuan
from refund_fsm.workflow import EVIDENCE_LABELS, Limit, Policy, State, spelled


def process(scene: Scene) -> Iterator[Tip]:
    """Which process applies, why, and where in the app it is."""
    guide = scene.guidance
    if guide is None:
        yield tip("process", texts.PROCESS, label=scene.workflow.label)
        return
    for one in (guide.process, guide.applies, *guide.where):
        yield tip("process", one)


# 1. Where things stand


def standing(scene: Scene) -> Iterator[Tip]:
    """The state, what was asked, where the goods are, whose turn it is."""
    if scene.case is not None:
        yield from _standing_of_case(scene)
    yield from _standing_of_order(scene)


def _standing_of_case(scene: Scene) -> Iterator[Tip]:
    case, guide = scene.case, scene.guidance
    assert case is not None
    since = next((step.at for step in reversed(case.steps) if not step.rule.internal), case.opened_at)
    yield tip("standing", texts.STATE, state=case.state.text, since=when(since))
    kind = (guide.kinds if guide else {}).get(case.request.kind or "")
    own = fact_labels.of_value(case.workflow, "reason", case.request.reason)
    reason = (guide.reasons if guide else {}).get(case.request.reason) or Said(own)
    what = reason.text if kind is None else Text(f"{kind.text.zh}（{reason.text.zh}）", f"{kind.text.en} ({reason.text.en})")
    yield tip("standing", texts.ASKED, kind.sources if kind else (), reason.sources, what=what, amount=yuan(case.amount_fen))
    if guide and case.state.key in guide.states:
        yield tip("standing", guide.states[case.state.key])
    others = scene.others_now()
    if others:
        actors = labels((actor.text for actor in scene.actors_now()), OR)
        yield tip("standing", texts.WAITING, actors=actors, events=labels((event.text for event in others), OR))
    if case.state.final and case.paid_fen == 0:
        yield tip("standing", texts.ENDED)


def _standing_of_order(scene: Scene) -> Iterator[Tip]:
    guide, order = scene.guidance, scene.order
    if guide is None:
        return
    if guide.goods_at is not None:
        signed = order.signed_at or scene.at
        yield tip("standing", guide.goods[guide.goods_at(order, scene.at)], day=day(local_day(signed)))
    if order.activated_at is not None and order.activated_at <= scene.at:
        if guide.activated is not None:
            yield tip("standing", guide.activated, when=when(order.activated_at))
    elif guide.not_activated is not None:
        yield tip("standing", guide.not_activated)


# 2. What to do


def to_do(scene: Scene) -> Iterator[Tip]:
    """What can be done now and where to tap, and what cannot be done and why."""
    if scene.case is None:
        yield from _to_file(scene)
        return
    verdicts = scene.verdicts()
    allowed = {verdict.event for verdict in verdicts if verdict.allowed}
    due = scene.case.due
    for verdict in verdicts:
        if verdict.rule is not None:
            yield _do(scene, verdict.event, allowed, verdict.rule.sources, due)
        elif verdict.refusal is not None and verdict.refusal.code == "guard_failed":
            text = verdict.refusal.text
            yield Tip("barred", text, mentioned(text, scene.workflow), event=verdict.event, provisional=verdict.refusal.provisional)


def _to_file(scene: Scene) -> Iterator[Tip]:
    """For an order alone: the filing events that at least one kind and reason would find open now."""
    found = {event.name for event in scene.filing}
    choices = [choice for line in scene.order.lines for choice in scene.choices(line.sku)]
    if choices:
        found = {name for choice in choices for name in choice.files}
    for event in scene.filing:
        if event.name in found:
            rules = scene.workflow.rules_at[scene.workflow.initial.key, event.name]
            yield _do(scene, event.name, found, unique(*(rule.sources for rule in rules)), None)


def _do(scene: Scene, name: str, allowed: set[str], cites: tuple[str, ...], due: Due | None) -> Tip:
    event = scene.workflow.events[name]
    said = [
        texts.DO.filled(event=_capital(event.text)) if event.how is None else texts.DO_HOW.filled(event=_capital(event.text), how=event.how)
    ]
    if event.needs:
        said.append(texts.NEEDS.filled(needs=labels(NEEDS[need] for need in event.needs)))
    first = scene.guidance.better_first.get(name) if scene.guidance else None
    if first is not None and first[0] in allowed:
        said.append(first[1].text)
        cites = unique(cites, first[1].sources)
    until, provisional = (due.at, due.provisional) if due else (None, False)
    return Tip("next", joined(*said), unique(spelled(event.how_cites), cites), until, name, provisional)


def _capital(text: Text) -> Text:
    return Text(text.zh, text.en[:1].upper() + text.en[1:])


# 3. Evidence


def evidence(scene: Scene) -> Iterator[Tip]:
    """Which evidence to bring, which is there, and how to talk."""
    case, guide = scene.case, scene.guidance
    if guide is None or (case is not None and case.state.final):
        return
    for one in guide.evidence:
        yield tip("evidence", one)
    if case is not None:
        pieces = [*case.request.evidence, *(piece for step in case.steps for piece in step.details.get("evidence", ()))]
        brought = {piece.kind for piece in pieces if piece.at <= scene.at}
        if brought:
            yield tip("evidence", texts.BROUGHT, kinds=labels(label for kind, label in EVIDENCE_LABELS.items() if kind in brought))
        else:
            yield tip("evidence", texts.LACKING, kinds=labels(EVIDENCE_LABELS.values()))
    yield tip("evidence", guide.manner)


# 4. Until when


def deadlines(scene: Scene) -> Iterator[Tip]:
    """The limit of the present state and what happens then, who is overdue, and the last days of the window."""
    if scene.case is not None and scene.case.due is not None:
        yield _limit(scene, scene.case.state, scene.case.due)
    if scene.may_choose:
        yield from _window(scene)
    yield from _fault(scene)


def _limit(scene: Scene, state: State, due: Due) -> Tip:
    cites, latest, span = spelled(due.limit.cites), when(due.at, due.provisional), length(due.length, due.unit)
    if due.then is not None:
        event, dest = due.then.event.text, due.then.dest.text
        return tip(
            "deadline",
            texts.THEN_CLOCK,
            cites,
            due.then.sources,
            until=due.at,
            state=state.text,
            due=latest,
            length=span,
            event=event,
            dest=dest,
        )
    if due.at <= scene.at:
        late = scene.actors_now() or tuple(filter(None, (scene.asker,)))
        actors = labels((actor.text for actor in late), OR)
        return tip("deadline", texts.OVERDUE, cites, until=due.at, state=state.text, due=latest, actors=actors)
    return tip("deadline", texts.THEN_BREACH, cites, until=due.at, state=state.text, due=latest, length=span)


def _reading(scene: Scene, profile: Policy) -> Policy:
    """The scene's policy, the seven days counted as in the profile."""
    counted = {name: getattr(profile, name) for name in ("window_starts", "roll_over", "no_reason_days")}
    return scene.policy.model_copy(update=counted)


def _window(scene: Scene) -> Iterator[Tip]:
    window, signed = scene.guidance.window if scene.guidance else None, scene.order.signed_at
    if window is None or signed is None or signed > scene.at:
        return
    law = _reading(scene, Policy.statute())
    plain = window(signed, law.model_copy(update={"roll_over": False}))
    judged = window(signed, scene.policy)
    rows = [(texts.WINDOW_GUIDE, window(signed, _reading(scene, Policy.guide()))), (texts.WINDOW_LAW, window(signed, law))]
    if judged.at not in {end.at for _, end in rows}:
        rows.append((texts.WINDOW_POLICY, judged))
    for sentence, end in rows:
        marks = (texts.OVER if end.at <= scene.at else texts.NONE, texts.JUDGED if end.at == judged.at else texts.NONE)
        mark = Text("".join(one.zh for one in marks), "".join(one.en for one in marks))
        parts = {"end": when(end.at, end.provisional), "mark": mark}
        if sentence is texts.WINDOW_LAW:
            parts["unrolled"] = texts.NONE if plain.at == end.at else Said(texts.UNROLLED).filled(plain=when(plain.at, plain.provisional))
        yield tip("deadline", sentence, until=end.at, **parts)
    if scene.case is not None and getattr(scene.case.facts, "window_kept", False) and scene.may_choose:
        yield tip("deadline", texts.WINDOW_KEPT)


def _fault(scene: Scene) -> Iterator[Tip]:
    """The law's seven days for a fault (L2): as a limit before anything was filed, as a warning when they passed before that."""
    guide, signed, case = scene.guidance, scene.order.signed_at, scene.case
    if guide is None or guide.window is None or signed is None or signed > scene.at:
        return
    if case is not None and (case.state.final or case.request.reason not in guide.faults):
        return
    end = guide.window(signed, _reading(scene, Policy.statute()))
    claimed_at = next((step.at for step in case.steps if step.rule.event.files), scene.at) if case else scene.at
    if end.at <= claimed_at or scene.may_choose:
        sentence = texts.FAULT_LATE if end.at <= claimed_at else texts.FAULT_IN_TIME
        yield tip("deadline", sentence, until=end.at, end=when(end.at, end.provisional))


# 5. The money


def money(scene: Scene) -> Iterator[Tip]:
    """Who refunds, to which account, and by when at the latest; the law's clock too."""
    guide, case = scene.guidance, scene.case
    if guide is not None:
        yield tip("money", guide.refunder)
        yield tip("money", guide.money, route=texts.ACCOUNTS[scene.order.payment_method])
    if case is not None and case.paid_fen:
        paid = next(step for step in reversed(case.steps) if step.rule.event.pays)
        yield tip("money", texts.PAID, paid.rule.sources, amount=yuan(case.paid_fen), at=when(paid.at))
    elif case is None or not case.state.final:
        yield from _payout(scene)
    yield from _statute(scene)


def _payout(scene: Scene) -> Iterator[Tip]:
    """The payout limit: as it runs, or as it would run if the refund were granted now."""
    case = scene.case
    groups = [limit for states, limit in scene.workflow.groups if any(_pays(scene, state.key) for state in states)]
    for limit in groups:
        if case is not None and scene.workflow.limit_of.get(case.state.key) is limit:
            due = case.due
            assert due is not None
            latest = when(due.at, due.provisional)
            yield tip("money", texts.PAYOUT, spelled(limit.cites), until=due.at, amount=yuan(case.amount_fen), due=latest)
        else:
            count = limit.length_in(scene.policy)
            end = scene.policy.calendar.deadline(scene.at, count, limit.unit)
            yield tip("money", texts.PAYOUT_IF, spelled(limit.cites), length=length(count, limit.unit), due=when(end.at, end.provisional))


def _pays(scene: Scene, state: str) -> bool:
    return any(rule.event.pays for rule in scene.workflow.rules if rule.source.key == state)


def _statute(scene: Scene) -> Iterator[Tip]:
    case, law = scene.case, tuple(scene.workflow.law.values())
    if case is None or not law:
        yield from (_law_ahead(scene, limit) for limit in law)
        return
    due: Due | None = case.statutory_due
    if due is not None:
        missed = texts.LAW_MISSED if case.paid_fen else texts.LAW_PASSED
        sentence = missed if case.statutory_passed else texts.LAW_RUNS
        if case.statutory_passed or not case.state.final:
            span, latest = length(due.length, due.unit), when(due.at, due.provisional)
            yield tip("money", sentence, spelled(due.limit.cites), until=due.at, length=span, due=latest)
    elif case.freight is not None and not case.state.final:
        yield from (_law_ahead(scene, limit) for limit in law)


def _law_ahead(scene: Scene, limit: Limit) -> Tip:
    return tip("money", texts.LAW_AHEAD, spelled(limit.cites), length=length(limit.length_in(scene.policy), limit.unit))


# 6. The law, and the last resorts


def last(scene: Scene) -> Iterator[Tip]:
    """What the law adds; then, unless the money is there, what is left when nothing helps."""
    guide, case = scene.guidance, scene.case
    if guide is None:
        return
    for one in guide.law:
        yield tip("law", one)
    if case is not None and case.paid_fen:
        return
    small = scene.policy.small_amount_fen
    amounts = [line.balance_fen for line in scene.order.lines] if case is None else [case.amount_fen]
    if any(0 < amount <= small for amount in amounts):
        yield tip("last_resort", guide.small_amount, small=yuan(small))
    yield tip("last_resort", guide.last_resort)


PARTS = (process, standing, to_do, fitting, evidence, deadlines, money, last)
