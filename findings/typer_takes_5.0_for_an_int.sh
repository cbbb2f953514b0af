#!/usr/bin/env bash
# typer 0.29.2: an option that is declared an int takes "5.0" for 5; typer 0.16.0 refuses it with exit code 2.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder" "$folder.log"' EXIT
cat >"$folder/program.py" <<'PYTHON'
import typer


def main(cases: int = 1) -> None:
    print(repr(cases))


typer.run(main)
PYTHON
seen=$(for version in 0.16.0 0.29.2; do
  python3 -m pip install -q --disable-pip-version-check --root-user-action ignore --target "$folder/$version" "typer==$version" 2>/dev/null
  status=0
  told=$(PYTHONPATH="$folder/$version" python3 "$folder/program.py" --cases 5.0 2>/dev/null) || status=$?
  echo "$version: exit $status ${told:-nothing}"
done)
expected='0.16.0: exit 2 nothing
0.29.2: exit 0 5'
echo "$seen"
[ "$seen" = "$expected" ] || { echo "CHANGED: this was seen before:"; echo "$expected"; exit 1; }
