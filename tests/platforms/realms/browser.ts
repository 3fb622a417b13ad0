// What a browser tells about the network and the page; first in a worker, then on a page.
import { type Connectivity, platformSources } from "../../../lib/sources.ts";

function define(name: string, value: unknown): void {
  Object.defineProperty(globalThis, name, { value, configurable: true });
}

/** The hints that all the events give, and how many more come after unsubscribing. */
function hear(connectivity: Connectivity | null, page: EventTarget): unknown {
  const hints: string[] = [];
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
  const release = connectivity?.subscribe((hint) => hints.push(hint));
  fire();
  release?.();
  release?.();
  const heard = [...hints];
  fire();
  return { heard, more: hints.length - heard.length };
}

let isOnline = true;
let visibility = "visible";
const page = Object.defineProperty(new EventTarget(), "visibilityState", { get: () => visibility });

const none = platformSources({}).connectivity;
const navigator = Object.defineProperty({}, "onLine", { get: () => isOnline });
define("navigator", navigator);
const { connectivity } = platformSources({});
const online = [connectivity?.online];
isOnline = false;
online.push(connectivity?.online);
const inWorker = hear(connectivity, page);
define("document", page);
const onPage = hear(platformSources({}).connectivity, page);
define("navigator", undefined);
const withoutNavigator = platformSources({}).connectivity;
self.postMessage({ none, online, inWorker, onPage, withoutNavigator });
