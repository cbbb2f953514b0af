// Owns how a case moves in the page: a walk through the table that Python computed, and counts from the table of working days.
// Knows no rule, guard or order type. Instants are milliseconds of Shanghai wall time; a case is a value that is never changed.

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const MAX_CLOCK_STEPS = 10_000;
const MAX_SEARCH = 15_000; // days

function dayOf(instant) {
  return Math.floor(instant / DAY);
}

/** Working days and counts, as `WorkCalendar` has them. A day is its number since 1970. */
function makeCalendar(data) {
  const working = new Map();
  for (const [on, years] of [[false, data.off], [true, data.on]]) {
    for (const [year, days] of Object.entries(years)) {
      for (let place = 0; place < days.length; place += 4) {
        working.set(Date.UTC(+year, +days.slice(place, place + 2) - 1, +days.slice(place + 2, place + 4)) / DAY, on);
      }
    }
  }
  const listed = new Set(data.listed.map((day) => Date.parse(day) / DAY));
  const works = (day) => working.get(day) ?? (day + 3) % 7 < 5; // day 0 was a Thursday; 0 stands for Monday
  const knows = (day) => {
    const year = new Date(day * DAY).getUTCFullYear();
    return listed.has(day) || data.years.some(([first, last]) => first <= year && year <= last);
  };
  const nthFrom = (day, n) => {
    let [provisional, left] = [false, n];
    for (let look = day; look < day + MAX_SEARCH; look += 1) {
      provisional = provisional || !knows(look);
      left -= works(look) ? 1 : 0;
      if (left === 0) return [look, provisional];
    }
    throw new RangeError("fewer working days than are counted");
  };
  const deadline = (start, { unit, length, roll }) => {
    if (unit === "hours") return { at: start + length * HOUR, provisional: false };
    let [last, provisional] = [dayOf(start) + length, false];
    if (unit === "working_days") [last, provisional] = nthFrom(dayOf(start) + 1, length);
    else if (roll) [last, provisional] = nthFrom(last, 1);
    return { at: (last + 1) * DAY, provisional };
  };
  return { works, deadline };
}

