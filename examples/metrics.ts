/**
 * Metrics for OpenTelemetry, or whatever has counters and histograms, from events and the `trace` option.
 * By structure: a meter of `@opentelemetry/api` fits. No attribute holds a URL, so that their number is bounded.
 */
import {
  ReconnectingWebSocket,
  type ReconnectingWebSocketOptions,
  type TraceRecord,
} from "@holdfast/websocket";

type Attributes = Record<string, string>;

export interface Meter {
  createCounter(name: string): { add(value: number, attributes?: Attributes): void };
  createHistogram(name: string): { record(value: number, attributes?: Attributes): void };
}

export function openMeasured(
  url: string,
  meter: Meter,
  options?: ReconnectingWebSocketOptions,
): ReconnectingWebSocket {
  const dials = meter.createCounter("websocket.client.dials");
  const failures = meter.createCounter("websocket.client.failures");
  const dialMs = meter.createHistogram("websocket.client.dial.duration");
  const waitMs = meter.createHistogram("websocket.client.wait.duration");
  let dialedAtMs = 0;
  // Each decision is one record: `input` is what happened, `after` what the client does now.
  function trace({ atMs, input }: TraceRecord): void {
    if (input.type === "resolved") {
      dials.add(1);
      dialedAtMs = atMs;
    }
    if (input.type === "opened") dialMs.record(atMs - dialedAtMs);
  }
  const ws = new ReconnectingWebSocket(url, { ...options, trace });
  ws.addEventListener("error", ({ error }) => failures.add(1, { code: error.code }));
  ws.addEventListener("retry", ({ delayMs }) => waitMs.record(delayMs));
  return ws;
}
