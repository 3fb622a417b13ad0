/**
 * The `user`, `provider` and `handshake` lines: the application of a run, and the functions that it
 * gave to the client.
 *
 * - `user sends text|unicode|bytes|view|blob|number|symbol|shared [SIZE] [ttl=MS] [key=KEY] [unqueued]`, `closes [CODE] [REASON]`,
 *   `reconnects [CODE] [REASON]`, `aborts`, `sets-binary TYPE`, `dispatches EVENT`;
 *   `listens EVENT ID [once|object|signal]`, `forgets EVENT ID`, `sets-slot EVENT ID`,
 *   `clears-slot EVENT`, `drops-signal` (of the listeners); only after `on HOOK`: `throws`, `blocks MS`
 * - `on HOOK user ...`: at the next call of `HOOK`, which is the first listener of an event (`open`,
 *   with a `+` a later one), `url`, `protocols`, `handshake`, `backoff`, `shouldRetry`, `probe`,
 *   `isReply`, `trace`, `dial`, `inner-send`, `inner-close`, `convert`
 * - `provider answers [URL|throws]`, `handshake sends|receives|finishes|fails`; `provider-1` is the
 *   call before the last one that is still pending
 *
 * @module
 */

import type {
  ConnectContext,
  HandshakeLink,
  RetryDecision,
  SendOptions,
} from "@holdfast/websocket";
import { Listeners } from "./listeners.ts";
import { Planned } from "./planned.ts";
import * as core from "@holdfast/websocket/core";
import type { Run } from "./run.ts";
import { type Call, keyOf, nameBlob } from "./seen.ts";

interface Pending<T> {
  readonly settle: (value: T) => void;
  readonly fail: (reason: unknown) => void;
  readonly what: string;
}

/** A handshake that waits for its lines. */
interface Conversation extends Pending<void> {
  readonly link: HandshakeLink;
}

/** The application. */
export class User {
  readonly listeners: Listeners;
  /** Whether an event of the user's own is being dispatched. */
  isDispatching = false;
  /** How often the `url` function was asked. */
  asked = 0;
  /** What `shouldRetry` answered last; "threw" if it did. */
  decision: RetryDecision | "threw" = undefined;
  /** Whether the last call of the delay policy was made to throw. */
  policyThrew = false;
  /** Promises of `receive()` that are not settled. */
  receiving = 0;
  /** What handshakes took. */
  readonly received: Set<unknown> = new Set();
  /** Signals of handshakes. */
  readonly #signals: AbortSignal[] = [];
  /** The signals of providers whose last answer is outstanding. */
  readonly pending: Map<string, AbortSignal> = new Map();
  binaryType: string | null = null;
  readonly #run: Run;
  readonly #abort = new AbortController();
  readonly #plans = new Map<string, (readonly string[])[]>();
  readonly #answers: Pending<string>[] = [];
  readonly #conversations: Conversation[] = [];
  #sent = 0;
  #isBehaving = false;

  constructor(run: Run) {
    this.#run = run;
    this.listeners = new Listeners(run);
    if (run.setting.signal === "aborted") this.#abort.abort(new Planned("planned"));
  }

