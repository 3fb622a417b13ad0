import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { windowedBackoff } from "../../lib/backoff.ts";
import type { Parts } from "../../lib/client/feature.ts";
import { platformClock } from "../../lib/sources.ts";
import { refusal } from "../project/refusal.ts";
import { DEFAULT_CONFIG, filled, partsGiven } from "./parts_given.ts";

const URL_GIVEN = "wss://example.com/";
const MAX = 2 ** 31 - 1;
const MOST = Number.MAX_SAFE_INTEGER;

function read(options?: unknown): Parts {
  return partsGiven(URL_GIVEN, undefined, options);
}

// ------------------------------------------------------------------------------------ defaults

Deno.test("readArguments() without options gives the defaults", () => {
  const parts = read();
  const { url, protocols, config, clock, random, doors: { limits } } = parts;
  assertEquals({ url, protocols, config, limits }, {
    url: URL_GIVEN,
    protocols: [],
    config: DEFAULT_CONFIG,
    limits: { maxMessages: 1_024, maxBytes: 1_048_576, overflow: "drop-newest" },
  });
  assertEquals(filled(parts), []);
  assertEquals(delays(parts), delays({ backoff: windowedBackoff() }));
  assert(parts.WebSocket === WebSocket && random === Math.random && clock === platformClock);
});

/** The source of every module that holds types of options. */
async function optionSources(): Promise<string[]> {
  const lib = new URL("../../lib/", import.meta.url);
  const features = [...Deno.readDirSync(new URL("features/", lib))]
    .map(({ name }) => `features/${name}`);
  return await Promise.all(
    ["client/options.ts", "client/timing.ts", ...features]
      .map((path) => Deno.readTextFile(new URL(path, lib))),
  );
}

Deno.test("readArguments() gives the defaults that the documentation of the options names", async () => {
  const documented = (await optionSources())
    .flatMap((source) => [...source.matchAll(/@default \{(.*)\}[\s\S]*?\*\/\s*(\w+)\?:/g)])
    .map(([, value = "", name = ""]) => [name, value.replaceAll(/(\d)_(\d)/g, "$1$2")]);
  const { config, doors: { limits, pauses, startsPaused } } = read({ heartbeat: {} });
  const { heartbeat, ...durations } = config;
  const { maxAttempts, maxDelayMs, connectTimeoutMs, stableAfterMs, closeTimeoutMs } = durations;
  assertEquals(documented.length, 15);
  assertEquals(Object.fromEntries(documented), {
    intervalMs: `${heartbeat?.intervalMs}`,
    timeoutMs: `${heartbeat?.timeoutMs}`,
    always: `${heartbeat?.always}`,
    maxMessages: `${limits?.maxMessages}`,
    maxBytes: `${limits?.maxBytes}`,
    overflow: `"${limits?.overflow}"`,
    backoff: "windowedBackoff({ initialDelayMs: 1000, multiplier: 2 })",
    maxDelayMs: `${maxDelayMs}`,
    maxAttempts: `${maxAttempts}`,
    connectTimeoutMs: `${connectTimeoutMs}`,
    stableAfterMs: `${stableAfterMs}`,
    closeTimeoutMs: `${closeTimeoutMs}`,
    sources: "the platform's",
    startPaused: `${startsPaused}`,
    giveUp: pauses ? `"pause"` : `"close"`,
  });
});

/** Delays of a policy over an outage. */
function delays({ backoff }: Pick<Parts, "backoff">): number[] {
  let waitedMs = 0;
  return Array.from({ length: 12 }, (_, i) => {
    const delayMs = backoff({ attempt: i + 1, waitedMs, previousDelayMs: 0, random: (i % 4) / 4 });
    waitedMs += delayMs;
    return delayMs;
  });
}

Deno.test("readArguments() makes the default policy of the parameters, within maxDelayMs", () => {
  for (const parameters of [{}, { initialDelayMs: 300 }, { multiplier: 3 }]) {
    for (const maxDelayMs of [1_000, 60_000, MAX]) {
      const backoff = windowedBackoff({ ...parameters, maxDelayMs });
      const expected = delays({ backoff });
      assertEquals(delays(read({ backoff: parameters, maxDelayMs })), expected);
    }
  }
});

Deno.test("readArguments() lowers the initial delay to half of a small maxDelayMs", () => {
  const initials = [2, 1_000, 1_999, 2_000, 2_001].map((maxDelayMs) => [
    read({ maxDelayMs }).config.initialDelayMs,
    read({ maxDelayMs, backoff: () => 1 }).config.initialDelayMs,
  ]);
  assertEquals(initials, [[1, 1], [500, 500], [999.5, 999.5], [1_000, 1_000], [1_000, 1_000]]);
});

Deno.test("readArguments() takes no parameters from the properties of a policy that is given", () => {
  const backoff = Object.assign(() => 1, { initialDelayMs: 7, multiplier: 1 });
  const parts = read({ backoff });
  assertEquals([parts.config.initialDelayMs, parts.backoff], [1_000, backoff]);
});

// ------------------------------------------------------------------------------------ numbers

