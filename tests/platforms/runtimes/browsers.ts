/**
 * The suite in headless browsers: a page that imports the built bundle as a module and posts each
 * result back.
 *
 * @module
 */

import { freePort } from "../ports.ts";
import { removeFolder, start } from "./processes.ts";
import type { Job, Result } from "./runners.ts";

const FOLDER = new URL("./", import.meta.url);
/** Where Debian puts WebKitGTK's browser for automation. */
const MINI_BROWSER = `/usr/lib/${
  Deno.build.arch === "aarch64" ? "aarch64" : "x86_64"
}-linux-gnu/webkit2gtk-4.1/MiniBrowser`;

/** No traffic but the test's own. */
export const CHROMIUM_FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * Where a Chromium with `--remote-debugging-port=0` is driven; null until it is up. It says so on standard
 * error as well, where much else may come after.
 */
export function devToolsUrl(profile: string): string | null {
  try {
    const [port, path] = Deno.readTextFileSync(`${profile}/DevToolsActivePort`).split("\n");
    return path ? `ws://127.0.0.1:${port}${path}` : null;
  } catch {
    return null;
  }
}

/** As {@linkcode CHROMIUM_FLAGS}. */
const FIREFOX_PREFERENCES = {
  "app.update.disabledForTesting": true,
  "browser.shell.checkDefaultBrowser": false,
  "datareporting.policy.dataSubmissionEnabled": false,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "toolkit.telemetry.reportingpolicy.firstRun": false,
};

/** Opens a URL in a browser; disposing of the stack closes it. */
type Opener = (url: string, profile: string, stack: AsyncDisposableStack) => Promise<void> | void;

/** Opens a page in headless Chromium. */
export function openChromium(url: string, profile: string, stack: AsyncDisposableStack): void {
  stack.use(start(["chromium", ...CHROMIUM_FLAGS, `--user-data-dir=${profile}`, url]));
}

async function openFirefox(
  url: string,
  profile: string,
  stack: AsyncDisposableStack,
): Promise<void> {
  await startFirefox(stack, profile, {}, url);
}

/** Starts headless Firefox with preferences beside the usual ones. */
export async function startFirefox(
  stack: AsyncDisposableStack,
  profile: string,
  preferences: object,
  ...more: readonly string[]
): Promise<void> {
  const lines = Object.entries({ ...FIREFOX_PREFERENCES, ...preferences })
    .map(([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});\n`);
  await Deno.writeTextFile(`${profile}/user.js`, lines.join(""));
  const flags = ["--headless", "--no-remote", "--profile", profile];
  stack.use(start(["firefox-esr", ...flags, ...more]));
}

/** Where a Firefox with `--remote-debugging-port=0` is driven; null until it is up. */
export function bidiUrl(profile: string): string | null {
  try {
    const text = Deno.readTextFileSync(`${profile}/WebDriverBiDiServer.json`);
    const { ws_host: host, ws_port: port } = JSON.parse(text);
    return `ws://${host}:${port}`;
  } catch {
    return null;
  }
}

async function openWebKit(
  url: string,
  _profile: string,
  stack: AsyncDisposableStack,
): Promise<void> {
  const command = await startWebKit(stack);
  await command("POST", "/url", { url });
}

/** A command of a WebDriver session: its value, or an error. */
export type WebDriver = (method: string, path: string, body?: object) => Promise<unknown>;

/** Starts WebKitGTK's browser on a screen of its own. */
export async function startWebKit(
  stack: AsyncDisposableStack,
  env: Record<string, string> = {},
): Promise<WebDriver> {
  const screen = ["-displayfd", "1", "-screen", "0", "1280x1400x24", "-nolisten", "tcp"];
  const display = stack.use(start(["Xvfb", ...screen]));
  const { value: number } = await display.lines.next();
  const port = freePort();
  stack.use(start(["WebKitWebDriver", `--port=${port}`], {
    ...env,
    DISPLAY: `:${number}`,
    // Its sandbox refuses to run as root, and CI runs as root.
    WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1",
  }));
  return await drive(`http://127.0.0.1:${port}`, stack);
}

const openers: Readonly<Record<string, Opener>> = {
  chromium: openChromium,
  firefox: openFirefox,
  webkitgtk: openWebKit,
};

/** One WebDriver session. */
async function drive(driver: string, stack: AsyncDisposableStack): Promise<WebDriver> {
  const command: WebDriver = async (method, path, body) => {
    const response = await fetch(driver + path, {
      method,
      body: body === undefined ? null : JSON.stringify(body),
    });
    const { value } = await response.json();
    if (!response.ok) throw new Error(`WebDriver ${path}: ${JSON.stringify(value)}`);
    return value;
  };
  const options = { binary: MINI_BROWSER, args: ["--automation"] };
  const capabilities = { alwaysMatch: { "webkitgtk:browserOptions": options } };
  await retry(() => command("GET", "/status"));
  const { sessionId } = await command("POST", "/session", { capabilities }) as {
    sessionId: string;
  };
  stack.defer(async () => {
    await command("DELETE", `/session/${sessionId}`).catch(() => {});
  });
  return (method, path, body) => command(method, `/session/${sessionId}${path}`, body);
}

async function retry(action: () => Promise<unknown>): Promise<void> {
  for (let attempts = 1;; attempts++) {
    try {
      await action();
      return;
    } catch (error) {
      if (attempts === 50) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** Runs the suite in a browser until the page says that it is done. */
export async function runInBrowser(
  name: string,
  job: Job,
  tell: (result: Result) => void,
  signal: AbortSignal,
): Promise<void> {
  const open = openers[name];
  if (!open) throw new Error(`No such browser: ${name}`);
  await using stack = new AsyncDisposableStack();
  const profile = await Deno.makeTempDir({ prefix: "runtime-profile-" });
  stack.defer(() => removeFolder(profile));
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  signal.addEventListener("abort", () => end(), { once: true });
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) =>
      serve(request, job, (result) => {
        tell(result);
        if (result.done) end();
      }),
  );
  stack.defer(() => server.shutdown());
  await open(`http://127.0.0.1:${server.addr.port}/`, profile, stack);
  await ended;
}

async function serve(
  request: Request,
  job: Job,
  tell: (result: Result) => void,
): Promise<Response> {
  const { pathname } = new URL(request.url);
  if (pathname === "/result") {
    tell(await request.json());
    return new Response();
  }
  if (pathname === "/job") return Response.json({ ...job, client: undefined });
  const file = pathname === "/"
    ? new URL(job.page ?? "page.html", FOLDER)
    : pathname === "/client.js"
    ? job.client
    : new URL(pathname.slice(1), FOLDER);
  const type = pathname === "/" ? "text/html" : "text/javascript";
  const body = await Deno.readTextFile(new URL(file)).catch(() => null);
  return body === null
    ? new Response(null, { status: 404 })
    : new Response(body, { headers: { "Content-Type": type } });
}
