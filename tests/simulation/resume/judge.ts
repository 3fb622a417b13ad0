/**
 * The promises of a session, judged by the histories of both sides alone: this knows nothing of frames,
 * counters, stores or servers, and judges simulated runs and those of real processes alike.
 *
 * @module
 */

import { type History, only } from "./history.ts";

/** What a judge must know beside the history. */
export interface Expectation {
  /** The session that is open and at rest when the run ends: nothing of it may be missing. */
  readonly current: string | undefined;
}

/** All violations, in words. */
export function judge(history: History, { current }: Expectation): string[] {
  const violations: string[] = [];
  const sessions = new Set(history.map(({ session }) => session));
  for (const session of sessions) {
    const mine = history.filter((event) => event.session === session);
    const isCurrent = session === current;
    for (const violation of [...judgeUp(mine, isCurrent), ...judgeDown(mine, isCurrent)]) {
      violations.push(`${violation} (session ${session})`);
    }
    const [, ...later] = mine.filter((event) => event.type === "begun" && event.isNew);
    const place = Math.max(...later.map((event) => mine.indexOf(event)));
    if (mine.slice(0, place).some(({ type }) => type === "handled" || type === "got")) {
      violations.push(`began anew though messages had come (session ${session})`);
    }
    const isAbandoned = mine.some(({ type }) => type === "lost" || type === "forgotten");
    if (!isCurrent && !isAbandoned && only(mine, "accepted").length > 0) {
      violations.push(`vanished without 'lost' (session ${session})`);
    }
  }
  return violations;
}

/** From the client to the server. */
function judgeUp(history: History, isCurrent: boolean): string[] {
  const violations: string[] = [];
  const accepted = only(history, "accepted").map(({ message }) => message);
  const deliveries = only(history, "handled");
  const flagged = new Set(deliveries.filter((d) => d.redelivered).map(({ message }) => message));
  const ids = new Map<string, number>();
  let handled = 0;
  for (const { message, id } of deliveries) {
    if ((ids.get(id) ?? message) !== message) violations.push(`one id for two messages: ${id}`);
    ids.set(id, message);
    const place = accepted.indexOf(message);
    if (place === handled) handled++;
    else if (place < 0) violations.push(`up: ${message} was handled and never accepted`);
    else if (place > handled) violations.push(`up: ${message} came before ${accepted[handled]}`);
    // Of two deliveries of a message one may be late: the owner that stood still was the first.
    else if (!flagged.has(message)) violations.push(`up: ${message} came twice without a flag`);
  }
  if (ids.size !== new Set(ids.values()).size) violations.push("two ids for one message");
  if (isCurrent && handled < accepted.length) {
    violations.push(`up: ${handled} of ${accepted.length} were handled at the end`);
  }
  const isBroken = history.some(({ type }) => type === "broken");
  if (flagged.size > 0 && !isBroken) violations.push("up: flagged though no owner broke down");
  return [...violations, ...judgeLoss(history, accepted, handled)];
}

function judgeLoss(history: History, accepted: readonly number[], handled: number): string[] {
  const [loss, ...more] = only(history, "lost");
  if (!loss) return [];
  const violations: string[] = [];
  if (more.length > 0) violations.push("lost twice");
  const { unacked, isExact } = loss;
  const tail = accepted.slice(accepted.length - unacked.length);
  if (`${unacked}` !== `${tail}`) violations.push("lost: what is given back is no tail");
  const missing = accepted.length - handled - unacked.length;
  if (missing > 0) violations.push(`lost: ${missing} were neither handled nor given back`);
  if (isExact && missing < 0) {
    violations.push(`lost: ${-missing} were handled and given back as exact`);
  }
  return violations;
}

/** From the server to the client: each life of the session is a sequence of its own, in order. */
function judgeDown(history: History, isCurrent: boolean): string[] {
  const violations: string[] = [];
  const lives = only(history, "begun").map(({ life }) => life);
  const sentBy = new Map<string, number[]>(lives.map((life) => [life, []]));
  const lifeOf = new Map<number, string>();
  for (const { life, message } of only(history, "sent")) {
    sentBy.get(life)?.push(message);
    lifeOf.set(message, life);
  }
  const gotBy = new Map<string, number[]>(lives.map((life) => [life, []]));
  let at = 0;
  for (const { message } of only(history, "got")) {
    const life = lifeOf.get(message);
    if (life === undefined) {
      violations.push(`down: ${message} came and was never sent`);
      continue;
    }
    const place = lives.indexOf(life);
    if (place < at) violations.push(`down: ${message} came after what a later owner sent`);
    at = Math.max(at, place);
    const got = gotBy.get(life) as number[];
    const expected = sentBy.get(life)?.[got.length];
    if (message !== expected) violations.push(`down: ${message} came instead of ${expected}`);
    got.push(message);
  }
  // What a session that is over had still to say is given back where it ends.
  if (!isCurrent) return violations;
  // A client that has not seen an answer yet may begin anew, as nothing has come to it.
  const fresh = only(history, "begun").findLastIndex(({ isNew }) => isNew);
  const givenBack = new Set(only(history, "ended").flatMap(({ unacked }) => unacked));
  for (const [place, life] of lives.entries()) {
    const hasEnded = history.some((event) => event.type === "ended" && event.life === life);
    // A life without an end was cut short, unless it is the last: what it had not stored died with it.
    if (place < fresh || !hasEnded && place < lives.length - 1) continue;
    const got = gotBy.get(life) as number[];
    const missing = sentBy.get(life)?.slice(got.length).filter((sent) => !givenBack.has(sent)) ??
      [];
    if (missing.length > 0) violations.push(`down: ${missing} of ${life} are missing`);
  }
  return violations;
}
