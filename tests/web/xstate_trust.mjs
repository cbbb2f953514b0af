// What XState's clocks, snapshots and `can` do with an export: an answer for each row of the table in refund_fsm/export/xstate.py.
// Standard input: { exported, facts, events, refused, final }: events that lead to a state with a limit, one that is refused there, and
// events that lead to an end. Every limit waits for `WAIT` milliseconds, or for what a row says. Output: JSON.
import { readFileSync } from "node:fs";
import { createActor, SimulatedClock } from "xstate";
import { chained, machineOf, MOST } from "./xstate_machine.mjs";

const { exported, facts, events, refused, final } = JSON.parse(readFileSync(0, "utf8"));
const WAIT = 1_000;
const DAY = 86_400_000;

function started(options, wait = WAIT, more = {}) {
  const machine = machineOf(exported, { now: () => 0, delayOf: () => wait, ...more });
  const actor = createActor(machine, { input: { facts }, ...options });
  let failure = null;
  actor.subscribe({ error: (error) => (failure = error) });
  actor.start();
  return { machine, actor, failed: () => failure };
}

function led(found, along = events) {
  for (const event of along) found.actor.send(event);
  return found;
}

const where = ({ actor }) => JSON.stringify(actor.getSnapshot().value);
const fired = ({ actor }) => actor.getSnapshot().context.fired.length;
const soon = () => new Promise((resolve) => setTimeout(resolve, 30));

// As `setTimeout` is: a wait beyond MOST is 1. Time passes when it is told to.
class Timers {
  now = 0;
  waiting = new Map();
  last = 0;
  setTimeout(run, wait) {
    this.waiting.set(++this.last, { at: this.now + (wait > MOST ? 1 : wait), run });
    return this.last;
  }
  clearTimeout(id) {
    this.waiting.delete(id);
  }
  pass(to) {
    for (;;) {
      const [due] = [...this.waiting].filter(([, { at }]) => at <= to).sort((one, other) => one[1].at - other[1].at);
      if (due === undefined) break;
      this.now = due[1].at;
      this.waiting.delete(due[0]);
      due[1].run();
    }
    this.now = to;
  }
}

const said = {};

const short = led(started({}, 24 * DAY));
const before = where(short);
await soon();
said["a limit of up to 24.8 days, on the clock of the system"] = where(short) === before;
short.actor.stop();

const plain = led(started({}, 25 * DAY, { long: true })); // nothing refuses: what XState itself does
await soon();
const told = started({}, 25 * DAY);
try {
  led(told);
} catch (error) {
  said.thrown = error.message;
}
const timers = new Timers();
const patient = led(started({ clock: chained(timers) }, 25 * DAY, { long: true }));
timers.pass(25 * DAY - 1);
const waited = where(patient) === before;
timers.pass(25 * DAY);
said["a longer limit"] = {
  firesAtOnce: where(plain) !== before,
  refused: String(told.failed()?.message ?? said.thrown),
  chained: waited && where(patient) !== before,
};
delete said.thrown;
plain.actor.stop();

const inOne = new SimulatedClock();
const jumped = led(started({ clock: inOne }));
const steps = fired(jumped);
inOne.increment(10 * WAIT);
const inMany = new SimulatedClock();
const walked = led(started({ clock: inMany }));
for (let n = 0; n < 10; n += 1) inMany.increment(WAIT);
said["`SimulatedClock`, many limits in one `increment`"] = { inOne: fired(jumped) - steps, inMany: fired(walked) - steps };

const kept = led(started({ clock: new SimulatedClock() }));
const snapshot = JSON.parse(JSON.stringify(kept.actor.getPersistedSnapshot()));
const later = new SimulatedClock();
const restored = started({ clock: later, snapshot });
const same = where(restored) === before && JSON.stringify(restored.actor.getSnapshot().context) === JSON.stringify(kept.actor.getSnapshot().context);
later.increment(100 * WAIT);
said["a persisted snapshot"] = { same, timers: where(restored) !== before };

const asked = led(started({ clock: new SimulatedClock() }));
const can = asked.actor.getSnapshot().can(refused);
asked.actor.send(refused);
said["`can` of an event that is refused"] = { can, refused: asked.actor.getSnapshot().context.refused, moved: where(asked) !== before };

const over = led(started({ clock: new SimulatedClock() }), final);
const end = over.actor.getSnapshot();
const canThen = end.can(refused);
over.actor.send(refused);
said["`can` of a machine that is done"] = { done: end.status === "done", can: canThen, refused: over.actor.getSnapshot().context.refused };

process.stdout.write(JSON.stringify(said));
