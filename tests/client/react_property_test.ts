/** For any course of renders and faults, each message is of one address, and none is lost on the way. */

import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { doing, type Props, type Stage, stage } from "./react_rig.ts";

const RUNS = 150;

const urlOf = (room: number): string => `wss://example.com/${room}`;

type Step = readonly [kind: string, room: number];

const step: fc.Arbitrary<Step> = fc.tuple(
  fc.constantFrom(
    "show",
    "show",
    "hide",
    "send",
    "send",
    "accept",
    "accept",
    "drop",
    "news",
    "tick",
  ),
  fc.integer({ min: 1, max: 3 }),
);

/** What was accepted and what came, each with its address. */
interface Ledger {
  readonly accepted: string[];
  readonly undelivered: string[];
  readonly news: string[];
  readonly seen: string[];
}

function propsOf(url: string | null, ledger: Ledger): Props {
  return {
    url,
    maxAttempts: Infinity,
    onMessage: (text) => ledger.seen.push(`${text}`),
    onUndelivered: (texts, url) =>
      texts.forEach((text) => ledger.undelivered.push(`${url} ${text}`)),
  };
}

async function take([kind, room]: Step, n: number, world: Stage, ledger: Ledger): Promise<void> {
  const { connections } = world.network;
  const connection = connections.at(-1);
  const ws = world.clients.at(-1);
  if (kind === "show") await world.show(propsOf(urlOf(room), ledger));
  if (kind === "hide") await world.show(propsOf(null, ledger));
  if (kind === "tick") await doing(() => world.clock.tick(2_000));
  if (kind === "send" && ws?.send(`m${n}`)) ledger.accepted.push(`${urlNow(world)} m${n}`);
  if (!connection || connection.isOver) return;
  if (kind === "accept" && connection.readyState === 0) await doing(() => connection.accept());
  if (kind === "drop") await doing(() => connection.drop());
  if (kind === "news" && connection.readyState === 1) {
    if (ws?.state === "open") ledger.news.push(`n${n}`);
    await doing(() => connection.send(`n${n}`));
  }
}

/** The address that was rendered last: the newest connection was dialled for it. */
function urlNow({ network }: Stage): string {
  return network.connections.at(-1)?.url ?? "";
}

Deno.test("useWebSocket() hands over or gives back what each address got, and passes on what came", async () => {
  const steps = fc.array(step, { minLength: 3, maxLength: 25 });
  await fc.assert(
    fc.asyncProperty(fc.boolean(), steps, async (isStrict, course) => {
      const world = stage({ isStrict });
      const ledger: Ledger = { accepted: [], undelivered: [], news: [], seen: [] };
      await world.show(propsOf(null, ledger));
      for (const [n, taken] of course.entries()) await take(taken, n, world, ledger);
      await world.end();
      await world.clock.tickAsync(60_000);
      const sent = world.network.connections.flatMap(({ url, sent }) =>
        sent.map((text) => `${url} ${text}`)
      );
      assertEquals([...sent, ...ledger.undelivered].sort(), ledger.accepted.sort());
      assertEquals(ledger.seen, ledger.news);
      const live = world.network.connections.filter(({ isOver }) => !isOver).length;
      assertEquals([live, world.clock.pending], [0, []]);
    }),
    { numRuns: RUNS },
  );
});
