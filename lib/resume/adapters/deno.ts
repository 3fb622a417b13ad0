/**
 * Sessions on `Deno.serve`.
 *
 * @module
 */

import type { ResumeServer } from "../server/mod.ts";

/**
 * Upgrades a request to a connection of a session, or refuses it.
 *
 * @example
 * ```ts
 * import { serveDeno } from "@holdfast/websocket/resume/deno";
 * import { ResumeServer } from "@holdfast/websocket/resume/server";
 *
 * const server = new ResumeServer<Request>({
 *   session: (session) => ({ message: (data) => void session.send(`echo: ${data}`) }),
 * });
 * const http = Deno.serve(
 *   { port: 0, hostname: "127.0.0.1", onListen: () => {} },
 *   (request) => serveDeno(server, request),
 * );
 * await http.shutdown();
 * ```
 */
export function serveDeno<User>(server: ResumeServer<Request, User>, request: Request): Response {
  const upgrade = server.upgrade((name) => request.headers.get(name));
  if (upgrade.protocol === undefined) return new Response(upgrade.message, upgrade);
  // Half the silence after which Deno gives up a connection by itself would be a second heartbeat.
  const { socket, response } = Deno.upgradeWebSocket(request, { protocol: upgrade.protocol });
  socket.binaryType = "arraybuffer";
  const connection = server.connect({
    send: (frame) => void (socket.readyState === 1 && socket.send(frame as string)),
    close: (code, reason) => socket.close(code, reason),
  }, request);
  socket.onmessage = ({ data }): void => connection.receive(data);
  socket.onclose = (): void => connection.closed();
  // An error is followed by a close.
  socket.onerror = (event): void => event.preventDefault();
  return response;
}
