"""Files are written whole or not at all: what may stand at a place, links, permissions, a full disk, an interrupt."""

from __future__ import annotations

import errno
import os
import re
import socket
import stat
import subprocess
from pathlib import Path

import pytest

from refund_fsm import BadData
from refund_fsm.workflow import Draft, place_of, write, write_text
from refund_fsm.workflow.writing import partial_of
from tests.disks import full_after
from tests.rooms import sources


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def odd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of what is no regular file, and of links to it."""
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe")
    Path("folder").mkdir()
    with socket.socket(socket.AF_UNIX) as one:
        one.bind("socket")
    for name, target in (
        ("to_pipe", "pipe"),
        ("to_device", "/dev/null"),
        ("to_folder", "folder"),
        ("round", "round"),
        ("twice", "to_pipe"),
    ):
        Path(name).symlink_to(target)
    return tmp_path


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("", "expected the name of a file"),
        ("pipe", "it is a named pipe"),
        ("to_pipe", "it is a named pipe"),
        ("twice", "it is a named pipe"),
        ("socket", "it is a socket"),
        ("/dev/null", "it is a device"),
        ("/dev/full", "it is a device"),
        ("to_device", "it is a device"),
        ("folder", "it is a folder"),
        ("to_folder", "it is a folder"),
        (".", "it is a folder"),
        ("round", "symbolic links"),
        ("none/x", "there is no such folder"),
        ("x\0", "null"),
        ("x" * 300, "too long"),
    ],
)
def test_what_is_no_regular_file_is_refused_and_stays(name: str, told: str, odd: Path) -> None:
    before = {path.name: path.lstat().st_mode for path in odd.iterdir()}
    with pytest.raises(BadData, match=r"^--output: ") as refused:
        place_of(name, "--output")
    with pytest.raises(BadData, match=r"^--output: "):
        Draft(name, "--output")
    with pytest.raises(BadData, match=r"^--output: "):
        write_text(name, "new", "--output")
    assert told in str(refused.value)
    assert {path.name: path.lstat().st_mode for path in odd.iterdir()} == before


def test_a_link_is_followed_and_stays(tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    for name, target in (("link", "far/file"), ("fresh", "far/new"), ("twice", "link")):
        (tmp_path / name).symlink_to(target)
    (tmp_path / "far" / "file").write_text("old")
    for name in ("link", "fresh", "twice"):
        write_text(tmp_path / name, name, "path")
        assert (tmp_path / name).is_symlink() and (tmp_path / name).read_text() == name
    assert names(tmp_path / "far") == ["file", "new"]
    assert partial_of(tmp_path / "fresh.svg") == tmp_path / "fresh.partial.svg"
    assert partial_of(tmp_path / "link") == tmp_path / "far" / "file.partial"


def test_permissions_are_kept_and_new_files_follow_the_umask(tmp_path: Path) -> None:
    (tmp_path / "old").write_text("old")
    (tmp_path / "old").chmod(0o640)
    before = os.umask(0o027)
    try:
        write([(tmp_path / "old", b"new"), (tmp_path / "new", b"new")])
    finally:
        os.umask(before)
    assert {name: stat.S_IMODE((tmp_path / name).stat().st_mode) for name in names(tmp_path)} == {"old": 0o640, "new": 0o640}
    assert (tmp_path / "old").read_bytes() == b"new"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_the_owner_is_kept(tmp_path: Path) -> None:
    (tmp_path / "old").write_text("old")
    os.chown(tmp_path / "old", 1234, 1234)
    write_text(tmp_path / "old", "new", "path")
    assert (tmp_path / "old").stat().st_uid == 1234


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_what_is_write_protected_is_refused(tmp_path: Path) -> None:
    (tmp_path / "old").write_text("old")
    (tmp_path / "old").chmod(0o400)
    with pytest.raises(BadData, match="it is write-protected"):
        write_text(tmp_path / "old", "new", "path")
    tmp_path.chmod(0o500)
    with pytest.raises(BadData, match="its folder cannot be written"):
        write_text(tmp_path / "new", "new", "path")
    tmp_path.chmod(0o700)


@pytest.mark.parametrize("size", [0, 1, 5_000])
def test_a_full_disk_leaves_all_old_files_whole_and_nothing_beside_them(size: int, tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old")
    files = [(tmp_path / "a", b"x"), (tmp_path / "b", bytes(10_000))]
    with full_after(size), pytest.raises(BadData, match=r"--output: .*a place that can be written \(File too large\)"):
        write(files, "--output")
    assert names(tmp_path) == ["a"] and (tmp_path / "a").read_text() == "old"


def test_a_disk_of_its_own_that_is_full(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(disk)], capture_output=True).returncode:
        pytest.skip("no disk can be mounted here")
    try:
        (disk / "a").write_text("old")
        with pytest.raises(BadData, match="No space left on device"):
            write([(disk / "a", bytes(100_000))])
        assert names(disk) == ["a"] and (disk / "a").read_text() == "old"
    finally:
        subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("where", ["fsync", "chmod", "replace"])
def test_whatever_fails_leaves_the_old_file(where: str, error: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_text("old")

    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(os if where == "fsync" else Path, where, fail)
    with pytest.raises(BadData if isinstance(error, OSError) else KeyboardInterrupt):
        write([(tmp_path / "a", b"new")], makes=tmp_path)
    monkeypatch.undo()
    assert names(tmp_path) == ["a"] and (tmp_path / "a").read_text() == "old"


def test_a_folder_is_made_and_goes_again_when_nothing_comes_of_it(tmp_path: Path) -> None:
    home = tmp_path / "one" / "two"
    with full_after(3), pytest.raises(BadData):
        write([(home / "a", b"long")], makes=home)
    assert names(tmp_path) == []
    write([(home / "a", b"long")], makes=home)
    assert (home / "a").read_bytes() == b"long"
    with pytest.raises(BadData, match=r"a folder that can be written \(it is a file\)"):
        write([], makes=home / "a")


def test_two_files_with_one_place_are_refused_unless_they_are_the_same(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("a")
    with pytest.raises(BadData, match="two have this one"):
        write([(tmp_path / "a", b"1"), (tmp_path / "link", b"2")])
    assert names(tmp_path) == ["link"]
    write([(tmp_path / "a", b"1"), (tmp_path / "link", b"1")])
    assert (tmp_path / "a").read_bytes() == b"1" and (tmp_path / "link").is_symlink()


def test_what_is_read_is_not_written(tmp_path: Path) -> None:
    (tmp_path / "in").write_text("old")
    (tmp_path / "link").symlink_to("in")
    (tmp_path / "twin").hardlink_to(tmp_path / "in")
    for name in ("in", "link", "twin"):
        with pytest.raises(BadData, match="another file than those that are read"):
            write_text(tmp_path / name, "new", "path", inputs=[tmp_path / "none", tmp_path / "in"])
    assert (tmp_path / "in").read_text() == "old"


def test_nobody_writes_a_file_in_another_way() -> None:
    """Files are opened for writing in one module; pyarrow's writers, which want a name, get that of a draft."""
    writing = re.compile(
        r"""\.write_(text|bytes)\(|\bopen\([^)]*["'][wax]b?\+?["']|mkstemp|NamedTemporaryFile|os\.(replace|rename)\(|O_CREAT"""
    )
    found = {module for module, text in sources().items() if writing.search(text)}
    assert found == {"workflow.writing"}
    assert {module for module, text in sources().items() if re.search(r"\.(Parquet|CSV)Writer\(", text)} == {"eventlog.log"}
