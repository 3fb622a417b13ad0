// deno-lint-ignore-file explicit-function-return-type -- plain JavaScript: a page imports it as it is
/**
 * Observations of events: which come, in which order, with which fields, and to whom.
 *
 * @module
 */
import { next, until } from "./contract_helpers.mjs";

const TYPES = ["open", "message", "error", "close"];

/** Notes the events of a life, and readyState in each, until it is closed. */
export async function life(ws, act) {
  const seen = [];
  for (const type of TYPES) {
    ws.addEventListener(type, (event) => {
      const note = [event.type, ws.readyState];
      seen.push(type === "close" ? [...note, event.code, event.reason, event.wasClean] : note);
    });
  }
  const closed = next(ws, "close");
  ws.addEventListener("open", () => act?.(ws));
  await closed;
  return seen;
}

/** What an event says about itself while it is dispatched. */
function describe(event, ws) {
  const { type, bubbles, cancelable, composed, defaultPrevented, eventPhase } = event;
  return {
    ...{ type, bubbles, cancelable, composed, defaultPrevented, eventPhase },
    class: Object.prototype.toString.call(event),
    isTarget: event.target === ws,
    isCurrentTarget: event.currentTarget === ws,
    path: event.composedPath().map((target) => target === ws),
    isRecent: Math.abs(event.timeStamp - new Event("x").timeStamp) < 60_000,
  };
}

/** The descriptions of the first event of each of these types. */
async function descriptions(ws, types, act) {
  const seen = types.map(async (type) => {
    let description;
    ws.addEventListener(type, (event) => description ??= describe(event, ws));
    const event = await next(ws, type);
    await new Promise((resolve) => setTimeout(resolve));
    return [description, event.currentTarget === null, event.eventPhase];
  });
  ws.addEventListener("open", () => act?.(ws));
  return await Promise.all(seen);
}

/** Calls in order, of one message to listeners that `arrange` sets up. */
async function calls(connect, arrange) {
  const ws = connect("/echo");
  await next(ws, "open");
  const seen = [];
  arrange(ws, (name) => () => seen.push(name), seen);
  for (const text of ["first", "second"]) {
    const message = next(ws, "message");
    ws.send(text);
    await message;
    // Listeners registered later than `next` are called after it.
    await Promise.resolve();
    seen.push("|");
  }
  return seen;
}

