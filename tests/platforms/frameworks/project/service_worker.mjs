// deno-lint-ignore-file explicit-function-return-type -- plain JavaScript: Chromium runs it as it is
/**
 * An extension's service worker. Each time it is started it lives the one life, posts what it saw, and
 * leaves a client that is open.
 *
 * @module
 */
import { ReconnectingWebSocket } from "@holdfast/websocket";
import { live } from "./life.mjs";

const { chrome } = globalThis;

// A service worker may not await at its top level.
async function main() {
  const { server, origin } = await (await fetch("job.json")).json();
  const life = await live(ReconnectingWebSocket, server);
  const left = new ReconnectingWebSocket(server);
  await left.opened;
  const result = { ...life, document: typeof document };
  await fetch(`${origin}/result`, { method: "POST", body: JSON.stringify(result) });
}

// What starts it again.
chrome.runtime.onMessage.addListener(() => {});
main();
