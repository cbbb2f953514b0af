// Owns the diagram in the page: how its elements are lit, and pan and zoom by the viewBox. It stands in a tree of its own, where no style
// of the page reaches. Decides nothing about the case: it is told what is lit, and says which rule was clicked.

const LEAST_SCALE = 0.78; // pixels for a point: smaller text is not legible, so the picture follows the case instead of showing all
const MOST_SCALE = 1.25;
const KEPT_SCALE = 0.7; // of the best one
const GLIDE = 220; // milliseconds
const FAMILY = "Noto Sans SC"; // of the page's own font
const MARGINS = { wide: 36, narrow: 10, stubs: 46 }; // pixels around what is shown; where stubs stand, above and below

function makePicture(data, host, { onRules, onPoint, onView, onRoom }) {
  const still = window.matchMedia("(prefers-reduced-motion: reduce)");
  const ruleBySlug = new Map(data.rules.map((rule, number) => [rule.slug, number]));
  const room = { w: 0, h: 0 }; // the host's size, told when it changes, so that nothing forces a layout
  const shelf = document.createElement("div"); // where a picture waits for its fonts: laid out before, it would be laid out twice
  const stage = document.createElement("div");
  host.attachShadow({ mode: "open" }).append(document.getElementById("page-marks").content.cloneNode(true), stage);
  let ready = false;
  let svg, full, view, places, frame = 0;

  /** Shows a picture, which stands in the page as text: the others are not parsed. */
  function show(source) {
    shelf.innerHTML = source.textContent;
    svg = shelf.querySelector("svg");
    const [x, y, w, h] = svg.getAttribute("viewBox").split(/\s+/).map(Number);
    full = { x, y, w, h };
    svg.removeAttribute("width");
    svg.removeAttribute("height");
    svg.setAttribute("aria-hidden", "true");
    places = findPlaces(data, svg, ruleBySlug, `"${FAMILY}", sans-serif`);
    set(view && view.w ? view : full);
    if (standing()) stage.replaceChildren(svg);
  }

  const standing = () => ready && room.w > 0;

  /** Once the fonts are there and there is room, the picture comes into the page, at the place that it is to show. */
  function come() {
    if (!standing() || !svg) return;
    onRoom();
    if (!svg.isConnected) stage.replaceChildren(svg);
  }

  Promise.allSettled([400, 700].map((weight) => document.fonts.load(`${weight} 12px "${FAMILY}"`))).then(() => {
    ready = true;
    come();
  });
  new ResizeObserver(([{ contentRect: { width, height } }]) => {
    if (!width || (width === room.w && height === room.h)) return; // as while it is printed
    [room.w, room.h] = [width, height];
    come();
  }).observe(host);

  /** Lights the case: where it is, the way it took, and what may happen next (numbers of rules). */
  function light({ state, been, taken, next, fading, heat }) {
    const lit = new Set([...taken, ...next]);
    const has = (rules, some) => rules.some((rule) => some.has(rule));
    const joints = new Set();
    svg.classList.toggle("fading", fading);
    svg.classList.toggle("heat", heat); // where the width of a line counts cases
    for (const { el, rules, ends } of places.edges) {
      const [isTaken, isNext] = [has(rules, taken), has(rules, next)];
      mark(el, { taken: isTaken || (been.size > 0 && el.id === "edge-start"), next: isNext, lit: isTaken || isNext || el.id === "edge-start" });
      if (isTaken || isNext) ends.forEach((end) => joints.add(end));
    }
    for (const row of places.rows) row.parts.forEach((part) => mark(part, { lit: has(row.rules, lit), next: has(row.rules, next) }));
    for (const chip of places.chips) chip.classList.toggle("chip-next", next.has(places.chipRule(chip)));
    const near = new Set([...next].map((rule) => data.states[data.rules[rule].dest].id));
    const ids = new Set([...been].map((one) => data.states[one].id));
    for (const [title, { el }] of places.nodes) {
      const now = el.id === data.states[state].id;
      const joint = !el.id.startsWith("state-") && (joints.has(title) || el.id === "start");
      mark(el, { now, been: ids.has(el.id), lit: now || ids.has(el.id) || near.has(el.id) || joint });
    }
  }

  /** Shows a map's rules and states alone that are `drawn`, and its cards in their colours (null: as they are). */
  function mapped({ rules, states }, colourOf) {
    const ends = new Set();
    const stays = new Map();
    for (const { el, rules: mine, ends: [from, to] } of places.edges) {
      const seen = !mine.length || mine.some((rule) => rules.has(rule));
      mark(el, { folded: !seen });
      if (seen) [from, to].forEach((end) => ends.add(end));
    }
    for (const row of places.rows) for (const part of row.parts) stays.set(part, row.rules.some((rule) => rules.has(rule)));
    for (const [title, { el }] of places.nodes) {
      const state = data.states.findIndex((one) => one.id === el.id);
      mark(el, { folded: state < 0 ? !ends.has(title) && el.id !== "start" && !/^turn-/.test(el.id) : !states.has(state) });
      const colour = state < 0 ? null : colourOf(state);
      if (colour) el.querySelector("path")?.setAttribute("fill", colour);
      if (state >= 0) for (const chip of el.querySelectorAll('g[id^="rule-"]')) for (const part of places.partsOf(chip)) if (part === chip || !/^[←+]/.test(part.textContent)) stays.set(part, rules.has(places.chipRule(chip)));
    }
    for (const [part, stay] of stays) mark(part, { folded: !stay });
  }

  function mark(el, classes) {
    for (const [name, on] of Object.entries(classes)) el.classList.toggle(name, on);
  }

  function point(rule) {
    for (const { el, rules } of places.edges) el.classList.toggle("pointed", rule !== null && rules.includes(rule));
  }

  // Pan and zoom

  const scale = () => Math.min(room.w / view.w, room.h / view.h) || 1;

  function set(box, atRest = true) {
    view = box;
    svg.setAttribute("viewBox", `${box.x} ${box.y} ${box.w} ${box.h}`);
    if (atRest) onView();
  }

  /** Moves to a box. The scale is that of the box at once: to lay texts out at every scale between would cost more than all the rest. */
  function glide(to) {
    cancelAnimationFrame(frame);
    if (still.matches || document.hidden || !svg.isConnected) return set(to);
    const [x, y] = middleOf(view);
    const [from, start] = [{ ...to, x: x - to.w / 2, y: y - to.h / 2 }, performance.now()];
    const move = (time) => {
      const done = Math.min(1, Math.max(0, (time - start) / GLIDE));
      const eased = 1 - (1 - done) ** 3;
      set(Object.fromEntries(Object.keys(to).map((key) => [key, from[key] + (to[key] - from[key]) * eased])), done === 1);
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

  /** Brings the state, the labels of what may happen next, and where it leads, into view; all of it where that is legible. It keeps
   *  the scale where that will do, unless `anew`: to move costs less than to scale, and is calmer. */
  function follow(state, next, anew = false) {
    if (!standing()) return; // widths of texts would be those of another font
    if (Math.min(room.w / full.w, room.h / full.h) >= LEAST_SCALE) return fit();
    const home = places.cardOf(state);
    if (!home) return fit();
    const side = room.w > 700 ? MARGINS.wide : MARGINS.narrow;
    const labels = [...next].map((rule) => places.labelOf(rule)).filter(Boolean);
    let [seen, edge] = [gathered(home, labels, side, side), side];
    if (!labels.every((box) => holds(seen, box))) [seen, edge] = [gathered(home, labels, side, MARGINS.stubs), MARGINS.stubs];
    const dests = [...next].map((rule) => places.cardOf(data.rules[rule].dest)).filter(Boolean);
    seen = gathered(seen, dests, side, edge);
    const best = Math.min(MOST_SCALE, Math.max(LEAST_SCALE, scaleFor(seen, side, edge)));
    const keep = !anew && scale() >= Math.max(LEAST_SCALE, KEPT_SCALE * best) && scale() <= best;
    const wanted = keep ? scale() : best;
    const { x, y, w, h } = keep ? { ...view, x: middleOf(seen)[0] - view.w / 2, y: middleOf(seen)[1] - view.h / 2 } : around(...middleOf(seen), wanted);
    const inside = (low, size, from, whole, more) => (size >= whole + 2 * more ? low : Math.min(from + whole + more - size, Math.max(from - more, low)));
    glide({ x: inside(x, w, full.x, full.w, side / wanted), y: inside(y, h, full.y, full.h, edge / wanted), w, h });
  }

  /** A box with as many others as are legible together, the nearest first. */
  function gathered(home, boxes, side, edge) {
    const apart = (box) => Math.hypot(...middleOf(box).map((at, axis) => at - middleOf(home)[axis]));
    return [...boxes].sort((one, other) => apart(one) - apart(other)).reduce((seen, box) => {
      const both = union(seen, box);
      return scaleFor(both, side, edge) >= LEAST_SCALE ? both : seen;
    }, home);
  }

  const scaleFor = (box, side, edge) => Math.min((room.w - 2 * side) / box.w, (room.h - 2 * edge) / box.h);

  /** Moves a box into the middle, as large as the rest is now, at least legible. */
  function seek(box) {
    const { x, y, w, h } = around(...middleOf(box), Math.max(LEAST_SCALE, Math.min(scale(), scaleFor(box, MARGINS.narrow, MARGINS.stubs))));
    glide({ x, y, w, h });
  }

  /** What is shown now, in points: more than the box that was asked for, where the host has another shape. */
  function seen() {
    if (!standing()) return null;
    const [x, y] = middleOf(view);
    return around(x, y, scale());
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
    const found = places.rulesAt(target(event));
    if (moved <= 4 && found.length) onRules(found);
  });
  host.addEventListener("pointerover", (event) => onPoint(places.rulesAt(target(event))));

  const target = (event) => event.composedPath()[0];

  return {
    show, shown: () => svg !== undefined, light, mapped, point, fit, follow, seek, seen, zoom, pan,
    labelOf: (rule) => places.labelOf(rule), viewBox: () => ({ ...view }),
  };
}
