// deno-lint-ignore-file explicit-function-return-type -- plain JavaScript: a page imports it as it is
/**
 * Observations of what the suites of platforms and of other classes check: subprotocols that a
 * server chooses, the order of what is sent and closed, frames that break the protocol.
 *
 * @module
 */
import { life } from "./contract_events.mjs";
import { next, thrown, until } from "./contract_helpers.mjs";

/** Long enough for what must not come. */
const SETTLE_MS = 50;

/** The types of the events that end a life before it is open, or "open" and the subprotocol. */
async function opening(ws) {
  const types = [];
  for (const type of ["open", "error", "close"]) ws.addEventListener(type, () => types.push(type));
  await next(ws, "open", "close");
  return types.includes("open") ? ["open", ws.protocol] : types;
}

/** What the server noted of the last connection to `/record`. */
async function recorded(connect) {
  const ws = connect("/recorded");
  const { data } = await next(ws, "message");
  return JSON.parse(data);
}

const surfaceSuites = {
  "members, but for the constants, that a loop over the instance meets"(_, { connect }) {
    const members = Object.getOwnPropertyNames(WebSocket.prototype)
      .filter((name) => !/^[A-Z]+$/.test(name));
    const met = [];
    for (const name in connect("/echo")) {
      if (members.includes(name)) met.push(name);
    }
    return met.sort();
  },
};

const protocolSuites = {
  async "a subprotocol that was not offered"(_, { connect }) {
    const lists = [undefined, [], ["other"], ["UNOFFERED"]];
    return await Promise.all(lists.map((list) => opening(connect("/unoffered", list))));
  },
  async "a subprotocol that was offered, among others"(_, { connect }) {
    return await opening(connect("/unoffered", ["other", "unoffered"]));
  },
  async "no subprotocol though some were offered"(_, { connect }) {
    return await opening(connect("/none", ["a", "b"]));
  },
};

const closeSuites = {
  async "the events of a life, by the code with which the server closes"(_, { connect }) {
    const codes = [
      ...[1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013],
      ...[3000, 3003, 3999, 4000, 4400, 4401, 4403, 4404, 4410, 4999],
    ];
    return await Promise.all(codes.map((code) => {
      return life(connect(`/close?code=${code}&reason=r`), (ws) => ws.send("now"));
    }));
  },
  async "close() in an error listener and in a close listener"(_, { connect }) {
    const ws = connect("/forbidden");
    ws.addEventListener("error", () => ws.close(4000, "e"));
    ws.addEventListener("close", () => ws.close(4001, "c"));
    const seen = (await life(ws)).map(([type, readyState]) => [type, readyState]);
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    return [seen, ws.readyState];
  },
  async "what the server gets of close()"(_, { connect }) {
    const seen = [];
    for (const args of [[], [1000], [3000, "why"], [4999, "\u00e9"]]) {
      const ws = connect("/record");
      await next(ws, "open");
      ws.close(...args);
      // The first call counts.
      ws.close(4001, "second");
      await next(ws, "close");
      const { code, reason } = await recorded(connect);
      seen.push([code, reason]);
    }
    return seen;
  },
  async "close() with a reason and no code"(_, { connect }) {
    const ws = connect("/record");
    await next(ws, "open");
    const outcome = thrown(() => ws.close(undefined, "why"));
    ws.close();
    await next(ws, "close");
    const { code, reason } = await recorded(connect);
    return [outcome, code, reason];
  },
  async "what was sent before close()"(_, { connect }) {
    const ws = connect("/record");
    await next(ws, "open");
    const texts = Array.from({ length: 20 }, (_, n) => `${n}:${"x".repeat(n * 1_000)}`);
    for (const text of texts) ws.send(text);
    ws.close(4000);
    ws.send("after");
    await next(ws, "close");
    const { messages, code } = await recorded(connect);
    return [messages.length, messages.every((text, n) => text === texts[n]), code];
  },
  async "messages that come after close()"(_, { connect }) {
    const ws = connect("/twice");
    await next(ws, "open");
    const seen = [];
    ws.addEventListener("message", ({ data }) => {
      seen.push(data);
      ws.close();
    });
    ws.send("now");
    await next(ws, "close");
    return seen;
  },
};

