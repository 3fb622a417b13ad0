/**
 * Counts what happened to a client: connections, outages, messages.
 *
 * @module
 */

import { count, formatDuration } from "./words.ts";

/** Figures of a whole watch; times in milliseconds. */
export interface Totals {
  readonly tookMs: number;
  readonly connections: number;
  readonly failedAttempts: number;
  /** Times that an open connection was lost, the last one included if it did not come back. */
  readonly outages: number;
  readonly downMs: number;
  readonly longestMs: number;
  readonly received: number;
  readonly receivedBytes: number;
  readonly sent: number;
  readonly undelivered: number;
}

/** Keeps the figures. Moments are of one clock, which must not be set back. */
export class Tally {
  readonly #startMs: number;
  #openAtMs: number | null = null;
  #lostAtMs: number | null = null;
  #connections = 0;
  #failedAttempts = 0;
  #outages = 0;
  #downMs = 0;
  #longestMs = 0;
  #received = 0;
  #receivedBytes = 0;
  #accepted = 0;

  constructor(startMs: number) {
    this.#startMs = startMs;
  }

  get connections(): number {
    return this.#connections;
  }

  get received(): number {
    return this.#received;
  }

  /** A connection is open. Returns how long there was none, or null for the first. */
  opened(atMs: number): number | null {
    this.#connections++;
    this.#openAtMs = atMs;
    return this.#endOutage(atMs);
  }

  /** A connection ended. Returns how long it was open, or null if there was none. */
  ended(atMs: number, willRetry: boolean): number | null {
    const openAtMs = this.#openAtMs;
    this.#openAtMs = null;
    if (openAtMs === null) return null;
    if (willRetry) {
      this.#outages++;
      this.#lostAtMs = atMs;
    }
    return atMs - openAtMs;
  }

  fail(): void {
    this.#failedAttempts++;
  }

  receive(bytes: number): void {
    this.#received++;
    this.#receivedBytes += bytes;
  }

  accept(): void {
    this.#accepted++;
  }

  /** All figures, at the end. */
  total(atMs: number, undelivered: number): Totals {
    this.#endOutage(atMs);
    return {
      tookMs: atMs - this.#startMs,
      connections: this.#connections,
      failedAttempts: this.#failedAttempts,
      outages: this.#outages,
      downMs: this.#downMs,
      longestMs: this.#longestMs,
      received: this.#received,
      receivedBytes: this.#receivedBytes,
      sent: this.#accepted - undelivered,
      undelivered,
    };
  }

  #endOutage(atMs: number): number | null {
    if (this.#lostAtMs === null) return null;
    const tookMs = atMs - this.#lostAtMs;
    this.#lostAtMs = null;
    this.#downMs += tookMs;
    this.#longestMs = Math.max(this.#longestMs, tookMs);
    return tookMs;
  }
}

/** The figures in three lines; what did not happen is left out. */
export function formatTotals(totals: Totals): string {
  const { connections, failedAttempts, outages, downMs, longestMs, undelivered } = totals;
  const failed = failedAttempts > 0 ? `, ${count(failedAttempts, "failed attempt")}` : "";
  const longest = outages > 1 ? `, the longest ${formatDuration(longestMs)}` : "";
  const outage = outages > 0
    ? `${count(outages, "outage")}, ${formatDuration(downMs)} without a connection${longest}`
    : connections > 0
    ? "no outage"
    : "never connected";
  const left = undelivered > 0 ? `, ${undelivered} not delivered` : "";
  return [
    `${count(connections, "connection")}${failed} in ${formatDuration(totals.tookMs)}`,
    outage,
    `${count(totals.received, "message")} in (${count(totals.receivedBytes, "byte")}), ` +
    `${totals.sent} out${left}`,
  ].join("\n");
}
