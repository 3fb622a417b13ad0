/**
 * What the users of MQTT.js rely on, whichever class is under it: that a stream of bytes goes over
 * the socket whole and in order, and how its ends are seen.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { Aedes } from "npm:aedes@1.2.0";
import mqtt, { type IClientOptions, type MqttClient } from "npm:mqtt@5.16.0";
import { createWebSocketStream, type WebSocket, WebSocketServer } from "npm:ws@8.23.0";
import { assertBoth, emptied, openServer } from "./beside_native.ts";
import type { MortalServer, Serve } from "./mortal_server.ts";
import { inTime, type SocketClass, until } from "./trial.ts";

const EVENTS = ["connect", "reconnect", "close", "offline", "end"] as const;

/** What a broker saw: the subprotocol of each connection, and all that clients published. */
class Seen {
  readonly protocols: string[] = [];
  readonly published: string[] = [];
}

function broker(seen = new Seen()): Serve {
  return async (server) => {
    const broker = await Aedes.createBroker({
      authenticate: (_, user, __, done) =>
        done(user === "nobody" ? Object.assign(new Error(), { returnCode: 5 }) : null, true),
    });
    broker.on("publish", ({ payload }, client) => client && seen.published.push(`${payload}`));
    const wss = new WebSocketServer({ server });
    wss.on("connection", (socket: WebSocket) => {
      seen.protocols.push(socket.protocol);
      const stream = createWebSocketStream(socket);
      stream.on("error", () => {});
      broker.handle(stream);
    });
    return () => {
      wss.close();
      return new Promise<void>((resolve) => broker.close(() => resolve()));
    };
  };
}

/** A server that accepts, and says nothing. */
const silent: Serve = (server) => {
  const wss = new WebSocketServer({ server });
  wss.on("connection", (socket: WebSocket) => socket.on("message", () => {}));
  return () => wss.close();
};

/** A client, its events, and its server. */
class Setting implements AsyncDisposable {
  readonly events: string[] = [];
  readonly errors: string[] = [];
  readonly messages: Uint8Array[] = [];

  constructor(readonly server: MortalServer, readonly client: MqttClient) {
    for (const event of EVENTS) client.on(event, () => this.events.push(event));
    client.on("error", ({ message }) => this.errors.push(message));
    client.on("message", (_, payload) => this.messages.push(payload));
  }

  /** Waits for so many events of a kind. */
  async sees(event: (typeof EVENTS)[number], count = 1): Promise<void> {
    const seen = (): number => this.events.filter((it) => it === event).length;
    await until(() => seen() >= count, `${count} of ${event}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.endAsync(true);
    await emptied(this.server);
    await this.server.kill();
  }
}

async function open(
  Socket: SocketClass,
  options: IClientOptions = {},
  serve: Serve = broker(),
): Promise<Setting> {
  const server = await openServer(serve);
  const client = mqtt.connect(`ws://${server.host}/`, {
    forceNativeWebSocket: true,
    createWebsocket: (url, protocols) => new Socket(url, protocols),
    reconnectPeriod: 20,
    ...options,
  });
  return new Setting(server, client);
}

Deno.test("MQTT.js gets the subprotocol of its version", async () => {
  await assertBoth(async (Socket) => {
    const seen = new Seen();
    const versions: IClientOptions[] = [{}, { protocolId: "MQIsdp", protocolVersion: 3 }];
    for (const version of versions) {
      await using setting = await open(Socket, version, broker(seen));
      await setting.sees("connect");
    }
    return seen.protocols;
  }, ["mqtt", "mqttv3.1"]);
});

