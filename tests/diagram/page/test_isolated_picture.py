"""No style of the page reaches into the picture: its texts look as in the bare SVG, whatever the workflow's keys are called."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from refund_fsm import Workflow
from refund_fsm.diagram import page
from tests.diagram.page.browsing import opened
from tests.exchange import WORKFLOW

if TYPE_CHECKING:
    from playwright.sync_api import Browser

OURS = ("chip", "tag", "action")  # classes of the page, which keys of actors share here
LOOKS = """root => [...root.querySelectorAll('text')].map(one => {
  const look = getComputedStyle(one);
  const names = ['fontFamily', 'fontSize', 'fontWeight', 'fontStyle', 'fontVariantNumeric', 'letterSpacing', 'wordSpacing', 'display',
    'textTransform', 'textAnchor', 'whiteSpace', 'fill', 'fillOpacity', 'stroke', 'strokeWidth', 'visibility', 'filter'];
  return [one.textContent, ...names.map(name => look[name])];
})"""
IN_PAGE = f"() => ({LOOKS})(document.querySelector('#page-canvas').shadowRoot.querySelector('svg'))"
BARE = f"""() => {{
  const frame = document.createElement('iframe');
  document.body.append(frame);
  frame.contentDocument.body.innerHTML = document.querySelector('#page-svg-en').textContent;
  return ({LOOKS})(frame.contentDocument.querySelector('svg'));
}}"""


def renamed(workflow: Workflow) -> Workflow:
    """The workflow with actors that are called as classes of the page are."""
    noted = {state.note[0].key for state in workflow.states.values() if state.note}
    persons = [actor for actor in workflow.actors.values() if actor.key not in {"clock", *noted}]
    actors = {actor.key: replace(actor, key=key) for actor, key in zip(persons, OURS, strict=False)}

    def changed(value: Any) -> Any:
        return replace(value, actor=actors.get(value.actor.key, value.actor))

    rules = tuple(replace(rule, event=changed(rule.event)) for rule in workflow.rules)
    return replace(workflow, rules=rules)


def test_all_text_of_the_picture_looks_as_in_the_bare_one(browser: Browser, tmp_path: Path) -> None:
    workflow = renamed(WORKFLOW)
    made = page(workflow)
    assert re.search(r'class="(?:node state|edge)[\w ]* chip', made.html)
    for scheme in ("light", "dark"):
        with opened(browser, made.save(tmp_path / "page.html").as_uri(), color_scheme=scheme) as watched:
            for key in "11":
                watched.page.keyboard.press(key)
            bare, shown = watched.page.evaluate(BARE), watched.page.evaluate(IN_PAGE)
            assert len(bare) > 40
            assert [(one, other) for one, other in zip(shown, bare, strict=True) if one != other] == []
