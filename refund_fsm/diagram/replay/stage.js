// Owns the picture of the phases in the page: its size, scrolling, and where cards, lines and pills stand. It stands in a tree of its
// own, where no style of the page reaches. Decides nothing about cases.

const LEGIBLE = 0.78; // pixels for a point: smaller text is not legible
const MOST = 2;
const STRETCH = 10; // points on each piece of a curve
const LEAVES = 26; // points that a case moves on, that ends where no line shows it

function makeStage(data, { onView }) {
  const $ = (id) => document.getElementById(`replay-${id}`);
  const scroller = $("scroll");
  const host = $("sheet");
  const root = host.attachShadow({ mode: "open" });
  const style = document.createElement("style");
  style.textContent = "svg { display: block; width: 100%; height: 100%; } .hit { fill: none; stroke: none; }";
  const ruleBySlug = new Map(data.rules.map((rule, number) => [rule.slug, number]));
  let [svg, full, places, scale, tracks] = [null, null, null, 0, null];
  let wanted = null; // a scale that was asked for; null: the width
  let [cards, headings, plates] = [[], [], []];
  const seen = { w: 0, h: 0, left: 0, top: 0, side: 0 }; // what is on show, told when it changes: so that no frame asks for a layout

  function show(source) {
    const shelf = document.createElement("div");
    shelf.innerHTML = source.textContent;
    svg = shelf.querySelector("svg");
    const [x, y, w, h] = svg.getAttribute("viewBox").split(/\s+/).map(Number);
    const kept = full && [scroller.scrollLeft, scroller.scrollTop / (full.h * scale)];
    full = { x, y, w, h };
    svg.removeAttribute("width");
    svg.removeAttribute("height");
    svg.setAttribute("aria-hidden", "true");
    root.replaceChildren(style, svg);
    places = findPlaces(data, svg, ruleBySlug, "sans-serif");
    cards = data.states.map((_, number) => places.cardOf(number) ?? null);
    [headings, plates] = ["head", "part"].map((name) => data.phases.map((_, place) => places.nodes.get(`(${name} ${place + 1})`)?.box));
    tracks = data.rules.map(trackOf);
    fitted();
    if (kept) scroller.scrollTo(kept[0], kept[1] * full.h * scale);
    else top();
  }

  /** The points of a curve of Graphviz, which has lines and cubic pieces alone. */
  function pointsOf(path) {
    const { x: dx, y: dy } = offset();
    const points = [];
    for (const [, sign, rest] of (path.getAttribute("d") ?? "").matchAll(/([MLC])([^MLC]*)/g)) {
      const numbers = (rest.match(/-?[\d.]+/g) ?? []).map(Number);
      const pairs = numbers.reduce((found, _, place) => (place % 2 ? found : [...found, [numbers[place] + dx, numbers[place + 1] + dy]]), []);
      if (sign !== "C") points.push(...pairs);
      else for (let place = 0; place + 2 < pairs.length; place += 3) points.push(...bent(points.at(-1), ...pairs.slice(place, place + 3)));
    }
    return points;
  }

  function bent(from, one, other, to) {
    return Array.from({ length: STRETCH }, (_, place) => {
      const at = (place + 1) / STRETCH;
      const weights = [(1 - at) ** 3, 3 * at * (1 - at) ** 2, 3 * at * at * (1 - at), at ** 3];
      return [0, 1].map((axis) => [from, one, other, to].reduce((sum, point, which) => sum + point[axis] * weights[which], 0));
    });
  }

  const offset = () => {
    const shift = svg.querySelector("g.graph").transform.baseVal.consolidate()?.matrix ?? { e: 0, f: 0 };
    return { x: shift.e, y: shift.f };
  };

  /** How a case goes by a rule: the points of its lines, as far as a pill or the card, and on to the card of another phase. */
  function trackOf(rule, number) {
    const edges = places.edges.filter((edge) => edge.rules.includes(number));
    const titleOf = (state) => [...places.nodes].find(([, { el }]) => el.id === data.states[state].id)?.[0];
    const [points, met] = [[], new Set()];
    let here = titleOf(rule.source);
    for (let edge; (edge = edges.find(({ ends, el }) => ends[0] === here && !met.has(el))); [, here] = edge.ends) {
      met.add(edge.el);
      points.push(...pointsOf(edge.el.querySelector("path.line")));
    }
    const [home, goal] = [cards[rule.source], cards[rule.dest]];
    const portal = here !== titleOf(rule.source) && here !== titleOf(rule.dest) ? places.nodes.get(here)?.box : null;
    const start = points.length ? points : home ? [middleOf(home)] : goal ? [middleOf(goal)] : [];
    const drawn = measured(start); // what the picture has a line for
    const end = portal ? middleOf(portal) : null;
    if (end) start.push(end);
    const leaves = !goal && !points.length && home;
    if (leaves) start.push([home.x + home.w + LEAVES, home.y + home.h / 2]);
    if (goal && rule.source !== rule.dest && (portal || !points.length)) start.push(...flown(start.at(-1), middleOf(goal)));
    return { points: measured(start), drawn, portal, internal: rule.source === rule.dest };
  }

  /** A bow from one place to another one, for what no line shows. */
  function flown(from, to) {
    const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
    const aside = Math.min(90, Math.hypot(dx, dy) / 5);
    const bow = [(from[0] + to[0]) / 2 + aside, (from[1] + to[1]) / 2];
    return bent(from, bow, bow, to);
  }

  /** Points with how far along each is, from 0 to 1. */
  function measured(points) {
    let far = 0;
    const along = points.map((point, place) => (far += place ? Math.hypot(point[0] - points[place - 1][0], point[1] - points[place - 1][1]) : 0));
    return { points: [...points], along: along.map((one) => (far ? one / far : 0)) };
  }

  // Size and scrolling

  const least = () => Math.min(scroller.clientWidth / full.w, scroller.clientHeight / full.h);
  const ofWidth = () => Math.min(1.25, scroller.clientWidth / full.w);

  function fitted() {
    if (!full || !scroller.clientWidth) return;
    scale = wanted ?? ofWidth();
    host.style.width = `${full.w * scale}px`;
    host.style.height = `${full.h * scale}px`;
    looked();
  }

  function zoomed(to) {
    const [x, y] = [(scroller.scrollLeft + scroller.clientWidth / 2) / (full.w * scale), (scroller.scrollTop + scroller.clientHeight / 2) / (full.h * scale)];
    wanted = to === null ? null : Math.max(least() / 1.5, Math.min(MOST, to));
    fitted();
    scroller.scrollTo(x * full.w * scale - scroller.clientWidth / 2, y * full.h * scale - scroller.clientHeight / 2);
  }

  /** The first phase at the top: what the signs mean stands above it. */
  function top() {
    const box = places.nodes.get("(part 1)")?.box;
    if (box) scroller.scrollTo(0, Math.max(0, (box.y - full.y) * scale - 8));
  }

  /** Moves a box into the middle, large enough to be read. */
  function seek(box) {
    if (scale < LEGIBLE) wanted = LEGIBLE;
    fitted();
    const [x, y] = middleOf(box);
    scroller.scrollTo((x - full.x) * scale - scroller.clientWidth / 2, (y - full.y) * scale - scroller.clientHeight / 2);
  }

  /** Scrolls as little as brings a box into view; not at all where it is there. */
  function reveal(box) {
    const [left, top] = [(box.x - full.x) * scale, (box.y - full.y) * scale];
    const within = (from, size, low, room) => (low < from ? low : low + size > from + room ? low + Math.min(size, room) - room + Math.max(0, size - room) : from);
    scroller.scrollTo(within(scroller.scrollLeft, box.w * scale + 16, left - 8, scroller.clientWidth), within(scroller.scrollTop, box.h * scale + 16, top - 8, scroller.clientHeight));
  }

  /** From points of the picture to pixels of what is on show. */
  const toView = (point) => [(point[0] - full.x) * scale - seen.left + seen.side, (point[1] - full.y) * scale - seen.top];

  function looked() {
    [seen.w, seen.h, seen.left, seen.top] = [scroller.clientWidth, scroller.clientHeight, scroller.scrollLeft, scroller.scrollTop];
    seen.side = Math.max(0, (seen.w - full.w * scale) / 2);
    onView();
  }

  new ResizeObserver(fitted).observe(scroller);
  scroller.addEventListener("scroll", looked, { passive: true });

  return {
    show, toView, seek, reveal,
    scale: () => scale,
    size: () => [seen.w, seen.h],
    track: (rule) => tracks[rule],
    card: (state) => cards[state],
    headings: () => headings,
    plates: () => plates,
    zoom: (factor) => zoomed(scale * factor),
    fit: () => zoomed(least()),
    wide: () => zoomed(null),
  };
}
