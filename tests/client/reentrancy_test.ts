/** `close()` and `reconnect()` where it hurts: inside everything that the client calls. */

import { assertEquals } from "@std/assert";
import type { ReconnectingWebSocket } from "../../mod.ts";
import {
  alive,
  leftovers,
  NOTHING_LEFT,
  type Rig,
  rig,
  type RigOptions,
  URL_OF_TESTS,
} from "./rig.ts";

type Act = () => void;

/** A place that calls `act`, once it is driven there. */
interface Place {
  readonly options?: (act: Act) => RigOptions;
  readonly event?: "open" | "message" | "error" | "close" | "retry" | "drop" | "statechange";
  readonly drive: (rig: Rig) => void | Promise<void>;
  /** What the user sees of `close()`, up to the end. */
  readonly closing: readonly string[];
  /** How the client ends. */
  readonly ends: "1005 clean" | "1006 unclean";
  /** What the user sees of `reconnect()`. */
  readonly reconnecting: readonly string[];
}

const FROM_OPEN = {
  closing: ["2 statechange open -> closing"],
  ends: "1005 clean",
  reconnecting: [
    "0 statechange open -> connecting",
    "0 close 1006 unclean - retry",
    "0 retry #0 0 -",
  ],
} as const;
const FROM_WAITING = {
  closing: ["2 statechange waiting -> closing"],
  ends: "1006 unclean",
  reconnecting: ["0 statechange waiting -> connecting"],
} as const;
const FROM_RESOLVING = {
  closing: ["2 statechange connecting -> closing"],
  ends: "1006 unclean",
  reconnecting: [],
} as const;
const FROM_CONNECTING = {
  ...FROM_RESOLVING,
  reconnecting: ["0 close 1006 unclean - retry", "0 retry #0 0 -"],
} as const;

function over(ends: string): readonly string[] {
  return ["3 statechange closing -> closed", `3 close ${ends} - over`];
}

const accept = ({ server }: Rig): void => server.accept();
const drop = (it: Rig): void => {
  it.server.accept();
  it.server.drop();
};
const say = (it: Rig): void => {
  it.server.accept();
  it.server.send("hello");
};
const retry = async (it: Rig): Promise<void> => {
  await it.clock.tickAsync(0);
  it.server.refuse();
  await it.clock.tickAsync(1_500);
};

const PLACES: Readonly<Record<string, Place>> = {
  "an open listener": { ...FROM_OPEN, event: "open", drive: accept },
  "a message listener": { ...FROM_OPEN, event: "message", drive: say },
  "an error listener": {
    ...FROM_WAITING,
    reconnecting: ["0 close 1006 unclean connection-lost retry", ...FROM_WAITING.reconnecting],
    event: "error",
    drive: drop,
  },
  "a close listener": { ...FROM_WAITING, event: "close", drive: drop },
  "a retry listener": { ...FROM_WAITING, event: "retry", drive: drop },
  "a drop listener": {
    ...FROM_CONNECTING,
    event: "drop",
    options: () => ({ queue: { maxMessages: 0 } }),
    drive: ({ ws }) => void ws.send("too much"),
  },
  "a statechange listener": { ...FROM_OPEN, event: "statechange", drive: accept },
  "a url provider": {
    ...FROM_RESOLVING,
    options: (act) => ({
      url: ({ attempt }) => {
        if (attempt > 0) act();
        return URL_OF_TESTS;
      },
    }),
    drive: retry,
  },
  "a protocols provider": {
    ...FROM_RESOLVING,
    options: (act) => ({
      protocols: ({ attempt }) => {
        if (attempt > 0) act();
        return [];
      },
    }),
    drive: retry,
  },
  "a handshake": {
    ...FROM_CONNECTING,
    ends: "1005 clean",
    options: (act) => ({ handshake: act }),
    drive: async (it) => {
      accept(it);
      await it.clock.tickAsync(0);
    },
  },
  "an abort listener of a handshake": {
    ...FROM_WAITING,
    closing: ["2 statechange connecting -> waiting", ...FROM_WAITING.closing],
    reconnecting: [
      "0 statechange connecting -> waiting",
      "0 error handshake-failed",
      "0 close 1006 unclean handshake-failed retry",
      ...FROM_WAITING.reconnecting,
    ],
    options: (act) => ({
      handshake: ({ signal, receive }) => {
        signal.addEventListener("abort", act);
        return receive().then(() => {});
      },
    }),
    drive: drop,
  },
  "shouldRetry": {
    ...FROM_OPEN,
    ends: "1006 unclean",
    options: (act) => ({ shouldRetry: () => act() as undefined }),
    drive: drop,
  },
  "a backoff policy": {
    ...FROM_OPEN,
    ends: "1006 unclean",
    options: (act) => ({
      backoff: () => {
        act();
        return 2_000;
      },
    }),
    drive: drop,
  },
  "trace": {
    ...FROM_OPEN,
    closing: ["2 statechange connecting -> open", ...FROM_OPEN.closing],
    reconnecting: ["0 statechange connecting -> open", ...FROM_OPEN.reconnecting],
    options: (act) => ({ trace: ({ input }) => input["type"] === "opened" && act() }),
    drive: accept,
  },
  "isReply": {
    ...FROM_OPEN,
    options: (act) => ({
      heartbeat: {
        isReply: () => {
          act();
          return false;
        },
      },
    }),
    drive: say,
  },
  "a heartbeat message": {
    ...FROM_OPEN,
    options: (act) => ({
      heartbeat: {
        message: () => {
          act();
          return "ping";
        },
      },
    }),
    drive: (it) => {
      accept(it);
      it.clock.tick(25_000);
    },
  },
};

