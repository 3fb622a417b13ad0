/**
 * RxJS: a stream that must flow again after each death of the server. `retry` brings it back; the
 * subject itself never reconnects.
 *
 * @module
 */

import { assertEquals, assertGreater } from "@std/assert";
import { lastValueFrom, type Observable, repeat, retry, take, toArray } from "npm:rxjs@7.8.2";
import { webSocket, type WebSocketSubject } from "npm:rxjs@7.8.2/webSocket";
import { type WebSocket, WebSocketServer } from "npm:ws@8.23.0";
import { ReconnectingWebSocket } from "@holdfast/websocket";
import { type Ending, MortalServer } from "./mortal_server.ts";
import { assertNeverMultiplies, inTime, run, type Trial, until, type Worker } from "./trial.ts";

/** What the server sends. */
interface Value {
  readonly topic: string;
  readonly life: number;
}

/** A stream of values, made of a subject. */
type Use = (subject: WebSocketSubject<unknown>) => Observable<unknown>;

/** The server sends what it is subscribed to, and the topic "all" to everyone. */
function rxjs(retryDelayMs: number, use: Use): Trial {
  return {
    serve(server, life): Ending {
      const wss = new WebSocketServer({ server });
      wss.on("connection", (socket: WebSocket) => {
        let topic = "all";
        const timer = setInterval(() => socket.send(JSON.stringify({ topic, life })), 5);
        socket.on("message", (data: Uint8Array) => topic = JSON.parse(`${data}`).subscribe);
        socket.on("close", () => clearInterval(timer));
      });
      return () => wss.close();
    },
    start(host, WebSocketCtor): Worker {
      let seen = 0;
      let completed = false;
      const subject = webSocket<unknown>({ url: `ws://${host}/`, WebSocketCtor });
      const subscription = use(subject).pipe(retry({ delay: retryDelayMs })).subscribe({
        next: (value) => seen = (value as Value).life,
        complete: () => completed = true,
      });
      return {
        // Among leftovers the subject may lose sight of its own socket, close it, and complete.
        work: (life) => until(() => seen === life || completed, "a value"),
        close: () => subscription.unsubscribe(),
      };
    },
  };
}

Deno.test("RxJS with maxAttempts: 0 and retry resubscribes on one connection", async () => {
  const multiplexed = rxjs(20, (subject) =>
    subject.multiplex(
      () => ({ subscribe: "lives" }),
      () => ({ subscribe: "all" }),
      (value) => (value as Value).topic === "lives",
    ));
  await assertNeverMultiplies(multiplexed, { maxAttempts: 0 });
});

Deno.test("RxJS without maxAttempts: 0 multiplies", async () => {
  const { peak } = await run(rxjs(1, (subject) => subject), {}, 5);
  assertGreater(peak, 5);
});

Deno.test("RxJS with maxAttempts: 0 needs repeat, too, where the server closes cleanly", async () => {
  const farewell: Trial["serve"] = (server) => {
    const wss = new WebSocketServer({ server });
    wss.on("connection", (socket: WebSocket) => {
      socket.send("1");
      socket.close(1001);
    });
    return () => wss.close();
  };
  await using server = new MortalServer(farewell);
  await server.start();
  const streams = [retry<unknown>({ delay: 1 }), repeat<unknown>({ delay: 1 })].map((operator) => {
    const subject = webSocket<unknown>({
      url: `ws://${server.host}/`,
      WebSocketCtor: class extends ReconnectingWebSocket {
        constructor(url: string | URL, protocols?: string | string[]) {
          super(url, protocols, { maxAttempts: 0 });
        }
      },
    });
    return lastValueFrom(subject.pipe(operator, take(2), toArray()));
  });
  assertEquals(await inTime(Promise.all(streams), "the streams"), [[1], [1, 1]]);
});