  /** What must be aborted when all is over. */
  get pendingSignals(): readonly AbortSignal[] {
    return [...this.#signals, ...this.pending.values()];
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Everything answers well from now on. */
  behave(): void {
    this.#isBehaving = true;
    this.disarm();
    for (const { settle, what } of this.#answers.splice(0)) {
      this.pending.delete(what);
      settle(this.#answer(what));
    }
    for (const { settle } of this.#conversations.splice(0)) settle();
  }

  /** Forgets what was planned for hooks. */
  disarm(): void {
    this.#plans.clear();
  }

  /** Does what is planned for a hook. */
  interrupt(hook: string): void {
    const { inside } = this.#run;
    const words = this.#plans.get(hook)?.shift();
    if (!words) return;
    this.#run.inputs++;
    inside.push(hook);
    try {
      this.act(words);
    } finally {
      inside.pop();
    }
  }

  /** Notes that the client asks something, and does what is planned for that. */
  ask(name: string, attempt?: number, signal?: AbortSignal, argument?: unknown): void {
    if (signal && name === "handshake") this.#signals.push(signal);
    this.#run.emit({ kind: "hook", name, attempt, signal, argument });
    if (name === "backoff") this.policyThrew = true;
    this.interrupt(name);
    if (name === "backoff") this.policyThrew = false;
  }

  act(words: readonly string[]): void {
    const [subject = "", verb = "", first = "", second, ...others] = words;
    if (subject === "on") {
      const plans = this.#plans.get(verb) ?? [];
      plans.push(words.slice(2));
      this.#plans.set(verb, plans);
    } else if (subject.startsWith("provider")) this.#settleProvider(subject, first);
    else if (subject.startsWith("handshake")) this.#converse(subject, verb);
    else if (subject === "user") this.#do(verb, first, second, others);
  }

  #do(
    verb: string,
    first: string,
    second: string | undefined,
    others: readonly string[] = [],
  ): void {
    const run = this.#run;
    const { client } = run;
    // Before the constructor returned (a synchronous provider), there is nobody to call.
    if (!client && verb !== "throws" && verb !== "aborts") return;
    switch (verb) {
      case "sends":
        return this.#send(first, Number(second ?? 8), readHow(others));
      case "closes":
      case "reconnects": {
        const name = verb === "closes" ? "close" : "reconnect";
        const code = first ? Number(first) : undefined;
        const isValid = isFarewell(code, second);
        const isCore = run.setting.client === "core";
        // The core trusts its arguments: its user must not give it others, nor a reason without a code.
        if (!isValid && isCore) return;
        const given = isCore && second !== undefined ? code ?? 1000 : code;
        return this.#call(name, isValid ? "" : "invalid", () => client[name](given, second));
      }
      case "pauses":
      case "resumes": {
        const name = verb === "pauses" ? "pause" : "resume";
        const code = first ? Number(first) : undefined;
        if (run.setting.client === "full") {
          return this.#call(name, "", () => client[name](code, second));
        }
        if (!run.setting.canPause) return;
        return this.#call(name, "", () => core[name](client, code, second));
      }
      case "aborts":
        if (run.setting.signal !== "live" || this.signal.aborted) return;
        return this.#call("abort", "", () => this.#abort.abort(new Planned("planned")));
      case "sets-binary":
        client.binaryType = first as BinaryType;
        if (first === "blob" || first === "arraybuffer") this.binaryType = first;
        return;
      case "dispatches": {
        this.isDispatching = true;
        client.dispatchEvent(new Event(first));
        this.isDispatching = false;
        return;
      }
      case "throws":
        if (run.setting.isBare && run.inside.at(-1) === "inner-send") return;
        if (run.inside.length > 0) throw new Planned(run.inside.at(-1));
        return;
      case "blocks":
        if (run.inside.length > 0) run.sleep(Number(first));
        return;
      default:
        this.listeners.act(verb, first, second ?? "");
    }
  }

  #call(
    name: Call["name"],
    key: string,
    act: (call: Call) => unknown,
    bytes = 0,
    options: SendOptions | undefined = undefined,
  ): void {
    const wasOver = (this.#run.client?.readyState ?? 0) >= 2;
    const call: Call = {
      kind: "call",
      name,
      key,
      bytes,
      ...(options && { options }),
      atMs: this.#run.clock.now(),
      wasOver,
      wasOffered: false,
      isConverted: !key.startsWith("converted"),
    };
    this.#run.emit(call);
    let result: unknown;
    let error: unknown;
    try {
      result = act(call);
    } catch (thrown) {
      error = thrown ?? new Error("nothing");
    }
    this.#run.emit({ kind: "return", call, result, error });
  }

  /** Sends something that is unlike everything sent before, and spoils the buffer afterwards. */
  #send(kind: string, size: number, options?: SendOptions): void {
    const isPlain = ["text", "unicode", "bytes", "view"].includes(kind);
    if (this.#run.setting.isBare && !isPlain) return;
    const id = `${this.#sent++}`;
    let sending: Call | undefined;
    const text = id.padEnd(size, kind === "unicode" ? "é€😀" : "-");
    const bytes = new TextEncoder().encode(kind === "unicode" ? text : id.padEnd(size, "-"));
    const around = new Uint8Array(bytes.length + 7);
    around.set(bytes, 3);
    const data: Record<string, unknown> = {
      bytes: bytes.buffer,
      view: new DataView(around.buffer, 3, bytes.length),
      blob: nameBlob(new Blob([bytes]), id),
      number: Number(id) + 0.5,
      symbol: Symbol(id),
      shared: new Uint8Array(new SharedArrayBuffer(8)),
      convert: {
        toString: (): string => {
          this.interrupt("convert");
          if (sending) sending.wasOver = this.#run.client.readyState >= 2;
          if (sending) sending.isConverted = true;
          if (sending) sending.atMs = this.#run.clock.now();
          return `converted ${id}`;
        },
      },
    };
    const value = data[kind] ?? text;
    const isRefused = kind === "symbol" || kind === "shared";
    const key = isRefused
      ? "invalid"
      : kind === "convert"
      ? `converted ${id}`
      : kind === "number"
      ? `${value}`
      : keyOf(value);
    const length = ["bytes", "view", "blob"].includes(kind)
      ? bytes.length
      : new TextEncoder().encode(key).length;
    this.#call(
      "send",
      key,
      (call) => {
        sending = call;
        return this.#run.client.send(value as string, options);
      },
      length,
      options,
    );
    bytes.fill(0);
    around.fill(0);
  }

  /** What the constructor gets for `url` or `protocols`. */
  provide(name: "url" | "protocols", mode: string): unknown {
    if (mode === "none") return undefined;
    if (mode === "static") return this.#answer(name);
    return (context: ConnectContext): unknown => {
      if (name === "url") this.asked++;
      this.ask(name, context.attempt, context.signal, context);
      const answer = this.#answer(name);
      if (this.#isBehaving || mode === "sync") return answer;
      if (mode === "throws") throw new Planned("planned");
      if (mode === "rejects") return Promise.reject(new Planned("planned"));
      if (mode === "odd") return name === "url" ? "ws://downgraded.test/" : ["a b"];
      if (mode === "async") return Promise.resolve().then(() => answer);
      this.pending.set(name, context.signal);
      if (mode === "hangs") return new Promise(() => {});
      return new Promise((settle, fail) => this.#answers.push({ settle, fail, what: name }));
    };
  }

  /** URLs are numbered by the call that asked for them. */
  #answer(what: string): string {
    if (what === "protocols") return "chat";
    return `wss://user:s3cret@host.test/p${this.asked}?token=s3cret`;
  }

  #settleProvider(subject: string, answer: string): void {
    const pending = this.#take(this.#answers, subject);
    if (!pending) return;
    const { what, settle, fail } = pending;
    this.pending.delete(what);
    if (answer === "throws") return fail(new Planned("planned"));
    settle(answer || this.#answer(what));
  }

  #take<T>(pending: T[], subject: string): T | undefined {
    const back = Number(subject.split("-")[1] ?? 0);
    return pending.splice(pending.length - 1 - back, 1)[0];
  }

  readonly handshake = (link: HandshakeLink): void | Promise<void> => {
    const mode = this.#isBehaving ? "async" : this.#run.setting.handshake;
    this.ask("handshake", link.attempt, link.signal, link);
    if (mode === "throws") throw new Planned("planned");
    if (mode === "rejects") return Promise.reject(new Planned("planned"));
    if (mode === "hangs") return new Promise(() => {});
    if (mode === "async") return Promise.resolve();
    if (mode === "exchanges") {
      link.send("handshake hello");
      return this.#receive(link);
    }
    if (mode !== "manual") return;
    return new Promise((settle, fail) =>
      this.#conversations.push({ link, settle, fail, what: "handshake" })
    );
  };

  async #receive(link: HandshakeLink): Promise<void> {
    this.receiving++;
    try {
      this.received.add(await link.receive());
    } finally {
      this.receiving--;
    }
  }

  #converse(subject: string, verb: string): void {
    const back = Number(subject.split("-")[1] ?? 0);
    const conversation = this.#conversations.at(-1 - back);
    if (!conversation) return;
    const { link, settle, fail } = conversation;
    if (verb === "sends") {
      try {
        link.send("handshake line");
        if (link.signal.aborted) this.#run.fail(2, "a handshake that is over could send");
      } catch (error) {
        const isDue = link.signal.aborted || this.#run.client.state !== "connecting" ||
          error instanceof Planned || (error as Error).message === "planned";
        if (!isDue) throw error;
      }
    }
    if (verb === "receives") this.#receive(link).catch(() => {});
    if (verb === "finishes" || verb === "fails") {
      this.#take(this.#conversations, subject);
      verb === "fails" ? fail(new Planned("planned")) : settle();
    }
  }

