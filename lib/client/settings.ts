/**
 * The arguments of the full class, checked once: nothing can change them later.
 *
 * @module
 */

import { anything, check, NOTHING, read } from "../_check.ts";
import { isSequence, readProtocols, readUrl } from "../connection/url.ts";
import { abort, readSignal } from "../features/abort.ts";
import { connectivity } from "../features/connectivity.ts";
import { handshake, readHandshake } from "../features/handshake.ts";
import { heartbeat, readHeartbeat } from "../features/heartbeat.ts";
import { PAUSING, pausing } from "../features/pausing.ts";
import { provider, type ProviderFunction } from "../features/provider.ts";
import { noQueue, queue, readQueue } from "../features/queue.ts";
import { readShouldRetry, retry } from "../features/retry.ts";
import { status } from "../features/status.ts";
import { readTrace, trace } from "../features/trace.ts";
import { missing } from "../platform.ts";
import { readSources, type Sources } from "../sources.ts";
import type { DoorFeature, Feature } from "./feature.ts";
import { ListenerList } from "./listener_list.ts";
import type { ReconnectingWebSocketOptions } from "./options.ts";
import type { CoreOptions } from "./parts.ts";
import { checkParameters, TIMING } from "./timing.ts";

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
  const options = readOptions((isBag ? second : third) as ReconnectingWebSocketOptions | undefined);
  const { protocols: option } = options;
  check(
    option === undefined || second === undefined || isBag,
    "'options.protocols'",
    "absent beside the second argument",
    // Not the value: subprotocols carry tokens.
    typeof option,
  );
  const protocols = readProvider(isBag || second === undefined ? option : second, readProtocols);
  const where = readProvider(url, readUrl);
  const isStatic = typeof where !== "function" && typeof protocols !== "function";
  return [
    isStatic ? where : provider(where, protocols as ProviderFunction<string[]>),
    {
      __proto__: null,
      ...options,
      use: featuresOf(options),
      protocols: isStatic ? protocols : [],
      sources: options.sources ?? NOTHING,
    } as CoreOptions,
  ];
}

/** A function is called before every attempt; anything else is checked now. */
function readProvider<T>(given: unknown, read: (given: unknown) => T): T | ProviderFunction<T> {
  return typeof given === "function" ? given as ProviderFunction<T> : read(given);
}

/** Each is checked by the file of its feature. */
function readOptions(given?: ReconnectingWebSocketOptions): ReconnectingWebSocketOptions {
  const options = read<ReconnectingWebSocketOptions>("options", given, {
    ...TIMING,
    ...PAUSING,
    protocols: anything,
    shouldRetry: readShouldRetry,
    handshake: readHandshake,
    heartbeat: readHeartbeat,
    queue: readQueue,
    signal: readSignal,
    trace: readTrace,
    sources: readSources,
  });
  checkParameters(options);
  if (typeof Event !== "function") throw missing("Event");
  if (typeof URL !== "function") throw missing("URL");
  return options;
}

/** Each option becomes a feature, but for those of the timing. */
function featuresOf(options: ReconnectingWebSocketOptions): Feature[] {
  const { queue: limits, handshake: run, signal, trace: sink } = options;
  const { connectivity: hints }: Partial<Sources> = options.sources ?? NOTHING;
  const features = [
    LISTENERS,
    status(),
    pausing(options),
    limits === false ? noQueue() : queue(limits),
    retry(options.shouldRetry),
    connectivity(hints),
    options.heartbeat && heartbeat(options.heartbeat),
    run && handshake(run),
    signal && abort(signal),
    sink && trace(sink),
  ];
  return features.filter((feature) => !!feature);
}
