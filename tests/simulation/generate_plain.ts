/**
 * Schedules that the second model understands: no re-entrant calls, no functions, no sleep.
 *
 * @module
 */

import type { Choice } from "./choice.ts";

/** A schedule for `model.ts`. */
export function generatePlain(choice: Choice, seed: number): string[] {
  const paceMs = choice.of([1_000, 20_000, 200_000]);
  const lines = [
    "with model",
    `with seed ${seed}`,
    // Where a delay is drawn, it is the shortest.
    "with random low",
    "with patience 50",
    `with runtime ${choice.of(["browser", "deno", "bun", "node24"])}`,
    `with backoff ${choice.of(["constant", "counts"])} ${choice.scale(paceMs / 20, paceMs)}`,
    `with maxDelayMs ${2 * paceMs}`,
    `with connectTimeoutMs ${choice.scale(paceMs / 20, paceMs)}`,
    `with stableAfterMs ${choice.scale(1, paceMs)}`,
    `with closeTimeoutMs ${choice.of([0, choice.scale(1, paceMs)])}`,
    `with maxAttempts ${choice.of([0, 1, 3, Infinity, Infinity])}`,
    `with shouldRetry ${choice.of(["default", "default", "yes", "no"])}`,
    `with queue ${choice.of([0, 2, 1_024])} ${choice.of([20, 1_000])} ${
      choice.of(["drop-newest", "drop-oldest"])
    }`,
  ];
  const length = lines.length + choice.whole(40, 120);
  while (lines.length < length) lines.push(plainLine(choice, paceMs));
  return lines;
}

function plainLine(choice: Choice, paceMs: number): string {
  const kind = choice.weighted({
    time: 10,
    dialling: 3,
    accepts: 4,
    refuses: 1,
    drops: 3,
    stalls: 0.5,
    closes: 2,
    says: 3,
    sends: 8,
    reconnects: 1,
    leave: 0.3,
  });
  switch (kind) {
    case "time":
      return `time passes ${choice.of([0, choice.scale(1, paceMs), choice.scale(1, paceMs)])}`;
    case "dialling":
      return `dialling ${
        choice.of([
          "hangs",
          `succeeds ${choice.scale(1, paceMs)}`,
          `fails ${choice.scale(1, paceMs)}`,
          `flaps ${choice.scale(1, paceMs)} ${choice.scale(1, paceMs)}`,
        ])
      }`;
    case "closes":
      return `server closes ${choice.of([1000, 1001, 1008, 1011, 1012, 1013, 3000, 4000, 4404])}`;
    case "says":
      return "server says 8";
    case "sends":
      return `user sends text ${choice.of([1, 8, 15])}`;
    case "reconnects":
      return "user reconnects";
    case "leave":
      return choice.of(["user closes", "user closes 4999 bye"]);
    default:
      return `server ${kind}`;
  }
}
