/**
 * Schedules from a seed. Each run leaves out some kinds of lines and prefers others ("swarm
 * testing"): with all of them all the time, few runs would get far.
 *
 * @module
 */

import { Choice } from "./choice.ts";
import { generatePlain } from "./generate_plain.ts";

/** A schedule: `with` lines, then 40 to 120 others. */
export function generate(seed: number): string[] {
  const choice = new Choice(seed);
  if (seed % 8 === 3) return generatePlain(choice, seed);
  const setting = generateSetting(choice, seed);
  const weights = Object.fromEntries(
    Object.entries(WEIGHTS).map(([kind, weight]) => [
      kind,
      choice.chance(0.25) ? 0 : weight * choice.of([0.3, 1, 1, 3]),
    ]),
  ) as typeof WEIGHTS;
  weights.time = choice.of([5, 10, 20]);
  const kinds = choice.kinds(weights);
  // How long the steps of time are, compared to the deadlines.
  const paceMs = choice.of([100, 2_000, 20_000, 100_000]);
  const lines: string[] = [];
  if (choice.chance(0.8)) lines.push(dialling(choice));
  const length = choice.whole(40, 120);
  while (lines.length < length) {
    const kind = kinds();
    if (kind === "sleep" && choice.chance(0.3)) lines.push(...throttled(choice, paceMs));
    else lines.push(step(choice, kind, paceMs));
  }
  // Not drawn, so that what a seed means elsewhere stays.
  if (seed % 4 === 1) setting.push("with client core");
  return seed % 5 === 2 ? [...setting, ...paused(seed, setting, lines)] : [...setting, ...lines];
}

/** With pauses at any place, also inside hooks. Their draws are their own, as above. */
function paused(seed: number, setting: string[], lines: readonly string[]): string[] {
  const choice = new Choice(2 ** 40 + seed);
  setting.push("with pausing yes");
  if (choice.chance(0.2)) setting.push("with startPaused yes");
  if (choice.chance(0.3)) setting.push("with giveUp pause");
  const some = [...lines];
  for (let count = choice.whole(1, 8); count > 0; count--) {
    const call = choice.of(["pauses", "pauses 4000 away", "resumes", "resumes"]);
    const hook = choice.chance(0.3)
      ? `on ${choice.of(["open", "close", "error", "retry", "statechange", "message", "url"])} `
      : "";
    some.splice(choice.whole(0, some.length), 0, `${hook}user ${call}`);
  }
  return some;
}

/** Every timer is late, as on a host that grants a hidden page little. */
function throttled(choice: Choice, paceMs: number): string[] {
  const sleep = `host sleeps ${choice.scale(1_000, 100 * paceMs)}`;
  return Array.from({ length: choice.whole(2, 6) }, () => [sleep, "time passes 0"]).flat();
}

const WEIGHTS = {
  accept: 10,
  refuse: 3,
  drop: 6,
  close: 4,
  stall: 1,
  message: 8,
  stray: 2,
  peer: 3,
  dialling: 4,
  time: 10,
  sleep: 1,
  jump: 1,
  hint: 3,
  send: 12,
  leave: 0.4,
  reconnect: 1.5,
  listen: 3,
  misuse: 1,
  hook: 8,
  provider: 5,
  handshake: 5,
};

