"""Owns how platforms' files are found and read: those that ship by name, a user's own by path. Must not know what codes mean.

A file names the order types whose states it speaks of; a row of codes takes source and confidence from its field where it has none of
its own. Nothing of a file is run.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from refund_fsm.errors import BadData, one_of
from refund_fsm.orders import get as workflow_of
from refund_fsm.orders import keys as order_types
from refund_fsm.platforms.platform import Platform
from refund_fsm.workflow import Workflow, read_toml

SHIPPED = Path(__file__).parent
INHERITED = ("source", "confidence")
ALSO = {"xhs": "xiaohongshu", "doudian": "douyin", "pdd": "pinduoduo", "tmall": "taobao", "wechat": "wechat_channels"}  # names in use


def keys() -> tuple[str, ...]:
    """The platforms that ship, in the order of their names."""
    return tuple(sorted(path.stem for path in SHIPPED.glob("*.toml")))


@cache
def _shipped(key: str) -> Platform:
    return read(SHIPPED / f"{key}.toml")


def get(key: str) -> Platform:
    """A platform that ships, by its name, such as `xiaohongshu` (or another one in use, of `ALSO`); `BadData` for any other. Its file is
    read once."""
    found = ALSO.get(key, key) if isinstance(key, str) else key
    one_of("platform", found, keys())
    return _shipped(found)


def read(path: Path | str, workflows: Iterable[Workflow] = ()) -> Platform:
    """The codes of a TOML file, written as the ones that ship are. `workflows` are those of the user's own that the file speaks of, beside
    the registered order types. `BadData` naming the file, the place in it, the value and what was expected."""
    data, _ = read_toml(path, "platform")
    try:
        return Platform.model_validate({**_inheriting(data), "workflows": _states_of(data, tuple(workflows))})
    except BadData as error:
        raise BadData(f"{path}: {error.field}", error.value, error.expected) from None


def _states_of(data: dict[str, Any], own: tuple[Workflow, ...]) -> dict[str, tuple[str, ...]]:
    """The order types that a file names, each with the keys of its states."""
    named = data.get("workflows")
    if not isinstance(named, list) or not named:
        raise BadData("workflows", named, "a list of order types, such as ['third_party']")
    ours = {one.key: one for one in own}
    found = {}
    for place, key in enumerate(named):
        if not isinstance(key, str) or (key not in ours and key not in order_types()):
            raise BadData(f"workflows[{place}]", key, f"one of {', '.join((*order_types(), *ours))}, or a Workflow handed over beside it")
        found[key] = tuple((ours.get(key) or workflow_of(key)).states)
    return found


def _inheriting(data: dict[str, Any]) -> dict[str, Any]:
    """The data with source and confidence of each code; what is no table of codes is left to the check."""
    if not isinstance(data.get("fields"), list):
        return data
    return {**data, "fields": [_field(one) for one in data["fields"]]}


def _field(field: Any) -> Any:
    if not isinstance(field, dict) or not isinstance(field.get("codes"), list):
        return field
    given = {key: field[key] for key in INHERITED if key in field}
    return {**field, "codes": [{**given, **one} if isinstance(one, dict) else one for one in field["codes"]]}
