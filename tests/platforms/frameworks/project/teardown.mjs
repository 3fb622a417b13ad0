/**
 * The environment of Vitest's that is taken away under clients, as at the end of a file of tests:
 * `teardown.mjs ENVIRONMENT SERVER REFUSED`. Prints what escaped, and that the clients went on.
 *
 * @module
 */
import process from "node:process";
import { builtinEnvironments } from "vitest/runtime";
import { WebSocket } from "ws";
import { leaveBehind } from "./left_behind.mjs";

/** Longer than the clients' timers, and than the server needs to drop a connection. */
const LATER_MS = 2_000;
const sleep = (delayMs) => new Promise((resolve) => setTimeout(resolve, delayMs));

const [name, server, refused] = process.argv.slice(2);
const escaped = [];
for (const type of ["uncaughtException", "unhandledRejection"]) {
  process.on(type, (error) => escaped.push(`${error}`));
}
const environment = await builtinEnvironments[name].setup(globalThis, { [name]: {} });
const { ReconnectingWebSocket } = await import("@holdfast/websocket");
const { clients, dispatched } = await leaveBehind(ReconnectingWebSocket, server, refused, {
  sources: { WebSocket },
});
await environment.teardown(globalThis);
dispatched.clear();
await sleep(LATER_MS);
for (const ws of clients) ws.close();
const endings = await Promise.race([
  Promise.all(clients.map(({ closed }) => closed)),
  sleep(LATER_MS).then(() => []),
]);
console.log(JSON.stringify({
  ...{ escaped, document: typeof document },
  ...{ dispatched: [...dispatched].sort(), ended: endings.length },
}));
process.exit();
