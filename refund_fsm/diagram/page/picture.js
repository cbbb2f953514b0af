// Owns the diagram in the page: which elements stand for which rule and state, how they are lit, and pan and zoom by the viewBox.
// Decides nothing about the case: it is told what is lit, and says which rule was clicked.

const LEAST_SCALE = 0.78; // pixels for a point: smaller text is not legible, so the picture follows the case instead of showing all
const MOST_SCALE = 1.25;
const GLIDE = 220; // milliseconds
const FAMILY = "Noto Sans SC"; // of the page's own font

function makePicture(data, host, { onRules, onPoint }) {
  const still = window.matchMedia("(prefers-reduced-motion: reduce)");
  const ruleBySlug = new Map(data.rules.map((rule, number) => [rule.slug, number]));
  const chipRule = (chip) => ruleBySlug.get(chip.id.slice("rule-".length));
  const room = { w: 0, h: 0 }; // the host's size, kept so that a step forces no layout
  const shelf = document.createElement("div"); // where a picture waits for its fonts: laid out before, it would be laid out twice
  let ready = false;
  let svg, full, view, edges, nodes, chips, rows, frame = 0;

  /** Shows a picture, which stands in the page as text: the others are not parsed. */
  function show(source) {
    shelf.innerHTML = source.textContent;
    svg = shelf.querySelector("svg");
    const [x, y, w, h] = svg.getAttribute("viewBox").split(/\s+/).map(Number);
    full = { x, y, w, h };
    svg.removeAttribute("width");
    svg.removeAttribute("height");
    svg.setAttribute("aria-hidden", "true");
    if (!room.w) measure();
    index();
    set(view && view.w ? view : full);
    if (ready) host.replaceChildren(svg);
  }

  Promise.allSettled([400, 700].map((weight) => document.fonts.load(`${weight} 12px "${FAMILY}"`))).then(() => {
    ready = true;
    if (svg) host.replaceChildren(svg);
  });

  function measure() {
    [room.w, room.h] = [host.clientWidth, host.clientHeight];
  }

  function index() {
    const graph = svg.querySelector("g.graph") ?? svg;
    const shift = graph.transform.baseVal.consolidate()?.matrix ?? { e: 0, f: 0 };
    nodes = new Map();
    for (const el of svg.querySelectorAll("g.node")) {
      const { x, y, w, h } = boxOf(el);
      nodes.set(el.querySelector("title")?.textContent, { el, box: { x: x + shift.e, y: y + shift.f, w, h } });
    }
    chips = [...svg.querySelectorAll('g[id^="rule-"]')].filter((el) => chipRule(el) !== undefined);
    rows = [];
    edges = [...svg.querySelectorAll("g.edge")].map((el) => {
      const rules = [...el.classList].filter((name) => name.startsWith("rule-")).map((name) => ruleBySlug.get(name.slice(5)));
      const line = el.querySelector("path");
      line?.classList.add("line");
      if (line) line.after(hitArea(line));
      cutIntoRows(el);
      return { el, rules, ends: (el.querySelector("title")?.textContent ?? "").split("->") };
    });
  }

  /** The rectangle of a card, read off its outline: asking for it would lay the picture out. */
  function boxOf(node) {
    const shape = node.querySelector("path, polygon, ellipse");
    const read = (name) => (shape?.getAttribute(name) ?? "").match(/-?[\d.]+/g)?.map(Number) ?? [];
    const [cx = 0, cy = 0, rx = 0, ry = 0] = ["cx", "cy", "rx", "ry"].flatMap(read);
    const numbers = [...read("d"), ...read("points"), ...(rx ? [cx - rx, cy - ry, cx + rx, cy + ry] : [])];
    const [xs, ys] = [0, 1].map((odd) => numbers.filter((_, place) => place % 2 === odd));
    const [x, y] = [Math.min(...xs), Math.min(...ys)];
    return { x, y, w: Math.max(...xs) - x, h: Math.max(...ys) - y };
  }

  function hitArea(line) {
    const area = document.createElementNS(svg.namespaceURI, "path");
    area.setAttribute("d", line.getAttribute("d"));
    area.setAttribute("class", "hit");
    return area;
  }

  /** A label holds a row for each bundle of rules: its chips, then its texts, up to the next chip after a text. */
  function cutIntoRows(edge) {
    let row = null;
    for (const chip of edge.querySelectorAll('g[id^="rule-"]')) {
      if (row && row.parts.length === row.rules.length) row.rules.push(chipRule(chip));
      else rows.push((row = { rules: [chipRule(chip)], parts: [] }));
      row.parts.push(chip);
      for (let next = chip.nextElementSibling; next && !next.id.startsWith("rule-"); next = next.nextElementSibling) row.parts.push(next);
      row.parts.forEach((part) => part.classList.add("row"));
    }
  }

  /** Lights the case: where it is, the way it took, and what may happen next (numbers of rules). */
  function light({ state, been, taken, next, fading, heat }) {
    const lit = new Set([...taken, ...next]);
    const has = (rules, some) => rules.some((rule) => some.has(rule));
    const joints = new Set();
    svg.classList.toggle("fading", fading);
    svg.classList.toggle("heat", heat); // where the width of a line counts cases
    for (const { el, rules, ends } of edges) {
      const [isTaken, isNext] = [has(rules, taken), has(rules, next)];
      mark(el, { taken: isTaken || (been.size > 0 && el.id === "edge-start"), next: isNext, lit: isTaken || isNext || el.id === "edge-start" });
      if (isTaken || isNext) ends.forEach((end) => joints.add(end));
    }
    for (const row of rows) row.parts.forEach((part) => mark(part, { lit: has(row.rules, lit), next: has(row.rules, next) }));
    for (const chip of chips) chip.classList.toggle("chip-next", next.has(chipRule(chip)));
    const near = new Set([...next].map((rule) => data.states[data.rules[rule].dest].id));
    const ids = new Set([...been].map((one) => data.states[one].id));
    for (const [title, { el }] of nodes) {
      const now = el.id === data.states[state].id;
      const joint = !el.id.startsWith("state-") && (joints.has(title) || el.id === "start");
      mark(el, { now, been: ids.has(el.id), lit: now || ids.has(el.id) || near.has(el.id) || joint });
    }
  }

  function mark(el, classes) {
    for (const [name, on] of Object.entries(classes)) el.classList.toggle(name, on);
  }

  function point(rule) {
    for (const { el, rules } of edges) el.classList.toggle("pointed", rule !== null && rules.includes(rule));
  }

  // Pan and zoom

  const scale = () => Math.min(room.w / view.w, room.h / view.h) || 1;

  function set(box) {
    view = box;
    svg.setAttribute("viewBox", `${box.x} ${box.y} ${box.w} ${box.h}`);
  }

  function glide(to) {
    cancelAnimationFrame(frame);
    if (still.matches || document.hidden) return set(to);
    const [from, start] = [view, performance.now()];
    const move = (time) => {
      const done = Math.min(1, Math.max(0, (time - start) / GLIDE));
      const eased = 1 - (1 - done) ** 3;
      set(Object.fromEntries(Object.keys(to).map((key) => [key, from[key] + (to[key] - from[key]) * eased])));
      if (done < 1) frame = requestAnimationFrame(move);
    };
    frame = requestAnimationFrame(move);
  }

  /** A box of the host's shape around a centre, at a scale. */
  function around(x, y, wanted) {
    const [w, h] = [room.w / wanted, room.h / wanted];
    return { x: x - w / 2, y: y - h / 2, w, h };
  }

  function zoom(factor, x = view.x + view.w / 2, y = view.y + view.h / 2) {
    cancelAnimationFrame(frame);
    const least = Math.min(room.w / full.w, room.h / full.h) / 2;
    const to = Math.min(4, Math.max(least, scale() * factor)) / scale();
    set({ x: x - (x - view.x) / to, y: y - (y - view.y) / to, w: view.w / to, h: view.h / to });
  }

  function pan(dx, dy) {
    cancelAnimationFrame(frame);
    set({ ...view, x: view.x - dx / scale(), y: view.y - dy / scale() });
  }

  const fit = () => glide(full);

  /** Brings the state and what it leads to into view; all of it where that is legible. */
  function follow(state, next) {
    if (!room.w) return;
    const overview = Math.min(room.w / full.w, room.h / full.h);
    if (overview >= LEAST_SCALE) return fit();
    const placeOf = (number) => [...nodes.values()].find(({ el }) => el.id === data.states[number].id)?.box;
    const home = placeOf(state);
    if (!home) return fit();
    let seen = home;
    const apart = (box) => Math.hypot(box.x + box.w / 2 - home.x - home.w / 2, box.y + box.h / 2 - home.y - home.h / 2);
    const dests = [...next].map((rule) => placeOf(data.rules[rule].dest)).filter(Boolean);
    for (const box of dests.sort((one, other) => apart(one) - apart(other))) {
      const both = union(seen, box);
      if (fits(both)) seen = both;
    }
    const wanted = Math.min(MOST_SCALE, Math.max(LEAST_SCALE, scaleFor(seen)));
    const { x, y, w, h } = around(seen.x + seen.w / 2, seen.y + seen.h / 2, wanted);
    const inside = (low, size, from, whole) => (size >= whole ? low : Math.min(from + whole - size, Math.max(from, low)));
    glide({ x: inside(x, w, full.x, full.w), y: inside(y, h, full.y, full.h), w, h });
  }

  const MARGIN = 120; // points around what is shown, for labels
  const scaleFor = (box) => Math.min(room.w / (box.w + MARGIN), room.h / (box.h + MARGIN));
  const fits = (box) => scaleFor(box) >= LEAST_SCALE;

  function union(one, other) {
    const [x, y] = [Math.min(one.x, other.x), Math.min(one.y, other.y)];
    return { x, y, w: Math.max(one.x + one.w, other.x + other.w) - x, h: Math.max(one.y + one.h, other.y + other.h) - y };
  }

  // Pointers

  const pointers = new Map();
  let moved = 0;

  const toView = ({ clientX, clientY }) => {
    const frameBox = host.getBoundingClientRect();
    const by = scale();
    return [view.x + view.w / 2 + (clientX - frameBox.left - frameBox.width / 2) / by, view.y + view.h / 2 + (clientY - frameBox.top - frameBox.height / 2) / by];
  };
  const spread = () => {
    const [one, two] = [...pointers.values()];
    return Math.hypot(one.clientX - two.clientX, one.clientY - two.clientY) || 1;
  };

  host.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    if (!pointers.size) moved = 0;
    pointers.set(event.pointerId, event);
  });
  window.addEventListener("pointermove", (event) => {
    const before = pointers.get(event.pointerId);
    if (!before) return;
    const [dx, dy] = [event.clientX - before.clientX, event.clientY - before.clientY];
    moved += Math.abs(dx) + Math.abs(dy);
    const apart = pointers.size === 2 ? spread() : 0;
    pointers.set(event.pointerId, event);
    if (moved > 4) host.classList.add("dragging");
    if (pointers.size === 2) zoom(spread() / apart, ...toView(event));
    else if (moved > 4) pan(dx, dy);
  });
  for (const name of ["pointerup", "pointercancel"]) {
    window.addEventListener(name, (event) => {
      pointers.delete(event.pointerId);
      if (!pointers.size) host.classList.remove("dragging");
    });
  }
  host.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoom(Math.exp(-event.deltaY / (event.ctrlKey ? 120 : 420)), ...toView(event));
  }, { passive: false });
  host.addEventListener("click", (event) => {
    const found = rulesAt(event.target);
    if (moved <= 4 && found.length) onRules(found);
  });
  host.addEventListener("pointerover", (event) => onPoint(rulesAt(event.target)));

  /** The rules that an element stands for: a chip's, its row's, or all of the edge's. */
  function rulesAt(target) {
    const chip = target.closest('g[id^="rule-"]');
    if (chip && chipRule(chip) !== undefined) return [chipRule(chip)];
    const row = rows.find(({ parts }) => parts.some((part) => part.contains(target)));
    return row?.rules ?? edges.find(({ el }) => el.contains(target))?.rules ?? [];
  }

  return { show, shown: () => svg !== undefined, measure, light, point, fit, follow, zoom, pan, viewBox: () => ({ ...view }) };
}
