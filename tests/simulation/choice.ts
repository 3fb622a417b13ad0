/**
 * Choices from a seed.
 *
 * @module
 */

import { seededRandom } from "@holdfast/websocket/testing";

/** A source of choices. */
export class Choice {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  chance(share: number): boolean {
    return this.#random() < share;
  }

  /** Uniform, both included. */
  whole(min: number, max: number): number {
    return min + Math.floor(this.#random() * (max - min + 1));
  }

  /** Uniform in the logarithm: small numbers are as likely as large ones. */
  scale(min: number, max: number): number {
    return Math.round(min * (max / min) ** this.#random());
  }

  of<T>(choices: readonly T[]): T {
    return choices[Math.floor(this.#random() * choices.length)] as T;
  }

  /** One of the kinds, by weight. */
  weighted<T extends string>(weights: Readonly<Record<T, number>>): T {
    return this.kinds(weights)();
  }

  /** A source of kinds, by weight. */
  kinds<T extends string>(weights: Readonly<Record<T, number>>): () => T {
    const entries = Object.entries(weights) as [T, number][];
    const total = entries.reduce((sum, [, weight]) => sum + weight, 0);
    return () => {
      let rest = this.#random() * total;
      for (const [kind, weight] of entries) if ((rest -= weight) < 0) return kind;
      return (entries[0] as [T, number])[0];
    };
  }
}
