/**
 * Makes the client of a run, with a window on everything that it takes from outside.
 *
 * @module
 */

import {
  type Provider,
  ReconnectingWebSocket,
  type ReconnectingWebSocketOptions,
  type Sources,
  type WebSocketConstructor,
} from "@holdfast/websocket";
import * as core from "@holdfast/websocket/core";
import type { Run } from "./run.ts";
import type { Setting } from "./setting.ts";
import { EVENT_TYPES, keyOf, type Socket } from "./seen.ts";

/** @returns False if the setting is none that a client accepts: a shrunk schedule may have it. */
export function makeClient(run: Run): boolean {
  const { setting, user } = run;
  const options = makeOptions(run);
  const url = user.provide("url", setting.url) as string;
  const before = { ...options };
  try {
    run.client = setting.client === "full"
      ? new ReconnectingWebSocket(url, options)
      : composeClient(url, options, setting);
  } catch {
    if (run.timers.size + run.network.connections.length + run.network.hintListeners > 0) {
      run.fail(24, "a constructor that threw left something behind");
    }
    return false;
  }
  // Options are read once: what happens to them later must not matter (guarantee 24).
  for (const name of Object.keys(before)) Reflect.set(options, name, () => NaN);
  for (const type of EVENT_TYPES) {
    run.client.addEventListener(type, (event) => run.told(type, event));
  }
  // The client of parts has it by status() only.
  run.client.opened?.catch(() => {});
  run.client.closed.then((ending) => run.books.ending = ending);
  return true;
}

/** The client of parts with what the options need, and nothing else. */
function composeClient(
  url: Provider<string>,
  options: ReconnectingWebSocketOptions,
  setting: Setting,
): ReconnectingWebSocket {
  const { handshake, heartbeat, protocols, shouldRetry, signal, sources, trace, ...others } =
    options;
  const { startPaused, giveUp, ...rest } = others;
  const isStatic = typeof url !== "function" && typeof protocols !== "function";
  const use = [
    ...(setting.queue ? [core.queue(setting.queue)] : []),
    ...(heartbeat ? [core.heartbeat(heartbeat)] : []),
    ...(handshake ? [core.handshake(handshake)] : []),
    ...(shouldRetry || setting.isUntrusted ? [core.retry(shouldRetry)] : []),
    ...(sources?.connectivity ? [core.connectivity(sources.connectivity)] : []),
    ...(signal ? [core.abort(signal)] : []),
    ...(trace ? [core.trace(trace)] : []),
    ...(setting.canPause ? [core.pausing({ startPaused, giveUp })] : []),
  ];
  const from = isStatic ? url : core.provider(url, protocols);
  return new core.ReconnectingWebSocket(from as string, {
    ...rest,
    ...(isStatic && protocols !== undefined && { protocols: [protocols].flat() as string[] }),
    sources: sources ?? {},
    use,
  }) as ReconnectingWebSocket;
}

function makeOptions(run: Run): ReconnectingWebSocketOptions {
  const { setting, user } = run;
  const { policy, heartbeat, queue, given } = setting;
  const protocols = user.provide("protocols", setting.protocols);
  const backoff = policy?.backoff;
  const numbers = [
    "maxDelayMs",
    "maxAttempts",
    "connectTimeoutMs",
    "stableAfterMs",
    "closeTimeoutMs",
  ] as const;
  return {
    ...Object.fromEntries(
      numbers.filter((name) => given.has(name)).map((name) => [name, setting[name]]),
    ),
    ...(protocols !== undefined && { protocols: protocols as string }),
    ...(backoff && {
      backoff: typeof backoff !== "function" ? backoff : (context) => {
        user.ask("backoff", undefined, undefined, context);
        return backoff(context);
      },
    }),
    ...(setting.shouldRetry.length > 0 && { shouldRetry: user.shouldRetry }),
    ...(setting.handshake !== "none" && { handshake: user.handshake }),
    ...(heartbeat && {
      heartbeat: {
        intervalMs: heartbeat.intervalMs,
        timeoutMs: heartbeat.timeoutMs,
        ...(heartbeat.probe !== "none" && {
          message: heartbeat.probe === "text" ? "probe" : user.probe,
        }),
        ...(heartbeat.isReply && { isReply: user.isReply }),
        ...(heartbeat.always && { always: true }),
      },
    }),
    ...(queue === null ? { queue: false } : given.has("queue") && { queue }),
    ...(setting.signal !== "none" && { signal: user.signal }),
    ...(setting.startPaused && { startPaused: true }),
    ...(setting.giveUp === "pause" && { giveUp: "pause" }),
    trace: (record) => {
      run.emit({ kind: "record", record });
      run.enter("trace");
    },
    sources: makeSources(run),
  };
}

function makeSources(run: Run): Partial<Sources> {
  const { clock, network, setting, timers } = run;
  const { random } = setting;
  return {
    WebSocket: makeWebSocket(run),
    connectivity: setting.connectivity ? network.connectivity : null,
    random: random === "low" ? () => 0 : random === "high" ? () => 1 - 2 ** -53 : run.random,
    clock: {
      now: () => clock.now(),
      setTimeout: (callback, delayMs) => {
        if (!(delayMs >= 0 && delayMs <= 2 ** 31 - 1)) run.fail(3, `a timer of ${delayMs} ms`);
        const handle = clock.setTimeout(() => {
          timers.delete(handle);
          run.causes++;
          callback();
        }, delayMs);
        timers.add(handle);
        return handle;
      },
      clearTimeout: (handle) => {
        timers.delete(handle);
        clock.clearTimeout(handle);
      },
    },
  };
}

/** A class of sockets that tell what is done to them, and what they are about to do. */
function makeWebSocket(run: Run): WebSocketConstructor {
  return class Observed extends run.network.WebSocket {
    readonly #socket: Socket;

    constructor(url: string, protocols?: string | string[]) {
      if (run.socket) run.socket.unsentBytes = 0;
      run.server.beforeDial();
      run.enter("dial");
      super(url, protocols);
      const socket = this.#socket = {
        index: run.sockets.length,
        connection: run.network.connections.at(-1) as Socket["connection"],
        atMs: run.nowMs,
        listeners: 0,
        hasOpened: false,
        isDead: false,
        unsentBytes: 0,
        closure: null,
      };
      for (const type of ["open", "message", "error", "close"]) {
        super.addEventListener(
          type,
          (event) => run.emit({ kind: "inner", type, socket, event }),
        );
      }
      run.emit({ kind: "dial", socket, url });
      run.sockets.push(socket);
      run.server.afterDial(socket);
    }

    override addEventListener(
      ...args: [type: string, listener: EventListenerOrEventListenerObject]
    ): void {
      this.#socket.listeners++;
      super.addEventListener(...args);
    }

    override send(data: string | Blob | BufferSource): void {
      const socket = this.#socket;
      const key = keyOf(data);
      try {
        run.enter("inner-send");
        super.send(data as string);
      } catch (error) {
        run.emit({ kind: "refused", socket, key });
        throw error;
      }
      run.emit({ kind: "hands", socket, key });
    }

    override close(code?: number, reason?: string): void {
      run.emit({ kind: "hangs up", socket: this.#socket, code });
      run.isHangingUp = true;
      super.close(code, reason);
      run.isHangingUp = false;
      run.enter("inner-close");
    }
  };
}
