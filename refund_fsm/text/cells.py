"""Owns how text stands in a cell that a spreadsheet may open, and how a reader undoes it. Must not know what is told.

A spreadsheet takes what begins with `=`, `+`, `-` or `@` (some also their full-width forms) for a formula, white space before it or
not. The rule: **a text that begins so, or with an apostrophe, has one apostrophe put before it; a reader who wants the text as it was
takes one apostrophe away from whatever begins with one.** Numbers are numbers and stay as they are.
"""

from __future__ import annotations

import re

APOSTROPHE = "'"
BEGINNINGS = "=+-@＝＋－＠"  # of a formula, to some spreadsheet

_NUMBER = re.compile(r"[+-]?\d[\d,]*(\.\d+)?( ?[%a-z]+)?")  # with its unit: no spreadsheet reckons with more than this


def shielded(text: str) -> str:
    """The text as a cell holds it."""
    return APOSTROPHE + text if text.startswith(APOSTROPHE) or text.lstrip().startswith(tuple(BEGINNINGS)) else text


def unshielded(cell: str) -> str:
    """The text that a cell holds: `unshielded(shielded(text)) == text`."""
    return cell.removeprefix(APOSTROPHE)


def shown(text: str) -> str:
    """The text as a cell that people look at holds it: a number with its sign is no formula."""
    return text if _NUMBER.fullmatch(text) else shielded(text)
