"""Owns the chain of digests of a saved case: each part's, over itself and the digest before it, and the seals of texts in it.

The digests show the first altered place. They use no secret: that is integrity, not authenticity. A text that somebody may have to
take out later (a note, a description, who the operator was) enters the chain by a digest of its own, made with a salt, so that the
chain holds without the text, and the text cannot be guessed from what is left. Must not know what the parts mean.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Iterator, MutableMapping
from typing import Any

from refund_fsm.case.record import BLANKED, Seal

SALT_BYTES = 16
HEX = re.compile(r"[0-9a-f]{2,64}")


def digest_of(part: dict[str, Any], link: str, *, old: bool = False) -> str:
    """The digest of a part of a saved case after the digest `link`; `old` for format 1, which has no seals."""
    body = {name: value for name, value in part.items() if name != "digest"}
    text = json.dumps(body if old else _without_texts(body), sort_keys=True, separators=(",", ":"))
    return linked(text, link)


def spelled_digest(text: str, link: str) -> str:
    """The digest of a part that is spelled as format 2 spells it, which is what is digested but for texts that are sealed or not ASCII."""
    return linked(text, link) if text.isascii() and '"salt"' not in text and '{"digest"' not in text else digest_of(json.loads(text), link)


def linked(text: str, link: str) -> str:
    """The digest of a part's text after the digest before it."""
    return hashlib.sha256(f"{link}\n{text}".encode()).hexdigest()


def _without_texts(body: dict[str, Any]) -> dict[str, Any]:
    """A part in which each sealed text is no more than its digest, as it is when blanked."""
    places = list(_sealed(body))
    if not places:
        return body
    body = json.loads(json.dumps(body))  # a copy that is all ours
    for holder, name in _sealed(body):
        sealed = holder[name]
        if sealed.keys() == {"text", "salt"}:
            holder[name] = {"digest": _seal_of(str(sealed["text"]), str(sealed["salt"]))}
    return body


def _seal_of(text: str, salt: str) -> str:
    return hashlib.sha256(f"{salt}\n{text}".encode(errors="surrogatepass")).hexdigest()


def _sealed(part: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """Where the sealed texts of a part are: what holds each, and its name there."""
    for holder, name, _ in texts_in(part.get("details")):
        if isinstance(holder[name], dict):
            yield holder, name
    for holder, name, _ in texts_in(part.get("request")):
        if isinstance(holder[name], dict):
            yield holder, name


def texts_in(holder: Any) -> Iterator[tuple[dict[str, Any], str, str]]:
    """The texts that are sealed in the details of a step or in a request: what holds each, its name there, and its place."""
    if not isinstance(holder, dict):
        return
    for name in ("note", "operator", "description"):
        if holder.get(name):
            yield holder, name, name
    pieces = holder.get("evidence")
    for number, piece in enumerate(pieces if isinstance(pieces, (list, tuple)) else ()):
        if isinstance(piece, dict) and piece.get("note"):
            yield piece, "note", f"evidence[{number}].note"


def seal(holder: dict[str, Any], seals: MutableMapping[str, Seal]) -> None:
    """Seals the texts of details or of a request in place; `seals` keeps the salts, so that they are written alike again."""
    for piece, name, place in texts_in(holder):
        found = seals.get(place)
        if found is None:
            found = seals.setdefault(place, Seal(secrets.token_hex(SALT_BYTES)))
        piece[name] = {"text": piece[name], "salt": found.salt} if found.salt is not None else {"digest": found.digest}


def unseal(holder: dict[str, Any], seals: MutableMapping[str, Seal]) -> None:
    """Puts the texts back in place of what holds them; a blanked one becomes `BLANKED`."""
    for piece, name, place in texts_in(holder):
        sealed = piece[name]
        if not isinstance(sealed, dict):
            continue  # the model says what is wrong with it
        if sealed.keys() == {"text", "salt"} and _is_hex(sealed["salt"]):
            seals[place] = Seal(sealed["salt"])
            piece[name] = sealed["text"]
        elif sealed.keys() == {"digest"} and _is_hex(sealed["digest"]):
            seals[place] = Seal(None, sealed["digest"])
            piece[name] = BLANKED


def _is_hex(value: object) -> bool:
    """Whether it is a salt or a digest, as `seal` writes them."""
    return isinstance(value, str) and HEX.fullmatch(value) is not None
