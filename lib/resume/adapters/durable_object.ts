/**
 * Sessions in a Durable Object, or any other code of workerd. Nothing is imported: the platform is known
 * by its shape.
 *
 * @module
 */

import type { ResumeServer } from "../server/mod.ts";

/** A server's end in workerd. */
interface WorkerSocket extends WebSocket {
  accept(): void;
}

/**
 * Upgrades a request that an object's `fetch` gets, or refuses it.
 *
 * @example In an object
 * ```ts ignore
 * import { serveDurableObject } from "@holdfast/websocket/resume/durable-object";
 * import { ResumeServer } from "@holdfast/websocket/resume/server";
 *
 * export class Room {
 *   readonly #server = new ResumeServer<Request>({
 *     session: (session) => ({ message: (data) => void session.send(`echo: ${data}`) }),
 *   });
 *   fetch(request: Request): Response {
 *     return serveDurableObject(this.#server, request);
 *   }
 * }
 * ```
 */
export function serveDurableObject<User>(
  server: ResumeServer<Request, User>,
  request: Request,
): Response {
  const upgrade = server.upgrade((name) => request.headers.get(name));
  if (upgrade.protocol === undefined) return new Response(upgrade.message, upgrade);
  const { WebSocketPair } = globalThis as unknown as {
    readonly WebSocketPair: new () => readonly [WebSocket, WorkerSocket];
  };
  const { 0: client, 1: socket } = new WebSocketPair();
  // QUIRK(workerd, compatibility dates from 2026-03-17): messages of bytes are Blobs otherwise.
  socket.binaryType = "arraybuffer";
  socket.accept();
  const connection = server.connect({
    send: (frame) => void (socket.readyState === 1 && socket.send(frame as string)),
    close: (code, reason) => socket.close(code, reason),
  }, request);
  socket.addEventListener("message", ({ data }) => connection.receive(data));
  socket.addEventListener("close", () => connection.closed());
  socket.addEventListener("error", () => connection.closed());
  const headers = { "Sec-WebSocket-Protocol": upgrade.protocol };
  return new Response(null, { status: 101, headers, webSocket: client } as ResponseInit);
}
