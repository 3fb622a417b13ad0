/**
 * A second, much simpler client, written from the documentation alone: what its user sees, and what
 * its sockets get. It knows no re-entrant calls, no functions among the options and no lateness.
 *
 * @module
 */

import { readSetting, type Setting } from "./setting.ts";

interface Timer {
  readonly atMs: number;
  readonly act: () => void;
  /** A deadline: what arrives at the same moment counts. */
  readonly isDeadline?: boolean;
}

/** The close codes that retrying cannot cure without a fresh token (`docs/close_codes.md`). */
const FATAL = [1008, 1010, 3000, 3003, 4400, 4401, 4403, 4404, 4410];

/** What a schedule of `generate_plain.ts` must show, one line each, with its time. */
export function predict(lines: readonly string[]): string[] {
  const model = new Model(readSetting(lines));
  for (const line of lines) if (!line.startsWith("with ")) model.perform(line.split(" "));
  model.close();
  model.pass(model.setting.closeTimeoutMs);
  return model.log;
}

class Model {
  readonly log: string[] = [];
  #nowMs = 0;
  #state = "connecting";
  #attempt = 0;
  #opens = 0;
  #sent = 0;
  #dialling: readonly string[] = ["hangs"];
  #queue: string[] = [];
  /** Of the client, and of the server of its socket. */
  #timers: Timer[] = [];
  #server: Timer[] = [];
  #isSilent = false;
  #sockets = -1;

  constructor(readonly setting: Setting) {
    this.#dial();
  }