function generateSetting(choice: Choice, seed: number): string[] {
  const cap = choice.of([2, 100, 1_000, 30_000, 60_000, 60_000, 600_000]);
  const lines = [
    `with seed ${seed}`,
    `with runtime ${choice.of(["browser", "deno", "bun", "node22", "node24", "workerd"])}`,
    `with maxDelayMs ${cap}`,
    `with patience ${choice.of([20, 20, 20, 20, 200])}`,
  ];
  const maybe = (share: number, line: () => string): void => {
    if (choice.chance(share)) lines.push(`with ${line()}`);
  };
  maybe(0.15, () => `random ${choice.of(["low", "high"])}`);
  maybe(
    0.5,
    () =>
      `url ${
        choice.of([
          "sync",
          "async",
          "async",
          "manual",
          "manual",
          "throws",
          "rejects",
          "hangs",
          "odd",
        ])
      }`,
  );
  maybe(0.25, () => `protocols ${choice.of(["static", "sync", "async", "manual", "odd"])}`);
  maybe(
    0.4,
    () =>
      `handshake ${
        choice.of(["sync", "async", "manual", "manual", "exchanges", "throws", "rejects", "hangs"])
      }`,
  );
  maybe(0.25, () => `shouldRetry ${retries(choice)}`);
  maybe(0.8, () => `backoff ${backoff(choice, cap)}`);
  maybe(0.3, () => `maxAttempts ${choice.of([0, 1, 2, 5])}`);
  maybe(0.5, () => `connectTimeoutMs ${choice.scale(1, 60_000)}`);
  maybe(0.5, () => `stableAfterMs ${choice.of([0, 1, choice.scale(1, 60_000)])}`);
  maybe(0.5, () => `closeTimeoutMs ${choice.of([0, 1, choice.scale(1, 60_000)])}`);
  maybe(0.4, () => {
    const probe = choice.of(["none", "text", "function"]);
    const times = `${choice.scale(1, 60_000)} ${choice.scale(1, 60_000)}`;
    const always = choice.chance(0.2) ? " always" : "";
    return `heartbeat ${times} ${probe}${choice.chance(0.5) ? " replies" : ""}${always}`;
  });
  maybe(
    0.6,
    () =>
      choice.chance(0.15)
        ? "queue off"
        : `queue ${choice.of([0, 1, 2, 5, 1_024])} ${choice.of([0, 10, 100, 1_048_576])} ${
          choice.of(["drop-newest", "drop-oldest", "throw"])
        }${choice.chance(0.3) ? " 50" : ""}`,
  );
  maybe(0.2, () => `signal ${choice.of(["live", "live", "live", "aborted"])}`);
  maybe(0.1, () => "connectivity none");
  maybe(0.05, () => `on ${choice.of(["url", "protocols", "trace", "dial"])} user throws`);
  maybe(0.05, () => `on ${choice.of(["url", "protocols", "trace", "dial"])} user aborts`);
  maybe(0.3, () => "recovery");
  return lines;
}

function retries(choice: Choice): string {
  return choice.of([
    "default",
    "yes",
    "no",
    "nonsense",
    `hints ${choice.of([-5, 0, 0.5, 10, 5_000, 1e12, Infinity, NaN])}`,
  ]);
}

function backoff(choice: Choice, cap: number): string {
  const base = Math.max(1, Math.min(choice.scale(1, 5_000), Math.floor(cap / 2)));
  const factor = choice.of([1.25, 2, 10]);
  return choice.of([
    `default ${base} ${factor}`,
    `windowed ${base} ${factor}`,
    `additive ${base} ${factor}`,
    `full ${base} ${factor}`,
    `equal ${base} ${factor}`,
    `decorrelated ${base}`,
    `constant ${choice.of([1, base])}`,
    `answers ${choice.of([NaN, -1, 0, 0.3, 7.5, 1e300, Infinity])}`,
    `counts ${base}`,
    "throws",
  ]);
}

function dialling(choice: Choice): string {
  return `dialling ${
    choice.weighted({
      hangs: 1,
      [`succeeds ${choice.of([0, 1, choice.scale(1, 20_000)])}`]: 4,
      [`fails ${choice.of([0, choice.scale(1, 20_000)])}`]: 2,
      [`flaps ${choice.scale(1, 2_000)} ${choice.scale(1, 20_000)}`]: 2,
      [`throws ${choice.of(["Error", "SyntaxError", "SecurityError"])}`]: 0.5,
    })
  }`;
}

/** Mostly the socket in use. */
function server(choice: Choice): string {
  return choice.chance(0.8) ? "server" : `server-${choice.whole(1, 2)}`;
}

const CODES = [1000, 1001, 1002, 1008, 1011, 1012, 1013, 3000, 4000, 4401, 4404];
const HOOKS = [
  "open",
  "open",
  "message",
  "error",
  "close",
  "close",
  "retry",
  "drop",
  "statechange",
  "statechange",
  "open+",
  "close+",
  "statechange+",
  "url",
  "protocols",
  "handshake",
  "backoff",
  "shouldRetry",
  "probe",
  "isReply",
  "trace",
  "dial",
  "inner-close",
  "convert",
];
const EVENTS = ["open", "message", "error", "close", "retry", "drop", "statechange"];

