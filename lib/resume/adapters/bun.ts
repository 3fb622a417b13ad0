/**
 * Sessions on `Bun.serve`. Nothing is imported: the server is known by its shape.
 *
 * @module
 */

import type { ResumeServer, ServerConnection } from "../server/mod.ts";

/** A connection of `Bun.serve`. */
export interface BunSocket {
  /** What `upgrade` gave it. */
  readonly data: BunData;
  /** Sends a frame. */
  // deno-lint-ignore no-explicit-any -- Bun's types differ between versions
  send(frame: any): unknown;
  /** Starts the close handshake. */
  close(code: number, reason: string): void;
}

/** What a connection of a session carries. */
export interface BunData {
  /** The upgrade request. */
  readonly request: Request;
  /** Set when it is open. */
  connection?: ServerConnection;
}

/** The second argument of `fetch` in `Bun.serve`. */
export interface BunUpgrader {
  /** Upgrades a request. */
  // deno-lint-ignore no-explicit-any -- as above
  upgrade(request: any, options?: any): boolean;
}

/** What `Bun.serve` is given. */
export interface BunHandlers {
  /** Upgrades a request, or refuses it. */
  fetch(request: Request, bun: BunUpgrader): Response | undefined;
  /** The listeners of all connections. */
  readonly websocket: {
    readonly backpressureLimit: number;
    open(socket: BunSocket): void;
    message(socket: BunSocket, data: string | Uint8Array): void;
    close(socket: BunSocket): void;
  };
}

/**
 * The handlers of a server: `Bun.serve({ port, ...bunHandlers(server) })`.
 *
 * @example On Bun
 * ```ts ignore
 * import { bunHandlers } from "@holdfast/websocket/resume/bun";
 * import { ResumeServer } from "@holdfast/websocket/resume/server";
 *
 * const server = new ResumeServer<Request>({
 *   session: (session) => ({ message: (data) => void session.send(`echo: ${data}`) }),
 * });
 * Bun.serve({ port: 8080, ...bunHandlers(server) });
 * ```
 */
export function bunHandlers<User>(server: ResumeServer<Request, User>): BunHandlers {
  return {
    fetch(request, bun): Response | undefined {
      const upgrade = server.upgrade((name) => request.headers.get(name));
      if (upgrade.protocol === undefined) return new Response(upgrade.message, upgrade);
      const headers = { "Sec-WebSocket-Protocol": upgrade.protocol };
      if (bun.upgrade(request, { data: { request }, headers })) return undefined;
      return new Response("This is no upgrade request", { status: 400 });
    },
    websocket: {
      // QUIRK(Bun 1.4): what is beyond it, 16 MiB by default, is dropped. None: windows bound what waits.
      backpressureLimit: 0,
      open(socket): void {
        socket.data.connection = server.connect({
          send: (frame) => void socket.send(frame),
          close: (code, reason) => socket.close(code, reason),
        }, socket.data.request);
      },
      message: (socket, data): void =>
        socket.data.connection?.receive(typeof data === "string" ? data : new Uint8Array(data)),
      close: (socket): void => socket.data.connection?.closed(),
    },
  };
}
