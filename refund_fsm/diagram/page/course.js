// Owns the timeline of the case under the picture: a lane for each whom it waited for, a bar for each state, limits, passed ones, days
// off, what is still to come, the law's clock. Decides nothing: it reads the model. The picture of `diagram.timeline`, in little.

const LANE = 33; // pixels: a bar with its label
const BAR = 10;
const HEADS = { wide: 84, narrow: 10 }; // pixels to the left of the axis
const CHAR = 11.5; // pixels of a wide character; others take little more than half
const LEAST_SPAN = 6 * HOUR;
const MOST_MERGED = 400; // stays: of more, those too short to be seen are left out
const MOST_OFF = 1_000; // days: of a longer case, days off are not told apart

function makeCourse(data, model, words) {
  const { t, say, stamp } = words;
  const root = document.getElementById("page-course");
  const s = (tag, props, ...kids) => {
    const el = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(props ?? {})) if (value !== null && value !== undefined) el.setAttribute(name, value);
    el.append(...kids.flat(Infinity).filter((kid) => kid !== null && kid !== undefined && kid !== false));
    return el;
  };
  const long = (text) => [...text].reduce((sum, char) => sum + (char.codePointAt(0) > 0x2e7f ? CHAR : CHAR * 0.58), 0);
  const lasted = (time) => (time < HOUR ? say("minutes", { n: Math.floor(time / 60_000) }) : time < 2 * DAY ? say("hours", { n: round(time / HOUR) }) : say("days", { n: round(time / DAY) }));
  const round = (number) => String(Math.round(number * 10) / 10);
  const short = (at) => stamp(at, { weekday: false }).slice(5);
  let session = null;
  let width = 0;

  /** Where the case stayed, from when to when, under which limit, and when that was passed. */
  function stays() {
    const { live } = session;
    const found = [{ state: model.stateOf(session.lives[0]), at: session.opened, rule: null }];
    for (const step of live.steps) {
      const here = found.at(-1);
      const rule = data.rules[step.rule];
      here.due = step.due;
      here.passed = step.breach?.at ?? here.passed;
      if (rule.source !== rule.dest) {
        here.end = step.at;
        found.push({ state: data.states[rule.dest], at: step.at, rule, passed: null });
      }
    }
    const last = found.at(-1);
    const fresh = model.breaches(live).at(-1);
    Object.assign(last, { end: last.state.final ? last.at : live.now, due: model.due(live), last: true });
    if (fresh && !last.state.final && fresh.at >= last.at) last.passed = fresh.at;
    found.forEach((one, place) => {
      const next = found[place + 1];
      if (next && one.due && next.due && one.due.at === next.due.at && one.due.limit === next.due.limit) one.due = null;
    });
    return found;
  }

  function spanOf(all, law) {
    const { live, opened } = session;
    const over = all.at(-1).state.final;
    const ended = over ? all.at(-1).at : live.now;
    const due = all.at(-1).due;
    const known = Math.max(ended, opened + LEAST_SPAN, due && due.at > live.now ? due.at : 0);
    const far = (at, times) => (at <= opened + times * (known - opened) ? at : 0);
    const kept = all.filter((one) => !one.last && one.due && one.due.at > one.end).map((one) => far(one.due.at, 1.35));
    const end = Math.max(known, ...kept, law ? far(law.at, over ? 1.35 : 2.5) : 0);
    return { begin: opened, end: end + 0.02 * (end - opened), ended, over };
  }

  function drawn() {
    const all = stays();
    const law = model.statutoryDue(session.live);
    const span = spanOf(all, law);
    const narrow = width < 560;
    const left = narrow ? HEADS.narrow : HEADS.wide;
    const x = (at) => left + (width - left - 12) * Math.min(Math.max((at - span.begin) / (span.end - span.begin), 0), 1);
    const owners = [...new Set(all.map((one) => one.state.owner).filter((owner) => owner >= 0))].sort((one, two) => one - two);
    const step = LANE + (narrow ? 15 : 0);
    const high = 30 + step * (owners.length + (law ? 1 : 0));
    const top = (lane) => 30 + lane * step + (narrow ? 15 : 0);
    const shapes = [offs(x, span, high), axis(x, span, left)];
    let lane = 0;
    for (const [place, one] of all.entries()) {
      const before = lane;
      if (one.state.owner >= 0) lane = owners.indexOf(one.state.owner);
      if (place && before !== lane) shapes.push(s("path", { class: "link", d: `M${x(one.at)},${top(before) + BAR / 2}V${top(lane) + BAR / 2}` }));
      one.lane = lane;
    }
    const seen = all.filter((one) => all.length <= MOST_MERGED || one.last || x(one.end) - x(one.at) >= 1);
    owners.forEach((owner, number) => shapes.push(...laneOf(seen.filter((one) => one.lane === number), data.actors[owner], top(number), x, narrow)));
    if (!span.over) shapes.push(s("path", { class: "now", d: `M${x(session.live.now)},24V${high}` }));
    if (law) shapes.push(...lawOf(law, span, top(owners.length), x, narrow));
    const told = all.slice(-40).map((one) => `${t(one.state.text)}: ${stamp(one.at)}, ${lasted(one.end - one.at)}`).join("; ");
    return s("svg", { width, height: high, viewBox: `0 0 ${width} ${high}`, role: "img", "aria-label": `${say("course")}. ${told}` }, shapes);
  }

  function axis(x, span, left) {
    const days = (span.end - span.begin) / DAY;
    const pace = [1, 2, 7, 14, 28, 91, 182, 364, 1820].find((one) => (x(span.end) - left) / (days / one) >= 52) ?? 3640;
    const ticks = [];
    let day = dayOf(span.begin) + 1;
    if (pace > 2) while ((day + 3) % 7) day += 1; // a Monday
    for (; day * DAY <= span.end && ticks.length < 100; day += pace) {
      if (x(day * DAY) + 34 <= width) ticks.push(s("text", { class: "date", x: x(day * DAY), y: 23 }, new Date(day * DAY).toISOString().slice(5, 10)), s("path", { class: "tick", d: `M${x(day * DAY)},26v4` }));
    }
    return [s("text", { class: "date", x: left > 20 ? 8 : left, y: 11 }, String(new Date(span.begin).getUTCFullYear())), ticks];
  }

  /** Days on which nobody works, and what the festivals among them are called. */
  function offs(x, span, high) {
    const [first, last] = [dayOf(span.begin), dayOf(span.end)];
    if (last - first > MOST_OFF) return [];
    const shapes = [];
    for (let day = first; day <= last; day += 1) {
      if (!model.calendar.works(day)) shapes.push(s("rect", { class: "off", x: x(day * DAY), y: 28, width: x((day + 1) * DAY) - x(day * DAY), height: high - 28 }));
    }
    let free = 44;
    for (const [from, length, name] of data.calendar.festivals.days) {
      const [begin, end] = [Date.parse(from), Date.parse(from) + length * DAY];
      const text = t(data.calendar.festivals.names[name]);
      if (begin > span.end || end < span.begin) continue;
      const middle = (x(begin) + x(end)) / 2 - long(text) / 2;
      const at = Math.max(free, Math.min(middle, width - 8 - long(text)));
      shapes.push(s("text", { class: "festival", x: at, y: 11 }, text));
      free = at + long(text) + 8;
    }
    return shapes;
  }

  const head = (text, colour, y, narrow) => s("text", { class: "head", style: colour && `--actor:${colour}`, x: narrow ? 10 : 8, y: narrow ? y - 5 : y + BAR }, text);

  function laneOf(here, actor, y, x, narrow) {
    const shapes = [head(t(actor.text), actor.colour, y, narrow)];
    let free = width;
    for (const one of [...here].reverse()) {
      const name = one.state.final ? t(one.state.text) : `${t(one.state.text)} ${lasted(one.end - one.at)}`;
      const late = one.passed ? say("late", { time: lasted(Math.max(one.end - one.passed, 0)) }) : "";
      const title = [one.rule && `${one.rule.id} ${t(data.events[one.rule.event].text)}`, name, stamp(one.at), one.due && `${say("due")} ${stamp(one.due.at)}`, late];
      shapes.push(s("g", { style: `--actor:${actor.colour}` }, s("title", {}, title.filter(Boolean).join(" · ")), marks(one, here, y, x)));
      const said = late ? `${name} · ${late}` : name;
      const at = Math.min(x(one.at), width - 4 - long(said));
      if (at + long(said) + 6 <= free && at >= 4) {
        shapes.push(s("text", { class: late ? "name late" : "name", x: at, y: y + BAR + 13 }, said));
        free = at;
      }
    }
    return shapes;
  }

  function marks(one, here, y, x) {
    const middle = y + BAR / 2;
    if (one.state.final) return s("circle", { class: one.state.success || one.state.good ? "end good" : "end", cx: x(one.at), cy: middle, r: 6 });
    const shapes = [s("rect", { class: "stay", x: x(one.at), y, width: Math.max(x(one.end) - x(one.at), 3), height: BAR })];
    if (one.passed) shapes.push(s("rect", { class: "stay passed", x: x(one.passed), y, width: Math.max(x(one.end) - x(one.passed), 3), height: BAR }));
    if (!one.due) return shapes;
    const ahead = one.last && one.due.at > one.end;
    const free = !here.some((other) => other !== one && !other.state.final && other.at >= one.end && other.at < one.due.at);
    if (one.due.at > one.end && free) shapes.unshift(s("path", { class: ahead ? "ahead" : "kept", d: `M${x(one.end)},${middle}H${x(one.due.at)}` }));
    shapes.push(s("circle", { class: one.passed ? "ring passed" : "ring", cx: x(one.due.at), cy: free || one.due.at <= one.end ? middle : y - 3, r: ahead || one.passed ? 4.5 : 3 }));
    if (ahead) shapes.push(s("text", { class: "name", x: Math.min(x(one.due.at) - long(short(one.due.at)) - 8, width), y: y - 2 }, short(one.due.at)));
    return shapes;
  }

  function lawOf(law, span, y, x, narrow) {
    const middle = y + BAR / 2;
    const start = session.live.law[law.state] ?? span.begin;
    const gone = Math.max(start, Math.min(law.at, span.ended));
    const passed = law.at <= span.ended;
    const text = `${short(law.at)}${passed ? ` ${say("passed")}` : ""}`;
    return [
      head(say("statutory"), null, y, narrow),
      s("path", { class: "law", d: `M${x(start)},${middle}H${x(gone)}` }),
      s("path", { class: "law ahead", d: `M${x(gone)},${middle}H${x(law.at)}` }),
      s("circle", { class: passed ? "ring passed" : "ring", cx: x(law.at), cy: middle, r: 4.5 }),
      s("text", { class: passed ? "name late" : "name", x: Math.min(Math.max(x(law.at) - long(text), 4), width - long(text)), y: y + BAR + 13 }, text),
    ];
  }

  const view = root.querySelector("div");
  const redrawn = () => { if (session && width > 0) view.replaceChildren(drawn()); };
  new ResizeObserver(([{ contentRect }]) => {
    const wide = Math.floor(contentRect.width);
    if (!wide || wide === width) return;
    width = wide;
    redrawn();
  }).observe(view);

  /** Shows the case as it stands; nothing before its first step. */
  function show(present) {
    session = present;
    root.hidden = !session.live.steps.length;
    root.setAttribute("aria-label", say("course"));
    if (!root.hidden) redrawn();
  }

  return { show };
}
