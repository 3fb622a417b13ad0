/** The table at the end: what happened, and what had to hold. */
import type { Ending } from "@holdfast/websocket";
import type { Balance } from "./ledger.ts";
import type { Outage } from "./outages.ts";
import { type Paint, plain as plainPaint } from "./paint.ts";
import type { PlainFindings } from "./plain.ts";

/** Everything that the demo found out. */
export interface Findings {
  readonly tookMs: number;
  readonly outages: readonly Outage[];
  /** When each inner socket was made. */
  readonly dialsAtMs: readonly number[];
  /** The longest wait and the longest attempt: within that, a server that is back must be found. */
  readonly recoveryLimitMs: number;
  readonly balance: Balance;
  /** Messages that `send()` refused or a `drop` event told of. */
  readonly unsent: number;
  readonly ending: Ending;
  readonly plain: PlainFindings;
}

/** What had to hold, and whether it does. */
export interface Check {
  readonly name: string;
  readonly holds: boolean;
  /** What was found. */
  readonly found: string;
}

const MAX_TOTAL_MS = 40_000;
/** A client sets its timer before it tells of it, and timers count whole milliseconds. */
const EARLY_MS = 50;
/** What a busy machine may add to a recovery. */
const SLACK_MS = 1_000;

/** The faults of the story as a client has to see them. */
const STORY: readonly (readonly [seenAs: string, recovers: boolean])[] = [
  ["connection-lost", true],
  ["heartbeat-timeout", true],
  ["closed with 1012", true],
  ["connection-lost", false],
];

/** Judges the findings. */
export function check(findings: Findings): readonly Check[] {
  const { balance, ending, outages, tookMs } = findings;
  const { sent, delivered, lost, givenBack } = balance;
  const waits = outages.flatMap((outage) => outage.waits);
  const found = outages.map(({ seenAs, openAtMs }) => [seenAs, openAtMs !== undefined]);
  const slowest = Math.max(...outages.map(recoveryMs));
  return [
    {
      name: "sent = delivered + lost in flight + given back",
      holds: sent === delivered + lost + givenBack && balance.strays.length === 0,
      found: `${sent} = ${delivered} + ${lost} + ${givenBack}, ${list(balance.strays)} stray`,
    },
    {
      name: "duplicates 0",
      holds: balance.duplicates.length === 0,
      found: list(balance.duplicates),
    },
    {
      name: "order kept within each connection",
      holds: balance.disorderly === 0,
      found: `${balance.disorderly} out of order`,
    },
    {
      name: "every message taken",
      holds: findings.unsent === 0,
      found: `${findings.unsent} refused or dropped`,
    },
    {
      name: "every delay within its bounds",
      holds: waits.every(({ delayMs, boundsMs: [min, max] }) => min <= delayMs && delayMs <= max),
      found: waits.map(({ delayMs }) => seconds(delayMs)).join(", "),
    },
    {
      name: "one attempt after each delay, none early",
      holds: attemptsAreDue(findings),
      found: `${findings.dialsAtMs.length - 1} attempts after ${waits.length} delays`,
    },
    {
      name: "every fault seen for what it was",
      holds: JSON.stringify(found) === JSON.stringify(STORY),
      found: outages.map(({ fault, seenAs }) => `${fault ?? "no fault"}: ${seenAs}`).join("; "),
    },
    {
      name: `open within ${seconds(findings.recoveryLimitMs)} after the server was back`,
      holds: slowest <= findings.recoveryLimitMs + SLACK_MS,
      found: `${seconds(slowest)} at most`,
    },
    {
      name: "over for good after 4403",
      holds: ending.code === 4403 && ending.error?.code === "fatal-close",
      found: `${ending.code}, ${ending.error?.code}`,
    },
    {
      name: `all in less than ${seconds(MAX_TOTAL_MS)}`,
      holds: tookMs < MAX_TOTAL_MS,
      found: seconds(tookMs),
    },
  ];
}

/** The tables, and what their numbers mean. */
export function formatReport(
  findings: Findings,
  checks: readonly Check[],
  paint: Paint = plainPaint,
): string {
  return [
    ...formatOutages(findings, paint),
    "",
    ...formatMessages(findings, paint),
    "",
    ...checks.map(({ name, holds, found }) => {
      const verdict = holds ? paint("good", "ok    ") : paint("bad", "FAILED");
      return `${verdict}  ${name}: ${found}`;
    }),
    "",
    ...formatComparison(findings, paint),
  ].join("\n");
}

