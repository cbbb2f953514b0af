// Owns the address that holds a case: facts by name, the opening, and each entry as `event.minutes` after the one before; `~` is time
// that passed by itself. What is wrong with an address is told in the language of the moment.

const MAX_LOG = 2_000; // steps that an address may hold
const MINUTE = 60_000;
const fromLocal = (text) => Date.parse(`${text}Z`);
const inYears = (data, at) => new Date(at).getUTCFullYear() >= data.firstYear && new Date(at).getUTCFullYear() <= data.lastYear;

/** An address that cannot be restored: `said` tells why. */
class BadAddress extends Error {
  constructor(said) {
    super("address");
    this.said = said;
  }
}

function makeAddress(data, model, words, session, { begin, push }) {
  const { t, say } = words;
  const code = encodeURIComponent;
  const wrong = (field) => new BadAddress(() => say("bad_field", { field }));

  function written() {
    let before = session.opened;
    const log = session.log.map(({ event, at, auto }) => {
      const minutes = Math.round((at - before) / MINUTE);
      before = at;
      return `${event >= 0 ? code(data.events[event].name) : auto ? "~" : ""}.${minutes}`;
    });
    const facts = data.facts.map(({ name }) => `${code(name)}=${code(session.facts[name])}`);
    const opened = new Date(session.opened).toISOString().slice(0, 16);
    return [`lang=${session.lang}`, `table=${data.fingerprint}`, ...facts, `at=${opened}`, ...(log.length ? [`log=${log.join(",")}`] : [])].join("&");
  }

  /** Restores the case of an address; false where it holds none. Throws `BadAddress` for one that cannot be. */
  function restore(hash) {
    const given = new Map(hash.slice(1).split("&").map((part) => part.split("=").map(decoded)));
    if (["zh", "en"].includes(given.get("lang"))) session.lang = given.get("lang");
    if (!given.has("table") && !given.has("log") && !given.has("at")) return false;
    if (given.get("table") !== data.fingerprint) throw new BadAddress(() => say("bad_table"));
    const known = new Set(["lang", "table", "at", "log", ...data.facts.map(({ name }) => name)]);
    for (const name of given.keys()) if (!known.has(name)) throw wrong(name);
    const facts = {};
    for (const { name, values } of data.facts) {
      const found = values.find((one) => String(one.value) === given.get(name));
      if (!found) throw wrong(name);
      facts[name] = found.value;
    }
    const opened = fromLocal(given.get("at") ?? "");
    if (!inYears(data, opened)) throw wrong("at");
    if (!begin(facts, opened)) throw new BadAddress(() => say("impossible_now"));
    const entries = given.get("log") ? given.get("log").split(",") : [];
    if (entries.length > MAX_LOG) throw wrong("log");
    entries.forEach(replay);
    return true;
  }

  function decoded(text) {
    try {
      return decodeURIComponent(text);
    } catch {
      throw wrong("#");
    }
  }

  function replay(text, number) {
    const found = /^(.*)\.(\d{1,9})$/.exec(text);
    const at = found && session.live.now + Number(found[2]) * MINUTE;
    const auto = found?.[1] === "~";
    const event = found && !auto && found[1] ? model.eventNumber.get(decoded(found[1])) ?? NaN : -1;
    if (!found || Number.isNaN(event) || !inYears(data, at)) throw wrong("log");
    if (push({ event, at, auto })) throw new BadAddress(() => say("bad_step", { number: number + 1, event: t(data.events[event].text) }));
  }

  return { written, restore };
}
