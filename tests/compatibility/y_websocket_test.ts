/**
 * y-websocket: a document that must arrive, edits made offline included, at each new server, which
 * has lost everything.
 *
 * @module
 */

import { createDecoder, readVarUint } from "npm:lib0@0.2.117/decoding";
import { createEncoder, length, toUint8Array, writeVarUint } from "npm:lib0@0.2.117/encoding";
import { readSyncMessage, writeSyncStep1 } from "npm:y-protocols@1.0.7/sync";
import { WebsocketProvider } from "npm:y-websocket@3.1.0";
import { Doc } from "npm:yjs@13.6.33";
import { type WebSocket, WebSocketServer } from "npm:ws@8.23.0";
import type { Ending } from "./mortal_server.ts";
import { assertNeverMultiplies, type Trial, until, type Worker } from "./trial.ts";

const SYNC = 0;

/** The document of the server's current life. */
let remote = new Doc();

const yWebsocket: Trial = {
  serve(server): Ending {
    const doc = remote = new Doc();
    const wss = new WebSocketServer({ server });
    wss.on("connection", (socket: WebSocket) => {
      const hello = createEncoder();
      writeVarUint(hello, SYNC);
      writeSyncStep1(hello, doc);
      socket.send(toUint8Array(hello));
      socket.on("message", (data: Uint8Array) => {
        const decoder = createDecoder(new Uint8Array(data));
        if (readVarUint(decoder) !== SYNC) return;
        const reply = createEncoder();
        writeVarUint(reply, SYNC);
        readSyncMessage(decoder, reply, doc, null);
        if (length(reply) > 1) socket.send(toUint8Array(reply));
      });
    });
    return () => wss.close();
  },
  start(host, Socket): Worker {
    const doc = new Doc();
    const provider = new WebsocketProvider(`ws://${host}`, "room", doc, {
      WebSocketPolyfill: Socket,
      disableBc: true,
      maxBackoffTime: 20,
    });
    const lives = doc.getArray("lives");
    return {
      async work(life): Promise<void> {
        lives.push([life]);
        const wanted = JSON.stringify(lives);
        await until(() => JSON.stringify(remote.getArray("lives")) === wanted, "the document");
      },
      close(): void {
        provider.destroy();
        provider.awareness.destroy();
      },
    };
  },
};

Deno.test("y-websocket with maxAttempts: 0 syncs on one connection", async () => {
  await assertNeverMultiplies(yWebsocket, { maxAttempts: 0 });
});

Deno.test("y-websocket without maxAttempts: 0 closes what it leaves", async () => {
  await assertNeverMultiplies(yWebsocket, {});
});
