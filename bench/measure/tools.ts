/**
 * What measurements share. They run on Deno, Node and Bun, from one bundle.
 */

import { FakeClock } from "../../lib/testing/mod.ts";

/** What one process measured. */
export type Figures = Record<string, number>;

interface Engine {
  readonly gc?: () => void;
  readonly Bun?: { gc(sync: boolean): void };
  readonly process: {
    readonly argv: string[];
    memoryUsage(): { heapUsed: number };
    cpuUsage(): { user: number; system: number };
    exit(code: number): void;
  };
}

/** What Deno, Node and Bun have in common beyond the web. */
export const engine = globalThis as unknown as Engine;

/** Collects all garbage; the runtime was started so that it can. */
export function collectGarbage(): void {
  if (engine.Bun) engine.Bun.gc(true);
  // Twice, as finalizers and weak references need a second look.
  else if (engine.gc) engine.gc();
  else throw new Error("Cannot collect garbage as the engine does not expose it");
}

/**
 * Milliseconds of processor time that this process has used, helper threads included: unlike the
 * wall clock it does not count what else runs on the host.
 */
export function cpuMs(): number {
  const { user, system } = engine.process.cpuUsage();
  return (user + system) / 1e3;
}

/**
 * Nanoseconds of one call, after a warm-up: the best of nine rounds, each long enough to hold the
 * collection of its own garbage.
 */
export function bestNs(call: () => void, calls = 100_000): number {
  for (let i = 0; i < 2 * calls; i++) call();
  const rounds = Array.from({ length: 9 }, () => {
    const startMs = cpuMs();
    for (let i = 0; i < calls; i++) call();
    return cpuMs() - startMs;
  });
  return Math.min(...rounds) / calls * 1e6;
}

/**
 * Puts a fake clock in the place of the global timers and of `Date.now`, for contestants that take
 * no clock. There is no way back, as the process ends with the measurement.
 */
export function installVirtualTime(): FakeClock {
  const clock = new FakeClock();
  type Callback = (...args: unknown[]) => void;
  Object.assign(globalThis, {
    setTimeout: (callback: Callback, delayMs: number, ...args: unknown[]) =>
      clock.setTimeout(args.length ? () => callback(...args) : callback, delayMs),
    clearTimeout: (handle: unknown) => clock.clearTimeout(handle),
  });
  Date.now = () => clock.now();
  return clock;
}

/** Lets promise jobs run: more in a row than any contestant chains. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await null;
}
