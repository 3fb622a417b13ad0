/**
 * What the users of phoenix rely on, whichever class is under it: when it reconnects and when not,
 * what its callbacks get, what reaches the server.
 *
 * @module
 */

// @ts-types="npm:@types/phoenix@1.6.7"
import {
  type Channel,
  LongPoll,
  Socket as PhoenixSocket,
  type SocketConnectOption,
} from "npm:phoenix@1.8.16";
import { type WebSocket, WebSocketServer } from "npm:ws@8.23.0";
import { assertBoth, emptied, openServer } from "./beside_native.ts";
import type { MortalServer } from "./mortal_server.ts";
import { inTime, sleep, type SocketClass, until } from "./trial.ts";

type Frame = readonly [join: string, ref: string, topic: string, event: string, payload: unknown];

/** How long phoenix waits for an answer. Its timers run on when it is closed. */
const TIMEOUT_MS = 100;
const SETTLE_MS = 100;

/** Its types take the token for a string only. */
type Options = Omit<Partial<SocketConnectOption>, "authToken"> & {
  readonly authToken?: () => string;
  readonly longPollFallbackMs?: number;
};

/** What a server does with a message in place of saying yes. */
type Answer = (socket: WebSocket, frame: Frame, connection: number) => boolean;

/** A client, its server, and what both see. */
class Setting implements AsyncDisposable {
  readonly events: unknown[] = [];
  readonly protocols: string[] = [];
  /** The codes and reasons that ended connections, as the server saw it. */
  readonly ends: unknown[] = [];
  readonly client: PhoenixSocket;

  constructor(
    readonly server: MortalServer,
    transport: SocketClass,
    options: Options,
  ) {
    const settings = {
      transport,
      reconnectAfterMs: () => 10,
      rejoinAfterMs: () => 10,
      timeout: TIMEOUT_MS,
      ...options,
    };
    this.client = new PhoenixSocket(
      `ws://${server.host}/socket`,
      settings as Partial<unknown>,
    );
    this.client.onOpen(() => void this.events.push("open"));
    this.client.onError(() => void this.events.push("error"));
    this.client.onClose(({ code, reason, wasClean }: CloseEvent) => {
      this.events.push([code || 1006, reason, wasClean]);
    });
  }

  /** Connects, and waits until it is open for the nth time. */
  async opens(count = 1): Promise<void> {
    this.client.connect();
    const seen = (): number => this.events.filter((event) => event === "open").length;
    await until(() => seen() >= count, `${count} opens`);
  }

  /** Joins a channel. */
  async joins(topic: string): Promise<Channel> {
    const channel = this.client.channel(topic);
    const { promise, resolve } = Promise.withResolvers<unknown>();
    channel.join().receive("ok", resolve);
    await inTime(promise, `joining ${topic}`);
    return channel;
  }

