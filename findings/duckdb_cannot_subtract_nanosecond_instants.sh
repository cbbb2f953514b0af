#!/usr/bin/env bash
# DuckDB 2.0.1 reads a Parquet column of instants in nanoseconds with a zone as TIMESTAMPTZ_NS, a type that it can compare, truncate
# and pass to date_diff, but not subtract: max(stamp) - min(stamp) is a binder error. In microseconds, or after ::timestamptz, it works.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder" "$folder.log"' EXIT
python3 -m pip install -q --disable-pip-version-check --root-user-action ignore --target "$folder" duckdb==2.0.1 pyarrow==26.0.1 pytz==2026.6 2>"$folder.log" || { cat "$folder.log"; exit 1; }
seen=$(PYTHONPATH="$folder" python3 - 2>>"$folder.log" <<'PYTHON'
import os
import tempfile

import duckdb
import pyarrow
from pyarrow import parquet

with tempfile.TemporaryDirectory() as folder:
    for unit, scale in (("us", 10**6), ("ns", 10**9)):
        path = os.path.join(folder, f"{unit}.parquet")
        stamps = pyarrow.array([1770861600 * scale, 1770865200 * scale]).cast(pyarrow.timestamp(unit, tz="Asia/Shanghai"))
        parquet.write_table(pyarrow.table({"stamp": stamps}), path)
        kind = duckdb.sql(f"select stamp from '{path}'").types[0]
        try:
            print(f"{unit}: {kind},", duckdb.sql(f"select max(stamp) - min(stamp) from '{path}'").fetchall()[0][0])
        except duckdb.Error as error:
            print(f"{unit}: {kind}, {type(error).__name__}")
    print("ns, cast:", duckdb.sql(f"select max(stamp)::timestamptz - min(stamp)::timestamptz from '{path}'").fetchall()[0][0])
PYTHON
) || { cat "$folder.log"; exit 1; }
expected='us: TIMESTAMP WITH TIME ZONE, 1:00:00
ns: TIMESTAMPTZ_NS, BinderException
ns, cast: 1:00:00'
echo "$seen"
[ "$seen" = "$expected" ] || { echo "CHANGED: this was seen before:"; echo "$expected"; exit 1; }
