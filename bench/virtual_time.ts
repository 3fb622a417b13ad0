import { FakeClock } from "../lib/testing/mod.ts";

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
