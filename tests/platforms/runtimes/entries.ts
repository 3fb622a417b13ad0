/**
 * What the suite gets as `client`: the entry points that it uses, in one module.
 *
 * @module
 */

export * from "../../../mod.ts";
export { pauseWhileHidden } from "../../../lib/hidden.ts";
export * as core from "../../../lib/core.ts";
export { messages, streams } from "../../../lib/streams.ts";
export { ResumableWebSocket } from "../../../lib/resume/mod.ts";
export { preflight } from "../../../lib/preflight.ts";
export { flushed, whenOpen } from "../../../lib/wait.ts";
