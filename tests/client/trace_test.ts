import { assert, assertEquals } from "@std/assert";
import { spy } from "@std/testing/mock";
import fc from "fast-check";
import type { Config, Input, State, Verdict } from "../../lib/machine/state.ts";
import { consoleTrace, formatTrace, type TraceRecord } from "../../lib/trace.ts";
import { transition } from "../../lib/machine/transition.ts";
import { CONFIG, HEARTBEAT, INPUTS, STATES } from "../machine/core_table.ts";
import * as words from "../machine/core_words.ts";
import { hint, lost, RETRY, timer } from "../machine/core_words.ts";

/** What the driver would trace. */
function recordOf(before: State, input: Input, config: Config = CONFIG): TraceRecord {
  const [after, effects] = transition(before, input, config);
  return { atMs: 0, before, input, after, effects };
}

function line(before: State, input: Input, config: Config = CONFIG): string | null {
  return formatTrace(recordOf(before, input, config));
}

const { RESOLVING, CONNECTING, HANDSHAKING, OPEN, WAITING, CLOSING } = words;
const BEATING: Config = { ...CONFIG, heartbeat: HEARTBEAT };
const SHAKING: Config = { ...CONFIG, handshake: true };
const PROBED: State = { ...OPEN, pulse: "probed" };

function retry(verdict: Partial<Verdict>): Input {
  return lost({ verdict: { ...RETRY, ...verdict } });
}

const LINES: readonly (readonly [told: string | null, before: State, Input, Config?])[] = [
  [null, RESOLVING, { type: "start", config: CONFIG, aborted: false, paused: false }],
  ["#2 connecting to wss://a.example/", RESOLVING, {
    type: "resolved",
    epoch: 4,
    url: "wss://a.example/",
  }],
  ["#2 open", CONNECTING, { type: "opened", epoch: 4 }],
  ["#2 handshaking", CONNECTING, { type: "opened", epoch: 4 }, SHAKING],
  ["#2 open", HANDSHAKING, { type: "ready", epoch: 4, pace: null }],
  [null, CLOSING, { type: "ready", epoch: 4, pace: null }],
  [null, OPEN, { type: "error", epoch: 4 }],
  ["#3 waiting 1.5 s after connection-lost (1006)", OPEN, lost()],
  ["#3 waiting 1.5 s after a clean close (1001)", OPEN, lost({ error: null, code: 1001 })],
  [
    '#3 waiting 1.5 s after a clean close (1012 "restart")',
    OPEN,
    lost({ error: null, code: 1012, reason: "restart" }),
  ],
  [
    "#3 waiting 0.0 s by hint after connection-lost (1006)",
    OPEN,
    retry({ delayMs: 1, by: "hint" }),
  ],
  [
    "#3 waiting 60.0 s by close-code after connection-lost (1006)",
    OPEN,
    retry({ delayMs: 60_000, by: "close-code" }),
  ],
  [
    "#3 waiting 1.5 s after connection-lost (1006) [shouldRetry: threw; backoff: out of bounds]",
    OPEN,
    retry({ flaws: ["shouldRetry: threw", "backoff: out of bounds"] }),
  ],
  ["#2 closed: retry-limit (1006)", OPEN, lost(), { ...CONFIG, maxAttempts: 2 }],
  [
    '#2 closed: fatal-close (4403 "no") [shouldRetry: threw]',
    OPEN,
    lost({
      code: 4403,
      reason: "no",
      verdict: { ...RETRY, retry: false, flaws: ["shouldRetry: threw"] },
    }),
  ],
  ['#2 closed: done (4001 "bye")', CLOSING, lost({ code: 4001, reason: "bye", error: null })],
  ["#2 closed: aborted (1006)", { ...CLOSING, error: "aborted" }, lost()],
  ["#2 closed: done (1006)", CLOSING, timer("close")],
  ["#2 closed: done (1006)", CLOSING, timer("error")],
  [null, WAITING, lost()],
  ["#0 stable: counters reset", OPEN, timer("stable")],
  ["#2 dialling early after a hint", WAITING, timer("hint")],
  [null, WAITING, timer("retry")],
  [null, CONNECTING, timer("connect")],
  ["#2 heartbeat: probed", OPEN, timer("heartbeat"), BEATING],
  ["#2 heartbeat: beating", PROBED, timer("heartbeat", 0), BEATING],
  ["#2 heartbeat: reprieved", PROBED, timer("heartbeat", null, 9e9), BEATING],
  [null, OPEN, timer("heartbeat", 0), BEATING],
  [null, PROBED, timer("heartbeat"), BEATING],
  ["#2 hint: offline", OPEN, hint("offline")],
  ["#2 hint: wake", WAITING, hint("wake")],
  ["#2 closing", OPEN, { type: "close", error: null }],
  ["#2 closing (4001)", OPEN, { type: "close", error: null, code: 4001, reason: "my secret" }],
  ["#2 closing (aborted)", OPEN, { type: "close", error: "aborted" }],
  [null, CLOSING, { type: "close", error: null }],
  ["#0 reconnecting at once", OPEN, { type: "reconnect", again: false }],
  ["#2 ignored a fault in isReply: threw", OPEN, { type: "fault", fault: "isReply: threw" }],
];

