/**
 * What client and servers saw, in the order in which each of them saw it. The judges read nothing else.
 *
 * @module
 */

/** Whose event it is, where several clients share a session. */
export interface ByTab {
  readonly session: string;
  readonly tab?: string;
}

/** One thing that happened. A message is its number: each direction of a run counts from 0. */
export type Event =
  /** A client begins with a copy of another one's session: with what was not confirmed when it was made. */
  | ByTab & { readonly type: "copied"; readonly unacked: readonly number[] }
  /** The client's session has accepted a message. */
  | ByTab & { readonly type: "accepted"; readonly message: number }
  /** The client's callback got a message. */
  | ByTab & { readonly type: "got"; readonly message: number }
  /** The client was given back what was not confirmed. */
  | ByTab & {
    readonly type: "lost";
    readonly why: string;
    readonly unacked: readonly number[];
    readonly isExact: boolean;
  }
  /** The client is over, by itself or because another one has its session: this was not confirmed to it. */
  | ByTab & { readonly type: "over"; readonly unacked: readonly number[] }
  /** The page of the client is gone without a word: what it had accepted went with it. */
  | ByTab & { readonly type: "forgotten" }
  /** A session began to live in a process. */
  | {
    readonly type: "begun";
    readonly session: string;
    readonly life: string;
    readonly isNew: boolean;
  }
  /** The server's callback got a message. */
  | {
    readonly type: "handled";
    readonly session: string;
    readonly message: number;
    readonly redelivered: boolean;
    readonly id: string;
  }
  /** The server's session has accepted a message. */
  | {
    readonly type: "sent";
    readonly session: string;
    readonly life: string;
    readonly message: number;
  }
  /** The session has left the process, which was given back what no other process will send. */
  | {
    readonly type: "ended";
    readonly session: string;
    readonly life: string;
    readonly why: string;
    readonly unacked: readonly number[];
  }
  /** The owner of a session died, or stood still past its lease, or its store failed. */
  | { readonly type: "broken"; readonly session: string };

/** All that happened in a run. */
export type History = readonly Event[];

/** The events of one type. */
export function only<T extends Event["type"]>(
  history: History,
  type: T,
): readonly Extract<Event, { readonly type: T }>[] {
  return history.filter((event): event is Extract<Event, { readonly type: T }> =>
    event.type === type
  );
}
