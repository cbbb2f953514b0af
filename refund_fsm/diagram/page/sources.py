"""Owns what a page's case sheet says of sources: the catalogue's entries that the table cites, and which ids a citation names.

Must not decide what is cited.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from refund_fsm.workflow import ASSUMED_TEXT, CatalogueRule, Policy, Workflow, counting, spelled


def sources_of(workflow: Workflow, policy: Policy) -> dict[str, Any]:
    """`sources` are the entries, in the order of the catalogue; `sourcesOf` has the ids that a citation names, ranges spelled out."""
    cites = dict.fromkeys(_citations(workflow, policy))
    ids = {id for one in cites for id in spelled(one)}
    entries = [_entry(one) for id, one in workflow.catalogue.items() if id in ids]
    known = {one["id"] for one in entries}
    return {
        "sources": entries,
        "sourcesOf": {one: found for one in cites if (found := [id for id in spelled(one) if id in known])},
        "assumed": [ASSUMED_TEXT.zh, ASSUMED_TEXT.en],
    }


def _citations(workflow: Workflow, policy: Policy) -> Iterator[str]:
    yield from (rule.cites for rule in workflow.rules)
    for count in counting(workflow, policy).counts:
        yield count.limit.cites
        yield from (period.cites for period, _ in count.special)
    yield from (limit.cites for limit in workflow.law.values())


def _entry(one: CatalogueRule) -> dict[str, Any]:
    """An entry, with the article or the title of what it is from."""
    origin = one.article or one.title
    return {"id": one.id, "text": [one.text.zh, one.text.en], **({"from": [origin.zh, origin.en]} if origin else {})}
