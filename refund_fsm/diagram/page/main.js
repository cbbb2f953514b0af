// Owns the session: facts, opening, what was done (and undone), and what was said last. Ties the parts together.

const PACES = { none: 0, hour: HOUR, day: DAY };

function start() {
  const data = JSON.parse(document.getElementById("page-data").textContent);
  const model = makeModel(data);
  const session = { lang: "zh", heat: false, fading: true, pace: "hour", choosing: false, elsewhere: false, told: [() => "", false] };
  const words = makeWords(data, () => session.lang);
  const { t, say, stamp } = words;
  const host = document.getElementById("page-canvas");
  const picture = makePicture(data, host, { onRules: clicked, onPoint: pointed, onView: () => stubs?.moved(), onRoom: () => session.live && picture.follow(...whereabouts(), true) });
  let stubs = null; // the first view comes before

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
    if (refusal) return refused(event, refusal);
    session.undone = [];
    letTimePass();
    shown(() => say("now_in", { event: t(data.events[event].text), ...nowIn() }));
  }

  const refused = (event, refusal) => tell(() => say("refused_event", { event: t(data.events[event].text), why: words.explain(refusal) }), true);
  const badTime = () => tell(() => say("bad_time", { first: data.firstYear, last: data.lastYear }), true);

  function moveClock(at) {
    const before = session.live;
    if (!(at >= before.now && inYears(data, at))) return badTime();
    push({ event: -1, at });
    session.undone = [];
    const fired = session.live.steps.slice(before.steps.length).map((step) => data.events[data.rules[step.rule].event].text);
    const fresh = model.breaches(session.live).slice(model.breaches(before).length);
    const breach = (one) => say("breach", { limit: t(one.text), at: stamp(one.at) });
    const moved = () => (fired.length ? say("now_in", { event: fired.map(t).join(" · "), ...nowIn() }) : say("time_is", { at: stamp(at), ...nowIn() }));
    shown(() => [moved(), ...fresh.map(breach)].join(" "));
  }

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
    shown(() => say("back_to", nowIn()));
  }

  function undo() {
    while (session.log.at(-1)?.auto) pop();
    if (session.log.length) pop();
    shown(() => say("back_to", nowIn()));
  }

  /** Back to the opening, once that was asked; all that was done can be done again. */
  function reset() {
    while (session.log.length) pop();
    shown(() => say("back_to", nowIn()), true);
  }

  const asked = document.getElementById("page-ask");
  const ask = () => { if (session.log.length) { view.asking(session); asked.showModal(); } };

  function redo() {
    if (!session.undone.length || push(session.undone.at(-1))) return;
    session.undone.pop();
    while (session.undone.at(-1)?.auto && !push(session.undone.at(-1))) session.undone.pop();
    shown(() => say("now_in", { event: say("redo"), ...nowIn() }));
  }

  /** Starts anew with other facts, or says which one more change would make an order of them. */
  function fact(name, value) {
    const wanted = { ...session.facts, [name]: value };
    if (begin(wanted, session.opened)) return shown(() => say("time_is", { at: stamp(session.opened), ...nowIn() }), true);
    const ways = data.facts.flatMap((field) => (field.name === name ? [] : field.values
      .filter((one) => one.value !== wanted[field.name] && model.openingOf({ ...wanted, [field.name]: one.value }))
      .map((one) => () => say("way", { fact: t(field.text), value: t(one.text) }))));
    view.frame(session);
    return tell(() => (ways.length ? say("impossible", { ways: ways.map((way) => way()).join(say("ways_or")) }) : say("impossible_now")), true);
  }

  function opening(text) {
    const at = fromLocal(text);
    if (!inYears(data, at)) return badTime();
    begin(session.facts, at);
    return shown(() => say("time_is", { at: stamp(at), ...nowIn() }), true);
  }

  const sourceOf = (kind) => document.getElementById(`page-${kind}-${session.heat ? "heat-" : ""}${session.lang}`);
  const pictured = () => {
    picture.show(sourceOf("svg"));
    view.legend(sourceOf("legend"));
    map.render();
    map.painted();
  };
  const redrawn = () => {
    pictured();
    view.frame(session);
    sheet.labelled();
    shown(null);
    tell(...session.told);
  };

  /** Says something: what makes the words is kept, so that another language says it again. */
  function tell(said, bad) {
    session.told = [said, bad];
    view.message(said(), bad);
  }

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
    reset: ask,
    reset_yes: () => { asked.close(); reset(); },
    reset_no: () => asked.close(),
    keys: (on) => keys.turn(on),
    print_case: () => paper.print("case"),
    print_diagram: () => paper.print("diagram"),
    pace: (pace) => (session.pace = pace),
    focus: () => { session.fading = !session.fading; shown(null); },
    heat: () => { if (data.overlaid) { session.heat = !session.heat; redrawn(); } },
    language: () => { session.lang = session.lang === "zh" ? "en" : "zh"; redrawn(); },
    help: () => { const list = document.getElementById("page-keys"); if (list.open) list.close(); else list.showModal(); },
    zoom_in: () => picture.zoom(1.3),
    zoom_out: () => picture.zoom(1 / 1.3),
    fit: () => picture.fit(),
    follow: () => picture.follow(...whereabouts(), true),
  };
  const view = makeView(data, model, words, act, () => keys.on());
  const map = makeMap(data, words, session, picture);
  const sheet = makeSheet(words);
  const course = makeCourse(data, model, words);
  const keys = makeKeys({
    act, pan: picture.pan, nth: (place) => session.legal[place] && (() => fireEvent(session.legal[place].event)),
    changed: () => { view.frame(session); shown(null); },
  });
  const paper = makePaper(data, model, words, session, () => sourceOf("svg"));
  const address = makeAddress(data, model, words, session, { begin, push });
  stubs = makeStubs(data, words, picture);
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
    if (message) tell(message, false);
    const [state, next] = whereabouts();
    const taken = new Set(session.live.steps.map((step) => step.rule));
    const been = new Set([...taken].flatMap((rule) => [data.rules[rule].source, data.rules[rule].dest]));
    picture.light({ state, been, taken, next, fading: session.fading && !session.heat, heat: session.heat });
    picture.follow(state, next);
    stubs.next(next);
    course.show(session);
    history.replaceState(null, "", `#${address.written()}`);
  }

  function clicked(rules) {
    const legal = session.legal.filter((one) => rules.includes(one.rule));
    if (legal.length === 1) return fireEvent(legal[0].event);
    if (legal.length > 1) {
      document.querySelector(`[data-rule="${CSS.escape(data.rules[legal[0].rule].id)}"]`)?.focus();
      return tell(() => say("same_edge"), false);
    }
    const due = model.due(session.live);
    if (due && rules.includes(due.then)) return act.jump();
    const event = data.rules[rules[0]].event;
    const { refusal } = model.verdicts(session.live, session.live.now)[event];
    return refusal && refused(event, refusal);
  }

  function pointed(rules) {
    const ids = new Set(rules.map((rule) => data.rules[rule].id));
    document.querySelectorAll(".action").forEach((el) => el.classList.toggle("pointed", ids.has(el.dataset.rule)));
  }

  function load() {
    const fresh = () => begin({ ...data.start.facts }, data.start.at);
    const { lang } = session;
    let bad = null;
    try {
      if (location.hash === "#" || !address.restore(location.hash)) fresh();
    } catch (error) {
      fresh();
      bad = () => say("bad_link", { why: error.said?.() ?? error.message });
    }
    if (lang !== session.lang || !picture.shown()) pictured();
    sheet.labelled();
    shown(() => say("note"), true);
    if (bad) tell(bad, true);
  }

  window.addEventListener("hashchange", load);

  session.lang = navigator.language?.toLowerCase().startsWith("zh") ? "zh" : "en";
  load();
  window.refundPage = Object.freeze({ data, model, live: () => session.live, act });
}

start();
