/**
 * Plays the tests of a module for one mutant after the other, in this process: `session.ts FIRST FILE...`
 * in a folder with `mutants.json` and the module instrumented, where a mutant is switched on by
 * its id. Only the tests that reach a mutant are played, the quick ones first. Prints a line of JSON before
 * each test, with the time that it may take, and one for each mutant, the first of which is FIRST.
 *
 * What a mutant leaves behind must not kill the next: now and then all tests are played without one, and
 * must pass.
 *
 * @module
 */

import type { Mutant, Notice, Verdict } from "./run.ts";

/** How many kills may be between two looks at the tests without a mutant. */
const KILLS = 20;

/** How many times as long a test may wait as it did without a mutant, and how long at least. */
const PATIENCE = 10;
const LEAST_WAIT_MS = 2_000;
const MAX_WAIT_MS = 300_000;

type Counts = Record<string, number>;

/** What Stryker's instrumented code looks at, and writes. */
interface Switch {
  activeMutant?: string | undefined;
  currentTestId?: string | undefined;
  /** Once over the limit, which an endless loop is, the code throws. */
  hitCount?: number | undefined;
  hitLimit?: number;
  mutantCoverage?: { readonly static: Counts; readonly perTest: Record<string, Counts> };
}

type Play = (context: unknown) => unknown;

interface Test {
  readonly name: string;
  readonly play: Play;
  tookMs: number;
}

const [first = "0", ...files] = Deno.args;
// Tests put fake ones in their place.
const { clearTimeout, setTimeout } = globalThis;
const print = console.log;
console.log = console.warn = console.error = (): void => {};
const tests: Test[] = [];
const stryker: Switch = {};
Reflect.set(globalThis, "__stryker__", stryker);
Reflect.set(Deno, "test", (...args: readonly unknown[]) => {
  const options = args.find((arg) => typeof arg === "object" && arg !== null) as
    | { readonly name?: string; readonly fn?: Play; readonly ignore?: boolean }
    | undefined;
  const play = args.find((arg) => typeof arg === "function") as Play | undefined;
  const name = args.find((arg) => typeof arg === "string") as string | undefined;
  tests.push({
    name: name ?? options?.name ?? "",
    play: options?.ignore ? () => {} : play ?? options?.fn ?? (() => {}),
    tookMs: Infinity,
  });
});
for (const file of files) await import(`${Deno.cwd()}/tests/${file}`);
const mutants: readonly Mutant[] = JSON.parse(await Deno.readTextFile("mutants.json"));

/** The first test that fails, or null. */
async function failing(chosen: readonly Test[]): Promise<string | null> {
  for (const { name, play, tookMs } of chosen) {
    const limitMs = Math.min(MAX_WAIT_MS, Math.max(LEAST_WAIT_MS, PATIENCE * tookMs));
    const isReady = stryker.activeMutant !== undefined;
    print(JSON.stringify({ limitMs, isReady } satisfies Notice));
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(reject, limitMs);
    try {
      await Promise.race([play(CONTEXT), late]);
    } catch {
      return name;
    } finally {
      clearTimeout(timer);
    }
  }
  return null;
}

/** As Deno's context of a test, as far as tests use it. */
const CONTEXT = {
  async step(name: string, play: Play): Promise<boolean> {
    void name;
    await play(CONTEXT);
    return true;
  },
};

async function mustPass(chosen: readonly Test[], when: string): Promise<void> {
  stryker.activeMutant = undefined;
  stryker.hitCount = undefined;
  const name = await failing(chosen);
  if (name !== null) throw new Error(`Cannot judge mutants as '${name}' fails ${when}`);
}

for (const test of tests) {
  stryker.currentTestId = test.name;
  const startMs = performance.now();
  await mustPass([test], "without a mutant");
  test.tookMs = performance.now() - startMs;
}
stryker.currentTestId = undefined;
tests.sort((a, b) => a.tookMs - b.tookMs);
const { static: onImport = {}, perTest = {} } = stryker.mutantCoverage ?? {};
let kills = 0;
for (const [index, { id }] of mutants.entries()) {
  if (index < Number(first)) continue;
  const reaching = tests.filter(({ name }) => perTest[name]?.[id]);
  const hits = Math.max(0, ...reaching.map(({ name }) => perTest[name]?.[id] ?? 0));
  Object.assign(stryker, { activeMutant: id, hitCount: 0, hitLimit: 30 * hits + 3_000 });
  const killer = await failing(reaching);
  // What runs on import ran without it, and what no test reaches here may be reached in a worker.
  const isOpen = killer === null && (!!onImport[id] || reaching.length === 0);
  const verdict: Verdict = { index, killer, isOpen };
  print(JSON.stringify(verdict));
  if (killer !== null && ++kills % KILLS === 0) await mustPass(tests, `after mutant ${index}`);
}
await mustPass(tests, "after all mutants");
Deno.exit(0);
