"""Owns how a suite of paths is shown to people. Must not make one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from refund_fsm.errors import BadData
from refund_fsm.paths import Suite
from refund_fsm.scenario import PathStep
from refund_fsm.text import Languages, Text, words
from refund_fsm.text.sections import Answer, Pairs, Section, json_of
from refund_fsm.workflow import Workflow

PASSES = Text("时间经过", "time passes")
SHOWN = 40  # paths that are printed: a suite of `w` has thousands


def answer(suite: Suite) -> Answer:
    """What is said of a suite."""
    return Answer(lambda lang: _sections(suite, lang), lambda: json_of(suite.to_dict()))


def _sections(suite: Suite, lang: Languages) -> Iterator[Section]:
    """A suite for people: its size against the least possible, its paths, what is infeasible."""
    workflow = suite.workflow
    yield Section(f"{lang.say(workflow.label)} · {suite.criterion}", (lang.stack(_size(suite)),))
    for number, path in enumerate(suite.paths[:SHOWN], 1):
        told = f": {', '.join(path.goals)}" if path.goals else ""
        title = f"{number}. {path.opening.request.reason} {path.opening.request.kind or ''}".rstrip() + told
        yield Section(title, (Pairs(tuple(_row(workflow, step, lang) for step in path.steps)),))
    if len(suite) > SHOWN:
        more = len(suite) - SHOWN
        yield Section(None, (Text(f"另有{more}条路径：--json 全部输出", f"and {more:,} paths more: --json prints all"),))
    if suite.infeasible:
        yield Section(Text("在此政策下不可能达到", "Out of reach under this policy"), (", ".join(suite.infeasible),))


def _size(suite: Suite) -> Text:
    goals, paths, steps = len(suite.goals), len(suite), suite.steps
    if suite.criterion == "w":
        return Text(
            f"{paths:,}条路径，{steps:,}步，覆盖{goals:,}个（状态类, 输入）；"
            f"实现的状态类最多比原有多{suite.extra_states}个时，任何错误都能发现",
            f"{paths:,} paths of {steps:,} steps for {goals:,} (class, input) pairs: "
            f"finds every fault of an implementation with at most {suite.extra_states} classes more",
        )
    return Text(
        f"{paths:,}条路径（至少{suite.least_paths:,}条），{steps:,}步（至少{suite.least_steps:,}步），覆盖{goals:,}个目标",
        f"{paths:,} paths (no suite has fewer than {suite.least_paths:,}) of {steps:,} steps (at least {suite.least_steps:,}) "
        f"for {goals:,} goals",
    )


def _row(workflow: Workflow, step: PathStep, lang: Languages) -> tuple[str, ...]:
    event = workflow.events.get(step.event) if step.event is not None else None
    what = lang.say(PASSES) if step.event is None else lang.say(event.text) if event else step.event
    actor = workflow.actors.get(step.by) if step.by is not None else None
    outcome = " ".join((*step.fired, *([step.refusal] if step.refusal else [])))
    due = "" if step.due is None else f"≤ {words.stamp(step.due)}{lang.say(words.PROVISIONAL, '') if step.provisional else ''}"
    state = lang.say(workflow.states[step.state].text)
    return "", words.stamp(step.at), lang.say(actor.text) if actor else "", what, outcome, state, due


def checked(output: Path | None) -> Path | None:
    """The file for a suite; `BadData` for a suffix that says neither JSON nor a test file."""
    if output is not None and output.suffix not in (".json", ".py"):
        raise BadData("--output", str(output), "a .json or a .py file")
    return output


def file_text(suite: Suite, suffix: str, workflow: str) -> str:
    """A suite as JSON or as a test file, by the suffix of a name; `workflow` is how the command line named it."""
    return f"{suite.to_json(indent=2)}\n" if suffix == ".json" else suite.to_pytest(workflow if ":" in workflow else None)
