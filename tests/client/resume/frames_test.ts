/** The frames of resume.v1: every message survives them, and no garbage does harm. */

import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  ackFrame,
  controlFrame,
  type Hello,
  isOfClient,
  isOfServer,
  type LostReason,
  MAX_CONTROL_LENGTH,
  parse as parseOf,
  REQUEST,
  wrap,
} from "../../../lib/resume/frames.ts";

const settings = { numRuns: 2_000 };

/** As both sides see it: whatever either of them may send. */
function parse(raw: unknown): ReturnType<typeof parseOf> {
  return parseOf(raw, (frame) => isOfClient(frame) || isOfServer(frame));
}

const count = fc.maxSafeNat();
const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: "binary" }).map((rest) => `\u0001${rest}`),
  fc.constantFrom("", "\u0001", "\u0001\u0001", "\u0001A1", "\u0001R", '\u0001{"t":"bye"}'),
);

const hello: fc.Arbitrary<Hello> = fc.record({
  t: fc.constant("hello" as const),
  v: fc.constant(1 as const),
  s: fc.stringMatching(/^[\w-]{22,64}$/),
  n: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  was: fc.array(count, { maxLength: 32 }),
  rx: count,
  ack: count,
  tx: count,
  new: fc.boolean(),
  max: count,
  auth: fc.string({ maxLength: 100 }),
}).map((frame) => ({ ...frame, ack: Math.min(frame.ack, frame.tx) }));

Deno.test("parse() gives back every text and every buffer that wrap() made a frame of", () => {
  fc.assert(
    fc.property(fc.oneof(text, fc.uint8Array()), (data) => {
      assertEquals(parse(wrap(data)), { t: "data", data });
    }),
    settings,
  );
});

Deno.test("parse() gives back every control frame", () => {
  const why = fc.constantFrom<LostReason[]>("unknown", "expired", "gap", "overflow");
  const control = fc.oneof(
    hello,
    fc.record({
      t: fc.constant("ok" as const),
      rx: count,
      new: fc.boolean(),
      ttl: count,
      max: count,
    }),
    fc.record({ t: fc.constant("lost" as const), why }),
    fc.record({ t: fc.constant("lost" as const), why, rx: count }),
    fc.constant({ t: "bye" as const }),
  );
  fc.assert(
    fc.property(control, (frame) => assertEquals(parse(controlFrame(frame)), frame)),
    settings,
  );
  fc.assert(
    fc.property(count, (rx) => assertEquals(parse(ackFrame(rx)), { t: "ack", rx })),
    settings,
  );
  assertEquals(parse(REQUEST), { t: "request" });
});

Deno.test("parse() takes any garbage for data or for bad, and never throws", () => {
  const json = fc.json().map((value) => `\u0001{${value.slice(1)}`);
  const damaged = fc.tuple(hello, fc.nat(), fc.string({ unit: "binary", maxLength: 2 })).map(
    ([frame, at, rest]) => {
      const whole = controlFrame(frame);
      const i = 1 + at % (whole.length - 1);
      return whole.slice(0, i) + rest + whole.slice(i + 1);
    },
  );
  const known = ["data", "ack", "request", "bye", "bad", "hello", "ok", "lost"];
  fc.assert(
    fc.property(fc.oneof(text, json, damaged, fc.anything()), (raw) => {
      assertEquals(known.includes(parse(raw).t), true);
    }),
    settings,
  );
});

const valid: Hello = {
  t: "hello",
  v: 1,
  s: "x".repeat(22),
  n: 1,
  rx: 0,
  ack: 0,
  tx: 0,
  new: true,
  max: 0,
};

for (
  const [what, change] of Object.entries({
    "another version": { v: 2 },
    "a token of 21 characters": { s: "x".repeat(21) },
    "a token of 65 characters": { s: "x".repeat(65) },
    "a token with a space": { s: `${"x".repeat(22)} y` },
    "the counter 0": { n: 0 },
    "more confirmed than sent": { ack: 1 },
    "a negative count": { rx: -1 },
    "earlier hellos that are no list": { was: 1 },
    "an earlier hello that is no count": { was: [-1] },
    "a fraction": { max: 0.5 },
    "a count that no number can keep": { tx: 2 ** 53 },
    "a count that is text": { rx: "0" },
    "no word on whether it is new": { new: undefined },
    "an auth that is no text": { auth: 1 },
  })
) {
  Deno.test(`parse() refuses a hello with ${what}`, () => {
    const raw = `\u0001${JSON.stringify({ ...valid, ...change })}`;
    assertEquals(parse(raw), { t: "bad" });
  });
}

for (
  const [what, raw] of Object.entries({
    "an acknowledgement without digits": "\u0001A",
    "an acknowledgement of 2^53": `\u0001A${2 ** 53}`,
    "a negative acknowledgement": "\u0001A-1",
    "a request with more behind it": "\u0001R1",
    "an unknown letter": "\u0001Z",
    "a lone mark": "\u0001",
    "a reason that is not in the protocol": '\u0001{"t":"lost","why":"bored"}',
    "an ok without a window": '\u0001{"t":"ok","rx":0,"new":true}',
    "an unknown control frame": '\u0001{"t":"hi"}',
    "half of a control frame": '\u0001{"t":"bye"',
  })
) {
  Deno.test(`parse() refuses ${what}`, () => assertEquals(parse(raw), { t: "bad" }));
}

Deno.test("parse() refuses a control frame of more than 8 KiB before it looks into it", () => {
  const padded = (length: number): string => {
    const bare = '\u0001{"t":"bye","x":""}';
    return bare.replace('""', `"${"x".repeat(length - bare.length)}"`);
  };
  const lengths = [-1, 0, 1].map((more) => MAX_CONTROL_LENGTH + more);
  assertEquals(lengths.map((length) => padded(length).length), lengths);
  assertEquals(lengths.map((length) => parse(padded(length)).t), ["bye", "bye", "bad"]);
});

Deno.test("parse() takes from each side what only that side may say", () => {
  const ok = '\u0001{"t":"ok","rx":0,"new":true,"max":1}';
  const said = controlFrame(valid);
  const bye = controlFrame({ t: "bye" });
  const types = (isControl: typeof isOfClient): string[] =>
    [said, ok, bye].map((raw) => parseOf(raw, isControl).t);
  assertEquals([types(isOfClient), types(isOfServer)], [
    ["hello", "bad", "bye"],
    ["bad", "ok", "bye"],
  ]);
});
