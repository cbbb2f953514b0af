"""Owns what the folder `diagrams/` holds: pictures of every kind, the pages, and the README that shows them.

Must not draw: it asks `diagram` for each picture. It writes and compares no files.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

from refund_fsm import diagram, orders
from refund_fsm.case import RefundCase
from refund_fsm.diagram import slug
from refund_fsm.diagram.timeline import PHONE, WIDE
from refund_fsm.graph import illustration
from refund_fsm.scenario import find, load, play, shipped
from refund_fsm.text import Text
from refund_fsm.workflow import Policy, Workflow

File = tuple[str, bytes]
PHASE, DARK = ".phase-", ".dark.svg"
TIMELINE, PHONE_NAME, NARROW = ".timeline", ".phone", "(max-width: 559px)"
ORDER = (".spine", ".phases")  # what the README shows first
BEFORE_THE_END = timedelta(hours=1)
CHANGED = Policy.from_mapping({"profile": "statute", "on_merchant_silence": "escalate", "return_days": 10, "evidence_hours": 72})
RANDOM_WALKS, SEED = 1_000, 20260212
ILLUSTRATIVE = Text(f"示例：{RANDOM_WALKS:,} 次随机走法，非真实数据", f"illustrative: {RANDOM_WALKS:,} random walks, no real data")


@dataclass(frozen=True, slots=True)
class Shown:
    """One picture of the gallery: the end of its file name, the picture, and what it shows."""

    name: str
    picture: diagram.Diagram
    caption: Text


def files(workflows: Iterable[Workflow], *, lang: diagram.Lang = "both") -> list[File]:
    """All files of the gallery of these workflows, by name; the README last, when all registered ones are among them. Nothing is
    written."""
    workflows = list(workflows)
    made: list[File] = []
    readme = [HEAD]
    for workflow in workflows:
        key = slug(workflow.key)
        shown = list(pictures(workflow, lang=lang))
        for one in shown:
            forms = (".dot", ".svg", ".mmd") if one.name in ("", ".spine", ".phases") else (".svg",)
            made += [(f"{key}{one.name}{form}", one.picture.rendered(form)) for form in forms]
            if one.name in ORDER:
                made.append((f"{key}{one.name}{DARK}", one.picture.svg(theme="dark").encode()))
        counts, waits = _traffic(workflow)
        page = diagram.page(workflow, counts=counts, waits=waits, note=ILLUSTRATIVE)
        made.append((f"{key}.html", page.html.encode()))
        made += _timelines(workflow, key, lang)
        readme.append(_section(workflow, key, shown))
    whole = {workflow.key for workflow in workflows} >= set(orders.keys())
    return [*made, *([("README.md", "\n".join(readme).encode())] if whole else [])]


def pictures(workflow: Workflow, *, lang: diagram.Lang = "both") -> Iterator[Shown]:
    """The pictures of one workflow: full, spine, phases together and alone, and one each of the case, counts and difference views."""
    yield Shown("", diagram.draw(workflow, lang=lang), FULL)
    yield Shown(".spine", diagram.draw(workflow, view="spine", lang=lang), SPINE)
    yield Shown(".phases", diagram.draw(workflow, view="phases", lang=lang), PHASES)
    for number, name in enumerate(diagram.phases(workflow), 1):
        yield Shown(f".phase-{number}", diagram.draw(workflow, view="phases", phase=number, lang=lang), name)
    case = shown_case(workflow)
    if case is not None:
        yield Shown(".case", diagram.draw(workflow, case=case, lang=lang), CASE)
    counts, waits = _traffic(workflow)
    yield Shown(".counts", diagram.draw(workflow, counts=counts, waits=waits, note=ILLUSTRATIVE, lang=lang), COUNTS)
    yield _difference(workflow, lang)


def _timelines(workflow: Workflow, key: str, lang: diagram.Lang) -> Iterator[File]:
    """The shown case over time: beside a text and on a phone, each by day and by night."""
    case = shown_case(workflow)
    if case is None:
        return
    for name, width in (("", WIDE), (PHONE_NAME, PHONE)):
        picture = diagram.timeline(case, lang=lang, width=width)
        yield f"{key}{TIMELINE}{name}.svg", picture.svg().encode()
        yield f"{key}{TIMELINE}{name}{DARK}", picture.svg(theme="dark").encode()


def _difference(workflow: Workflow, lang: diagram.Lang) -> Shown:
    """What another policy changes; of a table that is a second edition of another one, what differs from that."""
    first = orders.BESIDE.get(workflow.key)
    if first is not None:
        return Shown(".difference", diagram.draw(workflow, before=orders.get(first), lang=lang), EDITIONS)
    return Shown(".difference", diagram.draw(workflow, policy=CHANGED, before=Policy.guide(), lang=lang), DIFFERENCE)


@lru_cache(maxsize=8)
def _traffic(workflow: Workflow) -> tuple[dict[str, int], dict[str, timedelta]]:
    return illustration.illustrate(workflow, cases=RANDOM_WALKS, seed=SEED)


def shown_case(workflow: Workflow) -> RefundCase | None:
    """The first shipped scenario of the workflow in which a limit was passed, an hour before its last step; else the first in which a
    special period moved one, as soon as that is so; None where none ships."""
    own = [(scenario, play(scenario).case) for scenario in (load(find(name)) for name in shipped()) if scenario.workflow is workflow]
    for scenario, whole in own:
        if whole.breaches():
            at = whole.steps[-1].at - BEFORE_THE_END
            return play(scenario, until=at).case.advance(to=at)
    for scenario, whole in own:
        for step in whole.steps:
            if step.due is not None and step.due.why.special is not None:
                return play(scenario, until=step.at).case
    return None


FULL = Text("全图：每条规则一次", "Full: every rule once")
SPINE = Text("主线", "The spine")
PHASES = Text("分段：每条规则一次，按阶段，可直接阅读", "Phase by phase: every rule once, legible as it stands")
OVER_TIME = Text("这笔售后的时间线：等谁、多久、时限与逾期", "The same case over time: whom it waited for, how long, limits and breaches")
CASE = Text("一笔售后：走过的步骤、当前状态、下一步与期限", "One case: the way taken, where it is, what may follow, by when")
COUNTS = Text(
    "次数与时间：线宽 ∝ √次数（示例，随机走法，非真实数据）", "Counts and times: width ∝ √count (illustrative: random walks, no real data)"
)
DIFFERENCE = Text(
    "政策变化：指南 → 法定口径，商家超时由平台介入，寄回 10 天，补凭证 72 小时",
    "A change of policy: the guide's → the statute's, silence of the merchant brings the platform in, 10 days to send back, "
    "72 hours for evidence",
)
EDITIONS = Text("指南 → 平台规则：两张流程表的差异", "The guide's table → the platform's own rules: what differs")
PAGE = Text(
    "可操作的网页（下载后用浏览器打开，无需联网）", "The page to play with (download it and open it in a browser; no network needed)"
)
HEAD = """# 图集 / Gallery

