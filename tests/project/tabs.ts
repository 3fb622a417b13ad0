/**
 * One page in Chromium, Firefox and WebKitGTK, under one set of commands: their own protocols, as no
 * driver of one drives the others.
 *
 * @module
 */

import { bidiUrl, startFirefox, startWebKit } from "../platforms/runtimes/browsers.ts";
import { removeFolder } from "../platforms/runtimes/processes.ts";
import { openPage, patiently } from "./devtools.ts";

/** How a page is shown. */
export interface Look {
  readonly width: number;
  readonly height: number;
  readonly scheme: "light" | "dark";
}

/** Keys that are no characters. */
export type NamedKey = "Enter" | "Tab";

/** A page that is shown. */
export interface Tab {
  readonly version: string;
  /** The value of an expression or of a script: a string, a number or a boolean. */
  evaluate(script: string): Promise<unknown>;
  /** A real key, down and up. */
  press(key: NamedKey | string): Promise<void>;
  /** A picture, as PNG. */
  screenshot(): Promise<Uint8Array<ArrayBuffer>>;
  /** Uncaught errors, and what was written by `console.error`. */
  errors(): Promise<readonly string[]>;
}

/** Opens a page; disposing of the stack closes its browser. */
export type Opener = (stack: AsyncDisposableStack, url: string, look: Look) => Promise<Tab>;

/** Waits until an expression is true. */
export async function until(tab: Tab, expression: string): Promise<void> {
  await patiently(expression, () => tab.evaluate(expression));
}

const toBytes = (base64: unknown): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64 as string), (it) => it.charCodeAt(0));

async function openChromium(
  stack: AsyncDisposableStack,
  url: string,
  { height, scheme, width }: Look,
): Promise<Tab> {
  const page = stack.use(await openPage("about:blank"));
  const mobile = width < 600;
  const metrics = { width, height, mobile, deviceScaleFactor: mobile ? 2 : 1 };
  await page.call("Emulation.setDeviceMetricsOverride", metrics);
  const features = [{ name: "prefers-color-scheme", value: scheme }];
  await page.call("Emulation.setEmulatedMedia", { features });
  await page.call("Page.navigate", { url });
  const { product } = await page.call("Browser.getVersion");
  const codes: Record<string, object> = {
    Enter: { text: "\r", windowsVirtualKeyCode: 13 },
    Tab: { windowsVirtualKeyCode: 9 },
  };
  return {
    version: `${product}`,
    evaluate: (script) => page.evaluate(script),
    async press(key): Promise<void> {
      const event = { key, ...codes[key] ?? { text: key } };
      await page.call("Input.dispatchKeyEvent", { type: "keyDown", ...event });
      await page.call("Input.dispatchKeyEvent", { type: "keyUp", key });
    },
    screenshot: () => page.screenshot(),
    errors: () => Promise.resolve(page.errors),
  };
}

/** https://www.w3.org/TR/webdriver2/#keyboard-actions */
const WEBDRIVER_KEYS: Readonly<Record<string, string>> = { Enter: "\uE007", Tab: "\uE004" };

function keyActions(key: string): object {
  const value = WEBDRIVER_KEYS[key] ?? key;
  return [{
    type: "key",
    id: "keyboard",
    actions: [{ type: "keyDown", value }, { type: "keyUp", value }],
  }];
}

/** Firefox's own preference for what the system says. */
const SCHEMES = { dark: 0, light: 1 };

