"""Owns the pytest plugin: `pytest --refund-coverage third_party` tells what a suite of tests exercises of a workflow.

Loaded by every pytest where the package is installed, so it imports nothing until its option is given. Works under pytest-xdist.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest

    from refund_fsm.paths import Attempt, Coverage
    from refund_fsm.workflow import Workflow

CRITERIA = ("states", "rules", "rule_pairs", "guard_outcomes", "limits", "refusals", "conditions", "boundaries")
SHOWN = 12  # missed goals of a criterion that the summary names, one of each place; all are in the file of --refund-coverage-json
PART = "refund_fsm_coverage"  # what a worker of pytest-xdist hands over


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options, all of them under `--refund-coverage`."""
    group = parser.getgroup("refund_fsm", "coverage of a refund workflow by RefundCase")
    add = group.addoption
    add("--refund-coverage", action="append", metavar="ORDER_TYPE", help="an order type, or module:attribute of a Workflow; repeatable")
    add(
        "--refund-coverage-criteria",
        metavar="LIST",
        default=",".join(CRITERIA),
        help="criteria, separated by commas (default: %(default)s)",
    )
    add("--refund-coverage-fail-under", metavar="PERCENT", type=float, help="fail when less of all goals together is reached")
    add("--refund-coverage-json", metavar="FILE", help="write every goal, reached or missed, as JSON")
    add("--refund-coverage-draw", metavar="FILE", help="draw how often each rule fired (.svg, .png, .html); gaps are faded")


def pytest_configure(config: pytest.Config) -> None:
    """Begins to record when asked to; wrong options end the run before any test."""
    names = config.getoption("--refund-coverage")
    if names:
        config.pluginmanager.register(Measure(config, names), "refund_fsm_measure")


