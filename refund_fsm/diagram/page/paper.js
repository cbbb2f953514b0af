// Owns what is printed: a sheet of the case on A4, or the whole diagram on A3. Made when it is asked for; what is on the screen, and so
// the cut of the picture, is never printed.

const WALL = "@page { size: A3 landscape; margin: 10mm; }";

function makePaper(data, model, words, session, picture) {
  const { t, say, stamp, explain } = words;
  const root = document.documentElement;
  const paper = document.getElementById("page-paper");
  const size = document.getElementById("page-size");
  const actorOf = (event) => t(data.actors[data.events[event].actor].text);
  const eventOf = (rule) => data.events[data.rules[rule].event];

  window.addEventListener("beforeprint", () => paper.replaceChildren(...(root.dataset.print === "diagram" ? wall() : sheet())));
  window.addEventListener("afterprint", () => {
    delete root.dataset.print;
    size.textContent = "";
    paper.replaceChildren();
  });

  /** Prints the `case` or the `diagram`. */
  function print(what) {
    root.dataset.print = what;
    size.textContent = what === "diagram" ? WALL : "";
    window.print();
  }

  const title = (name) => h("header", {}, h("h1", {}, `${t(data.text)} · ${say(name)}`), h("p", {}, `${data.key} · ${data.fingerprint}`));

  function wall() {
    const stage = h("div", { class: "wall" });
    stage.attachShadow({ mode: "open" }).innerHTML = picture().textContent;
    const svg = stage.shadowRoot.querySelector("svg");
    for (const side of ["width", "height"]) svg.setAttribute(side, "100%");
    const legend = document.getElementById("page-legend");
    return [title("diagram"), stage, h("div", { class: "legend" }, ...[...legend.children].map((one) => one.cloneNode(true)))];
  }

  // The sheet of the case

  function sheet() {
    const { live } = session;
    const verdicts = model.verdicts(live, live.now);
    const barred = verdicts.filter((one) => one.refusal?.code === "guard_failed");
    return [
      title("case_sheet"),
      h("p", { class: "name" }, h("b", {}, t(model.stateOf(live).text)), ` · ${stamp(live.now)}`),
      part("start", h("dl", {}, facts())),
      part("history", steps(live)),
      part("actions", session.legal.length ? possible() : h("p", {}, say(model.stateOf(live).final ? "ended" : "nothing")),
        barred.length ? h("dl", { class: "barred" }, h("dt", {}, say("refused")), barred.map((one) => h("dd", {}, `${t(data.events[one.event].text)} (${actorOf(one.event)}): ${explain(one.refusal)}`))) : null),
      part("limits", limits(live)),
      part("sources", sources(live)),
    ];
  }

  const part = (name, ...kids) => h("section", {}, h("h2", {}, say(name)), kids);

  function facts() {
    const value = ({ name, values }) => t(values.find((one) => one.value === session.facts[name]).text);
    const rows = data.facts.map((field) => [t(field.text), value(field)]);
    return [...rows, [say("opening"), stamp(session.opened)]].map(([name, text]) => h("div", {}, h("dt", {}, name), h("dd", {}, text)));
  }

  function table(names, rows) {
    return h("table", {}, h("thead", {}, h("tr", {}, names.map((name) => h("th", { scope: "col" }, say(name))))), h("tbody", {}, rows.map((row) => h("tr", {}, row.map((cell) => h("td", {}, cell))))));
  }

  function steps(live) {
    const breach = (step) => (step.breach ? h("div", { class: "breach" }, say("breach", { limit: t(step.breach.text), at: stamp(step.breach.at) })) : null);
    const row = (step, place) => [
      String(place + 1), stamp(step.at), actorOf(data.rules[step.rule].event),
      [t(eventOf(step.rule).text), breach(step)], t(data.states[data.rules[step.rule].dest].text), named(step.rule),
    ];
    const opened = ["", stamp(session.opened), "", say("opened"), t(model.stateOf(session.lives[0]).text), ""];
    return table(["number", "when", "who", "event", "to", "rule"], [opened, ...live.steps.map(row)]);
  }

  const named = (rule) => `${data.rules[rule].id}${data.rules[rule].cites ? ` (${cited(data.rules[rule].cites)})` : ""}`;
  const cited = (cites) => cites.replace("assumed", t(data.assumed));

  function possible() {
    const row = ({ event, rule }) => {
      const { needs } = data.events[event];
      const { source, dest } = data.rules[rule];
      return [actorOf(event), [t(data.events[event].text), needs ? h("small", {}, ` · ${say("needs_of", { needs: t(needs) })}`) : null], source === dest ? say("stays") : t(data.states[dest].text), named(rule)];
    };
    return table(["who", "event", "to", "rule"], session.legal.map(row));
  }

  function limits(live) {
    const due = model.due(live);
    const law = model.stateOf(live).final ? null : model.statutoryDue(live);
    const passed = (one) => (one.at <= live.now ? ` · ${say("passed")}` : "");
    const unsure = (one) => (one.provisional ? ` · ${say("provisional")}` : "");
    const rows = [
      due && [say("due"), `${stamp(due.at)} (${t(due.text)})${passed(due)}${unsure(due)}`, due.then === null ? say("due_breach") : `${named(due.then)} ${t(eventOf(due.then).text)}`, cited(data.limits[due.limit].cites)],
      law && [say("statutory"), `${stamp(law.at)}${passed(law)}${unsure(law)}`, say("statutory_why"), cited(data.law[law.state].cites)],
      ...model.breaches(live).map((one) => [say("passed"), `${stamp(one.at)} (${t(one.text)})${unsure(one)}`, "", cited(data.limits[one.limit].cites)]),
    ].filter(Boolean);
    return rows.length ? table(["due", "when", "then", "sources"], rows) : h("p", {}, say("no_limit"));
  }

  /** What is cited by the steps, by what is possible now, and by the limits, in the order of the catalogue. */
  function sources(live) {
    const due = model.due(live);
    const rules = [...live.steps.map((step) => step.rule), ...session.legal.map((one) => one.rule), ...(due && due.then !== null ? [due.then] : [])];
    const cites = [...rules.map((rule) => data.rules[rule].cites), ...model.breaches(live).map((one) => data.limits[one.limit].cites)];
    if (due) cites.push(data.limits[due.limit].cites, ...(due.special ? [due.special.cites] : []));
    cites.push(...Object.keys(live.law).map((state) => data.law[state].cites));
    const ids = new Set(cites.flatMap((one) => data.sourcesOf[one] ?? []));
    const shown = data.sources.filter(({ id }) => ids.has(id));
    const source = ({ id, text, from }) => h("div", {}, h("dt", {}, id), h("dd", {}, from ? `${t(from)}: ${t(text)}` : t(text)));
    return shown.length ? h("dl", { class: "sources" }, shown.map(source)) : h("p", {}, t(data.assumed));
  }

  return { print };
}
