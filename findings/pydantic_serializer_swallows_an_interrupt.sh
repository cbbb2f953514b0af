#!/usr/bin/env bash
# pydantic 2.14.3: a `KeyboardInterrupt` that arrives while a serializer written in Python runs (a Ctrl-C, say) does not come out of
# `model_dump` as an interrupt: it comes out as `PydanticSerializationError`, an ordinary ValueError, and the interrupt is only a part of
# its message. A loop that catches `Exception` around `model_dump` goes on. From a validator the interrupt comes out as it is.
# Seen: PydanticSerializationError (a ValueError: True) from the serializer, KeyboardInterrupt from the validator.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder" "$folder.log"' EXIT
python3 -m pip install -q --disable-pip-version-check --root-user-action ignore --target "$folder" pydantic==2.14.3 2>"$folder.log" || { cat "$folder.log"; exit 1; }
seen=$(PYTHONPATH="$folder" python3 - 2>>"$folder.log" <<'PYTHON'
from pydantic import BaseModel, field_serializer, field_validator


class Written(BaseModel):
    name: str

    @field_serializer("name")
    def spell(self, name):
        raise KeyboardInterrupt


class Read(BaseModel):
    name: str

    @field_validator("name")
    @classmethod
    def look(cls, name):
        raise KeyboardInterrupt


for place, call in (("serializer", lambda: Written(name="x").model_dump()), ("validator", lambda: Read(name="x"))):
    try:
        call()
    except BaseException as error:
        print(f"{place}: {type(error).__name__}, a ValueError: {isinstance(error, ValueError)}")
PYTHON
) || { cat "$folder.log"; exit 1; }
expected='serializer: PydanticSerializationError, a ValueError: True
validator: KeyboardInterrupt, a ValueError: False'
echo "$seen"
[ "$seen" = "$expected" ] || { echo "CHANGED: this was seen before:"; echo "$expected"; exit 1; }
