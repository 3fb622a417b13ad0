/**
 * A page in headless Chromium, driven by its DevTools protocol.
 *
 * @module
 */

import { CHROMIUM_FLAGS, devToolsUrl } from "../platforms/runtimes/browsers.ts";
import { removeFolder, start } from "../platforms/runtimes/processes.ts";

const LIMIT_MS = 20_000;

/** A page. */
export interface Page extends AsyncDisposable {
  /** Uncaught errors, and what was written by `console.error`. */
  readonly errors: readonly string[];
  call(method: string, parameters?: object): Promise<Record<string, unknown>>;
  /** The value of an expression. */
  evaluate(expression: string): Promise<unknown>;
  /** Waits until an expression is true. */
  until(expression: string): Promise<void>;
  /** A picture of all of the page, as PNG. */
  screenshot(): Promise<Uint8Array<ArrayBuffer>>;
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Looks until there is something; rejects if that takes too long. */
export async function patiently<T>(
  what: string,
  look: () => T | Promise<T>,
): Promise<NonNullable<T>> {
  const deadlineMs = performance.now() + LIMIT_MS;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (performance.now() > deadlineMs) throw new Error(`${what} did not come in time`);
    await sleep(50);
  }
}

/** Opens a page. */
export async function openPage(url: string): Promise<Page> {
  await using stack = new AsyncDisposableStack();
  const profile = await Deno.makeTempDir({ prefix: "devtools-" });
  stack.defer(() => removeFolder(profile));
  const flags = [...CHROMIUM_FLAGS, "--remote-debugging-port=0", `--user-data-dir=${profile}`];
  stack.use(start(["chromium", ...flags, "about:blank"]));
  const { host } = new URL(await patiently("Chromium", () => devToolsUrl(profile)));
  const pages: { type: string; webSocketDebuggerUrl: string }[] =
    await (await fetch(`http://${host}/json`)).json();
  const socket = new WebSocket(
    pages.find(({ type }) => type === "page")?.webSocketDebuggerUrl ?? "",
  );
  stack.defer(() => socket.close());
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = reject;
  });
  const errors: string[] = [];
  const waiting = new Map<number, PromiseWithResolvers<Record<string, unknown>>>();
  socket.onmessage = ({ data }) => {
    const { error, id, method, params, result } = JSON.parse(data);
    if (method === "Runtime.exceptionThrown") {
      errors.push(params.exceptionDetails.exception.description);
    }
    if (method === "Log.entryAdded" && params.entry.level === "error") {
      errors.push(params.entry.text);
    }
    if (error) waiting.get(id)?.reject(new Error(error.message));
    else waiting.get(id)?.resolve(result);
  };
  let next = 1;
  const call: Page["call"] = (method, parameters = {}) => {
    const answer = Promise.withResolvers<Record<string, unknown>>();
    waiting.set(next, answer);
    socket.send(JSON.stringify({ id: next++, method, params: parameters }));
    return answer.promise;
  };
  for (const domain of ["Page", "Runtime", "Log"]) await call(`${domain}.enable`);
  await call("Page.navigate", { url });
  const evaluate = async (expression: string): Promise<unknown> => {
    const { result } = await call("Runtime.evaluate", { expression, returnByValue: true });
    return (result as { readonly value?: unknown }).value;
  };
  const owned = stack.move();
  return {
    errors,
    call,
    evaluate,
    until: async (expression) => void await patiently(expression, () => evaluate(expression)),
    async screenshot(): Promise<Uint8Array<ArrayBuffer>> {
      const { data } = await call("Page.captureScreenshot", { captureBeyondViewport: true });
      return Uint8Array.from(atob(data as string), (it) => it.charCodeAt(0));
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
