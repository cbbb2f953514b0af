// Owns the session: facts, opening, what was done (and undone), the address that holds it, and the keys. Ties the parts together.

const MAX_LOG = 2_000; // steps that an address may hold
const PACES = { none: 0, hour: HOUR, day: DAY };
const MINUTE = 60_000;

function start() {
  const data = JSON.parse(document.getElementById("page-data").textContent);
  const model = makeModel(data);
  const session = { lang: "zh", heat: false, fading: true, pace: "hour", choosing: false, elsewhere: false };
  const words = makeWords(data, () => session.lang);
  const { t, say, stamp } = words;
  const host = document.getElementById("page-canvas");
  const picture = makePicture(data, host, { onRules: clicked, onPoint: pointed });

  // The case

  const nowIn = () => {
    const due = model.due(session.live);
    return { state: t(model.stateOf(session.live).text), due: due && due.at > session.live.now ? say("now_due", { at: stamp(due.at) }) : "" };
  };

  /** Starts a case; false where no order has the facts. */
  function begin(facts, opened) {
    const live = model.open(facts, opened);
    if (!live) return false;
    Object.assign(session, { facts, opened, live, lives: [live], log: [], undone: [] });
    return true;
  }

  const later = (live, entry) => (entry.event < 0 ? { live: model.advance(live, entry.at), refusal: null } : model.fire(live, entry.event, entry.at));

  function push(entry) {
    const { live, refusal } = later(session.live, entry);
    if (refusal) return refusal;
    session.log.push(entry);
    session.lives.push(live);
    session.live = live;
    return null;
  }

  function pop() {
    session.undone.push(session.log.pop());
    session.lives.pop();
    session.live = session.lives.at(-1);
  }

  /** After an event some time passes, but never so much that a limit is reached unasked. */
  function letTimePass() {
    const { live } = session;
    const due = model.due(live);
    const law = model.statutoryDue(live);
    const limits = [due, law].filter((one) => one && one.at > live.now).map((one) => one.at - MINUTE);
    const at = Math.min(live.now + PACES[session.pace], ...limits);
    if (at > live.now && !model.stateOf(live).final) push({ event: -1, at, auto: true });
  }

  function fireEvent(event) {
    const refusal = push({ event, at: session.live.now });
    if (refusal) return view.message(say("refused_event", { event: t(data.events[event].text), why: words.explain(refusal) }), true);
    session.undone = [];
    letTimePass();
    shown(say("now_in", { event: t(data.events[event].text), ...nowIn() }));
  }

  function moveClock(at) {
    const before = session.live;
    if (!(at >= before.now && inYears(at))) return view.message(say("bad_time", { first: data.firstYear, last: data.lastYear }), true);
    push({ event: -1, at });
    session.undone = [];
    const fired = session.live.steps.slice(before.steps.length).map((step) => t(data.events[data.rules[step.rule].event].text));
    const fresh = model.breaches(session.live).slice(model.breaches(before).length);
    const told = fresh.map((one) => say("breach", { limit: t(one.text), at: stamp(one.at) }));
    shown([fired.length ? say("now_in", { event: fired.join(" · "), ...nowIn() }) : say("time_is", { at: stamp(at), ...nowIn() }), ...told].join(" "));
  }

  const inYears = (at) => new Date(at).getUTCFullYear() >= data.firstYear && new Date(at).getUTCFullYear() <= data.lastYear;
  const fromLocal = (text) => Date.parse(`${text}Z`);

  function morning() {
    let day = dayOf(session.live.now) + (session.live.now % DAY < 9 * HOUR ? 0 : 1);
    for (let look = 0; look < 366 && !model.calendar.works(day); look += 1) day += 1;
    moveClock(day * DAY + 9 * HOUR);
  }

  /** Back to just after a step: the rest is kept for `redo`. */
  function back(steps) {
    while (session.live.steps.length > steps && session.log.length) pop();
    const entry = session.undone.at(-1);
    if (session.live.steps.length < steps && entry) push({ event: -1, at: later(session.live, entry).live.steps[steps - 1].at });
    shown(say("back_to", nowIn()));
  }

  function undo() {
    while (session.log.at(-1)?.auto) pop();
    if (session.log.length) pop();
    shown(say("back_to", nowIn()));
  }

  /** Back to the opening; all that was done can be done again. */
  function reset() {
    while (session.log.length) pop();
    shown(say("back_to", nowIn()), true);
  }

  function redo() {
    if (!session.undone.length || push(session.undone.at(-1))) return;
    session.undone.pop();
    while (session.undone.at(-1)?.auto && !push(session.undone.at(-1))) session.undone.pop();
    shown(say("now_in", { event: say("redo"), ...nowIn() }));
  }

  /** Starts anew with other facts, or says which one more change would make an order of them. */
  function fact(name, value) {
    const wanted = { ...session.facts, [name]: value };
    if (begin(wanted, session.opened)) return shown(say("time_is", { at: stamp(session.opened), ...nowIn() }), true);
    const ways = data.facts.flatMap((field) => (field.name === name ? [] : field.values
      .filter((one) => one.value !== wanted[field.name] && model.openingOf({ ...wanted, [field.name]: one.value }))
      .map((one) => say("way", { fact: t(field.text), value: t(one.text) }))));
    view.frame(session);
    return view.message(ways.length ? say("impossible", { ways: ways.join(say("ways_or")) }) : say("impossible_now"), true);
  }

  function opening(text) {
    const at = fromLocal(text);
    if (!inYears(at)) return view.message(say("bad_time", { first: data.firstYear, last: data.lastYear }), true);
    begin(session.facts, at);
    return shown(say("time_is", { at: stamp(at), ...nowIn() }), true);
  }

  const redrawn = () => {
    picture.show(document.getElementById(`page-svg-${session.heat ? "heat-" : ""}${session.lang}`));
    view.frame(session);
    shown(null);
  };

  const act = {
    fireEvent, moveClock, back, undo, redo, fact, opening, morning,
    fire() {}, // the button's own listener knows its event
    goTo: (text) => moveClock(fromLocal(text)),
    go() {},
    point: (rule) => picture.point(rule),
    hour: () => moveClock(session.live.now + HOUR),
    day: () => moveClock(session.live.now + DAY),
    jump: () => jumpTo(model.due(session.live)),
    jump_law: () => jumpTo(model.statutoryDue(session.live)),
    reset,
    pace: (pace) => (session.pace = pace),
    focus: () => { session.fading = !session.fading; shown(null); },
    heat: () => { if (data.overlaid) { session.heat = !session.heat; redrawn(); } },
    language: () => { session.lang = session.lang === "zh" ? "en" : "zh"; redrawn(); },
    help: () => { const keys = document.getElementById("page-keys"); if (keys.open) keys.close(); else keys.showModal(); },
    zoom_in: () => picture.zoom(1.3),
    zoom_out: () => picture.zoom(1 / 1.3),
    fit: () => picture.fit(),
    follow: () => picture.follow(...whereabouts()),
  };
  const view = makeView(data, model, words, act);
  const jumpTo = (due) => { if (due && due.at > session.live.now) moveClock(due.at); };

  // What is shown

  const whereabouts = () => [data.states.indexOf(model.stateOf(session.live)), nextRules()];
  const nextRules = () => new Set([...session.legal.map((one) => one.rule), ...[model.due(session.live)?.then ?? []].flat()]);

  function shown(message, anew = false) {
    const verdicts = model.verdicts(session.live, session.live.now);
    const { owner } = model.stateOf(session.live);
    const order = [...new Set([...(owner < 0 ? [] : [owner]), ...data.actors.keys()])];
    const legal = verdicts.filter((one) => one.rule !== null);
    session.legal = order.flatMap((actor) => legal.filter((one) => data.events[one.event].actor === actor));
    if (anew) view.frame(session);
    view.render(session, verdicts);
    view.message(message, false);
    const [state, next] = whereabouts();
    const taken = new Set(session.live.steps.map((step) => step.rule));
    const been = new Set([...taken].flatMap((rule) => [data.rules[rule].source, data.rules[rule].dest]));
    picture.light({ state, been, taken, next, fading: session.fading && !session.heat, heat: session.heat });
    picture.follow(state, next);
    history.replaceState(null, "", `#${written()}`);
  }

  function clicked(rules) {
    const legal = session.legal.filter((one) => rules.includes(one.rule));
    if (legal.length === 1) return fireEvent(legal[0].event);
    if (legal.length > 1) {
      document.querySelector(`[data-rule="${CSS.escape(data.rules[legal[0].rule].id)}"]`)?.focus();
      return view.message(say("same_edge"), false);
    }
    const due = model.due(session.live);
    if (due && rules.includes(due.then)) return act.jump();
    const event = data.rules[rules[0]].event;
    const { refusal } = model.verdicts(session.live, session.live.now)[event];
    return refusal && view.message(say("refused_event", { event: t(data.events[event].text), why: words.explain(refusal) }), true);
  }

  function pointed(rules) {
    const ids = new Set(rules.map((rule) => data.rules[rule].id));
    document.querySelectorAll(".action").forEach((el) => el.classList.toggle("pointed", ids.has(el.dataset.rule)));
  }

  // The address: facts by name, the opening, and each entry as `event.minutes` after the one before; `~` is time that passed by itself

  const code = encodeURIComponent;

  function written() {
    let before = session.opened;
    const log = session.log.map(({ event, at, auto }) => {
      const minutes = Math.round((at - before) / MINUTE);
      before = at;
      return `${event >= 0 ? code(data.events[event].name) : auto ? "~" : ""}.${minutes}`;
    });
    const facts = data.facts.map(({ name }) => `${code(name)}=${code(session.facts[name])}`);
    const opened = new Date(session.opened).toISOString().slice(0, 16);
    return [`lang=${session.lang}`, `table=${data.fingerprint}`, ...facts, `at=${opened}`, ...(log.length ? [`log=${log.join(",")}`] : [])].join("&");
  }

  /** Restores the case of an address. Throws an `Error` in words for one that cannot be. */
  function restore(hash) {
    const given = new Map(hash.slice(1).split("&").map((part) => part.split("=").map(decodeURIComponent)));
    if (["zh", "en"].includes(given.get("lang"))) session.lang = given.get("lang");
    if (!given.has("table") && !given.has("log") && !given.has("at")) return false;
    const wrong = (field) => new Error(say("bad_field", { field }));
    if (given.get("table") !== data.fingerprint) throw new Error(say("bad_table"));
    const known = new Set(["lang", "table", "at", "log", ...data.facts.map(({ name }) => name)]);
    for (const name of given.keys()) if (!known.has(name)) throw wrong(name);
    const facts = {};
    for (const { name, values } of data.facts) {
      const found = values.find((one) => String(one.value) === given.get(name));
      if (!found) throw wrong(name);
      facts[name] = found.value;
    }
    const opened = fromLocal(given.get("at") ?? "");
    if (!inYears(opened)) throw wrong("at");
    if (!begin(facts, opened)) throw new Error(say("impossible_now"));
    const entries = given.get("log") ? given.get("log").split(",") : [];
    if (entries.length > MAX_LOG) throw wrong("log");
    entries.forEach(replay);
    return true;
  }

  function replay(text, number) {
    const found = /^(.*)\.(\d{1,9})$/.exec(text);
    const at = found && session.live.now + Number(found[2]) * MINUTE;
    const auto = found?.[1] === "~";
    const event = found && !auto && found[1] ? model.eventNumber.get(found[1]) ?? NaN : -1;
    if (!found || Number.isNaN(event) || !inYears(at)) throw new Error(say("bad_field", { field: "log" }));
    if (push({ event, at, auto })) throw new Error(say("bad_step", { number: number + 1, event: t(data.events[event].text) }));
  }

  function load() {
    const fresh = () => begin({ ...data.start.facts }, data.start.at);
    const { lang } = session;
    let [message, bad] = ["", false];
    try {
      if (location.hash === "#" || !restore(location.hash)) fresh();
    } catch (error) {
      fresh();
      [message, bad] = [say("bad_link", { why: error instanceof URIError ? say("bad_field", { field: "#" }) : error.message }), true];
    }
    if (lang !== session.lang || !picture.shown()) picture.show(document.getElementById(`page-svg-${session.heat ? "heat-" : ""}${session.lang}`));
    shown(message || say("note"), true);
    if (bad) view.message(message, true);
  }

  // Keys

  const KEYS = { u: "undo", y: "redo", r: "reset", h: "heat", l: "language", f: "focus", j: "jump", t: "hour", d: "day", m: "morning", c: "follow", "+": "zoom_in", "=": "zoom_in", "-": "zoom_out", "−": "zoom_out", 0: "fit", "?": "help" };
  const ARROWS = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] };

  window.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches("input:not([type=checkbox]), select, textarea")) return;
    const key = event.key.toLowerCase();
    if (document.getElementById("page-keys").open && key !== "?") return;
    const arrow = event.target === host && ARROWS[event.key];
    const nth = /^[1-9]$/.test(key) && session.legal[Number(key) - 1];
    if (!arrow && !nth && !KEYS[key]) return;
    event.preventDefault();
    if (arrow) picture.pan(...arrow);
    else if (nth) fireEvent(nth.event);
    else act[KEYS[key]]();
  });
  window.addEventListener("hashchange", load);
  window.addEventListener("resize", () => {
    picture.measure();
    picture.follow(...whereabouts());
  });

  session.lang = navigator.language?.toLowerCase().startsWith("zh") ? "zh" : "en";
  load();
  window.refundPage = Object.freeze({ data, model, live: () => session.live, act });
}

start();