  readonly shouldRetry = (failure: unknown): RetryDecision => {
    this.decision = "threw";
    this.ask("shouldRetry", undefined, undefined, failure);
    const [mode, value] = this.#run.setting.shouldRetry;
    if (mode === "nonsense") return "yes" as unknown as boolean;
    this.decision = this.#isBehaving || mode === "yes"
      ? true
      : mode === "no"
      ? false
      : mode === "hints"
      ? { delayMs: Number(value) }
      : undefined;
    return this.decision;
  };

  readonly probe = (): string => {
    this.ask("probe");
    return "probe";
  };

  readonly isReply = (data: unknown): boolean => {
    this.ask("isReply");
    return typeof data === "string" && data.startsWith("reply");
  };
}

/** The options of a `user sends` line. */
function readHow(words: readonly string[]): SendOptions | undefined {
  if (words.length === 0) return undefined;
  const said = new Map<string, string>(words.map((word) => {
    const [name = "", value = ""] = word.split("=");
    return [name, value];
  }));
  const key = said.get("key");
  return {
    ...(said.has("ttl") && { ttlMs: Number(said.get("ttl")) }),
    ...(key !== undefined && { key }),
    ...(said.has("unqueued") && { queue: false }),
  };
}

/** What a platform's `close()` takes. */
function isFarewell(code: number | undefined, reason = ""): boolean {
  const isCode = code === undefined || code === 1000 || (code >= 3000 && code <= 4999);
  return isCode && new TextEncoder().encode(reason).length <= 123;
}
