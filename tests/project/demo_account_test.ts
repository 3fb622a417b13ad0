import { assert, assertEquals } from "@std/assert";
import { ReconnectingWebSocketError } from "@holdfast/websocket";
import fc from "fast-check";
import { type Balance, drawBalance, type Evidence } from "../../examples/demo/ledger.ts";
import { delayBounds, type Outage } from "../../examples/demo/outages.ts";
import { colorful, paintOf } from "../../examples/demo/paint.ts";
import { check, type Findings, formatReport } from "../../examples/demo/report.ts";

const LIMITS = { initialDelayMs: 300, maxDelayMs: 3_000 };

/** An honest run: messages go to one socket after the other, a server reads the first of each. */
const evidence: fc.Arbitrary<Evidence> = fc.record({
  sockets: fc.array(fc.record({ handed: fc.nat(20), lost: fc.nat(5) }), { maxLength: 8 }),
  givenBack: fc.nat(10),
}).map(({ sockets, givenBack }) => {
  let next = 1;
  const take = (count: number): number[] => Array.from({ length: count }, () => next++);
  const handed = sockets.map((socket) => take(socket.handed));
  const logged = handed.map((messages, index) =>
    messages.slice(0, Math.max(0, messages.length - (sockets[index]?.lost ?? 0)))
  );
  const rest = take(givenBack);
  return { sent: [...handed.flat(), ...rest], handed, logged, givenBack: rest };
});

/** One thing that must not happen to message `n`, and the row of the balance that must tell. */
type Crime = readonly [
  row: "strays" | "duplicates" | "disorderly",
  among: (evidence: Evidence) => readonly number[],
  commit: (evidence: Evidence, n: number) => Evidence,
];

const CRIMES: Readonly<Record<string, Crime>> = {
  "a message vanishes": ["strays", ({ sent }) => sent, (evidence, n) => ({
    ...evidence,
    handed: evidence.handed.map((messages) => without(messages, n)),
    logged: evidence.logged.map((messages) => without(messages, n)),
    givenBack: without(evidence.givenBack, n),
  })],
  "a message was never sent": ["strays", ({ sent }) => sent, (evidence, n) => ({
    ...evidence,
    sent: without(evidence.sent, n),
  })],
  "a message is read on two connections": [
    "duplicates",
    ({ logged }) => logged.flat(),
    (evidence, n) => ({ ...evidence, logged: [...evidence.logged, [n]] }),
  ],
  "a message is handed to two sockets": [
    "duplicates",
    ({ handed }) => handed.flat(),
    (evidence, n) => ({ ...evidence, handed: [...evidence.handed, [n]] }),
  ],
  "a message is handed over and given back": [
    "duplicates",
    ({ handed }) => handed.flat(),
    (evidence, n) => ({ ...evidence, givenBack: [...evidence.givenBack, n] }),
  ],
  "a connection loses a message in the middle": [
    "disorderly",
    ({ logged }) => logged.flatMap((messages) => messages.slice(0, -1)),
    (evidence, n) => ({
      ...evidence,
      logged: evidence.logged.map((messages) => without(messages, n)),
    }),
  ],
  "a connection brings a message too early": [
    "disorderly",
    ({ logged }) => logged.flatMap((messages) => messages.slice(1)),
    (evidence, n) => ({
      ...evidence,
      logged: evidence.logged.map((it) => it.includes(n) ? [n, ...without(it, n)] : it),
    }),
  ],
};

function without(messages: readonly number[], n: number): number[] {
  return messages.filter((message) => message !== n);
}

/** Holds if `draw` finds every crime of the name. */
function finds(draw: (evidence: Evidence) => Balance, name: string): fc.IProperty<unknown> {
  const [row, among, commit] = CRIMES[name] as Crime;
  return fc.property(evidence, fc.nat(), (evidence, pick) => {
    const victims = among(evidence);
    const victim = victims[pick % victims.length];
    fc.pre(victim !== undefined);
    const found = draw(commit(evidence, victim))[row];
    assert(typeof found === "number" ? found === 1 : found.includes(victim));
  });
}

Deno.test("drawBalance() finds every message of an honest client in one place", () => {
  fc.assert(fc.property(evidence, (evidence) => {
    const { sent, logged, handed, givenBack } = evidence;
    const delivered = logged.flat().length;
    assertEquals(drawBalance(evidence), {
      sent: sent.length,
      delivered,
      lost: handed.flat().length - delivered,
      givenBack: givenBack.length,
      duplicates: [],
      strays: [],
      disorderly: 0,
    });
  }));
});

