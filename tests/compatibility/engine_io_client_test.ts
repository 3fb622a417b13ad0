/**
 * What engine.io-client, and so socket.io-client, relies on, whichever class is under it. Its server
 * here speaks the little of the protocol that the client needs.
 *
 * @module
 */

import {
  Socket as EngineSocket,
  WebSocket as WebSocketTransport,
} from "npm:engine.io-client@6.6.8";
import type { IncomingMessage } from "node:http";
import { type WebSocket, WebSocketServer } from "npm:ws@8.23.0";
import { assertBoth, emptied, openServer } from "./beside_native.ts";
import type { MortalServer, Serve } from "./mortal_server.ts";
import { type SocketClass, until } from "./trial.ts";

/** Longer messages are refused. */
const MAX_BYTES = 100;
const PING_MS = 50;

/** Opens sessions, echoes messages, and pings until the path says `/silent`. */
const serve: Serve = (http) => {
  const wss = new WebSocketServer({
    server: http,
    maxPayload: MAX_BYTES,
    verifyClient: ({ req }: { req: IncomingMessage }) => !req.url?.startsWith("/refused"),
  });
  wss.on("connection", (socket: WebSocket, { url = "" }: IncomingMessage) => {
    const times = { pingInterval: PING_MS, pingTimeout: PING_MS, maxPayload: MAX_BYTES };
    socket.on("error", () => {});
    socket.send(`0${JSON.stringify({ sid: "session", upgrades: [], ...times })}`);
    if (url.startsWith("/silent")) return;
    const timer = setInterval(() => socket.send("2"), PING_MS);
    socket.on("close", () => clearInterval(timer));
    socket.on("message", (data: Uint8Array, binary: boolean) => {
      if (binary) socket.send(data);
      else if (`${data}`.startsWith("4")) socket.send(`${data}`);
    });
  });
  return () => wss.close();
};

/** The transport for browsers, on a class of our choice. */
function transport(Socket: SocketClass, host?: string): typeof WebSocketTransport {
  return class extends WebSocketTransport {
    override doOpen(): this {
      // Outside browsers it is "nodebuffer", which only the class of `ws` knows.
      this.socket.binaryType = "arraybuffer";
      return super.doOpen();
    }
    override createSocket(uri: string, protocols?: string | string[]): globalThis.WebSocket {
      return new Socket(host ? `ws://${host}/` : uri, protocols);
    }
  };
}

/** A client, its events, and the server that it connects to. */
class Setting implements AsyncDisposable {
  readonly events: unknown[] = [];
  readonly messages: unknown[] = [];

  constructor(readonly server: MortalServer, readonly client: EngineSocket) {
    client.on("open", () => this.events.push("open"));
    client.on("message", (data) => this.messages.push(data));
    client.on("error", (error) => {
      const { message, type, description } = error as unknown as TransportError;
      this.events.push(["error", message, type, description.type]);
    });
    client.on("close", (reason, details) => {
      const close = (details as { readonly context?: CloseEvent } | undefined)?.context;
      this.events.push(["close", reason, ...(close ? [close.code || 1006, close.wasClean] : [])]);
    });
  }

  async opened(): Promise<void> {
    await until(() => this.events.includes("open"), "open");
  }

  async closed(): Promise<void> {
    await until(() => this.client.readyState === "closed", "the end of the client");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client.close();
    await this.closed();
    await emptied(this.server);
    await this.server.kill();
  }
}

interface TransportError extends Error {
  readonly type: string;
  readonly description: Event;
}

async function open(Socket: SocketClass, path = "/engine.io/"): Promise<Setting> {
  const server = await openServer(serve);
  const transports = [transport(Socket)];
  return new Setting(server, new EngineSocket(`ws://${server.host}`, { path, transports }));
}

Deno.test("engine.io-client sends and receives text and binary messages in order", async () => {
  await assertBoth(async (Socket) => {
    await using setting = await open(Socket);
    const { client, messages } = setting;
    await setting.opened();
    client.send("\u20ac\u{1f600}");
    client.send(Uint8Array.of(0, 1, 255).buffer);
    client.send("last");
    await until(() => messages.length === 3, "three messages");
    return messages.map((data) => data instanceof ArrayBuffer ? [...new Uint8Array(data)] : data);
  }, ["\u20ac\u{1f600}", [0, 1, 255], "last"]);
});

Deno.test("engine.io-client says with which code a server refused a message", async () => {
  await assertBoth(async (Socket) => {
    await using setting = await open(Socket);
    await setting.opened();
    setting.client.send("x".repeat(MAX_BYTES));
    await setting.closed();
    return [...setting.events];
  }, ["open", ["close", "transport close", 1009, true]]);
});

Deno.test("engine.io-client reports a refused upgrade once, as an error and a close", async () => {
  await assertBoth(async (Socket) => {
    await using setting = await open(Socket, "/refused/");
    await setting.closed();
    return [...setting.events];
  }, [["error", "websocket error", "TransportError", "error"], ["close", "transport error"]]);
});

Deno.test("engine.io-client reports a lost connection once, as an error and a close", async () => {
  await assertBoth(async (Socket) => {
    await using setting = await open(Socket);
    await setting.opened();
    await setting.server.kill();
    await setting.closed();
    return [...setting.events];
  }, [
    "open",
    ["error", "websocket error", "TransportError", "error"],
    ["close", "transport error"],
  ]);
});

Deno.test("engine.io-client goes on with the next transport when one is refused", async () => {
  await assertBoth(async (Socket) => {
    const gone = await openServer(serve);
    await gone.kill();
    const server = await openServer(serve);
    await using setting = new Setting(
      server,
      new EngineSocket(`ws://${server.host}`, {
        tryAllTransports: true,
        transports: [transport(Socket, gone.host), transport(Socket)],
      }),
    );
    await setting.opened();
    return [...setting.events];
  }, ["open"]);
});

Deno.test("engine.io-client closed while connecting opens nothing, and leaves nothing", async () => {
  await assertBoth(async (Socket) => {
    await using setting = await open(Socket);
    setting.client.close();
    setting.client.send("never");
    await setting.closed();
    await emptied(setting.server);
    return [setting.events, setting.messages];
  }, [[["close", "forced close"]], []]);
});

Deno.test("engine.io-client closes a connection on which no ping comes", async () => {
  await assertBoth(async (Socket) => {
    await using setting = await open(Socket, "/silent/");
    await setting.closed();
    await emptied(setting.server);
    return [...setting.events];
  }, ["open", ["close", "ping timeout"]]);
});

Deno.test("engine.io-client stays open while pings come", async () => {
  await assertBoth(async (Socket) => {
    await using setting = await open(Socket);
    let pings = 0;
    setting.client.on("ping", () => pings++);
    await until(() => pings > 4, "pings");
    return [...setting.events];
  }, ["open"]);
});
