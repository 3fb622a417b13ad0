// Imports every entry point where each source of side effects is trapped: workerd, for one, forbids
// timers, randomness and AbortController in global scope.
const noted: string[] = [];

function trap(owner: object, name: string): void {
  const real: unknown = Reflect.get(owner, name);
  const note = (): void => void noted.push(name);
  const handler: ProxyHandler<() => unknown> = {
    apply: (target, self, args): unknown => (note(), Reflect.apply(target, self, args)),
    construct: (target, args, by): object => (note(), Reflect.construct(target, args, by)),
  };
  if (typeof real !== "function") throw new Error(`there is no ${name} to trap`);
  Object.defineProperty(owner, name, {
    configurable: true,
    writable: true,
    value: new Proxy(real as () => unknown, handler),
  });
}

const TRAPPED: readonly (readonly [owner: object, names: readonly string[]])[] = [
  [globalThis, ["setTimeout", "setInterval", "clearTimeout", "queueMicrotask", "fetch"]],
  [globalThis, ["AbortController", "WebSocket", "EventTarget", "Event", "Worker"]],
  [globalThis, ["addEventListener", "MessageEvent", "CloseEvent", "BroadcastChannel"]],
  [Math, ["random"]],
  [Date, ["now"]],
  [performance, ["now", "mark"]],
  [crypto, ["getRandomValues", "randomUUID"]],
  [console, ["log", "debug", "info", "warn", "error"]],
];

/** The names of the globals that are there. */
function globals(): string {
  return Reflect.ownKeys(globalThis).map(String).sort().join();
}

for (const [owner, names] of TRAPPED) names.forEach((name) => trap(owner, name));
const before = globals();
const modules = await Promise.all([
  import("../../../mod.ts"),
  import("../../../lib/core.ts"),
  import("../../../lib/backoff.ts"),
  import("../../../lib/trace.ts"),
  import("../../../lib/testing/mod.ts"),
  import("../../../lib/streams.ts"),
  import("../../../lib/preflight.ts"),
  import("../../../lib/wait.ts"),
  import("../../../lib/hidden.ts"),
  import("../../../lib/react.ts"),
  import("../../../lib/cli/main.ts"),
  import("../../../lib/resume/mod.ts"),
  import("../../../lib/resume/web_storage.ts"),
  import("../../../lib/resume/server/mod.ts"),
  import("../../../lib/resume/adapters/deno.ts"),
  import("../../../lib/resume/adapters/bun.ts"),
  import("../../../lib/resume/adapters/ws.ts"),
  import("../../../lib/resume/adapters/durable_object.ts"),
  import("../../../lib/resume/stores/sql.ts"),
  import("../../../lib/resume/stores/redis.ts"),
]);
const isUnchanged = globals() === before;
const uses = [...noted];
// The traps work: a client uses what the import did not.
noted.length = 0;
const [{ ReconnectingWebSocket }, , , , { fakeWorld }] = modules;
const { clock, network: { WebSocket, connectivity } } = fakeWorld();
const ws = new ReconnectingWebSocket(() => "wss://example.com", {
  sources: { WebSocket, clock, connectivity },
});
ws.addEventListener("statechange", () => {});
ws.close();
self.postMessage({
  uses,
  isUnchanged,
  usesOfAClient: [...new Set(noted)].sort(),
  values: modules.map((module) => Object.keys(module)),
});
