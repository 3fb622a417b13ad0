/**
 * MQTT.js with a real broker: a message published with QoS 1 must come back after each death of it.
 *
 * @module
 */

import { Aedes } from "npm:aedes@1.2.0";
import mqtt from "npm:mqtt@5.16.0";
import { createWebSocketStream, type WebSocket, WebSocketServer } from "npm:ws@8.23.0";
import type { Ending } from "./mortal_server.ts";
import { assertNeverMultiplies, sleep, type Trial, type Worker } from "./trial.ts";

const mqttJs: Trial = {
  async serve(server): Promise<Ending> {
    const broker = await Aedes.createBroker();
    const wss = new WebSocketServer({ server });
    wss.on("connection", (socket: WebSocket) => broker.handle(createWebSocketStream(socket)));
    return () => {
      wss.close();
      return new Promise<void>((resolve) => broker.close(() => resolve()));
    };
  },
  start(host, Socket): Worker {
    let seen = 0;
    const client = mqtt.connect(`ws://${host}/`, {
      // Where there is no `window`, the library otherwise expects what only `ws` has.
      forceNativeWebSocket: true,
      createWebsocket: (url, protocols) => new Socket(url, protocols),
      reconnectPeriod: 20,
    });
    client.on("error", () => {});
    client.subscribe("life");
    client.on("message", (_topic, payload) => seen = Number(payload));
    return {
      async work(life): Promise<void> {
        // Again, as after a reconnection it publishes before it subscribes.
        while (seen !== life) {
          await client.publishAsync("life", `${life}`, { qos: 1 });
          await sleep(5);
        }
      },
      close: () => client.endAsync(),
    };
  },
};

Deno.test("MQTT.js with maxAttempts: 0 works on one connection", async () => {
  await assertNeverMultiplies(mqttJs, { maxAttempts: 0 });
});

Deno.test("MQTT.js without maxAttempts: 0 closes what it leaves", async () => {
  await assertNeverMultiplies(mqttJs, {});
});
