"""What tests read off a plot, and of what plots are made."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

from tests.simulate.many import cut, exact, sampled

FONT = re.compile(r"font-weight:(400|700);src:url\(data:font/ttf;base64,([^)]+)\)")
SAID = re.compile(r"<text [^>]*>([^<]*)</text>")
MAKES: dict[str, Callable[[], Any]] = {"result": sampled, "law": exact, "partial": lambda: cut(500), "empty": cut}


def said(svg: str) -> list[str]:
    """The texts of a picture."""
    return [unescape(found) for found in SAID.findall(svg)]
