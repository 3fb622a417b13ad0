import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { platform, runScript, type Script, scripts, type Subject } from "./event_scripts.ts";
import { listened } from "./listened_target.ts";

/** Ours: the short way, or `dispatchEvent` as a user calls it. */
function ours(): Subject {
  const { client, deliver } = listened();
  return {
    addEventListener: client.addEventListener.bind(client),
    removeEventListener: client.removeEventListener.bind(client),
    send: (native) =>
      native ? void client.dispatchEvent(new MessageEvent("message")) : deliver("", ""),
    owns: (value) => value === client,
  };
}

/**
 * The DOM Standard calls capturing listeners of the target first, and the others only if none
 * called stopPropagation(). No server runtime does so (Deno 2.9.6 and Node 24 keep one order, Bun
 * 1.4.5 ignores stopPropagation()), but one native target for each of the two passes does.
 */
function twoPasses(): Subject {
  const targets = [new EventTarget(), new EventTarget()] as const;
  const pass = (options: unknown): EventTarget =>
    (options as EventListenerOptions).capture ? targets[0] : targets[1];
  return {
    addEventListener: (type, callback, options) =>
      pass(options).addEventListener(type, callback, options),
    removeEventListener: (type, callback, options) =>
      pass(options).removeEventListener(type, callback, options),
    send(): void {
      let stopped = false;
      class Probe extends MessageEvent<unknown> {
        override stopPropagation(): void {
          stopped = true;
        }
        override stopImmediatePropagation(): void {
          stopped = true;
          super.stopImmediatePropagation();
        }
      }
      targets[0].dispatchEvent(new Probe("message"));
      if (!stopped) targets[1].dispatchEvent(new Probe("message"));
    },
    owns: (value) => value === targets[0] || value === targets[1],
  };
}

/** That both subjects give the same log. */
function agree(
  arbitrary: fc.Arbitrary<Script>,
  subject: () => Subject,
  oracle: () => Subject,
): fc.IProperty<[Script]> {
  return fc.property(arbitrary, (script) => {
    assertEquals(runScript(script, subject()), runScript(script, oracle()));
  });
}

const never = fc.constant(false);
const plain = scripts({ capture: never, native: fc.boolean() });
const short = scripts({ capture: fc.boolean(), native: never });
const native = scripts({ capture: fc.boolean(), native: fc.constant(true) });
const RUNS = { numRuns: 2_000 };

Deno.test("ListenerList always behaves like a native target, whichever way messages come", () => {
  fc.assert(agree(plain, ours, platform), RUNS);
});

Deno.test("ListenerList.deliver() always keeps the two passes of the DOM Standard", () => {
  fc.assert(agree(short, ours, twoPasses), RUNS);
});

Deno.test("dispatchEvent() always keeps the platform's order of capturing and other listeners", () => {
  fc.assert(agree(native, ours, platform), RUNS);
});

/** The short way again, with room for one mistake. */
function mistaken(mistake: string): Subject {
  interface Entry {
    callback: EventListenerObject;
    capture: boolean;
    once: boolean;
    removed: boolean;
    signal: AbortSignal | undefined;
  }
  const entries: Entry[] = [];
  const same = (entry: Entry, callback: unknown, capture: unknown): boolean =>
    entry.callback === callback &&
    (mistake === "dedupes across phases" || entry.capture === capture);
  const remove = (entry: Entry): void => {
    if (!entries.includes(entry)) return;
    entries.splice(entries.indexOf(entry), 1);
    if (mistake !== "calls what was removed") entry.removed = true;
  };
  const target = new EventTarget();
  return {
    addEventListener(_type, callback, options): void {
      const { capture, once, signal } = options as Required<AddEventListenerOptions>;
      if (signal?.aborted && mistake !== "ignores aborted signals") return;
      if (entries.some((entry) => same(entry, callback, capture))) return;
      const entry = { callback, capture, once, signal, removed: false } as Entry;
      entries.push(entry);
      if (mistake !== "ignores later aborts") {
        signal?.addEventListener("abort", () => remove(entry));
      }
    },
    removeEventListener(_type, callback, options): void {
      const { capture } = options as EventListenerOptions;
      const entry = entries.find((entry) => same(entry, callback, capture));
      if (entry) remove(entry);
    },
    send(): void {
      const state = { stopped: false, stoppedNow: false, current: target as EventTarget | null };
      class Probe extends MessageEvent<unknown> {
        override get target(): EventTarget {
          return target;
        }
        override get currentTarget(): EventTarget | null {
          return state.current;
        }
        override get eventPhase(): number {
          return state.current ? 2 : 0;
        }
        override composedPath(): EventTarget[] {
          return state.current ? [target] : [];
        }
        override stopPropagation(): void {
          state.stopped = true;
        }
        override stopImmediatePropagation(): void {
          state.stopped = state.stoppedNow = true;
        }
      }
      const event = new Probe("message");
      for (const capture of mistake === "keeps one order" ? [null] : [true, false]) {
        if (state.stopped && mistake !== "ignores stopPropagation()") break;
        for (const entry of mistake === "walks the live list" ? entries : [...entries]) {
          if (entry.removed || (capture !== null && entry.capture !== capture)) continue;
          if (entry.once && mistake !== "removes once listeners late") remove(entry);
          try {
            const { callback } = entry;
            if (typeof callback === "function") {
              (callback as EventListener).call(
                mistake === "binds no this" ? globalThis : target,
                event,
              );
            } else callback.handleEvent(event);
          } catch (error) {
            if (mistake === "stops at a throw") return;
            reportError(error);
          }
          if (entry.once) remove(entry);
          if (state.stoppedNow && mistake !== "ignores stopImmediatePropagation()") break;
        }
      }
      if (mistake !== "stays in dispatch") state.current = null;
    },
    owns: (value) => value === target,
  };
}

Deno.test("the comparison passes the mistaken target when it makes no mistake", () => {
  fc.assert(agree(short, () => mistaken("none"), twoPasses), RUNS);
});

for (
  const mistake of [
    "dedupes across phases",
    "calls what was removed",
    "ignores aborted signals",
    "ignores later aborts",
    "keeps one order",
    "ignores stopPropagation()",
    "walks the live list",
    "removes once listeners late",
    "binds no this",
    "stops at a throw",
    "ignores stopImmediatePropagation()",
    "stays in dispatch",
  ]
) {
  Deno.test(`the comparison finds a target that ${mistake}`, () => {
    const result = fc.check(agree(short, () => mistaken(mistake), twoPasses), RUNS);
    assertEquals(result.failed, true);
  });
}
