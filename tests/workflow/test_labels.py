"""Facts that carry labels are shown by them, in both languages; a label that fits nothing is refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

import pytest

from refund_fsm import Label, RefundCase, Text, UpTo, Workflow, WorkflowError, diagram
from refund_fsm.advice import advise
from refund_fsm.cli import main
from refund_fsm.export import render
from tests.exchange import WORKFLOW
from tests.samples import at

NOW = at("2026-03-02 10:00")


def test_pages_advice_exports_and_behaviours_show_them(capsys: pytest.CaptureFixture[str]) -> None:
    page = diagram.page(WORKFLOW).html
    assert all(f'"{word}"' in page for word in ("换货原因", "Why", "偏小", "too small", "Size wished for", "已穿过"))
    assert '"stock"' in page, "a fact without a label has its name"
    facts = WORKFLOW.facts(reason="too_small", size="M", stock="plenty", worn=False, swaps_left=2)
    made_up = WORKFLOW.example_of(facts, NOW)
    assert made_up is not None
    told = str(advise(RefundCase.open(*made_up, at=NOW, workflow=WORKFLOW), at=NOW))
    assert "偏小" in told and "too small" in told and "too_small" not in told
    assert "已穿过 | Worn" in render(WORKFLOW, "promela")
    assert main(["behaviour", "tests.exchange:WORKFLOW", "--lang", "en"]) == 0
    assert "Why = too small" in " ".join(capsys.readouterr().out.split())


def test_a_label_changes_no_fingerprint() -> None:
    @dataclass(frozen=True)
    class Plain:
        reason: Literal["too_small", "too_large", "colour"]
        size: Literal["S", "M", "L", 42]
        stock: Literal["none", "last_one", "plenty"]
        worn: bool
        swaps_left: Annotated[int, UpTo("max_resubmissions")]
        sent_back: bool = False

    globals()["Plain"] = Plain
    assert WORKFLOW.variant(facts=Plain).fingerprint == WORKFLOW.fingerprint


WRONG = [
    (Label("甲", "A", {"huge": Text("巨", "huge")}), "names 'huge', which is none of 's', 'l'"),
    (Label("甲", "A", {"s": "small"}), "a Text for each value"),  # type: ignore[dict-item]
    (Label("甲", None), "expected two texts"),  # type: ignore[arg-type]
    (Label("甲\x1b[31m", "A"), "label.zh: "),
    (Label("甲", "A\u202e"), "label.en: "),
    (Label("甲", "A", {"s": Text("小", "small\x07")}), "label.values['s'].en: "),
]


@pytest.mark.parametrize(("label", "told"), WRONG, ids=["no value", "no text", "one language", "control", "direction", "in a value"])
def test_a_label_that_fits_nothing_is_refused(label: Label, told: str) -> None:
    class Sized:
        pass

    Sized.__annotations__ = {"size": Annotated[Literal["s", "l"], label]}
    parts: dict[str, Any] = {
        name: getattr(WORKFLOW, name) for name in ("key", "label", "rules", "initial", "facts_of", "example_of", "limits", "catalogue")
    }
    with pytest.raises(WorkflowError, match="size") as error:
        Workflow(facts=dataclass(frozen=True)(Sized), **parts)
    assert told in str(error.value)
