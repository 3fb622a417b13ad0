/**
 * Plays a schedule: the whole client in a fake world, line by line, with every check applied to
 * everything that becomes visible.
 *
 * A schedule is text, one line a step, so that a counterexample is a document and every line can be
 * dropped without making nonsense of the others:
 *
 * - `with ...`: the setting, see `setting.ts`; `with dialling ...` and `with on ...` are lines that
 *   come before the client
 * - `server ...`, `dialling ...`: what the other side does, see `server.ts`
 * - `user ...`, `provider ...`, `handshake ...`: what the application does, see `user.ts`
 * - `on HOOK user ...`: the same, at the next call of a listener or a hook
 * - `time passes MS`, `host sleeps MS`, `clock jumps MS`, `hint online|offline|wake`
 * - `# ...`: a remark
 *
 * @module
 */

import type { ReconnectingWebSocket } from "@holdfast/websocket";
import { type FakeClock, type FakeNetwork, fakeWorld } from "@holdfast/websocket/testing";
import { makeClient } from "./client.ts";
import { type Check, guarantees } from "./guarantees/mod.ts";
import { type Books, emptyBooks } from "./guarantees/books.ts";
import { Planned } from "./planned.ts";
import { Server } from "./server.ts";
import { EVENT_TYPES, type EventType, type Seen, type Socket } from "./seen.ts";
import { readSetting, type Setting } from "./setting.ts";
import { User } from "./user.ts";

/** Something seen, and when. */
export interface Logged {
  readonly atMs: number;
  readonly seen: Seen;
}

/** How a run ended. */
export interface Outcome {
  /** The number of the guarantee that was broken and how, or null. */
  readonly violation: string | null;
  /** Lines performed and re-entrant acts. */
  readonly inputs: number;
  /** Everything that was seen. */
  readonly events: number;
  /** What happened, if asked for. */
  readonly log: readonly Logged[];
  /** Whether a storm was cut short; what time it is depends on details then. */
  readonly isCut: boolean;
}

/** Promise jobs run to their end within this many turns: three attempts in a row, begun by listeners, have 20. */
const TURNS = 40;

/** The run that is being played, for what the platform only reports globally. */
let current: Run | null = null;

/** Reports what nobody caught, and what the client reports. Call it once in a process that plays runs. */
export function watchUncaught(): void {
  const { error: write } = console;
  console.error = (...data: unknown[]): void => {
    if (current) current.emit({ kind: "reported", what: `${data[0]}` });
    else write(...data);
  };
  globalThis.addEventListener("error", (event) => {
    if (!current) return;
    event.preventDefault();
    // What a listener throws is reported (DOM Standard, "report an exception"); nothing else is.
    const { error } = event;
    const isOfListener = error instanceof Planned &&
      EVENT_TYPES.some((type) => error.message === type || error.message === `${type}+`);
    if (!isOfListener) current.fail(16, `uncaught ${error}`);
  });
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    rejections.push(event.reason);
  });
}

/** Rejections that nobody handled; they are only told once the event loop has turned. */
export const rejections: unknown[] = [];

/** Plays a schedule to its end or its first violation. */
export async function play(
  lines: readonly string[],
  options: { readonly keepsLog?: boolean } = {},
): Promise<Outcome> {
  const run = new Run(lines, options.keepsLog ?? false);
  await run.play(lines);
  return {
    violation: run.violation,
    inputs: run.inputs,
    events: run.events,
    log: run.log,
    isCut: run.isCut,
  };
}

/** A client, its world, and what is known about them. */
export class Run {
  readonly setting: Setting;
  readonly clock: FakeClock;
  readonly network: FakeNetwork;
  readonly random: () => number;
  readonly server: Server;
  readonly user: User;
  readonly books: Books = emptyBooks();
  readonly sockets: Socket[] = [];
  /** The client's timers that are pending. */
  readonly timers: Set<unknown> = new Set();
  readonly log: Logged[] = [];
  /** The hooks that the client is inside of, outermost first. */
  readonly inside: string[] = [];
  client!: ReconnectingWebSocket;
  violation: string | null = null;
  inputs = 0;
  /** Grows when what comes next has another cause: a timer fires, or promise jobs run. */
  causes = 0;
  events = 0;
  /** When the host last slept or a callback blocked; timers may be late by then. */
  disturbedAtMs = -1;
  /** Whether a socket is being closed: some fire events inside that. */
  isHangingUp = false;
  /** Whether timers are due that have not fired, as the host slept. */
  isOverdue = false;
  isCut = false;
  readonly #checks: readonly Check[];
  readonly #keepsLog: boolean;

  constructor(lines: readonly string[], keepsLog: boolean) {
    this.setting = readSetting(lines);
    const { seed, runtime } = this.setting;
    const { clock, network, sources } = fakeWorld({ seed, runtime, startMs: 1e12 });
    this.clock = clock;
    this.network = network;
    this.random = sources.random;
    this.server = new Server(this);
    this.user = new User(this);
    this.#keepsLog = keepsLog;
    this.#checks = guarantees.map((guarantee) => guarantee(this));
  }

  get nowMs(): number {
    return this.clock.elapsedMs;
  }

  /** The socket that the client uses, or used last. */
  get socket(): Socket | undefined {
    return this.sockets.at(-1);
  }

