import { assertEquals } from "@std/assert";
import { ClientEventTarget, deliver } from "../../lib/client/event_target.ts";
import { collectReportedErrors, recordDispatch } from "./event_scripts.ts";
import { inRealm } from "../platforms/realm.ts";

const ORIGIN = "wss://example.test";

/** A client, and the log that its listeners write to. */
function setUp(): { client: ClientEventTarget; log: string[]; say: (text: string) => () => void } {
  const log: string[] = [];
  return { client: new ClientEventTarget(), log, say: (text) => () => void log.push(text) };
}

Deno.test("deliver() hands listeners a MessageEvent with the data and the origin", () => {
  const { client } = setUp();
  const seen: MessageEvent[] = [];
  client.addEventListener("message", (event) => void seen.push(event as MessageEvent));

  deliver(client, "hello", ORIGIN);

  const [event] = seen;
  assertEquals(event instanceof MessageEvent, true);
  assertEquals(
    {
      type: event?.type,
      data: event?.data,
      origin: event?.origin,
      lastEventId: event?.lastEventId,
      source: event?.source,
      ports: event?.ports,
      bubbles: event?.bubbles,
      cancelable: event?.cancelable,
      name: Object.prototype.toString.call(event),
    },
    {
      type: "message",
      data: "hello",
      origin: ORIGIN,
      lastEventId: "",
      source: null,
      ports: [],
      bubbles: false,
      cancelable: false,
      name: "[object MessageEvent]",
    },
  );
});

Deno.test("deliver() makes an Event where MessageEvent is a function that throws", async () => {
  assertEquals(
    await inRealm("message_event_stub"),
    [true, "message", true, "hello", "wss://example.test"],
  );
});

Deno.test("deliver() fills the fields of a MessageEvent that has its own", async () => {
  assertEquals(
    await inRealm("message_event_fields"),
    [true, "message", true, "hello", "wss://example.test"],
  );
});

Deno.test("deliver() shows the client as the place of the dispatch while it lasts, and only then", () => {
  const { client } = setUp();
  const states: ReturnType<typeof recordDispatch>[] = [];
  let kept: Event | undefined;
  client.addEventListener("message", (event) => {
    kept = event;
    states.push(recordDispatch(event));
  });

  deliver(client, "hello", ORIGIN);
  if (kept) states.push(recordDispatch(kept));

  assertEquals(states, [
    {
      target: client,
      srcElement: client,
      currentTarget: client,
      eventPhase: Event.AT_TARGET,
      composedPath: [client],
    },
    {
      target: client,
      srcElement: client,
      currentTarget: null,
      eventPhase: Event.NONE,
      composedPath: [],
    },
  ]);
});

Deno.test("deliver() makes an event that can be dispatched again elsewhere", () => {
  const { client } = setUp();
  const elsewhere = new EventTarget();
  const states: ReturnType<typeof recordDispatch>[] = [];
  let kept = new Event("message");
  client.addEventListener("message", (event) => void (kept = event));
  elsewhere.addEventListener("message", (event) => void states.push(recordDispatch(event)));

  deliver(client, "hello", ORIGIN);
  elsewhere.dispatchEvent(kept);
  states.push(recordDispatch(kept));

  assertEquals(states, [
    {
      target: elsewhere,
      srcElement: elsewhere,
      currentTarget: elsewhere,
      eventPhase: Event.AT_TARGET,
      composedPath: [elsewhere],
    },
    {
      target: elsewhere,
      srcElement: elsewhere,
      currentTarget: null,
      eventPhase: Event.NONE,
      composedPath: [],
    },
  ]);
});

Deno.test("deliver() calls capturing listeners first", () => {
  const { client, log, say } = setUp();
  client.addEventListener("message", say("plain"));
  client.addEventListener("message", say("capturing"), true);

  deliver(client, "", "");

  assertEquals(log, ["capturing", "plain"]);
});