async function openFirefox(
  stack: AsyncDisposableStack,
  url: string,
  { height, scheme, width }: Look,
): Promise<Tab> {
  const profile = await Deno.makeTempDir({ prefix: "tab-" });
  stack.defer(() => removeFolder(profile));
  const preferences = { "layout.css.prefers-color-scheme.content-override": SCHEMES[scheme] };
  const flags = ["--remote-debugging-port=0", "about:blank"];
  await startFirefox(stack, profile, preferences, ...flags);
  const base = await patiently("Firefox", () => bidiUrl(profile));
  const { call, errors } = await openBidi(stack, `${base}/session`);
  const { capabilities } = await call("session.new", { capabilities: {} }) as {
    readonly capabilities: { readonly browserVersion: string };
  };
  await call("session.subscribe", { events: ["log.entryAdded"] });
  // The first page does not get the focus, and Enter presses no button in it.
  const { context } = await call("browsingContext.create", { type: "tab" }) as {
    readonly context: string;
  };
  const viewport = { width, height };
  const devicePixelRatio = width < 600 ? 2 : 1;
  await call("browsingContext.setViewport", { context, viewport, devicePixelRatio });
  await call("browsingContext.navigate", { context, url, wait: "complete" });
  return {
    version: `Firefox/${capabilities.browserVersion}`,
    async evaluate(expression): Promise<unknown> {
      const target = { context };
      const { exceptionDetails, result } = await call(
        "script.evaluate",
        { expression, target, awaitPromise: false },
      ) as { readonly exceptionDetails?: { text: string }; readonly result?: { value?: unknown } };
      if (exceptionDetails) throw new Error(exceptionDetails.text);
      return result?.value;
    },
    async press(key): Promise<void> {
      await call("input.performActions", { context, actions: keyActions(key) });
    },
    async screenshot(): Promise<Uint8Array<ArrayBuffer>> {
      const { data } = await call(
        "browsingContext.captureScreenshot",
        { context, origin: "document" },
      ) as { readonly data: string };
      return toBytes(data);
    },
    errors: () => Promise.resolve(errors),
  };
}

/** A connection that speaks WebDriver BiDi. */
interface Bidi {
  readonly errors: readonly string[];
  call(method: string, params: object): Promise<unknown>;
}

async function openBidi(stack: AsyncDisposableStack, url: string): Promise<Bidi> {
  const socket = new WebSocket(url);
  stack.defer(() => socket.close());
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = reject;
  });
  const errors: string[] = [];
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  socket.onmessage = ({ data }) => {
    const { id, message, params, result, type } = JSON.parse(data);
    if (type === "success") waiting.get(id)?.resolve(result);
    if (type === "error") waiting.get(id)?.reject(new Error(message));
    if (type === "event" && params.level === "error") errors.push(params.text);
  };
  return {
    errors,
    call(method, params): Promise<unknown> {
      const answer = Promise.withResolvers<unknown>();
      waiting.set(waiting.size + 1, answer);
      socket.send(JSON.stringify({ id: waiting.size, method, params }));
      return answer.promise;
    },
  };
}

/** The toolbar of WebKitGTK's browser makes no window narrower: the page is in a frame then. */
const MIN_WIDTH = 450;

async function openWebKit(
  stack: AsyncDisposableStack,
  url: string,
  { height, scheme, width }: Look,
): Promise<Tab> {
  const env = { GTK_THEME: scheme === "dark" ? "Adwaita:dark" : "Adwaita" };
  const command = await startWebKit(stack, env);
  await command("POST", "/window/rect", { width: Math.max(width, MIN_WIDTH), height });
  const isFramed = width < MIN_WIDTH;
  const frame = `<!doctype html><iframe src="${url}" width="${width}" height="${height - 60}"` +
    ` style="border:0">`;
  const shown = isFramed ? `data:text/html,${encodeURIComponent(frame)}` : url;
  await command("POST", "/url", { url: shown });
  if (isFramed) await command("POST", "/frame", { id: 0 });
  const evaluate = (script: string): Promise<unknown> =>
    command("POST", "/execute/sync", { script: "return (0, eval)(arguments[0])", args: [script] });
  await evaluate(`
    var failures = [];
    addEventListener("error", ({ message }) => failures.push(message));
    addEventListener("unhandledrejection", ({ reason }) => failures.push(String(reason)));`);
  return {
    version: `${await evaluate(`navigator.userAgent.match(/AppleWebKit.[\\d.]+/)[0]`)} (WebKitGTK)`,
    evaluate,
    async press(key): Promise<void> {
      await command("POST", "/actions", { actions: keyActions(key) });
    },
    screenshot: async () => toBytes(await command("GET", "/screenshot")),
    errors: async () => JSON.parse(`${await evaluate("JSON.stringify(failures)")}`),
  };
}

/** By the name of the browser. */
export const openers = {
  chromium: openChromium,
  firefox: openFirefox,
  webkitgtk: openWebKit,
} as const satisfies Readonly<Record<string, Opener>>;
