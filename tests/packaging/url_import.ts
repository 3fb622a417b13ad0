/**
 * Importing from a URL: a static server stands for the CDN, a subprocess with an empty cache for the
 * user.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { attempt, deno, ROOT } from "./command.ts";
import { startEcho } from "../platforms/real/echo.ts";
import { publishedFiles } from "./jsr.ts";

/** What one entry point may cost. */
const BOUNDS = {
  "mod.ts": { maxModules: 45, maxBytes: 205_000 },
  "lib/backoff.ts": { maxModules: 3, maxBytes: 20_000 },
  "lib/streams.ts": { maxModules: 8, maxBytes: 40_000 },
  "lib/preflight.ts": { maxModules: 2, maxBytes: 15_000 },
  "lib/wait.ts": { maxModules: 42, maxBytes: 185_000 },
  "lib/hidden.ts": { maxModules: 5, maxBytes: 30_000 },
  "lib/react.ts": { maxModules: 48, maxBytes: 222_000 },
} as const;

type Entry = keyof typeof BOUNDS;

/** Programs of a user. */
const PROGRAMS: Readonly<Record<Entry, (origin: string) => string>> = {
  "mod.ts": (origin) => `
    import { ReconnectingWebSocket } from "${origin}/mod.ts";
    const ws = new ReconnectingWebSocket(Deno.args[0] as string);
    ws.onopen = () => ws.send("hello");
    ws.onmessage = ({ data }) => {
      console.log(data);
      ws.close();
    };`,
  "lib/backoff.ts": (origin) => `
    import { constantBackoff } from "${origin}/lib/backoff.ts";
    const context = { attempt: 1, waitedMs: 0, previousDelayMs: 0, random: 0 };
    console.log(constantBackoff(5)(context) === 5 ? "hello" : "");`,
  "lib/streams.ts": (origin) => `
    import { messages, type MessageSource } from "${origin}/lib/streams.ts";
    class Source extends EventTarget implements MessageSource {
      readonly state = "open";
      readonly attempt = 0;
      readonly closed = new Promise<never>(() => {});
    }
    const source = new Source();
    const read = messages<string>(source);
    source.dispatchEvent(new MessageEvent("message", { data: "hello" }));
    for await (const message of read) {
      console.log(message);
      break;
    }`,
  "lib/preflight.ts": (origin) => `
    import { preflight } from "${origin}/lib/preflight.ts";
    const { url } = preflight("hello");
    console.log(await url({ attempt: 0, signal: new AbortController().signal }));`,
  "lib/wait.ts": (origin) => `
    import { whenOpen } from "${origin}/lib/wait.ts";
    import { ReconnectingWebSocket } from "${origin}/lib/core.ts";
    const ws = new ReconnectingWebSocket(Deno.args[0] as string);
    await whenOpen(ws);
    ws.onmessage = ({ data }) => {
      console.log(data);
      ws.close();
    };
    ws.send("hello");`,
  "lib/hidden.ts": (origin) => `
    import { pauseWhileHidden } from "${origin}/lib/hidden.ts";
    const [document, window] = [new EventTarget(), new EventTarget()];
    class Client extends EventTarget {
      state = "open";
      pause(): void {
        console.log("hello");
      }
      resume(): void {}
    }
    using _tied = pauseWhileHidden(new Client(), {
      sources: { document: Object.assign(document, { visibilityState: "visible" }), window },
    });
    window.dispatchEvent(new Event("pagehide"));`,
  "lib/react.ts": (origin) => `
    import { createHooks, type ReactLike } from "${origin}/lib/react.ts";
    const useMemo = (create: () => unknown): unknown => create();
    const useSyncExternalStore = (_: unknown, get: () => unknown): unknown => get();
    const { useStatus } = createHooks({ useMemo, useSyncExternalStore } as unknown as ReactLike);
    console.log(useStatus(null) === null ? "hello" : "");`,
};

/** Serves the published files and counts what is fetched. */
class Cdn implements AsyncDisposable {
  readonly fetched = new Map<string, number>();
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor(files: readonly string[]) {
    const serve = async (request: Request): Promise<Response> => {
      const path = new URL(request.url).pathname.slice(1);
      if (!files.includes(path)) return new Response(null, { status: 404 });
      const body = await Deno.readFile(ROOT + path);
      this.fetched.set(path, body.length);
      return new Response(body, { headers: { "Content-Type": "application/typescript" } });
    };
    this.#server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, serve);
  }

  get host(): string {
    return `127.0.0.1:${this.#server.addr.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

/** Imports one entry point from a URL in every way, and tells what was fetched. */
async function importOne(entry: Entry, files: readonly string[]): Promise<string> {
  await using echo = await startEcho();
  await using stack = new AsyncDisposableStack();
  const cdn = new Cdn(files);
  const folder = await Deno.makeTempDir({ prefix: "url-import-" });
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  await Deno.writeTextFile(`${folder}/main.ts`, PROGRAMS[entry](`http://${cdn.host}`));
  const start = (...flags: readonly string[]): ReturnType<typeof attempt> =>
    attempt(
      [deno, "run", "--no-config", "--allow-net=127.0.0.1", ...flags, "main.ts", echo.url],
      { cwd: folder, env: { DENO_DIR: `${folder}/cache` } },
    );

  const refused = await start();
  assert(!refused.success && refused.errors.includes("Requires import access"), refused.errors);
  const allow = `--allow-import=${cdn.host}`;
  const local = await start(allow, "--no-remote");
  assert(!local.success && local.errors.includes("--no-remote"), local.errors);
  assertEquals(cdn.fetched.size, 0, "fetched without permission");

  const first = await start(allow);
  assertEquals([first.output.trim(), first.success], ["hello", true], first.errors);
  const { size } = cdn.fetched;
  const bytes = [...cdn.fetched.values()].reduce((sum, bytes) => sum + bytes, 0);
  const { maxModules, maxBytes } = BOUNDS[entry];
  assert(size <= maxModules, `${entry}: ${size} modules, at most ${maxModules} expected`);
  assert(bytes <= maxBytes, `${entry}: ${bytes} bytes, at most ${maxBytes} expected`);

  const checked = await start(allow, "--check=all");
  assert(checked.success, checked.errors);
  await cdn[Symbol.asyncDispose]();
  const cached = await start(allow, "--cached-only");
  assertEquals([cached.output.trim(), cached.success], ["hello", true], cached.errors);
  return `${entry} ${size} modules, ${bytes} bytes`;
}

/** The row. */
export async function checkUrlImport(): Promise<string> {
  const files = await publishedFiles();
  const costs: string[] = [];
  for (const entry of Object.keys(BOUNDS) as Entry[]) costs.push(await importOne(entry, files));
  return costs.join("; ");
}
