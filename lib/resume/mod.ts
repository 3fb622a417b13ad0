/**
 * Sessions that outlive connections: in order, and each message exactly once to the callback, both
 * ways, over a plain WebSocket; the exception is a server that dies inside a handler, which then gets
 * what is in doubt again, marked `redelivered`. The server is `@holdfast/websocket/resume/server`, or
 * whatever speaks resume.v1 (`docs/protocol.md`).
 *
 * @example The difference that a session makes
 * ```ts
 * import { ResumableWebSocket } from "@holdfast/websocket/resume";
 *
 * const ws = new ResumableWebSocket("ws://localhost:8080/chat");
 * ws.send("accepted now, handled once");
 * // Nothing is certain before the server has confirmed it.
 * ws.confirmed().catch(() => {});
 * ws.close();
 * ```
 *
 * @module
 */

export type { LostReason } from "./frames.ts";
export { ResumableWebSocket } from "./resumable_websocket.ts";
export type { ResumableWebSocketOptions, SessionHeartbeatOptions } from "./resumable_websocket.ts";
export type { ResumableWebSocketEventMap, SessionLoss, SessionLostEvent } from "./lost_event.ts";
export type { Snapshot } from "./snapshot.ts";
