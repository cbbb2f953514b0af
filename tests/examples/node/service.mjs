// Refunds of memberships and gift cards, in plain JavaScript: needs Node.js and nothing else, and knows nothing of refund_fsm but the
// protocol of PROTOCOL.md, which it speaks over stdin and stdout, or with `--port N` (0: any that is free) over HTTP.
//
//     refund-fsm verify virtual --names tests/examples/node/names.toml --command "node tests/examples/node/service.mjs"
//
// `--fault NAME` plants one of FAULTS.

import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { DAY, HOUR, endOfDay, isWeekday, isWorking, micros, text } from "./calendar.mjs";

const FAULTS = ["weekdays-only", "day-late", "second-payout-anew", "no-note", "whole-price", "third-round", "late-withdrawal"];
const { values: options } = parseArgs({ options: { port: { type: "string" }, fault: { type: "string" } } });
if (options.fault !== undefined && !FAULTS.includes(options.fault)) throw new Error(`--fault: one of ${FAULTS.join(", ")}`);
const has = (fault) => options.fault === fault;

// 1. What may happen: status and event, who, the next status, and what has to come with it
const RULES = {
  "new ask": ["customer", "asked"],
  "new withdraw": ["customer", "withdrawn"],
  "asked take": ["desk", "in-review"],
  "asked withdraw": ["customer", "withdrawn"],
  "asked add-evidence": ["customer", "asked", "evidence"],
  "in-review ask-for-evidence": ["desk", "waiting"],
  "in-review pay-back": ["desk", "paying", "note"],
  "in-review decline": ["desk", "declined", "note"],
  "in-review withdraw": ["customer", "withdrawn"],
  "in-review add-evidence": ["customer", "in-review", "evidence"],
  "waiting bring-evidence": ["customer", "in-review", "evidence"],
  "waiting withdraw": ["customer", "withdrawn"],
  "declined complain": ["customer", "appeal"],
  "declined accept": ["customer", "closed"],
  "declined withdraw": ["customer", "withdrawn"],
  "declined add-evidence": ["customer", "declined", "evidence"],
  "appeal overrule": ["desk", "paying", "note"],
  "appeal confirm": ["desk", "closed", has("no-note") ? undefined : "note"],
  "appeal withdraw": ["customer", "withdrawn"],
  "appeal add-evidence": ["customer", "appeal", "evidence"],
  "paying paid": ["bank", "paid"],
  "paying failed": ["bank", "stuck"],
  "stuck again": ["bank", "paying"],
  ...(has("late-withdrawal") ? { "paying withdraw": ["customer", "withdrawn"] } : {}),
};

// 2. How long: a status's limit, and what follows by itself. Statuses of one limit share its count.
const works = has("weekdays-only") ? isWeekday : isWorking;
const support = (since) => endOfDay(since, 3, works);
const payout = (since) => endOfDay(since, 7, works);
const LIMITS = {
  asked: { end: support },
  "in-review": { end: support },
  waiting: { end: (since) => since + 48 * HOUR, then: "in-review" },
  declined: { end: (since) => endOfDay(since, 7) + (has("day-late") ? DAY : 0), then: "closed" },
  appeal: { end: (since) => endOfDay(since, 7, works) },
  paying: { end: payout },
  stuck: { end: has("second-payout-anew") ? (since) => payout(since) : payout },
};

// 3. A case
class Case {
  constructor({ order, request, at }) {
    this.order = order;
    this.request = request;
    this.now = this.since = micros(at);
    this.status = "new";
    this.rounds = has("third-round") ? 3 : 2; // how often evidence may still be asked for
  }

  get due() {
    return LIMITS[this.status]?.end(this.since) ?? null;
  }

  enter(status, at) {
    if (LIMITS[status]?.end === undefined || LIMITS[status].end !== LIMITS[this.status]?.end) this.since = at;
    this.status = status;
  }

  advance(to) {
    for (let then; this.due !== null && this.due <= to && (then = LIMITS[this.status].then); ) this.enter(then, this.due);
    this.now = Math.max(this.now, to);
  }

  apply(event, by, at, details) {
    const [actor, status, needed] = RULES[`${this.status} ${event}`] ?? [];
    if (actor !== by || at < this.now || (needed && !isGiven(details[needed])) || !this.allows(event, at)) return false;
    this.now = at;
    if (event === "ask-for-evidence") this.rounds -= 1;
    this.enter(status, at);
    return true;
  }

  allows(event, at) {
    const { order, request } = this;
    const line = order.lines.find((one) => one.sku === request.sku);
    switch (event) {
      case "ask": {
        this.atOnce = at < micros(order.paid_at) + 24 * HOUR;
        this.used = order.benefits_used;
        const claimed = claim(request, line);
        return claimed > 0 && claimed <= (has("whole-price") ? line.paid_fen : balance(line)) && line.open_case === null;
      }
      case "ask-for-evidence":
        return this.rounds > 0;
      case "pay-back":
        if (request.reason === "platform_fault") return true;
        return !this.used && (request.reason === "wrong_purchase" || (request.reason === "unused" && this.atOnce));
      default:
        return true;
    }
  }
}

const isGiven = (detail) => (typeof detail === "string" ? detail.trim() !== "" : (detail ?? []).length > 0);
const balance = (line) => line.paid_fen - line.refunded_fen - line.pending_fen;

function claim(request, line) {
  if (request.amount_fen !== null) return request.amount_fen;
  if (request.quantity === null) return balance(line);
  const share = Math.floor((line.paid_fen * request.quantity) / line.quantity);
  const rest = balance(line) - share;
  return rest >= 0 && rest < Math.floor(line.paid_fen / line.quantity) ? balance(line) : share;
}

// 4. The protocol
const cases = new Map();

function answer(asked) {
  if (asked.op === "hello") return { protocol: 1, operations: ["open", "apply", "state", "advance", "due", "news", "close"] };
  if (asked.op === "open") cases.set(asked.case, new Case(asked));
  const found = cases.get(asked.case);
  if (found === undefined) throw new Error(`no case ${asked.case}`);
  const told = {};
  switch (asked.op) {
    case "apply":
      found.advance(Math.max(found.now, micros(asked.at))); // time that has passed passes first
      told.taken = found.apply(asked.event, asked.by, micros(asked.at), asked.details);
      break;
    case "advance":
      found.advance(micros(asked.to));
      break;
    case "news":
      found.advance(micros(asked.at));
      found.order = asked.order;
      break;
    case "close":
      cases.delete(asked.case);
      return told;
  }
  return { ...told, state: found.status, due: found.due === null ? null : text(found.due) };
}

function answered(line) {
  const asked = JSON.parse(line);
  try {
    return `${JSON.stringify({ id: asked.id, ...answer(asked) })}\n`;
  } catch (error) {
    return `${JSON.stringify({ id: asked.id, error: String(error) })}\n`;
  }
}

if (options.port === undefined) {
  for await (const line of createInterface({ input: process.stdin })) process.stdout.write(answered(line));
} else {
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const part of request.setEncoding("utf8")) body += part;
    response.setHeader("Content-Type", "application/json").end(answered(body));
  });
  server.listen(Number(options.port), "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}/`));
}
