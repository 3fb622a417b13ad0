/** A timer of a {@linkcode TimerHeap}, ordered by time, then by insertion. */
export interface HeapTimer {
  readonly atMs: number;
  readonly sequence: number;
  /** The place in the heap, kept by the heap so that a timer is removed without a search. */
  index: number;
}

/** A binary min-heap that removes any of its timers in O(log n). */
export class TimerHeap<T extends HeapTimer> {
  readonly #timers: T[] = [];

  /** The soonest timer. */
  peek(): T | undefined {
    return this.#timers[0];
  }

  push(timer: T): void {
    timer.index = this.#timers.length;
    this.#timers.push(timer);
    this.#up(timer);
  }

  /** Takes a timer out; one that is not in this heap is ignored. */
  remove(timer: T): void {
    const { index } = timer;
    if (this.#timers[index] !== timer) return;
    const last = this.#timers.pop() as T;
    if (last === timer) return;
    last.index = index;
    this.#timers[index] = last;
    this.#up(last);
    this.#down(last);
  }

  /** All timers, soonest first. */
  sorted(): T[] {
    // Not toSorted(), which Hermes 0.12 lacks.
    return [...this.#timers].sort((a, b) => isBefore(a, b) ? -1 : 1);
  }

  #up(timer: T): void {
    const timers = this.#timers;
    let { index } = timer;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = timers[parentIndex] as T;
      if (!isBefore(timer, parent)) break;
      timers[index] = parent;
      parent.index = index;
      index = parentIndex;
    }
    timers[index] = timer;
    timer.index = index;
  }

  #down(timer: T): void {
    const timers = this.#timers;
    const { length } = timers;
    let { index } = timer;
    for (;;) {
      let childIndex = 2 * index + 1;
      if (childIndex >= length) break;
      const rightIndex = childIndex + 1;
      if (rightIndex < length && isBefore(timers[rightIndex] as T, timers[childIndex] as T)) {
        childIndex = rightIndex;
      }
      const child = timers[childIndex] as T;
      if (!isBefore(child, timer)) break;
      timers[index] = child;
      child.index = index;
      index = childIndex;
    }
    timers[index] = timer;
    timer.index = index;
  }
}

function isBefore(a: HeapTimer, b: HeapTimer): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.sequence < b.sequence);
}
