"""Owns how it is said what a result rests on: workflow, cases or lattice, start, policy, calendar, behaviour; and in what two differ.

Must not compute figures.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeAlias

from refund_fsm.errors import BadData
from refund_fsm.simulate.behaviour import ASSUMED, ILLUSTRATIVE, Behaviour, shipped
from refund_fsm.simulate.figures import OPEN
from refund_fsm.simulate.sample import Result
from refund_fsm.text import Text, words
from refund_fsm.text.numbers import NOT_KNOWN
from refund_fsm.text.sections import Cell
from refund_fsm.workflow import PROFILES, Policy, differing, field_texts, policy_text

if TYPE_CHECKING:
    from refund_fsm.simulate.law import Law

Many: TypeAlias = "Result | Law"

ONE_HOUR, ONE_DAY = timedelta(hours=1), timedelta(days=1)
PARTIAL = Text("部分结果", "partial")
PROVISIONAL = Text("暂定", "provisional")
POLICY = Text("政策", "policy")
RANGES_SHOWN = 3
OPEN_SHARE = 0.001  # of the cases: when a law leaves more of them open, it is told whom its quantiles are of


def is_law(one: Many) -> bool:
    """Whether it is an exact law."""
    return not isinstance(one, Result)


def checked(field: str, one: object) -> None:
    """`BadData` for what is neither a result nor a law."""
    from refund_fsm.simulate.law import Law

    if not isinstance(one, (Result, Law)):
        raise BadData(field, one, "a Result of simulate, or a Law of first_passage")


def title(one: Many) -> Text:
    """What was asked, as a heading."""
    label, exact = one.workflow.label, is_law(one)
    return Text(f"{label.zh}：{'精确分布' if exact else '模拟'}", f"{label.en}: {'the exact law' if exact else 'simulation'}")


def notices(one: Many) -> Iterator[Text]:
    """What must not be overlooked: illustrative always; partial, provisional and much left open where it is so."""
    yield ILLUSTRATIVE
    if isinstance(one, Result) and one.partial:
        yield Text(
            f"⚠ {PARTIAL.zh}：只算了 {one.cases:,} 件，要求 {one.asked:,} 件",
            f"⚠ {PARTIAL.en}: {one.cases:,} cases of the {one.asked:,} asked for",
        )
    if isinstance(one, Result) and one.provisional_cases:
        share = f"{100 * one.provisional_cases / one.cases:.3g} %"
        yield Text(
            f"⚠ {PROVISIONAL.zh}：{share} 的售后单用到了尚未公布的工作日",
            f"⚠ {PROVISIONAL.en}: {share} of the cases need working days that nobody has published yet",
        )
    elif not isinstance(one, Result) and one.provisional:
        yield Text(
            f"⚠ {PROVISIONAL.zh}：用到了尚未公布的工作日",
            f"⚠ {PROVISIONAL.en}: working days are needed that nobody has published yet",
        )
    if not isinstance(one, Result) and (left := one.outcomes[OPEN]) > OPEN_SHARE:
        share, days = f"{100 * left:.3g} %", f"{one.horizon / ONE_DAY:g}"
        yield Text(
            f"⚠ 到第 {days} 天仍有 {share} 的售后单未结束：到账、结束时间只统计在此之前的",
            f"⚠ {share} of the cases are still open on day {days}: times to the money and to the end are of those by then only",
        )


def rows(one: Many) -> list[tuple[Text, Cell]]:
    """The settings, each with its label."""
    return [
        (Text("订单类型", "order type"), f"{one.workflow.key} ({one.workflow.fingerprint[:12]})"),
        *_how(one),
        (Text("起点", "start"), words.since(one.start)),
        (POLICY, policy_text(one.policy)),
        (Text("日历", "calendar"), one.policy.calendar.version),
        (Text("行为", "behaviour"), behaviour_text(one.behaviour)),
    ]


def _how(one: Many) -> list[tuple[Text, Cell]]:
    if isinstance(one, Result):
        told = "; ".join(f"{seed} ({first:,} … {last - 1:,})" for seed, first, last in one.ranges[:RANGES_SHOWN])
        rest = " …" if len(one.ranges) > RANGES_SHOWN else ""
        return [(Text("件数", "cases"), f"{one.cases:,}"), (Text("种子（件号）", "seed (case numbers)"), f"{told}{rest}" or NOT_KNOWN)]
    step, horizon = one.step / ONE_HOUR, one.horizon / ONE_DAY
    told_exact = Text(
        f"不用随机数：步长 {step:g} 小时，算到第 {horizon:g} 天",
        f"no random numbers: in steps of {step:g} h, up to day {horizon:g}",
    )
    return [(Text("算法", "method"), told_exact)]


def policy_rows(a: Policy, b: Policy) -> list[tuple[str, str, str]]:
    """The fields in which two policies differ, with both values."""
    return [(name, *field_texts(a, b, name)) for name in differing(a, b)]


def policy_data(a: Policy, b: Policy) -> dict[str, dict[str, Any]]:
    """The same as plain data, by field."""
    one, other = a.model_dump(mode="json"), b.model_dump(mode="json")
    return {name: {"a": one[name], "b": other[name]} for name in differing(a, b)}


def behaviour_text(behaviour: Behaviour) -> Text:
    """Whether it is the one that ships, and how much of it is assumed."""
    cites = [row.cites.split() for row in behaviour.choices if row.delay is not None]
    total, assumed = len(cites), sum(one == [ASSUMED] for one in cites)
    partly = sum(ASSUMED in one for one in cites) - assumed
    more = Text(f"，另有 {partly} 项部分是假设的", f", {partly} more in part") if partly else Text("", "")
    default = behaviour.order_type in shipped() and behaviour == Behaviour.default(behaviour.order_type)
    return Text(
        f"{'默认' if default else '自定'}；权重都是假设的，{total} 项用时里 {assumed} 项是假设的{more.zh}",
        f"{'the default' if default else 'one of your own'}; all weights are assumed; {assumed} of {total} delays are assumed{more.en}",
    )


def data(one: Many) -> dict[str, Any]:
    """The settings as plain data."""
    exact: dict[str, Any] = {}
    if isinstance(one, Result):
        exact = {"cases": one.cases, "asked": one.asked, "partial": one.partial, "ranges": [list(span) for span in one.ranges]}
    else:
        exact = {"step_hours": one.step / ONE_HOUR, "horizon_days": one.horizon / ONE_DAY, "provisional": one.provisional}
    return {
        "kind": "result" if isinstance(one, Result) else "law",
        "order_type": one.workflow.key,
        "fingerprint": one.workflow.fingerprint,
        "start": one.start.isoformat(),
        "policy": one.policy.model_dump(mode="json"),
        "calendar": one.policy.calendar.version,
        "behaviour": one.behaviour.model_dump(mode="json"),
        **exact,
    }


def names(a: Many, b: Many) -> tuple[Text, Text]:
    """A short name for each of two, by the first thing in which they differ; A and B where they do not."""
    if a.workflow.key != b.workflow.key:
        return a.workflow.label, b.workflow.label
    if a.policy != b.policy:
        one, other = _policy_names(a.policy, b.policy)
        return Text(f"政策 {one}", f"policy {one}"), Text(f"政策 {other}", f"policy {other}")
    if a.start != b.start:
        one, other = words.since(a.start), words.since(b.start)
        return Text(f"起点 {one}", f"start {one}"), Text(f"起点 {other}", f"start {other}")
    if a.behaviour != b.behaviour:
        return Text("行为 A", "behaviour A"), Text("行为 B", "behaviour B")
    return Text("A", "A"), Text("B", "B")


def policy_name(policy: Policy, first: Policy) -> Text:
    """A short name of one of several policies: its profile, or in what it differs from the first of them."""
    for profile in PROFILES:
        if policy == Policy.profile(profile):
            return Text(profile, profile)
    told = ", ".join(f"{name} = {field_texts(policy, first, name)[0]}" for name in differing(policy, first))
    return Text(told, told) if told else POLICY


def _policy_names(a: Policy, b: Policy) -> tuple[str, str]:
    """Profiles by their names; else the fields in which the two differ."""
    for profile in PROFILES:
        for other in PROFILES:
            if a == Policy.profile(profile) and b == Policy.profile(other):
                return profile, other
    fields = differing(a, b)
    told = [(name, *field_texts(a, b, name)) for name in fields]
    return ", ".join(f"{name} = {one}" for name, one, _ in told), ", ".join(f"{name} = {other}" for name, _, other in told)
