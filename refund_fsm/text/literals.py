"""Owns how words become literals of Python in a generated file. Must not know what the file is about."""

from __future__ import annotations

import json
import keyword


def python_text(text: str) -> str:
    """The text between double quotes, as Python reads it; what cannot be seen is written as its code."""
    return "".join(one if one.isprintable() else _code(one) for one in json.dumps(text, ensure_ascii=False))


def python_prose(text: str) -> str:
    """The text as part of a docstring between three double quotes: on one line, and nothing in it ends the docstring."""
    plain = " ".join(text.split()).replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    return "".join(one if one.isprintable() else _code(one) for one in plain)


def python_name(text: str) -> str:
    """The text as part of an identifier: whatever cannot stand in one is an underscore."""
    return "".join(one if f"_{one}".isidentifier() else "_" for one in text)


def is_module(name: str) -> bool:
    """Whether an import statement can name it."""
    return all(part.isidentifier() and not keyword.iskeyword(part) for part in name.split("."))


def _code(char: str) -> str:
    return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"