由 `refund-fsm draw --all` 生成，请勿手改。 Written by `refund-fsm draw --all`; not edited by hand.

颜色表示由谁操作；虚线或虚线框的时限为到期自动；编号空心的规则是假设；▣ 是平台自己公布的规则。所有图均支持深色模式。

Colour tells who acts; a dashed line, or a dashed limit, fires by itself; a hollow id marks an assumption; ▣ is what the platform
itself published. All pictures have a dark mode.
"""


def _section(workflow: Workflow, key: str, shown: list[Shown]) -> str:
    lines = [f"## {workflow.label.zh} / {workflow.label.en}", ""]
    lines += [
        f"- {PAGE.zh} / {PAGE.en}: [{key}.html]({key}.html)",
        f"- Graphviz: [{key}.dot]({key}.dot) · Mermaid: [{key}.mmd]({key}.mmd), "
        f"[主线 spine]({key}.spine.mmd), [分段 phases]({key}.phases.mmd)",
        "",
    ]
    alone = [one for one in shown if one.name.startswith(PHASE)]
    for one in sorted(
        (one for one in shown if one not in alone), key=lambda one: ORDER.index(one.name) if one.name in ORDER else len(ORDER)
    ):
        lines += [f"### {one.caption.zh}", "", one.caption.en, "", _image(f"{key}{one.name}", one), ""]
        if one.name == ".case":
            lines += [f"### {OVER_TIME.zh}", "", OVER_TIME.en, "", timeline_image(f"{key}{TIMELINE}"), ""]
        if one.name == ".phases":
            links = (f"[{each.caption.zh} {each.caption.en}]({key}{each.name}.svg)" for each in alone)
            lines += [f"单独的文件 / Each alone: {' · '.join(links)}", ""]
    return "\n".join(lines)


def timeline_image(name: str) -> str:
    """A timeline in a README: the narrow one on a phone, by the theme that a reader chose."""
    dark = "(prefers-color-scheme: dark)"
    sources = [
        (f"{NARROW} and {dark}", f"{name}{PHONE_NAME}{DARK}"),
        (NARROW, f"{name}{PHONE_NAME}.svg"),
        (dark, f"{name}{DARK}"),
    ]
    told = "".join(f'<source media="{media}" srcset="{file}">' for media, file in sources)
    return f'<picture>{told}<img alt="{OVER_TIME.en}" src="{name}.svg"></picture>'


def _image(name: str, one: Shown) -> str:
    """A picture in the README; those that it shows first follow the theme that a reader of GitHub chose, not the screen's."""
    if one.name not in ORDER:
        return f"![{one.caption.en}]({name}.svg)"
    dark = f'<source media="(prefers-color-scheme: dark)" srcset="{name}{DARK}">'
    return f'<picture>{dark}<img alt="{one.caption.en}" src="{name}.svg"></picture>'
