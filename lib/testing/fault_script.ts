import type { FakeConnection, FakeMessageInit } from "./fake_connection.ts";
import type { FakeNetwork } from "./fake_network.ts";

/** The longest time that a timer can wait for. */
const MAX_MS = 2 ** 31 - 1;

/** How a scripted server answers a handshake. */
export interface AnswerOptions {
  /** How long the answer takes, in milliseconds. @default {0} Right after the dialling code has run. */
  afterMs?: number;
}

/** How a scripted server accepts. */
export interface AcceptOptions extends AnswerOptions {
  /** The subprotocol chosen. @default {the first one asked for} */
  protocol?: string;
  /** How long the connection lives before it is dropped, in milliseconds. @default {for ever} */
  dropAfterMs?: number;
}

/** What the server does with connections that are dialled while this is in force. */
export interface FaultWindow {
  /** Accepts them. */
  accept(options?: AcceptOptions): FaultScript;
  /** Refuses them. */
  refuse(options?: AnswerOptions): FaultScript;
  /** Never answers them. */
  hang(): FaultScript;
}

/**
 * What happens at one moment. `accept`, `refuse` and `hang` hold from then on, and answer the
 * connections that are waiting for an answer; all else acts once, on the connections alive then.
 */
export interface FaultMoment extends FaultWindow {
  /** Every connection vanishes without a close frame. */
  drop(): FaultScript;
  /** The server closes every open connection. */
  close(code?: number, reason?: string): FaultScript;
  /** Every connection goes silent. */
  stall(): FaultScript;
  /** The server sends a message on every open connection. */
  send(data: FakeMessageInit): FaultScript;
  /** The host says that the network is gone. */
  offline(): FaultScript;
  /** The host says that the network is back. */
  online(): FaultScript;
  /** The page is shown again. */
  wake(): FaultScript;
  /** The host sleeps for so long; timers that fell due meanwhile fire late. */
  sleep(ms: number): FaultScript;
}

interface Answer {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly answer: (connection: FakeConnection, network: FakeNetwork) => void;
}

/**
 * What happens to a network, as a story. Times count in milliseconds from {@linkcode play}.
 *
 * A window outweighs a moment; of two moments the later one holds, and of two windows the one
 * written last. Where nothing is in force a new connection hangs.
 *
 * @example A server that is gone for a minute
 * ```ts
 * import { fakeWorld, FaultScript } from "@holdfast/websocket/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const { clock, network } = fakeWorld();
 * new FaultScript()
 *   .at(0).accept()
 *   .at(5_000).drop()
 *   .between(5_000, 65_000).refuse()
 *   .play(network);
 *
 * const first = new network.WebSocket("wss://example.com");
 * clock.tick(4_999);
 * assertEquals(first.readyState, WebSocket.OPEN);
 * clock.tick(1);
 * assertEquals(first.readyState, WebSocket.CLOSED);
 *
 * const second = new network.WebSocket("wss://example.com");
 * clock.tick(60_000);
 * assertEquals(second.readyState, WebSocket.CLOSED);
 *
 * const third = new network.WebSocket("wss://example.com");
 * clock.tick(0);
 * assertEquals(third.readyState, WebSocket.OPEN);
 * ```
 */
export class FaultScript {
  readonly #windows: Answer[] = [];
  /** Ordered by time. */
  readonly #moments: Answer[] = [];
  readonly #acts: { readonly atMs: number; readonly act: (network: FakeNetwork) => void }[] = [];

  /**
   * At a moment, or from it on.
   *
   * @throws {RangeError} `ms` is not between 0 and 2^31 - 1.
   */
  at(ms: number): FaultMoment {
    requireTime("ms", ms, 0);
    const once = (act: (network: FakeNetwork) => void): FaultScript => {
      this.#acts.push({ atMs: ms, act });
      return this;
    };
    const each = (maxReadyState: number, act: (connection: FakeConnection) => void): FaultScript =>
      once(({ connections }) => {
        for (const connection of connections.filter((it) => it.readyState <= maxReadyState)) {
          act(connection);
        }
      });
    const open = (act: (connection: FakeConnection) => void): FaultScript =>
      each(1, (connection) => connection.readyState === 1 && act(connection));
    return {
      ...this.#answers((answer) => {
        this.#moments.push({ fromMs: ms, untilMs: Infinity, answer });
        this.#moments.sort((a, b) => a.fromMs - b.fromMs);
        once((network) => {
          // What is dialled at this very moment was answered by then, or left hanging on purpose.
          const isOlder = ({ dialedAtMs }: FakeConnection): boolean =>
            dialedAtMs < network.clock.now();
          for (const it of network.connections.filter(isOlder)) {
            if (it.readyState === 0) answer(it, network);
          }
        });
      }),
      drop: () => each(2, (connection) => connection.drop()),
      close: (code, reason) => open((connection) => connection.close(code, reason)),
      stall: () => each(2, (connection) => connection.stall()),
      send: (data) => open((connection) => connection.send(data)),
      offline: () => once((network) => network.offline()),
      online: () => once((network) => network.online()),
      wake: () => once((network) => network.wake()),
      sleep: (durationMs) => once(({ clock }) => clock.sleep(durationMs)),
    };
  }

  /**
   * While `fromMs <= time < untilMs`.
   *
   * @throws {RangeError} The times are not in order, or not between 0 and 2^31 - 1.
   */
  between(fromMs: number, untilMs: number): FaultWindow {
    requireTime("fromMs", fromMs, 0);
    requireTime("untilMs", untilMs, fromMs);
    return this.#answers((answer) => this.#windows.push({ fromMs, untilMs, answer }));
  }

  /** Starts the story now. A network plays one script. */
  play(network: FakeNetwork): void {
    const { clock } = network;
    const startMs = clock.elapsedMs;
    for (const { atMs, act } of this.#acts) clock.plan(() => act(network), atMs);
    network.onDial((connection) => {
      const ms = clock.elapsedMs - startMs;
      const rule = this.#windows.findLast((it) => it.fromMs <= ms && ms < it.untilMs) ??
        this.#moments.findLast((it) => it.fromMs <= ms);
      rule?.answer(connection, network);
    });
  }

  #answers(add: (answer: Answer["answer"]) => void): FaultWindow {
    const answerAfter = (afterMs: number, answer: Answer["answer"]): FaultScript => {
      requireTime("afterMs", afterMs, 0);
      add((connection, network) => {
        network.clock.plan(() => {
          if (connection.readyState === 0) answer(connection, network);
        }, afterMs);
      });
      return this;
    };
    return {
      accept: ({ afterMs = 0, protocol, dropAfterMs } = {}) => {
        if (dropAfterMs !== undefined) requireTime("dropAfterMs", dropAfterMs, 0);
        return answerAfter(afterMs, (connection, { clock }) => {
          connection.accept(protocol);
          if (dropAfterMs !== undefined) clock.plan(() => connection.drop(), dropAfterMs);
        });
      },
      refuse: ({ afterMs = 0 } = {}) => answerAfter(afterMs, (connection) => connection.refuse()),
      hang: () => {
        add(() => {});
        return this;
      },
    };
  }
}

function requireTime(name: string, ms: number, minMs: number): void {
  if (ms >= minMs && ms <= MAX_MS) return;
  throw new RangeError(
    `Cannot script a fault as '${name}' must be between ${minMs} and 2^31 - 1: current value is ${ms}`,
  );
}
