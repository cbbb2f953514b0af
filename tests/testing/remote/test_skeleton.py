"""A start for one's own adapter: it runs as it is printed and departs; what is filled in gets further."""

from __future__ import annotations

import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from refund_fsm import BadData, orders
from refund_fsm.testing import LockstepReport, RemoteService, verify_implementation
from refund_fsm.testing.remote import LANGUAGES, skeleton
from tests.exchange import WORKFLOW

VIRTUAL = orders.get("virtual")
node = pytest.mark.skipif(shutil.which("node") is None, reason="node is missing: install Node.js 20 or later")
RUN = {"python": ([sys.executable, "-S", "-E"], "adapter.py"), "javascript": (["node"], "adapter.js")}
TOY = {  # two rows of the table, as each language has them
    "python": '("draft", "contact_support"): ("buyer", "requested"), ("requested", "start_review"): ("platform", "reviewing"),',
    "javascript": '"draft contact_support": ["buyer", "requested"], "requested start_review": ["platform", "reviewing"],',
}
languages = pytest.mark.parametrize("language", ["python", pytest.param("javascript", marks=node)])


def verified(text: str, language: str, folder: Path) -> LockstepReport:
    program, name = RUN[language]
    (folder / name).write_text(text, encoding="utf-8")
    with RemoteService.of_command([*program, str(folder / name)]) as service:
        return verify_implementation(service, VIRTUAL, criterion="rules", examples=0, isolation="none", max_search_calls=50)


@languages
def test_it_runs_as_it_is_printed_and_what_is_filled_in_gets_further(language: str, tmp_path: Path) -> None:
    text = skeleton(VIRTUAL, language)
    (place,) = [line for line in text.splitlines() if "TODO: either rows" in line]
    first, second = (verified(one, language, tmp_path) for one in (text, text.replace(place, TOY[language])))
    assert first.counterexample is not None and [step.event for step in first.counterexample.steps] == ["contact_support"], str(first)
    assert first.divergence is not None and first.divergence.kind == "acceptance" and "got refused" in first.text("en")
    assert second.counterexample is not None and second.steps > first.steps, str(second)
    assert [step.event for step in second.counterexample.steps] != ["contact_support"]


@languages
def test_it_names_every_event_with_its_actor_and_every_state(language: str, tmp_path: Path) -> None:
    text = skeleton(WORKFLOW, language)
    for name, event in WORKFLOW.events.items():
        assert f"  {name}, by {event.actor.key}" in text and all(f"{need}" in text for need in event.needs)
    assert all(f"  {key}" in text for key in WORKFLOW.states)
    assert f'= "{WORKFLOW.initial.key}"' in text and "TODO" in text
    assert verified(text, language, tmp_path).divergence is not None  # of another table, it runs all the same


def test_words_of_ones_own_table_stay_in_their_comments() -> None:
    hostile = replace(VIRTUAL.initial, zh="一\n二", en='x"""\n@INITIAL@ \x1b[1m */')
    rules = [replace(one, source=hostile) if one.source.key == hostile.key else one for one in VIRTUAL.rules]
    for language, (_, mark) in LANGUAGES.items():
        text = skeleton(VIRTUAL.variant(rules=rules, initial=hostile), language)
        assert "\x1b" not in text
        assert all(line.startswith(mark) for line in text.splitlines() if "(at)INITIAL(at)" in line) and "(at)INITIAL(at)" in text
    compile(skeleton(VIRTUAL.variant(rules=rules, initial=hostile), "python"), "adapter.py", "exec")


def test_another_language_and_what_is_no_workflow_are_bad_data() -> None:
    with pytest.raises(BadData, match="language"):
        skeleton(VIRTUAL, "cobol")
    with pytest.raises(BadData, match="workflow"):
        skeleton("virtual", "python")  # type: ignore[arg-type]  # what is tested