for (const [told, before, input, config] of LINES) {
  const what = input.type === "timer" ? `timer ${input.timer}` : input.type;
  Deno.test(`formatTrace() says ${told ?? "nothing"} of ${what} while ${before.phase}`, () => {
    assertEquals(line(before, input, config), told);
  });
}

Deno.test("formatTrace() has an answer to every record, in one line", () => {
  for (const state of Object.values(STATES).flat()) {
    for (const input of Object.values(INPUTS).flat()) {
      const told = line(state, input);
      assert(told === null || /^#\d+ \S[^\n]*$/.test(told), `${told}`);
    }
  }
});

// Found: a client that 4403 had ended was then "refused by the handshake".
Deno.test("formatTrace() says nothing of what changed nothing, but for notes", () => {
  const idle = Object.values(STATES).flat().flatMap((before) =>
    Object.values(INPUTS).flat().map((input) => recordOf(before, input, BEATING))
  ).filter(({ after, before, effects }) =>
    effects.length === 0 && JSON.stringify(before) === JSON.stringify(after)
  );
  const shown = idle.filter((record) => formatTrace(record) !== null);
  const types = new Set(shown.map(({ input }) => (input as unknown as Input).type));
  assertEquals([...types].sort(), ["fault", "hint", "session"]);
  assert(idle.length > shown.length);
});

Deno.test("formatTrace() tells the end of every client, and of none twice", () => {
  for (const state of [...STATES.open, ...STATES.closing, ...STATES.connecting]) {
    for (const input of Object.values(INPUTS).flat()) {
      const record = recordOf(state, input, { ...CONFIG, maxAttempts: 0 });
      const isEnd = state.phase !== "closed" && record.after["phase"] === "closed";
      assertEquals(formatTrace(record)?.includes(" closed: ") ?? false, isEnd);
    }
  }
});

/** Reasons with what a hostile server would put into them. */
const hostile = fc.string({
  unit: fc.oneof(
    fc.constantFrom("\n", "\r", "\x1b[2J", "\x07", "\x7f", "\x9b", "\u2028", "\u2029", '"', "\\"),
    fc.constantFrom("\u200e", "\u202e", "\u2066", "\u2069", "\ud800", "\0"),
    fc.integer({ min: 0, max: 0xFFFF }).map((unit) => String.fromCharCode(unit)),
  ),
  maxLength: 400,
  size: "max",
});

function isTame(format: (reason: string) => string | null): fc.IProperty<unknown> {
  return fc.property(hostile, (reason) => {
    const told = format(reason) ?? "";
    // deno-lint-ignore no-control-regex -- they are what is looked for
    assert(!/[\0-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]/.test(told), told);
    assert(told.length < 1_000, `${told.length}`);
  });
}

Deno.test("formatTrace() lets no reason forge a line, drive a terminal or fill the log", () => {
  fc.assert(isTame((reason) => line(OPEN, lost({ reason }))), { numRuns: 300 });
});

const UNTAMED: Record<string, (reason: string) => string> = {
  "as it is": (reason) => reason,
  "as JSON": (reason) => JSON.stringify(reason.slice(0, 123)),
  "however long": (reason) => encodeURIComponent(reason.toWellFormed()),
};

for (const [what, format] of Object.entries(UNTAMED)) {
  Deno.test(`formatTrace() property finds a planted bug: the reason ${what}`, () => {
    assert(fc.check(isTame(format), { numRuns: 300, endOnFailure: true }).failed);
  });
}

Deno.test("formatTrace() shows a reason of 123 characters whole, and cuts a longer one", () => {
  const told = (length: number): string | null => line(OPEN, lost({ reason: "x".repeat(length) }));
  const head = "#3 waiting 1.5 s after connection-lost (1006 ";
  assertEquals(told(123), `${head}"${"x".repeat(123)}")`);
  assertEquals(told(124), `${head}"${"x".repeat(123)}"...)`);
});

Deno.test("formatTrace() escapes as JSON does", () => {
  const reason = 'a"\\\n\x1b\x7f\u2028\u202eb';
  assertEquals(
    line(OPEN, lost({ reason })),
    "#3 waiting 1.5 s after connection-lost " +
      '(1006 "a\\"\\\\\\n\\u001b\\u007f\\u2028\\u202eb")',
  );
});

/** Everything that consoleTrace writes for these records. */
function written(records: readonly TraceRecord[], options?: { prefix?: string }): unknown {
  const { debug } = console;
  const spied = spy((..._lines: unknown[]) => {});
  console.debug = spied;
  try {
    records.forEach(consoleTrace(options));
  } finally {
    console.debug = debug;
  }
  return spied.calls.map(({ args }) => args);
}

const RECORDS = [
  recordOf(CONNECTING, { type: "opened", epoch: 4 }),
  recordOf(OPEN, { type: "error", epoch: 4 }),
  recordOf(OPEN, lost()),
];

Deno.test("consoleTrace() writes the lines that there are, and its prefix before each", () => {
  assertEquals(written(RECORDS), [
    ["websocket #2 open"],
    ["websocket #3 waiting 1.5 s after connection-lost (1006)"],
  ]);
  assertEquals(written(RECORDS, { prefix: "feed" }), [
    ["feed #2 open"],
    ["feed #3 waiting 1.5 s after connection-lost (1006)"],
  ]);
});
