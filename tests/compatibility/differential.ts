/**
 * Random lives of a connection, played to any class of WebSocket: two classes that live the same one
 * meet the same server.
 *
 * @module
 */

import type { Buffer } from "node:buffer";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import fc from "fast-check";
import { type WebSocket as ServerSocket, WebSocketServer } from "npm:ws@8.23.0";
import type { Serve } from "./mortal_server.ts";
import { inTime, type SocketClass } from "./trial.ts";

/** Text, or bytes. */
type Message = string | readonly number[];

/** A close code, if any, and a reason. */
interface Farewell {
  readonly code?: number | undefined;
  readonly reason: string;
}

/** How a connection goes, and ends. */
export interface Life {
  /** What happens to the handshake. */
  readonly start: "accept" | "forbid" | "reset" | "nonsense";
  /** What the client sends when it is open. */
  readonly says: readonly Message[];
  /** What the server sends when it has sent all that back. */
  readonly answers: readonly Message[];
  /** Who ends it after all that, and how. */
  readonly end:
    | { readonly by: "server"; readonly farewell: Farewell | null }
    | { readonly by: "client"; readonly afterMessages: number; readonly farewell: Farewell };
}

/** What a listener saw: the type, `readyState`, and what the event carries. */
export type Seen = readonly [type: string, readyState: number, ...details: unknown[]];

const messages: fc.Arbitrary<readonly Message[]> = fc.array(
  fc.oneof(
    fc.string({ unit: "grapheme", maxLength: 12 }),
    fc.array(fc.nat(255), { maxLength: 12 }),
    fc.constantFrom("x".repeat(70_000), Array.from({ length: 300 }, () => 7)),
  ),
  { maxLength: 4 },
);

function farewells(codes: fc.Arbitrary<number>): fc.Arbitrary<Farewell> {
  const reason = fc.string({ unit: "grapheme-ascii", maxLength: 20 });
  return fc.oneof(fc.record({ code: codes, reason }), fc.constant({ reason: "" }));
}

const ownCodes = fc.integer({ min: 3000, max: 4999 });
/** 1014 is not among them, as Deno refuses it. */
const standardCodes = fc.constantFrom(1000, 1001, 1003, 1007, 1009, 1011, 1012, 1013);
/** What this client takes as final, if it may retry at all. */
const finalCodes = fc.constantFrom(1002, 1008, 1010, 3000, 3003, 4400, 4401, 4403, 4404, 4410);

/** Any life that is over within milliseconds. */
export const lives: fc.Arbitrary<Life> = fc.record({
  start: fc.oneof(
    { weight: 6, arbitrary: fc.constant("accept" as const) },
    { weight: 1, arbitrary: fc.constantFrom("forbid" as const, "reset", "nonsense") },
  ),
  says: messages,
  answers: messages,
  end: fc.oneof(
    fc.record({
      by: fc.constant("server" as const),
      farewell: fc.oneof(
        { weight: 3, arbitrary: farewells(fc.oneof(standardCodes, finalCodes, ownCodes)) },
        { weight: 1, arbitrary: fc.constant(null) },
      ),
    }),
    fc.record({
      by: fc.constant("client" as const),
      afterMessages: fc.nat(8),
      farewell: farewells(fc.oneof(fc.constant(1000), ownCodes)),
    }),
  ),
});

function bytes(message: Message): string | Uint8Array<ArrayBuffer> {
  return typeof message === "string" ? message : Uint8Array.from(message);
}

/** Plays the server's part. */
function play(socket: ServerSocket, raw: Duplex, { says, answers, end }: Life): void {
  let left = says.length;
  const answer = (): void => {
    for (const message of answers) socket.send(bytes(message));
  };
  if (left === 0) answer();
  socket.on("message", (data: Uint8Array, binary: boolean) => {
    if (left > 0) {
      socket.send(data, { binary });
      if (--left === 0) answer();
    } else if (end.by === "server") {
      // The client's last word: it has got everything, so nothing is lost on the way.
      if (end.farewell === null) raw.destroy();
      else socket.close(end.farewell.code, end.farewell.reason);
    }
  });
}

/** Serves the life of the moment to each connection. */
export function serveLives(current: () => Life): Serve {
  return (http) => {
    const wss = new WebSocketServer({ noServer: true });
    http.on("upgrade", (request: IncomingMessage, raw: Duplex, head: Buffer) => {
      const life = current();
      if (life.start === "reset") raw.destroy();
      else if (life.start === "nonsense") raw.end("nonsense\r\n\r\n");
      else if (life.start === "forbid") raw.end("HTTP/1.1 403 Forbidden\r\n\r\n");
      else wss.handleUpgrade(request, raw, head, (socket: ServerSocket) => play(socket, raw, life));
    });
    return () => wss.close();
  };
}

/** Lives a life on a class, and returns what its listeners saw. */
export async function live(Socket: SocketClass, host: string, life: Life): Promise<Seen[]> {
  const { says, answers, end } = life;
  const ws = new Socket(`ws://${host}/`);
  ws.binaryType = "arraybuffer";
  const seen: Seen[] = [];
  const total = says.length + answers.length;
  const closeAfter = end.by === "client" ? Math.min(end.afterMessages, total) : null;
  let count = 0;
  const goOn = (): void => {
    if (end.by === "client" && count === closeAfter) {
      const { code, reason } = end.farewell;
      if (code === undefined) ws.close();
      else ws.close(code, reason);
    } else if (count === total) ws.send("done");
  };
  ws.onopen = (): void => {
    seen.push(["open", ws.readyState]);
    for (const message of says) ws.send(bytes(message));
    goOn();
  };
  ws.onmessage = ({ data }): void => {
    const content = typeof data === "string" ? data : [...new Uint8Array(data)];
    seen.push(["message", ws.readyState, content]);
    count++;
    goOn();
  };
  ws.onerror = (): void => void seen.push(["error", ws.readyState]);
  await inTime(
    new Promise<void>((resolve) => {
      ws.onclose = ({ code, reason, wasClean }): void => {
        seen.push(["close", ws.readyState, code, reason, wasClean]);
        resolve();
      };
    }),
    "the close",
  );
  return seen;
}