const messageSuites = {
  async "messages of the lengths at which frames change"(_, { connect }) {
    const ws = connect("/echo");
    ws.binaryType = "arraybuffer";
    await next(ws, "open");
    const seen = [];
    for (const length of [125, 126, 65_535, 65_536, 300_000]) {
      ws.send("x".repeat(length));
      const text = await next(ws, "message");
      ws.send(Uint8Array.from({ length }, (_, n) => n % 251));
      const { data } = await next(ws, "message");
      const isWhole = new Uint8Array(data).every((byte, n) => byte === n % 251);
      seen.push([text.data.length, data.byteLength, isWhole]);
    }
    return seen;
  },
  async "data that is changed after it was sent"(_, { connect }) {
    const ws = connect("/echo");
    ws.binaryType = "arraybuffer";
    await next(ws, "open");
    const bytes = Uint8Array.of(1, 2, 3);
    ws.send(bytes);
    bytes.fill(9);
    return [...new Uint8Array((await next(ws, "message")).data)];
  },
  async "shared memory that is no view"(_, { connect }) {
    if (typeof SharedArrayBuffer !== "function") return "no shared memory here";
    const ws = connect("/echo");
    await next(ws, "open");
    const outcome = thrown(() => ws.send(new SharedArrayBuffer(2)));
    if (outcome !== "nothing") return outcome;
    return (await next(ws, "message")).data;
  },
  async "bufferedAmount right after send()"(_, { connect }) {
    const ws = connect("/record");
    await next(ws, "open");
    const amounts = [];
    for (const data of ["\u00e9\u{1f600}", new Uint8Array(7), new Blob(["12345"]), ""]) {
      const before = ws.bufferedAmount;
      ws.send(data);
      amounts.push(ws.bufferedAmount - before);
    }
    return amounts;
  },
  async "a message that the server sends at once"(_, { connect }) {
    const ws = connect("/greeting");
    const seen = [];
    for (const type of ["open", "message"]) {
      ws.addEventListener(type, () => {
        seen.push(type);
        Promise.resolve().then(() => seen.push(`promise of ${type}`));
      });
    }
    await until(() => seen.length === 4);
    return seen;
  },
  async "an event handler that returns false"(_, { connect }) {
    const ws = connect("/echo");
    ws.onopen = () => false;
    const { defaultPrevented, cancelable } = await next(ws, "open");
    return [defaultPrevented, cancelable];
  },
  async "a listener that throws"(_, { connect }) {
    const ws = connect("/echo");
    const seen = [];
    const report = (event) => {
      event.preventDefault();
      seen.push(`reported ${event.error.message}`);
    };
    globalThis.addEventListener("error", report);
    for (const name of ["first", "second"]) {
      ws.addEventListener("message", () => {
        seen.push(name);
        throw new Error(name);
      });
    }
    await next(ws, "open");
    ws.send("x");
    await until(() => seen.length === 4);
    globalThis.removeEventListener("error", report);
    return [seen.sort(), ws.readyState];
  },
  async "the message of an error event"(_, { connect }) {
    const { message } = await next(connect("/forbidden"), "error");
    return [typeof message, Boolean(message)];
  },
};

/** Frames that no server may send, in hexadecimal. */
const BROKEN = {
  "a masked frame": "818100000000ff",
  "a reserved opcode": "8300",
  "a reserved bit": "c10178",
  "a continuation of nothing": "800178",
  "a fragmented ping": "0900",
  "a long ping": `897e007e${"00".repeat(126)}`,
  "text that is no UTF-8": "8101ff",
  "a close of one byte": "880103",
  "a close code that is never sent": "880203ed",
  "a close code below 1000": "880203e7",
  "a close reason that is no UTF-8": "880303e8ff",
};

const brokenSuites = {
  async "the events of a life in which the server breaks the protocol"(_, { connect }) {
    return await Promise.all(
      Object.entries(BROKEN).map(async ([name, hex]) => {
        const events = await life(connect(`/frame?hex=${hex}`), (ws) => ws.send("now"));
        // Which code a platform takes for its own failure is its business; Deno takes 0.
        return [name, events.map(([type, readyState]) => [type, readyState])];
      }),
    );
  },
};

export const suiteObservations = {
  ...surfaceSuites,
  ...protocolSuites,
  ...closeSuites,
  ...messageSuites,
  ...brokenSuites,
};
