"""Owns how a behaviour is written as TOML: as those that ship are, a row of the mix or of the choices on a line, nothing that goes
without saying.

`tomli_w` spells names and values. Must not know what they mean.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from refund_fsm.errors import needing


def toml_of(behaviour: BaseModel) -> str:
    """The text: plain fields first, then each list of rows under its name, a row on a line."""
    with needing("a behaviour as TOML"):
        import tomli_w  # noqa: F401  # only whether it is there
    return "".join(f"{line}\n" for line in _lines(_told(behaviour)))


def _lines(data: Mapping[str, Any]) -> Iterator[str]:
    rows = {name: value for name, value in data.items() if isinstance(value, list)}
    for name, value in data.items():
        if name not in rows:
            yield f"{_key(name)} = {_inline(value)}"
    for name, several in rows.items():
        yield ""
        yield f"{_key(name)} = ["
        yield from (f"  {_inline(row)}," for row in several)
        yield "]"


def _told(model: BaseModel) -> dict[str, Any]:
    """What a model says beyond its defaults, as plain data; a kind of distribution is always said."""
    found: dict[str, Any] = {}
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        if name == "kind" or field.is_required() or value != field.get_default(call_default_factory=True):
            found[name] = _plain(value)
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return _told(value)
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 2**53 else value


def _inline(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{_key(name)} = {_inline(one)}' for name, one in value.items())} }}" if value else "{}"
    if isinstance(value, list):
        return f"[{', '.join(map(_inline, value))}]"
    return _spelled({"x": value}).removeprefix("x = ")


def _key(name: str) -> str:
    return _spelled({name: 0}).removesuffix(" = 0")


def _spelled(pair: Mapping[str, Any]) -> str:
    import tomli_w

    return tomli_w.dumps(pair).rstrip("\n")
