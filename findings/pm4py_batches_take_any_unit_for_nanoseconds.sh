#!/usr/bin/env bash
# pm4py 2.7.23.11: discover_batches divides the numbers of a column of instants by 10^9, whatever its unit is. In milliseconds a
# day is then 86.4 "seconds", less than the fifteen minutes that a batch may have between two of its events.
# Seen: two pairs of events, a day apart, are two batches in nanoseconds and one in milliseconds; pandas calls the columns equal.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder" "$folder.log"' EXIT
python3 -m pip install -q --disable-pip-version-check --root-user-action ignore --target "$folder" pm4py==2.7.23.11 pandas==3.1.1 2>"$folder.log" || { cat "$folder.log"; exit 1; }
seen=$(PYTHONPATH="$folder" python3 - 2>>"$folder.log" <<'PYTHON'
import pandas
import pm4py

stamps = ["2026-03-02 10:00", "2026-03-02 10:05", "2026-03-03 10:00", "2026-03-03 10:05"]
log = pandas.DataFrame(
    {"case:concept:name": list("abcd"), "concept:name": "check", "org:resource": "clerk", "time:timestamp": pandas.to_datetime(stamps, utc=True)}
)
units = {unit: log.assign(**{"time:timestamp": log["time:timestamp"].astype(f"datetime64[{unit}, UTC]")}) for unit in ("ns", "ms")}
print("equal:", bool((units["ns"]["time:timestamp"] == units["ms"]["time:timestamp"]).all()))
for unit, frame in units.items():
    print(f"{unit}: {sum(count for _, count, _ in pm4py.discover_batches(frame))} batches")
PYTHON
) || { cat "$folder.log"; exit 1; }
expected='equal: True
ns: 2 batches
ms: 1 batches'
echo "$seen"
[ "$seen" = "$expected" ] || { echo "CHANGED: this was seen before:"; echo "$expected"; exit 1; }
