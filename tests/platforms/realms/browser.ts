// What a browser knows about the network and the page; first in a worker, then on a page.
import type { DoorFeature } from "../../../lib/client/feature.ts";
import type { Client } from "../../../lib/client/client.ts";
import { connectivity } from "../../../lib/features/connectivity.ts";
import type { Input } from "../../../lib/machine/state.ts";

function define(name: string, value: unknown): void {
  Object.defineProperty(globalThis, name, { value, configurable: true });
}

/** A client that only notes what it is to do. */
function clientOf(apply: (input: Input) => void): Client {
  const clock = { now: () => 0 };
  return { apply, parts: { clock, random: () => 0.5 }, releases: [] } as unknown as Client;
}

/** The hints that all the events give, and how many more come after unsubscribing. */
function follow(): unknown {
  const { listenToNetwork }: DoorFeature = connectivity();
  const hints: unknown[] = [];
  const fire = (): void => {
    for (const type of ["offline", "online"]) globalThis.dispatchEvent(new Event(type));
    visibility = "hidden";
    page.dispatchEvent(new Event("visibilitychange"));
    visibility = "visible";
    page.dispatchEvent(new Event("visibilitychange"));
    page.dispatchEvent(new Event("resume"));
    // Every page load fires it; only one that was kept is shown again.
    for (const persisted of [false, true]) {
      globalThis.dispatchEvent(Object.assign(new Event("pageshow"), { persisted }));
    }
  };
  const client = clientOf((input) => void hints.push(input.type === "hint" && input.hint));
  listenToNetwork?.(client);
  fire();
  const [release] = client.releases;
  release?.();
  release?.();
  const noted = [...hints];
  fire();
  return { noted, more: hints.length - noted.length };
}

let visibility = "visible";
const page = Object.defineProperty(new EventTarget(), "visibilityState", { get: () => visibility });

const none = (connectivity() as DoorFeature).listenToNetwork ?? null;
define("navigator", { onLine: false });
const inWorker = follow();
define("document", page);
const onPage = follow();
define("navigator", undefined);
const withoutNavigator = (connectivity() as DoorFeature).listenToNetwork ?? null;
self.postMessage({ none, inWorker, onPage, withoutNavigator });