for (const name of Object.keys(CRIMES)) {
  Deno.test(`drawBalance() tells when ${name}`, () => fc.assert(finds(drawBalance, name)));
}

Deno.test("a balance drawn by subtraction would be found out", () => {
  const bySubtraction = (evidence: Evidence): Balance => {
    const { sent, delivered, givenBack, ...others } = drawBalance(evidence);
    return {
      ...others,
      sent,
      delivered,
      givenBack,
      lost: sent - delivered - givenBack,
      strays: [],
    };
  };
  assert(fc.check(finds(bySubtraction, "a message vanishes")).failed);
});

Deno.test("a balance that trusts the order of the client would be found out", () => {
  const trusting = (evidence: Evidence): Balance =>
    drawBalance({
      ...evidence,
      logged: evidence.logged.map((messages) => messages.toSorted((a, b) => a - b)),
    });
  assert(fc.check(finds(trusting, "a connection brings a message too early")).failed);
});

Deno.test("delayBounds() are those of the documentation", () => {
  assertEquals(delayBounds(1, 1006, LIMITS), [300, 600]);
  assertEquals(delayBounds(2, 1006, LIMITS), [300, 3_000]);
  assertEquals(delayBounds(1, 1012, LIMITS), [1_500, 3_000]);
  assertEquals(delayBounds(2, 1012, LIMITS), [300, 3_000]);
  const defaults = { initialDelayMs: 1_000, maxDelayMs: 60_000 };
  assertEquals(delayBounds(1, 1012, defaults), [5_000, 30_000]);
});

/** An outage at `atMs`: noticed after 1 s, the server back after 4 s, the client after 5 s. */
function outage(atMs: number, fault: string | null, seenAs: string, ...delaysMs: number[]): Outage {
  return {
    fault,
    faultAtMs: atMs,
    noticedAtMs: atMs + 1_000,
    seenAs,
    backAtMs: atMs + 4_000,
    openAtMs: atMs + 5_000,
    waits: delaysMs.map((delayMs, index) => ({
      fromMs: atMs + 1_000 * (index + 1),
      delayMs,
      boundsMs: delayBounds(index + 1, 1006, LIMITS),
    })),
  };
}

function final({ backAtMs: _, openAtMs: __, ...outage }: Outage): Outage {
  return outage;
}

/** A run in which all went well, each number at its limit. */
const GOOD: Findings = {
  tookMs: 39_999,
  outages: [
    outage(1_000, "killed", "connection-lost", 600, 3_000),
    { ...outage(11_000, "frozen", "heartbeat-timeout", 300), openAtMs: 20_500 },
    outage(21_000, "restarted", "closed with 1012", 500),
    final(outage(31_000, "replaced", "connection-lost", 450)),
  ],
  dialsAtMs: [0, 2_550, 6_000, 12_300, 22_700, 32_500],
  recoveryLimitMs: 4_500,
  balance: {
    sent: 10,
    delivered: 7,
    lost: 1,
    givenBack: 2,
    duplicates: [],
    strays: [],
    disorderly: 0,
  },
  unsent: 0,
  ending: {
    code: 4403,
    reason: "",
    wasClean: true,
    error: new ReconnectingWebSocketError("fatal-close", 1),
    undelivered: [],
  },
  plain: { sent: 10, delivered: 1, noticedAfterMs: 20, downMs: 38_000 },
};

