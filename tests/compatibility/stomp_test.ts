/**
 * STOMP.js: a message to a subscribed destination must come back after each death of the server,
 * a broker of a few lines.
 *
 * @module
 */

import { assertGreater } from "@std/assert";
import { Client } from "npm:@stomp/stompjs@7.5.0";
import { type WebSocket, WebSocketServer } from "npm:ws@8.23.0";
import type { Ending } from "./mortal_server.ts";
import { assertNeverMultiplies, run, sleep, type Trial, type Worker } from "./trial.ts";

/** The command, one header and the body of a frame. */
function parse(frame: string, header: string): readonly [string, string, string] {
  const [head = "", body = ""] = frame.split("\n\n");
  const [command = "", ...headers] = head.trim().split("\n");
  const line = headers.find((line) => line.startsWith(`${header}:`));
  return [command, line?.slice(header.length + 1) ?? "", body.replace("\0", "")];
}

const stomp: Trial = {
  serve(server): Ending {
    const wss = new WebSocketServer({ server });
    wss.on("connection", (socket: WebSocket) => {
      let subscription = "";
      socket.on("message", (data: Uint8Array) => {
        const [command, id, body] = parse(`${data}`, "id");
        if (command === "CONNECT") socket.send("CONNECTED\nversion:1.2\n\n\0");
        else if (command === "SUBSCRIBE") subscription = id;
        else if (command === "DISCONNECT") {
          const [, receipt] = parse(`${data}`, "receipt");
          socket.send(`RECEIPT\nreceipt-id:${receipt}\n\n\0`);
        } else if (command === "SEND" && subscription) {
          const head = `MESSAGE\nsubscription:${subscription}\nmessage-id:1\ndestination:/life`;
          socket.send(`${head}\n\n${body}\0`);
        }
      });
    });
    return () => wss.close();
  },
  start(host, Socket): Worker {
    let seen = 0;
    const client = new Client({
      webSocketFactory: () => new Socket(`ws://${host}/`),
      reconnectDelay: 20,
      onConnect(): void {
        // A leftover connects, too, when clients multiply.
        if (client.connected) client.subscribe("/life", ({ body }) => seen = Number(body));
      },
    });
    client.activate();
    return {
      async work(life): Promise<void> {
        while (seen !== life) {
          if (client.connected) client.publish({ destination: "/life", body: `${life}` });
          await sleep(5);
        }
      },
      close: () => client.deactivate(),
    };
  },
};

Deno.test("STOMP.js with maxAttempts: 0 resubscribes on one connection", async () => {
  await assertNeverMultiplies(stomp, { maxAttempts: 0 });
});

Deno.test("STOMP.js without maxAttempts: 0 multiplies", async () => {
  const { live } = await run(stomp, {}, 5);
  assertGreater(live, 5);
});
