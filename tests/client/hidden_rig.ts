/** What the tests of `pauseWhileHidden()` share: a page that is hidden, cached and shown by hand. */

import { type HiddenOptions, pauseWhileHidden, type Release } from "../../lib/hidden.ts";
import type { FakeClock } from "../../lib/testing/mod.ts";
import { openRig, type Rig, rig, type RigOptions } from "./rig.ts";

/** An EventTarget that counts its listeners. */
class Counted extends EventTarget {
  readonly #types = new Set<string>();
  /** One a type. */
  get listeners(): number {
    return this.#types.size;
  }
  override addEventListener(...args: Parameters<EventTarget["addEventListener"]>): void {
    this.#types.add(args[0]);
    super.addEventListener(...args);
  }
  override removeEventListener(...args: Parameters<EventTarget["removeEventListener"]>): void {
    this.#types.delete(args[0]);
    super.removeEventListener(...args);
  }
}

/** A page without a browser. */
export class FakePage {
  readonly document: Counted & { visibilityState: string } = Object.assign(new Counted(), {
    visibilityState: "visible",
  });
  readonly window: Counted = new Counted();
  isCached = false;

  get isHidden(): boolean {
    return this.isCached || this.document.visibilityState === "hidden";
  }

  get listeners(): number {
    return this.document.listeners + this.window.listeners;
  }

  see(visibilityState: "hidden" | "visible"): void {
    this.document.visibilityState = visibilityState;
    this.document.dispatchEvent(new Event("visibilitychange"));
  }

  hide(): void {
    this.see("hidden");
  }

  show(): void {
    this.see("visible");
  }

  cache(): void {
    this.isCached = true;
    this.window.dispatchEvent(Object.assign(new Event("pagehide"), { persisted: true }));
  }

  restore(): void {
    this.isCached = false;
    this.window.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));
  }
}

/** Timers of the helper alone. */
export function countedClock(clock: FakeClock): {
  clock: Pick<FakeClock, "now" | "setTimeout" | "clearTimeout">;
  pending: () => number;
} {
  const pending = new Set<unknown>();
  return {
    pending: () => pending.size,
    clock: {
      now: () => clock.now(),
      setTimeout(callback, delayMs): unknown {
        const handle = clock.setTimeout(() => {
          pending.delete(handle);
          callback();
        }, delayMs);
        pending.add(handle);
        return handle;
      },
      clearTimeout(handle): void {
        pending.delete(handle);
        clock.clearTimeout(handle);
      },
    },
  };
}

export interface HiddenRig extends Rig {
  readonly page: FakePage;
  readonly release: Release;
  /** Timers of the helper. */
  readonly timers: () => number;
}

/** An open client on a page, tied to it. */
export function hiddenRig(options: HiddenOptions = {}, of: RigOptions = {}): HiddenRig {
  return tie(openRig({ stableAfterMs: 0, ...of }), options);
}

/** A client that dials. */
export function dialingRig(options: HiddenOptions = {}): HiddenRig {
  return tie(rig({ stableAfterMs: 0 }), options);
}

function tie(it: Rig, options: HiddenOptions): HiddenRig {
  const page = new FakePage();
  const { clock, pending } = countedClock(it.clock);
  const { document, window } = page;
  const sources = { document, window, clock, random: () => 0.5, ...options.sources };
  const release = pauseWhileHidden(it.ws, { ...options, sources });
  return Object.defineProperties({ page, release, timers: pending }, {
    ...Object.getOwnPropertyDescriptors(it),
  }) as HiddenRig;
}
