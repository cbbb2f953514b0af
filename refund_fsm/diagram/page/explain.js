// Owns the words of the page: texts in the present language, instants, and refusals filled into the templates that Python made.

function makeWords(data, language) {
  const t = (text) => text[language() === "zh" ? 0 : 1];
  const fill = (template, parts) => template.replace(/\{(\w+)\}/g, (whole, name) => parts[name] ?? whole);
  const say = (key, parts = {}) => fill(t(data.words[key]), parts);
  const two = (number) => String(number).padStart(2, "0");

  /** 2026-02-18 10:00; midnight is 24:00 of the day that ends. */
  function stamp(instant, { weekday = true } = {}) {
    const midnight = instant % DAY === 0;
    const day = new Date(midnight ? instant - DAY : instant);
    const clock = midnight ? "24:00" : `${two(day.getUTCHours())}:${two(day.getUTCMinutes())}`;
    const date = `${day.getUTCFullYear()}-${two(day.getUTCMonth() + 1)}-${two(day.getUTCDate())}`;
    return weekday ? `${date} ${t(data.weekdays[(day.getUTCDay() + 6) % 7])} ${clock}` : `${date} ${clock}`;
  }

  /** As a sentence has it. */
  function instantInWords(instant) {
    const midnight = instant % DAY === 0;
    const day = new Date(midnight ? instant - DAY : instant);
    return fill(t(data.instant), {
      year: String(day.getUTCFullYear()),
      month: String(day.getUTCMonth() + 1),
      month_name: data.months[day.getUTCMonth()],
      day: String(day.getUTCDate()),
      clock: midnight ? "24:00" : `${two(day.getUTCHours())}:${two(day.getUTCMinutes())}`,
    });
  }

  function unmet(guards) {
    return guards.map((guard) => fill(t(data.refusals.guard_failed), { guard: t(data.guards[guard].text) })).join(language() === "zh" ? "" : " ");
  }

  function explain(refusal) {
    const { code, event, failed, instant } = refusal;
    const state = data.states[refusal.state];
    const { actor, text, where } = data.events[event];
    const parts = { event: t(text), state: t(state.text), where: t(where) };
    if (code === "guard_failed") return unmet(failed);
    const counted = refusal.provisional ? say("counted_on") : "";
    if (instant !== undefined) Object.assign(parts, { instant: instantInWords(instant) + counted, why: unmet(failed) });
    if (refusal.at !== undefined) parts.at = instantInWords(refusal.at);
    if (code === "wrong_state" && state.note && state.note.actor === actor) parts.note = t(state.note.text);
    const noted = parts.note ? "_noted" : actor === data.clock ? "_clock" : "";
    const kind = code === "wrong_state" ? noted : code === "not_due" && failed.length ? "_instead" : "";
    return fill(t(data.refusals[code + kind]), parts);
  }

  return { t, say, fill, stamp, explain, unmet };
}
