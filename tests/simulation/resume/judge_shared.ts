/**
 * What must hold of a session even while several clients go on with it, against the rules: nobody is told
 * that something was handled which was not, and whatever one of them gets or sends has no hole. As the
 * judge of sessions, this reads histories and knows of nothing else.
 *
 * @module
 */

import { type Event, type History, only } from "./history.ts";

/** All violations in the history of one session, in words. */
export function judgeShared(history: History): string[] {
  const tabs = new Set(history.flatMap((event) => "tab" in event && event.tab ? [event.tab] : []));
  return [...judgeHandled(history), ...[...tabs].flatMap((tab) => judgeTab(history, tab))];
}

/** The messages that a tab had in hand, in order. */
function sentBy(mine: History): number[] {
  return mine.flatMap((event) =>
    event.type === "copied" ? event.unacked : event.type === "accepted" ? [event.message] : []
  );
}

function judgeHandled(history: History): string[] {
  const violations: string[] = [];
  const known = new Set(sentBy(history));
  const deliveries = only(history, "handled");
  const flagged = new Set(deliveries.filter((d) => d.redelivered).map(({ message }) => message));
  const seen = new Set<number>();
  for (const { message } of deliveries) {
    if (!known.has(message)) violations.push(`up: ${message} was handled and never accepted`);
    if (seen.has(message) && !flagged.has(message)) {
      violations.push(`up: ${message} came twice without a flag`);
    }
    seen.add(message);
  }
  return violations;
}

function judgeTab(history: History, tab: string): string[] {
  const violations: string[] = [];
  const mine = history.filter((event) => "tab" in event && event.tab === tab);
  const handled = only(history, "handled").map(({ message }) => message);
  const sent = sentBy(mine);
  const places = sent.map((message) => handled.indexOf(message));
  const missing = places.indexOf(-1);
  const count = missing < 0 ? sent.length : missing;
  if (places.slice(count).some((place) => place >= 0)) {
    violations.push(`up: a message of ${tab} came before ${sent[count]}`);
  }
  if (places.slice(0, count).some((place, i) => place < (places[i - 1] ?? -1))) {
    violations.push(`up: messages of ${tab} came out of order`);
  }
  if (!mine.some(({ type }) => type === "forgotten")) {
    const givenBack = mine.flatMap((event) =>
      event.type === "lost" || event.type === "over" ? event.unacked : []
    );
    const unknown = sent.slice(count).filter((message) => !givenBack.includes(message));
    if (unknown.length > 0) {
      violations.push(`up: ${unknown} of ${tab} are neither handled nor given back`);
    }
  }
  return [...violations, ...judgeGot(history, tab)];
}

/** What one tab gets has no hole: nothing that only another one got lies between. */
function judgeGot(history: History, tab: string): string[] {
  const violations: string[] = [];
  const came = only(history, "got");
  const got = new Set(came.map(({ message }) => message));
  const lives = only(history, "begun").map(({ life }) => life);
  const all = lives.flatMap((life) =>
    only(history, "sent").filter((event: Event & { life: string; message: number }) =>
      event.life === life && got.has(event.message)
    ).map(({ message }) => message)
  );
  const places = came.filter((event) => event.tab === tab).map(({ message }) =>
    all.indexOf(message)
  );
  for (const [i, place] of places.entries()) {
    const before = places[i - 1];
    if (place < 0) violations.push(`down: ${tab} got what was never sent`);
    else if (before !== undefined && place !== before + 1) {
      violations.push(`down: ${tab} got ${all[place]} after ${all[before]}`);
    }
  }
  return violations;
}
