// A polyfill that a program installs after its imports, as bundlers put them first.
const Late = globalThis.EventTarget;
Reflect.deleteProperty(globalThis, "EventTarget");
const { ReconnectingWebSocket } = await import("../../mod.ts");
const { fakeWorld } = await import("../../lib/testing/mod.ts");
globalThis.EventTarget = Late;
const log: string[] = [];
for (const name of ["first", "second"]) {
  const { network, sources } = fakeWorld();
  const ws = new ReconnectingWebSocket("wss://example.com/feed", { sources });
  ws.addEventListener("open", ({ type, target }) => {
    log.push(`${name} ${type} ${target === ws} ${ws instanceof Late}`);
  });
  ws.onmessage = ({ data }): void => void log.push(`${name} ${data}`);
  network.connections[0]?.accept();
  network.connections[0]?.send("hello");
}
self.postMessage(log);

export {};
