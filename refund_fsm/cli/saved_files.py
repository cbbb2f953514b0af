"""Owns files of saved cases on the command line: one case in a file, or one a line; read as a stream, written all or none.

Must not know what becomes of a case in between. Every `BadData` names the file, and the line where there are several.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

from refund_fsm.case.parts import MAX_SAVED
from refund_fsm.errors import BadData
from refund_fsm.workflow import Draft, kind_of, place_of, put_all

BESIDE = ".moved"  # what stands before the suffix of a new file beside the old one
BOM = b"\xef\xbb\xbf"
LISTED = (".jsonl", ".ndjson")  # names of files with one case a line, be it a single one


class Entry(NamedTuple):
    """One saved case in a file: its text, and where it stands as messages say it; `indented` as in a file of its own."""

    text: bytes
    where: str
    line: int | None
    indented: bool = False


class SavedFile:
    """A file of saved cases, and the place where they go once they are something else; None where nothing is to be written."""

    def __init__(self, name: str, place: Path | None) -> None:
        self.name, self.place = name, place
        self.draft: Draft | None = None

    @property
    def size(self) -> int:
        """Its bytes."""
        return Path(self.name).stat().st_size

    def entries(self) -> Iterator[Entry]:
        """The cases in their order, one by one. There is one a line when the first line is a whole object."""
        first: Entry | None = None  # told by its line only once there is another
        number, found = 0, 0
        with _reading(self.name) as file:
            while line := _line(file, f"{self.name}: line {number + 1}"):
                number += 1
                text = (line.removeprefix(BOM) if number == 1 else line).strip()
                if not text:
                    continue
                if not found and not (text.startswith(b"{") and text.endswith(b"}")):
                    yield self._whole(line, file)
                    return
                found += 1
                entry = Entry(text, f"{self.name}: line {number}", number)
                if found == 1:
                    first = entry
                    continue
                if first is not None:
                    yield first
                    first = None
                yield entry
        if first is not None:
            yield first if self.is_listed else first._replace(where=self.name)
        if not found:
            raise BadData(self.name, "nothing", "saved cases, one in the file or one a line")

    @property
    def is_listed(self) -> bool:
        """Whether its name says that it has one case a line."""
        return self.name.lower().endswith(LISTED)

    def _whole(self, first: bytes, file: BinaryIO) -> Entry:
        if self.is_listed:
            raise BadData(f"{self.name}: line 1", first[:200], "a saved case, whole in one line")
        text = first + file.read(MAX_SAVED)
        if len(text) > MAX_SAVED:
            raise BadData(self.name, f"more than {MAX_SAVED:,} bytes", f"a saved case of at most {MAX_SAVED:,}, or one case a line")
        return Entry(text, self.name, None, indented=first.strip() == b"{")

    def add(self, text: str) -> None:
        """One more case of the file that is to be written."""
        assert self.place is not None, "a file that is written has a place"
        if self.draft is None:
            self.draft = Draft(self.place, "file")
        self.draft.add(text if text.endswith("\n") else f"{text}\n")


def files_of(names: Sequence[str], *, in_place: bool, dry: bool) -> list[SavedFile]:
    """The files of a command, each with the place where its cases will go. `BadData` for one that is named twice, is no regular file,
    or whose place cannot be written or is taken."""
    seen: dict[str, str] = {}
    found = []
    for name in names:
        with _reading(name):
            real = os.path.realpath(name)
        if real in seen:
            raise BadData("file", name, f"each file once: it is {seen[real]} too")
        seen[real] = name
        found.append(SavedFile(name, None if dry else _place(name, in_place=in_place)))
    return found


def _place(name: str, *, in_place: bool) -> Path:
    path = Path(name)
    folder = Path(os.path.realpath(path.parent))
    if folder == Path("/dev") or folder.parts[1:2] == ("proc",):  # another name of an open file, such as /dev/stdin
        raise BadData("file", name, "a file by its own name, where its cases are to be written (or --dry-run)")
    if in_place:
        place_of(path, "file")
        return path
    beside = path.with_name(f"{path.stem}{BESIDE}{path.suffix}")
    if os.path.lexists(beside):
        raise BadData("file", str(beside), f"no file of that name yet: the cases of {name} are to be written there (or use --in-place)")
    place_of(beside, "file")
    return beside


def put(files: Sequence[SavedFile]) -> list[Path]:
    """Puts the files that were written in their places, all or none; gives them, named as they were asked for."""
    drafts = [one.draft for one in files if one.draft is not None]
    for draft in drafts:
        draft.flush()
    put_all(drafts)
    return [one.place for one in files if one.draft is not None and one.place is not None]


@contextmanager
def dropping(files: Sequence[SavedFile]) -> Iterator[None]:
    """A `with` block that leaves nothing behind of what was not put in its place."""
    try:
        yield
    finally:
        for one in files:
            if one.draft is not None:
                one.draft.drop()


@contextmanager
def _reading(name: str) -> Iterator[BinaryIO]:
    """The bytes of a regular file; what the system says against it is told as `BadData`."""
    try:
        path = Path(name)
        if not path.is_file():  # a pipe or a device could be read for ever
            kind = f"it is {kind_of(path.stat())}" if path.exists() else "there is no such file"
            raise BadData("file", name, f"a readable file ({kind})")
        with path.open("rb") as file:
            yield file
    except (OSError, ValueError) as error:  # ValueError: a name with a null character
        if isinstance(error, BadData):
            raise
        raise BadData("file", name, f"a readable file ({getattr(error, 'strerror', None) or error})") from None


def _line(file: BinaryIO, where: str) -> bytes:
    line = file.readline(MAX_SAVED + 1)
    if len(line) > MAX_SAVED:
        raise BadData(where, f"more than {MAX_SAVED:,} bytes", f"a saved case of at most {MAX_SAVED:,}")
    return line
