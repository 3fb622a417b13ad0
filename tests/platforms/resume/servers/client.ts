// deno-lint-ignore-file no-console no-explicit-any -- the parent reads it; ws by its shape
/**
 * A client on any runtime: `URL COUNT [LIBRARY]`. It prints what it sees.
 *
 * @module
 */

import process from "node:process";
import { ResumableWebSocket } from "../../../../lib/resume/mod.ts";

const [url = "", count = "", library = ""] = process.argv.slice(2);
const session = "user";
const print = (event: object): void => console.log(JSON.stringify({ session, ...event }));

const given = library ? ((await import(library)) as any).WebSocket : undefined;
const ws = new ResumableWebSocket(url, {
  auth: () => session,
  backoff: () => 5 + Math.random() * 20,
  ...given && { sources: { WebSocket: given } },
});
ws.addEventListener("message", ({ data }) => print({ type: "got", message: Number(data) }));
ws.addEventListener("lost", ({ why, unacked, isExact }) => {
  print({ type: "lost", why, unacked: unacked.map(Number), isExact });
});
await ws.opened;
for (let message = 0; message < Number(count); message++) {
  if (ws.send(`${message}`)) print({ type: "accepted", message });
  await new Promise((resolve) => setTimeout(resolve, 3));
}
await ws.confirmed();
await new Promise((resolve) => setTimeout(resolve, 500));
ws.close();
await ws.closed;
