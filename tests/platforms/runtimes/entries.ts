/**
 * What the suite gets as `client`: the entry points that it uses, in one module.
 *
 * @module
 */

export * from "../../../mod.ts";
export * as core from "../../../lib/core.ts";
export { messages, streams } from "../../../lib/streams.ts";
export { preflight } from "../../../lib/preflight.ts";
