"""Owns the text of an adapter in JavaScript, which needs nothing but Node.js. Must not run it."""

from __future__ import annotations

JAVASCRIPT = """@TITLE@
//
// Run it by:  refund-fsm verify … --command "node adapter.js"
//
// It reads one operation a line from stdin and writes one answer a line to stdout, both JSON. Put your service in where it says TODO.
// Until then a case is a toy that takes what MOVES holds, which is nothing.
// Instants are text such as 2026-02-12T10:00:00.000001+08:00, exact to a microsecond. A Date keeps milliseconds only: `micros` keeps all.

"use strict";

// Who may do what, with what has to come with it:
@EVENTS@
//
// The states that a case can be in:
@STATES@

const MOVES = {
  // TODO: either rows such as "a state an event": ["who", "the next state"], or calls of your service in Case
};
const FURTHER = ["advance", "close"]; // TODO: add "due" where your service knows the deadline of a state

class Case {
  constructor(order, request, at) {
    // TODO: create the case. Amounts are in fen; `at` is when this happens, and the service should take it for now.
    this.now = micros(at);
    this.status = @INITIAL@;
  }

  apply(event, by, at, details) {
    // TODO: do it, and say whether it was taken; what is refused changes nothing.
    const [actor, following] = MOVES[`${this.status} ${event}`] ?? [];
    if (actor !== by || micros(at) < this.now) return false;
    this.now = micros(at);
    this.status = following;
    return true;
  }

  advance(to) {
    // TODO: let time pass; whatever falls due by then happens by itself.
    this.now = Math.max(this.now, micros(to));
  }

  state() {
    // TODO: the state, in the words above, or in your own with --names names.toml.
    return this.status;
  }

  due() {
    // TODO: the deadline of the state as such a text, or null.
    return null;
  }

  close() {
    // TODO: put away what the case has left.
  }
}

// Microseconds since 1970.
function micros(text) {
  const [, whole, fraction = "", zone] = /^(.{19})(?:\\.(\\d{1,6}))?(Z|[+-]\\d\\d:\\d\\d)$/.exec(text);
  return Date.parse(whole + zone) * 1000 + Number(fraction.padEnd(6, "0"));
}

const cases = new Map();

// What is answered to one operation.
async function answer(asked) {
  if (asked.op === "hello") return { protocol: 1, operations: ["open", "apply", "state", ...FURTHER] };
  if (asked.op === "open") {
    cases.set(asked.case, new Case(asked.order, asked.request, asked.at));
    return {};
  }
  const found = cases.get(asked.case);
  switch (asked.op) {
    case "apply":
      return { taken: await found.apply(asked.event, asked.by, asked.at, asked.details) };
    case "advance":
      await found.advance(asked.to);
      return {};
    case "state":
      return { state: await found.state() };
    case "due":
      return { due: await found.due() };
    case "close":
      cases.delete(asked.case);
      await found.close();
      return {};
    default:
      return { error: `no such operation: ${asked.op}` };
  }
}

console.log = console.info = console.error; // so that what your service prints is not taken for an answer

async function handle(line) {
  const asked = JSON.parse(line);
  let told;
  try {
    told = await answer(asked);
  } catch (error) {
    told = { error: String(error) };
  }
  process.stdout.write(JSON.stringify({ id: asked.id, ...told }) + "\\n");
}

let rest = "";
let turn = Promise.resolve(); // one after the other, in their order
process.stdin.setEncoding("utf8");
process.stdin.on("data", (data) => {
  const lines = (rest + data).split("\\n");
  rest = lines.pop();
  for (const line of lines) turn = turn.then(() => handle(line));
});
"""
