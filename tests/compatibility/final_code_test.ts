/**
 * How libraries see a server that closes cleanly with a code that this client takes as final. For
 * them it is a close like any other, and an `error` before it would be another outcome.
 *
 * @module
 */

import {
  Socket as EngineSocket,
  WebSocket as WebSocketTransport,
} from "npm:engine.io-client@6.6.8";
// @ts-types="npm:@types/phoenix@1.6.7"
import { Socket as PhoenixSocket } from "npm:phoenix@1.8.16";
import { webSocket } from "npm:rxjs@7.8.2/webSocket";
import { type WebSocket, WebSocketServer } from "npm:ws@8.23.0";
import { assertBoth, openServer } from "./beside_native.ts";
import type { Serve } from "./mortal_server.ts";
import { until } from "./trial.ts";

const CODE = 4403;

/** Accepts, sends a first message, and closes. */
function closing(first: string): Serve {
  return (http) => {
    const wss = new WebSocketServer({ server: http });
    wss.on("connection", (socket: WebSocket) => {
      socket.send(first);
      socket.close(CODE, "no");
    });
    return () => wss.close();
  };
}

Deno.test("RxJS completes at a clean close with a final code", async () => {
  await assertBoth(async (WebSocketCtor) => {
    await using server = await openServer(closing("1"));
    const events: unknown[] = [];
    webSocket({ url: `ws://${server.host}/`, WebSocketCtor }).subscribe({
      next: (value) => events.push(value),
      error: ({ type }) => events.push(type),
      complete: () => events.push("complete"),
    });
    await until(() => events.length === 2, "the end");
    return events;
  }, [1, "complete"]);
});

Deno.test("engine.io-client sees a clean close with a final code as a close of its transport", async () => {
  const handshake = { sid: "session", upgrades: [], pingInterval: 1_000, pingTimeout: 1_000 };
  await assertBoth(async (Socket) => {
    class Transport extends WebSocketTransport {
      override createSocket(uri: string, protocols?: string | string[]): globalThis.WebSocket {
        return new Socket(uri, protocols);
      }
    }
    await using server = await openServer(closing(`0${JSON.stringify(handshake)}`));
    const events: unknown[] = [];
    const client = new EngineSocket(`ws://${server.host}`, { transports: [Transport] });
    client.on("error", () => events.push("error"));
    client.on("close", (reason, details) => {
      const { context } = details as { readonly context?: CloseEvent };
      events.push([reason, context?.code, context?.wasClean]);
    });
    await until(() => client.readyState === "closed", "the end");
    return events;
  }, [["transport close", CODE, true]]);
});

Deno.test("phoenix sees a clean close with a final code, and no error", async () => {
  await assertBoth(async (transport) => {
    await using server = await openServer(closing("[]"));
    const events: unknown[] = [];
    const client = new PhoenixSocket(`ws://${server.host}/socket`, {
      transport,
      reconnectAfterMs: () => 10,
    });
    client.onError(() => void events.push("error"));
    client.onClose(({ code, reason, wasClean }: CloseEvent) => {
      events.push([code, reason, wasClean]);
      client.disconnect();
    });
    client.connect();
    await until(() => events.length > 0 && server.live === 0, "the close");
    return events;
  }, [[CODE, "no", true]]);
});
