// Every option that there is, set for all objects: none of them may reach a client.
import type { Client } from "../../../lib/client/client.ts";
import type { Attempt } from "../../../lib/connection/attempt.ts";
import type { Case } from "../../../lib/client/feature.ts";
import { partsGiven } from "../../client/parts_given.ts";

const POLLUTION: Record<string, unknown> = {
  protocols: "polluted",
  backoff: () => 1,
  initialDelayMs: 1,
  multiplier: 9,
  maxDelayMs: 3,
  maxAttempts: 0,
  connectTimeoutMs: 1,
  stableAfterMs: 0,
  closeTimeoutMs: 0,
  shouldRetry: () => true,
  handshake: () => {},
  heartbeat: {},
  intervalMs: 1,
  timeoutMs: 1,
  message: "polluted",
  isReply: () => true,
  queue: false,
  maxMessages: 0,
  maxBytes: 0,
  overflow: "throw",
  signal: AbortSignal.abort(),
  trace: () => {},
  sources: {},
  WebSocket: class {},
  clock: null,
  random: () => 0,
  connectivity: {},
};

const FATAL: Case = {
  closure: { code: 4403, reason: "", wasClean: true },
  ...{ failure: null, decision: undefined },
};

/** Everything that options decide, as plain data. */
function read(options?: unknown): unknown {
  const parts = partsGiven("wss://example.com", undefined, options);
  const { url, protocols, config, doors, backoff } = parts;
  const { limits } = doors;
  const context = { attempt: 1, waitedMs: 0, previousDelayMs: 0, random: 0.5 };
  const series = { attempt: 1, waitedMs: 0, previousDelayMs: 0, early: 0, cut: false };
  const state = { phase: "open", epoch: 1, series };
  const client = { parts, state, report: () => {} } as unknown as Client;
  return {
    ...{ url, protocols, config, limits },
    delayMs: backoff(context),
    features: Object.entries(doors).filter(([, door]) => door !== undefined).map(([name]) => name),
    verdict: doors.judge?.(FATAL, client),
    isReply: isReply(client),
    isPlatform: parts.random === Math.random && parts.WebSocket === globalThis.WebSocket,
    canTime: typeof parts.clock?.now,
  };
}

/** Whether the heartbeat keeps a message to itself. */
function isReply({ parts: { doors: { takes } } }: Client): unknown {
  const client = {
    state: { epoch: 1, silences: 0 },
    carries: () => true,
  };
  return takes?.(client as unknown as Client, { pulse: undefined } as Attempt, "x");
}

const BAGS = [
  undefined,
  {},
  { heartbeat: {}, backoff: {}, queue: {}, sources: {} },
  { heartbeat: { message: new Uint8Array(1) }, backoff: { initialDelayMs: 2_000 } },
];
const before = BAGS.map(read);
for (const [name, value] of Object.entries(POLLUTION)) {
  Object.defineProperty(Object.prototype, name, { value, enumerable: true, configurable: true });
}
const after = BAGS.map(read);
for (const name of Object.keys(POLLUTION)) Reflect.deleteProperty(Object.prototype, name);
self.postMessage({ before, after });
