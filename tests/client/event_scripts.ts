/**
 * Random scripts of what listeners and their owners may do to an event target, run against any
 * number of targets, so that their logs can be compared.
 *
 * @module
 */

import fc from "fast-check";

/** The state of an event that its dispatch decides. */
export function recordDispatch(event: Event): {
  target: EventTarget | null;
  srcElement: EventTarget | null;
  currentTarget: EventTarget | null;
  eventPhase: number;
  composedPath: EventTarget[];
} {
  const { target, srcElement, currentTarget, eventPhase } = event;
  return { target, srcElement, currentTarget, eventPhase, composedPath: event.composedPath() };
}

/** Runs `body`; an error reported to the global scope goes to `onError` instead of ending the process. */
function interceptErrors(onError: (error: unknown) => void, body: () => void): void {
  const listen = (event: ErrorEvent): void => {
    event.preventDefault();
    onError(event.error);
  };
  addEventListener("error", listen);
  try {
    body();
  } finally {
    removeEventListener("error", listen);
  }
}

/** Runs `body`, and returns the errors that it reported to the global scope. */
export function collectReportedErrors(body: () => void): unknown[] {
  const errors: unknown[] = [];
  interceptErrors((error) => errors.push(error), body);
  return errors;
}

/** One step of a script, or of a listener. */
export type Action =
  | {
    do: "add";
    listener: number;
    capture: boolean;
    once: boolean;
    signal: number | null;
  }
  | { do: "remove"; listener: number; capture: boolean }
  | { do: "abort"; signal: number }
  | { do: "dispatch"; native: boolean }
  | { do: "stop" }
  | { do: "stopImmediate" }
  | { do: "throw" };

/** What the owner does, and what each listener does whenever it is called. */
export interface Script {
  readonly actions: readonly Action[];
  readonly reactions: readonly (readonly Action[])[];
}

/** What a script is run against. */
export interface Subject {
  addEventListener: EventTarget["addEventListener"];
  removeEventListener: EventTarget["removeEventListener"];
  /** Sends a message the short way, or natively. */
  send(native: boolean): void;
  /** Whether `value` stands for the target. */
  owns(value: unknown): boolean;
}

/** The platform's own target. */
export function platform(): Subject {
  const target = new EventTarget();
  return {
    addEventListener: target.addEventListener.bind(target),
    removeEventListener: target.removeEventListener.bind(target),
    send: () => void target.dispatchEvent(new MessageEvent("message")),
    owns: (value) => value === target,
  };
}

const LISTENERS = 4;
const SIGNALS = 2;

/** Scripts; `capture` says whether listeners may capture, `native` whether messages are sent natively. */
export function scripts(
  { capture, native }: { capture: fc.Arbitrary<boolean>; native: fc.Arbitrary<boolean> },
): fc.Arbitrary<Script> {
  const listener = fc.nat(LISTENERS - 1);
  const signal = fc.nat(SIGNALS - 1);
  const add = fc.record({
    do: fc.constant("add" as const),
    listener,
    capture,
    once: fc.boolean(),
    signal: fc.option(signal, { freq: 2 }),
  });
  const dispatch = fc.record({ do: fc.constant("dispatch" as const), native });
  const action = fc.oneof(
    { weight: 4, arbitrary: add },
    { weight: 3, arbitrary: dispatch },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant("remove" as const), listener, capture }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("abort" as const), signal }) },
    { weight: 1, arbitrary: fc.constant({ do: "stop" as const }) },
    { weight: 1, arbitrary: fc.constant({ do: "stopImmediate" as const }) },
    { weight: 1, arbitrary: fc.constant({ do: "throw" as const }) },
  );
  return fc.record({
    actions: fc.tuple(fc.array(add, { maxLength: 4 }), fc.array(action, { maxLength: 8 }), dispatch)
      .map(([first, middle, last]) => [...first, ...middle, last]),
    reactions: fc.array(fc.array(action, { maxLength: 3 }), {
      minLength: LISTENERS,
      maxLength: LISTENERS,
    }),
  });
}

/** Runs a script, and returns the log of everything that could be observed. */
export function runScript(script: Script, subject: Subject): string[] {
  const log: string[] = [];
  const controllers = Array.from({ length: SIGNALS }, () => new AbortController());
  let depth = 0;
  let budget = 60;
  const name = (value: unknown): string => subject.owns(value) ? "client" : String(value);
  const describe = (event: Event): string =>
    [
      `target ${name(event.target)}`,
      `current ${name(event.currentTarget)}`,
      `phase ${event.eventPhase}`,
      `path ${event.composedPath().map(name)}`,
      `prevented ${event.defaultPrevented}`,
    ].join(", ");
  let lastEvent: Event | null = null;

  const perform = (action: Action, event: Event | null): void => {
    if (--budget < 0) return;
    switch (action.do) {
      case "add":
        return subject.addEventListener("message", listeners[action.listener] ?? null, {
          capture: action.capture,
          once: action.once,
          ...action.signal !== null &&
            { signal: controllers[action.signal]?.signal as AbortSignal },
        });
      case "remove":
        return subject.removeEventListener("message", listeners[action.listener] ?? null, {
          capture: action.capture,
        });
      case "abort":
        return controllers[action.signal]?.abort();
      case "dispatch":
        if (depth === 3) return;
        depth++;
        lastEvent = null;
        subject.send(action.native);
        depth--;
        log.push(lastEvent ? `afterwards ${describe(lastEvent)}` : "nobody listened");
        return;
      case "stop":
        return event?.stopPropagation();
      case "stopImmediate":
        return event?.stopImmediatePropagation();
      case "throw":
        if (event) throw new Error("planned");
    }
  };
  const call = (id: number, self: unknown, event: Event): void => {
    lastEvent = event;
    log.push(`${" ".repeat(depth)}${id}, this ${name(self)}, ${describe(event)}`);
    for (const action of script.reactions[id] ?? []) perform(action, event);
    lastEvent = event;
  };
  const listeners = Array.from({ length: LISTENERS }, (_, id) =>
    id % 2
      ? {
        toString: () => `object ${id}`,
        handleEvent(event: Event): void {
          call(id, this, event);
        },
      }
      : function (this: unknown, event: Event): void {
        call(id, this, event);
      });

  interceptErrors(
    (error) => log.push(`reported ${(error as Error).message}`),
    () => script.actions.forEach((action) => perform(action, null)),
  );
  return log;
}
