/**
 * Faults, and when they happen: one a line, `TIME FAULT [for DURATION]`.
 *
 * @module
 */

import { Misuse } from "./flags.ts";
import { nearest, parseDuration, printable } from "./words.ts";

/** What is done to connections. */
export type Fault =
  /** Every connection is cut, by a reset. */
  | { readonly type: "kill" }
  /** Every connection stays up, and nothing passes. */
  | { readonly type: "freeze"; readonly forMs: number }
  /** What passes takes longer. */
  | { readonly type: "delay"; readonly delayMs: number; readonly forMs: number }
  /** New connections are refused. */
  | { readonly type: "refuse"; readonly forMs: number }
  /** Every client gets a close frame. */
  | { readonly type: "close"; readonly code: number; readonly reason: string }
  /** Freezing, delaying and refusing end. */
  | { readonly type: "heal" }
  /** The script starts anew. */
  | { readonly type: "repeat" }
  /** The proxy ends. */
  | { readonly type: "end" };

/** A fault at a time, in milliseconds from the first connection. */
export interface Step {
  readonly atMs: number;
  readonly fault: Fault;
}

const NAMES = ["kill", "freeze", "delay", "refuse", "close", "heal", "repeat", "end"];
const MAX_REASON_BYTES = 123;

/**
 * Reads a script. Blank lines, and what follows a `#`, are skipped; times need not be in order.
 *
 * @throws {Misuse} Names the line that is wrong.
 */
export function parseScript(text: string): readonly Step[] {
  const steps = text.split("\n").flatMap((line, index) => {
    const words = line.replace(/(^|\s)#[^]*$/, "").trim();
    if (words === "") return [];
    try {
      const [, time = "", rest = ""] = /^(\S+)\s*([^]*)$/.exec(words) ?? [];
      const atMs = parseDuration(time);
      if (atMs === null) {
        throw new Misuse(`the time must be such as 5s: it is '${printable(time)}'`);
      }
      return [{ atMs, fault: parseFault(rest) }];
    } catch (error) {
      if (!(error instanceof Misuse)) throw error;
      throw new Misuse(`Cannot read line ${index + 1} of the script as ${error.message}`);
    }
  });
  const repeat = steps.find(({ fault }) => fault.type === "repeat");
  if (repeat?.atMs === 0) throw new Misuse("Cannot repeat the script as it must take some time");
  return steps.toSorted((a, b) => a.atMs - b.atMs);
}

/**
 * Reads a fault: `kill`, `freeze for 5s`, `delay 300ms for 1m`, `refuse for 8s`, `close 1012 restart`,
 * `heal`, `repeat`, `end`. Without a duration it lasts until `heal`.
 *
 * @throws {Misuse} Says what is wrong.
 */
export function parseFault(text: string): Fault {
  const [, name = "", rest = ""] = /^(\S*)\s*([^]*)$/.exec(text.trim()) ?? [];
  switch (name) {
    case "close":
      return parseClose(rest);
    case "freeze":
    case "refuse":
      return { type: name, forMs: parseFor(name, rest) };
    case "delay": {
      const [, time = "", more = ""] = /^(\S*)\s*([^]*)$/.exec(rest) ?? [];
      const delayMs = parseDuration(time);
      if (delayMs === null) {
        throw new Misuse("'delay' must be followed by a duration such as 300ms");
      }
      return { type: "delay", delayMs, forMs: parseFor(name, more) };
    }
    case "kill":
    case "heal":
    case "repeat":
    case "end":
      if (rest !== "") {
        throw new Misuse(`nothing must follow '${name}': it is '${printable(rest)}'`);
      }
      return { type: name };
    default: {
      const guess = nearest(name, NAMES);
      const hint = guess === undefined
        ? `known are ${NAMES.join(", ")}`
        : `did you mean '${guess}'?`;
      throw new Misuse(`there is no fault '${printable(name)}'; ${hint}`);
    }
  }
}

function parseFor(name: string, text: string): number {
  if (text === "") return Infinity;
  const durationMs = parseDuration(/^for\s+(\S+)$/.exec(text)?.[1] ?? "");
  if (durationMs !== null) return durationMs;
  throw new Misuse(`'${name}' must be followed by nothing or 'for 5s': it is '${printable(text)}'`);
}

function parseClose(text: string): Fault {
  const [, digits = "", reason = ""] = /^(\d{4})(?:\s+([^]*))?$/.exec(text) ?? [];
  const code = Number(digits);
  // 1005, 1006 and 1015 stand for what no close frame says (RFC 6455, 7.4.1).
  const isSent = code >= 1000 && code <= 4999 && ![1004, 1005, 1006, 1015].includes(code);
  if (!isSent) throw new Misuse("'close' must be followed by a code that a close frame may have");
  if (new TextEncoder().encode(reason).length > MAX_REASON_BYTES) {
    throw new Misuse(`the reason of 'close' must be at most ${MAX_REASON_BYTES} bytes long`);
  }
  return { type: "close", code, reason };
}

/** A fault in words. */
export function describeFault(fault: Fault): string {
  const forMs = "forMs" in fault ? fault.forMs : Infinity;
  const lasts = forMs === Infinity ? "" : ` for ${forMs / 1_000} s`;
  switch (fault.type) {
    case "close":
      return `close ${fault.code} ${printable(fault.reason)}`.trimEnd();
    case "delay":
      return `delay ${fault.delayMs} ms${lasts}`;
    default:
      return `${fault.type}${lasts}`;
  }
}
