#!/usr/bin/env bash
# pm4py 2.7.23.11: where two transitions of a sound net have one name and both could fire, token-based replay takes one without looking
# ahead. Two cases, wait-pay and wait-close, both fit (alignments say so), and exactly one of them is said not to, whichever it is.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder" "$folder.log"' EXIT
python3 -m pip install -q --disable-pip-version-check --root-user-action ignore --target "$folder" pm4py==2.7.23.11 pandas==3.1.1 2>"$folder.log" || { cat "$folder.log"; exit 1; }
seen=$(PYTHONPATH="$folder" python3 - 2>>"$folder.log" <<'PYTHON'
import warnings

warnings.simplefilter("ignore")
import pandas
import pm4py
from pm4py.objects.petri_net.obj import Marking, PetriNet
from pm4py.objects.petri_net.utils.petri_utils import add_arc_from_to

net = PetriNet("one name twice")
places = {name: PetriNet.Place(name) for name in ("start", "to pay", "to close", "end")}
net.places.update(places.values())
ways = (("t1", "wait", "start", "to pay"), ("t2", "wait", "start", "to close"), ("t3", "pay", "to pay", "end"), ("t4", "close", "to close", "end"))
for name, label, source, dest in ways:
    transition = PetriNet.Transition(name, label)
    net.transitions.add(transition)
    add_arc_from_to(places[source], transition, net)
    add_arc_from_to(transition, places[dest], net)
rows = [(case, event) for case, events in (("1", ("wait", "pay")), ("2", ("wait", "close"))) for event in events]
log = pandas.DataFrame(rows, columns=["case:concept:name", "concept:name"])
log["time:timestamp"] = pandas.Timestamp("2026-03-02", tz="UTC") + pandas.to_timedelta(range(4), unit="D")
whole = (net, Marking({places["start"]: 1}), Marking({places["end"]: 1}))
print("sound:", pm4py.check_soundness(*whole)[0])
print("alignments:", sum(one["fitness"] == 1 for one in pm4py.conformance_diagnostics_alignments(log, *whole)), "of 2 fit")
print("tokens:", sum(one["trace_is_fit"] for one in pm4py.conformance_diagnostics_token_based_replay(log, *whole)), "of 2 fit")
PYTHON
) || { cat "$folder.log"; exit 1; }
expected='sound: True
alignments: 2 of 2 fit
tokens: 1 of 2 fit'
echo "$seen"
[ "$seen" = "$expected" ] || { echo "CHANGED: this was seen before:"; echo "$expected"; exit 1; }