/** One line that is not a `with` line. */
function step(choice: Choice, kind: keyof typeof WEIGHTS, paceMs: number): string {
  switch (kind) {
    case "accept":
      return `${server(choice)} accepts`;
    case "refuse":
      return `${server(choice)} refuses`;
    case "drop":
      return `${server(choice)} drops`;
    case "close":
      return `${server(choice)} closes ${choice.of(["", ...CODES, "1000 bye", "4000 \u0007bell"])}`
        .trimEnd();
    case "stall":
      return `${server(choice)} stalls`;
    case "message":
      return `${server(choice)} says ${choice.of([0, 5, 200])} ${
        choice.of(["text", "reply", "bytes"])
      }`;
    case "stray":
      return `${server(choice)} strays ${choice.of(["open", "message", "error", "close"])}`;
    case "peer":
      return `server ${
        choice.of([
          `answers-close ${choice.of(["later", "inside-close", "never"])}`,
          "refuses-sends",
          "takes-sends",
          `buffers ${choice.of([0, 100])}`,
          `buffers ${choice.of([0, 100])}`,
        ])
      }`;
    case "dialling":
      return dialling(choice);
    case "time":
      return `time passes ${choice.chance(0.2) ? 0 : choice.scale(1, paceMs)}`;
    case "sleep":
      return `host sleeps ${choice.scale(10, 36_000_000)}`;
    case "jump":
      return `clock jumps ${choice.of([-1, 1]) * choice.scale(10, 36_000_000)}`;
    case "hint":
      return `hint ${choice.of(["online", "offline", "wake"])}`;
    case "provider":
      return `provider${choice.of(["", "", "-1"])} answers ${
        choice.of(["", "", "", "throws", "ws://downgraded.test/"])
      }`.trimEnd();
    case "handshake":
      return `handshake${choice.of(["", "", "", "-1"])} ${
        choice.of(["sends", "receives", "finishes", "finishes", "fails"])
      }`;
    case "hook": {
      const hook = choice.of(HOOKS);
      return choice.chance(0.02)
        ? "on inner-send user throws"
        : `on ${hook} ${interruption(choice, paceMs)}`;
    }
    default:
      return userLine(choice, kind);
  }
}

function interruption(choice: Choice, paceMs: number): string {
  const kind = choice.weighted({
    send: 5,
    leave: 1.5,
    reconnect: 4,
    listen: 2,
    misuse: 0.5,
    throws: 1,
    blocks: 0.5,
  });
  if (kind === "throws") return "user throws";
  if (kind === "blocks") return `user blocks ${choice.scale(1, paceMs)}`;
  return userLine(choice, kind);
}

function userLine(choice: Choice, kind: string): string {
  const event = choice.of(EVENTS);
  const id = choice.of(["a", "b", "c", "d"]);
  switch (kind) {
    case "send": {
      const what = choice.of([
        "text",
        "text",
        "unicode",
        "bytes",
        "view",
        "blob",
        "number",
        "convert",
      ]);
      const how = [
        choice.chance(0.2) ? ` ttl=${choice.scale(1, 20_000)}` : "",
        choice.chance(0.2) ? ` key=${choice.of(["a", "b"])}` : "",
        choice.chance(0.05) ? " unqueued" : "",
      ];
      return `user sends ${what} ${choice.of([0, 3, 8, 30])}${how.join("")}`;
    }
    case "leave":
      return choice.chance(0.3)
        ? "user aborts"
        : `user closes ${choice.of(["", "", "1000", "4999 bye"])}`.trimEnd();
    case "reconnect":
      return `user reconnects ${choice.of(["", "", "3000", "4000 again"])}`.trimEnd();
    case "listen":
      return choice.of([
        `user listens ${event} ${id}${choice.of(["", "/once", "/object", "/signal"])}`,
        `user listens ${event} ${id}`,
        `user forgets ${event} ${id}`,
        `user sets-slot ${event}`,
        `user clears-slot ${event}`,
        "user drops-signal",
        `user sets-binary ${choice.of(["blob", "arraybuffer", "nonsense"])}`,
      ]);
    default:
      return choice.of([
        `user closes ${choice.of([999, 1001, 2999, 5000, NaN])}`,
        `user reconnects ${choice.of([999, 1001, 2999, 5000])}`,
        `user closes 1000 ${"r".repeat(124)}`,
        `user sends ${choice.of(["symbol", "shared"])}`,
        `user dispatches ${event}`,
      ]);
  }
}
