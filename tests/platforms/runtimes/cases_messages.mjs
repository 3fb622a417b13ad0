// deno-lint-ignore-file explicit-function-return-type -- plain JavaScript: run by Node and browsers as it is
/**
 * Messages: what is sent arrives as it was, in order, once; what cannot be kept is told.
 *
 * @module
 */
import { equal, ok, thrown, until } from "./harness.mjs";

const MIB = 1_048_576;

function bytesOf(buffer) {
  return [...new Uint8Array(buffer)];
}

export const messageCases = [
  {
    name: "texts are echoed unchanged",
    async test(lab) {
      const observed = lab.connect("/echo");
      const texts = ["", "plain", "äöü €", "👩‍🚀 \u0000 \n", "x".repeat(70_000)];
      await lab.opened(observed.ws);
      for (const text of texts) equal(observed.ws.send(text), true, "send()");
      await until(() => observed.messages.length === texts.length, () => "the echoes");
      equal(observed.messages, texts, "echoes");
    },
  },
  {
    name: "lone surrogates are sent as U+FFFD",
    async test(lab) {
      const observed = lab.connect("/echo");
      await lab.opened(observed.ws);
      observed.ws.send("a\ud800b");
      await observed.until("message a\ufffdb");
    },
  },
  {
    name: "buffers and views arrive byte by byte",
    async test(lab) {
      const { ws } = lab.connect("/sink");
      await lab.opened(ws);
      const bytes = new Uint8Array([0, 1, 127, 128, 254, 255]);
      ws.send(bytes.buffer);
      ws.send(bytes.subarray(1, 3));
      ws.send(new DataView(bytes.buffer, 4));
      ws.send(new Uint16Array([0x0101]));
      const { messages } = await lab.recorded(({ messages }) => messages.length === 4);
      equal(messages, ["hex:00017f80feff", "hex:017f", "hex:feff", "hex:0101"], "messages");
    },
  },
  {
    name: "Blobs arrive byte by byte and in order, queued or not",
    needs: ["queue"],
    async test(lab) {
      const { ws } = lab.connect("/sink");
      const send = (n) => ws.send(new Blob([new Uint8Array([n, 255])]));
      send(1);
      ws.send("2");
      await lab.opened(ws);
      send(3);
      ws.send("4");
      const { messages } = await lab.recorded(({ messages }) => messages.length === 4);
      equal(messages, ["hex:01ff", "2", "hex:03ff", "4"], "messages");
    },
  },
  {
    name: "queued buffers are sent as they were at send()",
    needs: ["queue"],
    async test(lab) {
      const { ws } = lab.connect("/slow/200/sink");
      const bytes = new Uint8Array([1, 2, 3]);
      ws.send(bytes);
      ws.send(bytes.buffer);
      bytes.fill(9);
      const { messages } = await lab.recorded(({ messages }) => messages.length === 2);
      equal(messages, ["hex:010203", "hex:010203"], "messages that the server saw");
    },
  },
  {
    name: "binaryType arraybuffer holds for every connection",
    async test(lab) {
      const observed = lab.connect("/binary");
      observed.ws.binaryType = "arraybuffer";
      for (const count of [1, 2]) {
        await until(() => observed.messages.length === count, () => "a message");
        const data = observed.messages.at(-1);
        ok(data instanceof ArrayBuffer, `an ArrayBuffer, not ${data}`);
        equal(bytesOf(data), [0, 1, 127, 128, 255], "bytes");
        if (count === 1) observed.ws.reconnect();
      }
      equal(observed.ws.binaryType, "arraybuffer", "binaryType");
    },
  },
  {
    name: "binaryType blob gives Blobs",
    async test(lab) {
      const observed = lab.connect("/binary");
      observed.ws.binaryType = "blob";
      await until(() => observed.messages.length === 1, () => "a message");
      const [data] = observed.messages;
      ok(data instanceof Blob, `a Blob, not ${data}`);
      equal(bytesOf(await data.arrayBuffer()), [0, 1, 127, 128, 255], "bytes");
    },
  },
  {
    name: "a message of 1 MiB arrives from the server",
    async test(lab) {
      const observed = lab.connect(`/big/${MIB}`);
      await until(() => observed.messages.length === 1, () => "the message");
      ok(observed.messages[0] === "x".repeat(MIB), "the whole message");
    },
  },
  {
    name: "a message of 1 MiB arrives at the server, also from the queue",
    needs: ["queue"],
    async test(lab) {
      const { ws } = lab.connect("/sink");
      equal(ws.send("x".repeat(MIB)), true, "send() to the queue");
      await lab.opened(ws);
      equal(ws.send(new Uint8Array(MIB - 1)), true, "send() to the socket");
      const { messages } = await lab.recorded(({ messages }) => messages.length === 2);
      equal(messages, [`text of ${MIB}`, `bytes of ${MIB - 1}`], "messages that the server saw");
    },
  },
  {
    name: "a thousand messages from the server arrive in order",
    async test(lab) {
      const observed = lab.connect("/many/1000");
      await until(() => observed.messages.length === 1_000, () => "all messages");
      equal(observed.messages, Array.from({ length: 1_000 }, (_, n) => String(n)), "messages");
    },
  },
  {
    name: "a thousand messages arrive at the server in order, queued or not",
    needs: ["queue"],
    async test(lab) {
      const { ws } = lab.connect("/sink");
      for (let n = 0; n < 500; n++) equal(ws.send(String(n)), true, "send() to the queue");
      await lab.opened(ws);
      for (let n = 500; n < 1_000; n++) equal(ws.send(String(n)), true, "send() to the socket");
      const { messages } = await lab.recorded(({ messages }) => messages.length === 1_000);
      equal(messages, Array.from({ length: 1_000 }, (_, n) => String(n)), "messages");
    },
  },
  {
    name: "what an open listener sends leaves before the queue",
    needs: ["queue"],
    async test(lab) {
      const { ws } = lab.connect("/sink");
      ws.send("queued 1");
      ws.addEventListener("open", () => ws.send("from open"));
      ws.send("queued 2");
      const { messages } = await lab.recorded(({ messages }) => messages.length === 3);
      equal(messages, ["from open", "queued 1", "queued 2"], "messages");
    },
  },
  {
    name: "messages queued through failed attempts are handed over once",
    needs: ["queue"],
    async test(lab) {
      const { ws } = lab.connect("/first/3/status/503");
      for (const text of ["a", "b", "c"]) ws.send(text);
      await lab.opened(ws);
      ws.send("d");
      const { messages } = await lab.recorded(({ messages }) => messages.includes("d"));
      equal(messages, ["a", "b", "c", "d"], "messages that the server saw");
    },
  },
  {
    name: "bufferedAmount counts the queue in bytes of UTF-8",
    needs: ["queue"],
    async test(lab) {
      const { ws } = lab.connect("/slow/200");
      ws.send("aé€👩");
      equal(ws.bufferedAmount, 10, "after a text");
      ws.send(new Uint8Array(100));
      equal(ws.bufferedAmount, 110, "after a buffer");
      ws.send(new Blob(["xyz"]));
      equal(ws.bufferedAmount, 113, "after a Blob");
      await lab.opened(ws);
      await until(() => ws.bufferedAmount === 0, () => "an empty queue");
    },
  },
  {
    name: "a full queue drops the newest message and tells",
    needs: ["queue"],
    async test(lab) {
      const observed = lab.connect("/slow/200/sink", { queue: { maxMessages: 2 } });
      equal(["a", "b", "c"].map((text) => observed.ws.send(text)), [true, true, false], "send()");
      const { messages } = await lab.recorded(({ messages }) => messages.length === 2);
      equal(messages, ["a", "b"], "messages that the server saw");
      equal(observed.log, ["drop c queue-overflow", "open 0"], "events");
    },
  },
  {
    name: "a full queue drops the oldest messages and tells",
    needs: ["queue"],
    async test(lab) {
      const observed = lab.connect("/slow/200/sink", {
        queue: { maxBytes: 4, overflow: "drop-oldest" },
      });
      equal(
        ["aa", "bb", "ccc"].map((text) => observed.ws.send(text)),
        [true, true, true],
        "send()",
      );
      const { messages } = await lab.recorded(({ messages }) => messages.length === 1);
      equal(messages, ["ccc"], "messages that the server saw");
      equal(
        observed.log,
        ["drop aa queue-overflow", "drop bb queue-overflow", "open 0"],
        "events",
      );
    },
  },
  {
    name: "a full queue throws if asked to",
    needs: ["queue"],
    async test(lab) {
      const { ws } = lab.connect("/slow/200", { queue: { maxMessages: 1, overflow: "throw" } });
      ws.send("a");
      equal(thrown(() => ws.send("b")).code, "queue-overflow", "a full queue");
      const { messages } = await lab.recorded(({ messages }) => messages.length === 1);
      equal(messages, ["a"], "messages");
    },
  },
  {
    name: "without a queue send() throws while not open",
    without: ["queue"],
    async test(lab) {
      const { ws } = lab.connect("/slow/200", { queue: false });
      equal(thrown(() => ws.send("a")).name, "InvalidStateError", "an exception without a queue");
      equal(ws.bufferedAmount, 0, "bufferedAmount");
      await lab.opened(ws);
      equal(ws.send("b"), true, "send() while open");
      const { messages } = await lab.recorded(({ messages }) => messages.length === 1);
      equal(messages, ["b"], "messages");
    },
  },
  {
    name: "what was never handed over is given back with the end",
    needs: ["queue"],
    async test(lab) {
      const { ws } = lab.connect(lab.refusedUrl);
      ws.send("a");
      ws.send("b");
      ws.close();
      equal(ws.send("c"), false, "send() after close()");
      equal((await ws.closed).undelivered, ["a", "b"], "undelivered");
    },
  },
  {
    name: "values are converted as the platform does",
    needs: ["queue"],
    async test(lab) {
      const { ws } = lab.connect("/sink");
      const values = [42, null, undefined, true, { toString: () => "object" }, ["x", "y"], "text"];
      for (const value of values.slice(0, 4)) ws.send(value);
      await lab.opened(ws);
      for (const value of values.slice(4)) ws.send(value);
      ok(thrown(() => ws.send(Symbol("no"))) instanceof TypeError, "a TypeError for a symbol");
      const { messages } = await lab.recorded(({ messages }) => messages.includes("text"));
      equal(messages, ["42", "null", "undefined", "true", "object", "x,y", "text"], "messages");
    },
  },
];
