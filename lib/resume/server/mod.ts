/**
 * The server of sessions that outlive connections, for any transport and any runtime. Each message of a
 * client comes exactly once to the callback, in order; the exception is a server that dies inside a
 * handler: what is in doubt then comes again, marked `redelivered` and with the same `id`.
 *
 * The adapters are entries of their own: `@holdfast/websocket/resume/deno`, `/bun`, `/ws` and
 * `/durable-object`. The client is `@holdfast/websocket/resume`.
 *
 * @example A counter on Deno
 * ```ts
 * import { ResumeServer } from "@holdfast/websocket/resume/server";
 * import { serveDeno } from "@holdfast/websocket/resume/deno";
 *
 * const server = new ResumeServer<Request>({
 *   session(session) {
 *     let count = 0;
 *     return { message: () => void session.send(`${++count}`) };
 *   },
 * });
 * const http = Deno.serve(
 *   { port: 0, hostname: "127.0.0.1", onListen: () => {} },
 *   (request) => serveDeno(server, request),
 * );
 * await server.shutdown();
 * await http.shutdown();
 * ```
 *
 * @module
 */

export { ResumeServer, type ShutdownOptions } from "./resume_server.ts";
export { memoryStore } from "./memory_store.ts";
export { follows } from "./session_store.ts";
export type { ServerConnection } from "./connection.ts";
export type {
  Delivery,
  EndReason,
  ResumeServerOptions,
  ServerSources,
  Session,
  SessionHandlers,
  Transport,
} from "./options.ts";
export type {
  Change,
  Committed,
  Grave,
  Opened,
  SessionStore,
  Stored,
  StoreHello,
} from "./session_store.ts";
export type { HeaderReader, Upgrade } from "./upgrade.ts";
export type { LostReason } from "../frames.ts";
export type { WebSocketData } from "../../bounded_queue.ts";