Deno.test("deliver() ends after the capturing listeners when one calls stopPropagation()", () => {
  const { client, log, say } = setUp();
  client.addEventListener("message", say("plain"));
  client.addEventListener("message", (event) => event.stopPropagation(), true);
  client.addEventListener("message", say("capturing"), { capture: true });

  deliver(client, "", "");

  assertEquals(log, ["capturing"]);
});

Deno.test("deliver() calls a plain listener that a capturing one adds", () => {
  const { client, log, say } = setUp();
  const late = say("late");
  client.addEventListener("message", () => client.addEventListener("message", late), true);

  deliver(client, "", "");

  assertEquals(log, ["late"]);
});

Deno.test("deliver() looks handleEvent up at each call, and binds it to its object", () => {
  const { client } = setUp();
  const calls: [string, unknown][] = [];
  const object = {
    handleEvent(this: unknown): void {
      calls.push(["first", this]);
    },
  };
  client.addEventListener("message", object);

  deliver(client, "", "");
  object.handleEvent = function (this: unknown): void {
    calls.push(["second", this]);
  };
  deliver(client, "", "");

  assertEquals(calls.map(([name, self]) => [name, self === object]), [
    ["first", true],
    ["second", true],
  ]);
});

Deno.test("deliver() reports a handleEvent that is not callable, and goes on", () => {
  const { client, log, say } = setUp();
  client.addEventListener("message", { handleEvent: 5 } as unknown as EventListenerObject);
  client.addEventListener("message", say("next"));

  const errors = collectReportedErrors(() => deliver(client, "", ""));

  assertEquals(errors.map((error) => error instanceof TypeError), [true]);
  assertEquals(log, ["next"]);
});

Deno.test("deliver() reports what a listener throws, and goes on", () => {
  const { client, log, say } = setUp();
  const failure = new Error("planned");
  client.addEventListener("message", () => {
    throw failure;
  });
  client.addEventListener("message", say("next"));

  assertEquals(collectReportedErrors(() => deliver(client, "", "")), [failure]);
  assertEquals(log, ["next"]);
});

Deno.test("deliver() rethrows in a later job where there is no reportError()", async () => {
  const { client } = setUp();
  const failure = new Error("planned");
  client.addEventListener("message", () => {
    throw failure;
  });
  const { reportError } = globalThis;
  const errors: unknown[] = [];
  const listen = (event: ErrorEvent): void => {
    event.preventDefault();
    errors.push(event.error);
  };
  addEventListener("error", listen);
  try {
    Reflect.set(globalThis, "reportError", undefined);
    deliver(client, "", "");
    assertEquals(errors, []);
    await Promise.resolve();
    assertEquals(errors, [failure]);
  } finally {
    globalThis.reportError = reportError;
    removeEventListener("error", listen);
  }
});

Deno.test("addEventListener() ignores null and undefined", () => {
  const { client } = setUp();
  client.addEventListener("message", null);
  client.addEventListener("message", undefined as unknown as null);

  assertEquals(collectReportedErrors(() => deliver(client, "", "")), []);
});

/** Whether adding a listener throws, and the class of what it throws. */
function addingTo(target: EventTarget, value: unknown): unknown {
  try {
    return target.addEventListener("message", value as EventListener);
  } catch (error) {
    return (error as Error).constructor;
  }
}

for (const value of [5, "text", true, Symbol.iterator, 1n]) {
  Deno.test(`addEventListener() treats ${String(value)} as the platform does`, () => {
    const { client } = setUp();
    assertEquals(addingTo(client, value), addingTo(new EventTarget(), value));
    assertEquals(collectReportedErrors(() => deliver(client, "", "")), []);
  });
}

Deno.test("addEventListener() refuses a signal that is not an AbortSignal, and adds nothing", () => {
  const { client, log, say } = setUp();
  let thrown: unknown;
  try {
    client.addEventListener("message", say("called"), { signal: {} as AbortSignal });
  } catch (error) {
    thrown = error;
  }
  deliver(client, "", "");

  assertEquals([thrown instanceof TypeError, log], [true, []]);
});