/** Drives a client to a place, acts there once, and returns what its user saw from then on. */
async function visit(place: Place, act: (ws: ReconnectingWebSocket) => void): Promise<Rig> {
  let isDone = false;
  const actOnce = (): void => {
    if (isDone) return;
    isDone = true;
    it.read();
    act(it.ws);
  };
  const it = rig(place.options?.(actOnce));
  if (place.event) it.ws.addEventListener(place.event, actOnce);
  await place.drive(it);
  await it.clock.tickAsync(0);
  assertEquals(isDone, true);
  return it;
}

for (const [name, place] of Object.entries(PLACES)) {
  Deno.test(`close() inside ${name} ends the client, with one final close`, async () => {
    const states: number[] = [];
    const it = await visit(place, (ws) => {
      ws.close();
      states.push(ws.readyState);
    });
    await it.clock.tickAsync(3_000);
    assertEquals(it.log, [...place.closing, ...over(place.ends)]);
    assertEquals(states, [2]);
    const { length } = it.network.connections;
    await it.clock.tickAsync(600_000);
    assertEquals(leftovers(it), NOTHING_LEFT);
    assertEquals([it.network.connections.length, it.log.length], [
      length,
      place.closing.length + 2,
    ]);
  });

  Deno.test(`reconnect() inside ${name} starts afresh, with one connection`, async () => {
    const it = await visit(place, (ws) => ws.reconnect());
    assertEquals(it.log, place.reconnecting);
    assertEquals([it.ws.attempt, alive(it.network)], [0, [it.server]]);
    it.read();
    say(it);
    await it.clock.tickAsync(0);
    assertEquals(it.log.slice(0, 1), ["1 statechange connecting -> open"]);
    assertEquals(it.ws.state, "open");
  });
}

Deno.test("reconnect() in listeners of error and close does not run for ever", async () => {
  const { ws, network, server, read, clock } = rig();
  ws.addEventListener("error", () => ws.reconnect());
  ws.addEventListener("close", () => ws.reconnect());
  server.refuse();
  await clock.tickAsync(0);
  assertEquals(read(), [
    "0 statechange connecting -> waiting",
    "0 error connect-failed",
    "0 close 1006 unclean connect-failed retry",
    "0 statechange waiting -> connecting",
  ]);
  assertEquals(network.connections.length, 2);
  network.connections[1]?.accept();
  read();
  ws.reconnect();
  await Promise.resolve();
  assertEquals(read().slice(0, 2), [
    "0 statechange open -> connecting",
    "0 close 1006 unclean - retry",
  ]);
});
