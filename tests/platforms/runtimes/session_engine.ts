/**
 * What the fault server serves sessions with.
 *
 * @module
 */

export { acceptWs } from "../../../lib/resume/adapters/ws.ts";
export { ResumeServer } from "../../../lib/resume/server/mod.ts";
