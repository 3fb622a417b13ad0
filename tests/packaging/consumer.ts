// A user's program, for the types: compiled by tsc against the installed package, never run.
import {
  type Ending,
  ReconnectingWebSocket,
  ReconnectingWebSocketError,
  type TraceRecord,
} from "@holdfast/websocket";
import { type Backoff, constantBackoff, windowedBackoff } from "@holdfast/websocket/backoff";
import { messages, streams } from "@holdfast/websocket/streams";
import { preflight } from "@holdfast/websocket/preflight";
import { flushed, whenOpen } from "@holdfast/websocket/wait";
import { pauseWhileHidden } from "@holdfast/websocket/hidden";
import { createHooks, type ReactLike } from "@holdfast/websocket/react";
import { fakeWorld, replay } from "@holdfast/websocket/testing";
import { consoleTrace, formatTrace } from "@holdfast/websocket/trace";

const records: TraceRecord[] = [];
const { clock, network, sources } = fakeWorld({ seed: 1 });
const backoff: Backoff = constantBackoff(5);
export const ws = new ReconnectingWebSocket("wss://example.com/", {
  sources,
  backoff,
  trace: (record) => records.push(record),
});
const check = preflight("wss://example.com/", { credentials: "include", fetch });
export const careful = new ReconnectingWebSocket(check.url, { shouldRetry: check.shouldRetry });
export const native: WebSocket = ws;
export const Native: typeof WebSocket = ReconnectingWebSocket;
export const sent: boolean = ws.send("text");
export const ending: Promise<Ending> = ws.closed;
ws.addEventListener("close", ({ code, willRetry, error }) => {
  const text: string = `${code.toFixed()} ${willRetry === true}`;
  const failure: ReconnectingWebSocketError | null = error;
  console.log(text, failure?.code === "retry-limit");
});
ws.addEventListener("retry", ({ attempt, delayMs }) => console.log(attempt + delayMs));
ws.onmessage = ({ data }) => console.log(data);
export const prices: AsyncIterable<number> = messages(ws, { decode: Number });
export const outgoing = streams(ws).writable;
export const sentAll: Promise<void> = whenOpen(ws).then(() => flushed(ws, { signal: timeout() }));
declare function timeout(): AbortSignal;
export const release: () => void = pauseWhileHidden(ws, { afterMs: 60_000, close: true });
declare const react: ReactLike;
const { useCountdown, useStatus, useWebSocket } = createHooks(react);
const socket = useWebSocket("wss://example.com/", { decode: Number }, (it) => it.toFixed());
export const shown: string | undefined = useStatus(socket)?.state;
export const seconds: number | null = useCountdown(ws);
network.connections[0]?.accept();
clock.tick(1_000);
replay(records);
console.log(records.map(formatTrace), consoleTrace({ prefix: "feed" }), windowedBackoff());

// What must not compile: any of these lines without an error is an error itself.
// @ts-expect-error an option that does not exist
new ReconnectingWebSocket("wss://example.com/", { maxRetries: 3 });
// @ts-expect-error a policy takes no such option
windowedBackoff({ initialDelay: 5 });
// @ts-expect-error no such overflow
messages(ws, { overflow: "throw" });
// @ts-expect-error a message is what decode returns
useWebSocket("wss://example.com/", { decode: Number }, (it: string) => it);
// @ts-expect-error not an error code
export const wrong: boolean = new ReconnectingWebSocketError("connect-failed", 0).code === "nope";