Deno.test("addEventListener() with an aborted signal adds nothing", () => {
  const { client, log, say } = setUp();
  const listener = say("called");
  client.addEventListener("message", listener, { signal: AbortSignal.abort() });
  deliver(client, "", "");
  assertEquals(log, []);

  client.addEventListener("message", listener);
  deliver(client, "", "");
  assertEquals(log, ["called"]);
});

Deno.test("addEventListener() with a signal is undone before the signal's own abort listeners run", () => {
  const { client, log, say } = setUp();
  const controller = new AbortController();
  controller.signal.addEventListener("abort", () => deliver(client, "", ""));
  client.addEventListener("message", say("called"), { signal: controller.signal });

  controller.abort();

  assertEquals(log, []);
});

Deno.test("addEventListener() converts the type and the options as Web IDL does", () => {
  const { client, log, say } = setUp();
  client.addEventListener("message", say("plain"), null as unknown as boolean);
  client.addEventListener(
    { toString: () => "message" } as unknown as string,
    say("capturing"),
    "yes" as unknown as boolean,
  );

  deliver(client, "", "");

  assertEquals(log, ["capturing", "plain"]);
});

Deno.test("dispatchEvent() reaches the same listeners with any event of that type", () => {
  const { client, log } = setUp();
  client.addEventListener("message", (event) => void log.push(event.constructor.name));

  client.dispatchEvent(new MessageEvent("message"));
  client.dispatchEvent(new Event("message"));

  assertEquals(log, ["MessageEvent", "Event"]);
});

Deno.test("dispatchEvent() lets a listener cancel, unless it is passive", () => {
  const outcomes = [false, true].map((passive) => {
    const { client } = setUp();
    client.addEventListener("message", (event) => event.preventDefault(), { passive });
    return client.dispatchEvent(new Event("message", { cancelable: true }));
  });

  // Deno 2.9.6 knows no passive listeners; the platform decides.
  const native = [false, true].map((passive) => {
    const target = new EventTarget();
    target.addEventListener("message", (event) => event.preventDefault(), { passive });
    return target.dispatchEvent(new Event("message", { cancelable: true }));
  });
  assertEquals(outcomes, native);
});

Deno.test("addEventListener() for another type is the platform's", () => {
  const { client, log, say } = setUp();
  client.addEventListener("open", say("once"), { once: true });
  client.addEventListener("open", say("always"));

  client.dispatchEvent(new Event("open"));
  client.dispatchEvent(new Event("open"));

  assertEquals(log, ["once", "always", "always"]);
});

for (const type of ["open", "message", "error", "close"] as const) {
  /** Fires an event of the type: a message as the server's, another as the client itself does. */
  const fire = (client: ClientEventTarget): void => {
    if (type === "message") deliver(client, "", "");
    else client.dispatchEvent(new Event(type));
  };

  Deno.test(`on${type} is called in the place of its first value, with the client as this`, () => {
    const { client, log, say } = setUp();
    let self: unknown;
    client[`on${type}`] = say("never");
    client.addEventListener(type, say("listener"));
    client[`on${type}`] = function (this: unknown): void {
      self = this;
      log.push("handler");
    };

    fire(client);

    assertEquals([log, self === client], [["handler", "listener"], true]);
  });

  Deno.test(`on${type} gives its place up when it is set to null`, () => {
    const { client, log, say } = setUp();
    client[`on${type}`] = say("handler");
    client.addEventListener(type, say("listener"));
    client[`on${type}`] = null;
    fire(client);
    assertEquals(log, ["listener"]);

    client[`on${type}`] = say("handler");
    fire(client);
    assertEquals(log, ["listener", "listener", "handler"]);
  });

  Deno.test(`on${type} gives back its function, and null for anything else`, () => {
    const { client, say } = setUp();
    const handler = say("handler");
    const read = [client[`on${type}`]];
    for (const value of [handler, "text", handler, {}, handler, undefined]) {
      client[`on${type}`] = value as typeof handler;
      read.push(client[`on${type}`]);
    }

    assertEquals(read, [null, handler, null, handler, null, handler, null]);
  });
}