  async disconnects(code?: number, reason?: string): Promise<void> {
    await inTime(
      new Promise<void>((resolve) => this.client.disconnect(resolve, code, reason)),
      "the disconnection",
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.disconnects();
    await emptied(this.server);
    await this.server.kill();
    await sleep(TIMEOUT_MS);
  }
}

async function open(
  Socket: SocketClass,
  options: Options = {},
  answer: Answer = () => false,
): Promise<Setting> {
  let connections = 0;
  const server = await openServer((http) => {
    const wss = new WebSocketServer({ server: http });
    wss.on("connection", (socket: WebSocket, { headers }) => {
      const connection = ++connections;
      setting.protocols.push(headers["sec-websocket-protocol"] ?? "");
      socket.on("close", (code: number, reason: Uint8Array) => {
        setting.ends.push([code, `${reason}`]);
      });
      socket.on("message", (data: Uint8Array) => {
        const frame: Frame = JSON.parse(`${data}`);
        if (answer(socket, frame, connection)) return;
        const [join, ref, topic] = frame;
        const reply = { status: "ok", response: { connection } };
        socket.send(JSON.stringify([join, ref, topic, "phx_reply", reply]));
      });
    });
    return () => wss.close();
  });
  const setting = new Setting(server, Socket, options);
  return setting;
}

Deno.test("phoenix ends with the code and the reason that it is given", async () => {
  await assertBoth(async (Socket) => {
    await using setting = await open(Socket);
    await setting.opens();
    await setting.disconnects(4000, "bye");
    await emptied(setting.server);
    return [setting.ends, setting.events, setting.client.connectionState()];
  }, [[[4000, "bye"]], ["open", [4000, "bye", true]], "closed"]);
});

Deno.test("phoenix comes back after a clean close, and sees no error", async () => {
  for (const code of [1000, 1001, 1013, 4000]) {
    await assertBoth(async (Socket) => {
      await using setting = await open(Socket, {}, (socket, [, , , event], connection) => {
        const closes = event === "close" && connection === 1;
        if (closes) socket.close(code, "why");
        return closes;
      });
      await setting.opens();
      const channel = await setting.joins("room");
      channel.push("close", {});
      await setting.opens(2);
      await until(() => channel.state === "joined", "the channel");
      return [...setting.events];
    }, ["open", [code, "why", true], "open"]);
  }
});

Deno.test("phoenix comes back after a lost connection, and sees one error", async () => {
  await assertBoth(async (Socket) => {
    await using setting = await open(Socket, {}, (socket, [, , , event], connection) => {
      const cuts = event === "cut" && connection === 1;
      if (cuts) socket.terminate();
      return cuts;
    });
    await setting.opens();
    const channel = await setting.joins("room");
    channel.push("cut", {});
    await setting.opens(2);
    await until(() => channel.state === "joined", "the channel");
    return [...setting.events];
  }, ["open", "error", [1006, "", false], "open"]);
});

Deno.test("phoenix sees each refused connection once as an error and once as a close", async () => {
  await assertBoth(async (Socket) => {
    await using setting = await open(Socket);
    await setting.server.kill();
    setting.client.connect();
    await until(() => setting.events.length >= 4, "two attempts");
    return setting.events.slice(0, 4);
  }, ["error", [1006, "", false], "error", [1006, "", false]]);
});

Deno.test("phoenix sends its token of the moment as a subprotocol", async () => {
  const tokens = ["old", "new"];
  await assertBoth(async (Socket) => {
    const left = [...tokens];
    await using setting = await open(
      Socket,
      { authToken: () => left.shift() ?? "none" },
      (socket, _, connection) => {
        if (connection === 1) socket.terminate();
        return connection === 1;
      },
    );
    await setting.opens();
    setting.client.channel("room").join();
    await setting.opens(2);
    return setting.protocols.map((protocols) => protocols.split(/, ?/));
  }, tokens.map((token) => ["phoenix", `base64url.bearer.phx.${btoa(token).replace(/=/g, "")}`]));
});

Deno.test("phoenix replaces a connection whose heartbeat is not answered", async () => {
  await assertBoth(async (Socket) => {
    await using setting = await open(
      Socket,
      { heartbeatIntervalMs: 30 },
      (_, frame, connection) => {
        return frame[3] === "heartbeat" && connection === 1;
      },
    );
    await setting.opens();
    await setting.opens(2);
    return [setting.ends[0], setting.server.live];
  }, [[1000, "heartbeat timeout"], 1]);
});

Deno.test("phoenix that is disconnected while it connects leaves nothing", async () => {
  await assertBoth(async (Socket) => {
    await using setting = await open(Socket);
    setting.client.connect();
    await setting.disconnects();
    await emptied(setting.server);
    await sleep(SETTLE_MS);
    return [setting.events.includes("open"), setting.server.live];
  }, [false, 0]);
});

Deno.test("phoenix that connects again at once ends with one connection", async () => {
  await assertBoth(async (Socket) => {
    await using setting = await open(Socket);
    await setting.opens();
    const disconnected = setting.disconnects(1000, "old");
    await setting.opens(2);
    await disconnected;
    await until(() => setting.server.live === 1, "the end of the old connection");
    return [setting.client.connectionState(), [...setting.ends]];
  }, ["open", [[1000, "old"]]]);
});

Deno.test("phoenix falls back to long polling when a connection is refused", async () => {
  await assertBoth(async (Socket) => {
    // Longer than the test: it is the error that makes it fall back.
    await using setting = await open(Socket, { longPollFallbackMs: 60_000 });
    await setting.server.kill();
    const current = (): unknown => (setting.client as unknown as { transport: unknown }).transport;
    setting.client.connect();
    await until(() => current() !== Socket, "the fallback");
    return [setting.events[0], current() === LongPoll];
  }, ["error", true]);
});

Deno.test("phoenix gets binary messages as bytes", async () => {
  const text = new TextEncoder();
  const parts = ["room", "bytes"].map((part) => text.encode(part));
  const BROADCAST = 2;
  const message = [
    BROADCAST,
    ...parts.map(({ length }) => length),
    ...parts.flatMap((it) => [...it]),
  ];
  await assertBoth(async (Socket) => {
    await using setting = await open(Socket, {}, (socket, [, , , event]) => {
      if (event === "now") socket.send(Uint8Array.from([...message, 0, 127, 255]));
      return event === "now";
    });
    await setting.opens();
    const channel = await setting.joins("room");
    const { promise, resolve } = Promise.withResolvers<ArrayBuffer>();
    channel.on("bytes", resolve);
    channel.push("now", {});
    return [...new Uint8Array(await promise)];
  }, [0, 127, 255]);
});
