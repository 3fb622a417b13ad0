/** Platforms that lack some of what browsers have, from the start or from some moment on. */

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import vm from "node:vm";
import type { Bareness } from "./realms/bare.ts";
import { inRealm } from "./realm.ts";

/** Each life takes a worker of its own, which starts in 50 ms, but in 1 s where coverage is measured. */
const SIDE_BY_SIDE = 5;
const RUNS = 13;

/** What nothing can replace. A WebSocket is given to the clients here. */
const REQUIRED = ["EventTarget", "Event", "URL"] as const;

/** What V8 puts into every realm though engines lack it. */
const YOUNG = [
  "console",
  "queueMicrotask",
  "SharedArrayBuffer",
  "WeakRef",
  "FinalizationRegistry",
  "Intl",
  "Iterator",
  "DisposableStack",
  "AsyncDisposableStack",
  "SuppressedError",
];

const STATICS = [
  "Promise.withResolvers",
  "String.prototype.toWellFormed",
  "URL.canParse",
  "Symbol.dispose",
  "Symbol.asyncDispose",
];

/** The platform's part of the globals of this realm, and some of the language's newest. */
function optionalGlobals(): readonly string[] {
  const language: string[] = vm.runInNewContext("Object.getOwnPropertyNames(globalThis)");
  const kept = new Set<string>([...language, ...REQUIRED]);
  const own = Object.getOwnPropertyNames(globalThis).filter((name) => !kept.has(name));
  return [...own, ...YOUNG, ...STATICS];
}

const OPTIONAL = optionalGlobals();

/** What a user of a client sees there. */
async function lifeOn(bareness: Bareness): Promise<readonly unknown[]> {
  return await inRealm("bare", bareness) as readonly unknown[];
}

const usual = await lifeOn({ lacking: [], from: "import" });

const moments = fc.constantFrom<Bareness["from"][]>("import", "construction", "open", "waiting");
const some = fc.oneof(
  fc.subarray([...OPTIONAL]),
  fc.subarray([...OPTIONAL], { maxLength: 3 }),
);

/** Every one of some samples that are tried side by side. */
function sideBySide<T>(
  sample: fc.Arbitrary<T>,
  holds: (value: T) => Promise<void>,
): fc.IAsyncProperty<unknown> {
  const samples = fc.array(sample, { minLength: 1, maxLength: SIDE_BY_SIDE, size: "max" });
  return fc.asyncProperty(samples, async (values) => void await Promise.all(values.map(holds)));
}

function livesAsUsual(careless: NonNullable<Bareness["careless"]>): fc.IAsyncProperty<unknown> {
  return sideBySide(fc.tuple(some, moments), async ([lacking, from]) => {
    assertEquals(await lifeOn({ lacking, from, careless }), usual);
  });
}

function saysWhatIsMissing(
  careless: NonNullable<Bareness["careless"]>,
): fc.IAsyncProperty<unknown> {
  const lacking = fc.subarray([...REQUIRED], { minLength: 1 });
  const moment = fc.constantFrom<Bareness["from"][]>("import", "construction");
  return sideBySide(fc.tuple(lacking, some, moment), async ([required, others, from]) => {
    const log = await lifeOn({ lacking: [...required, ...others], from, careless });
    // The class that clients extend is there already.
    if (from === "construction" && `${required}` === "EventTarget") {
      return assertEquals(log, usual);
    }
    const texts = required.map((name) =>
      `TypeError: Cannot create a ReconnectingWebSocket as this platform has no ${name}`
    );
    assertEquals(log.length, 2);
    assert(texts.includes(`${log[1]}`), `${log[1]}`);
  });
}

Deno.test("a client always lives as usual, whatever optional globals are missing, or go meanwhile", async () => {
  await fc.assert(livesAsUsual({}), { numRuns: RUNS });
});

Deno.test("a client lives as usual without any of the optional globals", async () => {
  assertEquals(await lifeOn({ lacking: OPTIONAL, from: "import" }), usual);
});

Deno.test("the comparison of lives finds a client that needs a global", async () => {
  const { failed } = await fc.check(livesAsUsual({ open: "CloseEvent" }), {
    numRuns: RUNS,
    endOnFailure: true,
  });
  assert(failed);
});

Deno.test("an import never throws, and the constructor always names what it cannot do without", async () => {
  await fc.assert(saysWhatIsMissing({}), { numRuns: RUNS });
});

Deno.test("the property of imports finds a module that needs a global", async () => {
  const { failed } = await fc.check(saysWhatIsMissing({ import: "CloseEvent" }), {
    numRuns: RUNS,
    endOnFailure: true,
  });
  assert(failed);
});
