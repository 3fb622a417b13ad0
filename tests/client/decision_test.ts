import { assertEquals } from "@std/assert";
import { decisionOf } from "../../lib/features/decision.ts";
import type { RetryDecision } from "../../lib/features/retry.ts";

/** An object whose trap throws. */
function unreadable(trap: keyof ProxyHandler<object>): unknown {
  return new Proxy({}, {
    [trap](): never {
      throw new Error("a trap");
    },
  });
}

const DECISIONS: readonly (readonly [what: string, thrown: unknown, decision: RetryDecision])[] = [
  ["an own false", Object.assign(new Error(), { retry: false }), false],
  ["an own delay", { retry: { delayMs: 250 } }, { delayMs: 250 }],
  ["true", { retry: true }, undefined],
  ["a function", { retry: () => false }, undefined],
  ["a count", { retry: 3 }, undefined],
  ["a delay of Infinity", { retry: { delayMs: Infinity } }, undefined],
  ["a delay of NaN", { retry: { delayMs: NaN } }, undefined],
  ["a delay as text", { retry: { delayMs: "5" } }, undefined],
  ["null", { retry: null }, undefined],
  ["an inherited false", Object.create({ retry: false }), undefined],
  ["an accessor", Object.defineProperty({}, "retry", { get: () => false }), undefined],
  ["a delay that cannot be read", { retry: unreadable("get") }, undefined],
  ["what cannot be looked into", unreadable("getOwnPropertyDescriptor"), undefined],
  ["nothing thrown", undefined, undefined],
  ["null thrown", null, undefined],
  ["text thrown", "retry", undefined],
];

for (const [what, thrown, decision] of DECISIONS) {
  Deno.test(`decisionOf() takes ${what} for ${JSON.stringify(decision) ?? "no decision"}`, () => {
    assertEquals(decisionOf(thrown), decision);
  });
}
