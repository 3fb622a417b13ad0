/**
 * The policies that are compared: the shipped functions themselves, the defaults of others expressed
 * from their sources (as published on npm in November 2026), and shapes that were tried as default.
 */

import {
  additiveJitter,
  decorrelatedJitter,
  equalJitter,
  fullJitter,
  windowedBackoff,
} from "../../lib/backoff.ts";
import { seededRandom } from "../../lib/testing/seeded_random.ts";
import type { FleetPolicy } from "./simulate.ts";

const BASE_MS = 1_000;

/** A row of the tables. */
export interface Contestant {
  readonly name: string;
  readonly policy: FleetPolicy;
  /** Whether its owner forgets past attempts as soon as a connection opens, stable or not. */
  readonly resetsAtOpen: boolean;
}

/** Gives a policy its name in the tables. */
export function named(name: string, policy: FleetPolicy, resetsAtOpen = false): Contestant {
  return { name, policy, resetsAtOpen };
}

/** The default policy of the client. */
export const DEFAULT: Contestant = named("windowed (default)", windowedBackoff());
/** The formula that the project started from. */
export const STARTING: Contestant = named("additive, the starting formula", additiveJitter());
/** The best known policy of AWS's article. */
export const FULL: Contestant = named("full jitter", fullJitter());

/** The policies of `./backoff`, each with its default options. */
export const SHIPPED: readonly Contestant[] = [
  DEFAULT,
  STARTING,
  FULL,
  named("equal jitter", equalJitter()),
  named("decorrelated jitter", decorrelatedJitter()),
];

/** The defaults of other clients. */
export const PEERS: readonly Contestant[] = [
  // https://github.com/grpc/grpc/blob/master/doc/connection-backoff.md: 1 s, x 1.6, 120 s, +-20 % after the first.
  named(
    "gRPC",
    ({ attempt, random }) =>
      attempt === 1
        ? 1_000
        : Math.min(120_000, 1_000 * 1.6 ** (attempt - 1)) * (0.8 + 0.4 * random),
  ),
  // esm/mod.js: `Math.min(2 ** n * 150, 10_000)` with n from 0, half of it by chance.
  named("@nktkas/rews 4.1.0", equalJitter({ initialDelayMs: 150, maxDelayMs: 10_000 })),
  // DEFAULT.minReconnectionDelay is 1 s + U(0, 4 s), drawn once for each process, x 1.3, 10 s.
  named(
    "reconnecting-websocket 4.4.0",
    ({ attempt, client }) =>
      Math.min(10_000, (1_000 + 4_000 * seededRandom(client)()) * 1.3 ** (attempt - 1)),
  ),
  // DEFAULT in ws.js: 3 s, x 1.3, 10 s, and no chance at all.
  named("partysocket 1.3.0", ({ attempt }) => Math.min(10_000, 3_000 * 1.3 ** (attempt - 1))),
  // lib/reconnect-policy.js: 2^n s give or take half a second with n from 0, then the cap, 64 s.
  named(
    "@atproto/ws-client 0.2.1",
    ({ attempt, random }) => Math.min(64_000, 1_000 * (2 ** (attempt - 1) + random - 0.5)),
    true,
  ),
  // `reconnectAfterMs` of Socket: a list, then 5 s.
  named(
    "phoenix 1.8.16",
    ({ attempt }) => [10, 50, 100, 150, 200, 250, 500, 1_000, 2_000][attempt - 1] ?? 5_000,
    true,
  ),
  // `opts.timeout || 1e3`.
  named("sockette 2.0.6", () => 1_000, true),
  // contrib/backo2.js with the manager's 1 s, 5 s and 0.5: chance comes first, the cap after.
  named("socket.io-client 4.8.4", ({ attempt, random }) => {
    const deviation = (Math.floor(10 * random) % 2 === 0 ? -1 : 1) * 0.5 * random;
    return Math.min(5_000, 1_000 * 2 ** Math.min(attempt - 1, 1_000) * (1 + deviation));
  }, true),
  // backoff(): 0.5 s + U(0, min(20 s, 0.5 s x 2^step)), at most 20 s; step goes from 0 to 31.
  named(
    "centrifuge 5.8.0",
    ({ attempt, random }) =>
      Math.min(20_000, 500 + random * Math.min(20_000, 500 * 2 ** Math.min(attempt - 1, 31))),
    true,
  ),
];

/** The default's shape without phases that are kept: one attempt anywhere in each window. */
export function newPhases(longestMs: number): FleetPolicy {
  return ({ waitedMs, random }) => {
    let elapsedMs = waitedMs - BASE_MS;
    let widthMs = BASE_MS;
    if (elapsedMs < 0) return BASE_MS + random * BASE_MS;
    while (elapsedMs >= widthMs) {
      elapsedMs -= widthMs;
      widthMs = Math.min(longestMs, 2 * widthMs);
    }
    const nextMs = Math.min(longestMs, 2 * widthMs);
    return Math.max(BASE_MS, widthMs - elapsedMs + random * nextMs);
  };
}

/** Delays that are all alike, and clients that are spread over the first: the least for any policy. */
export function constantWindows(delayMs: number): FleetPolicy {
  return ({ attempt, random }) => delayMs * (attempt === 1 ? random : 1);
}
