"""The picture of the README's study: `python -m tests.simulate.study` writes it anew; `test_study` holds the file to it."""

from __future__ import annotations

from refund_fsm import Text
from refund_fsm.simulate import Comparison, compare, save_comparison_plot
from tests.examples.study import laws
from tests.places import DIAGRAMS

PICTURE = DIAGRAMS / "shop_official.study.svg"
NAMES = (Text("指南，节前", "the guide, eve of the festival"), Text("平台规则，节前", "the platform, eve of the festival"))


def study() -> Comparison:
    """A shop by the guide, against the same requests by the platform's own rules, filed on the eve of the Spring Festival."""
    one, other = (law for day, _, law in laws() if day == "the eve of the festival")
    return compare(one, other, names=NAMES)


if __name__ == "__main__":
    save_comparison_plot(study(), PICTURE)