interface Numeric {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly fallback: number;
  /** Who refuses it. */
  readonly action?: string;
  options(value: unknown): unknown;
  read(parts: Parts): number | undefined;
}

function plain(
  name: "maxAttempts" | "maxDelayMs" | "connectTimeoutMs" | "stableAfterMs" | "closeTimeoutMs",
  min: number,
  max: number,
  fallback: number,
): Numeric {
  const options = (value: unknown): unknown => ({ [name]: value });
  return { name, min, max, fallback, options, read: ({ config }) => config[name] };
}

const NUMBERS: readonly Numeric[] = [
  plain("maxDelayMs", 2, MAX, 60_000),
  plain("maxAttempts", 0, Infinity, Infinity),
  plain("connectTimeoutMs", 1, MAX, 10_000),
  plain("stableAfterMs", 0, MAX, 5_000),
  plain("closeTimeoutMs", 0, MAX, 3_000),
  {
    name: "heartbeat.intervalMs",
    min: 1,
    max: MAX,
    fallback: 25_000,
    options: (intervalMs) => ({ heartbeat: { intervalMs } }),
    read: ({ config }) => config.heartbeat?.intervalMs,
  },
  {
    name: "heartbeat.timeoutMs",
    min: 1,
    max: MAX,
    fallback: 10_000,
    options: (timeoutMs) => ({ heartbeat: { timeoutMs } }),
    read: ({ config }) => config.heartbeat?.timeoutMs,
  },
  {
    name: "queue.maxMessages",
    min: 0,
    max: MOST,
    fallback: 1_024,
    options: (maxMessages) => ({ queue: { maxMessages } }),
    read: ({ doors: { limits } }) => limits?.maxMessages,
  },
  {
    name: "queue.maxBytes",
    min: 0,
    max: MOST,
    fallback: 1_048_576,
    options: (maxBytes) => ({ queue: { maxBytes } }),
    read: ({ doors: { limits } }) => limits?.maxBytes,
  },
  {
    name: "initialDelayMs",
    min: 1,
    max: 30_000,
    fallback: 1_000,
    action: "make a delay policy",
    options: (initialDelayMs) => ({ backoff: { initialDelayMs } }),
    read: ({ config }) => config.initialDelayMs,
  },
];

/** The range, both ends included, and nothing else; undefined is the default. */
function takesTheRangeOnly(
  option: Numeric,
  readWith: (option: Numeric, value: unknown) => unknown,
): fc.IProperty<unknown> {
  const { name, min, max, fallback, action = "create a ReconnectingWebSocket" } = option;
  const edges = [min, max, min - 1e-3, max + 1, -1, 0, -0, NaN, Infinity, -Infinity, undefined];
  const inRange = fc.double({ min, max: Math.min(max, MOST), noNaN: true });
  const values = fc.oneof(fc.constantFrom(...edges), inRange, fc.double(), fc.anything());
  return fc.property(values, (value) => {
    const isNumber = typeof value === "number";
    const must = `Cannot ${action} as '${name}' must be between ${min} and ${max}`;
    const expected = value === undefined
      ? fallback
      : !isNumber
      ? `TypeError: ${must}: current value is of type ${typeof value}`
      : value >= min && value <= max
      ? value
      : `RangeError: ${must}: current value is ${value}`;
    assertEquals(readWith(option, value), expected);
  });
}

function readOrRefuse({ options, read: find }: Numeric, value: unknown): unknown {
  let found: unknown;
  return refusal(() => found = find(read(options(value)))) || found;
}

for (const option of NUMBERS) {
  Deno.test(`readArguments() takes ${option.name} from ${option.min} to ${option.max} only`, () => {
    fc.assert(takesTheRangeOnly(option, readOrRefuse), { numRuns: 500 });
  });
}

const NUMBER_BUGS: Record<string, (option: Numeric, value: unknown) => unknown> = {
  "null is the default": (option, value) => readOrRefuse(option, value ?? undefined),
  "numeric strings pass": (option, value) =>
    readOrRefuse(option, typeof value === "string" ? Number(value) : value),
  "fractions are cut off": (option, value) =>
    readOrRefuse(option, typeof value === "number" ? Math.trunc(value) : value),
  "NaN is the default": (option, value) =>
    readOrRefuse(option, Number.isNaN(value) ? undefined : value),
};

for (const [what, wrong] of Object.entries(NUMBER_BUGS)) {
  Deno.test(`readArguments() property finds a planted bug: ${what}`, () => {
    for (const option of NUMBERS) {
      assert(fc.check(takesTheRangeOnly(option, wrong), { numRuns: 2_000 }).failed, option.name);
    }
  });
}

Deno.test("readArguments() leaves the multiplier to the policy's own check", () => {
  assertEquals(
    [1.25, MAX].map((multiplier) => refusal(() => read({ backoff: { multiplier } }))),
    ["", ""],
  );
  assertEquals(
    refusal(() => read({ backoff: { multiplier: 1 } })),
    "RangeError: Cannot make a delay policy as 'multiplier' must be between 1.25 and " +
      `${MAX}: current value is 1`,
  );
});
