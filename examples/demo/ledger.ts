/**
 * What became of every message, by three witnesses that do not know of each other: the application
 * that sent it, the sockets that it was handed to, and the servers that read it.
 */

/** What the witnesses say. Messages are numbers, in the order in which they were sent. */
export interface Evidence {
  /** Those that `send()` took. */
  readonly sent: readonly number[];
  /** Those handed to each inner socket. */
  readonly handed: readonly (readonly number[])[];
  /** Those that the servers logged, for each connection; sparse where a connection brought none. */
  readonly logged: readonly (readonly number[])[];
  /** Those that `closed` gave back as undelivered. */
  readonly givenBack: readonly number[];
}

/** Where the messages are. */
export interface Balance {
  readonly sent: number;
  readonly delivered: number;
  /** Handed to a socket, and read by no server. */
  readonly lost: number;
  readonly givenBack: number;
  /** Read, handed over or given back more often than once. */
  readonly duplicates: readonly number[];
  /** Sent, and in none of the three places, or there without having been sent. */
  readonly strays: readonly number[];
  /** Connections that did not bring exactly the first of what one socket was handed, in its order. */
  readonly disorderly: number;
}

/** Draws up the balance. Nothing is found by subtraction: a message that vanished is a stray. */
export function drawBalance({ sent, handed, logged, givenBack }: Evidence): Balance {
  const handedAll = handed.flat();
  const loggedAll = logged.flat();
  const delivered = new Set(loggedAll);
  const accounted = new Set([...handedAll, ...givenBack]);
  const connections = logged.filter((messages) => messages.length > 0);
  return {
    sent: sent.length,
    delivered: delivered.size,
    lost: new Set(handedAll).difference(delivered).size,
    givenBack: givenBack.length,
    duplicates: [...repeated(loggedAll), ...repeated([...handedAll, ...givenBack])],
    strays: [...new Set(sent).symmetricDifference(accounted.union(delivered))],
    disorderly: connections.filter((messages) => !handed.some((it) => startsWith(it, messages)))
      .length,
  };
}

function repeated(messages: readonly number[]): number[] {
  const seen = new Set<number>();
  return messages.filter((message) => seen.size === seen.add(message).size);
}

function startsWith(whole: readonly number[], start: readonly number[]): boolean {
  return start.every((message, index) => whole[index] === message);
}
