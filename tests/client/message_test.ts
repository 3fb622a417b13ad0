import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import vm from "node:vm";
import { inRealm } from "../platforms/realm.ts";
import { byteLength, snapshot, toMessage, type WebSocketData } from "../../lib/bounded_queue.ts";
import { without } from "./without.ts";

/** Any string of UTF-16 code units, half of them surrogates, paired or not. */
const anyString = fc.array(
  fc.oneof(
    fc.integer({ min: 0, max: 0xFFFF }),
    fc.integer({ min: 0xD800, max: 0xDFFF }),
    fc.constantFrom(0, 0x7F, 0x80, 0x7FF, 0x800, 0xD7FF, 0xD800, 0xDBFF, 0xDC00, 0xDFFF, 0xE000),
  ),
).map((units) => String.fromCharCode(...units));

function countsUtf8(count: (text: string) => number): fc.IProperty<unknown> {
  return fc.property(anyString, (text) => {
    assertEquals(count(text), new TextEncoder().encode(text).length);
  });
}

Deno.test("byteLength() of any string is what TextEncoder makes of it", () => {
  fc.assert(countsUtf8(byteLength), { numRuns: 5_000 });
});

const MISCOUNTS: Record<string, (text: string) => number> = {
  "code units": (text) => text.length,
  "code points of three bytes at most": (text) =>
    [...text].reduce((sum, { length }) => sum + 3 * length, 0),
  "every high surrogate starts a pair": (text) =>
    [...text].reduce((sum, point) => {
      const unit = point.charCodeAt(0);
      const isHigh = unit >= 0xD800 && unit < 0xDC00;
      return sum + (isHigh ? 4 : new TextEncoder().encode(point).length);
    }, 0),
};

for (const [what, count] of Object.entries(MISCOUNTS)) {
  Deno.test(`byteLength() property finds a planted bug: ${what}`, () => {
    assert(fc.check(countsUtf8(count), { numRuns: 5_000 }).failed);
  });
}

Deno.test("byteLength() of binary data is the size of what is sent", () => {
  const buffer = new ArrayBuffer(16);
  assertEquals(
    [
      byteLength(buffer),
      byteLength(new Uint8Array(buffer, 3, 5)),
      byteLength(new Float64Array(buffer, 8)),
      byteLength(new DataView(buffer, 1, 2)),
      byteLength(new Blob(["€", new Uint8Array(2)])),
      byteLength(new File(["abc"], "name")),
      byteLength(new ArrayBuffer(0)),
    ],
    [16, 5, 8, 2, 5, 3, 0],
  );
});

const CONVERSIONS: readonly (readonly [value: unknown, message: string])[] = [
  [undefined, "undefined"],
  [null, "null"],
  [true, "true"],
  [-0, "0"],
  [1e21, "1e+21"],
  [10n, "10"],
  [[1, [2, 3]], "1,2,3"],
  [{}, "[object Object]"],
  [new String("boxed"), "boxed"],
  [{ toString: () => "mine" }, "mine"],
  [{ [Symbol.toPrimitive]: (hint: string) => hint }, "string"],
  [new URL("https://example.com"), "https://example.com/"],
];

for (const [value, message] of CONVERSIONS) {
  Deno.test(`toMessage() makes the string ${JSON.stringify(message)} of a ${typeof value}`, () => {
    assertEquals(toMessage(value), message);
  });
}

Deno.test("toMessage() gives binary data as it is", () => {
  const values = [
    new ArrayBuffer(1),
    new Uint8Array(1),
    new DataView(new ArrayBuffer(1)),
    new Float64Array(1),
    new Blob(["a"]),
    new File(["a"], "name"),
  ];
  for (const value of values) assert(toMessage(value) === value);
});

Deno.test("toMessage() knows the buffers of another realm", () => {
  for (
    const code of ["new ArrayBuffer(2)", "new Uint8Array(2)", "new DataView(new ArrayBuffer(2))"]
  ) {
    const value = vm.runInNewContext(code);
    assert(!(value instanceof ArrayBuffer) && !(value instanceof Uint8Array));
    assert(toMessage(value) === value);
    assertEquals(byteLength(snapshot(toMessage(value))), 2);
  }
});

Deno.test("toMessage() refuses shared memory, and views of it, from any realm", () => {
  const values = [
    new SharedArrayBuffer(1),
    new Uint8Array(new SharedArrayBuffer(1)),
    new DataView(new SharedArrayBuffer(1)),
    new SharedArrayBuffer(1, { maxByteLength: 2 }),
    vm.runInNewContext("new Int8Array(new SharedArrayBuffer(1))"),
  ];
  for (const value of values) {
    const { message } = assertThrows(() => toMessage(value), TypeError);
    assertEquals(message, "Cannot send shared memory: copy it first");
  }
});

Deno.test("toMessage() throws a TypeError for what has no string", () => {
  assertThrows(() => toMessage(Symbol("secret")), TypeError);
  assertThrows(() => toMessage(Object.create(null)), TypeError);
});

