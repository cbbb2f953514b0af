"""Owns a copy of the package whose sources are edited while a program runs that loads them anew. Run as a program by `test_compiled`.

`python edited.py FOLDER` copies the package into FOLDER and prints, as JSON, what compiled code computes before and after each edit.
Nothing of the package is loaded but from the copy, and no bytecode is written, which would be as old as the second it is of.
"""

from __future__ import annotations

import importlib
import json
import shutil
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

HERE = Path(__file__).parents[2] / "refund_fsm"
PROBE, SUMMED = "refund_fsm.simulate.sample.probe", "refund_fsm.simulate.law.summed"
START = datetime(2026, 2, 12, 10, tzinfo=ZoneInfo("Asia/Shanghai"))


def copied(folder: Path) -> Path:
    """A copy of the package, the first of its name that Python finds."""
    package = shutil.copytree(HERE, folder / "refund_fsm", ignore=shutil.ignore_patterns("__pycache__"))
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(folder))
    return package


def edit(file: Path, old: str, new: str) -> None:
    """The file with `old`, which it has once, replaced."""
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1, (file, old)
    file.write_text(text.replace(old, new), encoding="utf-8")


def fresh(*names: str) -> None:
    """These modules, and those within them, are loaded anew when they are asked for."""
    for name in [one for one in sys.modules if any(one == name or one.startswith(f"{name}.") for name in names)]:
        del sys.modules[name]
    importlib.invalidate_caches()


# 1. A constant in each file, which one small function gives back


def planted(package: Path) -> list[str]:
    """The files that compiled code can take from, by path, each with a constant more; and a module that compiles them all into one."""
    files = importlib.import_module("refund_fsm.simulate.compiled").files()
    lines, names = ["from refund_fsm.simulate.compiled import kept"], []
    for number, file in enumerate(files):
        with file.open("a", encoding="utf-8") as text:
            text.write("\nPLANTED = 1\n")
        lines.append(f"from {module_of(package, file)} import PLANTED as planted_{number}")
        names.append(f"planted_{number}")
    lines += ["@kept", "def probe():", f"    return ({', '.join(names)})"]
    package.joinpath("simulate", "sample", "probe.py").write_text("\n".join(lines), encoding="utf-8")
    fresh("refund_fsm")
    return [file.relative_to(package).as_posix() for file in files]


def module_of(package: Path, file: Path) -> str:
    parts = file.relative_to(package.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def probed() -> tuple[list[int], bool]:
    """What the compiled function gives, loaded anew, and whether it was kept."""
    fresh(PROBE)
    probe = importlib.import_module(PROBE).probe
    return list(probe()), bool(probe.stats.cache_hits)


def stamp() -> str:
    """What code is kept under, as a new process would find it."""
    found: str = importlib.import_module("refund_fsm.simulate.compiled").sources().hex()
    return found


def constants(package: Path) -> dict[str, Any]:
    """What `probe` gives before all edits, twice, and after the edit of a file of each room; and the stamps that code is kept under, first
    before all edits, then after the edit of each file. Edits add up."""
    files = planted(package)
    found: dict[str, Any] = {"before": [probed(), probed()], "after": {}, "files": files, "stamps": [stamp()]}
    rooms = {Path(path).parent: path for path in files}
    for path in files:
        file = package / path
        edit(file, "\nPLANTED = 1\n", "\nPLANTED = 2\n")
        name = module_of(package, file)
        sys.modules.pop(name)  # those who have taken from it keep what they have, but for the probe
        fresh("refund_fsm.simulate.compiled")
        found["stamps"].append(stamp())
        if path in rooms.values():
            found["after"][path] = [probed(), probed()]
    cut = [file for file in Path(importlib.import_module(PROBE).probe.stats.cache_path).iterdir() if "probe" in file.name]
    for suffix in (".nbc", ".nbi"):  # as a full disk leaves them
        for file in cut:
            if file.suffix == suffix:
                file.write_bytes(file.read_bytes()[:50])
        found[f"cut {suffix}"] = [probed(), probed()]
    return found


# 2. Constants and tuples that are there, and functions that are used


def amount() -> Any:
    """What a case claims."""
    sample, chain = (importlib.import_module(f"refund_fsm.simulate.{room}") for room in ("sample.opening", "chain"))
    tables = chain.tables_of(chain.chain_of(*asked(), START))
    return int(sample.amount_of(tables, 7, 3)), bool(sample.amount_of.stats.cache_hits)


def law() -> Any:
    """What a loop gives that has a part of the law's."""
    summed = importlib.import_module(SUMMED).summed
    return float(summed(np.array([1.0, 2.0]))), bool(summed.stats.cache_hits)


def asked() -> tuple[Any, Any]:
    """A workflow and its behaviour."""
    orders, behaviour = (importlib.import_module(f"refund_fsm.{room}") for room in ("orders", "simulate.behaviour"))
    return orders.get("virtual"), behaviour.Behaviour.default("virtual")


EDITS: list[tuple[Callable[[], Any], str, str, str]] = [
    (amount, "simulate/sample/numbers.py", "OPENING, AMOUNT, FIRST = 0, 1, 2", "OPENING, AMOUNT, FIRST = 0, 3, 2"),
    (amount, "simulate/sample/opening.py", "MOST_AMOUNT = 1e12", "MOST_AMOUNT = 5.0"),
    (amount, "simulate/chain/quantities.py", "class Quantities(", "class Many(NamedTuple):\n    kind: Int\n\n\nclass Quantities("),
    (amount, "simulate/chain/quantities.py", "    a: Float\n    b: Float\n", "    b: Float\n    a: Float\n"),
    (law, "simulate/law/cells.py", "def sum_of(values: Any) -> Any:\n    found = 0.0", "def sum_of(values: Any) -> Any:\n    found = 1.0"),
]


def used(package: Path) -> list[Any]:
    """Of each edit what the function gives before it, twice, and after it; edits add up."""
    package.joinpath("simulate", "law", "summed.py").write_text(
        "from refund_fsm.simulate.compiled import kept\nfrom refund_fsm.simulate.law.cells import sum_of\n"
        "@kept\ndef summed(values):\n    return sum_of(values)\n",
        encoding="utf-8",
    )
    found = []
    for function, path, old, new in EDITS:
        rounds = []
        for place in range(3):
            if place == 2:
                edit(package / path, old, new)
            fresh("refund_fsm.simulate", "refund_fsm.eventlog")
            rounds.append(function())
        found.append(rounds)
    return found


if __name__ == "__main__":
    where = copied(Path(sys.argv[1]))
    sys.stdout.write(json.dumps({"constants": constants(where), "used": used(where)}))
