// Owns where every case is at an instant: states, people in each, who is late, what moves. Decides nothing: it reads what happened.
// Instants are seconds after the first one.

function makeFilm(data) {
  const cases = data.cases.map(([name, opened, first, ...rest]) => {
    const one = { name, opened, first, at: [], rule: [], late: [] };
    for (let place = 0, at = opened; place < rest.length; place += 2) {
      at += rest[place + 1];
      one.rule.push(rest[place]);
      one.at.push(at);
    }
    return one;
  });
  const goesOn = (rule) => {
    const [source, dest] = [data.states[rule.source], data.states[rule.dest]];
    return rule.source === rule.dest || (dest.group >= 0 && dest.group === source.group);
  };
  for (const [at, number] of data.passed) {
    const one = cases[number];
    const left = one.at.findIndex((time, place) => time >= at && !goesOn(data.rules[one.rule[place]]));
    one.late.push([at, left < 0 ? Infinity : one.at[left]]);
  }
  const moves = cases.flatMap((one, number) => one.at.map((at, place) => ({ at, number, rule: one.rule[place] }))).sort((a, b) => a.at - b.at);
  const moments = Float64Array.from(new Set([0, ...cases.map((one) => one.opened), ...moves.map((one) => one.at)])).sort();
  const shown = {
    at: -1,
    place: new Int32Array(cases.length), // how many moves each case has made
    state: new Int32Array(cases.length), // −1: not opened yet
    counts: new Int32Array(data.states.length),
    late: new Int32Array(data.states.length),
    endedBy: new Int32Array(data.rules.length), // those that ended, by the rule that ended them
    coming: 0, ended: 0, passed: 0,
  };

  /** Everything as it is at an instant. The same object each time. */
  function look(at) {
    if (at === shown.at) return shown;
    shown.counts.fill(0);
    shown.late.fill(0);
    shown.endedBy.fill(0);
    shown.coming = shown.ended = 0;
    cases.forEach((one, number) => {
      let place = at < shown.at ? 0 : shown.place[number];
      while (place < one.at.length && one.at[place] <= at) place += 1;
      shown.place[number] = place;
      if (one.opened > at) {
        shown.state[number] = -1;
        shown.coming += 1;
        return;
      }
      const state = place ? data.rules[one.rule[place - 1]].dest : one.first;
      shown.state[number] = state;
      shown.counts[state] += 1;
      if (data.states[state].final) {
        shown.ended += 1;
        if (place) shown.endedBy[one.rule[place - 1]] += 1;
      } else if (one.late.some(([from, until]) => from <= at && at < until)) shown.late[state] += 1;
    });
    shown.passed = below(data.passed.length, (place) => data.passed[place][0] <= at);
    shown.at = at;
    return shown;
  }

  /** How many of `count` things in order have a property that the first ones have. */
  function below(count, has) {
    let [low, high] = [0, count];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (has(middle)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  const after = (at) => moments[below(moments.length, (place) => moments[place] <= at)];
  const before = (at) => moments[below(moments.length, (place) => moments[place] < at) - 1];
  const movesAt = (at) => moves.slice(below(moves.length, (place) => moves[place].at < at), below(moves.length, (place) => moves[place].at <= at));
  const openedAt = (at) => cases.filter((one) => one.opened === at);

  /** How many cases are open at so many instants from the first to the last. */
  function openAt(count) {
    const change = new Int32Array(count + 1);
    const place = (at) => Math.min(count, Math.ceil((at / (data.span || 1)) * (count - 1)));
    for (const one of cases) {
      change[place(one.opened)] += 1;
      const last = one.rule.length ? data.rules[one.rule.at(-1)].dest : one.first;
      if (data.states[last].final) change[place(one.at.at(-1) ?? one.opened)] -= 1;
    }
    for (let each = 1; each < count; each += 1) change[each] += change[each - 1];
    return change.subarray(0, count);
  }

  return { cases, look, after, before, movesAt, openedAt, openAt };
}
