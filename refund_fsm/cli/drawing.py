"""Owns what `refund-fsm draw` understands: which pictures are asked for, from which files, and where they go.

Must not print, and must not draw: it asks `diagram` and `gallery`. Every `BadData` names the option.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from refund_fsm import diagram, orders
from refund_fsm.case import RefundCase
from refund_fsm.cli.options import names_a, naming, policy_of
from refund_fsm.cli.subjects import saved_case
from refund_fsm.diagram import SUFFIXES, slug
from refund_fsm.errors import BadData
from refund_fsm.orders.lookup import workflow_of
from refund_fsm.workflow import Policy, Workflow, place_of, read_bytes, read_toml, write

PAGE, PDF = ".html", ".pdf"
FORMS = (*SUFFIXES, PAGE)
WRITTEN = (".dot", ".svg")  # into a folder
TIMELINE, TIMELINE_FORMS = "timeline", (".svg", ".png")
COUNTS_KEYS = ("counts", "waits_hours")


@dataclass(frozen=True)
class Drawing:
    """What one run of `draw` makes: of each workflow a picture, or all kinds of pictures, into a folder or one file."""

    workflows: Sequence[Workflow]
    output: Path
    lang: diagram.Lang = "both"
    view: diagram.View | Literal["timeline"] = "full"
    phase: int | None = None
    state: str | None = None
    paper: diagram.Paper | None = None
    policy: Policy | None = None
    case: RefundCase | None = None
    counts: Mapping[str, int] | None = None
    waits: Mapping[str, timedelta] | None = None
    before: Workflow | Policy | None = None
    width: int | None = None
    every: bool = False
    inputs: Sequence[Path] = ()

    @property
    def into_file(self) -> bool:
        """Whether the output is one file: its name has a suffix, and it is no folder."""
        return bool(self.output.suffix) and not names_a("--output", str(self.output), Path.is_dir)

    def files(self) -> tuple[list[tuple[str, bytes]], str]:
        """The files by name, and the characters that the embedded font lacks. Nothing is written."""
        with naming(state="--state", phase="--phase", view="--view", paper="--paper", width="--width"):
            if self.every:
                return self._gallery(), ""
            if self.view == TIMELINE:
                return self._timeline()
            if self.width is not None:
                raise BadData("--width", self.width, f"--view {TIMELINE} beside it: other pictures are as wide as they are")
            return self._one() if self.into_file else self._into_folder()

    def _timeline(self) -> tuple[list[tuple[str, bytes]], str]:
        """The case over time."""
        if self.case is None:
            raise BadData("--view", self.view, "--case beside it: a timeline is that of a case")
        beside: dict[str, object] = {"--policy": self.policy, "--counts": self.counts or self.waits, "--before": self.before}
        beside |= {"--phase": self.phase, "--state": self.state, "--paper": self.paper}
        for option, value in beside.items():
            if value is not None:
                raise BadData(option, value if isinstance(value, (str, int)) else "given", f"none beside --view {TIMELINE}")
        if [*self.workflows] != [self.case.workflow]:
            raise BadData("ORDER_TYPE", " ".join(one.key for one in self.workflows), f"{self.case.workflow.key}, that of the case, or none")
        form = self.output.suffix.lower() if self.into_file else ".svg"
        if form not in TIMELINE_FORMS:
            raise BadData("--output", str(self.output), f"a folder, or a file whose name ends in {' or '.join(TIMELINE_FORMS)}")
        picture = diagram.timeline(self.case, lang=self.lang, **({} if self.width is None else {"width": self.width}))
        name = self.output.name if self.into_file else f"{slug(self.case.workflow.key)}.{TIMELINE}{form}"
        return [(name, picture.rendered(form))], picture.fallback

    def _into_folder(self) -> tuple[list[tuple[str, bytes]], str]:
        found, lacking = [], ""
        for workflow in self.workflows:
            picture = self._picture(workflow, self.phase, self.paper)
            forms = (*WRITTEN, PDF) if self.paper else WRITTEN
            found += [(f"{slug(workflow.key)}{self._kind}{form}", picture.rendered(form)) for form in forms]
            lacking += picture.fallback
            if self.view == "phases" and self.phase is None:
                found += self._phases(workflow)
        return found, "".join(sorted(set(lacking)))

    def _phases(self, workflow: Workflow) -> list[tuple[str, bytes]]:
        """Each phase as a file of its own."""
        numbers = range(1, len(diagram.phases(workflow)) + 1)
        return [(f"{slug(workflow.key)}.phase-{number}.svg", self._picture(workflow, number).rendered(".svg")) for number in numbers]

    def _gallery(self) -> list[tuple[str, bytes]]:
        from refund_fsm.cli import gallery

        asked = (self.policy, self.case, self.counts, self.waits, self.before, self.phase, self.state, self.paper, self.width)
        if self.view != "full" or any(one is not None for one in asked):
            raise BadData("--all", True, "no --view, --policy, --paper, --case, --counts or --before beside it: it draws all kinds")
        if self.into_file:
            raise BadData("--output", str(self.output), "a folder, with --all")
        return gallery.files(self.workflows, lang=self.lang)

    def _one(self) -> tuple[list[tuple[str, bytes]], str]:
        form = self.output.suffix.lower()
        if form not in FORMS:
            raise BadData("--output", str(self.output), f"a folder, or a file whose name ends in {' or '.join(FORMS)}")
        if len(self.workflows) != 1:
            raise BadData("--output", str(self.output), f"a folder for {len(self.workflows)} order types; name one for a file")
        if self.paper is not None and form != PDF:
            raise BadData("--paper", self.paper, f"an --output that ends in {PDF}, or a folder")
        workflow = self.workflows[0]
        if form == PAGE:
            return [(self.output.name, self._page(workflow))], ""
        if form == ".mmd" and any(one is not None for one in (self.case, self.counts, self.waits, self.before)):
            raise BadData("--output", str(self.output), "another suffix with --case, --counts or --before: Mermaid text shows rules alone")
        picture = self._picture(workflow, self.phase, self.paper or ("a4" if form == PDF else None))
        return [(self.output.name, picture.rendered(form))], picture.fallback

    def _page(self, workflow: Workflow) -> bytes:
        if self.view != "full" or self.case is not None or self.before is not None:
            raise BadData(
                "--output", str(self.output), "a picture's suffix with --view, --case or --before; a page takes --counts and --policy"
            )
        return diagram.page(workflow, policy=self.policy, counts=self.counts, waits=self.waits).html.encode()

    def _picture(self, workflow: Workflow, phase: int | None, paper: diagram.Paper | None = None) -> diagram.Diagram:
        assert self.view != "timeline", "a timeline is no picture of a workflow"
        return diagram.draw(
            workflow,
            view=self.view,
            phase=phase,
            state=self.state,
            paper=paper,
            lang=self.lang,
            policy=self.policy,
            case=self.case,
            counts=self.counts,
            waits=self.waits,
            before=self.before,
        )

    @property
    def _kind(self) -> str:
        """What tells this picture's file from others of the same workflow."""
        if self.case is not None:
            return ".case"
        if self.before is not None:
            return ".difference"
        counted = ".counts" if self.counts is not None or self.waits is not None else ""
        view = {"full": "", "near": f".near-{slug(self.state or '')}"}.get(self.view, f".{self.view}")
        return (f".phase-{self.phase}" if self.phase is not None else view) + counted

    def write(self, files: Sequence[tuple[str, bytes]]) -> list[Path]:
        """Writes the files, each whole or not at all; returns their paths."""
        places = [(self.folder / name, data) for name, data in files]
        write(places, "--output", inputs=self.inputs, makes=None if self._is_file else self.output)
        return [path for path, _ in places]

    def check_output(self) -> None:
        """Looks at the file before it is drawn; `BadData` where it cannot be written. What goes into a folder is looked at when written."""
        if self._is_file:
            place_of(self.output, "--output", self.inputs)

    @property
    def folder(self) -> Path:
        """Where the files go."""
        return self.output.parent if self._is_file else self.output

    @property
    def _is_file(self) -> bool:
        return self.into_file and not self.every


