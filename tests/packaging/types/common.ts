// A user's program for any platform, for the types: compiled by tsc against the installed package, never
// run. It names nothing that only browsers have.
import {
  type Ending,
  ReconnectingWebSocket,
  type ReconnectingWebSocketError,
} from "@holdfast/websocket";
import { type Backoff, constantBackoff } from "@holdfast/websocket/backoff";
import * as core from "@holdfast/websocket/core";
import { preflight } from "@holdfast/websocket/preflight";
import { createHooks, type ReactLike } from "@holdfast/websocket/react";
import { ResumableWebSocket } from "@holdfast/websocket/resume";
import * as bun from "@holdfast/websocket/resume/bun";
import * as deno from "@holdfast/websocket/resume/deno";
import * as durableObject from "@holdfast/websocket/resume/durable-object";
import * as redis from "@holdfast/websocket/resume/redis";
import * as server from "@holdfast/websocket/resume/server";
import * as sql from "@holdfast/websocket/resume/sql";
import * as ws from "@holdfast/websocket/resume/ws";
import { messages } from "@holdfast/websocket/streams";
import { fakeWorld } from "@holdfast/websocket/testing";
import { consoleTrace } from "@holdfast/websocket/trace";

export const adapters: readonly object[] = [bun, deno, durableObject, redis, server, sql, ws];

/** Whether two types are the same: what has become `any` is none of these. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true
  : false;
function same<A, B>(..._: Same<A, B> extends true ? [] : [never]): void {}

const URL_OF_TESTS = "wss://example.com/";
const { sources } = fakeWorld({ seed: 1 });
const backoff: Backoff = constantBackoff(5);
const check = preflight(URL_OF_TESTS);
export const careful: ReconnectingWebSocket = new ReconnectingWebSocket(check.url, {
  shouldRetry: check.shouldRetry,
});
const client = new ReconnectingWebSocket(URL_OF_TESTS, { sources, backoff, trace: consoleTrace() });
export const small: core.ReconnectingWebSocket = new core.ReconnectingWebSocket(URL_OF_TESTS, {
  use: [core.queue()],
});
export const session: ResumableWebSocket = new ResumableWebSocket(URL_OF_TESTS);

client.addEventListener("open", ({ attempt }) => same<typeof attempt, number>());
client.addEventListener("message", (event) => same<typeof event, MessageEvent>());
client.addEventListener("error", ({ error }) => same<typeof error, ReconnectingWebSocketError>());
client.addEventListener("close", ({ code, willRetry }) => {
  same<typeof code, number>();
  same<typeof willRetry, boolean>();
}, { once: true });
client.addEventListener("retry", ({ delayMs }) => same<typeof delayMs, number>());
client.addEventListener("of their own", ({ type }) => same<typeof type, string>());
client.onclose = ({ willRetry }) => same<typeof willRetry, boolean>();
client.onmessage = null;
client.binaryType = "arraybuffer";
client.send(new Uint8Array(1));
same<typeof client.closed, Promise<Ending>>();
export const target: EventTarget = client;

const decoded = messages(client, { decode: (data) => ({ price: Number(data) }) });
same<typeof decoded, AsyncIterableIterator<{ price: number }>>();
same<ReturnType<typeof messages<string>>, AsyncIterableIterator<string>>();
declare const react: ReactLike;
const { useCountdown, useWebSocket } = createHooks(react);
useWebSocket(URL_OF_TESTS, { decode: Number }, (it) => same<typeof it, number>());
useWebSocket<string>(URL_OF_TESTS, {}, (it) => same<typeof it, string>());
same<ReturnType<typeof useCountdown>, number | null>();

// What must not compile: any of these lines without an error is an error itself.
// @ts-expect-error nearly the name of an event
client.addEventListener("mesage", () => {});
// @ts-expect-error the name of a handler
client.addEventListener("onmessage", () => {});
// @ts-expect-error nearly the name of an event
client.removeEventListener("Close", null);
// @ts-expect-error nearly the name of an event
small.addEventListener("opne", () => {});
session.addEventListener("lost", ({ unacked }) => same<typeof unacked.length, number>());
// @ts-expect-error nearly the name of an event of sessions
session.addEventListener("lots", () => {});
// @ts-expect-error `code` belongs to `close`
client.addEventListener("open", ({ code }) => code);
// @ts-expect-error a boolean
client.addEventListener("message", () => {}, { once: "yes" });
// @ts-expect-error one of two words
client.binaryType = "nodebuffer";
// @ts-expect-error an option of another client
new ReconnectingWebSocket(URL_OF_TESTS, { maxRetries: 3 });
// @ts-expect-error what is decoded is no string
export const strings: AsyncIterable<string> = messages(client, { decode: Number });
// @ts-expect-error a message is what decode returns
useWebSocket(URL_OF_TESTS, { decode: Number }, (it: string) => it);
