/** Preflight against real servers on loopback. */

import { assert, assertEquals } from "@std/assert";
import { preflight, type PreflightOptions } from "../../lib/preflight.ts";
import { ReconnectingWebSocket, type ReconnectingWebSocketOptions } from "../../mod.ts";

interface Server extends AsyncDisposable {
  readonly url: string;
  /** What came, in order: `dial` or `get`. */
  readonly log: string[];
}

/** Answers requests so; refuses as many dials, with the same answer, and accepts the next. */
function serve(answer: () => Response | Promise<Response>, refusals = 1): Server {
  const log: string[] = [];
  const controller = new AbortController();
  let dials = 0;
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {}, signal: controller.signal },
    (request) => {
      const isDial = request.headers.get("upgrade") === "websocket";
      log.push(isDial ? "dial" : "get");
      if (!isDial) return answer();
      if (dials++ < refusals) return new Response(null, { status: 503 });
      return Deno.upgradeWebSocket(request).response;
    },
  );
  return {
    url: `ws://127.0.0.1:${server.addr.port}/feed`,
    log,
    async [Symbol.asyncDispose](): Promise<void> {
      controller.abort();
      await server.finished;
    },
  };
}

/** A client that is quick to try again. */
function connect(
  url: string,
  options?: PreflightOptions,
  more?: ReconnectingWebSocketOptions,
): ReconnectingWebSocket {
  const check = preflight(url, options);
  return new ReconnectingWebSocket(check.url, {
    shouldRetry: check.shouldRetry,
    backoff: () => 10,
    connectTimeoutMs: 5_000,
    ...more,
  });
}

for (
  const [what, init] of [
    ["200", { status: 200 }],
    ["302", { status: 302, headers: { Location: "http://127.0.0.1:1/elsewhere" } }],
    ["401", { status: 401, headers: { "WWW-Authenticate": "Basic" } }],
    ["403", { status: 403 }],
    ["404", { status: 404 }],
    ["426", { status: 426, headers: { Upgrade: "websocket" } }],
    ["429", { status: 429 }],
    ["503", { status: 503 }],
    ["503 with a Retry-After that is none", { status: 503, headers: { "Retry-After": "soon" } }],
  ] as const
) {
  Deno.test(`preflight() that a server answers with ${what} costs a healthy endpoint no attempt`, async () => {
    await using server = serve(() => new Response("body", init));
    await using ws = connect(server.url);
    await ws.opened;
    assertEquals(server.log, ["dial", "get", "dial"]);
  });
}

for (
  const [status, what, retryAfter] of [
    [429, "in seconds", () => "1"],
    [503, "in seconds", () => "1"],
    [503, "as a date", () => new Date(Date.now() + 2_000).toUTCString()],
  ] as const
) {
  Deno.test(`preflight() that a server answers with ${status} and Retry-After ${what} waits`, async () => {
    await using server = serve(() =>
      new Response(null, { status, headers: { "Retry-After": retryAfter() } })
    );
    await using ws = connect(server.url);
    const delays: number[] = [];
    ws.addEventListener("retry", ({ delayMs }) => delays.push(delayMs));
    const startMs = performance.now();
    await ws.opened;
    const tookMs = performance.now() - startMs;
    assertEquals([server.log, delays.length], [["dial", "get", "dial"], 2]);
    const [, delayMs = NaN] = delays;
    assert(delayMs > 500 && delayMs <= 3_000 && tookMs >= delayMs, `${delayMs} in ${tookMs} ms`);
  });
}

Deno.test("preflight() that a server never answers is given up, and the attempt goes on", async () => {
  const { promise, resolve } = Promise.withResolvers<Response>();
  await using server = serve(() => promise);
  await using ws = connect(server.url, { timeoutMs: 100 });
  await ws.opened;
  assertEquals(server.log, ["dial", "get", "dial"]);
  resolve(new Response());
});

Deno.test("preflight() whose answer never ends takes the head, and the attempt goes on", async () => {
  await using server = serve(() =>
    new Response(new ReadableStream({ start: (it) => it.enqueue(new Uint8Array(1)) }))
  );
  await using ws = connect(server.url);
  await ws.opened;
  assertEquals(server.log, ["dial", "get", "dial"]);
});

Deno.test("preflight() where no HTTP is spoken ends nothing", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  let connections = 0;
  const serving = (async (): Promise<void> => {
    for await (const connection of listener) {
      connections++;
      await connection.write(new TextEncoder().encode("SSH-2.0-OpenSSH_9.2\r\n")).catch(() => {});
      connection.close();
    }
  })();
  const { port } = listener.addr as Deno.NetAddr;
  const statuses: unknown[] = [];
  const ws = connect(`ws://127.0.0.1:${port}`, {
    shouldRetry: (_, status) => void statuses.push(status),
  }, { maxAttempts: 5 });
  const { error } = await ws.closed;
  assertEquals([error?.code, statuses], ["retry-limit", Array(6).fill(null)]);
  assert(connections >= 6, `${connections} connections`);
  listener.close();
  await serving;
});

Deno.test("preflight() where nothing listens ends nothing", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  const ws = connect(`ws://127.0.0.1:${port}`, {}, { maxAttempts: 4 });
  const { error } = await ws.closed;
  assertEquals(error?.code, "retry-limit");
});

Deno.test("preflight() that stands for a denied user: shouldRetry ends the client by the status", async () => {
  await using server = serve(() => new Response(null, { status: 403 }), Infinity);
  const ws = connect(server.url, {
    shouldRetry: (_, status) => status === 403 ? false : undefined,
  });
  const { error } = await ws.closed;
  assertEquals([error?.code, server.log], ["connect-failed", ["dial", "get", "dial"]]);
});