def place(output: str) -> Path:
    """The folder or the file that `--output` names; `BadData` for no name, and for a file's name that says it is a folder's."""
    if not output.strip():
        raise BadData("--output", output, "the name of a folder or a file")
    if output.endswith(os.sep) and Path(output).suffix.lower() in FORMS and not names_a("--output", output, Path.is_dir):
        raise BadData("--output", output, f"a folder's name, or a file's without {os.sep} at its end")
    return Path(output)


def workflows_of(names: Sequence[str] | None, case: RefundCase | None) -> list[Workflow]:
    """The workflows named; without names, the case's, else all that are registered."""
    if names:
        return [workflow_of(name) for name in names]
    return [case.workflow] if case is not None else [orders.get(key) for key in orders.keys()]


def before_of(name: str | None) -> Workflow | Policy | None:
    """What a picture is compared with: a policy, or a workflow by its name."""
    if name is not None and (":" in name or name in orders.keys()) and not names_a("--before", name, Path.is_file):
        return workflow_of(name)
    return policy_of(name, "--before")


def case_of(name: str | None, at: datetime | None) -> RefundCase | None:
    """A case from a scenario (a file or a shipped one), as of its end or of an instant, or from a saved case (JSON)."""
    from refund_fsm.scenario import find, load, play

    if name is None:
        if at is not None:
            raise BadData("--at", at.isoformat(), "--case beside it")
        return None
    saved = saved_case(name, "--case")
    if saved is not None:
        case, first = saved, saved.now
    else:
        with naming(file="--case"):
            scenario = load(find(name))
        case = play(scenario, until=at).case
        first = scenario.opened_at or case.opened_at
    if at is not None and at < first:
        raise BadData("--at", at.isoformat(), f"not before {first.isoformat()}, with {name}")
    return case if at is None or at < case.now else case.advance(to=at)


def counts_of(name: str | None) -> tuple[dict[str, int] | None, dict[str, timedelta] | None]:
    """Counts by rule id, and mean times by state key (given in hours), from a JSON or TOML file: `counts`, `waits_hours`."""
    if name is None:
        return None, None
    path = Path(name)
    data: Any = _json(path) if path.suffix.lower() == ".json" else read_toml(path, "--counts")[0]
    if not isinstance(data, dict) or not data or not data.keys() <= set(COUNTS_KEYS):
        raise BadData(f"--counts {name}", sorted(data) if isinstance(data, dict) else data, "a table with counts, waits_hours, or both")
    for key in COUNTS_KEYS:
        if not isinstance(data.get(key, {}), dict):
            raise BadData(f"--counts {name}: {key}", data[key], "a table")
    waits = {state: _hours(f"--counts {name}: waits_hours.{state}", value) for state, value in data.get("waits_hours", {}).items()}
    if not data.get("counts") and not waits:
        raise BadData(f"--counts {name}", data, "at least one count or time")
    return data.get("counts"), waits or None


def _hours(field: str, value: object) -> timedelta:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 1e6:
        raise BadData(field, value, "a number of hours from 0")
    return timedelta(hours=value)


def _json(path: Path) -> Any:
    told = read_bytes(path, "--counts")
    try:
        return json.loads(told)
    except (ValueError, RecursionError) as error:
        raise BadData("--counts", str(path), f"valid JSON ({str(error)[:200]})") from None
