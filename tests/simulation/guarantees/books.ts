/**
 * What the checks know in common about a run, kept from what is visible alone.
 *
 * @module
 */

import type { Ending } from "@holdfast/websocket";
import type { Run } from "../run.ts";
import type { Closure, Seen, Socket } from "../seen.ts";

/** A check of one guarantee. */
export type Check = (seen: Seen) => void;

/** A message in the client's queue. */
export interface Queued {
  readonly key: string;
  readonly bytes: number;
  /** The `key` option. */
  readonly slot: string | undefined;
  /** The wall time from which on it must not be handed over. */
  readonly untilMs: number;
}

/** A message that will not be sent. */
export interface Dropped {
  readonly key: string;
  code: string;
  /** What else it may be called: what is too old when it is replaced is either. */
  readonly mayBe?: string | undefined;
}

/** A wait. */
export interface Wait {
  readonly atMs: number;
  readonly delayMs: number;
  readonly hintsFromMs: number;
  readonly isPaced: boolean;
}

/** The facts. Times are on the clock that never jumps. */
export interface Books {
  /** The final `close` was told. */
  isOver: boolean;
  /** The user called `close()`, or aborted, when that meant something. */
  isLeaving: boolean;
  isAborted: boolean;
  leftAtMs: number;
  /** When the attempt began that is going on. */
  attemptStartMs: number | null;
  /** When `open` was told of the connection that is open. */
  openedAtMs: number | null;
  /** How often `open` was told. */
  opens: number;
  /** The current or next attempt of the series, and the delays of the series so far. */
  attempt: number;
  waitedMs: number;
  previousDelayMs: number;
  /** Whether the policy may have started over: where timers are late, a hint and a wait look alike. */
  mayStartOver: boolean;
  /**
   * The last wait: when it was told, how long it was to be, from when on a hint counts, and whether the
   * server chose it, so that none does.
   */
  retry: Wait | null;
  /** Whether the user called `reconnect()` since the last wait began. */
  isHastened: boolean;
  lastClose: (Closure & { readonly willRetry: boolean }) | null;
  hintedAtMs: number | null;
  onlineAtMs: number | null;
  hints: number;
  /** From when on a hint counts for the wait that follows the last close. */
  hintsFromMs: number;
  /** Accepted messages that were neither handed over nor dropped, oldest first. */
  queue: Queued[];
  queuedBytes: number;
  /** When the socket held more than `maxBufferedBytes` last, and whether `drain` must follow. */
  fullAtMs: number;
  isHeldUp: boolean;
  /** Drops that must be told and that were told, since the last line. */
  owed: Dropped[];
  told: Dropped[];
  ending: Ending | null;
}

export function emptyBooks(): Books {
  return {
    isOver: false,
    isLeaving: false,
    isAborted: false,
    leftAtMs: 0,
    attemptStartMs: null,
    openedAtMs: null,
    opens: 0,
    attempt: 0,
    waitedMs: 0,
    previousDelayMs: 0,
    mayStartOver: false,
    retry: null,
    isHastened: false,
    lastClose: null,
    hintedAtMs: null,
    onlineAtMs: null,
    hints: 0,
    hintsFromMs: 0,
    queue: [],
    queuedBytes: 0,
    fullAtMs: -Infinity,
    isHeldUp: false,
    owed: [],
    told: [],
    ending: null,
  };
}

/** Comes before all guarantees that must see a fact, and after none. */
export function keepBooks(run: Run): Check {
  const { books, sockets } = run;
  let opensLate: Socket | null = null;
  const bury = (): void => {
    for (let i = sockets.length - 1; i >= 0; i--) {
      const socket = sockets[i];
      if (!socket || socket.isDead) break;
      socket.isDead = true;
    }
  };
  return (seen) => {
    switch (seen.kind) {
      case "hook":
        if (seen.name !== "url" && seen.name !== "protocols" && seen.name !== "dial") return;
        if (books.attemptStartMs === null) begin(run);
        return;
      case "dial":
        return bury();
      case "inner":
        if (seen.type !== "open") return;
        if (seen.socket.isDead) opensLate = seen.socket;
        seen.socket.hasOpened = true;
        return;
      case "hangs up":
        // One that opens after it was let go is closed again.
        if (run.setting.runtime !== "workerd" && seen.socket !== opensLate) {
          seen.socket.unsentBytes = seen.socket.connection.bufferedAmount;
        }
        // Only an open connection gets a close handshake, which the client waits for.
        if (!books.isLeaving || !seen.socket.hasOpened) seen.socket.isDead = true;
        return;
      case "call": {
        if (seen.key === "invalid" || seen.name === "send") return;
        if (seen.wasOver) return;
        const isPaused = run.client.state === "paused";
        if (seen.name === "pause" || seen.name === "resume" && !isPaused) {
          if (seen.name === "resume" || isPaused) return;
          Object.assign(books, { isHastened: true, openedAtMs: null, attemptStartMs: null });
          return bury();
        }
        if (seen.name !== "close" && seen.name !== "abort") {
          Object.assign(books, { attempt: 0, waitedMs: 0, previousDelayMs: 0, isHastened: true });
          books.openedAtMs = null;
          books.attemptStartMs = run.nowMs;
          return bury();
        }
        books.isLeaving = true;
        books.isAborted = seen.name === "abort";
        books.leftAtMs = run.nowMs;
        return;
      }
      case "told":
        return told(run, seen.type, seen.event, bury);
    }
  };
}

