/**
 * Virtual time for contestants that take no clock: replaces the global timers and `Date.now`.
 *
 * @module
 */

interface Timer {
  readonly atMs: number;
  readonly callback: () => void;
}

/** Timers that fire when told to. */
export class VirtualTimers {
  readonly #timers = new Map<number, Timer>();
  #nowMs = 0;
  #nextId = 1_000_000;

  /** Replaces the globals; there is no way back, as the process ends with the measurement. */
  constructor() {
    const set = (
      callback: (...args: unknown[]) => void,
      delayMs = 0,
      ...args: unknown[]
    ): number => {
      const id = this.#nextId++;
      this.#timers.set(id, { atMs: this.#nowMs + delayMs, callback: () => callback(...args) });
      return id;
    };
    const clear = (id: number): void => void this.#timers.delete(id);
    Object.assign(globalThis, { setTimeout: set, clearTimeout: clear });
    Date.now = () => this.#nowMs;
  }

  /** How many have neither fired nor been cleared. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Fires the next timer; false if there is none. There are few at a time, so no heap is needed. */
  fireNext(): boolean {
    let next: [number, Timer] | undefined;
    for (const entry of this.#timers) {
      if (!next || entry[1].atMs < next[1].atMs) next = entry;
    }
    if (!next) return false;
    const [id, { atMs, callback }] = next;
    this.#timers.delete(id);
    this.#nowMs = Math.max(this.#nowMs, atMs);
    callback();
    return true;
  }

  /** Lets `durationMs` pass. */
  async advance(durationMs: number): Promise<void> {
    const untilMs = this.#nowMs + durationMs;
    await settle();
    while ([...this.#timers.values()].some(({ atMs }) => atMs <= untilMs)) {
      this.fireNext();
      await settle();
    }
    this.#nowMs = untilMs;
  }
}

/** Lets promise jobs run: more in a row than any contestant chains. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await null;
}
