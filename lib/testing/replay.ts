import type { Config, Input, State } from "../machine/state.ts";
import type { TraceRecord } from "../trace.ts";
import { transition } from "../machine/transition.ts";

/**
 * Runs a recorded trace through the core: what a client decided, it must decide again. With the
 * `trace` of a bug report this makes a failing test, also after a way through JSON.
 *
 * @param trace All records of one client, from its first.
 * @throws {Error} Names the first record that differs.
 * @throws {TypeError} The trace does not begin with the client's start.
 *
 * @example
 * ```ts
 * import { ReconnectingWebSocket, type TraceRecord } from "@holdfast/websocket";
 * import { fakeWorld, replay } from "@holdfast/websocket/testing";
 *
 * const { network, sources } = fakeWorld({ seed: 1 });
 * const records: TraceRecord[] = [];
 * const ws = new ReconnectingWebSocket("wss://example.com", {
 *   sources,
 *   trace: (record) => records.push(record),
 * });
 * network.connections[0]?.refuse();
 * replay(JSON.parse(JSON.stringify(records)));
 * ```
 */
export function replay(trace: readonly TraceRecord[]): void {
  const [first] = trace;
  const start = first?.input as Input | undefined;
  if (!first || start?.type !== "start") {
    throw new TypeError("Cannot replay the trace as its first record must be the start");
  }
  // JSON knows no Infinity.
  const config: Config = { ...start.config, maxAttempts: start.config.maxAttempts ?? Infinity };
  let state = first.before as unknown as State;
  trace.forEach((record, index) => {
    const input = record.input as unknown as Input;
    const [after, effects] = transition(state, input, config);
    const replayed = JSON.stringify([state, after, effects]);
    const recorded = JSON.stringify([record.before, record.after, record.effects]);
    if (replayed !== recorded) {
      throw new Error(
        `Cannot replay the trace as record ${index} ('${input.type}') must be ${recorded}: current value is ${replayed}`,
      );
    }
    state = after;
  });
}
