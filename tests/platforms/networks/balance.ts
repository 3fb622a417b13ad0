/**
 * The balance of the messages of one client, from what the client and its servers printed.
 *
 * @module
 */

import { type Balance, drawBalance } from "../../../examples/demo/ledger.ts";
import type { Seen } from "./actors.ts";

/** Numbers in groups, by what the lines say. */
function groups(seen: readonly Seen[], keyOf: (seen: Seen) => number | undefined): number[][] {
  const found = new Map<number | undefined, number[]>();
  for (const line of seen) {
    const key = keyOf(line);
    found.set(key, [...found.get(key) ?? [], Number(line.data)]);
  }
  return [...found.values()];
}

/** Where the messages are; the client is known to each life of the server by its path. */
export function balanceOf(
  path: string,
  client: readonly Seen[],
  lives: readonly (readonly Seen[])[],
): Balance {
  const ofType = (type: string): readonly Seen[] => client.filter((seen) => seen.type === type);
  const logged = lives.flatMap((life) => {
    const own = new Set(
      life.filter((seen) => seen.type === "open" && seen.path === path)
        .map(({ connection }) => connection),
    );
    const messages = life.filter(({ type, connection }) =>
      type === "message" && own.has(connection)
    );
    return groups(messages, ({ connection }) => connection);
  });
  return drawBalance({
    sent: ofType("sent").map(({ data }) => Number(data)),
    handed: groups(ofType("handed"), ({ socket }) => socket),
    logged,
    givenBack: ofType("closed").flatMap(({ undelivered = [] }) => undelivered.map(Number)),
  });
}
