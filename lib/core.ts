/**
 * The client of parts, for whom every kilobyte counts: reconnection with backoff, deadlines and the whole
 * surface of a WebSocket; every other feature is an import.
 *
 * It trusts its arguments. Who would rather have them checked, or wants everything, takes
 * `@holdfast/websocket`, whose class extends this one.
 *
 * @module
 */

export { ReconnectingWebSocket } from "./client/core_client.ts";
export { ReconnectingWebSocketError } from "./errors.ts";
export { abort } from "./features/abort.ts";
export { connectivity } from "./features/connectivity.ts";
export { handshake } from "./features/handshake.ts";
export { heartbeat } from "./features/heartbeat.ts";
export { pause, pausing, resume } from "./features/pausing.ts";
export { provider } from "./features/provider.ts";
export { queue } from "./features/queue.ts";
export { retry } from "./features/retry.ts";
export { openedOf, status, statusOf } from "./features/status.ts";
export { trace } from "./features/trace.ts";
export type { Feature } from "./client/feature.ts";
export type { CoreOptions } from "./client/parts.ts";
export type * from "./types.ts";
