/**
 * The heartbeat: probes a silent connection, and notices a dead one.
 *
 * @module
 */

import { aFunction, check, read, type Rules } from "../_check.ts";
import { snapshot, toMessage, type WebSocketData } from "../bounded_queue.ts";
import type { Client } from "../client/client.ts";
import { guard } from "../client/faults.ts";
import type { DoorFeature, Feature } from "../client/feature.ts";
import type { Attempt, Pulse } from "../connection/attempt.ts";
import { heartbeatCells } from "../machine/heartbeat_cells.ts";
import { sinceMs } from "../sources.ts";

/**
 * Liveness by application messages; browsers expose no ping frame. Where the class exposes the pings and
 * pongs of the protocol (`ws` does) they count as life, and so do bytes that leave: a `bufferedAmount`
 * that is lower than a beat before. A message that takes longer to arrive than the heartbeat waits is
 * cut off; after two such losses in a row the timeout doubles, up to 8 times, until a message comes.
 */
export interface HeartbeatOptions {
  /**
   * Silence in milliseconds after which a probe is sent: below the 30 s and 60 s after which common
   * proxies close an idle connection.
   *
   * @default {25_000}
   */
  intervalMs?: number;
  /**
   * Silence in milliseconds after a probe that counts as a lost connection: a slow mobile network
   * answers in a few seconds.
   *
   * @default {10_000}
   */
  timeoutMs?: number;
  /**
   * The probe. Without it silence alone is watched (for servers that send on their own):
   * `intervalMs + timeoutMs` of it is a loss.
   */
  message?: WebSocketData | (() => WebSocketData);
  /**
   * Messages for which this is true are not dispatched to the application, and give `latencyMs`. It
   * answers at once: a promise, which would be true for every message, is reported and counts as false.
   */
  isReply?: (data: unknown) => boolean;
  /**
   * Whether the probe is sent each `intervalMs`, whatever arrives: for servers that close who is silent,
   * however much they send themselves. Needs `message`. A loss is still silence alone.
   *
   * @default {false} because any message is a sign of life, and a probe beside it would be waste.
   */
  always?: boolean;
}

/** Less is no transfer, but the platform handing over what was just sent, which a dead link takes, too. */
const MIN_DRAIN_BYTES = 1_024;

/** Notices a dead connection, if its server answers `message` or sends by itself. */
export function heartbeat(
  { intervalMs = 25_000, timeoutMs = 10_000, message, isReply, always = false }: HeartbeatOptions =
    {},
): Feature {
  const probes = message !== undefined;
  const feature: DoorFeature = {
    kind: "heartbeat",
    heartbeat: { intervalMs, timeoutMs, probes, always },
    heartbeatCells,
    dialed,
    silentMs,
    probe: (client, attempt) => probe(client, attempt, message),
    takes: (client, attempt, data) => takes(client, attempt, data, isReply),
  };
  return feature;
}

const RULES: Rules<HeartbeatOptions> = {
  intervalMs: [1],
  timeoutMs: [1],
  // As it would be sent now.
  message: (value) => typeof value === "function" ? value : snapshot(toMessage(value)),
  isReply: aFunction,
  always: (value) => !!value,
};

/** The `heartbeat` option, checked. */
export function readHeartbeat(given: HeartbeatOptions): HeartbeatOptions {
  const options = read("heartbeat", given, RULES);
  const isProbed = !options.always || options.message !== undefined;
  check(isProbed, "'heartbeat.message'", "given with 'heartbeat.always'", undefined);
  return options;
}

function dialed(client: Client, attempt: Attempt): void {
  const pulse: Pulse = attempt.pulse = {
    aliveAtMs: null,
    bufferedBytes: 0,
    probedAtMs: null,
    latencyMs: null,
  };
  // QUIRK(ws): pings and pongs can be seen, but only by the methods of Node's event emitters.
  const emitter = attempt.socket as { on?(type: string, listener: () => void): void };
  for (const type of ["ping", "pong"]) emitter.on?.(type, () => noteAlive(client, pulse));
}

function noteAlive({ parts }: Client, pulse: Pulse): void {
  pulse.aliveAtMs = parts.clock.now();
}

/** Called when the heartbeat timer fires, which then begins anew. Bytes that leave are as good as a message. */
function silentMs({ current, parts, socket }: Client): number | null {
  const pulse = current?.pulse;
  if (!pulse) return null;
  const { aliveAtMs, bufferedBytes } = pulse;
  pulse.aliveAtMs = null;
  pulse.bufferedBytes = socket?.bufferedAmount ?? 0;
  return bufferedBytes - pulse.bufferedBytes >= MIN_DRAIN_BYTES
    ? 0
    : sinceMs(parts.clock, aliveAtMs);
}

function probe(client: Client, attempt: Attempt, given: HeartbeatOptions["message"]): void {
  const { state } = client;
  const { pulse } = attempt;
  // The timer was armed again.
  if (pulse) pulse.aliveAtMs = null;
  guard(client, "heartbeat.message", () => {
    const message = toMessage(
      typeof given === "function" ? atOnce("heartbeat.message", given()) : given,
    );
    // The function may have closed what it was to probe.
    if (client.state !== state) return;
    attempt.socket?.send(message);
    if (pulse) pulse.probedAtMs = client.parts.clock.now();
  });
}

/** An async function by mistake: its promise would be taken for a message, or for true. */
function atOnce<T>(hook: string, answer: T): T {
  if (typeof (answer as { then?: unknown } | null | undefined)?.then !== "function") return answer;
  // Its rejection has no other owner.
  Promise.resolve(answer).catch(() => {});
  throw new TypeError(`Cannot use the answer of '${hook}'`);
}

/** Whether a sign of life is no more than that, or the end of the connection. */
function takes(
  client: Client,
  attempt: Attempt,
  data: unknown,
  accepts: HeartbeatOptions["isReply"],
): boolean {
  const { pulse } = attempt;
  if (pulse) noteAlive(client, pulse);
  const { epoch, silences } = client.state;
  if (silences) client.apply({ type: "alive", epoch });
  const isReply = !!guard(client, "isReply", () => atOnce("isReply", accepts?.(data)));
  if (isReply && pulse && pulse.probedAtMs !== null) {
    pulse.latencyMs = sinceMs(client.parts.clock, pulse.probedAtMs);
    pulse.probedAtMs = null;
  }
  return isReply || !client.carries(attempt);
}
