/**
 * Chromium by its DevTools protocol: what a user, an operating system or a network does to a page.
 *
 * @module
 */

import { CHROMIUM_FLAGS, devToolsUrl } from "../runtimes/browsers.ts";
import type { Seen } from "./actors.ts";
import type { Scope } from "./scope.ts";

const READY_MS = 20_000;
const COMMAND_MS = 20_000;
const POLL_MS = 50;

interface Answer {
  readonly id?: number;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

/** A running browser. */
export class Browser {
  readonly #scope: Scope;
  readonly #socket: WebSocket;
  readonly #pending = new Map<number, PromiseWithResolvers<Record<string, unknown>>>();
  #id = 0;

  constructor(scope: Scope, socket: WebSocket) {
    this.#scope = scope;
    this.#socket = socket;
    socket.onmessage = ({ data }): void => {
      const { id, result, error } = JSON.parse(data) as Answer;
      const pending = this.#pending.get(id ?? 0);
      if (!pending) return;
      if (error) pending.reject(new Error(error.message));
      else pending.resolve(result ?? {});
    };
  }

  /** Sends a command and waits for its answer. */
  async command(
    method: string,
    params: object,
    sessionId?: string,
  ): Promise<Record<string, unknown>> {
    const id = ++this.#id;
    const pending = Promise.withResolvers<Record<string, unknown>>();
    this.#pending.set(id, pending);
    this.#socket.send(JSON.stringify({ id, method, params, ...(sessionId && { sessionId }) }));
    const limit = setTimeout(
      () => pending.reject(new Error(`${method}: no answer`)),
      COMMAND_MS,
    );
    try {
      return await pending.promise;
    } finally {
      clearTimeout(limit);
      this.#pending.delete(id);
    }
  }

  /** Opens a page in a tab, or in a window of its own, which stays visible. */
  async open(url: string, newWindow = false): Promise<Tab> {
    const { targetId } = await this.command("Target.createTarget", { url, newWindow });
    const { sessionId } = await this.command("Target.attachToTarget", { targetId, flatten: true });
    const tab = new Tab(this, String(targetId), String(sessionId));
    this.#scope.witness(() => `page: ${tab.lastSeen}`);
    await tab.until("typeof connect === 'function'");
    return tab;
  }

  /** Lets real time pass. */
  sleep(delayMs: number): Promise<void> {
    return this.#scope.sleep(delayMs);
  }
}

/** One tab. */
export class Tab {
  readonly #browser: Browser;
  readonly #target: string;
  readonly #session: string;
  /** What {@linkcode Tab.all} looked at last. */
  lastSeen = "";

  constructor(browser: Browser, target: string, session: string) {
    this.#browser = browser;
    this.#target = target;
    this.#session = session;
  }

  /** Sends a command to the page. */
  command(method: string, params: object = {}): Promise<Record<string, unknown>> {
    return this.#browser.command(method, params, this.#session);
  }

  /** The value of an expression in the page. */
  async evaluate(expression: string): Promise<unknown> {
    const { result, exceptionDetails } = await this.command("Runtime.evaluate", {
      expression,
      returnByValue: true,
    });
    if (exceptionDetails) throw new Error(JSON.stringify(exceptionDetails));
    return (result as { readonly value?: unknown }).value;
  }

  /** Waits until an expression is true in the page; while the tab loads another one it is not. */
  async until(expression: string): Promise<void> {
    const endMs = Date.now() + READY_MS;
    while (!await this.evaluate(expression).then((is) => is === true, () => false)) {
      if (Date.now() > endMs) {
        throw new Error(`Not within ${READY_MS} ms in the page: ${expression}`);
      }
      await this.#browser.sleep(POLL_MS);
    }
  }

  /** Shows this tab. */
  async show(): Promise<void> {
    await this.#browser.command("Target.activateTarget", { targetId: this.#target });
  }

  /** What the page has seen of a type since an instant. */
  async all(type: string, sinceMs = 0): Promise<readonly Seen[]> {
    this.lastSeen = String(await this.evaluate("JSON.stringify(seen)"));
    const seen = JSON.parse(this.lastSeen) as Seen[];
    return seen.filter((it) => it.type === type && it.atMs >= sinceMs);
  }
}

/** Starts a headless Chromium that ends with the scope. */
export async function startBrowser(scope: Scope, ...flags: readonly string[]): Promise<Browser> {
  const profile = await scope.folder();
  const own = ["--remote-debugging-port=0", `--user-data-dir=${profile}`];
  scope.start(["chromium", ...CHROMIUM_FLAGS, ...flags, ...own, "about:blank"]);
  const address = await scope.until(
    "Chromium can be driven",
    READY_MS,
    () => devToolsUrl(profile),
  );
  const socket = new WebSocket(address);
  scope.defer(() => socket.close());
  await scope.until("Chromium listens", READY_MS, () => socket.readyState === WebSocket.OPEN);
  return new Browser(scope, socket);
}
