"""Owns what people are told of a result or a law, as sections: the main figures, outcomes, breaches, freight, states, rules.

Must not lay them out.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from refund_fsm.simulate.figures import OPEN, Figure, limit_label, limit_names
from refund_fsm.simulate.report.settings import Many
from refund_fsm.simulate.sample import Result
from refund_fsm.text import Text, words
from refund_fsm.text.numbers import Interval, Unit, between, bound, estimate, number, unit_text
from refund_fsm.text.sections import Cell, Column, Section, numbers, tabled
from refund_fsm.workflow import Limit, unit_of

TOP_RULES = 10
NEVER = 1e-8  # a share of cases up to which it is taken for none: what a law leaves in its last decimals
LABELS = {
    "arbitration": Text("进入平台介入／官方客服", "in arbitration or with official service"),
    "money:p50": Text("到账时间：中位数（一半在此之内）", "time to the money: median (half within)"),
    "money:p90": Text("到账时间：九成在此之内", "time to the money: nine in ten within"),
    "money:p95": Text("到账时间：最慢的 5% 超过", "time to the money: slowest twentieth beyond"),
    "money:mean": Text("到账时间：平均", "time to the money: mean"),
    "end:p50": Text("结束时间：中位数（不论结果）", "time to the end: median (any outcome)"),
    "end:p90": Text("结束时间：九成在此之内", "time to the end: nine in ten within"),
    "end:p95": Text("结束时间：最慢的 5% 超过", "time to the end: slowest twentieth beyond"),
    "end:mean": Text("结束时间：平均", "time to the end: mean"),
    "paid": Text("每件平均退款", "refunded per case, mean"),
    "statutory": Text("超过法定退款期限", "statutory refund period passed"),
    "steps": Text("每件步数", "steps per case"),
}  # in the order in which they are shown; shorter than the labels of the figures
PAID_EACH = Text("每笔退款平均金额", "amount of a refund, mean")
PAYERS = {"buyer": Text("买家", "the buyer"), "seller": Text("卖家", "the seller"), "insurer": Text("运费险", "the freight insurer")}

WHAT, VALUE, UNIT = Text("项目", "figure"), Text("数值", "value"), Text("单位", "unit")
SHARE = Text("占比 %", "share %")
CONFIDENCE = Text("95 % 置信区间", "95 % interval")
ESTIMATED = Text("误差估计", "estimated error")  # what halving the step changed: no bound
NOT_ESTIMATED = Text("误差（未估计）", "error (not estimated)")


def sections(one: Many) -> Iterator[Section]:
    """All sections that there is something to say in."""
    figures = one.figures()
    yield _main(one, figures)
    yield _outcomes(one, figures)
    yield _breaches(one, figures)
    if isinstance(one, Result) and one.parcels:
        yield _freight(one)
    yield _states(one, figures)
    yield _rules(one, figures)


def outcome_label(one: Many, key: str) -> Text:
    """A final state, or that the case was left open."""
    return Text("未结束", "left open") if key == OPEN else one.workflow.states[key].text


def outcome_shares(figures: Mapping[str, Figure]) -> dict[str, Interval]:
    """The outcomes that there are, by state key (or `open`), the most frequent first."""
    return _shares(figures, "outcome")


def paying(one: Many) -> frozenset[str]:
    """The final states that a payout leads to."""
    return frozenset(rule.dest.key for rule in one.workflow.rules if rule.event.pays and rule.dest.final)


def good_without_money(one: Many) -> frozenset[str]:
    """The final states in which the buyer got what was asked for, without money: an exchange."""
    return frozenset(key for key, state in one.workflow.states.items() if state.good) - paying(one)


def paid_share(one: Many) -> float:
    """The share of cases in which money was paid out."""
    if isinstance(one, Result):
        return one.time_to_money.total / one.cases if one.cases else 0.0
    return float(one.time_to_money.total)


def breach_shares(figures: Mapping[str, Figure]) -> dict[str, Interval]:
    """The limits that are passed in some case, by name, the most frequent first."""
    return _shares(figures, "breach")


def _shares(figures: Mapping[str, Figure], kind: str) -> dict[str, Interval]:
    found = {name.partition(":")[2]: one.interval for name, one in figures.items() if name.startswith(f"{kind}:") and happens(one)}
    return dict(sorted(found.items(), key=lambda item: -item[1].value))


def happens(share: Figure) -> bool:
    """Whether it is worth a row: more often than never, as far as anybody can see."""
    return share.value > NEVER


def _main(one: Many, figures: Mapping[str, Figure]) -> Section:
    rows: list[tuple[Cell, ...]] = []
    for name, label in LABELS.items():
        if name in figures:
            interval, unit = figures[name].interval, figures[name].unit
            rows.append((label, estimate(interval, unit), unit_text(unit), _precision(one, interval, unit)))
        if name == "paid" and (share := paid_share(one)) > 0:
            rows.append((PAID_EACH, number(figures[name].value / share, "fen", 2), unit_text("fen"), ""))
    columns = (Column(WHAT), *numbers(VALUE), Column(UNIT), *numbers(_known(one, figures)))
    return tabled(Text("主要数字", "Main figures"), columns, tuple(rows))


def estimated(figures: Mapping[str, Figure]) -> bool:
    """Whether there are intervals: a law has none where twice its step divides no day."""
    return any(math.isfinite(one.interval.high) for one in figures.values())


def _known(one: Many, figures: Mapping[str, Figure]) -> Text:
    """What the column is called that says how well a figure is known."""
    if isinstance(one, Result):
        return CONFIDENCE
    return ESTIMATED if estimated(figures) else NOT_ESTIMATED


def _precision(one: Many, interval: Interval, unit: Unit = "share") -> str:
    """How well a figure is known: between what a sample puts it, or how far a law may be off."""
    return between(interval, unit) if isinstance(one, Result) else bound(interval, unit)


def _outcomes(one: Many, figures: Mapping[str, Figure]) -> Section:
    rows = tuple(
        (outcome_label(one, key), estimate(interval, "share"), _precision(one, interval))
        for key, interval in outcome_shares(figures).items()
    )
    return tabled(Text("结果", "Outcomes"), (Column(Text("结果", "outcome")), *numbers(SHARE, _known(one, figures))), rows)


def _breaches(one: Many, figures: Mapping[str, Figure]) -> Section:
    workflow = one.workflow
    rows: list[tuple[Cell, ...]] = []
    for name, interval in breach_shares(figures).items():
        length = _lengths(one, workflow.groups[limit_names(workflow).index(name)][1])
        rows.append((limit_label(workflow, name), length, estimate(interval, "share"), _precision(one, interval)))
    columns = (Column(Text("时限所在状态", "limit of")), Column(Text("期限", "limit")), *numbers(SHARE, _known(one, figures)))
    return tabled(Text("超时（系统不会自动处理的时限）", "Breaches (a limit passed that nothing enforces)"), columns, tuple(rows))


def _lengths(one: Many, rows: tuple[Limit, ...]) -> Text:
    """How long a limit is: of several rows each length once, as the facts decide."""
    found = [words.length(row.length_in(one.policy), row.unit) for row in rows]
    found += [_added(one, row) for row in rows if row.plus is not None]
    each = dict.fromkeys(found)
    return Text(" / ".join(text.zh for text in each), " / ".join(text.en for text in each))


def _added(one: Many, row: Limit) -> Text:
    """The length of a row with what may be added to it."""
    length, plus = words.length(row.length_in(one.policy), row.unit), words.length(row.plus_in(one.policy), unit_of(str(row.plus)))
    return Text(f"{length.zh}＋{plus.zh}", f"{length.en} + {plus.en}")


def _freight(one: Result) -> Section:
    rows = tuple((_payer(one, key), f"{count:,}", number(count / one.parcels, "share", 2)) for key, count in one.freight.items() if count)
    columns = (Column(Text("承担方", "who pays")), *numbers(Text("件数", "parcels"), SHARE))
    return tabled(Text("退货运费", "Return freight"), columns, rows)


def _payer(one: Result, key: str) -> Text:
    actor = one.workflow.actors.get(key)
    return PAYERS.get(key) or (actor.text if actor else Text(key, key))


def _states(one: Many, figures: Mapping[str, Figure]) -> Section:
    """Mean times: over all cases, and over those that were ever there."""
    found: list[tuple[float, tuple[Cell, ...]]] = []
    for key, state in one.workflow.states.items():
        stay, reach = figures.get(f"stay:{key}"), figures[f"reach:{key}"]
        if stay is None or not happens(reach):
            continue
        each = number(stay.value / reach.value, "hours", 2)
        found.append((stay.value, (state.text, estimate(reach.interval, "share"), each, number(stay.value, "hours", 2))))
    columns = (
        Column(Text("状态", "state")),
        *numbers(Text("到过的占比 %", "ever there %"), Text("到过者平均天数", "days, of those"), Text("全部平均天数", "days, of all")),
    )
    rows = tuple(row for _, row in sorted(found, key=lambda item: -item[0]))
    return tabled(Text("各状态停留时间", "Time in each state"), columns, rows)


def _rules(one: Many, figures: Mapping[str, Figure]) -> Section:
    found = [(figures[f"rule:{rule.id}"].interval, rule) for rule in one.workflow.rules if happens(figures[f"rule:{rule.id}"])]
    found.sort(key=lambda item: -item[0].value)
    rows = tuple((rule.id, rule.event.text, rule.actor.text, estimate(share, "share")) for share, rule in found[:TOP_RULES])
    columns = (Column(Text("规则", "rule")), Column(Text("操作", "event")), Column(Text("操作方", "actor")), *numbers(SHARE))
    return tabled(Text("最常触发的规则", "Rules that fire most often"), columns, rows)
