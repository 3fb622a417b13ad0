import { assertEquals, assertThrows } from "@std/assert";
import { pauseWhileHidden } from "../../lib/hidden.ts";
import { pause, pausing, ReconnectingWebSocket as CoreClient, resume } from "../../lib/core.ts";
import { fakeWorld } from "../../lib/testing/mod.ts";
import { dialingRig, FakePage, type HiddenRig, hiddenRig } from "./hidden_rig.ts";
import { openRig, URL_OF_TESTS } from "./rig.ts";

const AFTER_MS = 300_000;
/** With draws of a half. */
const RESUMED_MS = 250;

function state({ ws, timers }: HiddenRig): unknown {
  return [ws.state, timers()];
}

Deno.test("pauseWhileHidden() pauses a client that waits, once its page was hidden for afterMs", () => {
  const it = dialingRig();
  it.server.refuse();
  it.page.hide();
  it.network.onDial((dialed) => it.clock.plan(() => dialed.refuse(), 0));
  it.clock.tick(AFTER_MS - 1);
  assertEquals(it.ws.state, "waiting");
  it.clock.tick(1);
  const dials = it.network.connections.length;
  it.clock.tick(3_600_000);
  assertEquals([state(it), it.clock.pending, it.network.connections.length], [
    ["paused", 0],
    [],
    dials,
  ]);
});

Deno.test("pauseWhileHidden() pauses a client that connects", () => {
  const it = dialingRig({ afterMs: 1_000 });
  it.page.hide();
  it.clock.tick(1_000);
  assertEquals(state(it), ["paused", 0]);
});

Deno.test("pauseWhileHidden() takes a fraction of a millisecond for a whole one", () => {
  const it = dialingRig({ afterMs: 999.5 });
  it.page.hide();
  it.clock.tick(999);
  assertEquals(state(it), ["connecting", 1]);
  it.clock.tick(1);
  assertEquals(state(it), ["paused", 0]);
});

Deno.test("pauseWhileHidden() leaves an open connection alone, until it is lost", () => {
  const it = hiddenRig();
  it.page.hide();
  it.clock.tick(2 * AFTER_MS);
  assertEquals(state(it), ["open", 0]);
  it.server.drop();
  it.clock.tick(3_600_000);
  assertEquals([state(it), it.network.connections.length], [["paused", 0], 1]);
});

Deno.test("pauseWhileHidden() pauses an open client with close: true", () => {
  const it = hiddenRig({ close: true });
  it.page.hide();
  it.clock.tick(AFTER_MS);
  assertEquals([state(it), it.server.clientClose?.code], [["paused", 0], 1005]);
});

Deno.test("pauseWhileHidden() lets a page that is hidden for less reconnect", () => {
  const it = hiddenRig();
  it.page.hide();
  it.clock.tick(AFTER_MS - 1);
  it.page.show();
  it.page.hide();
  it.clock.tick(AFTER_MS - 1);
  it.server.drop();
  assertEquals(it.ws.state, "waiting");
});

Deno.test("pauseWhileHidden() resumes after its page is shown, within half a second", () => {
  for (const [draw, atMs] of [[0, 0], [0.5, 250], [0.998, 499]] as const) {
    const it = hiddenRig({ close: true, afterMs: 0, sources: { random: () => draw } });
    it.page.hide();
    it.clock.tick(60_000);
    it.page.show();
    it.clock.tick(Math.max(0, atMs - 1));
    assertEquals(it.ws.state, atMs ? "paused" : "connecting");
    it.clock.tick(atMs ? 1 : 0);
    assertEquals(state(it), ["connecting", 0]);
  }
});

Deno.test("pauseWhileHidden() does not resume a page that is hidden again before", () => {
  const it = hiddenRig({ close: true });
  it.page.hide();
  it.clock.tick(AFTER_MS);
  it.page.show();
  it.clock.tick(RESUMED_MS - 1);
  it.page.hide();
  it.clock.tick(3_600_000);
  assertEquals(state(it), ["paused", 0]);
});

Deno.test("pauseWhileHidden() resumes no pause that it did not make", async () => {
  const before = hiddenRig({ close: true });
  before.ws.pause();
  before.page.hide();
  const gaveUp = hiddenRig({ close: true }, { giveUp: "pause" });
  gaveUp.page.hide();
  gaveUp.server.close(4403);
  const started = hiddenRig({ afterMs: 0 }, { startPaused: false });
  started.ws.pause();
  for (const it of [before, gaveUp, started]) {
    it.page.hide();
    await it.clock.tickAsync(2 * AFTER_MS);
    it.page.show();
    await it.clock.tickAsync(60_000);
    assertEquals(state(it), ["paused", 0]);
  }
});

Deno.test("pauseWhileHidden() takes a pause after the user's resume() for the user's", async () => {
  const it = hiddenRig({ close: true });
  it.page.hide();
  await it.clock.tickAsync(AFTER_MS);
  it.ws.reconnect();
  it.ws.pause();
  it.page.show();
  await it.clock.tickAsync(60_000);
  assertEquals(state(it), ["paused", 0]);
});

Deno.test("pauseWhileHidden() counts anew after the user's resume()", async () => {
  const it = hiddenRig({ close: true });
  it.page.hide();
  it.clock.tick(AFTER_MS);
  it.ws.resume();
  it.server.accept();
  await it.clock.tickAsync(AFTER_MS - 1);
  assertEquals(it.ws.state, "open");
  await it.clock.tickAsync(1);
  assertEquals(it.ws.state, "paused");
});

