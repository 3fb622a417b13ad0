/**
 * What a command line means. Any arguments at all lead to a command or to a reason why not.
 *
 * @module
 */

import { type Flags, type Given, Misuse, readFlags } from "./flags.ts";
import { nearest, parseDuration, printable } from "./words.ts";

/** Watch a server. */
export interface WatchCommand {
  readonly type: "watch";
  readonly url: string;
  readonly protocols: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly heartbeat: {
    /** The probe; null where silence alone is watched. */
    readonly message: string | null;
    readonly intervalMs: number | null;
    readonly timeoutMs: number | null;
  } | null;
  readonly maxAttempts: number;
  /** After how many messages to end. */
  readonly count: number;
  readonly isJson: boolean;
  /** Where to write the trace. */
  readonly trace: string | null;
}

/** Print a recorded trace. */
export interface ReplayCommand {
  readonly type: "replay";
  readonly file: string;
  /** The file for a test, `""` for standard output, null for none. */
  readonly test: string | null;
}

/** Be a bad network. */
export interface ChaosCommand {
  readonly type: "chaos";
  readonly host: string;
  readonly port: number;
  readonly to: string;
  /** Where the faults are scripted. */
  readonly script: string | null;
}

/** What to do. */
export type Command =
  | WatchCommand
  | ReplayCommand
  | ChaosCommand
  | { readonly type: "help"; readonly topic: Topic }
  | { readonly type: "version" }
  | { readonly type: "misuse"; readonly topic: Topic; readonly message: string };

/** What there is help for. */
export type Topic = "watch" | "replay" | "chaos";

const COMMON: Flags = { help: "none", version: "none" };

/** The flags of each command. */
export const FLAGS: Readonly<Record<Topic, Flags>> = {
  watch: {
    ...COMMON,
    json: "none",
    heartbeat: "optional",
    "heartbeat-interval": "value",
    "heartbeat-timeout": "value",
    protocol: "value",
    header: "value",
    "max-attempts": "value",
    count: "value",
    trace: "value",
  },
  replay: { ...COMMON, "emit-test": "optional" },
  chaos: { ...COMMON, listen: "value", to: "value", script: "value" },
};

const TOPICS = Object.keys(FLAGS) as readonly Topic[];

/** Reads a command line. */
export function readArguments(args: readonly string[]): Command {
  const [first] = args;
  const named = TOPICS.find((topic) => topic === first);
  const topic = named ?? "watch";
  try {
    const given = readFlags(topic, named ? args.slice(1) : args, FLAGS[topic]);
    if (given.values.has("help")) return { type: "help", topic };
    if (given.values.has("version")) return { type: "version" };
    return READERS[topic](given);
  } catch (error) {
    if (!(error instanceof Misuse)) throw error;
    return { type: "misuse", topic, message: error.message };
  }
}

const READERS: Readonly<Record<Topic, (given: Given) => Command>> = {
  watch: readWatch,
  replay: readReplay,
  chaos: readChaos,
};

function readWatch(given: Given): WatchCommand {
  const { values } = given;
  const url = readUrl("watch", "the URL", one("watch", "URL", given));
  const duration = (name: string): number | null => {
    const text = last(given, name);
    if (text === null) return null;
    if (!values.has("heartbeat")) {
      throw new Misuse(`Cannot watch as '--${name}' must be given with '--heartbeat'`);
    }
    const durationMs = parseDuration(text);
    if (durationMs !== null && durationMs >= 1) return durationMs;
    throw wrong("watch", `--${name}`, "a duration such as 5s or 500ms", text);
  };
  const [intervalMs, timeoutMs] = ["heartbeat-interval", "heartbeat-timeout"].map(duration);
  return {
    type: "watch",
    url,
    protocols: values.get("protocol") ?? [],
    headers: readHeaders(values.get("header") ?? []),
    heartbeat: values.has("heartbeat")
      ? {
        message: last(given, "heartbeat") || null,
        intervalMs: intervalMs ?? null,
        timeoutMs: timeoutMs ?? null,
      }
      : null,
    maxAttempts: number("watch", given, "max-attempts", 0),
    count: number("watch", given, "count", 1),
    isJson: values.has("json"),
    trace: last(given, "trace"),
  };
}