function makeModel(data) {
  const calendar = makeCalendar(data.calendar);
  const numbered = (items, name) => new Map(items.map((item, number) => [item[name], number]));
  const eventNumber = numbered(data.events, "name");
  const blocks = data.blocks.map(([state, moves, failed, limit, law]) => ({
    state,
    limit: limit ?? data.states[state].group, // its count: the state's own where the facts make no other
    law: data.law[state] !== undefined && law !== 0, // whether the law's clock starts when the state is entered
    cells: new Map([
      ...moves.map(([column, rule, dest]) => [column, { rule, dest }]),
      ...failed.map(([column, set]) => [column, { failed: data.failedSets[set] }]),
    ]),
  }));
  const columnsOf = data.events.map((_, event) => data.columns.flatMap(([one], column) => (one === event ? [column] : [])));
  const isClock = (event) => data.events[event].actor === data.clock;

  const stateOf = (live) => data.states[blocks[live.block].state];

  /** The opening of a choice of facts (`{name: value}`, every choosable fact): null where no order has them. */
  function openingOf(facts) {
    let place = 0;
    for (const { name, values } of data.facts) {
      const value = values.findIndex((one) => one.value === facts[name]);
      if (value < 0) throw new RangeError(`${name}: ${facts[name]}`);
      place = place * values.length + value;
    }
    return data.openings[data.openingAt[place]];
  }

  function open(facts, at) {
    const opening = openingOf(facts);
    if (!opening) return null;
    const live = { opened: at, block: opening.block, now: at, entered: at, breached: false, floor: null, law: {}, steps: [], turns: [] };
    live.turns = opening.turns.map((turn) => calendar.deadline(at, data.turns[turn]).at);
    if (blocks[opening.block].law) live.law = { [blocks[opening.block].state]: at };
    return live;
  }

  /** The limit that runs: when it ends, of which length (`text`), and why: the special period, what is added, whether it was moved. */
  function due(live) {
    const { limit } = blocks[live.block];
    if (limit < 0) return null;
    const found = counted(live.entered, data.limits[limit]);
    const held = live.floor !== null && live.floor > found.at;
    return { ...found, at: held ? live.floor : found.at, held, limit, then: clockMove(live)?.rule ?? null };
  }

  /** The end of a count. It lies where 00:00 of its last day lies, in hours where its instant lies: in a special period another length
   *  is counted from the same start. What is added is not judged by special periods again. */
  function counted(start, limit) {
    let found = { ...calendar.deadline(start, limit), text: limit.text, special: null, ordinary: null, plus: limit.plus ?? null };
    const place = limit.unit === "hours" ? found.at : found.at - DAY;
    const special = limit.special?.find((one) => one.start <= place && place < one.end);
    const other = special && calendar.deadline(start, special);
    if (other && (other.at >= found.at || !special.never)) {
      found = { ...found, at: other.at, provisional: found.provisional || other.provisional, text: special.text, special, ordinary: found.at };
    }
    return limit.plus ? { ...found, ...later(found, limit.plus) } : found;
  }

  function later({ at, provisional }, { unit, length }) {
    if (unit !== "working_days") return { at: at + length * (unit === "hours" ? HOUR : DAY), provisional };
    const more = calendar.deadline(at - 1, { unit, length });
    return { at: more.at, provisional: provisional || more.provisional };
  }

  function clockMove(live) {
    for (const [column, cell] of blocks[live.block].cells) {
      if (cell.rule !== undefined && isClock(data.columns[column][0])) return cell;
    }
    return null;
  }

  function statutoryDue(live) {
    const found = Object.entries(live.law).map(([state, start]) => ({ ...calendar.deadline(start, data.law[state]), state }));
    return found.reduce((first, one) => (first && first.at <= one.at ? first : one), null);
  }

  /** The limit of the present state when it is passed by `at`, not yet recorded, and no clock rule enforces it. */
  function openBreach(live, at) {
    if (live.breached || clockMove(live)) return null;
    const found = due(live);
    return found && found.at <= at ? { limit: found.limit, text: found.text, at: found.at, provisional: found.provisional } : null;
  }

  function breaches(live) {
    const found = live.steps.flatMap((step) => (step.breach ? [step.breach] : []));
    const fresh = openBreach(live, live.now);
    return fresh ? [...found, fresh] : found;
  }

  function stepped(live, cell, at, provisional = false) {
    const rule = data.rules[cell.rule];
    const breach = openBreach(live, at);
    const [source, dest] = [data.states[rule.source], data.states[rule.dest]];
    let { entered, floor, law } = live;
    let breached = live.breached || breach !== null;
    if (rule.source !== rule.dest && (dest.group < 0 || dest.group !== source.group)) [entered, breached, floor] = [at, false, null];
    else if (blocks[cell.dest].limit !== blocks[live.block].limit) [floor, breached] = moved(live, cell, at, breached);
    if (blocks[cell.dest].law && !(rule.dest in law)) law = { ...law, [rule.dest]: at };
    const steps = [...live.steps, { at, rule: cell.rule, breach, provisional, due: due(live) }]; // `due`: the limit that ran until then
    return { ...live, block: cell.dest, now: at, entered, breached, floor, law, steps };
  }

  /** A limit that goes on as another, from the same start: it ends neither before what was told nor before now, and can be passed anew. */
  function moved(live, cell, at, breached) {
    const floor = Math.max(due(live)?.at ?? at, at);
    return [floor, breached && due({ ...live, block: cell.dest, floor }).at <= at];
  }

  /** The case when the clock has run to `to`: every clock rule that falls due by then has fired at its own instant. */
  function advance(live, to) {
    for (let round = 0; round < MAX_CLOCK_STEPS; round += 1) {
      const cell = clockMove(live);
      const limit = cell && due(live);
      const at = cell && Math.max(limit.at, live.now);
      if (!cell || at > to) return live.now === to ? live : { ...live, now: to };
      live = stepped(live, cell, at, limit.provisional);
    }
    throw new RangeError("the clock goes round by itself");
  }

  /** What the table says to an event in a case whose clock has run to `at`. */
  function cellOf(live, event, at) {
    const phase = data.events[event].files ? live.turns.filter((turn) => turn <= at).length : 0;
    const columns = columnsOf[event];
    return blocks[live.block].cells.get(columns[Math.min(phase, columns.length - 1)]);
  }

  /** What would become of an event by its own actor: `{live, cell, refusal}`, `live` being the case when the clock has run. */
  function asked(before, event, at) {
    const live = at < before.now ? before : advance(before, at);
    const refuse = (code, more) => ({ live, cell: null, refusal: { code, event, state: blocks[live.block].state, failed: [], ...more } });
    if (isClock(event) && live.steps.length > before.steps.length && data.rules[live.steps.at(-1).rule].event === event) {
      return { live, cell: null, refusal: null };
    }
    if (stateOf(live).final) return refuse("case_final");
    if (at < live.now) return refuse("time_reversed", { at, instant: live.now });
    const cell = cellOf(live, event, at);
    if (!cell) return refuse("wrong_state");
    if (isClock(event)) return refuse("not_due", { instant: due(live).at, provisional: due(live).provisional, failed: cell.failed ?? [] });
    return cell.failed ? refuse("guard_failed", { failed: cell.failed }) : { live, cell, refusal: null };
  }

  /** The case after an event, and the refusal: then the case is the one that was. */
  function fire(live, event, at) {
    const found = asked(live, event, at);
    if (found.refusal) return { live, refusal: found.refusal };
    return { live: found.cell ? stepped(found.live, found.cell, at) : found.live, refusal: null };
  }

  /** Every event at an instant: `{event, rule, refusal}`, `rule` being the number of the rule that would fire. */
  function verdicts(live, at) {
    return data.events.map((_, event) => {
      const { cell, refusal } = asked(live, event, at);
      return { event, rule: cell ? cell.rule : null, refusal };
    });
  }

  return { open, openingOf, fire, advance, verdicts, due, statutoryDue, breaches, stateOf, calendar, eventNumber, isClock };
}
