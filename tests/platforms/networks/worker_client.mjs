// deno-lint-ignore-file explicit-function-return-type -- plain JavaScript: run by workerd as it is
/**
 * Clients in workerd: `POST /request` makes one in an ordinary request and answers when it is open,
 * `POST /wait-until` too, and asks for the request to be kept until the client ends; `POST /object`
 * makes one in a Durable Object. The body is `{ url, delayMs, heartbeat }`. Prints a line for each event.
 *
 * @module
 */
import { ReconnectingWebSocket } from "holdfast";

const print = (type, fields) => console.log(JSON.stringify({ atMs: Date.now(), type, ...fields }));

function connect({ url, delayMs, heartbeat }) {
  const ws = new ReconnectingWebSocket(url, { backoff: () => delayMs, heartbeat });
  for (const type of ["open", "message", "error", "close", "retry"]) {
    ws.addEventListener(
      type,
      ({ code, error, data }) => print(type, { code, data, error: error?.code }),
    );
  }
  return ws;
}

async function use(ws) {
  await ws.opened;
  ws.send("hello");
  await new Promise((resolve) => ws.addEventListener("message", resolve, { once: true }));
  return new Response("open");
}

export class Keeper {
  #ws;

  async fetch(request) {
    this.#ws ??= connect(await request.json());
    return await use(this.#ws);
  }
}

export default {
  async fetch(request, env, context) {
    const { pathname } = new URL(request.url);
    if (pathname === "/object") {
      return await env.KEEPER.get(env.KEEPER.idFromName("keeper")).fetch(request);
    }
    const ws = connect(await request.json());
    if (pathname === "/wait-until") context.waitUntil(ws.closed);
    return await use(ws);
  },
};
