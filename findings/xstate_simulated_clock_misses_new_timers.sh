#!/usr/bin/env bash
# xstate 5.33.3: SimulatedClock.increment fires the timers that were set before it, not those that are set while it goes on. A machine
# that waits a second in each of two states is in the second one after increment(5000), and in the last after five times increment(1000).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder" "$folder.log"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --no-audit --no-fund --ignore-scripts --loglevel=error xstate@5.33.3 >/dev/null
cat >program.mjs <<'JAVASCRIPT'
import { createActor, createMachine, SimulatedClock } from "xstate";

const machine = createMachine({ initial: "a", states: { a: { after: { 1000: "b" } }, b: { after: { 1000: "c" } }, c: {} } });
for (const steps of [[5000], [1000, 1000, 1000, 1000, 1000]]) {
  const clock = new SimulatedClock();
  const actor = createActor(machine, { clock }).start();
  for (const step of steps) clock.increment(step);
  console.log(`increment ${steps.length} time(s), 5000 ms: ${actor.getSnapshot().value}`);
}
JAVASCRIPT
seen=$(node program.mjs)
expected='increment 1 time(s), 5000 ms: b
increment 5 time(s), 5000 ms: c'
echo "$seen"
[ "$seen" = "$expected" ] || { echo "CHANGED: this was seen before:"; echo "$expected"; exit 1; }
