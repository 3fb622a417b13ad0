/**
 * Runs the program of a user under Jest, which compiles this, the program and the package.
 *
 * @module
 */
import * as client from "@holdfast/websocket";
import * as backoff from "@holdfast/websocket/backoff";
import * as testing from "@holdfast/websocket/testing";
import * as trace from "@holdfast/websocket/trace";
import { consume } from "./consumer.js";
import { differences } from "./expected.js";

/* global expect, process, test -- they are Jest's and Node's */
test("the package works", async () => {
  const found = await consume({ client, backoff, testing, trace }, process.env.SERVER);
  expect(differences(found)).toEqual([]);
});
