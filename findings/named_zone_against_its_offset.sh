#!/usr/bin/env bash
# pyarrow 26.0.1 and polars 2.1.0: a column of instants in Asia/Shanghai can be compared with a datetime whose zone is
# ZoneInfo("Asia/Shanghai"), not with the same instant in timezone(timedelta(hours=8)), though Python itself calls the two equal. pyarrow
# does compare them where column and datetime have one unit (microseconds), and refuses in all others.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder" "$folder.log"' EXIT
python3 -m pip install -q --disable-pip-version-check --root-user-action ignore --target "$folder" pyarrow==26.0.1 polars==2.1.0 tzdata==2026.6 2>"$folder.log" || { cat "$folder.log"; exit 1; }
seen=$(PYTHONPATH="$folder" python3 - 2>>"$folder.log" <<'PYTHON'
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import polars
import pyarrow
from pyarrow import compute

name, offset = (datetime(2026, 2, 12, 12, tzinfo=zone) for zone in (ZoneInfo("Asia/Shanghai"), timezone(timedelta(hours=8))))
print("Python:", name == offset)
rows = [datetime(2026, 2, 12, hour, tzinfo=ZoneInfo("Asia/Shanghai")) for hour in (10, 14)]
for unit in ("us", "ns"):
    table = pyarrow.table({"at": pyarrow.array(rows, pyarrow.timestamp("us", tz="Asia/Shanghai")).cast(pyarrow.timestamp(unit, tz="Asia/Shanghai"))})
    for said, limit in (("name", name), ("offset", offset)):
        try:
            print(f"pyarrow, {unit}, by its {said}: {table.filter(compute.field('at') < limit).num_rows} row")
        except pyarrow.ArrowException as error:
            print(f"pyarrow, {unit}, by its {said}: {type(error).__name__}")
for said, limit in (("name", name), ("offset", offset)):
    try:
        print(f"polars, by its {said}: {polars.from_arrow(table).filter(polars.col('at') < limit).height} row")
    except polars.exceptions.PolarsError as error:
        print(f"polars, by its {said}: {type(error).__name__}")
PYTHON
) || { cat "$folder.log"; exit 1; }
expected='Python: True
pyarrow, us, by its name: 1 row
pyarrow, us, by its offset: 1 row
pyarrow, ns, by its name: 1 row
pyarrow, ns, by its offset: ArrowNotImplementedError
polars, by its name: 1 row
polars, by its offset: SchemaError'
echo "$seen"
[ "$seen" = "$expected" ] || { echo "CHANGED: this was seen before:"; echo "$expected"; exit 1; }
