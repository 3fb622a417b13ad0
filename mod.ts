/**
 * A WebSocket that survives the network: it reconnects with exponential backoff and jitter, keeps
 * what is sent meanwhile, classifies every failure, and never lies about its state.
 *
 * @example A feed that comes back by itself
 * ```ts
 * import { ReconnectingWebSocket } from "@holdfast/websocket";
 *
 * const ws = new ReconnectingWebSocket("ws://localhost:8080/feed");
 * ws.addEventListener("open", () => ws.send("subscribe"));
 * ws.addEventListener("message", ({ data }) => console.log(data));
 * ws.addEventListener("retry", ({ attempt, delayMs }) => {
 *   console.log(`attempt ${attempt} in ${delayMs} ms`);
 * });
 * // Later, and for good:
 * ws.close();
 * ```
 *
 * @module
 */

export { ReconnectingWebSocket } from "./lib/client/reconnecting_websocket.ts";
export { ReconnectingWebSocketError } from "./lib/errors.ts";
export type { ReconnectingWebSocketOptions } from "./lib/client/options.ts";
export type * from "./lib/types.ts";
