#!/usr/bin/env bash
# pydantic 2.14.3: min_length=1 of a tuple[int, ...] complains of a tuple whose only entries are faulty that it is too short, beside what
# is wrong with the entries; of a list[int] it does not. So a user who gave two entries is told to give at least one.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder" "$folder.log"' EXIT
python3 -m pip install -q --disable-pip-version-check --root-user-action ignore --target "$folder" pydantic==2.14.3 2>"$folder.log" || { cat "$folder.log"; exit 1; }
seen=$(PYTHONPATH="$folder" python3 - 2>>"$folder.log" <<'PYTHON'
import json
from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError

for name, kind in (("tuple[int, ...]", tuple[int, ...]), ("list[int]", list[int])):
    try:
        TypeAdapter(Annotated[kind, Field(min_length=1)]).validate_python(["a", "b"])
    except ValidationError as error:
        print(f"{name}: {json.dumps([one['type'] for one in error.errors()])}")
PYTHON
) || { cat "$folder.log"; exit 1; }
expected='tuple[int, ...]: ["int_parsing", "int_parsing", "too_short"]
list[int]: ["int_parsing", "int_parsing"]'
echo "$seen"
[ "$seen" = "$expected" ] || { echo "CHANGED: this was seen before:"; echo "$expected"; exit 1; }
