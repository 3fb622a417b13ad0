/**
 * Pages, workers and extensions in Chromium: served from memory, until one of them posts a result.
 *
 * @module
 */

import { CHROMIUM_FLAGS } from "../runtimes/browsers.ts";
import { removeFolder, start } from "../runtimes/processes.ts";

const LIMIT_MS = 100_000;

const TYPES: Readonly<Record<string, string>> = { html: "text/html", js: "text/javascript" };

/** Files by path. */
export type Site = Readonly<Record<string, string>>;

/**
 * A page that loads scripts one after the other, then posts what `result()` of `/module.js` promises,
 * or why it failed.
 */
export function pageOf(...paths: readonly string[]): string {
  return `<!doctype html><body><script type="module">
    const post = (value) => fetch("/result", { method: "POST", body: JSON.stringify(value) });
    try {
      for (const path of ${JSON.stringify(paths)}) await import(path);
      const { result } = await import("/module.js");
      await post(await result());
    } catch (error) {
      await post({ failed: String(error?.stack ?? error) });
    }
  </script>`;
}

/** A site that is up, and the results that are posted to it. */
export interface Host extends AsyncDisposable {
  readonly origin: string;
  /** The next result; throws what the page failed with. */
  next(): Promise<unknown>;
}

/** Serves a site on the loopback interface. */
export function host(site: Site): Host {
  const results: unknown[] = [];
  let arrived = Promise.withResolvers<void>();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const { pathname } = new URL(request.url);
      if (pathname === "/result") {
        results.push(await request.json());
        arrived.resolve();
        return new Response();
      }
      const body = site[pathname];
      const type = TYPES[pathname.split(".")[1] ?? "html"] ?? "text/plain";
      return body === undefined
        ? new Response(null, { status: 404 })
        : new Response(body, { headers: { "Content-Type": type } });
    },
  );
  return {
    origin: `http://127.0.0.1:${server.addr.port}`,
    async next(): Promise<unknown> {
      const limit = setTimeout(() => arrived.reject(new Error("No result in time")), LIMIT_MS);
      try {
        while (results.length === 0) {
          await arrived.promise;
          arrived = Promise.withResolvers();
        }
      } finally {
        clearTimeout(limit);
      }
      const result = results.shift();
      const { failed } = Object(result) as { readonly failed?: string };
      if (failed) throw new Error(failed);
      return result;
    },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** Opens a URL in headless Chromium; disposing of the stack ends it. */
export async function openIn(
  stack: AsyncDisposableStack,
  url: string,
  ...flags: readonly string[]
): Promise<void> {
  const profile = await Deno.makeTempDir({ prefix: "platforms-profile-" });
  stack.defer(() => removeFolder(profile));
  stack.use(start(["chromium", ...CHROMIUM_FLAGS, ...flags, `--user-data-dir=${profile}`, url]));
}
