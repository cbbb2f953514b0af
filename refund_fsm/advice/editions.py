"""Owns the advice on editions: of what was not filed yet, whether the table or the platform's notices hold in a newer one by now.

Must not judge: which edition holds is asked of the registry and of the workflow.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from refund_fsm import orders
from refund_fsm.advice import texts
from refund_fsm.advice.choices import filed
from refund_fsm.advice.scene import Scene
from refund_fsm.advice.tip import Tip, tip
from refund_fsm.text import Text, day, local_day
from refund_fsm.workflow import edition_at


def newer(scene: Scene) -> Iterator[Tip]:
    """Of a case that was opened and not filed: from when a newer edition holds, under which it should be opened anew."""
    case = scene.case
    if case is None or case.state.final or not scene.files_here or filed(case):
        return
    known = orders.editions(scene.workflow.key) if scene.workflow.key in orders.keys() else ()
    if any(one is scene.workflow for one in known):
        found = next((one for one in reversed(known) if one.holds_from is not None and one.holds_from <= scene.at), scene.workflow)
        if found is not scene.workflow and found.holds_from is not None and _later(scene, found.holds_from):
            yield tip("process", texts.NEWER_TABLE, label=found.label, since=day(local_day(found.holds_from)))
    if scene.workflow.profile == "platform" and scene.policy == scene.workflow.default_policy(case.opened_at):
        edition = edition_at(scene.at)
        if scene.policy != scene.workflow.default_policy(scene.at):
            yield tip("process", texts.NEWER_NOTICES, since=day(local_day(edition.holds_from)), copy=Text(edition.copy, edition.copy))


def _later(scene: Scene, holds_from: datetime) -> bool:
    """Whether an edition holds only since the scene's own."""
    own = scene.workflow.holds_from
    return own is None or own < holds_from
