// Owns where things stand in a picture: cards, lines, chips, and the label of each rule, read off the elements. Changes nothing but
// the names that mark lines and rows, and lays nothing out.

const SAME_LINE = 5; // points between the baselines of a chip and of the texts on its line
let pen = null; // it measures texts without laying the page out; made when it is needed

const heightOf = (el) => parseFloat((el.matches("text") ? el : el.querySelector("text"))?.getAttribute("y"));
const isChip = (el) => el.id.startsWith("rule-");

function findPlaces(data, svg, ruleBySlug, family) {
  const graph = svg.querySelector("g.graph") ?? svg;
  const shift = graph.transform.baseVal.consolidate()?.matrix ?? { e: 0, f: 0 };
  const chipRule = (chip) => ruleBySlug.get(chip.id.slice("rule-".length));
  const labels = new Map();
  const nodes = new Map();
  for (const el of svg.querySelectorAll("g.node")) nodes.set(el.querySelector("title")?.textContent, { el, box: moved(boxOf(el.querySelector("path, polygon, ellipse"))) });
  const chips = [...svg.querySelectorAll('g[id^="rule-"]')].filter((el) => chipRule(el) !== undefined);
  const rows = [];
  const edges = [...svg.querySelectorAll("g.edge")].map((el) => {
    const rules = [...el.classList].filter((name) => name.startsWith("rule-")).map((name) => ruleBySlug.get(name.slice(5)));
    const line = el.querySelector("path");
    line?.classList.add("line");
    if (line) line.after(hitArea(line));
    cutIntoRows(el);
    return { el, rules, ends: (el.querySelector("title")?.textContent ?? "").split("->") };
  });

  function moved({ x, y, w, h }) {
    return { x: x + shift.e, y: y + shift.f, w, h };
  }

  /** The rectangle of a shape, read off its outline: asking for it would lay the picture out. */
  function boxOf(shape) {
    const read = (name) => (shape?.getAttribute(name) ?? "").match(/-?[\d.]+/g)?.map(Number) ?? [];
    const [cx = 0, cy = 0, rx = 0, ry = 0] = ["cx", "cy", "rx", "ry"].flatMap(read);
    const numbers = [...read("d"), ...read("points"), ...(rx ? [cx - rx, cy - ry, cx + rx, cy + ry] : [])];
    const [xs, ys] = [0, 1].map((odd) => numbers.filter((_, place) => place % 2 === odd));
    const [x, y] = [Math.min(...xs), Math.min(...ys)];
    return { x, y, w: Math.max(...xs) - x, h: Math.max(...ys) - y };
  }

  function boxOfText(text) {
    const [x, y, size] = ["x", "y", "font-size"].map((name) => parseFloat(text.getAttribute(name)));
    pen ??= document.createElement("canvas").getContext("2d");
    pen.font = `${text.getAttribute("font-weight") === "bold" ? 700 : 400} ${size}px ${family}`;
    return { x, y: y - 0.95 * size, w: pen.measureText(text.textContent).width, h: 1.2 * size };
  }

  function hitArea(line) {
    const area = document.createElementNS(svg.namespaceURI, "path");
    area.setAttribute("d", line.getAttribute("d"));
    area.setAttribute("class", "hit");
    return area;
  }

  /** What stands before a chip on its own line: on a map, the numbers. */
  function ahead(chip) {
    const found = [];
    for (let one = chip.previousElementSibling; one?.matches("text") && Math.abs(heightOf(one) - heightOf(chip)) < SAME_LINE; one = one.previousElementSibling) found.unshift(one);
    return found;
  }

  /** A chip, what stands before it on its line, and what follows, up to the next chip or what stands before that. */
  function partsOf(chip) {
    const parts = [...ahead(chip), chip];
    const chipAfter = (el) => { for (let one = el; one; one = one.nextElementSibling) if (isChip(one)) return one; return null; };
    const after = chip.nextElementSibling && chipAfter(chip.nextElementSibling);
    const led = after ? ahead(after) : [];
    for (let next = chip.nextElementSibling; next && !isChip(next) && !led.includes(next); next = next.nextElementSibling) parts.push(next);
    return parts;
  }

  /** A label holds a row for each bundle of rules: its chips, then its texts, up to the next chip after a text. */
  function cutIntoRows(edge) {
    let row = null;
    for (const chip of edge.querySelectorAll('g[id^="rule-"]')) {
      if (row && row.parts.length === row.rules.length) row.rules.push(chipRule(chip));
      else rows.push((row = { rules: [chipRule(chip)], parts: [] }));
      row.parts.push(...partsOf(chip));
      row.parts.forEach((part) => part.classList.add("row"));
    }
  }

  /** The rectangle of a rule's label: of its row at a line, or, for a rule that is named on a card, of the card. */
  function labelOf(rule) {
    if (!labels.has(rule)) labels.set(rule, foundLabel(rule));
    return labels.get(rule);
  }

  function foundLabel(rule) {
    const row = rows.find(({ rules }) => rules.includes(rule));
    if (row) {
      const texts = row.parts.flatMap((part) => (part.matches("text") ? [part] : [...part.querySelectorAll("text")]));
      const shapes = row.parts.filter((part) => part.matches("g")).map((part) => part.querySelector("path"));
      return moved([...shapes.filter(Boolean).map(boxOf), ...texts.map(boxOfText)].reduce(union));
    }
    const card = [...nodes.values()].find(({ el }) => el.querySelector(`#${CSS.escape(`rule-${data.rules[rule].slug}`)}`));
    return card?.box ?? null;
  }

  /** The rules that an element stands for: a chip's, its row's, or all of the edge's. */
  function rulesAt(target) {
    const chip = target.closest('g[id^="rule-"]');
    if (chip && chipRule(chip) !== undefined) return [chipRule(chip)];
    const row = rows.find(({ parts }) => parts.some((part) => part.contains(target)));
    return row?.rules ?? edges.find(({ el }) => el.contains(target))?.rules ?? [];
  }

  const cardOf = (state) => [...nodes.values()].find(({ el }) => el.id === data.states[state].id)?.box;

  return { nodes, chips, rows, edges, chipRule, partsOf, labelOf, rulesAt, cardOf };
}

function union(one, other) {
  const [x, y] = [Math.min(one.x, other.x), Math.min(one.y, other.y)];
  return { x, y, w: Math.max(one.x + one.w, other.x + other.w) - x, h: Math.max(one.y + one.h, other.y + other.h) - y };
}

const middleOf = ({ x, y, w, h }) => [x + w / 2, y + h / 2];
const holds = (outer, inner) =>
  inner.x >= outer.x && inner.y >= outer.y && inner.x + inner.w <= outer.x + outer.w && inner.y + inner.h <= outer.y + outer.h;
