/** What the tests of the client share: a client on fakes, and a log of all that its user sees. */

import {
  type FakeClock,
  type FakeConnection,
  type FakeNetwork,
  fakeWorld,
  type RuntimeProfile,
} from "../../lib/testing/mod.ts";
import {
  ReconnectingWebSocket,
  type ReconnectingWebSocketError,
  type ReconnectingWebSocketOptions,
  type Sources,
} from "../../mod.ts";

export const URL_OF_TESTS = "wss://example.com/feed";

/** With draws of a half, the delays of the default policy in an outage, in ms. */
export const DELAYS_MS = [1_500, 1_500, 3_000, 6_000, 12_000, 24_000, 43_273, 54_545] as const;

export interface RigOptions extends ReconnectingWebSocketOptions {
  url?: ConstructorParameters<typeof ReconnectingWebSocket>[0];
  runtime?: RuntimeProfile;
  /** Each draw. @default {0.5} */
  random?: () => number;
  /** Replaces the class of the inner sockets. */
  wrap?: (inner: typeof WebSocket) => Sources["WebSocket"];
}

export interface Rig {
  readonly ws: ReconnectingWebSocket;
  readonly clock: FakeClock;
  readonly network: FakeNetwork;
  /** All events, each with the `readyState` that its listener sees; see {@linkcode record}. */
  readonly log: string[];
  /** The server's end of the newest inner socket. */
  readonly server: FakeConnection;
  /** What {@linkcode log} holds, which is empty afterwards. */
  read(): string[];
}

/** A client in a world of its own. Its draws are all a half, so that its delays are known. */
export function rig(options: RigOptions = {}): Rig {
  const { url = URL_OF_TESTS, runtime = "browser", random = () => 0.5, wrap, ...others } = options;
  const { clock, network, sources } = fakeWorld({ runtime });
  const WebSocket = wrap ? wrap(network.WebSocket) : sources.WebSocket;
  const ws = new ReconnectingWebSocket(url, {
    ...others,
    sources: { ...sources, random, WebSocket, ...others.sources },
  });
  const log = record(ws);
  return {
    ws,
    clock,
    network,
    log,
    get server(): FakeConnection {
      return newest(network);
    },
    read: () => log.splice(0),
  };
}

/** As {@linkcode rig}, open. */
export function openRig(options: RigOptions = {}): Rig {
  const opened = rig(options);
  opened.server.accept();
  opened.read();
  return opened;
}

function newest(network: FakeNetwork): FakeConnection {
  const connection = network.connections.at(-1);
  if (!connection) throw new Error("Cannot use the newest connection as nothing was dialled yet");
  return connection;
}

/** Writes down each event: the `readyState` that its listener sees, its name, what it tells. */
export function record(ws: ReconnectingWebSocket): string[] {
  const log: string[] = [];
  const note = (...words: readonly unknown[]): void => {
    log.push([ws.readyState, ...words].join(" "));
  };
  ws.addEventListener("statechange", ({ type, previous, state }) => {
    note(type, previous, "->", state);
  });
  ws.addEventListener("open", ({ type, attempt, reconnected }) => {
    note(type, `#${attempt}`, reconnected ? "again" : "first");
  });
  ws.addEventListener("message", ({ type, data }) => note(type, data));
  ws.addEventListener("error", ({ type, error }) => note(type, codeOf(error)));
  ws.addEventListener("close", ({ type, code, reason, wasClean, willRetry, error }) => {
    const said = reason ? `${code} ${reason}` : code;
    note(type, said, wasClean ? "clean" : "unclean", codeOf(error), willRetry ? "retry" : "over");
  });
  ws.addEventListener("retry", ({ type, attempt, delayMs, error }) => {
    note(type, `#${attempt}`, Math.round(delayMs), codeOf(error));
  });
  ws.addEventListener("drop", ({ type, data, error }) => note(type, data, codeOf(error)));
  return log;
}

function codeOf(error: ReconnectingWebSocketError | null): string {
  return error?.code ?? "-";
}

/** What an ended client must have left behind: nothing. */
export function leftovers({ clock, network, ws }: Rig): Record<string, number> {
  return {
    readyState: ws.readyState,
    timers: clock.pending.length,
    sockets: alive(network).length,
    hintListeners: network.hintListeners,
    bufferedAmount: ws.bufferedAmount,
  };
}

export const NOTHING_LEFT: Record<string, number> = {
  readyState: 3,
  timers: 0,
  sockets: 0,
  hintListeners: 0,
  bufferedAmount: 0,
};

/** Inner sockets that connect or are open, and that nobody has closed. */
export function alive(network: FakeNetwork): readonly FakeConnection[] {
  return network.connections.filter((it) => it.readyState < 2 && it.clientClose === null);
}

/** Runs `body`, and returns the messages of the errors that listeners threw meanwhile. */
export async function reported(body: () => void | Promise<void>): Promise<string[]> {
  const messages: string[] = [];
  const listen = (event: ErrorEvent): void => {
    event.preventDefault();
    messages.push(event.message);
  };
  globalThis.addEventListener("error", listen);
  try {
    await body();
  } finally {
    globalThis.removeEventListener("error", listen);
  }
  return messages;
}
