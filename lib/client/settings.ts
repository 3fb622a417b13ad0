/**
 * Validation: the constructor's arguments become settings that nothing can change later.
 *
 * @module
 */

import { checkNumber, MAX_DELAY_MS } from "../_check.ts";
import { type Backoff, type BackoffOptions, windowedBackoff } from "../backoff.ts";
import type {
  HeartbeatOptions,
  ProviderFunction,
  ReconnectingWebSocketOptions,
  SendQueueOptions,
} from "./options.ts";
import {
  type Overflow,
  type SendQueueLimits,
  snapshot,
  tagOf,
  toMessage,
  type WebSocketData,
} from "../bounded_queue.ts";
import { platformSources, type Sources } from "../sources.ts";
import type { Config } from "../machine/state.ts";
import { isSequence, readProtocols, readUrl } from "../connection/url.ts";
import type { TraceRecord } from "../trace.ts";
import type { Judges } from "../features/retry.ts";

/** Everything validated and fixed. */
export interface Settings extends Judges {
  /** A function is asked before every attempt; anything else was checked already. */
  readonly url: string | ProviderFunction<string | URL>;
  readonly protocols: readonly string[] | ProviderFunction<string | string[]>;
  readonly config: Config;
  readonly sources: Sources;
  readonly limits: SendQueueLimits;
  /** Whether `send` keeps messages while not open. */
  readonly queues: boolean;
  readonly handshake: ReconnectingWebSocketOptions["handshake"];
  readonly probe: WebSocketData | (() => WebSocketData) | undefined;
  readonly isReply: ((data: unknown) => boolean) | undefined;
  readonly signal: AbortSignal | undefined;
  readonly trace: ((record: TraceRecord) => void) | undefined;
}

const ACTION = "create a ReconnectingWebSocket";

const OVERFLOWS: readonly Overflow[] = ["drop-newest", "drop-oldest", "throw"];

/** An absent bag of options; it inherits nothing either. */
const NOTHING = { __proto__: null };

/** A policy keeps no state, so one serves all clients that ask for no other. */
let defaultBackoff: ReturnType<typeof readBackoff> | undefined;

/**
 * Validates the constructor's arguments. Options are read once, own properties only.
 *
 * @throws {TypeError} Something of the wrong type, or an option that does not exist.
 * @throws {RangeError} A number out of range.
 * @throws {DOMException} `SyntaxError`: a static URL or protocol is invalid.
 */
export function readSettings(url: unknown, second: unknown, third: unknown): Settings {
  const isBag = typeof second === "object" && second !== null && !isSequence(second);
  check(!isBag || third === undefined, "the second argument", "the protocols", second);
  const given = own<ReconnectingWebSocketOptions>("options", isBag ? second : third, [
    "protocols",
    "backoff",
    "maxDelayMs",
    "maxAttempts",
    "connectTimeoutMs",
    "stableAfterMs",
    "closeTimeoutMs",
    "shouldRetry",
    "handshake",
    "heartbeat",
    "queue",
    "signal",
    "trace",
    "sources",
  ]);
  check(
    given.protocols === undefined || second === undefined || isBag,
    "'options.protocols'",
    "absent beside the second argument",
    // Not the value: subprotocols carry tokens.
    typeof given.protocols,
  );
  const protocols = isBag || second === undefined ? given.protocols : second;
  const { signal } = given;
  const isSignal = signal === undefined || tagOf(signal) === "AbortSignal";
  check(isSignal, "'signal'", "an AbortSignal", signal);

  const maxDelayMs = number("", given, "maxDelayMs", 60_000, 2);
  const { backoff, initialDelayMs } = given.backoff === undefined && given.maxDelayMs === undefined
    ? defaultBackoff ??= readBackoff(undefined, maxDelayMs)
    : readBackoff(given.backoff, maxDelayMs);
  const sources = readSources(given.sources);
  const heartbeat = own<HeartbeatOptions>("heartbeat", given.heartbeat, [
    "intervalMs",
    "timeoutMs",
    "message",
    "isReply",
    "always",
  ]);
  const probes = heartbeat.message !== undefined;
  const always = !!heartbeat.always;
  check(!always || probes, "'heartbeat.message'", "given with 'heartbeat.always'", undefined);
  return {
    url: typeof url === "function" ? url as ProviderFunction<string> : readUrl(url),
    protocols: typeof protocols === "function"
      ? protocols as ProviderFunction<string[]>
      : readProtocols(protocols),
    config: {
      maxAttempts: number("", given, "maxAttempts", Infinity, 0, Infinity),
      maxDelayMs,
      initialDelayMs,
      connectTimeoutMs: number("", given, "connectTimeoutMs", 10_000),
      stableAfterMs: number("", given, "stableAfterMs", 5_000, 0),
      closeTimeoutMs: number("", given, "closeTimeoutMs", 3_000, 0),
      handshake: !!given.handshake,
      heartbeat: given.heartbeat
        ? {
          intervalMs: number("heartbeat.", heartbeat, "intervalMs", 25_000),
          timeoutMs: number("heartbeat.", heartbeat, "timeoutMs", 10_000),
          probes,
          always,
        }
        : null,
    },
    shouldRetry: checkFunction("shouldRetry", given.shouldRetry),
    backoff,
    canRefresh: typeof url === "function" || typeof protocols === "function" || !!given.handshake,
    sources,
    limits: readLimits(given.queue === false ? undefined : given.queue),
    queues: given.queue !== false,
    handshake: checkFunction("handshake", given.handshake),
    probe: readProbe(heartbeat.message),
    isReply: checkFunction("heartbeat.isReply", heartbeat.isReply),
    signal,
    trace: checkFunction("trace", given.trace),
  };
}

