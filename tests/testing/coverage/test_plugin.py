"""The pytest plugin: what a suite of tests exercises of a workflow, in a pytest of its own."""

from __future__ import annotations

import json
import re
from collections import Counter

import pytest

from refund_fsm import RefundCase, Refused, orders, paths
from refund_fsm.paths import Attempt
from refund_fsm.testing.coverage.recording import recording
from tests.samples import at, case, play

SUITE = """
import pytest
from datetime import timedelta
from refund_fsm import orders, paths, Refused
from refund_fsm import RefundCase

workflow = orders.get("virtual")
SUITE = paths.cover(workflow, "rules")


def played(path):
    order, request, at = path.opening
    case = RefundCase.open(order, request, at=at)
    for step in path.steps:
        if step.event is None:
            case = case.advance(to=step.at)
        else:
            case = case.apply(step.event, at=step.at, by=step.by, **step.details)
    return case


@pytest.mark.parametrize("number", range(PATHS))
def test_path(number):
    case = played(SUITE.paths[number])
    with pytest.raises(Refused):
        case.apply("resubmit_it", at=case.now, by="buyer")
    assert not case.ask("start_review", at=case.now - timedelta(days=1), by="platform").allowed
"""


def run(pytester: pytest.Pytester, *arguments: str, count: int = 11) -> pytest.RunResult:
    """In this process: one of its own would say the same, after seconds. Workers of xdist are processes of their own."""
    pytester.makepyfile(SUITE.replace("PATHS", str(count)))
    return pytester.runpytest_inprocess("-p", "no:cacheprovider", *arguments)


def shown(result: pytest.RunResult, criterion: str) -> tuple[int, int]:
    """Reached and wanted, as the summary says."""
    found = re.search(rf"virtual\s+{criterion}\s+(\d+) / (\d+)", result.stdout.str())
    assert found, result.stdout.str()
    return int(found[1]), int(found[2])


def test_the_summary_tells_what_was_reached_and_missed(pytester: pytest.Pytester) -> None:
    whole = run(pytester, "--refund-coverage", "virtual", "--refund-coverage-json", "told.json")
    whole.assert_outcomes(passed=11)
    assert shown(whole, "rules") == (25, 25)
    reached, wanted = shown(whole, "rule_pairs")
    assert 0 < reached < wanted == len(paths.cover(orders.get("virtual"), "rule_pairs").goals)
    told = json.loads((pytester.path / "told.json").read_text(encoding="utf-8"))["virtual"]
    assert len(told["rule_pairs"]["missed"]) == wanted - reached and told["rules"]["missed"] == []
    assert "closed buyer unknown_event" in told["refusals"]["reached"]
    assert "closed platform case_final" in told["refusals"]["reached"], "a verdict of ask counts as well"
    conditions, boundaries = shown(whole, "conditions"), shown(whole, "boundaries")
    assert 0 < conditions[0] < conditions[1] == len(paths.cover(orders.get("virtual"), "conditions").goals)
    assert boundaries[0] < boundaries[1] == len(told["boundaries"]["missed"]) + boundaries[0]
    out = whole.stdout.str()
    assert re.search(r"missed: draft contact_support: amount_ok=no, other_case_open=no\n", out), "in words, one of each place"
    assert re.search(r"… and \d+ more of draft contact_support\n", out)
    look = re.search(r"most gaps lie in (\w+) \((\d+)\); to see it: (refund-fsm draw virtual --view near --state \1)\n", out)
    assert look is not None and int(look[2]) == max(
        Counter(goal.split()[0].rstrip(":") for one in told.values() for goal in one["missed"]).values()
    )
    part = run(pytester, "--refund-coverage", "virtual", "--refund-coverage-criteria", "rules", count=1)
    assert shown(part, "rules")[0] < 25 and "missed: V" in part.stdout.str()
    assert "to see it" not in part.stdout.str(), "a rule is no state"


def test_workers_of_xdist_hand_over_what_they_heard(pytester: pytest.Pytester) -> None:
    asked = ("--refund-coverage", "virtual", "--refund-coverage-criteria", "rules,rule_pairs,limits")
    alone = run(pytester, *asked, count=4)
    several = run(pytester, *asked, "-n", "2", count=4)
    several.assert_outcomes(passed=4)
    for criterion in ("rules", "rule_pairs", "limits"):
        assert shown(alone, criterion) == shown(several, criterion) > (0, 0)


