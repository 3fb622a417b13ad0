/**
 * Sessions over real reloads in Chromium, and in tabs that are copies of each other, against the engine on
 * Deno.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { serveDeno } from "../../../lib/resume/adapters/deno.ts";
import { ResumeServer, type SessionHandlers } from "../../../lib/resume/server/mod.ts";
import { openPage, type Page } from "../../project/devtools.ts";

const RELOADS = 5;
const MESSAGES = 30;

const numbers = (count: number): string[] => Array.from({ length: count }, (_, n) => `${n}`);

/** The page, and a server that sends back what comes. */
function serve(bundle: string): {
  readonly http: Deno.HttpServer<Deno.NetAddr>;
  readonly handled: string[];
  readonly sessions: string[];
} {
  const handled: string[] = [];
  const sessions: string[] = [];
  const server = new ResumeServer<Request>({
    session(session): SessionHandlers {
      sessions.push(session.key);
      return {
        async message(data): Promise<void> {
          // Slow, so that a reload comes in the middle.
          await new Promise((resolve) => setTimeout(resolve, 3));
          handled.push(`${data}`);
          session.send(`${data}`);
        },
      };
    },
  });
  const http = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, (request) => {
    if (request.headers.get("upgrade")) return serveDeno(server, request);
    const isScript = new URL(request.url).pathname === "/page.mjs";
    return isScript
      ? new Response(bundle, { headers: { "content-type": "text/javascript" } })
      : new Response('<!doctype html><script type="module" src="/page.mjs"></script>', {
        headers: { "content-type": "text/html" },
      });
  });
  return { http, handled, sessions };
}

/** What a page, or one that it has opened, has noted. */
async function accountOf(page: Page, of = "globalThis"): Promise<Record<string, unknown>> {
  return JSON.parse(await page.evaluate(`JSON.stringify(${of}.account)`) as string);
}

/** A click, as only such opens windows. */
async function click(page: Page, expression: string): Promise<void> {
  await page.call("Runtime.evaluate", { expression, userGesture: true });
}

/** Messages both ways over reloads that come while they are on their way. */
async function overReloads(bundle: string): Promise<number> {
  const { http, handled, sessions } = serve(bundle);
  await using _http = { [Symbol.asyncDispose]: () => http.shutdown() };
  await using page = await openPage(`http://127.0.0.1:${http.addr.port}/`);
  for (let reload = 0; reload < RELOADS; reload++) {
    await page.until("globalThis.ws?.readyState === 1");
    await page.evaluate(`globalThis.isOld = true; send(${MESSAGES})`);
    await page.until(`account.got.length > ${reload * MESSAGES + 5}`);
    await page.evaluate("location.reload()");
    await page.until("!globalThis.isOld && globalThis.ws");
  }
  const expected = numbers(RELOADS * MESSAGES);
  await page.until(`account.got.length >= ${expected.length}`);
  await page.until("ws.bufferedAmount === 0");
  const account = await accountOf(page);
  assertEquals([handled, sessions.length], [expected, 1]);
  assertEquals(account, {
    resumed: [false, ...Array(RELOADS).fill(true)],
    got: expected,
    lost: [],
    sent: expected.length,
  });
  await page.evaluate("ws.close()");
  return handled.length;
}

/** A tab that is copied while its page lives: the copy has nothing, and begins anew. */
async function copied(bundle: string): Promise<void> {
  const { http, handled, sessions } = serve(bundle);
  await using _http = { [Symbol.asyncDispose]: () => http.shutdown() };
  await using page = await openPage(`http://127.0.0.1:${http.addr.port}/`);
  await page.until("globalThis.ws?.readyState === 1");
  await page.evaluate("send(3)");
  await page.until("account.got.length === 3");
  await click(page, "globalThis.copy = open(location.href)");
  await page.until("copy.ws?.readyState === 1");
  await page.evaluate("copy.send(2); send(1)");
  await page.until("copy.account.got.length === 5 && account.got.length === 4");
  assertEquals([await page.evaluate("[ws.resumed, copy.ws.resumed].join()"), sessions.length], [
    "false,false",
    2,
  ]);
  assertEquals(handled.toSorted(), ["0", "1", "2", "3", "3", "4"]);
  assertEquals((await accountOf(page)).lost, []);
  await page.evaluate("copy.ws.close(); ws.close()");
}

/** A tab that is copied between two pages: both find the session, and one has it. */
async function copiedBetweenPages(bundle: string): Promise<void> {
  const { http, handled, sessions } = serve(bundle);
  await using _http = { [Symbol.asyncDispose]: () => http.shutdown() };
  const url = `http://127.0.0.1:${http.addr.port}/`;
  await using page = await openPage(url);
  await page.until("globalThis.ws?.readyState === 1");
  await page.evaluate("globalThis.isOld = true; send(3)");
  await page.until("account.got.length === 3");
  // In the page between, which has no client, what was left lies in the storage.
  await page.evaluate("location.href = '/page.mjs'");
  await page.until("!globalThis.isOld && sessionStorage.getItem('session') !== null");
  await click(page, `globalThis.copy = open("${url}")`);
  await page.until("copy.ws?.readyState === 1");
  assertEquals(await page.evaluate("[copy.ws.resumed, copy.account.lost].join()"), "true,");
  await page.evaluate("copy.send(1)");
  await page.until("copy.account.got.length === 4");
  // The first tab goes on as well, with what it has left.
  await page.evaluate("globalThis.isOld = true; location.href = '/'");
  await page.until("!globalThis.isOld && globalThis.ws?.readyState === 1");
  await page.evaluate("send(1)");
  await page.until("account.got.length === 4");
  // It waited in vain for the lock, and began anew: nothing of the copy's is its own.
  assertEquals(await page.evaluate("[ws.resumed, account.lost].join()"), "false,");
  assertEquals([handled, new Set(sessions).size >= 2], [["0", "1", "2", "3", "3"], true]);
  await page.evaluate("ws.close()");
}

/** The row: fails, or says what was seen. */
export async function playChromium(bundle: string): Promise<string> {
  const text = await Deno.readTextFile(bundle);
  const count = await overReloads(text);
  await copied(text);
  await copiedBetweenPages(text);
  return `ok: ${count} up and down over ${RELOADS} reloads, 2 kinds of copied tabs`;
}
