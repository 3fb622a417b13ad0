/** The demo's account of every message, from what both sides saw. */
import type { DemoEvent } from "./history.ts";
import type { Findings } from "./story.ts";

export interface Tally {
  readonly sent: number;
  readonly handled: number;
  readonly lost: number;
  /** Came again without a word. */
  readonly duplicates: number;
  /** Came again, and said so. */
  readonly flagged: number;
  readonly reordered: number;
}

interface Delivery {
  readonly message: number;
  readonly flagged: boolean;
}

/** Compares what was sent with what came, in order. */
export function compare(sent: readonly number[], came: readonly Delivery[]): Tally {
  const places = new Map(sent.map((message, place) => [message, place]));
  const flagged = new Set(
    came.filter((delivery) => delivery.flagged).map(({ message }) => message),
  );
  const seen = new Set<number>();
  const counts = { duplicates: 0, flagged: 0, reordered: 0 };
  let highest = -1;
  for (const { message } of came) {
    if (seen.has(message)) counts[flagged.has(message) ? "flagged" : "duplicates"]++;
    seen.add(message);
    const place = places.get(message) ?? -1;
    if (place >= highest) highest = place;
    else if (!flagged.has(message)) counts.reordered++;
  }
  const lost = sent.filter((message) => !seen.has(message)).length;
  return { sent: sent.length, handled: seen.size, lost, ...counts };
}

/** From the clients to the servers. */
export function tallyUp({ events }: Findings): Tally {
  return sum(events, (session) =>
    compare(
      events.flatMap((e) => e.type === "accepted" && e.session === session ? [e.message] : []),
      events.flatMap((e) =>
        e.type === "handled" && e.session === session
          ? [{ message: e.message, flagged: e.redelivered }]
          : []
      ),
    ));
}

/**
 * From the servers to the clients. What a server that was killed had accepted and not stored died with
 * it, and what one that had lost the session accepted was given back to it: neither is lost in silence.
 */
export function tallyDown({ events }: Findings): Tally & { readonly excused: number } {
  let excused = 0;
  const tally = sum(events, (session) => {
    const mine = events.filter((event) => event.session === session);
    const came = mine.flatMap((e) =>
      e.type === "got" ? [{ message: e.message, flagged: false }] : []
    );
    const arrived = new Set(came.map(({ message }) => message));
    const lives = mine.flatMap((e) => e.type === "begun" ? [e.life] : []);
    const ended = new Set(mine.flatMap((e) => e.type === "ended" ? [e.life] : []));
    const givenBack = new Set(mine.flatMap((e) => e.type === "ended" ? e.unacked : []));
    const sent = mine.flatMap((event) => {
      if (event.type !== "sent") return [];
      const { life, message } = event;
      const wasKilled = !ended.has(life) && life !== lives.at(-1);
      if (arrived.has(message) || !wasKilled && !givenBack.has(message)) return [message];
      excused++;
      return [];
    });
    return compare(sent, came);
  });
  return { ...tally, excused };
}

function sum(events: readonly DemoEvent[], tallyOf: (session: string) => Tally): Tally {
  const total = { sent: 0, handled: 0, lost: 0, duplicates: 0, flagged: 0, reordered: 0 };
  for (const session of new Set(events.map(({ session }) => session))) {
    for (const [name, count] of Object.entries(tallyOf(session))) {
      total[name as keyof Tally] += count;
    }
  }
  return total;
}
