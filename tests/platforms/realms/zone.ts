// Under zone.js, which patches addEventListener: before the client is imported, or after.
import { realmInput } from "../realm.ts";

interface ZoneLike {
  readonly name: string;
  fork(spec: { name: string }): ZoneLike;
  run<T>(callback: () => T): T;
}

const when = await realmInput();
const loadZone = async (): Promise<unknown> => await import("npm:zone.js@0.16.3");

if (when === "before") await loadZone();
const [{ ReconnectingWebSocket }, { fakeWorld }] = await Promise.all([
  import("../../../mod.ts"),
  import("../../../lib/testing/mod.ts"),
]);
if (when === "after") await loadZone();

const { current: root } = Reflect.get(globalThis, "Zone") as { readonly current: ZoneLike };
const zoneName = (): string =>
  (Reflect.get(globalThis, "Zone") as { current: ZoneLike }).current.name;
const [inside, other] = [root.fork({ name: "inside" }), root.fork({ name: "other" })];

const log: string[] = [];
const read = (): string[] => log.splice(0);
const say = (text: string) => (): void => void log.push(`${text} in ${zoneName()}`);
globalThis.addEventListener("error", (event) => {
  event.preventDefault();
  log.push(`reported ${event.error.message}`);
});

const { clock, network, sources } = fakeWorld();
/** A client that is made in a zone and open. */
function open(zone: ZoneLike): InstanceType<typeof ReconnectingWebSocket> {
  const ws = zone.run(() => new ReconnectingWebSocket("wss://example.com/feed", { sources }));
  network.connections.at(-1)?.accept();
  return ws;
}
const send = (data: string): void => network.connections.at(-1)?.send(data);

const results: Record<string, unknown> = {};

for (const zone of [root, inside, other]) {
  const ws = open(zone);
  for (const type of ["message", "close", "retry", "open"]) {
    inside.run(() => ws.addEventListener(type, say(type)));
  }
  inside.run(() => ws.onmessage = say("onmessage"));
  inside.run(() => ws.addEventListener("message", { handleEvent: say("handleEvent") }));
  root.run(() => ws.addEventListener("message", say("message")));
  send("one");
  network.connections.at(-1)?.drop();
  clock.tick(2_000);
  network.connections.at(-1)?.accept();
  results[`made in ${zone.name}`] = read();
  ws.close();
  clock.tick(0);
  read();
}

const ws = open(root);
const controller = new AbortController();
const gone = say("removed");
const late = say("removed meanwhile");
inside.run(() => {
  ws.addEventListener("message", say("once"), { once: true });
  ws.addEventListener("message", say("signal"), { signal: controller.signal });
  ws.addEventListener("message", gone);
  ws.addEventListener("message", () => ws.removeEventListener("message", late));
  ws.addEventListener("message", late);
});
ws.removeEventListener("message", gone);
send("one");
results["the first message"] = read();
controller.abort();
send("two");
results["the second message"] = read();

inside.run(() => {
  ws.addEventListener("message", () => {
    throw new Error("of a listener");
  }, { once: true });
  ws.addEventListener("message", ({ data, origin, target, currentTarget, eventPhase }) => {
    log.push(`${data} ${origin} ${target === ws} ${currentTarget === ws} ${eventPhase}`);
  });
});
send("three");
results["a listener that throws"] = read();

let kept: MessageEvent | undefined;
ws.addEventListener("message", (event) => void (kept = event), { once: true });
inside.run(() => ws.addEventListener("message", (event) => event.stopImmediatePropagation()));
inside.run(() => ws.addEventListener("message", say("stopped")));
send("four");
results["stopImmediatePropagation()"] = read();

const { target, currentTarget, eventPhase } = kept as MessageEvent;
results["after the dispatch"] = [target === ws, currentTarget, eventPhase];
const elsewhere = new EventTarget();
inside.run(() =>
  elsewhere.addEventListener("message", (event) => {
    log.push(`${(event as MessageEvent).data} ${event.target === elsewhere} in ${zoneName()}`);
  })
);
elsewhere.dispatchEvent(kept as MessageEvent);
results["dispatched again"] = read();
ws.dispatchEvent(new MessageEvent("message", { data: "of a user" }));
results["a user's message"] = read();
self.postMessage(results);
