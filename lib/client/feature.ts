/**
 * What a client is made of: what every client has, and the doors that features fill. The client knows the
 * doors only; who composes a client imports what fills them, and a bundler leaves out the rest.
 *
 * @module
 */

import type { Backoff } from "../backoff.ts";
import type { Arrival, Attempt, Loss } from "../connection/attempt.ts";
import type { QueueLimits, WebSocketData } from "../bounded_queue.ts";
import type { PendingError } from "../errors.ts";
import type { SendOptions } from "../features/queue.ts";
import type { Closure, Config, Effect, Input, State, Verdict } from "../machine/state.ts";
import type { FeatureCells } from "../machine/step.ts";
import type { Clock, WebSocketConstructor } from "../sources.ts";
import type { Client } from "./client.ts";

/** Keeps what is sent until there is a connection. */
export interface Outbox {
  readonly bytes: number;
  readonly size: number;
  send(data: unknown, options?: SendOptions): boolean;
  /** Takes back what is kept, oldest first. */
  clear(): WebSocketData[];
  /** The same at the end, when what is too old is dropped. */
  drain(): WebSocketData[];
}

/** Who listens to a client, and how messages get to them. */
export interface Listeners {
  /** The types of events that may have a listener: one was added, and may be gone again. */
  readonly types: readonly string[];
  deliver(data: unknown, origin: string, inner?: Arrival): void;
}

/** One step of the machine, before anything follows from it. */
export interface Moment {
  readonly before: State;
  readonly input: Input;
  readonly after: State;
  readonly effects: readonly Effect[];
  readonly failure: PendingError | null;
}

/** What a verdict is about, beside the state of the client. */
export interface Case {
  readonly closure: Closure;
  readonly failure: PendingError | null;
  /** What the thrown value decided that is the cause of the failure. */
  readonly decision: Loss["decision"];
}

/** Effects that only a feature performs, by their names. */
export type EffectDoors = {
  readonly [type in "handshake" | "flush" | "probe" | "hint"]?: (
    client: Client,
    attempt: Attempt,
    effect: Effect & { readonly type: type },
  ) => void;
};

/**
 * What a feature does in a client, each door for one thing. Doors keep no state: what they must remember is
 * in the client or its attempt, so that one feature serves many clients.
 */
export interface Doors extends FeatureCells, EffectDoors {
  /** Whether the client is made without dialling, and whether it pauses where it would end by itself. */
  readonly startsPaused?: boolean;
  readonly pauses?: boolean;
  /** Whether a handshake runs on each new connection. */
  readonly runsHandshake?: boolean;
  readonly heartbeat?: Config["heartbeat"];
  /** Decides about a loss. */
  readonly judge?: (given: Case, client: Client) => Verdict;
  /** Where a URL is given beside a function for the subprotocols. */
  readonly url?: string | undefined;
  /** Finds out where to connect; answers by `client.resolved()`. */
  readonly resolve?: (client: Client, attempt: Attempt) => void;
  /** What there was ended. */
  readonly abandoned?: (client: Client) => void;
  /** A socket was made. */
  readonly dialed?: (client: Client, attempt: Attempt) => void;
  /** Keeps what arrives before `open`. */
  readonly keep?: (client: Client, attempt: Attempt, arrival: Arrival) => void;
  /** Sees a message first; true keeps it from the listeners. */
  readonly takes?: (client: Client, attempt: Attempt, data: unknown) => boolean;
  /** How long ago the last sign of life came; null: none since the heartbeat timer was armed. */
  silentMs?(client: Client): number | null;
  /** The bounds of the queue, and of what arrives during a handshake; null: nothing is queued. */
  readonly limits?: QueueLimits | null;
  readonly outbox?: (client: Client) => Outbox;
  readonly listeners?: (target: EventTarget) => Listeners;
  /** Keeps what a step means for the status; true if that changed. */
  note?(client: Client, moment: Moment): boolean;
  /** Each connects the client to something around it; `releases` of the client ends that. */
  readonly listenToSignal?: (client: Client) => void;
  readonly listenToNetwork?: (client: Client) => void;
  readonly signal?: AbortSignal;
  /** Sees each step, before anything follows from it. */
  trace?(client: Client, moment: Moment): void;
  /** The URL as a trace may show it. */
  readonly redact?: (url: string) => string;
}

/** What `use` takes: made by `queue()`, `heartbeat()` and the like. One value serves many clients. */
export interface Feature {
  /** Of two features of one kind the later one counts, as a whole. */
  readonly kind: string;
}

/** What a feature is, behind its public type. */
export interface DoorFeature extends Feature, Doors {
  /** Whether there is nothing of a user's in it, so that clients made of such features share their doors. */
  readonly isPlain?: boolean;
}

/** Everything that a client is made of. */
export interface Parts {
  readonly doors: Doors;
  readonly url: string;
  readonly protocols: readonly string[];
  readonly config: Config;
  readonly backoff: Backoff;
  readonly WebSocket: WebSocketConstructor;
  readonly clock: Clock;
  readonly random: () => number;
}
