/**
 * What one scenario owns: everything it starts ends with it, and nothing it waits for outlasts it.
 *
 * @module
 */

import { removeFolder, type Running, start } from "../runtimes/processes.ts";

const POLL_MS = 20;

/** Processes, folders and waits of one scenario. */
export class Scope implements AsyncDisposable {
  /** Aborted when the scenario has to stop. */
  readonly signal: AbortSignal;
  readonly #stack = new AsyncDisposableStack();
  readonly #witnesses: (() => string)[] = [];

  constructor(signal: AbortSignal) {
    this.signal = signal;
  }

  /** Starts a process, which dies with this one, however this one dies (util-linux). */
  start(command: readonly string[], env: Record<string, string> = {}): Running {
    this.signal.throwIfAborted();
    const running = this.#stack.use(start(["setpriv", "--pdeathsig", "KILL", ...command], env));
    this.witness(() => running.errors());
    return running;
  }

  /** Something to be undone. */
  defer(undo: () => Promise<void> | void): void {
    this.#stack.defer(undo);
  }

  /** Runs a command to its end; returns its output. */
  async command(command: readonly string[], input = ""): Promise<string> {
    this.signal.throwIfAborted();
    return await runCommand(command, input);
  }

  /** A folder that is removed at the end. */
  async folder(): Promise<string> {
    const folder = await Deno.makeTempDir({ prefix: "holdfast-networks-" });
    this.defer(() => removeFolder(folder));
    return folder;
  }

  /** Waits until `look` finds something; fails after `withinMs`. */
  async until<T>(what: string, withinMs: number, look: () => T | null | false | 0): Promise<T> {
    const endMs = Date.now() + withinMs;
    for (;;) {
      const found = look();
      if (found) return found;
      if (Date.now() > endMs) throw new Error(`Not within ${withinMs} ms: ${what}`);
      await this.sleep(POLL_MS);
    }
  }

  /** Lets real time pass. */
  async sleep(delayMs: number): Promise<void> {
    this.signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const stop = (): void => reject(this.signal.reason);
    const timer = setTimeout(resolve, delayMs);
    this.signal.addEventListener("abort", stop);
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      this.signal.removeEventListener("abort", stop);
    }
  }

  /** Something to be told if the scenario fails. */
  witness(testimony: () => string): void {
    this.#witnesses.push(testimony);
  }

  /** What the witnesses say. */
  testimony(): string {
    return this.#witnesses.map((testimony) => testimony()).filter(Boolean).join("\n");
  }

  /** Ends what was started, last first. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }
}

/** Runs a command to its end; throws what it wrote to standard error if it failed. */
export async function runCommand(
  [program = "", ...args]: readonly string[],
  input = "",
): Promise<string> {
  const child = new Deno.Command(program, {
    args,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  // A command that does not read its input may be gone already.
  await writer.write(new TextEncoder().encode(input)).catch(() => {});
  await writer.close().catch(() => {});
  const { success, stdout, stderr } = await child.output();
  const text = new TextDecoder();
  if (!success) throw new Error(`${program} ${args.join(" ")}: ${text.decode(stderr).trim()}`);
  return text.decode(stdout);
}

/** Fails the scenario with a sentence. */
export function expect(isSo: boolean, sentence: string): asserts isSo {
  if (!isSo) throw new Error(`Not so: ${sentence}`);
}
