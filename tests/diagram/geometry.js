// What `geometry.py` asks of a page that holds one SVG: boxes of texts, chips and cards, and samples of lines, in the SVG's units.
async (step) => {
  await document.fonts.ready;
  const root = document.querySelector("svg");
  const home = root.getScreenCTM().inverse();
  const to = (element) => home.multiply(element.getScreenCTM());
  const place = (matrix, x, y) => {
    const point = new DOMPoint(x, y).matrixTransform(matrix);
    return [point.x, point.y];
  };
  const placed = (element, left, top, right, bottom) => {
    const matrix = to(element);
    const ends = [place(matrix, left, top), place(matrix, right, bottom)];
    const xs = ends.map((end) => end[0]), ys = ends.map((end) => end[1]);
    return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
  };
  const box = (element) => {
    const { x, y, width, height } = element.getBBox();
    return placed(element, x, y, x + width, y + height);
  };
  const area = ([left, top, right, bottom]) => (right - left) * (bottom - top);
  const canvas = document.createElement("canvas").getContext("2d");
  const FINE = 10; // the canvas is measured this much larger, so that nothing is rounded to pixels
  // The box of a font is much higher than its letters, and lines that are apart would overlap: the height is that of the ink.
  const inked = (text) => {
    const style = getComputedStyle(text), { x, width } = text.getBBox();
    canvas.font = `${style.fontStyle} ${style.fontWeight} ${parseFloat(style.fontSize) * FINE}px ${style.fontFamily}`;
    const ink = canvas.measureText(text.textContent), base = text.getStartPositionOfChar(0).y;
    return placed(text, x, base - ink.actualBoundingBoxAscent / FINE, x + width, base + ink.actualBoundingBoxDescent / FINE);
  };
  const owner = (element) => element.closest("g.node, g.edge");
  const id = (element) => (element ? element.id || `(${element.querySelector("title")?.textContent})` : "");
  const drawn = (element) => getComputedStyle(element).visibility !== "hidden" && getComputedStyle(element).display !== "none";
  const outlines = new Map();
  const shapesOf = (node) => [...node.querySelectorAll("path, polygon, ellipse, circle, rect")].filter(drawn);
  const cards = [...root.querySelectorAll("g.node")].map((node) => {
    const shapes = shapesOf(node);
    if (!shapes.length) { // words alone
      const around = box(node);
      return { id: id(node), name: node.querySelector("title")?.textContent, inner: around, outer: around };
    }
    const boxes = shapes.map(box), most = Math.max(...boxes.map(area));
    // A card may have a second outline and a halo: all are far larger than a chip in it.
    const whole = boxes.filter((one) => area(one) >= most / 2).sort((one, two) => area(one) - area(two));
    outlines.set(node, new Set(shapes.filter((_, at) => area(boxes[at]) >= most / 2)));
    return { id: id(node), name: node.querySelector("title")?.textContent, inner: whole[0], outer: whole[whole.length - 1] };
  });
  const wires = [...root.querySelectorAll("g.edge")].flatMap((edge) => {
    const line = edge.querySelector("path");
    if (!line) return [];
    outlines.set(edge, new Set([line]));
    const matrix = to(line), length = line.getTotalLength(), points = [];
    for (let at = 0; at <= length; at += step) {
      const { x, y } = line.getPointAtLength(at);
      points.push(place(matrix, x, y));
    }
    for (const head of edge.querySelectorAll(":scope > polygon, :scope > g > a > polygon")) {
      const corners = [...head.points].map(({ x, y }) => place(to(head), x, y));
      const ends = [points[0], points[points.length - 1]];
      const far = (end) => Math.min(...corners.map((one) => Math.hypot(one[0] - end[0], one[1] - end[1])));
      const foot = far(ends[0]) < far(ends[1]) ? ends[0] : ends[1];
      const tip = corners.sort((one, two) => Math.hypot(two[0] - foot[0], two[1] - foot[1]) - Math.hypot(one[0] - foot[0], one[1] - foot[1]))[0];
      const long = Math.hypot(tip[0] - foot[0], tip[1] - foot[1]);
      for (let at = step; at < long; at += step) points.push(foot.map((start, axis) => start + ((tip[axis] - start) * at) / long));
    }
    const half = parseFloat(getComputedStyle(line).strokeWidth) / 2;
    return [{ id: id(edge), title: edge.querySelector("title")?.textContent, half, points }];
  });
  const texts = [...root.querySelectorAll("text")].filter((text) => drawn(text) && text.textContent.trim());
  const closed = (path) => /^M([-\d.,]+).*\s?\1\s*Z?$/i.test(path.getAttribute("d").trim());
  // Squares of a legend's sample lines are pieces too; its background is none.
  const whole = root.viewBox.baseVal, small = (shape) => area(box(shape)) < (whole.width * whole.height) / 4;
  const chips = [...root.querySelectorAll("path, rect, polygon")].filter((shape) => {
    const group = owner(shape);
    if (!drawn(shape) || outlines.get(group)?.has(shape)) return false;
    return shape.tagName === "polygon" ? !group && small(shape) : shape.tagName === "rect" || closed(shape);
  });
  const fonts = [...document.fonts];
  return {
    view: [whole.x, whole.y, whole.x + whole.width, whole.y + whole.height],
    texts: texts.map((text) => ({ owner: id(owner(text)), text: text.textContent, box: inked(text) })),
    chips: chips.map((chip) => ({ owner: id(owner(chip)), box: box(chip) })),
    cards,
    wires,
    fonts: fonts.length,
    unset: fonts.filter((font) => font.status === "error").length,
  };
}