function readReplay(given: Given): ReplayCommand {
  return {
    type: "replay",
    file: one("replay", "file", given),
    test: last(given, "emit-test"),
  };
}

function readChaos(given: Given): ChaosCommand {
  if (given.rest.length > 0) {
    throw wrong("chaos", "the arguments", "flags", given.rest[0] ?? "");
  }
  const [listen, to] = ["listen", "to"].map((name) => {
    const text = last(given, name);
    if (text === null) throw new Misuse(`Cannot chaos as '--${name}' must be given`);
    return text;
  }) as [string, string];
  const [, host = "127.0.0.1", digits = ""] = /^(?:(.*):)?(\d{1,5})$/.exec(listen) ?? [];
  const port = digits === "" ? NaN : Number(digits);
  if (!(port <= 65_535)) throw wrong("chaos", "--listen", "PORT or HOST:PORT", listen);
  const url = readUrl("chaos", "--to", to);
  return {
    type: "chaos",
    host: host.replace(/^\[(.*)\]$/, "$1"),
    port,
    to: url,
    script: last(given, "script"),
  };
}

/** Hosts that are this machine, where there are no certificates. */
const LOCAL = /^(localhost|[\w.-]+\.localhost|127(\.\d+){3}|\[::1\])(:\d*)?([/?#]|$)/i;

/** Completes and checks a URL: without a scheme it is `ws:` for this machine, else `wss:`. */
function readUrl(action: string, what: string, text: string): string {
  const isWhole = /^[a-z][a-z\d+.-]*:\/\//i.test(text);
  const slip = nearest(text, TOPICS);
  if (!isWhole && slip !== undefined && !/[.:/]/.test(text)) {
    throw new Misuse(`Cannot ${action} as '${text}' is no URL; did you mean '${slip}'?`);
  }
  const whole = isWhole ? text : `${LOCAL.test(text) ? "ws" : "wss"}://${text}`;
  const url = URL.canParse(whole) ? new URL(whole) : null;
  if (!url) throw new Misuse(`Cannot ${action} as ${what} must be a URL such as wss://host/path`);
  // The value is left out: URLs carry tokens.
  if (!/^(ws|http)s?:$/.test(url.protocol)) {
    throw new Misuse(`Cannot ${action} as the scheme of ${what} must be ws or wss`);
  }
  if (whole.includes("#")) {
    throw new Misuse(`Cannot ${action} as ${what} must have no fragment (#...)`);
  }
  return url.href.replace(/^http/, "ws");
}

const TOKEN = /^[!#-'*+\-.^-z|~0-9A-Z]+$/;

/** Reads `Name: value` lines. What is wrong with one is said without its value, which may be a secret. */
function readHeaders(lines: readonly string[]): Readonly<Record<string, string>> {
  const headers: Record<string, string> = Object.create(null);
  for (const line of lines) {
    const [, name = "", value = ""] = /^([^:]*):([^]*)$/.exec(line) ?? [];
    // deno-lint-ignore no-control-regex -- a header must have none
    if (!TOKEN.test(name.trim()) || /[\u0000-\u0008\u000a-\u001f\u007f]/.test(value)) {
      throw new Misuse("Cannot watch as '--header' must be 'Name: value', on one line");
    }
    const key = name.trim().toLowerCase();
    headers[key] = headers[key] === undefined ? value.trim() : `${headers[key]}, ${value.trim()}`;
  }
  return { ...headers };
}

function number(action: string, given: Given, name: string, min: number): number {
  const text = last(given, name);
  if (text === null || text === "Infinity") return Infinity;
  const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
  if (value >= min) return value;
  throw wrong(action, `--${name}`, `a whole number, at least ${min}`, text);
}

function last({ values }: Given, name: string): string | null {
  return values.get(name)?.at(-1) ?? null;
}

function one(action: string, what: string, { rest }: Given): string {
  const [first, second] = rest;
  if (first === undefined) throw new Misuse(`Cannot ${action} without a ${what}`);
  if (second !== undefined) throw new Misuse(`Cannot ${action} more than one ${what}`);
  return first;
}

function wrong(action: string, what: string, requirement: string, value: string): Misuse {
  const name = what.startsWith("--") ? `'${what}'` : what;
  return new Misuse(
    `Cannot ${action} as ${name} must be ${requirement}: current value is ${printable(value)}`,
  );
}
