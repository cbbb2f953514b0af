"""Owns how every file of ours is written: old or new, never half. Must not know what is in them.

One rule for all: a link is followed, and what it leads to is written; a place that holds anything but a regular file is refused. The data
goes to a fresh file in the same folder, is flushed to the disk, and takes the place in one move, with the permissions of the file that
was there (a new one has those that the umask leaves). Whatever fails or interrupts it leaves the old file whole and nothing beside it.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from refund_fsm.errors import BadData

BESIDE = ".new-"  # what the name of a file under way begins with
KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)
NO_FLUSH = (errno.EINVAL, errno.ENOTSUP)  # of a file system that flushes nothing by itself


def kind_of(found: os.stat_result) -> str:
    """What stands at a place: a folder, a named pipe, a socket, a device, else a file."""
    return next((said for test, said in KINDS if test(found.st_mode)), "a file")


def place_of(path: Path | str, field: str, inputs: Iterable[Path | str] = ()) -> Path:
    """Where a file of that name is written, links followed. Nothing is written yet.

    `BadData` for no name, for what is no regular file, for one that is write-protected or one of the `inputs`, and where the folder
    is missing or cannot be written.
    """
    told = os.fspath(path)
    if not told:
        raise BadData(field, told, "the name of a file")
    with _told(told, field):
        place = Path(os.path.realpath(told))
        old = _stat(told)
        if old is not None:
            if not stat.S_ISREG(old.st_mode):
                raise BadData(field, told, f"a place that can be written (it is {kind_of(old)})")
            if not os.path.samestat(old, place.stat()) or not os.access(place, os.W_OK):
                raise PermissionError(errno.EACCES, "it is write-protected")
            if any(_is(old, one) for one in inputs):
                raise BadData(field, told, "another file than those that are read")
        if not place.parent.is_dir():
            raise FileNotFoundError(errno.ENOENT, "there is no such folder")
        if not os.access(place.parent, os.W_OK):
            raise PermissionError(errno.EACCES, "its folder cannot be written")
    return place


def partial_of(path: Path) -> Path:
    """Where a file goes that is not what was asked for, only a part of it: beside that file, links followed."""
    place = Path(os.path.realpath(path)) if path.is_symlink() else path
    return place.with_name(f"{place.stem}.partial{place.suffix}")


class Draft:
    """A file under way, at `path`, beside the place where it is to stand. `put` puts it there; `drop` leaves nothing of it."""

    def __init__(self, path: Path | str, field: str) -> None:
        self.told, self.field = os.fspath(path), field
        self.place = place_of(path, field)
        self._file: BinaryIO | None = None
        self.path = self.place.with_name(f"{BESIDE}{os.urandom(8).hex()}")
        with _told(self.told, field):
            os.close(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if self.place.exists() else 0o666))

    def move(self, path: Path) -> None:
        """It is to stand there instead, in the same folder."""
        self.told, self.place = str(path), place_of(path, self.field)

    def add(self, text: str) -> None:
        """Writes text at its end, in UTF-8; for many pieces, one after the other. `BadData` when the disk is full."""
        with _told(self.told, self.field):
            if self._file is None:
                self._file = self.path.open("wb")
            self._file.write(text.encode())

    def flush(self) -> None:
        """What was written is on the disk afterwards. `BadData` when the disk is full."""
        with _told(self.told, self.field):
            self._close()
            _flush(self.path, os.O_RDWR)

    def put(self) -> None:
        """Takes the place, with the permissions of what was there."""
        with _told(self.told, self.field):
            old = _stat(self.place)
            if old is not None:
                with suppress(OSError, AttributeError):  # who is not root gives nothing away; Windows has no owners
                    os.chown(self.path, old.st_uid, old.st_gid)
                self.path.chmod(stat.S_IMODE(old.st_mode))
            self.path.replace(self.place)
            with suppress(OSError):  # a folder that cannot be opened, as on Windows
                _flush(self.place.parent, os.O_RDONLY)

    def drop(self) -> None:
        """Removes what was not put in its place."""
        with suppress(OSError):
            self._close()
        with suppress(OSError):
            self.path.unlink(missing_ok=True)

    def _close(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            file.close()


def put_all(drafts: Sequence[Draft]) -> None:
    """Puts all in their places, or none: when one cannot be put, or the work is interrupted, those that were put are taken back.

    What ends the process at once (a kill, a power cut) may leave some of them put: each file is old or new, never half.
    """
    kept: list[tuple[Path, Path | None]] = []
    try:
        for draft in drafts:
            kept.append((draft.place, _keep(draft)))
            draft.put()
    except BaseException:
        for place, old in reversed(kept):
            with suppress(OSError):
                old.replace(place) if old is not None else place.unlink(missing_ok=True)
        raise
    finally:
        for _, old in kept:
            if old is not None:
                with suppress(OSError):
                    old.unlink(missing_ok=True)


def _keep(draft: Draft) -> Path | None:
    """A second name for the file that a draft is to replace, beside it; a copy where the file system has no second names."""
    if not draft.place.exists():
        return None
    name = draft.place.with_name(f"{BESIDE}{os.urandom(8).hex()}")
    with _told(draft.told, draft.field):
        try:
            name.hardlink_to(draft.place)
        except OSError:
            import shutil  # here, so that importing the package does not load it

            shutil.copy2(draft.place, name)
    return name


def write(
    files: Sequence[tuple[Path, bytes]], field: str = "path", *, inputs: Iterable[Path | str] = (), makes: Path | None = None
) -> None:
    """Writes files, each whole or not at all: all are written beside their places first, then put there.

    `makes` is a folder that is made if need be. `BadData` naming the place that cannot be written, or two files with one place;
    nothing has changed then.
    """
    inputs = tuple(inputs)
    drafts: list[Draft] = []
    made = _folders(makes, field) if makes is not None else []
    try:
        places: dict[Path, bytes] = {}
        for path, data in files:
            if places.setdefault(place_of(path, field, inputs), data) != data:
                raise BadData(field, str(path), "a place of its own for each file: two have this one")
        for path, data in files:
            drafts.append(Draft(path, field))
            with _told(str(path), field):
                drafts[-1].path.write_bytes(data)
            drafts[-1].flush()
        for draft in drafts:
            draft.put()
        made = []
    finally:
        for draft in drafts:
            draft.drop()
        for one in made:
            with suppress(OSError):  # not empty: one of the files has its place already
                one.rmdir()


def write_text(path: Path | str, text: str, field: str, *, inputs: Iterable[Path | str] = ()) -> Path:
    """Writes text in UTF-8, whole or not at all; `BadData` naming the file when that is not possible. Returns the path."""
    write([(Path(path), text.encode())], field, inputs=inputs)
    return Path(path)


def _folders(folder: Path, field: str) -> list[Path]:
    """Makes the folder; returns those that were made, the innermost first."""
    lacking = [one for one in (folder, *folder.parents) if not os.path.lexists(one)]
    made: list[Path] = []
    try:
        for one in reversed(lacking):
            one.mkdir(exist_ok=True)
            made.insert(0, one)
        if not folder.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, f"it is {kind_of(folder.stat())}")
    except (OSError, ValueError) as error:
        for one in made:
            with suppress(OSError):
                one.rmdir()
        raise BadData(field, str(folder), f"a folder that can be written ({_why(error)})") from None
    return made


def _stat(path: Path | str) -> os.stat_result | None:
    """What stands there, links followed; None for nothing."""
    try:
        return os.stat(path)  # noqa: PTH116  # of a text too
    except FileNotFoundError:
        return None


def _is(found: os.stat_result, other: Path | str) -> bool:
    with suppress(OSError, ValueError):
        return os.path.samestat(found, os.stat(other))  # noqa: PTH116  # of a text too
    return False


def _flush(path: Path, flags: int) -> None:
    number = os.open(path, flags)
    try:
        os.fsync(number)
    except OSError as error:
        if error.errno not in NO_FLUSH:
            raise
    finally:
        os.close(number)


def _why(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)


@contextmanager
def _told(told: str, field: str) -> Iterator[None]:
    """What the system says against a place is told as `BadData`. `ValueError`: a name with a null character."""
    try:
        yield
    except BadData:
        raise
    except (OSError, ValueError) as error:
        raise BadData(field, told, f"a place that can be written ({_why(error)})") from None
