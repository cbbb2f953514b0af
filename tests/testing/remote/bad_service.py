"""A service that says hello, opens and closes cases, and at every event does what its argument names. Needs nothing but Python."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

Asked = dict[str, Any]


def raw(text: str | bytes) -> None:
    sys.stdout.buffer.write(text if isinstance(text, bytes) else text.encode())
    sys.stdout.buffer.flush()


def say(asked: Asked, **told: Any) -> None:
    raw(json.dumps({"id": asked["id"], **told}) + "\n")


def die(_: Asked) -> None:
    sys.stderr.write("first words\n\x1b[31mred\x07 words\n   at frame (1)\n}\n")
    sys.stderr.flush()
    os._exit(17)


def flood(asked: Asked) -> None:
    for _ in range(200):
        sys.stderr.write("noise " * 2000)
    say(asked, taken=False)


def leave_a_child(_: Asked) -> None:
    child = subprocess.Popen(["sleep", "600"], stderr=subprocess.DEVNULL)
    sys.stderr.write(f"child {child.pid}\n")
    sys.stderr.flush()
    os._exit(1)


def endless(_: Asked) -> None:
    while True:
        raw("x" * 65536)


def noisy(_: Asked) -> None:
    while True:
        sys.stderr.write("noise\n")


def deaf(_: Asked) -> None:
    os.close(0)
    os.close(1)
    time.sleep(600)


DOES: dict[str, Callable[[Asked], object]] = {
    "nothing": lambda _: None,
    "half": lambda _: raw('{"id": '),
    "text": lambda _: raw("hello\x1b[2J there\n"),
    "bytes": lambda _: raw(b"\xff\xfe\n"),
    "list": lambda _: raw("[1, 2]\n"),
    "nan": lambda asked: raw(f'{{"id": {asked["id"]}, "taken": NaN}}\n'),
    "deep": lambda _: raw("[" * 200_000 + "\n"),
    "blank": lambda _: raw("\n"),
    "other": lambda asked: say({"id": asked["id"] - 1}, taken=True),
    "float": lambda asked: say({"id": float(asked["id"])}, taken=True),
    "lacks": lambda asked: say(asked, state="draft"),
    "number": lambda asked: say(asked, taken=1),
    "state": lambda asked: say(asked, taken=False, state=None),
    "naive": lambda asked: say(asked, taken=False, state="draft", due="2026-03-02T10:00:00"),
    "words": lambda asked: say(asked, taken=False, state="draft", due="soon"),
    "error": lambda asked: say(asked, error="no\x1b[31m stock\nleft"),
    "twice": lambda asked: raw(f'{{"id": {asked["id"]}, "taken": false}}\n' * 2),
    "long": lambda asked: say(asked, taken=False, more="x" * 10_000_000),
    "endless": endless,
    "die": die,
    "killed": lambda _: os.kill(os.getpid(), signal.SIGKILL),
    "deaf": deaf,
    "flood": flood,
    "noisy": noisy,
    "child": leave_a_child,
}


def main(does: Callable[[Asked], object]) -> None:
    for line in sys.stdin:
        asked = json.loads(line)
        if asked["op"] == "hello":
            say(asked, protocol=1, operations=["open", "apply", "state", "advance", "due", "close", "sing"])
        elif asked["op"] == "apply":
            does(asked)
        else:
            say(asked, **({"state": "draft", "due": None} if asked["op"] != "close" else {}))


if __name__ == "__main__":
    main(DOES[sys.argv[1]])
