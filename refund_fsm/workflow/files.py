"""Owns how files are read: regular files of a bounded size, with errors that name the file. Must not know what is in them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from refund_fsm.errors import BadData
from refund_fsm.workflow.writing import kind_of

MAX_BYTES = 20_000_000


def read_bytes(path: Path | str, field: str, what: str = "file") -> bytes:
    """The bytes of a regular file of at most `MAX_BYTES`; `BadData` naming the file when it is none. `what` says what was expected."""
    told = str(path)
    try:
        if not Path(path).is_file():  # a pipe or a device could be read for ever
            kind = f"it is {kind_of(Path(path).stat())}" if Path(path).exists() else "there is no such file"
            raise BadData(field, told, f"a readable {what} ({kind})")
        with Path(path).open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a name with a null character
        if isinstance(error, BadData):
            raise
        raise BadData(field, told, f"a readable {what} ({getattr(error, 'strerror', None) or error})") from None
    if len(raw) > MAX_BYTES:
        raise BadData(field, told, f"at most {MAX_BYTES:,} bytes")
    return raw


def read_toml(path: Path | str, field: str = "file") -> tuple[dict[str, Any], bytes]:
    """The data of a TOML file, and its bytes. `BadData` naming the file when it is none, too large, or no TOML in UTF-8."""
    import tomllib  # here, so that importing the package does not load it

    told = str(path)
    raw = read_bytes(path, field, "TOML file")
    try:
        return tomllib.loads(raw.decode("utf-8-sig")), raw
    except UnicodeDecodeError as error:
        raise BadData(field, told, f"TOML text in UTF-8 (byte {error.start:,} is none)") from None
    except RecursionError:
        raise BadData(field, told, "TOML that is not nested so deeply") from None
    except ValueError as error:
        raise BadData(field, told, f"valid TOML ({str(error)[:200]})") from None
