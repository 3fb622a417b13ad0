// Every option that there is, set for all objects: none of them may reach a client.
import { readSettings } from "../../../lib/client/settings.ts";

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

/** The settings as plain data. */
function read(options?: unknown): unknown {
  const settings = readSettings("wss://example.com", undefined, options);
  const { sources, shouldRetry, backoff, handshake, isReply, signal, trace, ...plain } = settings;
  const context = { attempt: 1, waitedMs: 0, previousDelayMs: 0, random: 0.5 };
  return {
    ...plain,
    delayMs: backoff(context),
    given: [shouldRetry, handshake, isReply, signal, trace].filter(Boolean).length,
    isPlatform: sources.random === Math.random && sources.WebSocket === globalThis.WebSocket,
    connectivity: sources.connectivity,
  };
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
