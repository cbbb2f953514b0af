// Makes a real XState machine of what `refund-fsm export ORDER_TYPE --to xstate` wrote. The same lines serve every workflow.
import { assign, raise, setup } from "xstate";

const row = (facts, names) => JSON.stringify(names.map((name) => facts[name]));
const isGiven = (value) => (typeof value === "string" ? value.trim() !== "" : (value?.length ?? 0) > 0);

export const MOST = 2 ** 31 - 1; // milliseconds, 24.8 days: `setTimeout` takes a longer wait for 1, and fires at once

// A clock for `createActor` whose waits may be of any length: longer ones are cut into pieces. `timers` has setTimeout and clearTimeout.
export function chained(timers = globalThis) {
  const pieces = new Map();
  let last = 0;
  const wait = (id, run, left) => {
    const next = left > MOST ? () => wait(id, run, left - MOST) : () => (pieces.delete(id), run());
    pieces.set(id, timers.setTimeout(next, Math.min(left, MOST)));
  };
  return {
    setTimeout(run, left) {
      wait(++last, run, left);
      return last;
    },
    clearTimeout(id) {
      timers.clearTimeout(pieces.get(id));
      pieces.delete(id);
    },
  };
}

// `now()` is the present in milliseconds; `delayOf({ length, unit, special, plus })` is how long such a delay is when it starts now. One longer than
// MOST is refused, unless `long` says that the actor's clock can wait so long (`chained()`).
export function machineOf(exported, { now, delayOf, long = false }) {
  const delay = (name, told) => {
    const wait = delayOf(told);
    if (wait <= MOST || long) return wait;
    const days = (wait / 86_400_000).toFixed(1);
    throw new RangeError(`${name}: ${days} days; setTimeout fires at once beyond 24.8: give the actor the clock chained(), and say long`);
  };
  const holding = new Map(
    Object.entries(exported.guards).map(([name, { holds }]) => [name, new Set(holds.map((values) => JSON.stringify(values)))]),
  );
  const outcomes = new Map(
    Object.entries(exported.effects).map(([name, { rows }]) => [name, new Map(rows.map(([read, made]) => [JSON.stringify(read), made]))]),
  );
  const isKnown = (event) => Object.hasOwn(exported.events, event.type);
  const judged = ({ context, event }, files) => (files ? { ...event.facts, ...context.kept } : context.facts);

  const fired = ({ context, event }, { rule, effect, files = false, pays = false }) => {
    const facts = { ...judged({ context, event }, files) };
    const kept = { ...context.kept };
    if (effect !== undefined) {
      const { reads, changes } = exported.effects[effect];
      const made = outcomes.get(effect).get(row(facts, reads));
      if (made === undefined) throw new Error(`${rule}: the effect ${effect} has no outcome for ${row(facts, reads)} of ${reads}`);
      changes.forEach((name, place) => {
        if (made[place] !== null && made[place] !== facts[name]) facts[name] = kept[name] = made[place];
      });
    }
    return { facts, kept, fired: [...context.fired, rule], refused: null, paid: context.paid + (pays ? 1 : 0) };
  };

  // Which delay counts for the facts, put last among those that have counted since the entry.
  const counting = ({ facts }, limit, before) => {
    const { delay } = exported.limits[limit].find(({ when }) =>
      when.every((name) => holding.get(name).has(row(facts, exported.guards[name].reads))),
    );
    return [...before.filter((one) => one !== delay), delay];
  };
  const isLast = ({ counted, passed }, delay) =>
    counted.includes(delay) && counted.every((one) => one === delay || passed.includes(one));

  return setup({
    guards: {
      all: ({ context, event }, { guards, files = false, overdue = false, ends = null }) =>
        (!overdue || context.overdue) &&
        (ends === null || isLast(context, ends)) &&
        guards.every((name) => holding.get(name).has(row(judged({ context, event }, files), exported.guards[name].reads))),
      not_by: ({ event }, { actor }) => event.by !== actor,
      lacks: ({ event }, { needs }) => needs.some((need) => !isGiven(event.details?.[need])),
      known_event: ({ event }) => isKnown(event),
      unknown_event: ({ event }) => !isKnown(event) && !event.type.startsWith("xstate."),
    },
    actions: {
      fire: assign(fired),
      refuse: assign((_, { code }) => ({ refused: code })),
      breach: assign(({ context }, { limit, counted = false }) => ({
        breaches: [...context.breaches, [counted ? exported.delays[context.counted.at(-1)].field : limit, now()]],
      })),
      start_count: assign(({ context }, { limit }) => ({ counted: counting(context, limit, []), passed: [] })),
      count_on: assign(({ context }, { limit }) => {
        const counted = counting(context, limit, context.counted);
        return { counted, overdue: context.overdue && context.passed.includes(counted.at(-1)) };
      }),
      pass: assign(({ context }, { delay }) => ({ passed: [...context.passed, delay] })),
      limit_passed: raise({ type: "limit passed" }),
      note_overdue: assign({ overdue: true }),
      count_anew: assign({ overdue: false }),
    },
    delays: Object.fromEntries(Object.entries(exported.delays).map(([name, told]) => [name, () => delay(name, told)])),
  }).createMachine({
    ...exported.machine,
    context: ({ input }) => ({ ...exported.machine.context, facts: input.facts }),
  });
}
