"""The picture of the README's study: `python -m tests.simulate.study` writes it anew; `test_study` holds the file to it."""

from __future__ import annotations

from refund_fsm import Policy, Text, orders
from refund_fsm.simulate import Behaviour, Comparison, compare, first_passage
from refund_fsm.simulate.report.page import save_comparison_plot
from tests.places import DIAGRAMS
from tests.samples import at

PICTURE = DIAGRAMS / "third_party.study.svg"
NAMES = (Text("指南，默许", "guide, silence approves"), Text("法定，介入", "statute, silence escalates"))


def study() -> Comparison:
    """The guide with silence approving, against the statute with silence escalating, both filed on 2026-02-12."""
    workflow, behaviour = orders.get("third_party"), Behaviour.default("third_party")
    policies = Policy.guide(), Policy.from_mapping({"profile": "statute", "on_merchant_silence": "escalate"})
    one, other = (first_passage(workflow, behaviour, start=at("2026-02-12 10:00"), policy=policy) for policy in policies)
    return compare(one, other, names=NAMES)


if __name__ == "__main__":
    save_comparison_plot(study(), PICTURE)
