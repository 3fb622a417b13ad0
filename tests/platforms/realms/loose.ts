// Code whose class fields a bundler made assignments, where events have accessors, as in browsers.
import { realmInput } from "../realm.ts";

const { code, message } = await realmInput() as { code: string; message: boolean };

class PlatformMessageEvent extends Event {
  readonly #init: MessageEventInit;
  constructor(type: string, init: MessageEventInit = {}) {
    super(type);
    this.#init = init;
  }
  get data(): unknown {
    return this.#init.data ?? null;
  }
  get origin(): string {
    return this.#init.origin ?? "";
  }
}
if (message) Reflect.set(globalThis, "MessageEvent", PlatformMessageEvent);
else Reflect.deleteProperty(globalThis, "MessageEvent");

const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
const { ReconnectingWebSocket, fakeWorld } = await import(url);

/** The names of the own fields that lie over an accessor of a class further up. */
function shadows(object: object): readonly string[] {
  const names = new Set<string>();
  for (let up = Object.getPrototypeOf(object); up; up = Object.getPrototypeOf(up)) {
    for (const [name, { get, set }] of Object.entries(Object.getOwnPropertyDescriptors(up))) {
      if (get || set) names.add(name);
    }
  }
  return Object.getOwnPropertyNames(object).filter((name) => names.has(name));
}

const seen: unknown[] = [];
const shadowed: Record<string, readonly string[]> = {};
const { clock, network, sources } = fakeWorld();
const ws = new ReconnectingWebSocket("wss://example.com/feed", { sources });
for (const type of ["open", "message", "error", "close", "retry"]) {
  ws.addEventListener(type, (event: Event) => {
    const { data, origin, code, error } = event as unknown as Record<string, unknown>;
    seen.push([type, data, origin, code, (error as Error | undefined)?.name]);
    shadowed[type] = shadows(event);
    if (error) shadowed["error object"] = shadows(error as object);
  });
}
network.connections[0]?.accept();
network.connections[0]?.send("first");
network.connections[0]?.drop();
clock.tick(2_000);
network.connections[1]?.accept();
network.connections[1]?.send("second");
ws.close(4001);
clock.tick(0);
shadowed["client"] = shadows(ws);
self.postMessage({ seen, shadowed });