FAILING = [
    # per cent wanted, exit code
    ("100", 1),
    ("40", 0),
]


@pytest.mark.parametrize(("least", "code"), FAILING)
def test_fail_under(pytester: pytest.Pytester, least: str, code: int) -> None:
    asked = ("--refund-coverage", "virtual", "--refund-coverage-criteria", "rules,rule_pairs", "--refund-coverage-fail-under", least)
    result = run(pytester, *asked)
    assert result.ret == code
    assert (": FAILED" in result.stdout.str()) == bool(code)


def test_the_gaps_are_drawn(pytester: pytest.Pytester) -> None:
    asked = ("--refund-coverage", "virtual", "--refund-coverage-criteria", "rules", "--refund-coverage-draw")
    run(pytester, *asked, "gaps.svg", count=1)
    svg = (pytester.path / "gaps.svg").read_text(encoding="utf-8")
    reached = paths.cover(orders.get("virtual"), "rules").paths[0].goals
    faded = set(re.findall(r"rule-(V\d+)", "".join(re.findall(r'class="edge [^"]* faded"', svg))))
    assert faded and not faded & set(reached), "what no test reached is faded, and nothing else"
    run(pytester, *asked, "gaps.html", count=1)
    assert (pytester.path / "gaps.html").stat().st_size > 100_000


WRONG = [
    # options, message
    (("--refund-coverage", "nothing"), "order_type: 'nothing'; expected one of"),
    (("--refund-coverage", "virtual", "--refund-coverage-criteria", "rules,w"), "--refund-coverage-criteria: 'w'; expected one of states,"),
    (("--refund-coverage", "virtual", "--refund-coverage-fail-under", "101"), "a number from 0 to 100"),
    (("--refund-coverage", "virtual", "--refund-coverage-draw", "gaps.pdf"), "a .svg, .png or .html file"),
    (("--refund-coverage", "virtual", "--refund-coverage", "third_party", "--refund-coverage-draw", "a.svg"), "and one ORDER_TYPE"),
    (("--refund-coverage", "virtual", "--refund-coverage-json", "no/such/told.json"), "--refund-coverage-json: 'no/such/told.json'"),
]


@pytest.mark.parametrize(("options", "message"), WRONG)
def test_wrong_options_end_the_run_before_any_test(pytester: pytest.Pytester, options: tuple[str, ...], message: str) -> None:
    result = run(pytester, *options)
    assert result.ret == 4 and message in result.stderr.str() + result.stdout.str()
    assert "passed" not in result.stdout.str()


def test_without_the_option_nothing_is_patched_or_imported(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import sys

        def test_nothing_is_loaded():
            package = sys.modules["refund_fsm"]  # under its names for old pickles too
            ours = [name for name, module in sys.modules.items() if name.startswith("refund_fsm.") and module is not package]
            assert not [name for name in ours if not name.startswith("refund_fsm.testing")]
        """
    )
    pytester.runpytest_subprocess("-p", "no:cacheprovider", "-p", "no:hypothesispytest").assert_outcomes(passed=1)


def test_recording_tells_of_every_call_and_ends() -> None:
    heard: list[Attempt] = []
    functions = [RefundCase.__dict__[name] for name in ("apply", "advance", "ask")]
    with recording(heard.append):
        one = play(case(), "2026-02-13 10:00 | buyer | contact_merchant", "2026-02-17 10:00 | buyer | submit")
        with pytest.raises(Refused):
            one.apply("ship_return", at=one.now, by="buyer")
        one.ask("start_review", at=one.now, by="merchant")
        one.advance(to=at("2026-02-18 10:00"))
        paths.cover(orders.get("virtual"), "rules")  # what the package plays by itself is no test of anybody's
    assert [(a.event, a.by, a.code, [rule.id for rule in a.rules]) for a in heard] == [
        ("contact_merchant", "buyer", None, ["S01"]),
        ("submit", "buyer", None, ["S04", "S05"]),
        ("ship_return", "buyer", "wrong_state", []),
        (None, None, None, []),
    ]
    assert [RefundCase.__dict__[name] for name in ("apply", "advance", "ask")] == functions
    one.advance(to=at("2026-02-19 10:00"))
    assert len(heard) == 4
