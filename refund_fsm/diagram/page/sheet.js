// Owns where the parts of the page stand: beside the picture on a wide screen, on a narrow one in a sheet below it, the actions first.
// The order is that of the document, so that it is the order of the keyboard too.

const SIZES = ["low", "half", "whole"];
const WIDE = ["head", "tools", "map", "start", "message", "place", "state", "actions", "time", "history", "print"];
const NARROW = ["grip", "place", "message", "actions", "state", "course", "tools", "map", "time", "history", "start", "legend", "print"];
const FLICK = 24; // pixels

function makeSheet(words) {
  const { say } = words;
  const $ = (id) => document.getElementById(`page-${id}`);
  const narrow = window.matchMedia("(max-width: 860px)");
  let size = 1;

  function arrange() {
    const held = document.activeElement;
    const names = narrow.matches ? NARROW : WIDE;
    $("panel").append(...names.map($));
    if (narrow.matches) {
      $("main").prepend($("head"));
      $("grip").prepend($("zoom"));
    } else {
      $("foot").append($("zoom"), $("legend"));
      $("foot").before($("course"));
    }
    $("grip").hidden = !narrow.matches;
    if (held && held !== document.activeElement) held.focus({ preventScroll: true });
  }

  function sized(to) {
    size = Math.max(0, Math.min(SIZES.length - 1, to));
    document.documentElement.dataset.sheet = SIZES[size];
    labelled();
  }

  function labelled() {
    const step = (name, by) => {
      const button = $("grip").querySelector(`[data-key="${name}"]`);
      button.setAttribute("aria-label", say(name));
      button.title = say(name);
      button.disabled = !SIZES[size + by];
    };
    step("sheet_less", -1);
    step("sheet_more", 1);
  }

  const button = (name, by) => h("button", { type: "button", "data-key": name, class: by < 0 ? "chevron less" : "chevron", onclick: () => sized(size + by) });
  $("grip").append(h("span", { class: "bar", "aria-hidden": "true" }), h("div", { class: "tools" }, button("sheet_less", -1), button("sheet_more", 1)));

  let from = null;
  $("grip").addEventListener("pointerdown", (event) => (from = event.target.closest("button") ? null : event.clientY));
  window.addEventListener("pointerup", (event) => {
    const by = from === null ? 0 : from - event.clientY;
    from = null;
    if (Math.abs(by) > FLICK) sized(size + Math.sign(by));
  });
  narrow.addEventListener("change", arrange);
  document.documentElement.dataset.sheet = SIZES[size];
  arrange();

  return { labelled };
}