  /** Notes the first violation. */
  fail(number: number, what: string): void {
    this.violation ??= `guarantee ${number}: ${what}`;
  }

  emit(seen: Seen): void {
    this.events++;
    if (this.#keepsLog) this.log.push({ atMs: this.nowMs, seen });
    for (const check of this.#checks) check(seen);
  }

  /** Does what is planned for a hook, which may throw. */
  enter(hook: string): void {
    this.user.interrupt(hook);
  }

  async play(lines: readonly string[]): Promise<void> {
    const outer = current;
    current = this;
    try {
      for (const line of lines) {
        const words = line.split(" ");
        if (line.startsWith("with on ")) this.user.act(words.slice(1));
        if (line.startsWith("with dialling ")) this.server.plan(words.slice(2));
      }
      if (!makeClient(this)) return;
      await this.settle();
      this.emit({ kind: "line", line: "" });
      for (const line of lines) {
        if (line.startsWith("with ") || line.startsWith("#")) continue;
        this.inputs++;
        await this.#perform(line);
        if (this.violation) return;
      }
      if (this.setting.recovers) await this.#recover();
      if (!this.violation) await this.#finish();
    } catch (error) {
      this.fail(16, `thrown ${(error as Error).stack}`);
    } finally {
      current = outer;
    }
  }

  /** Lets promise jobs run. */
  async settle(): Promise<void> {
    this.causes++;
    for (let turn = 0; turn < TURNS; turn++) await undefined;
  }

  /** Lets time pass timer by timer, with promise jobs between them as on a real event loop. */
  async advance(ms: number, patience = this.setting.patience): Promise<void> {
    let isThere = false;
    const end = this.clock.plan(() => isThere = true, ms);
    for (let fired = 0; !isThere; fired++) {
      if (fired >= patience || this.violation) {
        this.isOverdue = this.isCut = true;
        return this.clock.clearTimeout(end);
      }
      this.clock.next();
      await this.settle();
    }
    for (let fired = 0; fired < patience && this.#fireDue(); fired++) {
      await this.settle();
    }
    this.isOverdue = false;
  }

  /** Fires one timer that is due now. */
  #fireDue(): boolean {
    let isLast = false;
    const mark = this.clock.plan(() => isLast = true, 0);
    this.clock.next();
    this.clock.clearTimeout(mark);
    return !isLast;
  }

  /** The host stands still, or a callback blocks. */
  sleep(ms: number): void {
    this.clock.sleep(ms);
    this.disturbedAtMs = this.nowMs;
    this.isOverdue = true;
  }

  async #perform(line: string): Promise<void> {
    const words = line.split(" ");
    const [subject, verb = "", value = ""] = words;
    const ms = Math.min(Number(value), 2 ** 31 - 1);
    if (subject === "time") await this.advance(ms);
    else if (subject === "host") this.sleep(ms);
    else if (subject === "clock") this.#jump(ms);
    else if (subject === "hint") this.#hint(verb);
    else if (subject === "dialling") this.server.plan(words.slice(1));
    else if (subject?.startsWith("server")) this.server.act(subject, words.slice(1));
    else this.user.act(words);
    await this.settle();
    this.emit({ kind: "line", line });
  }

  #jump(ms: number): void {
    this.clock.jump(ms);
    this.disturbedAtMs = this.nowMs;
  }

  #hint(hint: string): void {
    if (hint !== "offline") {
      this.books.hintedAtMs = this.nowMs;
      if (hint === "online") this.books.onlineAtMs = this.nowMs;
      this.books.hints++;
    }
    if (hint === "online") this.network.online();
    else if (hint === "offline") this.network.offline();
    else this.network.wake();
  }

  /** A healthy server and well-behaved functions from now on: the client must come back by itself. */
  async #recover(): Promise<void> {
    this.user.behave();
    this.server.plan(["succeeds", "0"]);
    const { maxDelayMs, connectTimeoutMs } = this.setting;
    // An answer may be outstanding that never comes: it is given up after two deadlines.
    const limitMs = this.nowMs + 2 * maxDelayMs + 4 * connectTimeoutMs + 1_500;
    const opensBefore = this.books.opens;
    const isDone = (): boolean =>
      this.books.opens > opensBefore || this.client.readyState > 0 || this.violation !== null;
    await this.settle();
    if (this.client.state === "paused") this.user.act(["user", "resumes"]);
    while (!isDone() && this.nowMs < limitMs) {
      await this.advance(Math.min(1_000, limitMs - this.nowMs));
    }
    if (!isDone()) {
      this.fail(
        3,
        `${this.client.state} although the server has been healthy for longer than any wait`,
      );
    }
  }

  async #finish(): Promise<void> {
    this.user.disarm();
    if (!this.books.isOver) this.user.act(["user", "closes"]);
    await this.settle();
    await this.advance(this.setting.closeTimeoutMs, Infinity);
    if (!this.violation) this.emit({ kind: "line", line: "" });
    if (!this.violation) this.emit({ kind: "end" });
  }

  /** The first listener of an event. */
  told(type: EventType, event: Event): void {
    if (this.user.isDispatching) return;
    this.emit({ kind: "told", type, event, readyState: this.client.readyState });
    this.enter(type);
  }
}
