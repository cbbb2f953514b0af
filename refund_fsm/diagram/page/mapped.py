"""Owns what a page's script is given of a map: by state and rule the numbers, the steps of the colours, and the words of its controls.

Must not decide what is drawn: a reader chooses metric and threshold in the page.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from refund_fsm.diagram import dark, map_marks, palette
from refund_fsm.diagram.figures import Figures, RuleFigure, StateFigure
from refund_fsm.diagram.map_marks import METRICS, days, level, measure, percent
from refund_fsm.diagram.plan import Plan
from refund_fsm.text import Text

THRESHOLDS = (0.0, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2)
WORDS = {
    "map": Text("频次与时间", "How often and how long"),
    "map_metric": Text("卡片颜色", "Colour of the cards"),
    "map_time": Text("停留工作日（中位数）", "median working days of a stay"),
    "map_breach": Text("时限在此到期的售后单", "cases whose limit ran out there"),
    "map_count": Text("到过此状态的售后单", "cases that were ever there"),
    "map_least": Text("不画少于", "Fold what is below"),
    "map_all": Text("全部画出", "nothing: draw all"),
    "map_of": Text("{share} 的售后单", "{share} of cases"),
    "map_said": Text(
        "{rules} 条规则并入“其他”，{states} 个状态不画。", "{rules} rules are folded into “other”, {states} states are not drawn."
    ),
    "map_whole": Text("全部规则都画出。", "All rules are drawn."),
    "map_numbers": Text("数字", "The numbers"),
    "map_state": Text("状态", "State"),
    "map_often": Text("次数", "How often"),
    "map_share": Text("占售后单", "Of cases"),
    "map_median": Text("中位", "Median"),
    "map_overdue": Text("到期", "Ran out"),
    "map_other": Text("其他", "Other"),
}


def map_of(figures: Figures, plan: Plan) -> dict[str, Any]:
    """By place: of states `[often, share, median, p90, mean, ran out, step of each metric]` (texts; −1 where a card has no step), of rules
    `[share, share of those who leave, always drawn]` (numbers)."""
    return {
        "metrics": list(METRICS),
        "thresholds": list(THRESHOLDS),
        "initial": list(figures.workflow.states).index(figures.workflow.initial.key),
        "least": THRESHOLDS.index(map_marks.THRESHOLD),
        "colours": {one: [palette.heat(one, at).lower() for at in range(len(palette.LEVELS))] for one in METRICS},
        "steps": {one: [said for _, said in map_marks.scale_of(one).steps] for one in METRICS},
        "states": [_state(one, figures, key) for key, one in figures.states.items()],
        "rules": [_rule(one, always=id in plan.spine) for id, one in figures.rules.items()],
    }


def _state(one: StateFigure, figures: Figures, key: str) -> list[Any]:
    final = figures.workflow.states[key].final
    steps = [-1 if final or (value := measure(one, metric)) is None or not one.count else level(metric, value) for metric in METRICS]
    often = "" if figures.cases is None else f"{one.count:,.0f}"
    told = ["" if value is None else days(value) for value in (one.median, one.p90, one.mean)]
    return [often, percent(one.share), *told, "" if one.overdue is None else percent(one.overdue), steps]


def _rule(one: RuleFigure, *, always: bool) -> list[Any]:
    return [one.share, one.leaving or 0.0, int(always)]


def words() -> Mapping[str, Text]:
    """The words of the controls."""
    return WORDS


def style() -> str:
    """How the colours of cards look on a dark screen, for all that a reader may choose."""
    colours = {palette.heat(one, at) for one in METRICS for at in range(len(palette.LEVELS))}
    rules = "".join(f'svg path[fill="{one.lower()}"] {{ fill: {dark.area(one).lower()}; }}\n' for one in sorted(colours))
    swatches = "".join(f'[style*="--heat:{one.lower()}"] {{ --night: {dark.area(one).lower()}; }}\n' for one in sorted(colours))
    return f"@media screen and (prefers-color-scheme: dark) {{\n{rules}{swatches}}}\n"
