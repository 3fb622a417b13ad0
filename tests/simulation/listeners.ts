/**
 * The user's event listeners, with an own idea of who must be called, in which order.
 *
 * @module
 */

import type { Run } from "./run.ts";
import { EVENT_TYPES, type EventType } from "./seen.ts";

/** A registration, as the DOM Standard keeps it. */
export interface Entry {
  readonly id: string;
  readonly isOnce: boolean;
  isRemoved: boolean;
}

type Callback = (event: Event) => void;

/** Listeners by event; each id has one callback. */
export class Listeners {
  readonly #run: Run;
  readonly #entries = new Map<string, Entry[]>();
  readonly #callbacks = new Map<string, Callback | { handleEvent: Callback }>();
  #controller = new AbortController();
  #withSignal: [string, Entry][] = [];

  constructor(run: Run) {
    this.#run = run;
  }

  /** Whom an event of the type is due to, in order. */
  of(type: string): readonly Entry[] {
    return this.#entries.get(type) ?? [];
  }

  /** A listener that hears once has heard. */
  spend(type: string, entry: Entry): void {
    this.#cut(type, entry);
  }

  act(verb: string, type: string, id: string): void {
    const { client } = this.#run;
    if (!EVENT_TYPES.includes(type as EventType) && verb !== "drops-signal") return;
    const [name = "", option] = id.split("/");
    switch (verb) {
      case "listens": {
        const entry = this.#add(type, name, option === "once");
        client.addEventListener(type, this.#callback(type, name, option === "object"), {
          once: option === "once",
          ...(option === "signal" && { signal: this.#controller.signal }),
        });
        if (entry && option === "signal") this.#withSignal.push([type, entry]);
        return;
      }
      case "forgets":
        this.#remove(type, name);
        return client.removeEventListener(type, this.#callback(type, name, false));
      case "sets-slot":
      case "clears-slot": {
        const slot = `on${type}`;
        if (!["onopen", "onmessage", "onerror", "onclose"].includes(slot)) return;
        if (verb === "clears-slot") this.#remove(type, "slot");
        else this.#add(type, "slot", false);
        Reflect.set(client, slot, verb === "sets-slot" ? this.#handler(type) : null);
        return;
      }
      case "drops-signal":
        for (const [type, entry] of this.#withSignal) this.#cut(type, entry);
        this.#withSignal = [];
        this.#controller.abort();
        this.#controller = new AbortController();
    }
  }

  #add(type: string, id: string, isOnce: boolean): Entry | undefined {
    const entries = this.#entries.get(type) ?? [];
    if (entries.some((entry) => entry.id === id)) return;
    const entry = { id, isOnce, isRemoved: false };
    this.#entries.set(type, [...entries, entry]);
    return entry;
  }

  #remove(type: string, id: string): void {
    const entry = this.of(type).find((entry) => entry.id === id);
    if (entry) this.#cut(type, entry);
  }

  #cut(type: string, entry: Entry): void {
    entry.isRemoved = true;
    this.#entries.set(type, this.of(type).filter((other) => other !== entry));
  }

  #callback(type: string, id: string, isObject: boolean): Callback | { handleEvent: Callback } {
    const key = `${type} ${id}`;
    const known = this.#callbacks.get(key);
    if (known) return known;
    const call = (): void => this.#heard(type as EventType, id);
    const callback = isObject ? { handleEvent: call } : call;
    this.#callbacks.set(key, callback);
    return callback;
  }

  #handler(type: string): Callback {
    return () => this.#heard(type as EventType, "slot");
  }

  #heard(type: EventType, id: string): void {
    if (this.#run.user.isDispatching) {
      const entry = this.of(type).find((entry) => entry.id === id);
      if (entry?.isOnce) this.#cut(type, entry);
      return;
    }
    this.#run.emit({ kind: "listener", type, id });
    this.#run.enter(`${type}+`);
  }
}
