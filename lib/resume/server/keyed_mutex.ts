/**
 * One task at a time for each key, in the order in which they came.
 *
 * @module
 */

/** How many hellos of one session may wait for each other: a client makes them one after the other. */
const MAX_WAITING = 16;

/** A mutex for each key; a key that nothing waits for takes no memory. */
export class KeyedMutex {
  readonly #lines = new Map<string, { last: Promise<unknown>; waiting: number }>();

  /** The keys that have a task. */
  keys(): Iterable<string> {
    return this.#lines.keys();
  }

  /** Whether too many wait already. */
  isFull(key: string): boolean {
    return (this.#lines.get(key)?.waiting ?? 0) >= MAX_WAITING;
  }

  /** Runs a task when all before it have ended, however they did. */
  async run<T>(key: string, task: () => Promise<T>): Promise<T> {
    const line = this.#lines.get(key) ?? { last: Promise.resolve(), waiting: 0 };
    this.#lines.set(key, line);
    line.waiting++;
    const result = line.last.then(task);
    line.last = result.catch(() => {});
    try {
      return await result;
    } finally {
      if (--line.waiting === 0) this.#lines.delete(key);
    }
  }
}
