// deno-lint-ignore-file explicit-function-return-type -- plain JavaScript: Chromium runs it as it is
/**
 * In Angular's zone and outside of it: where listeners run, and how often Angular looks for changes.
 *
 * @module
 */
import { NgZone } from "@angular/core";
import { ReconnectingWebSocket } from "@holdfast/websocket";

const TYPES = ["open", "message", "close", "error", "retry", "statechange", "drop", "custom"];
const MESSAGES = 5;
const SETTLE_MS = 50;
/** Beside all zones, so that waiting causes nothing. */
const sleep = (delayMs) =>
  Zone.root.run(() => new Promise((resolve) => setTimeout(resolve, delayMs)));

/** @returns `{ trials, checks }`; the page calls it when zone.js and the library are loaded. */
export async function result() {
  const url = new URL(location.href).searchParams.get("server");
  const zone = new NgZone({ enableLongStackTrace: false });
  const places = {
    inside: (action) => zone.run(action),
    outside: (action) => zone.runOutsideAngular(action),
  };
  const trials = [];
  const checks = [];
  for (const made of Object.keys(places)) {
    for (const added of Object.keys(places)) {
      const [make, add] = [places[made], places[added]];
      trials.push({ made, added, ran: await whereListenersRun(url, make, add) });
      const count = (Class) => changeDetections(Class, url, make, add, zone.onMicrotaskEmpty);
      const [native, ours] = [await count(WebSocket), await count(ReconnectingWebSocket)];
      checks.push({ made, added, native, ours });
    }
  }
  return { trials, checks };
}

/** The zones of listeners of all types, added in all ways, through one life with a loss in it. */
async function whereListenersRun(url, make, add) {
  const ran = {};
  const ws = make(() =>
    new ReconnectingWebSocket(url, {
      backoff: { initialDelayMs: 50 },
      queue: { maxMessages: 1 },
    })
  );
  add(() => {
    for (const type of TYPES) addInAllWays(ws, type, ran);
  });
  const next = (type) => new Promise((done) => ws.addEventListener(type, done, { once: true }));
  make(() => ["kept", "dropped"].forEach((text) => ws.send(text)));
  await next("message");
  const back = next("open");
  make(() => ws.send("kill"));
  await back;
  make(() => ws.dispatchEvent(new Event("custom")));
  make(() => ws.close());
  await ws.closed;
  await sleep(0);
  return ran;
}

/** Notes under `type way` each zone that a listener ran in. */
function addInAllWays(ws, type, ran) {
  const note = (way) => () => {
    const key = `${type} ${way}`;
    const place = NgZone.isInAngularZone() ? "inside" : "outside";
    if (!ran[key]?.includes(place)) ran[key] = `${ran[key] ?? ""}${place}`;
  };
  ws.addEventListener(type, note("function"));
  ws.addEventListener(type, { handleEvent: note("object") });
  ws.addEventListener(type, note("once"), { once: true });
  ws.addEventListener(type, { handleEvent: note("once object") }, { once: true });
  ws.addEventListener(type, note("signal"), { signal: new AbortController().signal });
  ws.addEventListener(type, note("capture"), true);
  if (`on${type}` in ws) ws[`on${type}`] = note("handler");
  const removed = () => ran[`${type} removed`] = "all the same";
  ws.addEventListener(type, removed);
  ws.removeEventListener(type, removed);
}

/** How often Angular looked for changes for each of some messages. */
async function changeDetections(Class, url, make, add, onMicrotaskEmpty) {
  const ws = make(() => new Class(url));
  await new Promise((open) => ws.addEventListener("open", open, { once: true }));
  await sleep(SETTLE_MS);
  let received = 0;
  add(() => ws.addEventListener("message", () => received++));
  let checks = 0;
  const subscription = onMicrotaskEmpty.subscribe(() => checks++);
  for (let sent = 0; sent < MESSAGES; sent++) {
    Zone.root.run(() => ws.send("x"));
    while (received <= sent) await sleep(5);
  }
  await sleep(SETTLE_MS);
  subscription.unsubscribe();
  ws.close();
  return checks / MESSAGES;
}
