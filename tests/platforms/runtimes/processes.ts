/**
 * Processes that are certain to end: each is ended by its id when it is disposed of, by force if
 * need be.
 *
 * @module
 */

/** A running process. */
export interface Running extends AsyncDisposable {
  readonly pid: number;
  /** Fulfilled when it has ended, for whatever reason. */
  readonly ended: Promise<Deno.CommandStatus>;
  /** The lines of its standard output; ends with the process. */
  readonly lines: AsyncIterableIterator<string>;
  /** The end of what it wrote to standard error. */
  errors(): string;
  /** Writes to its standard input; what has ended hears nothing. */
  write(text: string): Promise<void>;
}

const MAX_ERRORS = 2_000;
const KILL_AFTER_MS = 3_000;

/** Starts a process whose standard input stays open until it is disposed of. */
export function start(command: readonly string[], env: Record<string, string> = {}): Running {
  const [program = "", ...args] = command;
  const child = new Deno.Command(program, {
    args,
    env,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const output = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const diagnostics = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
  let errors = "";
  const reading = (async (): Promise<void> => {
    for await (const text of chunks(diagnostics)) errors = (errors + text).slice(-MAX_ERRORS);
  })();
  return {
    pid: child.pid,
    ended: child.status,
    lines: splitLines(output),
    errors: () => errors.trim(),
    async write(text): Promise<void> {
      const writer = child.stdin.getWriter();
      await writer.write(new TextEncoder().encode(text)).catch(() => {});
      writer.releaseLock();
    },
    async [Symbol.asyncDispose](): Promise<void> {
      const force = setTimeout(() => signal(child, "SIGKILL"), KILL_AFTER_MS);
      await child.stdin.close().catch(() => {});
      signal(child, "SIGTERM");
      await child.status;
      clearTimeout(force);
      // A grandchild may hold the pipes open: stop reading rather than wait for their end.
      await Promise.all([output.cancel(), diagnostics.cancel(), reading]);
    },
  };
}

async function* chunks(reader: ReadableStreamDefaultReader<string>): AsyncGenerator<string> {
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

async function* splitLines(reader: ReadableStreamDefaultReader<string>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of chunks(reader)) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  if (rest) yield rest;
}

function signal(child: Deno.ChildProcess, name: Deno.Signal): void {
  try {
    child.kill(name);
  } catch {
    // It has ended already.
  }
}

/** Removes a folder. The helpers of a browser outlive it for a moment, in which they still write. */
export async function removeFolder(path: string): Promise<void> {
  for (let left = 50; left > 0; left--) {
    try {
      return await Deno.remove(path, { recursive: true });
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  await Deno.remove(path, { recursive: true });
}

/** The path of a program, or null if it is not installed. */
export async function findProgram(name: string): Promise<string | null> {
  for (const folder of (Deno.env.get("PATH") ?? "").split(":")) {
    const path = `${folder}/${name}`;
    const found = await Deno.stat(path).then(({ isFile }) => isFile, () => false);
    if (found) return path;
  }
  return null;
}
