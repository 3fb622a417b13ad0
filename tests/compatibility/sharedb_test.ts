/**
 * ShareDB: edits of both sides must arrive once after each death of the server, those in flight
 * included. ShareDB reconnects by nothing of its own: it waits for the next `open` of its socket.
 *
 * @module
 */

import { assertRejects } from "@std/assert";
import { Duplex } from "node:stream";
// @ts-types="npm:@types/sharedb@5.1.2"
import ShareDB from "npm:sharedb@7.0.0";
// @ts-types="npm:@types/sharedb@5.1.2/lib/client"
import { Connection, type Doc } from "npm:sharedb@7.0.0/lib/client/index.js";
import { type WebSocket, WebSocketServer } from "npm:ws@8.23.0";
import type { Ending } from "./mortal_server.ts";
import { assertNeverMultiplies, run, type Trial, until, type Worker } from "./trial.ts";

/** Edits counted by who made them. */
interface Edits {
  readonly ours: number;
  readonly theirs: number;
}

function streamOf(socket: WebSocket): Duplex {
  const stream = new Duplex({
    objectMode: true,
    read: () => {},
    write(message, _, done): void {
      socket.send(JSON.stringify(message), () => done());
    },
  });
  socket.on("message", (data: Uint8Array) => stream.push(JSON.parse(`${data}`)));
  socket.on("close", () => stream.push(null));
  stream.on("finish", () => socket.close());
  return stream;
}

/** The documents outlive the server, as a database does. */
function shareDb(): Trial {
  const backend = new ShareDB();
  const remote = backend.connect().get("notes", "life") as Doc<Edits>;
  remote.create({ ours: 0, theirs: 0 });
  remote.subscribe();
  let made = 0;
  return {
    serve(server): Ending {
      const wss = new WebSocketServer({ server });
      wss.on("connection", (socket: WebSocket) => backend.listen(streamOf(socket)));
      return () => wss.close();
    },
    start(host, Socket): Worker {
      const socket = new Socket(`ws://${host}/`);
      // Its type of a socket has no room for the null of a handler, the native class's included.
      const connection = new Connection(socket as ConstructorParameters<typeof Connection>[0]);
      const doc = connection.get("notes", "life") as Doc<Edits>;
      doc.subscribe();
      const edit = (): void => {
        made++;
        doc.submitOp({ p: ["ours"], na: 1 });
        remote.submitOp({ p: ["theirs"], na: 1 });
      };
      const isSynced = ({ data }: Doc<Edits>): boolean =>
        data?.ours === made && data.theirs === made;
      return {
        async work(): Promise<void> {
          await until(() => {
            if (socket.readyState === 3) throw new Error("ShareDB stays disconnected");
            return doc.data !== undefined;
          }, "the document");
          edit();
          await until(() => isSynced(doc) && isSynced(remote), "the edits of both sides");
          // Under way when the server dies.
          edit();
        },
        close: () => connection.close(),
      };
    },
  };
}

Deno.test("ShareDB over the client as it is loses and repeats no edit on one connection", async () => {
  await assertNeverMultiplies(shareDb(), {});
});

Deno.test("ShareDB with maxAttempts: 0 stays disconnected", async () => {
  const over = "ShareDB stays disconnected";
  await assertRejects(() => run(shareDb(), { maxAttempts: 0 }, 1), Error, over);
});