function formatOutages({ outages }: Findings, paint: Paint): string[] {
  const rows = outages.map((outage, index) => [
    `${index + 1}`,
    outage.fault ?? "none",
    outage.seenAs ?? "",
    span(outage.faultAtMs, outage.noticedAtMs),
    `${outage.waits.length}`,
    span(outage.noticedAtMs, outage.openAtMs),
    span(outage.backAtMs, outage.openAtMs),
  ]);
  const attempts = outages.reduce((sum, outage) => sum + outage.waits.length, 0);
  return [
    paint("bold", `Outages: ${outages.length}, attempts: ${attempts}`),
    ...table([
      ["", "fault", "seen as", "noticed after", "attempts", "open again after", "server back for"],
      ...rows,
    ]),
    paint(
      "dim",
      "noticed after: from the fault to the client's close event; open again after: from",
    ),
    paint(
      "dim",
      "there to its open event; server back for: how long a server was there before that",
    ),
  ];
}

function formatMessages({ balance }: Findings, paint: Paint): string[] {
  const { sent, delivered, lost, givenBack } = balance;
  return [
    paint("bold", "Messages"),
    ...table([
      ["", "sent", `${sent}`, "taken by send()"],
      ["=", "delivered", `${delivered}`, "read by a server"],
      ["+", "lost in flight", `${lost}`, "handed to a socket that died before a server read them"],
      ["+", "given back", `${givenBack}`, "never handed to a socket: `undelivered` of `closed`"],
    ]),
  ];
}

function formatComparison({ balance, outages, plain }: Findings, paint: Paint): string[] {
  const recovered = outages.filter(({ openAtMs }) => openAtMs !== undefined).length;
  const share = (part: number, whole: number): string => `${Math.round(100 * part / whole)} %`;
  const unaccounted = plain.sent - plain.delivered;
  return [
    paint("bold", "The same faults, suffered by a plain WebSocket and by this client"),
    ...table([
      ["", "plain WebSocket", "this client"],
      [
        "came back after",
        `0 of ${outages.length} faults`,
        `${recovered} of ${outages.length} faults`,
      ],
      [
        "messages delivered",
        share(plain.delivered, plain.sent),
        share(balance.delivered, balance.sent),
      ],
      ["lost without a word", `${unaccounted}`, `${balance.lost}`],
      ["given back to the sender", "0", `${balance.givenBack}`],
    ]),
    paint(
      "dim",
      `The plain one closed ${
        seconds(plain.noticedAfterMs)
      } after the first fault and stayed so for ` +
        `${seconds(plain.downMs)};\nits send() went on without an error.`,
    ),
  ];
}

/** Every dial but the first follows its own delay, and is not early. */
function attemptsAreDue({ dialsAtMs, outages }: Findings): boolean {
  const waits = outages.flatMap((outage) => outage.waits);
  return dialsAtMs.length === waits.length + 1 &&
    waits.every(({ fromMs, delayMs }, index) =>
      (dialsAtMs[index + 1] ?? 0) - fromMs >= delayMs - EARLY_MS
    );
}

function recoveryMs({ backAtMs, openAtMs }: Outage): number {
  return backAtMs === undefined || openAtMs === undefined ? 0 : openAtMs - backAtMs;
}

function span(fromMs: number | undefined, toMs: number | undefined): string {
  return fromMs === undefined || toMs === undefined ? "never" : seconds(toMs - fromMs);
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(2)} s`;
}

function list(numbers: readonly number[]): string {
  return numbers.length === 0 ? "none" : numbers.join(", ");
}

/** Columns as wide as their widest cell; those with numbers to the right. */
function table(rows: readonly (readonly string[])[]): string[] {
  const columns = (rows[0] ?? []).map((_, column) => rows.map((row) => row[column] ?? ""));
  const pads = columns.map((cells) => {
    const width = Math.max(...cells.map((cell) => cell.length));
    const isNumeric = cells.some((cell) => /^\d+(\.\d+ s)?$/.test(cell));
    return (cell: string): string => isNumeric ? cell.padStart(width) : cell.padEnd(width);
  });
  return rows.map((row) => pads.map((pad, column) => pad(row[column] ?? "")).join("  ").trimEnd());
}