export const eventObservations = {
  async "the events of a life, closed here"(_, { connect }) {
    return await life(connect("/echo"), (ws) => ws.close(4000, "bye"));
  },
  async "the events of a life, closed by the server"(_, { connect }) {
    return await life(connect("/close?code=4001&reason=gone"), (ws) => ws.send("now"));
  },
  async "the events of a life, closed by the server without a code"(_, { connect }) {
    return await life(connect("/close"), (ws) => ws.send("now"));
  },
  async "the events of a life that is cut off"(_, { connect }) {
    return await life(connect("/drop"), (ws) => ws.send("now"));
  },
  async "the events of a life that the server refuses"(_, { connect }) {
    return await life(connect("/forbidden"));
  },
  async "the events of a life closed before it is open"(_, { connect }) {
    const ws = connect("/echo");
    const seen = life(ws);
    ws.close();
    return await seen;
  },
  async "close() inside the open event"(_, { connect }) {
    const ws = connect("/echo");
    ws.onopen = () => ws.close();
    return await life(ws);
  },
  async "what an open, a message and a close event are"(_, { connect }) {
    return await descriptions(
      connect("/close?code=4001&greet=1"),
      ["open", "message", "close"],
      (ws) => ws.send("now"),
    );
  },
  async "what an error event is"(_, { connect }) {
    const [[description]] = await descriptions(connect("/forbidden"), ["error"]);
    return description;
  },
  async "isTrusted"(_, { connect }) {
    return (await next(connect("/echo"), "open")).isTrusted;
  },
  async "the fields of a message event"(_, { connect }) {
    const ws = connect("/echo");
    await next(ws, "open");
    ws.send("text");
    const { data, origin, lastEventId, source, ports } = await next(ws, "message");
    return [data, origin.replace(/:\d+/, ":PORT"), lastEventId, source, ports];
  },
  "event handlers that are not functions"(_, { connect }) {
    const ws = connect("/echo");
    return [5, "text", undefined, null, true, Symbol("handler")].map((value) => {
      ws.onopen = () => {};
      ws.onopen = value;
      return ws.onopen;
    });
  },
  "an object as an event handler"(_, { connect }) {
    const ws = connect("/echo");
    ws.onopen = {};
    return ws.onopen;
  },
  "event handlers that are read"(_, { connect }) {
    const ws = connect("/echo");
    return TYPES.map((type) => {
      const handler = () => {};
      ws[`on${type}`] = handler;
      return ws[`on${type}`] === handler;
    });
  },
  async "event handlers among listeners"(_, { connect }) {
    return await calls(connect, (ws, note) => {
      ws.addEventListener("message", note("a"));
      ws.onmessage = note("replaced");
      ws.addEventListener("message", note("b"));
      ws.onmessage = note("handler");
    });
  },
  async "an event handler that was null goes last"(_, { connect }) {
    return await calls(connect, (ws, note) => {
      ws.onmessage = note("old");
      ws.addEventListener("message", note("a"));
      ws.onmessage = null;
      ws.onmessage = note("new");
    });
  },
  async "once, a signal, duplicates and handleEvent"(_, { connect }) {
    const controller = new AbortController();
    return await calls(connect, (ws, note, seen) => {
      const same = note("same");
      ws.addEventListener("message", note("once"), { once: true });
      ws.addEventListener("message", same);
      ws.addEventListener("message", same);
      ws.addEventListener("message", {
        handleEvent: () => {
          seen.push("object");
          controller.abort();
        },
      });
      ws.addEventListener("message", note("aborted"), { signal: controller.signal });
      ws.addEventListener("message", null);
    });
  },
  async "listeners added and removed while they are called"(_, { connect }) {
    return await calls(connect, (ws, note) => {
      const removed = note("removed");
      const added = note("added");
      ws.addEventListener("message", () => {
        ws.removeEventListener("message", removed);
        ws.addEventListener("message", added);
      });
      ws.addEventListener("message", removed);
    });
  },
  async "promises between two listeners"(_, { connect }) {
    const ws = connect("/echo");
    const seen = [];
    ws.addEventListener("open", () => {
      seen.push("first");
      Promise.resolve().then(() => seen.push("promise"));
    });
    ws.addEventListener("open", () => seen.push("second"));
    await until(() => seen.length > 2);
    return seen;
  },
  async "stopImmediatePropagation"(_, { connect }) {
    const ws = connect("/echo");
    const seen = [];
    ws.addEventListener("open", () => seen.push("before"));
    ws.onopen = (event) => {
      seen.push("stops");
      event.stopImmediatePropagation();
    };
    ws.addEventListener("open", () => seen.push("after"));
    await until(() => seen.length > 1);
    return seen;
  },
  async "this in listeners"(_, { connect }) {
    const ws = connect("/echo");
    const seen = [];
    ws.onopen = function () {
      seen.push(this === ws);
    };
    ws.addEventListener("open", function () {
      seen.push(this === ws);
    });
    const object = {
      handleEvent() {
        seen.push(this === object);
      },
    };
    ws.addEventListener("open", object);
    await next(ws, "open");
    return seen;
  },
  "events that a page dispatches"(_, { connect }) {
    const ws = connect("/echo");
    const seen = [];
    for (const type of [...TYPES, "own"]) {
      ws.addEventListener(type, (event) => seen.push([type, event.target === ws]));
      ws.dispatchEvent(new Event(type));
    }
    const cancelled = new Event("own", { cancelable: true });
    ws.addEventListener("own", (event) => event.preventDefault());
    return [...seen, ws.dispatchEvent(cancelled), ws.readyState];
  },
};
