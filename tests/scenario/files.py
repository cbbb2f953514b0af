"""A scenario file as text, in parts, to be put together with more."""

from __future__ import annotations

ORDER = """
[order]
id = "O-1"
order_type = "third_party"
paid_at = 2026-02-10T10:00:00+08:00
shipped_at = 2026-02-11T10:00:00+08:00
signed_at = 2026-02-12T10:00:00+08:00
[[order.lines]]
sku = "CUP"
title = "杯子"
quantity = 1
paid_fen = 9900
"""


REQUEST = '[request]\nsku = "CUP"\nkind = "return_and_refund"\nreason = "size_or_colour"\n'


def event(name: str, when: str, by: str, *more: str) -> str:
    """One `[[event]]`."""
    return "\n".join(["[[event]]", f'name = "{name}"', f"at = {when.replace(' ', 'T')}:00+08:00", f'by = "{by}"', *more]) + "\n"


SUBMIT = event("submit", "2026-02-13 10:00", "buyer")
