#!/usr/bin/env bash
# chinesecalendar 1.11.0: `find_workday(n, day)` of a working day is the n-th working day after it. Of a day off it first goes to the
# next working day and counts from there, so that n = 1 is the second one after it.
# Seen: Sunday 2026-02-15 lies in the Spring Festival, the first working day after it is the 24th; `find_workday(1, …)` says the 25th.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder" "$folder.log"' EXIT
python3 -m pip install -q --disable-pip-version-check --root-user-action ignore --target "$folder" chinesecalendar==1.11.0 2>"$folder.log" || { cat "$folder.log"; exit 1; }
seen=$(PYTHONPATH="$folder" python3 - 2>>"$folder.log" <<'PYTHON'
from datetime import date, timedelta

import chinese_calendar

print("working day 2026-02-12:", chinese_calendar.find_workday(1, date(2026, 2, 12)))
print("day off 2026-02-15:", chinese_calendar.find_workday(1, date(2026, 2, 15)))
day = date(2026, 2, 16)
while not chinese_calendar.is_workday(day):
    day += timedelta(days=1)
print("first working day after it:", day)
PYTHON
) || { cat "$folder.log"; exit 1; }
expected='working day 2026-02-12: 2026-02-13
day off 2026-02-15: 2026-02-25
first working day after it: 2026-02-24'
echo "$seen"
[ "$seen" = "$expected" ] || { echo "CHANGED: this was seen before:"; echo "$expected"; exit 1; }
