// Owns the controls of a map: by what cards are coloured, and from which share of cases on rules are drawn; and its numbers as a table,
// for those who do not see the picture. What is drawn where stays as Python laid it out. Asks nothing of any network.

function makeMap(data, words, session, picture) {
  const { t, say } = words;
  const host = document.getElementById("page-map");
  const map = data.map;
  const chosen = map ? { metric: map.metrics[0], least: map.least } : null;
  const least = () => map.thresholds[chosen.least];
  const percent = (share) => `${+(100 * share).toPrecision(2)}%`;

  /** The rules that are drawn, and the states that they reach: the spine, and what enough cases do, as far as the case can come there. */
  function drawn() {
    const enough = map.rules.map(([share, , always]) => Boolean(always) || share >= least());
    const states = new Set([map.initial]);
    for (const state of states) data.rules.forEach((rule, number) => { if (enough[number] && rule.source === state) states.add(rule.dest); });
    const all = least() === 0;
    const rules = [...data.rules.keys()].filter((number) => all || (enough[number] && states.has(data.rules[number].source)));
    return { rules: new Set(rules), states: all ? new Set(data.states.keys()) : states };
  }

  /** Of each state, the rules that are folded: how many, and their share of those who leave. */
  function others(rules) {
    const found = new Map();
    data.rules.forEach((rule, number) => {
      if (rules.has(number) || !(map.rules[number][0] > 0)) return;
      const [count, share] = found.get(rule.source) ?? [0, 0];
      found.set(rule.source, [count + 1, share + map.rules[number][1]]);
    });
    return found;
  }

  function painted() {
    if (!map || !session.heat) return;
    const at = map.metrics.indexOf(chosen.metric);
    picture.mapped(drawn(), (state) => {
      const step = map.states[state][6][at];
      return data.states[state].final ? null : step < 0 ? "#ffffff" : map.colours[chosen.metric][step];
    });
  }

  const select = (key, label, options, at, changed) => {
    const id = `page-map-${key}`;
    const made = h("select", { id, "data-key": id, onchange: (event) => { changed(event.target.selectedIndex); redrawn(id); } }, options.map((text, place) => h("option", { selected: place === at }, text)));
    return [h("label", { for: id }, say(label)), h("div", {}, made)];
  };

  function redrawn(held) {
    render();
    painted();
    document.getElementById(held)?.focus({ preventScroll: true });
  }

  function said({ rules, states }) {
    const [folded, gone] = [data.rules.length - rules.size, data.states.length - states.size];
    return folded ? say("map_said", { rules: folded, states: gone }) : say("map_whole");
  }

  function table({ rules, states }) {
    const rest = others(rules);
    const heads = ["map_state", "map_often", "map_share", "map_median", "", "", "map_overdue", "map_other"];
    const shown = ["p90", "Ø"];
    const names = heads.map((key, place) => (key ? say(key) : shown[place - 4]));
    const wanted = names.map((_, place) => place !== 1 || map.states.some(([often]) => often));
    const row = (cells, tag) => h("tr", {}, cells.filter((_, place) => wanted[place]).map((cell, place) => h(place || tag === "th" ? tag : "th", { scope: tag === "th" ? "col" : place ? null : "row" }, cell)));
    const rows = [...states].sort((one, other) => one - other).map((state) => {
      const [count, share] = rest.get(state) ?? [0, 0];
      return row([t(data.states[state].text), ...map.states[state].slice(0, 6), count ? `+${count} → ${percent(share)}` : ""], "td");
    });
    return h("details", { open: session.numbers ?? false, ontoggle: (event) => (session.numbers = event.target.open) },
      h("summary", { "data-key": "numbers" }, say("map_numbers")), h("div", { class: "wide-table", tabindex: "0", role: "region", "aria-label": say("map_numbers") }, h("table", {}, h("thead", {}, row(names, "th")), h("tbody", {}, rows))));
  }

  function render() {
    host.hidden = !(map && session.heat);
    if (host.hidden) return host.replaceChildren();
    const found = drawn();
    host.setAttribute("aria-label", say("map"));
    const swatches = map.steps[chosen.metric].map((text, place) => h("li", { class: "step", style: `--heat:${map.colours[chosen.metric][place]}` }, text));
    host.replaceChildren(
      h("h3", {}, say("map")),
      h("div", { class: "form" },
        select("metric", "map_metric", map.metrics.map((one) => say(`map_${one}`)), map.metrics.indexOf(chosen.metric), (at) => (chosen.metric = map.metrics[at])),
        select("least", "map_least", map.thresholds.map((one) => (one ? say("map_of", { share: percent(one) }) : say("map_all"))), chosen.least, (at) => (chosen.least = at))),
      h("ul", { class: "steps" }, swatches),
      h("p", { role: "status", id: "page-map-said" }, said(found)),
      table(found),
    );
  }

  return { render, painted };
}
