/**
 * The suite as an app that metro bundles: all of it, and the client from `node_modules`.
 *
 * @module
 */
import * as client from "@holdfast/websocket";
import * as core from "@holdfast/websocket/core";
import * as preflight from "@holdfast/websocket/preflight";
import * as resume from "@holdfast/websocket/resume";
import * as streams from "@holdfast/websocket/streams";
import * as wait from "@holdfast/websocket/wait";
import { run } from "./suite.mjs";

const entries = { ...client, core, ...streams, ...preflight, ...wait, ...resume };
globalThis.runSuite = (job) => run({ ...job, client: entries });