/** An attempt begins; the policy starts over where `online` brought it forward. */
function begin({ books, nowMs, disturbedAtMs }: Run): void {
  books.attemptStartMs = nowMs;
  const { retry, onlineAtMs } = books;
  if (!retry || onlineAtMs === null) return;
  // A host that slept could not see that the hint had become stale.
  if (onlineAtMs < retry.hintsFromMs && disturbedAtMs < onlineAtMs) return;
  const isSure = disturbedAtMs < retry.atMs && onlineAtMs > retry.hintsFromMs;
  const isEarly = nowMs < retry.atMs + Math.trunc(retry.delayMs);
  if (isSure && isEarly) books.waitedMs = books.previousDelayMs = 0;
  else books.mayStartOver = true;
}

/** Whether a close event is that of what `reconnect()` or `pause()` dropped. */
export function isOfCall(run: Run, event: Event): boolean {
  const { willRetry, wasClean, error } = event as CloseEvent & {
    willRetry: boolean;
    error: unknown;
  };
  return (willRetry || run.client.state !== "closed") && !wasClean && error === null;
}

/** Whether something else than the policy determined the delay: a server's hint, or its close code. */
function isForeign({ books, setting: { shouldRetry }, user }: Run, attempt: number): boolean {
  const decision = shouldRetry.length > 0 ? user.decision : undefined;
  if (typeof decision === "object" && !Number.isNaN(decision.delayMs)) return true;
  return attempt === 1 && [1008, 1012, 1013].includes(books.lastClose?.code ?? 0);
}

function told(run: Run, type: string, event: Event, bury: () => void): void {
  const { books, nowMs } = run;
  if (type === "open") {
    books.openedAtMs = nowMs;
    books.opens++;
    books.attemptStartMs = null;
  } else if (type === "close") {
    const { code, reason, wasClean, willRetry } = event as CloseEvent & { willRetry: boolean };
    books.lastClose = { code, reason, wasClean, willRetry };
    // It comes later than the call, when the next attempt has begun.
    if (isOfCall(run, event)) return;
    // A hint before that is used up.
    books.hintsFromMs = books.openedAtMs === null
      ? books.attemptStartMs ?? nowMs
      : Math.max(books.openedAtMs, nowMs - 1_000);
    books.attemptStartMs = books.openedAtMs = null;
    if (run.client.state === "closed") books.isOver = true;
    // What follows is the user's to say.
    if (run.client.state === "paused") books.isHastened = true;
    bury();
  } else if (type === "retry") {
    const { attempt, delayMs } = event as Event & { attempt: number; delayMs: number };
    // Of reconnect(): it tells of an attempt that has begun.
    if (attempt === 0) return;
    books.attempt = attempt;
    const hasPolicysDelay = !isForeign(run, attempt);
    books.waitedMs = hasPolicysDelay ? (attempt > 1 ? books.waitedMs : 0) + delayMs : 0;
    books.previousDelayMs = hasPolicysDelay ? delayMs : 0;
    if (!hasPolicysDelay || attempt <= 1) books.mayStartOver = false;
    const { hintsFromMs } = books;
    books.retry = { atMs: nowMs, delayMs, hintsFromMs, isPaced: !hasPolicysDelay };
    books.isHastened = false;
  } else if (type === "statechange") {
    // An answer of a provider may be outstanding: then nothing else shows that an attempt begins.
    const { state } = event as Event & { state: string };
    if (state === "connecting" && books.attemptStartMs === null) begin(run);
  }
}