function readBackoff(
  given: ReconnectingWebSocketOptions["backoff"],
  maxDelayMs: number,
): { backoff: Backoff; initialDelayMs: number } {
  const isPolicy = typeof given === "function";
  const parameters = own("backoff", isPolicy ? undefined : given, ["initialDelayMs", "multiplier"]);
  const { initialDelayMs = Math.min(1_000, maxDelayMs / 2), multiplier } = parameters;
  // Each named, so that none is inherited from a polluted prototype.
  const options = { initialDelayMs, multiplier, maxDelayMs } as BackoffOptions;
  return { backoff: isPolicy ? given : windowedBackoff(options), initialDelayMs };
}

function readSources(given: Partial<Sources> | undefined): Sources {
  const sources = own<Sources>("sources", given, ["WebSocket", "clock", "random", "connectivity"]);
  checkFunction("sources.WebSocket", sources.WebSocket);
  checkFunction("sources.random", sources.random);
  return platformSources(sources);
}

/** As it would be sent now, unless it is asked for each time. */
function readProbe(message: HeartbeatOptions["message"]): Settings["probe"] {
  return message === undefined || typeof message === "function"
    ? message
    : snapshot(toMessage(message));
}

function readLimits(given: SendQueueOptions | undefined): SendQueueLimits {
  const queue = own("queue", given, ["maxMessages", "maxBytes", "overflow"]);
  const { overflow = "drop-newest" } = queue;
  const isKnown = OVERFLOWS.includes(overflow);
  check(isKnown, "'queue.overflow'", "one of drop-newest, drop-oldest, throw", overflow);
  const most = Number.MAX_SAFE_INTEGER;
  return {
    maxMessages: number("queue.", queue, "maxMessages", 1_024, 0, most),
    maxBytes: number("queue.", queue, "maxBytes", 1_048_576, 0, most),
    overflow,
  };
}

/**
 * Copies the own properties of `bag`; a name that is not an option must not vanish silently. The copy
 * inherits nothing, so that a polluted `Object.prototype` sets no option.
 */
function own<T extends object>(
  what: string,
  bag: unknown,
  names: readonly (keyof T & string)[],
): T {
  if (bag === undefined) return NOTHING as T;
  check(typeof bag === "object" && bag !== null, `'${what}'`, "an object", bag);
  const copy = { __proto__: null, ...bag as T };
  for (const name of Object.keys(copy)) {
    check(names.includes(name as keyof T & string), `'${what}'`, `without '${name}'`, bag);
  }
  return copy;
}

/** @param prefix What stands before the name in a message. */
function number<K extends string>(
  prefix: string,
  bag: { readonly [name in K]?: number },
  name: K,
  fallback: number,
  min = 1,
  max = MAX_DELAY_MS,
): number {
  const value = bag[name];
  return value === undefined ? fallback : checkNumber(ACTION, prefix + name, value, min, max);
}

function checkFunction<T>(name: string, value: T): T {
  check(value === undefined || typeof value === "function", `'${name}'`, "a function", value);
  return value;
}

function check(ok: boolean, what: string, requirement: string, value: unknown): asserts ok {
  if (ok) return;
  const current = Object(value) === value ? `of type ${typeof value}` : String(value);
  throw new TypeError(
    `Cannot ${ACTION} as ${what} must be ${requirement}: current value is ${current}`,
  );
}