Deno.test("toMessage() lets through what a value's own conversion throws", () => {
  const mine = new RangeError("mine");
  const value = {
    toString(): string {
      throw mine;
    },
  };
  assert(assertThrows(() => toMessage(value), RangeError) === mine);
});

Deno.test("snapshot() keeps what cannot change", () => {
  for (const message of ["text", new Blob(["a"]), new File(["a"], "name")]) {
    assert(snapshot(message) === message);
  }
});

type ViewConstructor = new (
  buffer: ArrayBuffer,
  offset: number,
  length: number,
) => ArrayBufferView<ArrayBuffer>;
const VIEWS: readonly ViewConstructor[] = [
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Float32Array,
  BigInt64Array,
  DataView,
];

/** Binary data of every kind, with the bytes that a receiver must see. */
const binary = fc.record({
  bytes: fc.uint8Array({ minLength: 0, maxLength: 64 }),
  View: fc.constantFrom(null, ...VIEWS),
  skip: fc.nat({ max: 4 }),
  resizes: fc.boolean(),
}).map(({ bytes, View, skip, resizes }) => {
  const { length } = bytes;
  const buffer = new ArrayBuffer(length, resizes ? { maxByteLength: length + 8 } : {});
  new Uint8Array(buffer).set(bytes);
  if (!View) return { buffer, data: buffer, expected: bytes };
  const unit = "BYTES_PER_ELEMENT" in View ? Number(View.BYTES_PER_ELEMENT) : 1;
  const offset = Math.min(skip, Math.floor(length / unit)) * unit;
  const count = Math.floor((length - offset) / unit);
  const data = new View(buffer, offset, count);
  return { buffer, data, expected: bytes.slice(offset, offset + count * unit) };
});

function bytesOf(data: WebSocketData): number[] {
  const [buffer, offset, length] = ArrayBuffer.isView(data)
    ? [data.buffer, data.byteOffset, data.byteLength]
    : [data as ArrayBuffer, 0, (data as ArrayBuffer).byteLength];
  return [...new Uint8Array(buffer, offset, length)];
}

function copiesForGood(copy: (message: WebSocketData) => WebSocketData): fc.IProperty<unknown> {
  return fc.property(binary, ({ buffer, data, expected }) => {
    const copied = copy(data);
    assertEquals(byteLength(copied), expected.length);
    new Uint8Array(buffer).fill(0xAA);
    if (buffer.resizable) buffer.resize(0);
    else buffer.transfer();
    assertEquals(bytesOf(copied), [...expected]);
  });
}

Deno.test("snapshot() of a detached buffer, or a view of one, is empty, as the platform sends it", () => {
  const buffer = new ArrayBuffer(3);
  const views = [buffer, new Uint8Array(buffer, 1, 2), new DataView(buffer, 1)];
  structuredClone(buffer, { transfer: [buffer] });
  assertEquals(
    views.map((view) => snapshot(toMessage(view))),
    views.map(() => new ArrayBuffer(0)),
  );
});

Deno.test("snapshot() of a buffer or a view is the bytes of this moment, and no others", () => {
  fc.assert(copiesForGood(snapshot), { numRuns: 2_000 });
});

const MISCOPIES: Record<string, (message: WebSocketData) => WebSocketData> = {
  "no copy": (message) => message,
  "the whole buffer of a view": (message) =>
    ArrayBuffer.isView(message) ? message.buffer.slice(0) : snapshot(message),
  "a view's length without its offset": (message) =>
    ArrayBuffer.isView(message) ? message.buffer.slice(0, message.byteLength) : snapshot(message),
  "views by reference": (message) => ArrayBuffer.isView(message) ? message : snapshot(message),
};

for (const [what, copy] of Object.entries(MISCOPIES)) {
  Deno.test(`snapshot() property finds a planted bug: ${what}`, () => {
    assert(fc.check(copiesForGood(copy), { numRuns: 2_000 }).failed);
  });
}

Deno.test("toMessage() knows a Blob by its class, where that has no tag, as in React Native", () => {
  const untagged = Object.defineProperty(new Blob(["abc"]), Symbol.toStringTag, {
    value: "Object",
  });
  assertStrictEquals(toMessage(untagged), untagged);
});

Deno.test("toMessage() knows the Blob of another realm by its tag", () => {
  for (const tag of ["Blob", "File"]) {
    const value = Object.setPrototypeOf(new Blob(["abc"]), { [Symbol.toStringTag]: tag });
    assert(!(value instanceof Blob));
    assertStrictEquals(toMessage(value), value);
  }
});

Deno.test("toMessage() does without the platform's Blob", () => {
  assertEquals(without("Blob", () => toMessage(5)), "5");
});

Deno.test("toMessage() replaces lone surrogates in workerd, which does not", async () => {
  assertEquals(await inRealm("workerd"), ["a\uFFFDb", "\uFFFD", "5", "plain"]);
});