/** What must not be, and the check that must fail for it. */
const FLAWS: readonly (readonly [flaw: string, check: string, spoiled: Partial<Findings>])[] = [
  [
    "a message too few",
    "sent = delivered + lost in flight + given back",
    { balance: { ...GOOD.balance, lost: 0 } },
  ],
  [
    "a stray",
    "sent = delivered + lost in flight + given back",
    { balance: { ...GOOD.balance, strays: [4] } },
  ],
  ["a duplicate", "duplicates 0", { balance: { ...GOOD.balance, duplicates: [3] } }],
  [
    "a connection out of order",
    "order kept within each connection",
    { balance: { ...GOOD.balance, disorderly: 1 } },
  ],
  ["a refused message", "every message taken", { unsent: 1 }],
  [
    "a delay too short",
    "every delay within its bounds",
    { outages: GOOD.outages.with(2, outage(21_000, "restarted", "closed with 1012", 299)) },
  ],
  [
    "a delay too long",
    "every delay within its bounds",
    { outages: GOOD.outages.with(2, outage(21_000, "restarted", "closed with 1012", 601)) },
  ],
  [
    "an early attempt",
    "one attempt after each delay, none early",
    { dialsAtMs: GOOD.dialsAtMs.with(1, 2_549) },
  ],
  [
    "a missing attempt",
    "one attempt after each delay, none early",
    { dialsAtMs: GOOD.dialsAtMs.slice(0, -1) },
  ],
  [
    "a fault taken for another",
    "every fault seen for what it was",
    { outages: GOOD.outages.with(2, outage(21_000, "restarted", "connection-lost", 500)) },
  ],
  [
    "an outage out of nowhere",
    "every fault seen for what it was",
    { outages: [outage(0, null, "connection-lost"), ...GOOD.outages] },
  ],
  [
    "a fault that the client does not get over",
    "every fault seen for what it was",
    { outages: GOOD.outages.with(2, final(outage(21_000, "restarted", "closed with 1012", 500))) },
  ],
  [
    "a slow recovery",
    "open within 4.50 s after the server was back",
    { outages: GOOD.outages.with(0, { ...GOOD.outages[0] as Outage, openAtMs: 10_501 }) },
  ],
  [
    "another end",
    "over for good after 4403",
    { ending: { ...GOOD.ending, code: 1006 } },
  ],
  ["a run too long", "all in less than 40.00 s", { tookMs: 40_000 }],
];

function failures(findings: Findings): string[] {
  return check(findings).filter(({ holds }) => !holds).map(({ name }) => name);
}

Deno.test("check() is content with a run in which all went well", () => {
  assertEquals(failures(GOOD), []);
});

Deno.test("check() has a flaw to find for each of its rows", () => {
  const names = new Set(FLAWS.map(([_, name]) => name));
  assertEquals(check(GOOD).map(({ name }) => name), [...names]);
});

for (const [flaw, name, spoiled] of FLAWS) {
  Deno.test(`check() finds ${flaw}`, () => {
    assertEquals(failures({ ...GOOD, ...spoiled }), [name]);
  });
}

Deno.test("formatReport() draws the tables and says of each check whether it holds", () => {
  const spoiled = { ...GOOD, unsent: 2 };
  assertEquals(
    formatReport(spoiled, check(spoiled).slice(2, 4)),
    `Outages: 4, attempts: 5
   fault      seen as            noticed after  attempts  open again after  server back for
1  killed     connection-lost           1.00 s         2            4.00 s           1.00 s
2  frozen     heartbeat-timeout         1.00 s         1            8.50 s           5.50 s
3  restarted  closed with 1012          1.00 s         1            4.00 s           1.00 s
4  replaced   connection-lost           1.00 s         1             never            never
noticed after: from the fault to the client's close event; open again after: from
there to its open event; server back for: how long a server was there before that

Messages
   sent            10  taken by send()
=  delivered        7  read by a server
+  lost in flight   1  handed to a socket that died before a server read them
+  given back       2  never handed to a socket: \`undelivered\` of \`closed\`

ok      order kept within each connection: 0 out of order
FAILED  every message taken: 2 refused or dropped

The same faults, suffered by a plain WebSocket and by this client
                          plain WebSocket    this client
came back after             0 of 4 faults  3 of 4 faults
messages delivered                   10 %           70 %
lost without a word                     9              1
given back to the sender                0              2
The plain one closed 0.02 s after the first fault and stayed so for 38.00 s;
its send() went on without an error.`,
  );
});

Deno.test("formatReport() colours what holds and what does not, where it is to", () => {
  const spoiled = { ...GOOD, unsent: 2 };
  const report = formatReport(spoiled, check(spoiled), colorful);
  assertEquals(
    ["\u001b[32mok    \u001b[0m", "\u001b[31;1mFAILED\u001b[0m"].map((it) =>
      report.split(it).length - 1
    ),
    [9, 1],
  );
});

Deno.test("paintOf() colours a terminal, unless NO_COLOR is set", () => {
  const terminal = { isTerminal: () => true };
  const pipe = { isTerminal: () => false };
  assertEquals(
    [paintOf(terminal, false), paintOf(terminal, true), paintOf(pipe, false)]
      .map((paint) => paint("good", "x")),
    ["\u001b[32mx\u001b[0m", "x", "x"],
  );
});
