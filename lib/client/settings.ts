/**
 * The arguments of the full class, checked once: nothing can change them later.
 *
 * @module
 */

import { check, checkFunction, checkRest, own } from "../_check.ts";
import { isSequence, readProtocols, readUrl } from "../connection/url.ts";
import { abort, readSignal } from "../features/abort.ts";
import { connectivity } from "../features/connectivity.ts";
import { handshake } from "../features/handshake.ts";
import { heartbeat, readHeartbeat } from "../features/heartbeat.ts";
import { pausing, readPausing } from "../features/pausing.ts";
import { provider, type ProviderFunction } from "../features/provider.ts";
import { noQueue, queue, readQueue } from "../features/queue.ts";
import { retry } from "../features/retry.ts";
import { status } from "../features/status.ts";
import { trace } from "../features/trace.ts";
import { missing } from "../platform.ts";
import type { Sources } from "../sources.ts";
import type { DoorFeature, Feature } from "./feature.ts";
import { ListenerList } from "./listener_list.ts";
import type { ReconnectingWebSocketOptions } from "./options.ts";
import type { CoreOptions } from "./parts.ts";
import { readTiming } from "./timing.ts";

const LISTENERS: DoorFeature = {
  kind: "listeners",
  isPlain: true,
  listeners: (target) => new ListenerList(target),
};

/**
 * Validates the constructor's arguments. Options are read once, own properties only.
 *
 * @returns The arguments of the client of parts.
 * @throws {TypeError} Something of the wrong type, or an option that does not exist.
 * @throws {RangeError} A number out of range.
 * @throws {DOMException} `SyntaxError`: a static URL or protocol is invalid.
 */
export function readArguments(
  url: unknown,
  second: unknown,
  third: unknown,
): [url: string | Feature, options: CoreOptions] {
  const isBag = typeof second === "object" && second !== null && !isSequence(second);
  check(!isBag || third === undefined, "the second argument", "the protocols", second);
  const bag = (isBag ? second : third) as ReconnectingWebSocketOptions | undefined;
  const given = own("options", bag);
  const { protocols: option } = given;
  check(
    option === undefined || second === undefined || isBag,
    "'options.protocols'",
    "absent beside the second argument",
    // Not the value: subprotocols carry tokens.
    typeof option,
  );
  const options = readOptions(given);
  const protocols = readProvider(isBag || second === undefined ? option : second, readProtocols);
  const where = readProvider(url, readUrl);
  return typeof where === "function" || typeof protocols === "function"
    ? [provider(where, protocols as ProviderFunction<string[]>), options]
    : [where, { __proto__: null, ...options, protocols } as CoreOptions];
}

/** A function is called before every attempt; anything else is checked now. */
function readProvider<T>(given: unknown, read: (given: unknown) => T): T | ProviderFunction<T> {
  return typeof given === "function" ? given as ProviderFunction<T> : read(given);
}

/** Each option becomes a feature, but for those of the timing. */
function readOptions(given: ReconnectingWebSocketOptions): CoreOptions {
  const {
    giveUp,
    handshake: run,
    heartbeat: pulse,
    protocols: _,
    queue: limits,
    shouldRetry,
    signal,
    sources: from,
    startPaused,
    trace: sink,
    ...timing
  } = given;
  checkFunction("handshake", run);
  checkFunction("shouldRetry", shouldRetry);
  checkFunction("trace", sink);
  const sources = readSources(from);
  const use = [
    LISTENERS,
    status(),
    pausing(readPausing({ giveUp, startPaused })),
    limits === false ? noQueue() : queue(limits === undefined ? limits : readQueue(limits)),
    retry(shouldRetry),
    connectivity(sources.connectivity),
    pulse === undefined ? pulse : heartbeat(readHeartbeat(pulse)),
    run && handshake(run),
    readSignal(signal) && abort(signal as AbortSignal),
    sink && trace(sink),
  ];
  const features = use.filter((feature) => !!feature);
  return {
    __proto__: null,
    ...readTiming(timing),
    sources,
    use: features,
  } as CoreOptions;
}

function readSources(given: Partial<Sources> | undefined): Partial<Sources> {
  const sources = own("sources", given);
  const { WebSocket, clock: _, connectivity: __, random, ...rest } = sources;
  checkRest("sources", rest);
  checkFunction("sources.WebSocket", WebSocket);
  checkFunction("sources.random", random);
  if (typeof Event !== "function") throw missing("Event");
  if (typeof URL !== "function") throw missing("URL");
  return sources;
}
