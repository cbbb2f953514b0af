// Owns the panel: what is shown of a case, as elements. Decides nothing: it reads the model and hands clicks to `act`.

function makeView(data, model, words, act, keysOn) {
  const { t, say, stamp, explain } = words;
  const $ = (id) => document.getElementById(`page-${id}`); // the diagram has ids of its own

  const colour = (actor) => `--actor:${data.actors[actor].colour}`;
  const ruleActor = (rule) => data.events[data.rules[rule].event].actor;
  const chip = (rule) => {
    const { id, assumed, published, cites } = data.rules[rule];
    const title = published ? `${cites} · ▣ ${say("published")}` : cites;
    return h("span", { class: assumed ? "chip hollow" : "chip", style: colour(ruleActor(rule)), title }, published ? `${id} ▣` : id);
  };
  const eventText = (event) => t(data.events[event].text);
  const button = (key, name, more = {}, ...kids) => h("button", { type: "button", "data-key": key, onclick: () => act[name](), ...more }, ...kids);
  const shortcut = (key) => (keysOn() ? key : null);
  const keycap = (key) => (keysOn() ? [" ", h("kbd", { "aria-hidden": "true" }, key)] : null);
  const keyed = (key, label, letter) => button(key, key, { "aria-keyshortcuts": shortcut(letter) }, label, keycap(letter));

  /** Puts new contents into a part of the page; what had the focus has it again, or else the state's name. */
  function put(id, ...kids) {
    const host = $(id);
    const held = host.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
    const hadFocus = host.contains(document.activeElement);
    host.replaceChildren(...kids.flat().filter(Boolean));
    if (hadFocus) (held && host.querySelector(`[data-key="${CSS.escape(held)}"]:not(:disabled)`))?.focus({ preventScroll: true });
    return hadFocus;
  }

  function frame(session) {
    document.documentElement.lang = session.lang === "zh" ? "zh-CN" : "en";
    document.title = `${t(data.text)} · ${say("play")}`;
    document.querySelector("h1").replaceChildren(t(data.text), h("span", {}, ` · ${say("play")}`));
    for (const [id, key] of [["canvas", "diagram"], ["picture", "diagram"], ["panel", "panel"], ["zoom", "view"], ["tools", "panel"], ["stubs", "stubs"], ["legend", "legend"]]) $(id).setAttribute("aria-label", say(key));
    const icon = (key, sign) => button(key, key, { "aria-label": say(key), title: say(key) }, sign);
    put("zoom", icon("zoom_in", "+"), icon("zoom_out", "−"), icon("fit", "⤢"), icon("follow", "◎"));
    put(
      "frame",
      button("language", "language", { "aria-keyshortcuts": shortcut("L"), class: "plain", lang: session.lang === "zh" ? "en" : "zh-CN" }, say("language"), keycap("L")),
      button("help", "help", { "aria-label": say("keys"), "aria-keyshortcuts": shortcut("?") }, h("kbd", { "aria-hidden": "true" }, "?")),
    );
    $("start").setAttribute("aria-label", say("start"));
    $("state").setAttribute("aria-label", say("limits"));
    put("keys", keyTable());
    $("keys").setAttribute("aria-labelledby", "page-keys-name");
    put("start", facts(session));
    put("print", h("h3", { id: "page-print-name" }, say("print")),
      h("div", { class: "tools" }, button("print_case", "print_case", { "data-print": "case" }, say("print_case")), button("print_diagram", "print_diagram", { "data-print": "diagram" }, say("print_diagram"))));
  }

  /** The legend of the picture on show. */
  function legend(source) {
    $("legend").replaceChildren(h("h3", {}, say("legend")), source.content.cloneNode(true));
  }

  /** Asks whether the steps may go. */
  function asking(session) {
    $("ask").setAttribute("aria-labelledby", "page-ask-name");
    put("ask", h("h2", { id: "page-ask-name" }, say("ask_reset", { number: session.live.steps.length })), h("p", {}, say("ask_redo")),
      h("div", { class: "tools" }, button("reset_yes", "reset_yes", { autofocus: true }, say("reset")), button("reset_no", "reset_no", {}, say("cancel"))));
  }

  function tools(session) {
    const toggle = (key, shortcut, on) => {
      const made = keyed(key, say(key), shortcut);
      made.setAttribute("aria-pressed", on);
      return made;
    };
    const off = (made, is) => {
      made.disabled = is;
      return made;
    };
    return put(
      "tools",
      off(keyed("undo", `↶ ${say("undo")}`, "U"), session.log.length === 0),
      off(keyed("redo", `↷ ${say("redo")}`, "Y"), session.undone.length === 0),
      off(keyed("reset", say("reset"), "R"), session.log.length === 0),
      toggle("focus", "F", session.fading && !session.heat),
      data.overlaid ? toggle("heat", "H", session.heat) : null,
    );
  }

  const tag = (text, why, bad) => h("span", { class: bad ? "tag bad" : "tag", title: why }, text);
  const provisional = (due) => (due.provisional ? [" ", tag(say("provisional"), say("provisional_why"))] : []);

  function state(session) {
    const live = session.live;
    const here = model.stateOf(live);
    const waiting = [...new Set(session.legal.map((one) => data.events[one.event].actor))];
    for (const card of [$("place"), $("state")]) {
      card.className = here.success || here.good ? "good" : here.final ? "final" : "";
      card.setAttribute("style", here.owner < 0 ? "" : colour(here.owner));
    }
    const named = (actor) => h("span", { class: "chip", style: colour(actor) }, t(data.actors[actor].text));
    const [first, ...others] = waiting;
    const who = first === undefined ? say("nothing") : [say("waiting", { who: "" }).trim(), named(first), others.length ? [say("also"), others.map(named)] : []];
    return [
      put(
        "place",
        h("p", { class: "over" }, say("state")),
        h("h2", { id: "page-state-name", tabindex: "-1", "data-key": "state" }, t(here.text)),
        h("p", { class: "who" }, here.final ? say(here.good ? "ended_good" : "ended") : who),
      ),
      put("state", h("dl", { class: "facts" }, clockLines(session, here))),
    ];
  }

  function clockLines(session, here) {
    const live = session.live;
    const lines = [h("dt", {}, say("clock")), h("dd", { class: "now" }, stamp(live.now))];
    const due = model.due(live);
    const jump = (key, at) => h("div", {}, button(key, key, { class: "jump", "aria-keyshortcuts": key === "jump" ? shortcut("J") : null }, say("jump"), key === "jump" ? keycap("J") : []));
    if (due) {
      const then = due.then === null ? [say("due_breach")] : [chip(due.then), " ", eventText(data.rules[due.then].event)];
      const passed = due.at <= live.now;
      lines.push(
        h("dt", {}, say("due")),
        h("dd", {}, h("time", {}, stamp(due.at)), " ", h("small", {}, `(${t(due.text)})`), provisional(due), passed ? [" ", tag(say("passed"), "", true)] : [], why(due), h("div", {}, then), passed ? null : jump("jump", due.at)),
      );
    }
    const law = here.final ? null : model.statutoryDue(live);
    if (law) {
      const passed = law.at <= live.now;
      lines.push(
        h("dt", {}, say("statutory")),
        h("dd", {}, h("time", {}, stamp(law.at)), provisional(law), passed ? [" ", tag(say("passed"), "", true)] : [], h("div", {}, h("small", {}, say("statutory_why"))), passed ? null : jump("jump_law", law.at)),
      );
    }
    const breaches = model.breaches(live);
    if (breaches.length) {
      const told = (one) => h("div", {}, tag(say("breach", { limit: t(one.text), at: stamp(one.at) }), "", true), provisional(one));
      lines.push(h("dt", {}, say("passed")), h("dd", {}, breaches.map(told)));
    }
    const wait = data.waits?.[blocksState(live)];
    if (session.heat && wait !== undefined) lines.push(h("dt", {}, ""), h("dd", {}, say("waited", { time: length(wait) })));
    return lines;
  }

  /** Why a limit ends elsewhere than its length says. */
  function why(due) {
    const { special, plus, held, ordinary } = due;
    const lines = [
      special && `※ ${say("special", { days: special.days, cites: special.cites, at: stamp(ordinary) })}`,
      plus && say("plus", { length: t(plus.text) }),
      held && say("held"),
    ];
    return lines.filter(Boolean).map((line) => h("div", {}, h("small", {}, line)));
  }

  const blocksState = (live) => data.states.indexOf(model.stateOf(live));
  const length = (hours) => (hours < 48 ? say("hours", { n: hours.toFixed(1) }) : say("days", { n: (hours / 24).toFixed(1) }));

  function actions(session, verdicts) {
    const legal = session.legal;
    const barred = verdicts.filter((one) => one.refusal?.code === "guard_failed");
    const groups = new Map();
    legal.forEach((one, place) => {
      const actor = data.events[one.event].actor;
      groups.set(actor, [...(groups.get(actor) ?? []), action(session, one, place)]);
    });
    const lists = [...groups].map(([actor, items]) =>
      h("div", { class: "actor", style: colour(actor) }, h("span", { class: "chip" }, t(data.actors[actor].text)), h("ul", {}, items.map((item) => h("li", {}, item)))));
    const refused = barred.length ? h("div", { class: "here" }, h("h3", {}, say("refused")), h("ul", { class: "nots" }, barred.map(not))) : null;
    return put("actions", h("h3", { id: "page-actions-name" }, say("actions")), lists.length ? lists : h("p", {}, model.stateOf(session.live).final ? say("ended") : say("nothing")), refused, elsewhere(session, verdicts));
  }

  function action(session, { event, rule }, place) {
    const { needs, how } = data.events[event];
    const { source, dest, id } = data.rules[rule];
    const to = [source === dest ? say("stays") : `→ ${t(data.states[dest].text)}`, needs && say("needs", { needs: t(needs) })].filter(Boolean).join(" · ");
    const count = session.heat && data.counts ? h("span", { class: "count" }, say("counted", { count: data.counts[rule].toLocaleString("en") })) : null;
    const made = button(`fire-${data.events[event].name}`, "fire", { class: "action", title: how && t(how), "data-rule": id, "aria-keyshortcuts": place < 9 ? shortcut(place + 1) : null },
      place < 9 && keysOn() ? h("kbd", { "aria-hidden": "true" }, String(place + 1)) : h("span", {}), chip(rule), h("span", {}, eventText(event)), count ?? h("span", {}), h("span", { class: "to" }, to));
    made.addEventListener("click", () => act.fireEvent(event));
    for (const [name, what] of [["pointerenter", rule], ["focus", rule], ["pointerleave", null], ["blur", null]]) made.addEventListener(name, () => act.point(what));
    return made;
  }

  const not = (one) => h("li", {}, h("b", {}, eventText(one.event)), " ", h("small", {}, t(data.actors[data.events[one.event].actor].text)), h("p", {}, explain(one.refusal)));

  /** The events that are not for this state, made when they are first looked at: they are many. */
  function elsewhere(session, verdicts) {
    const others = verdicts.filter((one) => one.refusal && one.refusal.code !== "guard_failed");
    const list = h("ul", { class: "nots" });
    const shown = h("details", { open: session.elsewhere }, h("summary", { "data-key": "elsewhere" }, `${say("elsewhere")} (${others.length})`), list);
    const filled = () => list.children.length || list.append(...others.map(not));
    if (session.elsewhere) filled();
    shown.addEventListener("toggle", () => {
      session.elsewhere = shown.open;
      if (shown.open) filled();
    });
    return others.length ? shown : null;
  }

  function time(session) {
    const entry = h("input", { type: "datetime-local", "data-key": "when", value: local(session.live.now), "aria-label": say("clock_set"), onkeydown: (event) => event.key === "Enter" && act.goTo(entry.value) });
    const pace = h("select", { "data-key": "pace", onchange: (event) => act.pace(event.target.value) },
      ["none", "hour", "day"].map((one) => h("option", { value: one, selected: session.pace === one }, say(`pace_${one}`))));
    return put(
      "time",
      h("h3", { id: "page-time-name" }, say("clock")),
      h("div", { class: "tools" }, keyed("hour", say("hour"), "T"), keyed("day", say("day"), "D"), keyed("morning", say("morning"), "M")),
      h("div", { class: "tools" }, entry, button("go", "go", { onclick: () => act.goTo(entry.value) }, say("go")), h("label", {}, say("pace"), pace)),
    );
  }

  const local = (instant) => new Date(instant).toISOString().slice(0, 16);

  function history(session) {
    const steps = session.live.steps.map((step, place) => {
      const rule = data.rules[step.rule];
      const breach = step.breach ? h("div", {}, tag(say("breach", { limit: t(step.breach.text), at: stamp(step.breach.at) }), "", true), provisional(step.breach)) : null;
      return h("li", { style: colour(ruleActor(step.rule)) },
        h("button", { type: "button", "data-key": `step-${place}`, "aria-current": place === session.live.steps.length - 1 ? "step" : null, onclick: () => act.back(place + 1) },
          chip(step.rule), ` ${eventText(rule.event)} → ${t(data.states[rule.dest].text)}`, h("span", { class: "when" }, stamp(step.at), provisional(step))), breach);
    });
    const first = h("li", {}, h("button", { type: "button", "data-key": "step-open", onclick: () => act.back(0) }, say("opened"), ` → ${t(model.stateOf(session.lives[0]).text)}`, h("span", { class: "when" }, stamp(session.opened))));
    return put("history", h("h3", { id: "page-history-name" }, say("history")), h("ol", {}, first, steps));
  }

  function facts(session) {
    const fields = data.facts.flatMap(({ name, text, values }) => {
      const id = `page-fact-${name}`;
      const yesNo = values.every((one) => typeof one.value === "boolean");
      const changed = (value) => act.fact(name, value);
      const input = yesNo
        ? h("input", { type: "checkbox", id, "data-key": id, onchange: (event) => changed(event.target.checked) })
        : h("select", { id, "data-key": id, onchange: (event) => changed(values[event.target.selectedIndex].value) },
            values.map((one) => h("option", { selected: one.value === session.facts[name] }, t(one.text))));
      if (yesNo) input.checked = session.facts[name];
      return [h("label", { for: id }, t(text)), h("div", {}, input)];
    });
    const opened = h("input", { type: "datetime-local", id: "page-opening", "data-key": "opening", value: local(session.opened), onchange: (event) => act.opening(event.target.value) });
    const said = data.facts.filter(({ values }) => !values.every((one) => typeof one.value === "boolean"))
      .map(({ name, values }) => t(values.find((one) => one.value === session.facts[name]).text)).join(" · ");
    const turns = model.openingOf(session.facts).drift.map((phase, place) =>
      phase.map((one) => h("p", { class: "wide" }, say("turn", { at: stamp(session.lives[0].turns[place]), fact: t(one.text), value: t(one.value) })))).flat();
    const whole = h("details", { open: session.choosing }, h("summary", { "data-key": "facts" }, say("start"), h("span", { class: "said" }, said)),
      h("div", { class: "form" }, fields, h("label", { for: "page-opening" }, say("opening")), opened, turns, h("p", { class: "wide" }, say("restarts"))));
    whole.addEventListener("toggle", () => {
      session.choosing = whole.open;
    });
    return whole;
  }

  function onOff() {
    const box = h("input", { type: "checkbox", role: "switch", "data-key": "keys", onchange: (event) => act.keys(event.target.checked) });
    box.checked = keysOn();
    return box;
  }

  function keyTable() {
    const rows = [["1 – 9", "key_fire"], ["J", "key_jump"], ["T D M", "key_time"], ["U Y R", "undo"], ["F", "key_focus"], ...(data.overlaid ? [["H", "heat"]] : []),
      ["L", "language"], ["+ − 0", "key_zoom"], ["C", "key_follow"], ["← ↑ ↓ →", "key_pan"], ["?", "keys"]];
    const label = (name) => (name === "undo" ? ["undo", "redo", "reset"].map((one) => say(one)).join(" · ") : say(name));
    return [
      h("h2", { id: "page-keys-name" }, say("keys")),
      h("dl", {}, rows.flatMap(([keys, name]) => [h("dt", {}, keys.split(" ").map((key) => [h("kbd", {}, key), " "])), h("dd", {}, label(name))])),
      h("label", { class: "switch" }, onOff(), say("keys_on")),
      h("p", {}, h("small", {}, say("keys_why"))),
      button("close", "help", {}, say("close")),
    ];
  }

  /** Shows a case anew. A control that is gone hands the focus to the state's name, which says what came of it. */
  function render(session, verdicts) {
    const parts = [tools, state, actions, time, history].flatMap((part) => part(session, verdicts));
    if (parts.some(Boolean) && (document.activeElement === document.body || !document.activeElement)) $("state-name").focus({ preventScroll: true });
  }

  /** What is said of the last action. */
  function message(text, bad) {
    $("message").textContent = text;
    $("message").classList.toggle("bad", Boolean(bad));
  }

  return { frame, legend, asking, render, message };
}