Deno.test("pauseWhileHidden() counts anew after the user's reconnect() of an open client", async () => {
  const it = hiddenRig();
  it.page.hide();
  await it.clock.tickAsync(2 * AFTER_MS);
  it.ws.reconnect();
  await it.clock.tickAsync(1);
  assertEquals(it.ws.state, "connecting");
  it.server.accept();
  await it.clock.tickAsync(2 * AFTER_MS);
  assertEquals(it.ws.state, "open");
});

Deno.test("pauseWhileHidden() pauses at once for the back/forward cache, and resumes after it", () => {
  const it = hiddenRig();
  it.page.cache();
  assertEquals(state(it), ["paused", 0]);
  it.page.restore();
  it.clock.tick(RESUMED_MS);
  assertEquals(state(it), ["connecting", 0]);
});

Deno.test("pauseWhileHidden() waits for a page from the cache to be visible", () => {
  const it = hiddenRig();
  it.page.hide();
  it.page.cache();
  it.page.restore();
  it.clock.tick(60_000);
  assertEquals(state(it), ["paused", 0]);
  it.page.show();
  it.clock.tick(RESUMED_MS);
  assertEquals(state(it), ["connecting", 0]);
});

Deno.test("pauseWhileHidden() goes by the wall clock when its timer is late", () => {
  const it = hiddenRig();
  it.page.hide();
  it.clock.sleep(AFTER_MS);
  // Its timer did not fire yet.
  it.server.drop();
  assertEquals(state(it), ["paused", 0]);
});

Deno.test("pauseWhileHidden() pauses nothing for a timer that is late when the page is shown", () => {
  const it = dialingRig();
  it.page.hide();
  it.clock.sleep(2 * AFTER_MS);
  it.page.show();
  assertEquals(state(it), ["connecting", 0]);
});

Deno.test("pauseWhileHidden() counts anew when the wall clock was set back", () => {
  const it = hiddenRig({ close: true });
  it.page.hide();
  it.clock.jump(-3_600_000);
  it.clock.tick(2 * AFTER_MS);
  assertEquals(it.ws.state, "paused");
});

Deno.test("pauseWhileHidden() begins at once on a page that is hidden already", () => {
  const page = new FakePage();
  page.document.visibilityState = "hidden";
  const it = hiddenRig({ close: true, sources: { document: page.document } });
  it.clock.tick(AFTER_MS);
  assertEquals(it.ws.state, "paused");
});

Deno.test("pauseWhileHidden() leaves nothing behind when it is released, and a pause as it is", () => {
  for (const how of ["call", "using"] as const) {
    const it = hiddenRig({ close: true });
    it.page.hide();
    assertEquals([it.page.listeners, it.timers()], [3, 1]);
    if (how === "call") it.release();
    else {
      using _tied = it.release;
    }
    it.clock.tick(2 * AFTER_MS);
    assertEquals([it.page.listeners, state(it)], [0, ["open", 0]]);
  }
  const paused = hiddenRig({ close: true, afterMs: 0 });
  paused.page.hide();
  paused.page.show();
  paused.release();
  paused.clock.tick(60_000);
  assertEquals([state(paused), paused.page.listeners], [["paused", 0], 0]);
});

Deno.test("pauseWhileHidden() leaves nothing behind when the client is over", async () => {
  const it = hiddenRig({ close: true });
  it.page.hide();
  it.ws.close();
  await it.clock.tickAsync(AFTER_MS);
  it.page.show();
  assertEquals([it.page.listeners, state(it)], [0, ["closed", 0]]);
  const { document, window } = it.page;
  pauseWhileHidden(it.ws, { sources: { document, window } });
  assertEquals(it.page.listeners, 0);
});

Deno.test("pauseWhileHidden() does nothing where there is no document", () => {
  const it = openRig();
  const window = new FakePage().window;
  const release = pauseWhileHidden(it.ws, { afterMs: 0, sources: { window } });
  window.dispatchEvent(new Event("pagehide"));
  release();
  assertEquals([it.ws.state, window.listeners], ["open", 0]);
});

Deno.test("pauseWhileHidden() takes a client of parts", () => {
  const { clock, network, sources } = fakeWorld();
  const page = new FakePage();
  const parts = new CoreClient(URL_OF_TESTS, { sources, use: [pausing()] });
  const ws = Object.assign(parts, { pause: () => pause(parts), resume: () => resume(parts) });
  const { document, window } = page;
  pauseWhileHidden(ws, { afterMs: 1_000, sources: { document, window, clock } });
  page.hide();
  clock.tick(1_000);
  assertEquals([ws.state, network.connections.length], ["paused", 1]);
});

for (
  const [afterMs, error] of [[-1, RangeError], [NaN, RangeError], [2 ** 31, RangeError], [
    "1",
    TypeError,
  ]] as const
) {
  Deno.test(`pauseWhileHidden() refuses ${JSON.stringify(afterMs)} for afterMs`, () => {
    const { ws } = openRig();
    assertThrows(
      () => pauseWhileHidden(ws, { afterMs: afterMs as number }),
      error,
      "'afterMs' must be between 0 and 2147483647",
    );
  });
}
