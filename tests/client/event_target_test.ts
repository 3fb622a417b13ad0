import { assertEquals } from "@std/assert";
import { collectReportedErrors, recordDispatch } from "./event_scripts.ts";
import { type Listened, listened } from "./listened_target.ts";
import { inRealm } from "../platforms/realm.ts";

const ORIGIN = "wss://example.test";

/** A client, and the log that its listeners write to. */
function setUp(): Listened & { log: string[]; say: (text: string) => () => void } {
  const log: string[] = [];
  return { ...listened(), log, say: (text) => () => void log.push(text) };
}

Deno.test("ListenerList.deliver() gives listeners a MessageEvent with the data and the origin", () => {
  const { client, deliver } = setUp();
  const seen: MessageEvent[] = [];
  client.addEventListener("message", (event) => void seen.push(event as MessageEvent));

  deliver("hello", ORIGIN);

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

Deno.test("ListenerList.deliver() makes an Event where MessageEvent is a function that throws", async () => {
  assertEquals(
    await inRealm("message_event_stub"),
    [true, "message", true, "hello", "wss://example.test"],
  );
});

Deno.test("ListenerList.deliver() fills the fields of a MessageEvent that has its own", async () => {
  assertEquals(
    await inRealm("message_event_fields"),
    [true, "message", true, "hello", "wss://example.test"],
  );
});

Deno.test("ListenerList.deliver() shows the client as the place of the dispatch while it lasts, and only then", () => {
  const { client, deliver } = setUp();
  const states: ReturnType<typeof recordDispatch>[] = [];
  let kept: Event | undefined;
  client.addEventListener("message", (event) => {
    kept = event;
    states.push(recordDispatch(event));
  });

  deliver("hello", ORIGIN);
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

Deno.test("ListenerList.deliver() makes an event that can be dispatched again elsewhere", () => {
  const { client, deliver } = setUp();
  const elsewhere = new EventTarget();
  const states: ReturnType<typeof recordDispatch>[] = [];
  let kept = new Event("message");
  client.addEventListener("message", (event) => void (kept = event));
  elsewhere.addEventListener("message", (event) => void states.push(recordDispatch(event)));

  deliver("hello", ORIGIN);
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

Deno.test("ListenerList.deliver() calls capturing listeners first", () => {
  const { client, deliver, log, say } = setUp();
  client.addEventListener("message", say("plain"));
  client.addEventListener("message", say("capturing"), true);

  deliver("", "");

  assertEquals(log, ["capturing", "plain"]);
});

Deno.test("ListenerList.deliver() ends after the capturing listeners when one calls stopPropagation()", () => {
  const { client, deliver, log, say } = setUp();
  client.addEventListener("message", say("plain"));
  client.addEventListener("message", (event) => event.stopPropagation(), true);
  client.addEventListener("message", say("capturing"), { capture: true });

  deliver("", "");

  assertEquals(log, ["capturing"]);
});

Deno.test("ListenerList.deliver() calls a plain listener that a capturing one adds", () => {
  const { client, deliver, log, say } = setUp();
  const late = say("late");
  client.addEventListener("message", () => client.addEventListener("message", late), true);

  deliver("", "");

  assertEquals(log, ["late"]);
});

Deno.test("ListenerList.deliver() looks handleEvent up at each call, and binds it to its object", () => {
  const { client, deliver } = setUp();
  const calls: [string, unknown][] = [];
  const object = {
    handleEvent(this: unknown): void {
      calls.push(["first", this]);
    },
  };
  client.addEventListener("message", object);

  deliver("", "");
  object.handleEvent = function (this: unknown): void {
    calls.push(["second", this]);
  };
  deliver("", "");

  assertEquals(calls.map(([name, self]) => [name, self === object]), [
    ["first", true],
    ["second", true],
  ]);
});

Deno.test("ListenerList.deliver() reports a handleEvent that is not callable, and goes on", () => {
  const { client, deliver, log, say } = setUp();
  client.addEventListener("message", { handleEvent: 5 } as unknown as EventListenerObject);
  client.addEventListener("message", say("next"));

  const errors = collectReportedErrors(() => deliver("", ""));

  assertEquals(errors.map((error) => error instanceof TypeError), [true]);
  assertEquals(log, ["next"]);
});

Deno.test("ListenerList.deliver() reports what a listener throws, and goes on", () => {
  const { client, deliver, log, say } = setUp();
  const failure = new Error("planned");
  client.addEventListener("message", () => {
    throw failure;
  });
  client.addEventListener("message", say("next"));

  assertEquals(collectReportedErrors(() => deliver("", "")), [failure]);
  assertEquals(log, ["next"]);
});

Deno.test("ListenerList.deliver() rethrows in a later job where there is no reportError()", async () => {
  const { client, deliver } = setUp();
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
    deliver("", "");
    assertEquals(errors, []);
    await Promise.resolve();
    assertEquals(errors, [failure]);
  } finally {
    globalThis.reportError = reportError;
    removeEventListener("error", listen);
  }
});

Deno.test("ListenerList.add() ignores null and undefined", () => {
  const { client, deliver } = setUp();
  client.addEventListener("message", null);
  client.addEventListener("message", undefined as unknown as null);

  assertEquals(collectReportedErrors(() => deliver("", "")), []);
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
  Deno.test(`ListenerList.add() treats ${String(value)} as the platform does`, () => {
    const { client, deliver } = setUp();
    assertEquals(addingTo(client, value), addingTo(new EventTarget(), value));
    assertEquals(collectReportedErrors(() => deliver("", "")), []);
  });
}

Deno.test("ListenerList.add() refuses a signal that is not an AbortSignal, and adds nothing", () => {
  const { client, deliver, log, say } = setUp();
  let thrown: unknown;
  try {
    client.addEventListener("message", say("called"), { signal: {} as AbortSignal });
  } catch (error) {
    thrown = error;
  }
  deliver("", "");

  assertEquals([thrown instanceof TypeError, log], [true, []]);
});

Deno.test("ListenerList.add() with an aborted signal adds nothing", () => {
  const { client, deliver, log, say } = setUp();
  const listener = say("called");
  client.addEventListener("message", listener, { signal: AbortSignal.abort() });
  deliver("", "");
  assertEquals(log, []);

  client.addEventListener("message", listener);
  deliver("", "");
  assertEquals(log, ["called"]);
});

Deno.test("ListenerList.add() with a signal is undone before the signal's own abort listeners run", () => {
  const { client, deliver, log, say } = setUp();
  const controller = new AbortController();
  controller.signal.addEventListener("abort", () => deliver("", ""));
  client.addEventListener("message", say("called"), { signal: controller.signal });

  controller.abort();

  assertEquals(log, []);
});

Deno.test("ListenerList.add() converts the type and the options as Web IDL does", () => {
  const { client, deliver, log, say } = setUp();
  client.addEventListener("message", say("plain"), null as unknown as boolean);
  client.addEventListener(
    { toString: () => "message" } as unknown as string,
    say("capturing"),
    "yes" as unknown as boolean,
  );

  deliver("", "");

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

Deno.test("ListenerList.add() for another type is the platform's", () => {
  const { client, log, say } = setUp();
  client.addEventListener("open", say("once"), { once: true });
  client.addEventListener("open", say("always"));

  client.dispatchEvent(new Event("open"));
  client.dispatchEvent(new Event("open"));

  assertEquals(log, ["once", "always", "always"]);
});

for (const type of ["open", "message", "error", "close"] as const) {
  /** Fires an event of the type: a message as the server's, another as the client itself does. */
  const fire = ({ client, deliver }: Listened): void => {
    if (type === "message") deliver("", "");
    else client.dispatchEvent(new Event(type));
  };

  Deno.test(`on${type} is called in the place of its first value, with the client as this`, () => {
    const target = setUp();
    const { client, log, say } = target;
    let self: unknown;
    client[`on${type}`] = say("never");
    client.addEventListener(type, say("listener"));
    client[`on${type}`] = function (this: unknown): void {
      self = this;
      log.push("handler");
    };

    fire(target);

    assertEquals([log, self === client], [["handler", "listener"], true]);
  });

  Deno.test(`on${type} gives its place up when it is set to null`, () => {
    const target = setUp();
    const { client, log, say } = target;
    client[`on${type}`] = say("handler");
    client.addEventListener(type, say("listener"));
    client[`on${type}`] = null;
    fire(target);
    assertEquals(log, ["listener"]);

    client[`on${type}`] = say("handler");
    fire(target);
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
