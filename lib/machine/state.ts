/**
 * The words of the control plane, as plain data: what state a client can be in, what can happen to
 * it, and what can be done about it. `transition.ts` connects them.
 *
 * @module
 */

import type { ReconnectingWebSocketErrorCode as ErrorCode } from "../errors.ts";

/**
 * The state of a client as its user sees it. `readyState` follows from it:
 *
 * - `connecting` (0): resolving the URL, dialling or shaking hands
 * - `open` (1)
 * - `waiting` (0): backing off before the next attempt
 * - `paused` (0): `pause()` was called, or the client gave up with `giveUp: "pause"`; `resume()` goes on
 * - `closing` (2): `close()` was called
 * - `closed` (3): over for good
 */
export type ConnectionState =
  | "connecting"
  | "open"
  | "waiting"
  | "paused"
  | "closing"
  | "closed";

/** The numbers that decisions depend on: plain data, so that a trace can carry them. */
export interface Config {
  readonly maxAttempts: number;
  readonly maxDelayMs: number;
  readonly initialDelayMs: number;
  readonly connectTimeoutMs: number;
  readonly stableAfterMs: number;
  readonly closeTimeoutMs: number;
  /** Whether the client pauses where it would end by itself. */
  readonly pauses: boolean;
  /** Whether a handshake runs on each new connection. */
  readonly handshake: boolean;
  readonly heartbeat: HeartbeatConfig | null;
}

/** The plain part of the heartbeat options. */
export interface HeartbeatConfig {
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** False when silence alone is watched: then nothing can be probed early. */
  readonly probes: boolean;
  /** Whether a probe leaves each interval, whatever arrives. */
  readonly always: boolean;
}

/** The pace of the heartbeat that a handshake has agreed on, for one connection. */
export type Pace = Partial<Pick<HeartbeatConfig, "intervalMs" | "timeoutMs">>;

/** A hint that is followed: `offline` never is. */
export type Hint = "online" | "wake";

/** What is counted since the last reset; a stable connection resets it as a whole, never in parts. */
export interface Series {
  /** The current or next attempt; 0 is the first connection. */
  readonly attempt: number;
  /** Sum of the policy's delays, since the reset or since something else decided when to dial. */
  readonly waitedMs: number;
  /** The policy's delay before, in the same sense. */
  readonly previousDelayMs: number;
  /** How many attempts a hint brought forward. */
  readonly early: number;
  /** Whether `online` cut a dial short already: once in each series. */
  readonly cut: boolean;
}

/** What every phase remembers. */
export type Common = {
  /** The serial number of the attempt, never reset: whatever carries an older one is muted. */
  readonly epoch: number;
  /** Whether any connection was open before. */
  readonly opened: boolean;
  readonly series: Series;
  /** Heartbeat losses in a row without a message. No part of the series: `stable` does not end it. */
  readonly silences: number;
};

/** What an attempt remembers. */
type Attempting = {
  /** A hint that came meanwhile: it is followed when the attempt fails. */
  readonly hint?: Hint;
  /** The deadline fired late; how many turns of the loop it has waited since. */
  readonly late?: number;
};

/** The client's state; a variant holds only what its phase needs. */
export type State =
  & Common
  & (
    | ({ readonly phase: "resolving" } & Attempting)
    | ({ readonly phase: "connecting" } & Attempting)
    /** With `refused` the handshake threw, and the peer's close frame may say why. */
    | ({ readonly phase: "handshaking"; readonly refused?: true } & Attempting)
    | {
      readonly phase: "open";
      readonly pulse: Pulse;
      /** What is left of the time to answer when the heartbeat timer fires. */
      readonly leftMs: number;
      readonly pace?: Pace;
      /** A hint of the last second. */
      readonly hint?: Hint;
    }
    | {
      readonly phase: "waiting";
      /** Whether the server chose the delay, which no hint shortens. */
      readonly paced: boolean;
      /** The hint that is being followed. */
      readonly hint?: Hint;
    }
    | { readonly phase: "paused" }
    | { readonly phase: "closing"; readonly error: ErrorCode | null }
    | { readonly phase: "closed" }
  );

/**
 * What the heartbeat timer waits for: silence after which to probe, the answer to a probe, the answer
 * to the one more probe that a host gets which slept through the first, or the one turn of the loop
 * in which an answer is read that arrived while the loop was blocked.
 */
export type Pulse = "beating" | "probed" | "reprieved" | "late";

/** The name of a phase. */
export type Phase = State["phase"];

/** Every timer that exists, one of a name at a time. */
export type TimerName =
  | "connect" // the deadline of one whole attempt
  | "stable" // the connection stayed open long enough to count as a success
  | "heartbeat" // silence: time to probe, or to give the connection up
  | "retry" // the wait is over
  | "hint" // waiting: a hint ends the wait early; connecting: a dial is no longer young; open: a hint is stale
  | "error" // an error event without a close event: the close is not coming
  | "refusal" // a handshake threw, and no close frame says why
  | "close"; // the peer did not answer the close handshake

/** The answer to "what now?" after a failure, with the delay drawn already. */
export interface Verdict {
  readonly retry: boolean;
  readonly delayMs: number;
  /** What determined the delay. */
  readonly by: "policy" | "close-code" | "hint";
  /** What was wrong with the answers of `shouldRetry` and the policy, and was replaced. */
  readonly flaws: readonly string[];
}

