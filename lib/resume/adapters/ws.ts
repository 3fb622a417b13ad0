/**
 * Sessions on `ws`, the WebSocket server of Node. Nothing is imported: the server is known by its shape.
 *
 * @module
 */

import type { ResumeServer } from "../server/mod.ts";

/** A connection of `ws`. */
export interface WsSocket {
  /** 1 while open. */
  readonly readyState: number;
  /** Sends a frame. */
  send(data: unknown): void;
  /** Starts the close handshake. */
  close(code: number, reason: string): void;
  /** Sends a ping, which the peer's platform answers. */
  ping(): void;
  /** Ends the connection without a handshake. */
  terminate(): void;
  /** Listens. */
  // deno-lint-ignore no-explicit-any -- each event has listeners of its own
  on(type: string, listener: (...args: any[]) => void): unknown;
}

/** An upgrade request, as Node has it. */
export interface WsRequest {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** Options of a `WebSocketServer` that decide about an upgrade. */
export interface WsOptions<Request> {
  /** Refuses before there is a connection. */
  verifyClient(
    info: { readonly req: Request },
    done: (ok: boolean, status?: number, message?: string) => void,
  ): void;
  /** Chooses the subprotocol. */
  handleProtocols(offers: unknown, request: Request): string | false;
}

/**
 * Options for `new WebSocketServer({ port, ...wsOptions(server) })`: the subprotocol, and whose page may
 * connect.
 *
 * @example On Node
 * ```ts ignore
 * import { WebSocketServer } from "ws";
 * import { ResumeServer } from "@holdfast/websocket/resume/server";
 * import { acceptWs, wsOptions } from "@holdfast/websocket/resume/ws";
 *
 * const server = new ResumeServer({
 *   session: (session) => ({ message: (data) => void session.send(`echo: ${data}`) }),
 * });
 * const wss = new WebSocketServer({ port: 8080, ...wsOptions(server) });
 * wss.on("connection", (socket, request) => acceptWs(server, socket, request));
 * process.on("SIGTERM", () => server.shutdown().then(() => process.exit()));
 * ```
 */
export function wsOptions<Request extends WsRequest, User>(
  server: ResumeServer<Request, User>,
): WsOptions<Request> {
  const decide = ({ headers }: Request): ReturnType<typeof server.upgrade> =>
    server.upgrade((name) => headers[name]?.toString());
  return {
    verifyClient({ req }, done): void {
      const upgrade = decide(req);
      if (upgrade.protocol !== undefined) done(true);
      else done(false, upgrade.status, upgrade.message);
    },
    handleProtocols: (_offers, request) => decide(request).protocol ?? false,
  };
}

/** Options of {@linkcode acceptWs}. */
export interface AcceptWsOptions {
  /**
   * Milliseconds between pings; a peer that sends nothing between two of them is gone.
   *
   * @default {30_000} As Deno and Bun send them by themselves; `ws` sends none, and a peer that vanished
   * without a word would keep its session for ever.
   */
  pingMs?: number;
}

/** Takes a connection: what listens to `connection` of a `WebSocketServer`. */
export function acceptWs<Request extends WsRequest, User>(
  server: ResumeServer<Request, User>,
  socket: WsSocket,
  request: Request,
  { pingMs = 30_000 }: AcceptWsOptions = {},
): void {
  const connection = server.connect({
    send: (frame) => void (socket.readyState === 1 && socket.send(frame)),
    close: (code, reason) => socket.close(code, reason),
  }, request);
  let isSilent = false;
  const pinging = setInterval(() => {
    if (isSilent) return socket.terminate();
    isSilent = true;
    socket.ping();
  }, pingMs);
  socket.on("pong", () => isSilent = false);
  socket.on("message", (data: Uint8Array, isBinary: boolean) => {
    isSilent = false;
    // A copy of its own: what `ws` gives is a window on a buffer that others share.
    connection.receive(isBinary ? new Uint8Array(data) : data.toString());
  });
  socket.on("close", () => {
    clearInterval(pinging);
    connection.closed();
  });
  // Without a listener Node would end the process; a close follows.
  socket.on("error", () => {});
}
