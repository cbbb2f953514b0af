// Owns the keys: which does what, whether they are on, and that they rest while something is typed or asked.

const KEYS = { u: "undo", y: "redo", r: "reset", h: "heat", l: "language", f: "focus", j: "jump", t: "hour", d: "day", m: "morning", c: "follow", "+": "zoom_in", "=": "zoom_in", "-": "zoom_out", "−": "zoom_out", 0: "fit", "?": "help" };
const ARROWS = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] };
const KEPT = "refund-page-keys";

function makeKeys({ act, nth, pan, changed }) {
  let on = kept.read(KEPT) !== "off";
  const canvas = document.getElementById("page-canvas");

  window.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches("input:not([type=checkbox]), select, textarea")) return;
    const key = event.key.toLowerCase();
    const open = document.querySelector("dialog[open]");
    if (open && !(key === "?" && open.id === "page-keys")) return;
    const arrow = event.target === canvas && ARROWS[event.key];
    const fire = on && /^[1-9]$/.test(key) && nth(Number(key) - 1);
    if (!arrow && !fire && !(on && KEYS[key])) return;
    event.preventDefault();
    if (arrow) pan(...arrow);
    else if (fire) fire();
    else act[KEYS[key]]();
  });

  return {
    on: () => on,
    turn(to) {
      on = to;
      kept.write(KEPT, on ? "on" : "off");
      changed();
    },
  };
}
