// Walks real XState machines, and says after every row where each is. Standard input: { exported, calendar, walks }; output: JSON.
import { readFileSync } from "node:fs";
import { createActor } from "xstate";
import { machineOf } from "./xstate_machine.mjs";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const SHANGHAI = 8 * HOUR;

// A clock that stands still until it is told to go on, and then fires what falls due at its own instant, one after the other.
class Clock {
  timers = new Map();
  next = 0;
  constructor(now) {
    this.now = now;
  }
  setTimeout(run, wait) {
    this.timers.set(++this.next, { at: this.now + wait, run });
    return this.next;
  }
  clearTimeout(id) {
    this.timers.delete(id);
  }
  earliest() {
    return [...this.timers].reduce((best, one) => (best === null || one[1].at < best[1].at ? one : best), null);
  }
  advance(to) {
    for (let due = this.earliest(); due !== null && due[1].at <= to; due = this.earliest()) {
      this.now = Math.max(this.now, due[1].at);
      this.timers.delete(due[0]);
      due[1].run();
    }
    this.now = to;
  }
}

// The end of a length that is counted from an instant on. `works` has a sign for each day from the day `first` on, counted from
// 1970-01-01: 1 for a working day.
function counted(start, { length, unit }, { first, works }) {
  if (unit === "hours") return start + length * HOUR;
  let day = Math.floor((start + SHANGHAI) / DAY);
  if (unit === "days") day += length;
  for (let left = unit === "days" ? 0 : length; left > 0; left -= works[day - first] === "1" ? 1 : 0) {
    day += 1;
    if (works[day - first] === undefined) throw new Error(`the calendar ends before day ${day}`);
  }
  return (day + 1) * DAY - SHANGHAI;
}

function delayFrom(start, { length, unit, special = [], plus = null }, calendar) {
  let end = counted(start, { length, unit }, calendar);
  const place = unit === "hours" ? end : end - DAY;
  const period = special.find((one) => Date.parse(one.start) <= place && place < Date.parse(one.end));
  if (period !== undefined) {
    const becomes = period.days === undefined ? { length: period.hours, unit: "hours" } : { length: period.days, unit: "days" };
    const other = counted(start, becomes, calendar);
    if (other > end || !period.never_shorter) end = other;
  }
  if (plus === null) return end - start;
  if (plus.unit === "working_days") return counted(end - 1, plus, calendar) - start;
  return end + plus.length * (plus.unit === "hours" ? HOUR : DAY) - start;
}

// `ends` holds when each delay ends that was started last. Of a limit that has several, the last to end that has counted is due.
function look(exported, actor, clock, ends, refused) {
  const snapshot = actor.getSnapshot();
  const { facts, fired, paid, breaches, counted } = snapshot.context;
  const [here] = Object.values(snapshot.getMeta()).filter((meta) => meta.key !== undefined);
  const [top] = typeof snapshot.value === "string" ? [snapshot.value] : Object.keys(snapshot.value);
  const several = exported.limits?.[top] !== undefined;
  const last = several ? Math.max(...counted.map((name) => ends.get(exported.delays[name]))) : null;
  const ahead = (several ? [last] : [...clock.timers.values()].map(({ at }) => at)).filter((at) => at > clock.now);
  return { state: here.key, refused, facts, fired, paid, breaches, due: ahead.length > 0 ? Math.min(...ahead) : null };
}

function walk(exported, calendar, { facts, at, rows }) {
  const clock = new Clock(at);
  const ends = new Map();
  const delayOf = (delay) => {
    const wait = delayFrom(clock.now, delay, calendar);
    ends.set(delay, clock.now + wait);
    return wait;
  };
  const machine = machineOf(exported, { now: () => clock.now, delayOf, long: true });
  const actor = createActor(machine, { clock, input: { facts } });
  let failure = null;
  actor.subscribe({ error: (error) => (failure = error) });
  actor.start();
  const said = [look(exported, actor, clock, ends, null)];
  for (const { at: instant, event } of rows) {
    clock.advance(instant);
    let refused = null;
    if (event !== null) {
      const isOver = actor.getSnapshot().status === "done"; // XState takes no event then
      if (!isOver) actor.send(event);
      refused = isOver ? (Object.hasOwn(exported.events, event.type) ? "case_final" : "unknown_event") : actor.getSnapshot().context.refused;
    }
    if (failure !== null) throw failure;
    said.push(look(exported, actor, clock, ends, refused));
  }
  return said;
}

const { exported, calendar, walks } = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(walks.map((one) => walk(exported, calendar, one))));
