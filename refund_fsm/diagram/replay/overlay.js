// Owns what is drawn over the picture: people waiting as numbers, who is late, and cases under way. It draws, and decides nothing.

const FEW = 0.62; // pixels for a point below which the picture's own names are not legible: they are drawn larger
const NARROW = 64; // pixels of a card below which its name and its number are one pill, wider than the card
const DOT = 5.5;
const INKS = {
  light: { paper: "#ffffff", ink: "#111827", muted: "#4b5563", line: "#9aa4b2", late: "#b91c1c", slate: "#1f2937", on: "#ffffff" },
  dark: { paper: "#0d1117", ink: "#e6edf3", muted: "#a3adb9", line: "#566170", late: "#ff9a94", slate: "#c3ccd6", on: "#0d1117" },
};

function makeOverlay(data, film, stage, lang) {
  const canvas = document.getElementById("replay-over");
  const pen = canvas.getContext("2d");
  const night = window.matchMedia("(prefers-color-scheme: dark)");
  const sway = film.cases.map((_, number) => ((number * 0.618034) % 1) - 0.5); // so that those who go together are told apart
  const widths = new Map();
  let inks = INKS.light;

  const colour = (actor) => (actor < 0 ? inks.slate : data.actors[actor][night.matches ? "night" : "colour"]);
  const bold = (size) => `700 ${size}px "Noto Sans SC", "PingFang SC", "Microsoft YaHei", sans-serif`;
  let fonted = "";
  /** To set a font costs more than to write with it. */
  const inBold = (size) => {
    const font = bold(size);
    if (font !== fonted) pen.font = fonted = font;
  };

  function sized() {
    const [w, h] = stage.size();
    const dense = Math.min(3, window.devicePixelRatio || 1);
    if (canvas.width !== Math.round(w * dense) || canvas.height !== Math.round(h * dense)) {
      canvas.width = Math.round(w * dense);
      canvas.height = Math.round(h * dense);
      canvas.style.width = `${w}px`;
      canvas.style.height = `${h}px`;
      fonted = "";
    }
    pen.setTransform(dense, 0, 0, dense, 0, 0);
    pen.clearRect(0, 0, w, h);
    return [w, h];
  }

  /** The width of a text; the same texts come again and again. */
  function widthOf(text, size) {
    const key = `${size} ${text}`;
    if (!widths.has(key)) {
      inBold(size);
      widths.set(key, pen.measureText(text).width);
    }
    return widths.get(key);
  }

  const breadth = (text, { size = 13, pad = 7 }) => Math.max(widthOf(text, size) + 2 * pad, size + 9);

  function pill(text, x, y, { size = 13, fill, ink, line, pad = 7 }) {
    const [w, h] = [breadth(text, { size, pad }), size + 9];
    pen.beginPath();
    pen.roundRect(x - w / 2, y - h / 2, w, h, h / 2);
    pen.fillStyle = fill;
    pen.fill();
    pen.lineWidth = 1.5;
    pen.strokeStyle = line;
    pen.stroke();
    inBold(size);
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillStyle = ink;
    pen.fillText(text, x, y + 1);
  }

  /** A pill at the left edge of a card: outside, so that it hides nothing that the card says. */
  const beside = (text, left, y, look) => pill(text, Math.max(left + 5 - breadth(text, look) / 2, breadth(text, look) / 2), y, look);

  function numbers(now, [w, h]) {
    const few = stage.scale() < FEW;
    data.states.forEach((state, number) => {
      const box = stage.card(number);
      if (!box) return;
      const [left, top] = stage.toView([box.x, box.y]);
      const [right, bottom] = stage.toView([box.x + box.w, box.y + box.h]);
      if (right < -40 || left > w + 40 || bottom < -20 || top > h + 20) return;
      const count = now.counts[number];
      const look = count ? { fill: colour(state.owner), ink: inks.on, line: inks.paper } : { fill: inks.paper, ink: inks.muted, line: inks.line };
      const late = { fill: inks.late, ink: inks.on, line: inks.paper };
      if (right - left < NARROW) return small(`${state.text[lang()]}  ${count}`, now.late[number], (left + right) / 2, (top + bottom) / 2, look, late);
      if (few) named(state, left, top, right, bottom);
      const [y, size] = [few && bottom - top < 44 ? bottom : (top + bottom) / 2, few ? 12 : 14];
      beside(String(count), left, y, { ...look, size });
      if (now.late[number]) beside(`! ${now.late[number]}`, left, y + size + 11, { ...late, size });
    });
  }

  /** Of a card that is smaller than its name: one pill with the name and the number. */
  function small(text, count, x, y, look, late) {
    pill(text, x, y, { ...look, size: 11, pad: 5 });
    if (count) pill(`! ${count}`, x + breadth(text, { size: 11, pad: 5 }) / 2 + 12, y, { ...late, size: 11, pad: 5 });
  }

  /** The name of a card, in letters that can be read at any size of the picture. */
  function named(state, left, top, right, bottom) {
    const text = state.text[lang()];
    const rows = broken(text, right - left - 6);
    const wide = Math.max(right - left - 4, ...rows.map((row) => widthOf(row, 11) + 6));
    const [middle, high] = [(left + right) / 2, Math.max(bottom - top - 4, 13 * rows.length + 2)];
    pen.fillStyle = inks.paper;
    pen.globalAlpha = 0.93;
    pen.fillRect(middle - wide / 2, (top + bottom - high) / 2, wide, high);
    pen.globalAlpha = 1;
    inBold(11);
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillStyle = inks.ink;
    rows.forEach((row, place) => pen.fillText(row, middle, (top + bottom) / 2 + (place - (rows.length - 1) / 2) * 13));
  }

  /** A text in rows: between words, or between the signs of Chinese. */
  function broken(text, room) {
    const parts = /[\u4e00-\u9fff]/.test(text) ? [...text] : text.split(/(?<= )/);
    return parts.reduce((rows, part) => {
      if (rows.length && widthOf((rows.at(-1) + part).trimEnd(), 11) <= room) rows[rows.length - 1] += part;
      else rows.push(part);
      return rows;
    }, []);
  }

  /** The phases: their headings where the picture's own are too small, and how many wait in each, at its plate over the picture. */
  function headed(now, [w]) {
    const few = stage.scale() < FEW;
    stage.headings().forEach((box, place) => {
      if (!box || !few) return;
      const [x, y] = stage.toView([box.x, box.y + box.h / 2]);
      pen.fillStyle = inks.paper;
      pen.fillRect(x, y - 10, Math.min(w, Math.max(box.w * stage.scale(), 110)), 20);
      inBold(12);
      pen.textAlign = "left";
      pen.textBaseline = "middle";
      pen.fillStyle = inks.muted;
      pen.fillText(`${place + 1}  ${data.phases[place][lang()]}`, x + 6, y);
    });
    stage.plates().forEach((box, place) => {
      const count = now.counts.reduce((sum, one, state) => sum + (data.states[state].phase === place ? one : 0), 0);
      if (!box) return;
      const [x, y] = stage.toView([box.x + box.w, box.y]);
      if (y > -20) pill(String(count), x - 14, y + 4, { fill: count ? inks.slate : inks.paper, ink: count ? inks.on : inks.muted, line: count ? inks.paper : inks.line, size: 12, pad: 6 });
    });
  }

  /** Those that ended where no card stands: at the pill through which they went. */
  function endings(now) {
    const told = new Map();
    now.endedBy.forEach((count, rule) => {
      const { portal } = stage.track(rule);
      if (count && portal && !stage.card(data.rules[rule].dest)) told.set(portal, (told.get(portal) ?? 0) + count);
    });
    for (const [box, count] of told) {
      const [x, y] = stage.toView([box.x + box.w, box.y + box.h / 2]);
      pill(String(count), x + 14, y, { fill: inks.slate, ink: inks.on, line: inks.paper, size: 12, pad: 5 });
    }
  }

  function pointAt({ points, along }, part) {
    let place = 1;
    while (place < along.length - 1 && along[place] < part) place += 1;
    if (points.length < 2) return points[0] ?? null;
    const [from, to] = [points[place - 1], points[place]];
    const within = Math.min(1, Math.max(0, (part - along[place - 1]) / (along[place] - along[place - 1] || 1)));
    return [from[0] + (to[0] - from[0]) * within, from[1] + (to[1] - from[1]) * within];
  }

  /** Cases under way: `part` says how far each is that made its last move a moment ago. */
  function travelling(now, part, [w, h]) {
    film.cases.forEach((one, number) => {
      const place = now.place[number];
      if (!place) return;
      const far = part(one, place);
      if (far >= 1) return;
      const rule = one.rule[place - 1];
      const { points, internal } = stage.track(rule);
      const point = internal ? null : pointAt(points, 1 - (1 - far) ** 2);
      if (!point) return;
      const [x, y] = stage.toView(point);
      if (x < -10 || y < -10 || x > w + 10 || y > h + 10) return;
      const aside = sway[number] * 11;
      dot(x + aside, y + aside, colour(data.rules[rule].actor));
    });
  }

  function dot(x, y, fill) {
    pen.beginPath();
    pen.arc(x, y, DOT, 0, 2 * Math.PI);
    pen.fillStyle = fill;
    pen.fill();
    pen.lineWidth = 1.5;
    pen.strokeStyle = inks.paper;
    pen.stroke();
  }

  /** What was just done, by a press of `step`: the line that was gone, and the case at its end. */
  function done(moves) {
    for (const { rule } of moves) {
      const { drawn, points, internal } = stage.track(rule);
      const fill = colour(data.rules[rule].actor);
      pen.beginPath();
      drawn.points.forEach((point, place) => pen[place ? "lineTo" : "moveTo"](...stage.toView(point)));
      pen.lineWidth = 7;
      pen.globalAlpha = 0.45;
      pen.strokeStyle = fill;
      pen.stroke();
      pen.globalAlpha = 1;
      const end = internal ? null : pointAt(drawn.points.length > 1 ? drawn : points, 1);
      if (end) dot(...stage.toView(end), fill);
    }
  }

  /** A sign at each state whose limit was passed a moment ago; `fresh` says how long ago, from 0 to 1. */
  function alarms(passed, fresh) {
    for (const [at, , state] of passed) {
      const box = stage.card(state);
      const age = fresh(at);
      if (!box || age >= 1) continue;
      const [x, y] = stage.toView([box.x, box.y + box.h / 2]);
      pen.beginPath();
      pen.arc(x, y, 14 + 30 * age, 0, 2 * Math.PI);
      pen.lineWidth = 4;
      pen.globalAlpha = 1 - age;
      pen.strokeStyle = inks.late;
      pen.stroke();
      pen.globalAlpha = 1;
    }
  }

  /** One frame: `now` as the film has it. */
  function draw(now, { part, moves, passed, fresh }) {
    inks = night.matches ? INKS.dark : INKS.light;
    const size = sized();
    headed(now, size);
    done(moves);
    numbers(now, size);
    endings(now);
    travelling(now, part, size);
    alarms(passed, fresh);
  }

  return { draw, night, measureAnew: () => widths.clear() };
}
