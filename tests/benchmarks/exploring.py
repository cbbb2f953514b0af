"""How fast `legal_paths` draws, and how much of each table it exercises. Run by hand: `python -m tests.benchmarks.exploring`."""

from __future__ import annotations

import time
from collections import Counter

from hypothesis import HealthCheck, Phase, given, seed, settings

from refund_fsm import Policy, Workflow, orders
from refund_fsm.testing.hypothesis.strategies import LegalPath, legal_paths

EXAMPLES = 500  # under each answer to silence
POLICIES = (Policy(), Policy(on_merchant_silence="escalate"))


def paths_of(workflow: Workflow, examples: int = EXAMPLES) -> list[LegalPath]:
    """That many paths under each policy, the same ones on every run."""
    return [path for policy in POLICIES for path in _paths_of(workflow, policy, examples)]


def _paths_of(workflow: Workflow, policy: Policy, examples: int) -> list[LegalPath]:
    found: list[LegalPath] = []

    @seed(1)
    @settings(max_examples=examples, database=None, deadline=None, phases=(Phase.generate,), suppress_health_check=list(HealthCheck))
    @given(legal_paths(workflow, policy=policy))
    def draw(path: LegalPath) -> None:
        found.append(path)

    draw()
    return found


def main() -> None:
    """Prints the table."""
    print(f"{'order type':16}{'rules':>6}{'paths/s':>9}{'steps/s':>9}{'steps':>7}{'longest':>8}{'rules fired':>12}  not fired; ended in")
    for key in orders.keys():
        workflow = orders.get(key)
        paths_of(workflow, 5)
        start = time.perf_counter()
        paths = paths_of(workflow)
        seconds = time.perf_counter() - start
        lengths = [len(path.case.steps) for path in paths]
        fired = {step.rule.id for path in paths for step in path.case.steps}
        missed = [rule for rule in workflow.by_id if rule not in fired]
        share = f"{len(fired) / len(workflow.rules):.0%}"
        ends = Counter(path.case.state.key for path in paths)
        row = f"{key:16}{len(workflow.rules):6}{len(paths) / seconds:9.0f}{sum(lengths) / seconds:9.0f}"
        print(f"{row}{sum(lengths) / len(lengths):7.1f}{max(lengths):8}{share:>12}  {' '.join(missed) or '-'}; {dict(ends.most_common())}")


if __name__ == "__main__":
    main()
