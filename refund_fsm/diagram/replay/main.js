// Owns the session: the instant that is shown, whether it runs, how fast, and in which language. Ties the parts together.

const FLIGHT = 0.9; // seconds that a case takes to travel
const SETTLE = 0.5; // seconds until all have arrived, once it stands still
const STILL = 1; // seconds that a still frame stands
const LONGEST = 0.1; // seconds of a frame that count: a page that was hidden does not jump

function start() {
  const data = JSON.parse(document.getElementById("replay-data").textContent);
  const session = { at: 0, lang: data.langs[0], playing: false, speed: data.speeds[data.speed][0], stood: 0, settled: 0, moves: [], waited: 0 };
  const film = makeFilm(data);
  const words = makeWords(data, () => session.lang);
  const { t, say } = words;
  const $ = (id) => document.getElementById(`replay-${id}`);
  const still = window.matchMedia("(prefers-reduced-motion: reduce)");
  const stage = makeStage(data, { onView: () => wake() });
  const overlay = makeOverlay(data, film, stage, words.place);
  const strip = makeStrip(data, film, words);
  const panel = makePanel(data, film, words, { seek: (state) => stage.seek(stage.card(state)), hasCard: (state) => stage.card(state) !== null });
  const slider = $("slider");
  const end = Math.max(Math.ceil(data.span / 3600), 1) * 3600;
  slider.max = end;
  let [frame, last, fresh] = [0, 0, true];

  // Frames

  /** How far a case is that made its last move at an instant: 1 once it is there. */
  function part(one, place) {
    const at = one.at[place - 1];
    if (still.matches || at <= session.settled) return 1;
    const next = one.at[place] ?? Infinity;
    const flight = Math.max(1, Math.min(FLIGHT * session.speed, next - at));
    return Math.min(1, (session.at - at) / flight + session.stood);
  }

  const freshness = (at) => (session.at - at) / (2 * FLIGHT * session.speed) + (session.playing ? 0 : session.stood * 0.5);

  function draw() {
    const now = film.look(session.at);
    const passed = data.passed.slice(Math.max(0, now.passed - 20), now.passed);
    overlay.draw(now, { part, moves: session.playing ? [] : session.moves, passed: still.matches ? [] : passed, fresh: freshness });
    if (!fresh) return;
    fresh = false;
    panel.render(now);
  }

  function tick(time) {
    frame = 0;
    const passedBy = Math.min(LONGEST, Math.max(0, (time - last) / 1000));
    last = time;
    if (session.playing) run(passedBy);
    else if (session.stood < 1) session.stood = still.matches ? 1 : Math.min(1, session.stood + passedBy / SETTLE);
    draw();
    if (session.playing || session.stood < 1) wake();
  }

  function wake() {
    if (frame || !stage.size()[0]) return;
    frame = requestAnimationFrame(tick);
  }

  function run(passedBy) {
    if (!still.matches) return to(session.at + passedBy * session.speed);
    session.waited += passedBy;
    if (session.waited < STILL) return undefined;
    session.waited = 0;
    return to(session.at + session.speed * STILL);
  }

  // The instant

  function to(at) {
    session.at = Math.max(0, Math.min(end, at));
    session.moves = [];
    fresh = true;
    slider.value = session.at;
    if (session.at >= end && session.playing) play(false);
    if (!session.playing || Math.floor(at / 3600) !== session.said) {
      session.said = Math.floor(at / 3600);
      slider.setAttribute("aria-valuetext", words.full(session.at));
    }
  }

  /** Goes to an instant at once, and tells what is there. */
  function go(at, told) {
    play(false, true);
    to(at);
    session.settled = told ? film.before(session.at) ?? 0 : session.at;
    session.stood = still.matches ? 1 : 0;
    session.moves = told ? film.movesAt(session.at) : [];
    if (session.moves.length) reveal(session.moves[0].rule);
    message(told ? stampSaid() : summary(), told?.());
    wake();
  }

  /** Brings into view where a rule leads from, and where its line ends. */
  function reveal(rule) {
    const { portal } = stage.track(rule);
    const boxes = [stage.card(data.rules[rule].source), portal ?? stage.card(data.rules[rule].dest)].filter(Boolean);
    if (boxes.length) stage.reveal(boxes.reduce(union));
  }

  const stampSaid = () => words.full(session.at);
  const summary = () => say("at", { at: words.full(session.at), open: panel.openSaid(film.look(session.at)) });

  function play(on, silent) {
    if (on && session.at >= end) to(0);
    if (on === session.playing) return;
    session.playing = on;
    session.settled = on ? session.at : session.settled;
    session.stood = on || still.matches ? Number(!on) : 0;
    session.waited = 0;
    last = performance.now();
    labelled();
    if (!on && !silent) message(summary(), session.at >= end ? say("at_end") : "");
    if (on) message("", still.matches ? say("still") : "");
    wake();
  }

  const stepped = (at, none) => (at === undefined ? go(session.at, () => say(none)) : go(at, () => whatHappened(at)));

  function whatHappened(at) {
    const moves = film.movesAt(at);
    const came = film.openedAt(at);
    const tell = ({ number, rule }) => say("moved", { case: film.cases[number].name, rule: data.rules[rule].id, event: t(data.rules[rule].text), state: t(data.states[data.rules[rule].dest].text) });
    const ids = [...new Set(moves.map(({ rule }) => data.rules[rule].id))].slice(0, 6).join(" ");
    const moved = moves.length > 1 ? say("moved_many", { n: moves.length, rules: ids }) : moves.map(tell).join("");
    const opened = came.length > 1 ? say("came_many", { n: came.length }) : came.map((one) => say("came", { case: one.name })).join("");
    return [opened, moved].filter(Boolean).join(" ");
  }

  // Controls

  const act = {
    play: () => play(!session.playing),
    step: () => stepped(film.after(session.at), "at_end"),
    back: () => stepped(film.before(session.at), "at_start"),
    day: () => go(session.at + 86_400),
    day_back: () => go(session.at - 86_400),
    language: () => speak(data.langs[1 - words.place()]),
    zoom_in: () => stage.zoom(1.3),
    zoom_out: () => stage.zoom(1 / 1.3),
    fit: () => stage.fit(),
    wide: () => stage.wide(),
  };
  const button = (key, ...kids) => h("button", { type: "button", "data-key": key, onclick: act[key] }, ...kids);
  const sign = (key, text) => { const one = button(key, text); one.setAttribute("aria-label", say(key)); one.title = say(key); return one; };

  function controls() {
    const choice = h("select", { id: "replay-speed", onchange: (event) => { session.speed = Number(event.target.value); } }, data.speeds.map(([speed, text]) => h("option", { value: speed, selected: speed === session.speed }, t(text))));
    $("buttons").replaceChildren(button("play"), button("back", say("back")), button("step", say("step")), button("day_back", say("day_back")), button("day", say("day")), h("label", {}, say("speed"), " ", choice));
    $("zoom").replaceChildren(sign("zoom_in", "+"), sign("zoom_out", "−"), sign("fit", "⤢"), sign("wide", "↔"));
    if (data.langs.length > 1) {
      const other = button("language", say("language"));
      other.lang = session.lang === "zh" ? "en" : "zh-CN";
      $("frame").replaceChildren(other);
    }
    labelled();
  }

  function labelled() {
    const one = document.querySelector('[data-key="play"]');
    one.textContent = session.playing ? `❚❚ ${say("pause")}` : `▶ ${say("play")}`;
  }

  function speak(lang) {
    session.lang = lang;
    document.documentElement.lang = lang === "zh" ? "zh-CN" : "en";
    const held = document.activeElement?.dataset?.key;
    stage.show(document.getElementById(`replay-svg-${lang}`));
    panel.frame();
    controls();
    if (held) document.querySelector(`[data-key="${held}"]`)?.focus({ preventScroll: true });
    strip.draw();
    to(session.at);
    message(session.playing ? "" : summary());
    wake();
  }

  /** Tells those who listen where things stand; `shown` is told to all: the rest is on the screen already. */
  const message = (heard, shown = "") => $("message").replaceChildren(h("span", { class: "heard" }, `${heard} `), shown);

  slider.addEventListener("input", () => {
    play(false, true);
    to(Number(slider.value));
    session.settled = session.at;
    session.stood = 1;
    wake();
  });
  slider.addEventListener("change", () => message(summary()));
  overlay.night.addEventListener("change", () => wake());
  still.addEventListener("change", () => wake());

  const asked = new URLSearchParams(location.hash.slice(1));
  const local = navigator.language?.toLowerCase().startsWith("zh") ? "zh" : "en";
  speak([asked.get("lang"), local].find((lang) => data.langs.includes(lang)) ?? data.langs[0]);
  const at = (Date.parse(`${asked.get("at")}Z`) - data.start) / 1000;
  if (at >= 0) go(at);
  document.fonts.ready.then(() => { overlay.measureAnew(); strip.draw(); wake(); }); // what was measured before was of another font
  window.refundReplay = Object.freeze({ data, film, session, stage, act, go });
}

start();
