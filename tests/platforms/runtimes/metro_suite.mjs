/**
 * The suite as an app that metro bundles: all of it, and the client from `node_modules`.
 *
 * @module
 */
import * as client from "@holdfast/websocket";
import * as core from "@holdfast/websocket/core";
import * as preflight from "@holdfast/websocket/preflight";
import * as streams from "@holdfast/websocket/streams";
import { run } from "./suite.mjs";

globalThis.runSuite = (job) =>
  run({ ...job, client: { ...client, core, ...streams, ...preflight } });
