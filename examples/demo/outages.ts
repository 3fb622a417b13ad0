/** What the client went through, outage by outage, with the delays checked against their bounds. */
import type { ReconnectingWebSocket } from "@holdfast/websocket";

/** The delays that the client was told to keep to. */
export interface DelayLimits {
  readonly initialDelayMs: number;
  readonly maxDelayMs: number;
}

/** A wait before an attempt. */
export interface Wait {
  readonly fromMs: number;
  readonly delayMs: number;
  readonly boundsMs: readonly [minMs: number, maxMs: number];
}

/** From a fault to the connection that ended it. Times are of `performance.now()`. */
export interface Outage {
  /** What was done to the server; null if the client lost a connection that nobody had touched. */
  readonly fault: string | null;
  readonly faultAtMs: number;
  /** When the client found out, and what it said. */
  noticedAtMs?: number;
  seenAs?: string;
  /** When a server could be reached again. */
  backAtMs?: number;
  openAtMs?: number;
  readonly waits: Wait[];
}

/**
 * The documented bounds of a delay: 1012 asks for 5 to 30 s, as far as that fits under the limit;
 * the default policy starts between one and two initial delays.
 */
export function delayBounds(
  attempt: number,
  code: number,
  { initialDelayMs, maxDelayMs }: DelayLimits,
): readonly [minMs: number, maxMs: number] {
  if (attempt > 1) return [initialDelayMs, maxDelayMs];
  if (code !== 1012) return [initialDelayMs, 2 * initialDelayMs];
  return [Math.min(5_000, maxDelayMs / 2), Math.min(30_000, maxDelayMs)];
}

/** Watches a client's events and turns them into outages. */
export class OutageLog {
  readonly outages: Outage[] = [];
  #current: Outage | undefined;

  constructor(client: ReconnectingWebSocket, limits: DelayLimits) {
    let code = 0;
    client.addEventListener("close", (event) => {
      code = event.code;
      const outage = this.#current ?? this.fault(null);
      outage.noticedAtMs ??= performance.now();
      outage.seenAs ??= event.error?.code ?? `closed with ${code}`;
    });
    client.addEventListener("retry", ({ attempt, delayMs }) => {
      const boundsMs = delayBounds(attempt, code, limits);
      this.#current?.waits.push({ fromMs: performance.now(), delayMs, boundsMs });
    });
    client.addEventListener("open", () => {
      if (this.#current) this.#current.openAtMs = performance.now();
      this.#current = undefined;
    });
  }

  /** Says that something is about to be done to the server. */
  fault(fault: string | null): Outage {
    const outage: Outage = { fault, faultAtMs: performance.now(), waits: [] };
    this.outages.push(outage);
    this.#current = outage;
    return outage;
  }
}
