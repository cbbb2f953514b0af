"""Owns how TOML files are read (regular files of a bounded size) and files are written, with errors that name the file.

Must not know what is in them.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from refund_fsm.errors import BadData

MAX_BYTES = 20_000_000


def read_toml(path: Path | str, field: str = "file") -> tuple[dict[str, Any], bytes]:
    """The data of a TOML file, and its bytes. `BadData` naming the file when it is none, too large, or no TOML in UTF-8."""
    import tomllib  # here, so that importing the package does not load it

    told = str(path)
    try:
        if not Path(path).is_file():  # a pipe or a device could be read for ever
            raise BadData(field, told, "a readable TOML file (there is no such file)")
        with Path(path).open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a name with a null character
        if isinstance(error, BadData):
            raise
        raise BadData(field, told, f"a readable TOML file ({getattr(error, 'strerror', None) or error})") from None
    if len(raw) > MAX_BYTES:
        raise BadData(field, told, f"at most {MAX_BYTES:,} bytes")
    try:
        return tomllib.loads(raw.decode("utf-8-sig")), raw
    except UnicodeDecodeError as error:
        raise BadData(field, told, f"TOML text in UTF-8 (byte {error.start:,} is none)") from None
    except RecursionError:
        raise BadData(field, told, "TOML that is not nested so deeply") from None
    except ValueError as error:
        raise BadData(field, told, f"valid TOML ({str(error)[:200]})") from None


def write_text(path: Path, text: str, field: str) -> Path:
    """Writes text in UTF-8; `BadData` naming the file when that is not possible. Returns the path."""
    try:
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise BadData(field, str(path), f"a file that can be written ({error.strerror})") from None
    return path


def write(files: Sequence[tuple[Path, bytes]]) -> None:
    """Writes files, each whole or not at all: all are written beside their places first, then put there.

    `BadData` naming the place that cannot be written; none of the files has changed then.
    """
    import tempfile  # here, so that importing the package does not load it

    beside: list[tuple[Path, Path]] = []
    place = Path()
    try:
        for place, data in files:
            place = Path(os.path.realpath(place))  # a link stays one
            with tempfile.NamedTemporaryFile(dir=place.parent, prefix=".new-", delete=False) as file:
                beside.append((Path(file.name), place))
                file.write(data)
            beside[-1][0].chmod(place.stat().st_mode & 0o777 if place.exists() else 0o666 & ~_umask())
            if place.is_dir():
                raise IsADirectoryError(errno.EISDIR, "it is a folder")
        while beside:
            new, place = beside[0]
            new.replace(place)
            del beside[0]
    except (OSError, ValueError) as error:
        raise BadData("path", str(place), f"a place that can be written ({getattr(error, 'strerror', None) or error})") from None
    finally:
        for new, _ in beside:
            new.unlink(missing_ok=True)


def folder(path: Path) -> Path:
    """The folder, made if need be; `BadData` when it cannot be."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadData("folder", str(path), f"a folder that can be written ({error.strerror or error})") from None
    return path


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