Deno.test("MQTT.js gets back what it published, byte for byte and in order", async () => {
  const payloads = [0, 1, 255, 70_000, 1_000_000].map((size) =>
    Uint8Array.from({ length: size }, (_, n) => n % 256)
  );
  await assertBoth(async (Socket) => {
    // So small that it waits for bufferedAmount to fall, again and again.
    const throttle = { browserBufferSize: 1_000, browserBufferTimeout: 1 };
    await using setting = await open(Socket, throttle);
    await setting.client.subscribeAsync("bytes");
    for (const payload of payloads) setting.client.publish("bytes", payload as never);
    await until(() => setting.messages.length === payloads.length, "all messages");
    payloads.forEach((payload, n) => {
      assertEquals(new Uint8Array(setting.messages[n] ?? []), payload);
    });
    return setting.messages.length;
  }, payloads.length);
});

Deno.test("MQTT.js sends once, and in order, what was published before it connected", async () => {
  await assertBoth(async (Socket) => {
    const seen = new Seen();
    await using setting = await open(Socket, {}, broker(seen));
    await Promise.all(["1", "2", "3"].map((text) => {
      return setting.client.publishAsync("early", text, { qos: 1 });
    }));
    return seen.published;
  }, ["1", "2", "3"]);
});

Deno.test("MQTT.js that is ended closes once, and the server has no connection", async () => {
  await assertBoth(async (Socket) => {
    await using setting = await open(Socket);
    await setting.sees("connect");
    await inTime(setting.client.endAsync(), "the end");
    await emptied(setting.server);
    return [...setting.events];
  }, ["connect", "close", "end"]);
});

Deno.test("MQTT.js that is ended while connecting leaves no connection", async () => {
  await assertBoth(async (Socket) => {
    await using setting = await open(Socket);
    await inTime(setting.client.endAsync(true), "the end");
    await emptied(setting.server);
    return setting.events.filter((event) => event !== "close");
  }, ["end"]);
});

Deno.test("MQTT.js sees a lost connection once, and comes back", async () => {
  await assertBoth(async (Socket) => {
    await using setting = await open(Socket);
    await setting.sees("connect");
    await setting.server.kill();
    await setting.sees("offline");
    await setting.server.start();
    await setting.sees("connect", 2);
    // Attempts that failed meanwhile may lie between.
    const [first, ...rest] = setting.events;
    return [first, ...rest.slice(0, 2), ...rest.slice(-2)];
  }, ["connect", "offline", "close", "reconnect", "connect"]);
});

Deno.test("MQTT.js sees each refused connection as a close, and ends on demand", async () => {
  await assertBoth(async (Socket) => {
    await using setting = await open(Socket);
    await setting.server.kill();
    await setting.sees("reconnect", 2);
    await inTime(setting.client.endAsync(), "the end");
    return [setting.events.slice(0, 4), setting.events.at(-1), setting.errors];
  }, [["offline", "close", "reconnect", "close"], "end", []]);
});

Deno.test("MQTT.js gives up a connection on which no answer comes", async () => {
  await assertBoth(async (Socket) => {
    await using setting = await open(Socket, { connectTimeout: 50, reconnectPeriod: 0 }, silent);
    await setting.sees("close");
    await emptied(setting.server);
    return [setting.events.includes("connect"), setting.errors];
  }, [false, ["connack timeout"]]);
});

Deno.test("MQTT.js reports the reason of a broker that refuses", async () => {
  await assertBoth(async (Socket) => {
    await using setting = await open(Socket, { username: "nobody", reconnectPeriod: 0 });
    await setting.sees("close");
    return [setting.events.includes("connect"), setting.errors];
  }, [false, ["Connection refused: Not authorized"]]);
});

Deno.test("MQTT.js works again after a reconnect() in its close event", async () => {
  await assertBoth(async (Socket) => {
    await using setting = await open(Socket, { reconnectPeriod: 0 });
    const { client } = setting;
    client.once("close", () => client.reconnect());
    await setting.sees("connect");
    client.end();
    await setting.sees("connect", 2);
    await client.subscribeAsync("again");
    await client.publishAsync("again", "yes", { qos: 1 });
    await until(() => setting.messages.length > 0, "the message");
    return setting.messages.map(String);
  }, ["yes"]);
});
