// Owns the strip over the slider: days off, festivals, limits passed, and how many cases are open. Drawn anew when its size changes.

const THUMB = 10; // pixels: half of the slider's thumb, by which the strip stands in
const LEAST_GAP = 62; // pixels between two dates
const LEAST_DAY = 1.5; // pixels of a day: in narrower ones days off are not told apart

function makeStrip(data, film, words) {
  const canvas = document.getElementById("replay-strip");
  const pen = canvas.getContext("2d");
  const night = window.matchMedia("(prefers-color-scheme: dark)");
  const HOURS = 3600;
  const first = data.start / 1000;
  const midnight = (day) => (Math.floor(first / 86_400) + day) * 86_400 - first; // of a day by its place, in seconds after the first

  function draw() {
    const [w, h] = [canvas.clientWidth, canvas.clientHeight];
    if (!w) return;
    const dense = Math.min(3, window.devicePixelRatio || 1);
    [canvas.width, canvas.height] = [Math.round(w * dense), Math.round(h * dense)];
    pen.setTransform(dense, 0, 0, dense, 0, 0);
    const inks = night.matches ? INKS.dark : INKS.light;
    const long = Math.max(Math.ceil(data.span / HOURS), 1) * HOURS;
    const x = (at) => THUMB + (Math.max(0, Math.min(long, at)) / long) * (w - 2 * THUMB);
    const top = 15; // over it stand festivals, under it dates
    const low = h - 15;
    const look = { inks, x, top, low };
    if (x(86_400) - x(0) >= LEAST_DAY || data.days.length < 3) days(look);
    curve(look, w);
    pen.fillStyle = inks.late;
    for (const [at] of data.passed) pen.fillRect(x(at) - 1, top, 2, low - top);
    dates(look, w);
  }

  function days({ inks, x, top, low }) {
    pen.font = '700 11px "Noto Sans SC", "PingFang SC", sans-serif';
    pen.textAlign = "center";
    let [run, free] = [null, 0];
    for (let day = 0; day <= data.days.length; day += 1) {
      const off = "13".includes(data.days[day] ?? "0");
      if (off) {
        pen.fillStyle = night.matches ? "#2c3542" : "#d4d9e0";
        pen.fillRect(x(midnight(day)), top, x(midnight(day + 1)) - x(midnight(day)) + 0.5, low - top);
      }
      const name = off ? data.festivals[day]?.[words.place()] : null;
      if (run && run.name !== name) {
        const [middle, wide] = [(x(midnight(run.from)) + x(midnight(day))) / 2, pen.measureText(run.name).width];
        const at = Math.min(Math.max(middle, wide / 2), canvas.clientWidth - wide / 2);
        if (at - wide / 2 >= free) {
          pen.fillStyle = inks.ink;
          pen.fillText(run.name, at, 11);
          free = at + wide / 2 + 8;
        }
        run = null;
      }
      if (name && !run) run = { name, from: day };
    }
  }

  function curve({ inks, x, top, low }, w) {
    const open = film.openAt(Math.max(2, Math.round(w)));
    const most = Math.max(1, ...open);
    pen.beginPath();
    open.forEach((count, place) => pen[place ? "lineTo" : "moveTo"](x((place / (open.length - 1)) * data.span), low - (count / most) * (low - top - 2)));
    pen.lineWidth = 2;
    pen.strokeStyle = inks.muted;
    pen.stroke();
  }

  function dates({ inks, x, low }, w) {
    pen.font = '11px "Noto Sans SC", "PingFang SC", sans-serif';
    pen.fillStyle = inks.muted;
    const every = [1, 2, 7, 14, 28, 91, 182, 365, 730].find((days) => x(days * 86_400) - x(0) >= LEAST_GAP) ?? 1_000;
    const from = data.days.length < 2 ? 0 : 1;
    for (let day = from; day < data.days.length; day += every) {
      const said = words.day(midnight(day));
      const wide = pen.measureText(said).width;
      const at = Math.max(x(midnight(day)), 0);
      if (at + wide > w && day !== from) break;
      pen.textAlign = "left";
      pen.fillText(said, Math.min(at, w - wide), low + 12);
      pen.fillRect(at, low, 1, 4);
    }
  }

  new ResizeObserver(draw).observe(canvas);
  night.addEventListener("change", draw);
  return { draw };
}
