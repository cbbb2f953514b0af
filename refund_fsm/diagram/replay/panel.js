// Owns what stands beside the picture: how instants are said, the clock, people in each state as a table, limits passed. Decides nothing.

const LAST = 6; // limits passed that are listed

function makeWords(data, langOf) {
  const place = () => data.langs.indexOf(langOf());
  const t = (texts) => texts[place()];
  const say = (key, more = {}) => t(data.words[key]).replace(/\{(\w+)\}/g, (all, name) => more[name] ?? all);
  const dateOf = (at) => new Date(data.start + at * 1000);
  const dayOf = (at) => Math.floor((data.start / 1000 + at) / 86_400) - Math.floor(data.start / 86_400_000);
  const two = (number) => String(number).padStart(2, "0");
  const clock = (at) => `${two(dateOf(at).getUTCHours())}:${two(dateOf(at).getUTCMinutes())}`;
  const day = (at) => `${two(dateOf(at).getUTCMonth() + 1)}-${two(dateOf(at).getUTCDate())}`;
  const weekday = (at) => t(data.weekdays[(dateOf(at).getUTCDay() + 6) % 7]);
  const date = (at) => {
    const [year, month, number] = [dateOf(at).getUTCFullYear(), dateOf(at).getUTCMonth(), dateOf(at).getUTCDate()];
    return say("date", { year, month: month + 1, day: number, name: data.months[month] });
  };
  /** What kind of day it is, and what is known of it. */
  const kind = (at) => {
    const sign = data.days[dayOf(at)] ?? "0";
    const festival = data.festivals[dayOf(at)];
    return { off: "13".includes(sign), provisional: "23".includes(sign), festival: festival ? t(festival) : "" };
  };
  const kindSaid = (at) => {
    const { off, festival } = kind(at);
    return off ? [say("off"), festival].filter(Boolean).join(" · ") : festival || say("working");
  };
  const stamp = (at) => `${date(at)} ${weekday(at)} ${clock(at)}`;
  return { t, say, place, clock, day, date, weekday, kind, kindSaid, stamp, full: (at) => `${stamp(at)} · ${kindSaid(at)}` };
}

function makePanel(data, film, words, { seek, hasCard }) {
  const { t, say } = words;
  const $ = (id) => document.getElementById(`replay-${id}`);
  let [cells, clock, listed] = [[], {}, -1];
  const put = (node, text) => { if (node.textContent !== text) node.textContent = text; };
  const colour = (actor) => (actor < 0 ? null : `--actor:${data.actors[actor].colour};--night:${data.actors[actor].night}`);

  /** Everything that depends on the language. */
  function frame() {
    document.title = `${t(data.text)} · ${say("replay")}`;
    document.querySelector("h1").replaceChildren(t(data.text), h("span", {}, ` · ${say("replay")}`));
    const count = film.cases.length;
    const whole = data.whole > count ? say("part", { n: count, whole: data.whole.toLocaleString("en") }) : say("all", { n: count });
    $("note").textContent = [data.note && t(data.note), whole].filter(Boolean).join(" · ");
    for (const [id, key] of [["scroll", "picture"], ["picture", "picture"], ["zoom", "view"], ["controls", "controls"], ["buttons", "controls"], ["slider", "slider"]]) $(id).setAttribute("aria-label", say(key));
    clock = { day: h("strong", {}), time: h("strong", { class: "time" }), kind: h("span", { class: "kind" }), guess: h("span", { class: "tag", title: say("provisional_why") }, say("provisional")), open: h("span", { class: "open" }) };
    $("clock").replaceChildren(h("span", { class: "over" }, say("clock")), h("span", { class: "now" }, clock.day, " ", clock.time, " ", clock.kind, " ", clock.guess), clock.open);
    $("legend").replaceChildren(h("p", {}, say("legend")), h("p", {}, say("days_key")));
    listed = -1;
    table();
  }

  function table() {
    cells = [];
    const groups = data.phases.map((name, phase) => [t(name), data.states.flatMap((one, number) => (one.phase === phase ? [number] : []))]);
    const rest = data.states.flatMap((one, number) => (one.phase < 0 && !one.final ? [number] : []));
    groups.push(["", rest], [say("ended"), data.states.flatMap((one, number) => (one.final ? [number] : []))]);
    const body = groups.filter(([, states]) => states.length).map(([name, states]) => h("tbody", {},
      name ? h("tr", { class: "phase" }, h("th", { colspan: 3, scope: "rowgroup" }, name)) : null,
      states.map(row)));
    const head = h("thead", {}, h("tr", {}, h("th", { scope: "col" }, say("state")), h("th", { scope: "col" }, say("count")), h("th", { scope: "col", title: say("over_why") }, say("over"))));
    const coming = h("td", {});
    cells.coming = coming;
    const last = film.cases.some((one) => one.opened > 0) ? h("tbody", {}, h("tr", {}, h("th", { scope: "row" }, say("coming")), coming, h("td", {}))) : null;
    $("where").replaceChildren(h("h2", { id: "replay-where-name" }, say("waiting")), h("table", { "aria-labelledby": "replay-where-name" }, head, body, last));
  }

  function row(number) {
    const state = data.states[number];
    const name = t(state.text);
    const found = { count: h("td", { class: "count" }), late: h("td", { class: "late" }) };
    const bar = h("i", { "aria-hidden": "true" });
    found.bar = bar;
    cells[number] = found;
    const told = hasCard(number) ? h("button", { type: "button", class: "link", title: say("of", { value: name, what: say("show") }), onclick: () => seek(number) }, name) : name;
    return h("tr", { style: colour(state.owner) }, h("th", { scope: "row" }, told, bar), found.count, found.late);
  }

  function render(now) {
    const all = film.cases.length;
    data.states.forEach((state, number) => {
      const found = cells[number];
      if (!found || found.was === now.counts[number] * 4_096 + now.late[number]) return;
      found.was = now.counts[number] * 4_096 + now.late[number];
      put(found.count, String(now.counts[number]));
      put(found.late, now.late[number] ? `! ${now.late[number]}` : "");
      found.bar.style.transform = `scaleX(${now.counts[number] / all})`;
    });
    if (cells.coming) put(cells.coming, String(now.coming));
    ticked(now);
    passed(now);
  }

  function ticked(now) {
    const { off, provisional } = words.kind(now.at);
    put(clock.day, `${words.date(now.at)} ${words.weekday(now.at)}`);
    put(clock.time, words.clock(now.at));
    put(clock.kind, words.kindSaid(now.at));
    $("clock").classList.toggle("off", off);
    clock.guess.hidden = !provisional;
    put(clock.open, openSaid(now));
  }

  const openSaid = (now) => say("open", { open: film.cases.length - now.coming - now.ended, ended: now.ended, passed: now.passed });

  function passed(now) {
    if (listed === now.passed) return;
    listed = now.passed;
    const last = data.passed.slice(Math.max(0, now.passed - LAST), now.passed).reverse();
    const rows = last.map(([at, number, state]) => h("li", {}, h("span", { class: "late", "aria-hidden": "true" }, "! "), say("breach_at", { at: `${words.day(at)} ${words.clock(at)}`, state: t(data.states[state].text), case: film.cases[number].name })));
    const more = now.passed - last.length;
    $("passed").replaceChildren(h("h2", {}, say("breaches"), ` (${now.passed})`), rows.length ? h("ol", {}, rows) : h("p", {}, say("no_breaches")), more > 0 ? h("p", {}, say("more_breaches", { n: more })) : "");
  }

  return { frame, render, openSaid };
}
