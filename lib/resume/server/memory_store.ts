/**
 * The store of a lone process: a live session is its own memory.
 *
 * @module
 */

import {
  follows,
  type Grave,
  type Opened,
  type SessionStore,
  type StoreHello,
} from "./session_store.ts";

/** Who comes back later than so many others were lost is `unknown`, as after a restart. */
const MAX_GRAVES = 10_000;

/**
 * Sessions that survive every cut of the network, and end with the process: its clients then get `lost`.
 *
 * @example The default, spelled out
 * ```ts
 * import { memoryStore, ResumeServer } from "@holdfast/websocket/resume/server";
 *
 * const server = new ResumeServer({ store: memoryStore(), session: () => ({}) });
 * await server.shutdown();
 * ```
 */
export function memoryStore(): SessionStore {
  const graves = new Map<string, Grave>();
  const open = (key: string, hello: StoreHello): Opened => {
    const grave = graves.get(key);
    if (grave && hello.n <= grave.n) return { type: hello.n < grave.n ? "stale" : "served" };
    if (grave && !follows(hello, grave.n)) return { type: "lost", grave: { why: "gap" } };
    if (!hello.new || grave && hello.tx > 0) {
      return { type: "lost", grave: grave ?? { why: "unknown" } };
    }
    graves.delete(key);
    const session = { gen: 1, rx: 0, acked: 0, isNew: true, doubt: 0, messages: [] };
    return { type: "session", session };
  };
  return {
    open: (key, hello) => Promise.resolve(open(key, hello)),
    sync: () => "ok",
    remove(key, _gen, grave): void {
      graves.set(key, grave);
      const [oldest] = graves.keys();
      if (graves.size > MAX_GRAVES && oldest !== undefined) graves.delete(oldest);
    },
  };
}