class Measure:
    """The coverage of one run."""

    def __init__(self, config: pytest.Config, names: list[str]) -> None:
        from refund_fsm.errors import RefundFsmError
        from refund_fsm.orders.lookup import workflow_of

        self.config = config
        self.reached: dict[str, dict[str, set[str]]] = {}
        self.counts: dict[str, dict[str, int]] = {}
        self.stack = ExitStack()
        try:
            self.workflows: dict[str, Workflow] = {name: workflow_of(name) for name in names}
            self.criteria = self._criteria()
            self._check_output()
        except RefundFsmError as error:
            raise _usage(str(error)) from None
        for name in self.workflows:
            self.reached[name] = {criterion: set() for criterion in self.criteria}
            self.counts[name] = {}

    def _criteria(self) -> tuple[str, ...]:
        from refund_fsm.errors import BadData
        from refund_fsm.paths import OBSERVED

        found = tuple(dict.fromkeys(one.strip() for one in self.config.getoption("--refund-coverage-criteria").split(",")))
        for one in found:
            if one not in OBSERVED:
                raise BadData("--refund-coverage-criteria", one, f"one of {', '.join(OBSERVED)}")
        return found

    def _check_output(self) -> None:
        from pathlib import Path

        from refund_fsm.errors import BadData
        from refund_fsm.workflow import place_of

        least = self.config.getoption("--refund-coverage-fail-under")
        if least is not None and not 0 <= least <= 100:
            raise BadData("--refund-coverage-fail-under", least, "a number from 0 to 100")
        for what in ("json", "draw"):
            name = self.config.getoption(f"--refund-coverage-{what}")
            if name is not None:
                place_of(name, f"--refund-coverage-{what}")
        drawn = self.config.getoption("--refund-coverage-draw")
        if drawn and (Path(drawn).suffix not in (".svg", ".png", ".html") or len(self.workflows) > 1):
            raise BadData("--refund-coverage-draw", drawn, "a .svg, .png or .html file, and one ORDER_TYPE")

    def pytest_sessionstart(self) -> None:
        """Listens from here on."""
        from refund_fsm.testing.coverage.recording import recording

        self.stack.enter_context(recording(self.heard))

    def heard(self, attempt: Attempt) -> None:
        """Takes down what an attempt reaches."""
        from refund_fsm.paths import OBSERVED

        for name, workflow in self.workflows.items():
            if attempt.after.workflow is workflow or attempt.after.workflow.fingerprint == workflow.fingerprint:
                for criterion, goals in self.reached[name].items():
                    goals.update(OBSERVED[criterion](attempt))
                for rule in attempt.rules:
                    self.counts[name][rule.id] = self.counts[name].get(rule.id, 0) + 1

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Stops listening; a worker hands over what it heard, the main process judges."""
        self.stack.close()
        if hasattr(session.config, "workeroutput"):
            told = {name: {one: sorted(goals) for one, goals in found.items()} for name, found in self.reached.items()}
            session.config.workeroutput[PART] = {"reached": told, "counts": self.counts}
            return
        from refund_fsm.errors import RefundFsmError

        try:
            self._write()
        except RefundFsmError as error:
            raise _unwritten(str(error)) from None
        least = self.config.getoption("--refund-coverage-fail-under")
        if least is not None and session.exitstatus == 0 and self.percent() < least:
            session.exitstatus = 1

    def pytest_testnodedown(self, node: Any) -> None:
        """Takes over what a worker heard."""
        told = getattr(node, "workeroutput", {}).get(PART, {"reached": {}, "counts": {}})
        for name, found in told["reached"].items():
            for criterion, goals in found.items():
                self.reached[name][criterion].update(goals)
        for name, counts in told["counts"].items():
            for rule, count in counts.items():
                self.counts[name][rule] = self.counts[name].get(rule, 0) + count

    def coverages(self) -> dict[str, list[Coverage]]:
        """By the name of the workflow, its coverage by criterion."""
        from refund_fsm.paths import Coverage, goal_names

        return {
            name: [
                Coverage(one, (wanted := goal_names(workflow, one)), frozenset(self.reached[name][one]) & frozenset(wanted))
                for one in self.criteria
            ]
            for name, workflow in self.workflows.items()
        }

    def percent(self) -> float:
        """The share of all goals together that were reached, in per cent."""
        found = [one for several in self.coverages().values() for one in several]
        wanted = sum(len(one.goals) for one in found)
        return 100.0 if not wanted else 100 * (1 - sum(len(one.missed) for one in found) / wanted)

    def _write(self) -> None:
        import json
        from pathlib import Path

        from refund_fsm import diagram
        from refund_fsm.text import Text
        from refund_fsm.workflow import write_text

        told, drawn = (self.config.getoption(f"--refund-coverage-{what}") for what in ("json", "draw"))
        if told:
            data = {
                name: {one.criterion: {"reached": sorted(one.reached), "missed": list(one.missed)} for one in found}
                for name, found in self.coverages().items()
            }
            write_text(told, json.dumps(data, ensure_ascii=False, indent=2) + "\n", "--refund-coverage-json")
        if drawn:
            (name,) = self.workflows
            workflow = self.workflows[name]
            counts = {rule: self.counts[name].get(rule, 0) for rule in workflow.by_id}
            make = diagram.page if Path(drawn).suffix == ".html" else diagram.draw
            fired = f"{sum(map(bool, counts.values()))} / {len(counts)}"
            note = Text(f"测试触发过的规则：{fired}", f"rules that the tests fired: {fired}")
            make(workflow, counts=counts, note=note).save(drawn)

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """The table, and what was missed: the first of it, all being in the file of `--refund-coverage-json`."""
        from refund_fsm.testing.coverage import gaps

        write = terminalreporter.write_line
        terminalreporter.section("refund workflow coverage")
        for name, found in self.coverages().items():
            for one in found:
                write(f"{name:<16} {one.criterion:<16} {len(one.goals) - len(one.missed):>5} / {len(one.goals):<5} {one.ratio:>7.1%}")
                for line in gaps.told(one, SHOWN):
                    write(f"    {line}")
            look = gaps.picture(name, self.workflows[name], found)
            if look is not None:
                write(f"    {look}")
        least = self.config.getoption("--refund-coverage-fail-under")
        told = "" if least is None else f"; at least {least:g} % wanted" + (": FAILED" if self.percent() < least else "")
        write(f"together: {self.percent():.1f} %{told}")


def _unwritten(message: str) -> Exception:
    import pytest

    return pytest.exit.Exception(message, returncode=int(pytest.ExitCode.USAGE_ERROR))


def _usage(message: str) -> Exception:
    import pytest

    return pytest.UsageError(message)
