// China's working days of 2025 and 2026, as the State Council announced them; every other year is judged by weekends alone.
// Instants are numbers of microseconds since 1970, days are those of Beijing, numbered since 1970.

export const MICROS = 1000;
export const HOUR = 3600 * 1e6;
export const DAY = 24 * HOUR;
const BEIJING = 8 * HOUR;

const OFF = new Set(`
  2025-01-01 2025-01-28 2025-01-29 2025-01-30 2025-01-31 2025-02-03 2025-02-04 2025-04-04 2025-05-01 2025-05-02 2025-05-05 2025-06-02
  2025-10-01 2025-10-02 2025-10-03 2025-10-06 2025-10-07 2025-10-08
  2026-01-01 2026-01-02 2026-02-16 2026-02-17 2026-02-18 2026-02-19 2026-02-20 2026-02-23 2026-04-06 2026-05-01 2026-05-04 2026-05-05
  2026-06-19 2026-09-25 2026-10-01 2026-10-02 2026-10-05 2026-10-06 2026-10-07
`.split(/\s+/)); // days of the week that are holidays
const MADE_UP = new Set(`
  2025-01-26 2025-02-08 2025-04-27 2025-09-28 2025-10-11 2026-01-04 2026-02-14 2026-02-28 2026-05-09 2026-09-20 2026-10-10
`.split(/\s+/)); // days of the weekend that are worked

/** The instant of a text such as 2026-02-12T10:00:00.000001+08:00. A Date keeps milliseconds only, so the fraction is read apart. */
export function micros(text) {
  const [, whole, fraction = "", zone] = /^(.{19})(?:\.(\d{1,6}))?(Z|[+-]\d\d:\d\d)$/.exec(text);
  return Date.parse(whole + zone) * MICROS + Number(fraction.padEnd(6, "0"));
}

/** The text of an instant, in UTC. */
export function text(at) {
  const whole = Math.floor(at / 1e6);
  return `${new Date(whole * 1000).toISOString().slice(0, 19)}.${String(at - whole * 1e6).padStart(6, "0")}Z`;
}

/** 24:00 of the `count`-th day after the day of an instant, of all days or of the working ones. */
export function endOfDay(at, count, counts = () => true) {
  let day = Math.floor((at + BEIJING) / DAY);
  for (let left = count; left > 0; ) {
    day += 1;
    if (counts(day)) left -= 1;
  }
  return (day + 1) * DAY - BEIJING;
}

export function isWorking(day) {
  const date = new Date((day * DAY) / MICROS);
  const name = date.toISOString().slice(0, 10);
  return MADE_UP.has(name) || (isWeekday(day) && !OFF.has(name));
}

export function isWeekday(day) {
  return ![0, 6].includes(new Date((day * DAY) / MICROS).getUTCDay());
}
