import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { closeFrame, FrameTracker, redirectRequest, RequestHead } from "../../../lib/cli/frames.ts";

const HEAD = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n";

function frame(length: number): Uint8Array {
  const header = length < 126
    ? [0x82, length]
    : length < 65_536
    ? [0x82, 126, length >> 8, length & 255]
    : [
      0x82,
      127,
      0,
      0,
      0,
      0,
      length >>> 24,
      (length >> 16) & 255,
      (length >> 8) & 255,
      length & 255,
    ];
  const bytes = new Uint8Array(header.length + length).fill(0x0d);
  bytes.set(header);
  return bytes;
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

Deno.test("FrameTracker finds the ends of frames, however the stream is cut into pieces", () => {
  const lengths = fc.array(fc.oneof(fc.nat(130), fc.constantFrom(125, 126, 65_535, 65_536)), {
    maxLength: 4,
  });
  fc.assert(
    fc.property(lengths, fc.array(fc.integer({ min: 1, max: 70_000 })), (lengths, cuts) => {
      const parts = [new TextEncoder().encode(HEAD), ...lengths.map(frame)];
      const stream = concat(parts);
      let end = 0;
      const ends = parts.map((part) => end += part.length);
      const tracker = new FrameTracker();
      const sizes = cuts.values();
      for (let at = 0; at < stream.length;) {
        const piece = stream.subarray(at, at + (sizes.next().value ?? stream.length));
        const expected = ends.find((end) => end > at && end <= at + piece.length);
        assertEquals(tracker.feed(piece), expected === undefined ? -1 : expected - at);
        at += piece.length;
        assertEquals(tracker.isBetweenFrames, ends.includes(at));
      }
    }),
    { numRuns: 30 },
  );
});

Deno.test("closeFrame() is a close frame with code and reason", () => {
  assertEquals([...closeFrame(1012, "bye")], [0x88, 5, 0x03, 0xf4, 98, 121, 101]);
});

Deno.test("RequestHead finds the end of a request, and refuses one without", () => {
  const head = new RequestHead();
  const bytes = new TextEncoder().encode("GET / HTTP/1.1\r\nHost: a\r\n\r\nrest");
  assertEquals(head.feed(bytes.subarray(0, 26)), null);
  assertEquals(head.feed(bytes.subarray(26)), {
    head: "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    rest: new TextEncoder().encode("rest"),
  });
  assertThrows(() => new RequestHead().feed(new Uint8Array(65_537)), RangeError);
  assertEquals(new RequestHead().feed(new Uint8Array(65_536)), null);
});

Deno.test("redirectRequest() goes to the target's host, and to its path unless the client named one", () => {
  const to = new URL("wss://example.com:1/feed?a");
  assertEquals(
    redirectRequest("GET / HTTP/1.1\r\nhost: localhost:9\r\nX: host: y\r\n\r\n", to),
    "GET /feed?a HTTP/1.1\r\nHost: example.com:1\r\nX: host: y\r\n\r\n",
  );
  assertEquals(
    redirectRequest("GET /own HTTP/1.1\r\nHost: localhost\r\n\r\n", to),
    "GET /own HTTP/1.1\r\nHost: example.com:1\r\n\r\n",
  );
});
