/** The SQL store on SQLite. */

import { assertEquals, assertThrows } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { type SqlDatabase, sqlStore } from "../../../lib/resume/stores/sql.ts";
import { type StoreRig, testStore } from "./store_contract.ts";

function databaseOf(db: DatabaseSync): SqlDatabase {
  return {
    run: (sql, ...values) => db.prepare(sql).all(...values),
    transaction<T>(work: () => T): T {
      db.exec("BEGIN");
      try {
        const result = work();
        db.exec("COMMIT");
        return result;
      } catch (error) {
        db.exec("ROLLBACK");
        throw error;
      }
    },
  };
}

/** In memory, closed at the end of its block. */
function open(): Disposable & { readonly db: DatabaseSync } {
  const db = new DatabaseSync(":memory:");
  return { db, [Symbol.dispose]: () => db.close() };
}

testStore("sqlStore()", (): StoreRig => {
  const db = new DatabaseSync(":memory:");
  return {
    store: sqlStore(databaseOf(db)),
    restarted: () => sqlStore(databaseOf(db)),
    async [Symbol.asyncDispose](): Promise<void> {
      await db.close();
    },
  };
});

Deno.test("sqlStore() deletes what was not committed for twice the time to live", async () => {
  using opened = open();
  const { db } = opened;
  let nowMs = 0;
  const store = sqlStore(databaseOf(db), { prefix: "mine", now: () => nowMs });
  store.bind?.(() => Promise.resolve(), 100_000);
  const isWanted = (): boolean => true;
  const count = (): unknown[] =>
    ["sessions", "messages"].map((table) =>
      Object.values(db.prepare(`SELECT COUNT(*) FROM mine_${table}`).get() ?? {})[0]
    );
  await store.open("old", { new: true, n: 1, tx: 0 }, isWanted);
  await store.sync("old", 1, { n: 1, rx: 0, acked: 0, first: 1, messages: ["x"] });
  nowMs = 150_000;
  await store.open("kept", { new: true, n: 1, tx: 0 }, isWanted);
  assertEquals(count(), [2, 1]);
  nowMs = 210_001;
  await store.open("new", { new: true, n: 1, tx: 0 }, isWanted);
  assertEquals(count(), [2, 0]);
});

Deno.test("sqlStore() changes nothing when a commit fails half-way", async () => {
  using opened = open();
  const { db } = opened;
  const store = sqlStore(databaseOf(db));
  await store.open("key", { new: true, n: 1, tx: 0 }, () => true);
  const messages = ["fits", new Blob(["does not"])];
  assertThrows(
    () => store.sync("key", 1, { n: 1, rx: 3, acked: 0, first: 1, messages }),
    TypeError,
    "Cannot store a Blob: send its bytes",
  );
  assertEquals(await store.open("key", { new: false, n: 2, tx: 0 }, () => true), {
    type: "session",
    session: { gen: 2, rx: 0, acked: 0, isNew: false, doubt: 0, messages: [] },
  });
});

Deno.test("sqlStore() refuses a prefix that is no name", () => {
  using opened = open();
  const { db } = opened;
  assertThrows(
    () => sqlStore(databaseOf(db), { prefix: "a; DROP" }),
    TypeError,
    "Cannot create a store as 'prefix' must be a name: current value is a; DROP",
  );
});

Deno.test("sqlStore() releases nothing that another process has", async () => {
  using opened = open();
  const [before, owner, next] = [1, 2, 3].map(() => sqlStore(databaseOf(opened.db)));
  const isWanted = (): boolean => true;
  await before?.open("key", { new: true, n: 1, tx: 0 }, isWanted);
  await owner?.open("key", { new: false, n: 2, tx: 3 }, isWanted);
  await before?.release?.("key", true);
  // The owner died: what the client ever sent may have been handled.
  assertEquals(await next?.open("key", { new: false, n: 3, tx: 5 }, isWanted), {
    type: "session",
    session: { gen: 3, rx: 0, acked: 0, isNew: false, doubt: 5, messages: [] },
  });
});
