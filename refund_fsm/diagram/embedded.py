"""Owns how a picture stands in a page of HTML, and what such a page may ask of the browser. Must not know what a page shows."""

from __future__ import annotations

import base64
import hashlib
import re

OWN_FONT = re.compile(r'<style class="font">.*?</style>\n?', re.DOTALL)  # of a single picture: the page embeds its fonts once
PRESERVED = re.compile(r'<text xml:space="preserve" (?=[^>]*>(?! )(?:(?!  )[^<])+(?<! )</text>)')
TWICE = re.compile(r'<path fill="(#[0-9a-f]{6})" stroke="none" d="([^"]*)"/>\n<path fill="none" stroke="(#[0-9a-f]{6})" d="\2"/>')  # a chip
TEXT = re.compile(r">([^<]+)</text>")
BOLD_TEXT = re.compile(r'font-weight="bold"[^>]*>([^<]+)</text>')


def inlined(svg: str) -> str:
    """A picture as a part of the page: without a font of its own, without a mark on texts that have no spaces to keep, the area and the
    outline of a chip as one, its dark colours for screens alone."""
    svg = PRESERVED.sub("<text ", OWN_FONT.sub("", svg))
    return TWICE.sub(r'<path fill="\1" stroke="\3" d="\2"/>', svg)


def policy(code: str) -> str:
    """The content security policy of a page whose one piece of JavaScript is `code`: that piece, its own styles and fonts, no request."""
    digest = base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()
    return (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; font-src data:; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
