// A platform that lacks some globals, from the start or from some moment in the life of a client.
import type { ReconnectingWebSocket } from "../../../mod.ts";
import type { FakeWorld } from "../../../lib/testing/mod.ts";
import { realmInput } from "../realm.ts";

/** What to delete, and when; and what a careless library would use, at import and in a listener. */
export interface Bareness {
  readonly lacking: readonly string[];
  readonly from: "import" | "construction" | "open" | "waiting";
  readonly careless?: { readonly [when in "import" | "open"]?: string };
}

const { lacking, from, careless = {} } = await realmInput() as Bareness;
// What this realm needs itself.
const post = self.postMessage.bind(self);
const later = setTimeout;
const log: unknown[] = [];
for (const type of ["error", "unhandledrejection"]) {
  globalThis.addEventListener(type, (event) => event.preventDefault());
}

const turn = (): Promise<void> => new Promise((resolve) => later(resolve, 1));

/** Deletes a global, a static or a method, named as in `Promise.withResolvers`. */
function remove(path: string): void {
  const names = path.split(".");
  const name = names.pop() as string;
  const owner = names.reduce<unknown>(
    (object, key) => (object as Record<string, unknown> | undefined)?.[key],
    globalThis,
  );
  if (!owner) return;
  if (name !== "dispose" && name !== "asyncDispose") {
    if (!Reflect.deleteProperty(owner as object, name)) throw new Error(`Cannot delete ${path}`);
    return;
  }
  // These two cannot be deleted: another Symbol without them takes the place of the real one.
  const bare = ((text: string): symbol => real(text)) as unknown as SymbolConstructor;
  const real = Symbol;
  const { [name]: _, ...statics } = Object.getOwnPropertyDescriptors(real);
  Object.defineProperties(bare, statics);
  globalThis.Symbol = bare;
}

function strip(now: Bareness["from"]): void {
  if (now === from) lacking.forEach(remove);
}

function use(name: string | undefined): void {
  if (name && !(name in globalThis)) throw new ReferenceError(`${name} is not defined`);
}

/** Everything that a user sees of one life: each event with its fields, and what is thrown. */
async function live(create: () => [ReconnectingWebSocket, FakeWorld]): Promise<void> {
  const [ws, { clock, network }] = create();
  const names = ["dispose", "asyncDispose"] as const;
  log.push(
    names.map((name) => typeof Reflect.get(ws, Symbol[name] ?? Symbol.for(`Symbol.${name}`))),
  );
  const types = ["statechange", "open", "message", "error", "close", "retry", "drop"];
  for (const type of types) {
    ws.addEventListener(type, (event) => log.push(describe(event, ws)));
  }
  ws.send("queued €");
  ws.send(new Uint8Array([1, 2, 3]));
  await turn();
  network.connections[0]?.accept();
  network.connections[0]?.send("welcome");
  await turn();
  strip("open");
  log.push(nameOfThrow(() => use(careless.open)));
  network.connections[0]?.send("first");
  network.connections[0]?.send(new Uint8Array([4, 5]));
  await turn();
  network.connections[0]?.drop();
  await turn();
  strip("waiting");
  ws.send("lone \ud800");
  clock.tick(5_000);
  await turn();
  network.connections[1]?.accept();
  network.connections[1]?.send("welcome");
  await turn();
  network.connections[1]?.send("second");
  log.push(network.connections.map(({ received }) => received.map(String)), ws.bufferedAmount);
  log.push(...[
    () => ws.close(5),
    () => ws.close(1000, "x".repeat(200)),
    () => ws.send(Symbol.iterator as never),
  ].map(nameOfThrow));
  ws.close(4001, "done");
  clock.tick(0);
  const { code, reason, wasClean, error } = await ws.closed;
  log.push({ code, reason, wasClean, error }, nameOfThrow(() => ws.reconnect()));
  await ws.opened;
  await turn();
}

function describe(event: Event, ws: ReconnectingWebSocket): unknown {
  const { type, target, data, origin, code, reason, wasClean, willRetry, attempt, delayMs, error } =
    event as unknown as Record<string, unknown>;
  const { state, previous, lastEventId, source, ports } = event as unknown as Record<
    string,
    unknown
  >;
  return JSON.stringify([
    ws.readyState,
    { type, data, origin, code, reason, wasClean, willRetry, attempt, delayMs, state, previous },
    { lastEventId, source, ports, isTarget: target === ws, error: (error as Error)?.message },
  ]);
}

function nameOfThrow(action: () => unknown): string {
  try {
    action();
    return "nothing";
  } catch (error) {
    return (error as Error).name;
  }
}

strip("import");
try {
  use(careless.import);
  const [mod, , , { fakeWorld }] = await Promise.all([
    import("../../../mod.ts"),
    import("../../../lib/backoff.ts"),
    import("../../../lib/trace.ts"),
    import("../../../lib/testing/mod.ts"),
    import("../../../lib/streams.ts"),
    import("../../../lib/preflight.ts"),
    import("../../../lib/wait.ts"),
    import("../../../lib/hidden.ts"),
  ]);
  const methods = Object.getOwnPropertyNames(mod.ReconnectingWebSocket.prototype);
  log.push(methods.filter((name) => name === "undefined"));
  strip("construction");
  await live(() => {
    const world = fakeWorld();
    const ws = new mod.ReconnectingWebSocket(() => "wss://example.com/feed", {
      sources: { ...world.sources, random: () => 0.5 },
      handshake: async ({ receive, send }) => {
        send("hello");
        await receive();
      },
      heartbeat: { message: "ping" },
    });
    return [ws, world];
  });
} catch (error) {
  log.push(`${error}`);
}
post(log);
