/**
 * What a message costs in one process: incoming and queued.
 */

import type { Connect } from "../connection.ts";
import { dial, installFakeWebSocket, nextTask } from "../fake_web_socket.ts";
import { bestNs, cpuMs, type Figures } from "./tools.ts";

const TEXT = "x".repeat(64);

/** A message of 64 characters, dispatched by the fake to one listener of the client. */
export async function receive(connect: Connect): Promise<Figures> {
  installFakeWebSocket();
  const [connection, socket] = await dial(connect);
  let received = 0;
  let sent = 0;
  connection.on("message", (event) => void (received += event.data.length));
  socket.open();
  await nextTask();
  const ns = bestNs(() => {
    sent += TEXT.length;
    socket.dispatchEvent(new MessageEvent("message", { data: TEXT, origin: "wss://example.test" }));
  });
  if (received !== sent) throw new Error(`Cannot trust this: ${received} of ${sent} arrived`);
  return { ns };
}

/**
 * The same in a process that has used other event classes before, as every real one has: the
 * engine then no longer compiles events for one shape, and native dispatches cost several times more.
 */
export async function receiveAmongOthers(connect: Connect): Promise<Figures> {
  class Plain extends Event {}
  class Detailed extends CustomEvent<number> {
    readonly #extra = 1;
    get extra(): number {
      return this.#extra;
    }
  }
  const target = new EventTarget();
  target.addEventListener("other", () => {});
  for (const Class of [Event, CustomEvent, Plain, Detailed, MessageEvent, CloseEvent]) {
    for (let i = 0; i < 20_000; i++) target.dispatchEvent(new Class("other"));
  }
  return await receive(connect);
}

/** Messages sent before the connection is open, and handed over when it opens. */
export async function queue(connect: Connect): Promise<Figures> {
  installFakeWebSocket();
  const fill = async (count: number): Promise<number> => {
    // Made before, and by what makes most messages: a concatenation would be joined by whoever reads
    // it first, which is the client that counts its bytes and not the fake.
    const messages = Array.from({ length: count }, (_, i) => JSON.stringify(TEXT + i));
    const [connection, socket] = await dial(connect);
    const start = cpuMs();
    for (const message of messages) connection.send(message);
    socket.open();
    while (socket.sent < count) await nextTask();
    const tookMs = cpuMs() - start;
    connection.close();
    return tookMs;
  };
  await fill(10_000);
  const smallMs = await fill(100_000);
  const largeMs = await fill(1_000_000);
  return { largeMs, growth: largeMs / smallMs };
}

/** Reading `bufferedAmount` with 100 and with 100,000 messages queued. */
export async function bufferedAmount(connect: Connect): Promise<Figures> {
  installFakeWebSocket();
  const read = async (messages: number): Promise<number> => {
    const [connection] = await dial(connect);
    for (let i = 0; i < messages; i++) connection.send(`${TEXT}${i}`);
    let total = 0;
    let reads = 0;
    const start = cpuMs();
    while (cpuMs() - start < 200) {
      for (let i = 0; i < 10; i++) total += connection.bufferedAmount;
      reads += 10;
    }
    const ns = (cpuMs() - start) / reads * 1e6;
    if (total < reads * messages) throw new Error("Cannot trust this: fewer bytes than messages");
    return ns;
  };
  await read(10);
  const smallNs = await read(100);
  const largeNs = await read(100_000);
  return { growth: largeNs / smallNs };
}
