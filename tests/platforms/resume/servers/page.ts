/**
 * The page of `chromium.ts`: a client that goes on over reloads, and an account of what it sees, which
 * outlives them in the storage.
 *
 * @module
 */

import { ResumableWebSocket } from "../../../../lib/resume/mod.ts";
import { webStorage } from "../../../../lib/resume/web_storage.ts";

interface Account {
  /** What each page saw first: whether the session was that of the page before. */
  readonly resumed: boolean[];
  readonly got: string[];
  readonly lost: string[];
  sent: number;
}

const page = globalThis as unknown as Record<string, unknown>;
const account: Account = JSON.parse(sessionStorage.getItem("account") ?? "null") ??
  { resumed: [], got: [], lost: [], sent: 0 };
const note = (): void => sessionStorage.setItem("account", JSON.stringify(account));
const name = sessionStorage.getItem("name") ?? "first";

const kept = webStorage(sessionStorage, "session");
const session = await kept.take();
const ws = new ResumableWebSocket(location.href.replace("http", "ws"), {
  auth: () => name,
  session,
  backoff: () => 20,
});
kept.keep(ws);
ws.addEventListener("open", () => {
  account.resumed.push(ws.resumed);
  note();
}, { once: true });
ws.addEventListener("message", ({ data }) => {
  account.got.push(`${data}`);
  note();
});
ws.addEventListener("lost", ({ why }) => {
  account.lost.push(why);
  note();
});
/** Sends so many more numbers. */
page["send"] = (count: number): void => {
  for (let i = 0; i < count; i++) ws.send(`${account.sent++}`);
  note();
};
page["account"] = account;
page["ws"] = ws;
