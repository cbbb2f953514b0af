"""Owns what a `Freight` that a user's function gave must be: its types, its words, its sources. Must not know what a table is."""

from __future__ import annotations

from collections.abc import Mapping

from refund_fsm.errors import BadData
from refund_fsm.text import Text
from refund_fsm.workflow import values
from refund_fsm.workflow.catalogue import CatalogueRule, expand
from refund_fsm.workflow.rows import Freight


def check(freight: Freight, catalogue: Mapping[str, CatalogueRule]) -> None:
    """`BadData` naming the first field that is no name, no text that nothing can take for more, or cites what is not in the catalogue."""
    values.name(freight.payer, "payer")
    if not isinstance(freight.text, Text):
        raise BadData("text", freight.text, "a Text(zh, en)")
    values.both(freight.text.zh, freight.text.en, "text: ")
    values.prose(freight.cites, "cites")
    try:
        found = expand(freight.cites, catalogue)
    except BadData as error:
        raise BadData("cites", error.value, error.expected) from None
    if not found:
        raise BadData("cites", freight.cites, "at least one source, or 'assumed'")
