import { assertEquals } from "@std/assert";
import { FakeClock } from "@holdfast/websocket/testing";
import fc from "fast-check";
import { Link, type Socket, type Weather } from "../../../lib/cli/chaos_link.ts";

/** A socket whose other end is the test. */
class FakeSocket implements Socket {
  readonly #listeners = new Map<string, (argument: unknown) => void>();
  readonly written: string[] = [];
  readonly done: string[] = [];
  hasRoom = true;
  isPaused = false;

  on(event: string, listener: (argument: never) => void): void {
    this.#listeners.set(event, listener as (argument: unknown) => void);
  }
  emit(event: string, argument?: unknown): void {
    this.#listeners.get(event)?.(argument);
  }
  receive(text: string): void {
    this.emit("data", Uint8Array.from(text, (character) => character.charCodeAt(0)));
  }
  write(bytes: Uint8Array | string): boolean {
    this.written.push(
      typeof bytes === "string"
        ? bytes
        : Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""),
    );
    return this.hasRoom;
  }
  pause(): void {
    this.isPaused = true;
  }
  resume(): void {
    this.isPaused = false;
  }
  end(): void {
    this.done.push("end");
  }
  destroy(): void {
    this.done.push("destroy");
  }
  setNoDelay(): void {}
}

const REQUEST = "GET / HTTP/1.1\r\nHost: proxy\r\n\r\n";
const RESPONSE = "HTTP/1.1 101 Switching Protocols\r\n\r\n";
const CLOSE_1012 = "\u0088\u0002\u0003\u00f4";

interface Rig {
  readonly client: FakeSocket;
  readonly server: FakeSocket;
  readonly clock: FakeClock;
  readonly weather: Weather;
  readonly link: Link;
  readonly ends: readonly string[];
}

/** A link that has shaken hands, unless it is not to. */
function rig(shakesHands = true): Rig {
  const [client, server, clock] = [new FakeSocket(), new FakeSocket(), new FakeClock()];
  const weather: Weather = { isFrozen: false, delayMs: 0 };
  const ends: string[] = [];
  const to = new URL("ws://target:1/");
  const link = new Link({ client, server, to, weather, clock, onEnd: (why) => ends.push(why) });
  if (shakesHands) {
    client.receive(REQUEST);
    server.receive(RESPONSE);
  }
  return { client, server, clock, weather, link, ends };
}

Deno.test("Link passes the request on for the target, and the rest as it is", () => {
  const { client, server } = rig(false);
  client.receive(REQUEST.slice(0, 9));
  client.receive(`${REQUEST.slice(9)}more`);
  client.receive("and more");
  server.receive(RESPONSE);
  assertEquals(server.written, [
    "GET / HTTP/1.1\r\nHost: target:1\r\n\r\n",
    "more",
    "and more",
  ]);
  assertEquals(client.written, [RESPONSE]);
});

Deno.test("Link passes the end of each direction on, and ends with the sockets", () => {
  const { client, server, ends } = rig();
  client.emit("end");
  server.emit("end");
  assertEquals([server.done, client.done, ends], [["end"], ["end"], []]);
  server.emit("close");
  client.emit("close");
  assertEquals(ends, [""]);
});

Deno.test("Link names the side that failed, and destroys the other", () => {
  const { client, server, ends } = rig();
  server.emit("error", { code: "ECONNRESET", message: "" });
  assertEquals([ends, client.done], [["server: ECONNRESET"], ["destroy"]]);
  const other = rig();
  other.client.emit("error", { message: "broken" });
  assertEquals([other.ends, other.server.done], [["client: broken"], ["destroy"]]);
});

Deno.test("Link holds the sender back while the receiver has no room", () => {
  const { client, server } = rig();
  client.hasRoom = false;
  server.receive("a");
  server.receive("b");
  assertEquals([client.written.slice(1), server.isPaused], [["a"], true]);
  client.hasRoom = true;
  client.emit("drain");
  assertEquals([client.written.slice(1), server.isPaused], [["a", "b"], false]);
});

Deno.test("Link holds the sender back once more than 1 MiB waits", () => {
  const { server, clock, weather } = rig();
  weather.delayMs = 1_000;
  server.emit("data", new Uint8Array(1_048_576));
  assertEquals(server.isPaused, false);
  server.emit("data", new Uint8Array(1));
  assertEquals(server.isPaused, true);
  clock.tick(1_000);
  assertEquals(server.isPaused, false);
});

Deno.test("Link lets nothing pass while frozen, and everything afterwards", () => {
  const { client, link, server, weather } = rig();
  weather.isFrozen = true;
  link.update();
  server.receive("late");
  link.close(1012, "");
  assertEquals([client.written.length, client.isPaused, server.isPaused], [1, true, true]);
  weather.isFrozen = false;
  link.update();
  assertEquals(
    client.written.slice(1),
    [CLOSE_1012],
    "the close comes first, and the rest not at all",
  );
});

Deno.test("Link puts the close frame behind the frame that is under way, and ends", () => {
  const { client, clock, ends, link, server } = rig();
  server.receive("\u0081\u0005ab");
  link.close(1012, "");
  assertEquals(client.written.length, 2);
  server.receive("cde\u0081\u0001x");
  assertEquals(client.written.slice(2), ["cde", CLOSE_1012]);
  server.receive("more");
  client.receive("answer");
  client.emit("end");
  server.emit("close");
  assertEquals([client.written.length, ends], [4, []]);
  clock.tick(400);
  assertEquals([client.done, server.done], [["end", "destroy"], ["destroy"]]);
  client.emit("close");
  assertEquals(ends, [""]);
});

Deno.test("Link destroys where a platform has no reset, and a request that has no end", () => {
  const killed = rig();
  killed.link.kill();
  assertEquals([killed.ends, killed.client.done[0]], [[""], "destroy"]);
  const endless = rig(false);
  endless.client.receive("x".repeat(65_537));
  assertEquals([endless.ends, endless.server.written], [[""], []]);
});

Deno.test("Link keeps the order, however the delay changes", () => {
  const step = fc.record({ delayMs: fc.nat(500), passMs: fc.nat(300) });
  fc.assert(fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
    const { client, server, clock, weather } = rig();
    steps.forEach(({ delayMs, passMs }, index) => {
      weather.delayMs = delayMs;
      server.receive(`${index}`);
      clock.tick(passMs);
    });
    clock.tick(500);
    assertEquals(client.written.slice(1), steps.map((_, index) => `${index}`));
  }));
});

// Found: at a server of wss:, Node's proxy ended by the error that the method of a TLS socket throws.
Deno.test("kill() resets what can be reset, and destroys a socket that speaks TLS", () => {
  class TlsSocket extends FakeSocket {
    readonly encrypted = true;
    resetAndDestroy(): void {
      throw new TypeError("This handle type cannot be sent");
    }
  }
  class TcpSocket extends FakeSocket {
    resetAndDestroy(): void {
      this.done.push("reset");
    }
  }
  const [client, server] = [new TcpSocket(), new TlsSocket()];
  const ends: string[] = [];
  new Link({
    ...{ client, server, to: new URL("wss://target/"), clock: new FakeClock() },
    weather: { isFrozen: false, delayMs: 0 },
    onEnd: (why) => ends.push(why),
  }).kill();
  assertEquals([client.done[0], server.done[0], ends], ["reset", "destroy", [""]]);
});
