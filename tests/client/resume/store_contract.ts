/**
 * What every store must do, as tests: one call each, or a few, and the whole answer.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type {
  Change,
  Opened,
  SessionStore,
  Stored,
  StoreHello,
} from "../../../lib/resume/server/mod.ts";
import type { WebSocketData } from "../../../mod.ts";

/** Makes a store that is empty, and another process on the same one. */
export interface StoreRig extends AsyncDisposable {
  readonly store: SessionStore;
  /** The store as a process sees it that is started anew. */
  restarted(): SessionStore;
}

const hello = (n: number, given: Partial<StoreHello> = {}): StoreHello => ({
  new: false,
  n,
  tx: 0,
  ...given,
});
const FIRST = hello(1, { new: true });
const isWanted = (): boolean => true;

const change = (given: Partial<Change>): Change => ({
  n: 1,
  rx: 0,
  acked: 0,
  first: 1,
  messages: [],
  ...given,
});

function sessionOf(opened: Opened): Stored {
  if (opened.type !== "session") throw new Error(`no session, but ${opened.type}`);
  return opened.session;
}

/** Registers the tests of a store. */
export function testStore(name: string, make: () => Promise<StoreRig> | StoreRig): void {
  const test = (what: string, body: (rig: StoreRig) => Promise<void>): void =>
    Deno.test(`${name} ${what}`, async () => {
      await using rig = await make();
      await body(rig);
    });

  test("begins a session for a hello that is new, and only for such", async ({ store }) => {
    assertEquals(await store.open("key", hello(1), isWanted), {
      type: "lost",
      grave: { why: "unknown" },
    });
    assertEquals(await store.open("key", FIRST, isWanted), {
      type: "session",
      session: { gen: 1, rx: 0, acked: 0, isNew: true, doubt: 0, messages: [] },
    });
  });

  test("gives back what was committed", async ({ store }) => {
    const { gen } = sessionOf(await store.open("key", FIRST, isWanted));
    assertEquals(await store.sync("key", gen, change({ messages: ["a", "b", "c"] })), "ok");
    assertEquals(await store.sync("key", gen, change({ rx: 5, acked: 1, first: 4 })), "ok");
    await store.release?.("key", true);
    assertEquals(await store.open("key", hello(2, { tx: 9 }), isWanted), {
      type: "session",
      session: { gen: 2, rx: 5, acked: 1, isNew: false, doubt: 0, messages: ["b", "c"] },
    });
  });

  test("keeps any text and any bytes", async ({ store }) => {
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
    const messages: WebSocketData[] = [
      "",
      "\u0000\u0001t",
      "b",
      "käse 🧀",
      bytes,
      bytes.buffer,
      new Uint8Array(),
    ];
    const { gen } = sessionOf(await store.open("key", FIRST, isWanted));
    await store.sync("key", gen, change({ messages }));
    const found = sessionOf(await store.open("key", hello(2), isWanted)).messages;
    assertEquals(
      found.map((data) =>
        typeof data === "string" ? data : [...new Uint8Array(data as ArrayBuffer)]
      ),
      ["", "\u0000\u0001t", "b", "käse 🧀", [...bytes], [...bytes], []],
    );
  });

  test("keeps a thousand messages in one commit, and forgets the confirmed ones", async ({ store }) => {
    const messages = Array.from({ length: 1_000 }, (_, i) => `${i}`);
    const { gen } = sessionOf(await store.open("key", FIRST, isWanted));
    await store.sync("key", gen, change({ messages }));
    await store.sync("key", gen, change({ acked: 997, first: 1_001 }));
    assertEquals(sessionOf(await store.open("key", hello(2), isWanted)).messages, [
      "997",
      "998",
      "999",
    ]);
  });

  test("does not serve a hello that is late, not even for what is over", async ({ store }) => {
    const { gen } = sessionOf(await store.open("key", hello(3, { new: true }), isWanted));
    assertEquals(await store.open("key", hello(3), isWanted), { type: "served" });
    assertEquals(await store.open("key", hello(2), isWanted), { type: "stale" });
    await store.sync("key", gen, change({ n: 5 }));
    assertEquals(await store.open("key", hello(5), isWanted), { type: "served" });
    await store.remove("key", gen, { n: 5, why: "expired" });
    assertEquals(await store.open("key", hello(4, { new: true }), isWanted), { type: "stale" });
  });

  test("gives a session only to who had it last", async ({ store }) => {
    await store.open("key", hello(1, { new: true, was: [] }), isWanted);
    const gap: Opened = { type: "lost", grave: { why: "gap" } };
    assertEquals(await store.open("key", hello(13, { was: [] }), isWanted), gap);
    assertEquals(await store.open("key", hello(13, { was: [3, 11] }), isWanted), gap);
    const mine = await store.open("key", hello(14, { was: [0, 1, 11] }), isWanted);
    assertEquals(sessionOf(mine).isNew, false);
    assertEquals(await store.open("key", hello(15, { was: [4, 1] }), isWanted), gap);
  });

  test("begins nothing anew for who may have sent what was handled", async ({ store }) => {
    const { gen } = sessionOf(await store.open("key", FIRST, isWanted));
    await store.remove("key", gen, { n: 1, why: "expired", rx: 1 });
    const copy = hello(2, { new: true, tx: 1, was: [1] });
    const lost: Opened = { type: "lost", grave: { why: "expired", rx: 1 } };
    assertEquals(await store.open("key", copy, isWanted), lost);
  });

  test("fences whoever has an older generation", async ({ store }) => {
    const { gen } = sessionOf(await store.open("key", FIRST, isWanted));
    await store.open("key", hello(2), isWanted);
    assertEquals(await store.sync("key", gen, change({ messages: ["late"] })), "fenced");
    assertEquals(sessionOf(await store.open("key", hello(3), isWanted)).messages, []);
  });

  test("fences whoever counts on another past", async ({ store }) => {
    const { gen } = sessionOf(await store.open("key", FIRST, isWanted));
    assertEquals(await store.sync("key", gen, change({ first: 3, messages: ["x"] })), "fenced");
    assertEquals(await store.sync("other", gen, change({})), "fenced");
  });

  test("puts what was not released cleanly in doubt, and does not forget it", async ({ store }) => {
    await store.open("key", FIRST, isWanted);
    assertEquals(sessionOf(await store.open("key", hello(2, { tx: 7 }), isWanted)).doubt, 7);
    await store.release?.("key", true);
    assertEquals(sessionOf(await store.open("key", hello(3, { tx: 9 }), isWanted)).doubt, 7);
    await store.release?.("key", false);
    assertEquals(sessionOf(await store.open("key", hello(4, { tx: 11 }), isWanted)).doubt, 11);
  });

  test("gives a session to the next process, in doubt", async (rig) => {
    const { store } = rig;
    const { gen } = sessionOf(await store.open("key", FIRST, isWanted));
    await store.sync("key", gen, change({ rx: 1, messages: ["kept"] }));
    assertEquals(sessionOf(await rig.restarted().open("key", hello(2, { tx: 3 }), isWanted)), {
      gen: 2,
      rx: 1,
      acked: 0,
      isNew: false,
      doubt: 3,
      messages: ["kept"],
    });
  });

  test("remembers why a session is over, and begins anew for who has not seen it", async ({ store }) => {
    const { gen } = sessionOf(await store.open("key", FIRST, isWanted));
    await store.sync("key", gen, change({ messages: ["gone"] }));
    await store.remove("key", gen, { n: 1, why: "overflow", rx: 4 });
    assertEquals(await store.open("key", hello(2), isWanted), {
      type: "lost",
      grave: { why: "overflow", rx: 4 },
    });
    assertEquals(await store.sync("key", gen, change({})), "fenced");
    const begun = sessionOf(await store.open("key", hello(3, { new: true }), isWanted));
    assertEquals({ ...begun, gen: begun.gen > gen }, {
      gen: true,
      rx: 0,
      acked: 0,
      isNew: true,
      doubt: 0,
      messages: [],
    });
  });

  test("removes nothing for who is not the owner any more", async ({ store }) => {
    const { gen } = sessionOf(await store.open("key", FIRST, isWanted));
    await store.open("key", hello(2), isWanted);
    await store.remove("key", gen, { n: 1, why: "expired" });
    assertEquals((await store.open("key", hello(3), isWanted)).type, "session");
  });
}
