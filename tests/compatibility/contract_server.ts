/**
 * What a MortalServer serves while the contract is observed.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "npm:ws@8.23.0";

/** What came over the last connection to `/record`, and how it ended. */
interface Recorded {
  readonly messages: string[];
  readonly code: number;
  readonly reason: string;
}

/** A connection that was just made. */
interface Visit {
  readonly ws: WebSocket;
  /** What is beneath it. */
  readonly socket: Duplex;
  readonly query: URLSearchParams;
}

type Service = (visit: Visit) => void;

/** Acts at the first message. */
function onceAddressed({ ws }: Visit, act: () => void): void {
  ws.once("message", act);
}

function services(): Readonly<Record<string, Service>> {
  let last: Recorded | undefined;
  return {
    "/drop": (visit) => onceAddressed(visit, () => visit.socket.destroy()),
    "/close": (visit) =>
      onceAddressed(visit, () => {
        const { ws, query } = visit;
        if (query.has("greet")) ws.send("hello");
        const code = query.get("code");
        if (code) ws.close(Number(code), query.get("reason") ?? "");
        else ws.close();
      }),
    "/frame": (visit) =>
      onceAddressed(visit, () => {
        visit.socket.write(Buffer.from(visit.query.get("hex") ?? "", "hex"));
      }),
    "/twice": (visit) =>
      onceAddressed(visit, () => {
        // Together, so that the second has arrived when the first is dispatched.
        visit.socket.cork();
        for (const text of ["first", "second"]) visit.ws.send(text);
        visit.socket.uncork();
      }),
    "/greeting": ({ ws }) => ws.send("hello"),
    "/record": ({ ws }) => {
      const messages: string[] = [];
      ws.on("message", (data: Uint8Array) => messages.push(`${data}`));
      ws.on("close", (code: number, reason: Uint8Array) => {
        last = { messages, code, reason: `${reason}` };
      });
    },
    "/recorded": ({ ws }) => ws.send(JSON.stringify(last)),
  };
}

/**
 * Serves an echo at each path that means nothing else:
 *
 * - `/forbidden`: an HTTP status; `/none`: never a subprotocol; `/unoffered`: always this one
 * - at the first message: `/drop` (no close frame), `/close?code=N&reason=TEXT&greet=1`,
 *   `/frame?hex=BYTES`, `/twice` (two messages)
 * - `/greeting`: a message at once; `/recorded`: what came to the last `/record`
 */
export function serveContract(http: Server): () => void {
  const wss = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    handleProtocols: (offered: Set<string>, { url = "" }: IncomingMessage) =>
      ["/none", "/unoffered"].includes(url) ? false : [...offered][0] ?? false,
  });
  wss.on("headers", (headers: string[], { url }: IncomingMessage) => {
    if (url === "/unoffered") headers.push("Sec-WebSocket-Protocol: unoffered");
  });
  const served = services();
  http.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const { pathname, searchParams: query } = new URL(request.url ?? "", "http://contract");
    if (pathname === "/forbidden") {
      socket.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
      return;
    }
    wss.handleUpgrade(request, socket, head, (ws: WebSocket) => {
      ws.on("error", () => {});
      const serve = served[pathname];
      if (serve) serve({ ws, socket, query });
      else ws.on("message", (data: Uint8Array, binary: boolean) => ws.send(data, { binary }));
    });
  });
  return () => wss.close();
}
