/** Sessions over a reload, on a storage and locks of the test's own. */

import { assertEquals, assertThrows } from "@std/assert";
import { deferred } from "../../../lib/deferred.ts";
import type { Snapshot } from "../../../lib/resume/mod.ts";
import { type SessionLocks, webStorage } from "../../../lib/resume/web_storage.ts";
import type { WebSocketData } from "../../../mod.ts";

const KEY = "orders";

/** The storage of a tab. */
class Tab {
  readonly items: Map<string, string>;

  constructor(items: Iterable<[string, string]> = []) {
    this.items = new Map(items);
  }
  getItem(key: string): string | null {
    return this.items.get(key) ?? null;
  }
  setItem(key: string, text: string): void {
    this.items.set(key, text);
  }
  removeItem(key: string): void {
    this.items.delete(key);
  }
}

/** Locks that all tabs share, as the platform's: in order, and withdrawn by a signal. */
class Locks implements SessionLocks {
  readonly names: string[] = [];
  readonly #held = new Map<string, Promise<void>>();

  async request(
    name: string,
    { signal }: { readonly signal: AbortSignal },
    callback: () => Promise<void>,
  ): Promise<void> {
    this.names.push(name);
    const aborted = new Promise<never>((_, reject) =>
      signal.addEventListener("abort", () => reject(signal.reason))
    );
    while (this.#held.has(name)) await Promise.race([this.#held.get(name), aborted]);
    const held = callback();
    this.#held.set(name, held);
    await held;
    this.#held.delete(name);
  }
}

const snapshot = (unacked: readonly WebSocketData[] = []): Snapshot => ({
  token: "0123456789abcdef0123456789abcdef",
  hellos: [3, 4],
  isNew: false,
  rx: 7,
  acked: 5,
  unacked,
});

const clientOf = (
  kept: Snapshot,
  readyState = 1,
): { readonly readyState: number; snapshot(): Snapshot } => ({
  readyState,
  snapshot: () => kept,
});

interface PageOf {
  readonly page: EventTarget;
  readonly kept: ReturnType<typeof webStorage>;
}

const open = (tab: Tab, locks: SessionLocks | null, waitMs = 1_000): PageOf => {
  const page = new EventTarget();
  return { page, kept: webStorage(tab, KEY, { page, locks, waitMs }) };
};

const leave = ({ page }: PageOf): boolean => page.dispatchEvent(new Event("pagehide"));

Deno.test("webStorage() gives the next page what the one before has left, once", async () => {
  const [tab, locks] = [new Tab(), new Locks()];
  const first = open(tab, locks);
  assertEquals(await first.kept.take(), undefined);
  const bytes = new Uint8Array([0, 1, 255]);
  first.kept.keep(clientOf(snapshot(["text", "\ud800", bytes.subarray(1), bytes.buffer])));
  leave(first);
  const second = open(tab, locks);
  assertEquals(await second.kept.take(), {
    ...snapshot(),
    unacked: ["text", "\ud800", bytes.slice(1).buffer, bytes.buffer],
  });
  assertEquals([tab.items.size, await second.kept.take()], [0, undefined]);
  leave(second);
});

Deno.test("webStorage() lets go of the session when its page is left, for the next one", async () => {
  const [tab, locks] = [new Tab(), new Locks()];
  let page = open(tab, locks);
  page.kept.keep(clientOf(snapshot()));
  for (let reload = 0; reload < 3; reload++) {
    leave(page);
    page = open(tab, locks);
    assertEquals(await page.kept.take(), snapshot());
    page.kept.keep(clientOf(snapshot()));
  }
  leave(page);
  const secret = locks.names.some((name) => name.includes(snapshot().token));
  assertEquals([locks.names.length, secret], [3, false]);
});

/** A tab whose page was left with a session, a copy of it, and the page that the tab opens next. */
function copied(): { tab: Tab; copy: Tab; locks: Locks; first: PageOf } {
  const [tab, locks] = [new Tab(), new Locks()];
  const before = open(tab, locks);
  before.kept.keep(clientOf(snapshot()));
  leave(before);
  const copy = new Tab(tab.items);
  const first = open(tab, locks);
  return { tab, copy, locks, first };
}

Deno.test("webStorage() gives a copied tab nothing while the other one goes on", async () => {
  const { tab, copy, locks, first } = copied();
  assertEquals(await first.kept.take(), snapshot());
  assertEquals([await open(copy, locks, 10).kept.take(), copy.items.size], [undefined, 0]);
  // A living page leaves nothing to be copied.
  assertEquals(tab.items.size, 0);
  leave(first);
});

Deno.test("webStorage() waits for a page that lets go late", async () => {
  const { copy, locks, first } = copied();
  await first.kept.take();
  const second = open(copy, locks, 60_000);
  const taken = second.kept.take();
  leave(first);
  assertEquals(await taken, snapshot());
  leave(second);
});

Deno.test("webStorage() goes without locks where there are none", async () => {
  const tab = new Tab();
  const first = open(tab, null);
  first.kept.keep(clientOf(snapshot()));
  leave(first);
  assertEquals(await open(tab, null).kept.take(), snapshot());
});

Deno.test("webStorage() leaves nothing of a client that is over", () => {
  const tab = new Tab();
  const page = open(tab, null);
  page.kept.keep(clientOf(snapshot(), 3));
  leave(page);
  assertEquals(tab.items.size, 0);
});

Deno.test("webStorage() puts back what a page took that is left before it has a client", async () => {
  const tab = new Tab();
  const first = open(tab, null);
  first.kept.keep(clientOf(snapshot(["kept"])));
  leave(first);
  const hasty = open(tab, null);
  await hasty.kept.take();
  leave(hasty);
  assertEquals(await open(tab, null).kept.take(), snapshot(["kept"]));
});

Deno.test("webStorage() forgets what it left when the page comes out of the cache", () => {
  const tab = new Tab();
  const first = open(tab, null);
  first.kept.keep(clientOf(snapshot()));
  leave(first);
  const shown = (persisted: boolean): Event => Object.assign(new Event("pageshow"), { persisted });
  first.page.dispatchEvent(shown(false));
  assertEquals(tab.items.size, 1);
  first.page.dispatchEvent(shown(true));
  assertEquals(tab.items.size, 0);
});

for (
  const [what, text] of Object.entries({
    "text that is no JSON": "{",
    "what is no session": "{}",
    "null": "null",
    "messages that are none": '{"token":"x","hellos":[],"unacked":[7]}',
  })
) {
  Deno.test(`webStorage() begins anew after ${what}`, async () => {
    const tab = new Tab([[KEY, text]]);
    assertEquals([await open(tab, null).kept.take(), tab.items.size], [undefined, 0]);
  });
}

Deno.test("webStorage() keeps no session with a Blob, and says so", async () => {
  const tab = new Tab();
  // As a page sees it: what a listener throws reaches the window.
  const reported = deferred<unknown>();
  const listener = (event: ErrorEvent): void => {
    event.preventDefault();
    reported.resolve(event.error);
  };
  addEventListener("error", listener);
  const page = open(tab, null);
  page.kept.keep(clientOf(snapshot([new Blob(["x"])])));
  leave(page);
  const error = await reported.promise;
  removeEventListener("error", listener);
  assertThrows(
    () => {
      throw error;
    },
    TypeError,
    "Cannot keep a session as its messages must be text or bytes: one is a Blob",
  );
  assertEquals(tab.items.size, 0);
});

for (
  const [waitMs, error] of [
    [-1, RangeError],
    [NaN, RangeError],
    // As a timer it would end at once, and the session with it.
    [Infinity, RangeError],
    ["1", TypeError],
  ] as const
) {
  Deno.test(`webStorage() refuses ${waitMs} of type ${typeof waitMs} for waitMs`, () => {
    assertThrows(
      () => open(new Tab(), null, waitMs as number),
      error,
      "Cannot keep a session as 'waitMs' must be between 0 and 2147483647",
    );
  });
}
