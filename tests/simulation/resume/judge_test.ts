/** The judge itself, attacked by histories that no session may have. */

import { assertEquals } from "@std/assert";
import type { Event, History } from "./history.ts";
import { judge } from "./judge.ts";
import { judgeShared } from "./judge_shared.ts";

const session = "S";
const life = "A";
const accepted = (message: number): Event => ({ type: "accepted", session, message });
const handled = (message: number, redelivered = false, id = `${message}`): Event => ({
  type: "handled",
  session,
  message,
  redelivered,
  id,
});
const begun = (life: string, isNew = false): Event => ({ type: "begun", session, life, isNew });
const sent = (message: number, by = life): Event => ({ type: "sent", session, life: by, message });
const got = (message: number): Event => ({ type: "got", session, message });
const ended = (life: string, unacked: number[] = [], why = "moved"): Event => ({
  type: "ended",
  session,
  life,
  why,
  unacked,
});
const lost = (unacked: number[], isExact: boolean): Event => ({
  type: "lost",
  session,
  why: "unknown",
  unacked,
  isExact,
});
const broken: Event = { type: "broken", session };

/** A good one, with everything in it: a crash, a flag, a hand-over. */
const GOOD: History = [
  begun("A", true),
  accepted(0),
  accepted(1),
  handled(0),
  sent(0),
  sent(1),
  got(0),
  broken,
  begun("B"),
  handled(0, true),
  handled(1),
  got(1),
  sent(2, "B"),
  ended("B"),
  begun("C"),
  got(2),
  accepted(2),
  handled(2),
  sent(3, "C"),
  got(3),
];

const LOST: History = [begun("A", true), accepted(0), accepted(1), accepted(2), handled(0)];

Deno.test("judge() finds nothing wrong with a good history", () => {
  assertEquals(judge(GOOD, { current: session }), []);
  assertEquals(judge([...LOST, lost([1, 2], true)], { current: "T" }), []);
  assertEquals(judge([...LOST, lost([0, 1, 2], false)], { current: "T" }), []);
});

const without = (index: number): History => GOOD.filter((_, i) => i !== index);
const withAt = (index: number, ...events: Event[]): History => GOOD.toSpliced(index, 0, ...events);
const swapped = (a: number, b: number): History => {
  const copy = [...GOOD];
  [copy[a], copy[b]] = [copy[b] as Event, copy[a] as Event];
  return copy;
};

const BAD: Readonly<Record<string, History>> = {
  "a message up that is lost at the end": without(17),
  "a message up that is lost in the middle": without(10),
  "a message up that is handled twice": withAt(18, handled(2)),
  "a message up that is handled twice, later": withAt(20, handled(1)),
  "a message up that comes before its turn": swapped(3, 10),
  "a message up that was never accepted": withAt(18, handled(9)),
  "a flag without a reason": without(7),
  "a redelivery that is not flagged": [...without(9), handled(0)],
  "one id for two messages": withAt(18, handled(2, true, "0")),
  "two ids for one message": withAt(18, handled(2, true, "other")),
  "a message down that is lost at the end": without(19),
  "a message down that is lost in a hand-over": without(15),
  "a message down that comes twice": withAt(16, got(2)),
  "a message down that comes before its turn": swapped(6, 11),
  "a message down of an owner that is gone for long": withAt(20, got(1)),
  "a message down that was never sent": withAt(16, got(9)),
  "a session that begins anew on the way": withAt(14, begun("D", true)),
  "a session that vanishes": [...GOOD, { type: "accepted", session: "T", message: 3 }],
  "a session that is lost twice": [...LOST, lost([1, 2], true), lost([1, 2], true)],
  "what is given back and was handled": [...LOST, lost([0, 1, 2], true)],
  "what is neither handled nor given back": [...LOST, lost([2], false)],
  "what is given back and was never accepted": [...LOST, lost([1, 2, 3], false)],
  "what is given back out of order": [...LOST, lost([2, 1], true)],
};

for (const [what, history] of Object.entries(BAD)) {
  Deno.test(`judge() finds ${what}`, () => {
    const isLost = history.some(({ type }) => type === "lost");
    const violations = judge(history, { current: isLost ? "T" : session });
    assertEquals(violations.length > 0, true);
  });
}

const by = (tab: string, event: Event): Event => ({ ...event, tab } as Event);
const over = (tab: string, unacked: number[]): Event => by(tab, { type: "over", session, unacked });

/** A copy takes the session over; the first client is given back what was not confirmed to it. */
const SHARED: History = [
  begun("A", true),
  sent(0),
  sent(1),
  sent(2),
  by("1", accepted(0)),
  by("1", accepted(1)),
  by("1", got(0)),
  handled(0),
  by("2", { type: "copied", session, unacked: [1] }),
  by("1", accepted(2)),
  handled(1),
  by("2", accepted(3)),
  by("2", got(1)),
  by("2", got(2)),
  handled(3),
  over("1", [1, 2]),
];

Deno.test("judgeShared() finds nothing wrong with a session that is taken over", () => {
  assertEquals(judgeShared(SHARED), []);
});

const sharedWithout = (index: number): History => SHARED.filter((_, i) => i !== index);
const sharedWith = (index: number, ...events: Event[]): History =>
  SHARED.toSpliced(index, 0, ...events);

for (
  const [what, history] of Object.entries<History>({
    "a message that is confirmed to who did not send it": SHARED.with(15, over("1", [1])),
    "a message of the copy that is neither handled nor given back": sharedWithout(14),
    "a message that is handled for both": sharedWith(15, handled(1)),
    "a message that no one has accepted": sharedWith(15, handled(9)),
    "a message that comes before its turn": [...sharedWithout(10), handled(1)],
    "a message that leaves another one out": sharedWithout(10),
    "a message down that only the other one got": sharedWith(14, by("1", got(2))),
    "a message down that was never sent": sharedWith(14, by("2", got(9))),
    "a message down that comes twice": sharedWith(14, by("2", got(2))),
  })
) {
  Deno.test(`judgeShared() finds ${what}`, () => {
    assertEquals(judgeShared(history).length > 0, true);
  });
}