  perform([subject, verb, first, second]: readonly string[]): void {
    const isOpen = this.#state === "open";
    if (subject === "time") this.pass(Number(first));
    else if (subject === "dialling") this.#dialling = [verb ?? "", first ?? "", second ?? ""];
    else if (verb === "accepts") this.#accept();
    else if (verb === "refuses" && !this.#isSilent) this.#refuse();
    else if (verb === "drops") this.#drop();
    else if (verb === "stalls") this.#isSilent = true;
    else if (verb === "says" && isOpen && !this.#isSilent) this.#tell("message");
    else if (verb === "sends") this.#send(`${this.#sent++}`.padEnd(Number(second), "-"));
    else if (verb === "reconnects") this.#reconnect(first, second);
    else if (subject === "user" && verb === "closes") this.close(first, second);
    else if (verb === "closes" && isOpen && !this.#isSilent) this.#lose(null, Number(first), true);
  }

  pass(ms: number): void {
    const endMs = this.#nowMs + ms;
    for (;;) {
      const next = [...this.#timers, ...this.#server].sort((a, b) =>
        a.atMs - b.atMs || Number(!!a.isDeadline) - Number(!!b.isDeadline)
      )[0];
      if (!next || next.atMs > endMs) {
        break;
      }
      this.#timers = this.#timers.filter((timer) =>
        timer !== next
      );
      this.#server = this.#server.filter((timer) => timer !== next);
      this.#nowMs = next.atMs;
      next.act();
    }
    this.#nowMs = endMs;
  }

  #after(timers: Timer[], ms: number, act: () => void): void {
    timers.push({ atMs: this.#nowMs + ms, act });
  }

  #dial(): void {
    this.#timers = [];
    this.#server = [];
    this.#isSilent = false;
    this.#sockets++;
    const { connectTimeoutMs } = this.setting;
    const act = (): void => this.#lose("connect-timeout");
    this.#timers.push({ atMs: this.#nowMs + connectTimeoutMs, act, isDeadline: true });
    const [verb, first, second] = this.#dialling;
    if (verb === "hangs") return;
    this.#after(this.#server, Number(first), () => {
      if (this.#state !== "connecting") return;
      if (verb === "fails" && !this.#isSilent) this.#refuse();
      if (verb === "succeeds" || verb === "flaps") this.#accept();
      if (verb === "flaps") this.#after(this.#server, Number(second), () => this.#drop());
    });
  }

  #accept(): void {
    if (this.#state !== "connecting" || this.#isSilent) return;
    this.#timers = [];
    this.#change("open");
    this.#tell(`open${this.#opens++ ? " again" : ""}, attempt ${this.#attempt}`);
    for (const message of this.#queue.splice(0)) this.#hand(message);
    this.#after(this.#timers, this.setting.stableAfterMs, () => this.#attempt = 0);
  }

  #refuse(): void {
    if (this.#state === "connecting") this.#lose("connect-failed");
  }

  #drop(): void {
    if (this.#state === "closing") this.#end(null, 1006);
    else if (this.#state === "open") this.#lose("connection-lost");
    else this.#refuse();
  }

  /** An attempt or a connection ended. */
  #lose(error: string | null, code = 1006, isClean = false): void {
    const { maxAttempts, shouldRetry: [decision] } = this.setting;
    const retries = decision === "yes" || (decision !== "no" && !FATAL.includes(code));
    this.#timers = this.#server = [];
    if (!retries) return this.#end(code === 1006 ? error : "fatal-close", code, isClean);
    if (this.#attempt >= maxAttempts) {
      return this.#end(maxAttempts === 0 ? error : "retry-limit", code, isClean);
    }
    const delayMs = this.#delay(code);
    this.#attempt++;
    this.#timers = [];
    this.#after(this.#timers, delayMs, () => {
      this.#change("connecting");
      this.#dial();
    });
    this.#change("waiting");
    if (error) this.#tell(`error ${error}`);
    this.#tell(`close ${code}, ${isClean ? "clean" : "unclean"}, will retry${because(error)}`);
    this.#tell(`retry: attempt ${this.#attempt} in ${delayMs} ms${because(error)}`);
  }

  #delay(code: number): number {
    const { maxDelayMs, policy } = this.setting;
    const initialDelayMs = policy?.initialDelayMs ?? 0;
    const [minMs] =
      policy?.bounds({ attempt: this.#attempt + 1, waitedMs: 0, previousDelayMs: 0 }) ??
        [0];
    const isFirst = this.#attempt === 0;
    if (isFirst && code === 1012) return Math.min(5_000, maxDelayMs / 2);
    if (isFirst && (code === 1008 || code === 1013)) {
      return Math.min(2 * initialDelayMs, maxDelayMs / 2);
    }
    return Math.min(minMs, maxDelayMs);
  }

  close(code?: string, reason?: string): void {
    if (this.#state === "closing" || this.#state === "closed") return;
    const isOpen = this.#state === "open";
    this.#timers = [];
    this.#change("closing");
    if (!isOpen) return this.#end(null, 1006);
    this.#after(this.#timers, this.setting.closeTimeoutMs, () => this.#end(null, 1006));
    this.#after(this.#server, 0, () => {
      if (!this.#isSilent) this.#end(null, code ? Number(code) : 1005, true, reason);
    });
  }

  #end(error: string | null, code: number, isClean = false, reason = ""): void {
    const wasLeaving = this.#state === "closing";
    this.#timers = this.#server = [];
    this.#change("closed");
    if (error && !wasLeaving && !isClean) this.#tell(`error ${error}`);
    const manner = `${isClean ? "clean" : "unclean"}, for good, readyState 3`;
    this.#tell(`close ${code}${reason && ` ${reason}`}, ${manner}${because(error)}`);
  }

  #reconnect(code = "1006", reason = ""): void {
    if (this.#state === "closing" || this.#state === "closed") return;
    const wasWaiting = this.#state === "waiting";
    this.#attempt = 0;
    this.#change("connecting");
    if (!wasWaiting) {
      this.#tell(`close ${code}${reason && ` ${reason}`}, unclean, will retry`);
      this.#tell("retry: attempt 0 in 0 ms");
    }
    this.#dial();
  }

  #send(message: string): void {
    if (this.#state === "closing" || this.#state === "closed") return;
    if (this.#state === "open") return this.#hand(message);
    const { maxMessages = 0, maxBytes = 0, overflow } = this.setting.queue ?? {};
    const evicts = overflow === "drop-oldest" && maxMessages > 0 && message.length <= maxBytes;
    const isFull = (): boolean =>
      this.#queue.length >= maxMessages || this.#queue.join("").length + message.length > maxBytes;
    const dropped: string[] = [];
    while (isFull() && evicts) dropped.push(this.#queue.shift() ?? "");
    if (isFull()) dropped.push(message);
    else this.#queue.push(message);
    for (const key of dropped) this.#tell(`drop ${key}${because("queue-overflow")}`);
  }

  #hand(message: string): void {
    this.#tell(`socket ${this.#sockets} gets ${message}`);
  }

  #change(state: string): void {
    if (state !== this.#state) this.#tell(`statechange ${this.#state} -> ${state}`);
    this.#state = state;
  }

  #tell(what: string): void {
    this.log.push(`${this.#nowMs}: ${what}`);
  }
}

function because(error: string | null): string {
  return error ? ` because of ${error}` : "";
}
