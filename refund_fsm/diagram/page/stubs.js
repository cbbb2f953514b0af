// Owns the stubs: at the edge of the view, a button for each label of a possible next rule that is not in view. It points to where
// the label is, and leads there. Decides nothing: the picture says where labels are, `next` which rules.

function makeStubs(data, words, picture) {
  const { t, say } = words;
  const host = document.getElementById("page-stubs");
  let [told, wanted, frame] = ["", [], 0];

  /** The labels out of view, one for each row: `{rules, box}`. */
  function missing() {
    const seen = picture.seen();
    if (!seen) return [];
    const found = new Map();
    for (const rule of wanted) {
      const box = picture.labelOf(rule);
      if (box && !holds(seen, box)) found.set(`${box.x} ${box.y}`, { box, rules: [...(found.get(`${box.x} ${box.y}`)?.rules ?? []), rule] });
    }
    return [...found.values()].map((one) => ({ ...one, way: wayTo(one.box, seen) }));
  }

  function wayTo(box, seen) {
    const [[x, y], [hereX, hereY]] = [middleOf(box), middleOf(seen)];
    return { x: x - hereX, y: y - hereY };
  }

  const TURN = 15; // degrees: an arrow points no finer
  const turnOf = (way) => Math.round((Math.atan2(way.y, way.x) * 180) / Math.PI / TURN) * TURN;

  function stub({ box, rules, way }) {
    const ids = rules.map((rule) => data.rules[rule].id);
    const { event } = data.rules[rules[0]];
    const text = t(data.events[event].text);
    const props = { type: "button", class: way.x < 0 ? "stub" : "stub right", "data-key": `stub-${ids[0]}`, "data-rules": ids.join(" "), style: `--actor:${data.actors[data.events[event].actor].colour}`, title: say("stub", { rule: ids.join(" "), event: text }) };
    return h("button", { ...props, onclick: () => lead(box) },
      ids.map((id) => [h("span", { class: "chip" }, id), " "]), h("span", { class: "name" }, text), h("span", { class: "way", style: `rotate: ${turnOf(way)}deg`, "aria-hidden": "true" }, "→"));
  }

  function lead(box) {
    picture.seek(box);
    document.getElementById("page-canvas").focus({ preventScroll: true }); // the stub goes when its label comes
  }

  function drawn() {
    frame = 0;
    const found = missing();
    const now = JSON.stringify([t([0, 1]), found.map(({ rules, way }) => [rules, turnOf(way)])]);
    if (now === told) return;
    told = now;
    const held = host.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    const strip = (name, some) => h("div", { class: name }, some.sort((one, other) => one.way.x - other.way.x).map(stub));
    host.replaceChildren(strip("above", found.filter(({ way }) => way.y < 0)), strip("below", found.filter(({ way }) => way.y >= 0)));
    if (held) (host.querySelector(`[data-key="${CSS.escape(held)}"]`) ?? document.getElementById("page-canvas")).focus({ preventScroll: true });
  }

  /** The view has moved: drawn anew before the next frame. */
  function moved() {
    if (!frame) frame = requestAnimationFrame(drawn);
  }

  return { moved, next: (rules) => { wanted = [...rules]; moved(); } };
}
