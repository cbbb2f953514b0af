"""Owns the marks of a map: of many cases, how often, which share and how long, by what cards are coloured, and what is too rare to draw.

Must not know where the figures come from, nor how marks look.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, get_args

from refund_fsm.diagram import palette
from refund_fsm.diagram.figures import Figures, RuleFigure, StateFigure
from refund_fsm.diagram.marks import Mark, Marks, Note, Scale, Sign
from refund_fsm.errors import BadData, one_of
from refund_fsm.text import Lang, Text
from refund_fsm.workflow import Rule, Workflow

Metric = Literal["time", "breach", "count"]
METRICS: tuple[Metric, ...] = get_args(Metric)
THRESHOLD = 0.01  # share of cases: what fewer take is folded, unless another one is asked for
OPEN = 0.0005  # share of cases that are left open: fewer are not told
NAMED = 6  # states that are named where they are not drawn
BOUNDS: Mapping[str, tuple[float, ...]] = {
    "time": (0.25, 0.5, 1.0, 2.0, 4.0),
    "breach": (0.01, 0.02, 0.05, 0.1, 0.2),
    "count": (0.02, 0.05, 0.1, 0.25, 0.5),
}  # of the steps of a colour, working days or shares; fixed, so that two maps can be compared
COLOURED = {
    "time": Text("卡片颜色 = 停留工作日（中位数）", "cards: median working days of a stay"),
    "breach": Text("卡片颜色 = 时限在此到期的售后单", "cards: share of cases whose limit ran out there"),
    "count": Text("卡片颜色 = 到过此状态的售后单", "cards: share of cases that were ever there"),
}
PLAYED: tuple[Sign, Text] = (
    "count",
    Text("先写次数；% = 占全部售后单，每件只计一次", "first how often; % = share of all cases, each counted once"),
)
EXACT: tuple[Sign, Text] = ("count", Text("% = 一件售后单发生此事的概率", "% = the probability that it happens in a case"))
LEAVES: tuple[Sign, Text] = ("count", Text("→ % = 占离开该状态的次数", "→ % = of the times that the state was left"))
TIMES: tuple[Sign, Text] = (
    "count",
    Text(
        "时间以工作日计：p90 = 九成不超过，Ø = 平均，全程 = 自开始",
        "times in working days: p90 = nine in ten take no longer, Ø = mean, in all = from the start",
    ),
)
WIDTH: tuple[Sign, Text] = ("count", Text("线宽 ∝ √次数", "width ∝ √count"))
MEDIAN, SINCE = Text("中位", "median"), Text("全程中位", "median in all")
RAN_OUT = Text("时限到期", "limit ran out")
OTHER = Text("其他", "other")
CASES = Text("{0} 件售后单", "{0} cases")
LAW = Text("精确分布：百分比为概率，没有抽样", "the exact law: per cent are probabilities, nothing is sampled")
ENDS = Text("结果：{0}", "ends: {0}")
LEFT = Text("未结束", "left open")
FOLDED = Text("不到 {0} 的 {1} 条规则并入“其他”", "{1} rules, each in less than {0} of cases, are folded into “other”")
NOT_DRAWN = Text("不画的状态：{0}", "states not drawn: {0}")
Stated = tuple[Text, ...]
LANGS: tuple[Lang, ...] = ("zh", "en")


def checked_metric(metric: object) -> Metric:
    """The metric; `BadData` for what is none."""
    one_of("metric", metric, METRICS)
    return metric  # type: ignore[return-value]  # it is one of them


def checked_threshold(threshold: object) -> float:
    """The threshold; `BadData` for what is no share."""
    if isinstance(threshold, bool) or not isinstance(threshold, (int, float)) or not 0 <= threshold < 1:
        raise BadData("threshold", threshold, "a share of cases from 0 to less than 1, such as 0.02")
    return float(threshold)


def kept(figures: Figures, threshold: float, always: Iterable[str]) -> frozenset[str] | None:
    """The ids of the rules that are drawn: those of the spine (`always`), and those that so many cases take, as far as they are reached
    by such rules; None for all."""
    if not threshold:
        return None
    flow = figures.workflow
    enough = {*always, *(id for id, one in figures.rules.items() if one.share >= threshold)}
    reached, waiting = {flow.initial.key}, [flow.initial.key]
    while waiting:  # ends: a state waits once
        key = waiting.pop()
        for rule in flow.rules:
            if rule.id in enough and rule.source.key == key and rule.dest.key not in reached:
                reached.add(rule.dest.key)
                waiting.append(rule.dest.key)
    return frozenset(id for id in enough if flow.by_id[id].source.key in reached)


def marks_of(figures: Figures, metric: Metric, threshold: float, drawn: frozenset[str] | None) -> Marks:
    """The marks of the rules that are `drawn` (None: all) and of the states."""
    flow = figures.workflow
    most = max((one.count for one in figures.rules.values()), default=0.0)
    rules = {id: _rule(one, figures.cases, most) for id, one in figures.rules.items()}
    folded = [rule for rule in flow.rules if drawn is not None and rule.id not in drawn]
    states = {key: _state(one, figures, metric, key, folded) for key, one in figures.states.items()}
    heading = (CASES if figures.cases is not None else LAW, *_ends(figures), *_folded(flow, folded, drawn, threshold))
    heading = tuple(_filled(text, f"{figures.cases:,}") if text is CASES else text for text in heading)
    key = (*((PLAYED, WIDTH) if figures.cases is not None else (EXACT,)), LEAVES, TIMES)
    return Marks(rules, states, Mark(), heading, key, scale_of(metric))


def level(metric: str, value: float) -> int:
    """The step of the scale on which a number stands, from 0."""
    return sum(value >= bound for bound in BOUNDS[metric])


def measure(one: StateFigure, metric: str) -> float | None:
    """The number by which a card is coloured; None for a state that has none."""
    return {"time": one.median, "breach": one.overdue, "count": one.share}[metric]


def percent(share: float) -> str:
    """A share as per cent: two figures, at most one decimal, and what is neither none nor all is not said to be."""
    said = f"{100 * share:.0f}" if share >= 0.0995 else f"{100 * share:.1f}"
    if share > 0 and float(said) == 0:
        return "<0.1%"
    return ">99%" if share < 1 and said == "100" else f"{said.removesuffix('.0') if not share else said}%"


def days(count: float) -> str:
    """Working days with about two figures."""
    if not count:
        return "0"
    if count < 0.005:
        return "<0.01"
    return f"{count:.0f}" if count >= 9.95 else f"{count:.1f}" if count >= 0.995 else f"{count:.2f}"


def _number(count: float, share: float, cases: int | None) -> str:
    return f"{count:,.0f} · {percent(share)}" if cases is not None else percent(share)


def _rule(one: RuleFigure, cases: int | None, most: float) -> Mark:
    beside = f"→ {percent(one.leaving)}" if one.leaving is not None and one.count else ""
    weight = one.count / most if most else 0.0
    return Mark("plain" if one.count else "faded", number=_number(one.count, one.share, cases), beside=beside, weight=weight)


def _state(one: StateFigure, figures: Figures, metric: Metric, key: str, folded: Sequence[Rule]) -> Mark:
    final = figures.workflow.states[key].final
    notes = [_times(one, final=final)] if one.median is not None and one.p90 is not None else []
    if one.overdue:
        notes.append(Note(RAN_OUT, "count", percent(one.overdue)))
    others = [rule for rule in folded if rule.source.key == key and figures.rules[rule.id].count]
    if others:
        gone = sum(figures.rules[rule.id].leaving or 0.0 for rule in others)
        notes.append(Note(OTHER, "count", f"→ {percent(min(1.0, gone))}", lead=f"+{len(others)}"))
    value = measure(one, metric)
    fill = "" if final else palette.PAPER if value is None or not one.count else palette.heat(metric, level(metric, value))
    return Mark("plain" if one.count else "faded", tuple(notes), number=_number(one.count, one.share, figures.cases), fill=fill)


def _times(one: StateFigure, *, final: bool) -> Note:
    assert one.median is not None and one.p90 is not None
    mean = f" · Ø {days(one.mean)}" if one.mean is not None else ""
    return Note(SINCE if final else MEDIAN, "count", f"{days(one.median)} · p90 {days(one.p90)}{mean}")


def _ends(figures: Figures) -> Stated:
    """The totals of the ends, the commonest first, and what was left open: where a picture shows phases, most ends have no card."""
    if figures.cases == 0:
        return ()
    finals = [(state.text, figures.states[key].share) for key, state in figures.workflow.states.items() if state.final]
    finals.sort(key=lambda one: -one[1])
    left = 1 - sum(share for _, share in finals)
    told = [(text, percent(share)) for text, share in (*finals, *([(LEFT, left)] if left > OPEN else [])) if share]
    zh, en = (" · ".join(f"{text.get(lang)} {share}" for text, share in told) for lang in LANGS)
    return (Text(ENDS.zh.format(zh), ENDS.en.format(en)),)


def _folded(flow: Workflow, folded: Sequence[Rule], drawn: frozenset[str] | None, threshold: float) -> Stated:
    """What is not drawn: how many rules, which states."""
    if drawn is None or not folded:
        return ()
    there = {flow.initial.key, *(state.key for id in drawn for state in (flow.by_id[id].source, flow.by_id[id].dest))}
    gone = [state for key, state in flow.states.items() if key not in there]
    told = (_filled(FOLDED, f"{100 * threshold:g}%", str(len(folded))),)
    if not gone:
        return told
    zh, en = "、".join(one.zh for one in gone[:NAMED]), ", ".join(one.en for one in gone[:NAMED])
    more = len(gone) - NAMED
    if more > 0:
        zh, en = f"{zh}等 {len(gone)} 个", f"{en} and {more} more"
    return (*told, Text(NOT_DRAWN.zh.format(zh), NOT_DRAWN.en.format(en)))


def scale_of(metric: Metric) -> Scale:
    """What the colours of a metric mean."""
    bounds = BOUNDS[metric]
    said = [f"{bound:g}" if metric == "time" else f"{100 * bound:g}%" for bound in bounds]
    steps = [f"< {said[0]}", *(f"{low} – {high}" for low, high in itertools.pairwise(said)), f"≥ {said[-1]}"]
    return Scale(COLOURED[metric], tuple((palette.heat(metric, at), step) for at, step in enumerate(steps)))


def _filled(text: Text, *values: str) -> Text:
    return Text(text.zh.format(*values), text.en.format(*values))