/** How a connection or an attempt ended, in the terms of a close event. */
export type Closure = {
  readonly code: number;
  readonly reason: string;
  readonly wasClean: boolean;
};

/** Arguments of `close()` and `reconnect()`, as given. */
export type CloseArguments = {
  readonly code?: number | undefined;
  readonly reason?: string | undefined;
};

/** Whatever can happen. */
export type Input =
  | {
    readonly type: "start";
    readonly config: Config;
    readonly aborted: boolean;
    readonly paused: boolean;
  }
  | { readonly type: "resolved"; readonly epoch: number; readonly url: string }
  | { readonly type: "opened"; readonly epoch: number }
  | { readonly type: "ready"; readonly epoch: number; readonly pace: Pace | null }
  /** The handshake threw, and what it threw decides nothing. */
  | { readonly type: "refused"; readonly epoch: number }
  /** A message came, after heartbeat losses without one. */
  | { readonly type: "alive"; readonly epoch: number }
  | { readonly type: "error"; readonly epoch: number }
  | (
    & { readonly type: "lost"; readonly epoch: number; readonly error: ErrorCode | null }
    & { readonly verdict: Verdict }
    & Closure
  )
  | {
    readonly type: "timer";
    readonly timer: TimerName;
    readonly lateMs: number;
    /** How long ago the last sign of life came; null: none since the heartbeat timer was armed. */
    readonly silentMs: number | null;
  }
  | {
    readonly type: "hint";
    readonly hint: Hint | "offline";
    readonly random: number;
    /** How long the socket has been dialling; null: it is not. */
    readonly dialMs: number | null;
    /** How long ago the last early attempt began; null: there was none. */
    readonly earlyMs: number | null;
  }
  | ({ readonly type: "close"; readonly error: "aborted" | null } & CloseArguments)
  | ({ readonly type: "pause" } & CloseArguments)
  | { readonly type: "resume" }
  /** `again`: the events of the `reconnect()` before are not all dispatched yet. */
  | ({ readonly type: "reconnect"; readonly again: boolean } & CloseArguments)
  | { readonly type: "fault"; readonly fault: string }
  | ({ readonly type: "session" } & SessionNote);

/** What a session (`./resume`) decided: for a trace, which has neither its token nor what it sends. */
export type SessionNote =
  /** The counters of the first frame on a connection. */
  | {
    readonly event: "hello";
    readonly n: number;
    readonly rx: number;
    readonly ack: number;
    readonly tx: number;
    readonly new: boolean;
  }
  /** It is attached: the server has handled `rx` messages of it. */
  | { readonly event: "begun" | "resumed"; readonly rx: number }
  | {
    readonly event: "lost";
    readonly why: string;
    /** How many messages are given back. */
    readonly unacked: number;
    readonly isExact: boolean;
  }
  /** The connection is given up. */
  | { readonly event: "broken"; readonly reason: string }
  /** The client ends it, with so many messages not confirmed. */
  | { readonly event: "bye"; readonly unacked: number };

/**
 * What the client must do. Order matters and is kept. `disarm`, `abandon` and `statechange` always
 * happen; `error` and `close` unless the client is over by then for another reason; `retry` unless it
 * is over, paused or begins yet another attempt; the others only while the phase and epoch that asked for
 * them last. The events of `reconnect()` and `pause()` wait for a microtask, or for the next event.
 */
export type Effect =
  /** Without a name, all timers. */
  | { readonly type: "disarm"; readonly timer?: TimerName }
  | { readonly type: "arm"; readonly timer: TimerName; readonly delayMs: number }
  /** Call the providers; answer `resolved` or `lost`. `early`: a hint brought the attempt forward. */
  | { readonly type: "resolve"; readonly early: boolean }
  /** Construct the socket; answer `opened`, `error`, `lost`. */
  | { readonly type: "dial" }
  /** Run the handshake; answer `ready` or `lost`. */
  | { readonly type: "handshake" }
  /** Hand over the queue, oldest first. */
  | { readonly type: "flush" }
  /** Dispatch what arrived before `open`, and let later messages pass directly. */
  | { readonly type: "deliver" }
  | { readonly type: "probe" }
  /** Judge the loss of the current attempt or connection; answer `lost`. */
  | { readonly type: "lose"; readonly error: ErrorCode }
  /** Never listen to the current socket again, and close it; terminate it if it proved silent. */
  | ({ readonly type: "abandon"; readonly silent: boolean } & CloseArguments)
  /** Start the close handshake; answer `lost` when the peer has closed. */
  | ({ readonly type: "hangUp" } & CloseArguments)
  /** Answer `lost` in a microtask: there is nothing to wait for, but events are never synchronous. */
  | { readonly type: "settle" }
  /** Give the hint again that came during the attempt. */
  | { readonly type: "hint"; readonly hint: Hint }
  | {
    readonly type: "statechange";
    readonly state: ConnectionState;
    readonly previous: ConnectionState;
  }
  | { readonly type: "open"; readonly reconnected: boolean; readonly attempt: number }
  | { readonly type: "error"; readonly error: ErrorCode }
  | CloseEffect
  | {
    readonly type: "retry";
    readonly attempt: number;
    readonly delayMs: number;
    readonly error: ErrorCode | null;
  };

/** A connection or an attempt ended. */
export type CloseEffect = Closure & {
  readonly type: "close";
  readonly willRetry: boolean;
  readonly error: ErrorCode | null;
};

/** The next state and what to do about it. */
export type Step = readonly [state: State, effects: readonly Effect[]];
