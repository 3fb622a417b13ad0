/**
 * The client on every runtime that runs without a page, against the engine on Deno, under cuts.
 *
 * @module
 */

import { Proxy } from "../../../examples/resume/proxy.ts";
import { serveDeno } from "../../../lib/resume/adapters/deno.ts";
import { ResumeServer, type SessionHandlers } from "../../../lib/resume/server/mod.ts";
import type { Event } from "../../simulation/resume/history.ts";
import { judge } from "../../simulation/resume/judge.ts";
import { bun, modulesOf, nodeOf } from "../runtimes/runners.ts";

const COUNT = 500;
const CUTS = 25;
const LIMIT_MS = 30_000;

interface ClientRow {
  readonly needs: readonly string[];
  /** What runs the bundle. */
  readonly command: readonly string[];
  /** Where there is no class of the platform's own. */
  readonly library?: string;
}

const onNode = (name: string, library?: string): ClientRow => ({
  needs: [nodeOf(name), modulesOf("base")],
  command: [nodeOf(name)],
  ...(library && { library }),
});

export const CLIENT_ROWS: Readonly<Record<string, ClientRow>> = {
  "client-deno": { needs: [], command: [Deno.execPath(), "run", "-A", "--no-check"] },
  "client-node-20": onNode("node-20", "ws"),
  "client-node-22": onNode("node-22"),
  "client-node-24": onNode("node-24"),
  "client-node-26": onNode("node-26"),
  "client-bun": { needs: [bun], command: [bun] },
};

/** Runs one; the answer begins with "ok" if all promises were kept. */
export async function playClient({ command, library }: ClientRow, bundle: string): Promise<string> {
  const history: Event[] = [];
  let message = 0;
  const echo = new ResumeServer<Request>({
    authenticate: (_request, auth) => auth ?? null,
    session(session): SessionHandlers {
      history.push({ type: "begun", session: session.user, life: "A", isNew: session.isNew });
      return {
        message(data, { id, redelivered }): void {
          const { user } = session;
          history.push({ type: "handled", session: user, message: Number(data), redelivered, id });
          session.send(`${++message}`);
          history.push({ type: "sent", session: user, life: "A", message });
        },
      };
    },
  });
  await using http = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    (request) => serveDeno(echo, request),
  );
  await using proxy = await Proxy.start(() => [http.addr.port]);
  const [program = "", ...args] = command;
  const client = new Deno.Command(program, {
    args: [...args, bundle, proxy.url, `${COUNT}`, ...(library ? [library] : [])],
    signal: AbortSignal.timeout(LIMIT_MS),
  }).output();
  let isRunning = true;
  void client.finally(() => isRunning = false);
  for (let cut = 0; isRunning; cut++) {
    await new Promise((resolve) => setTimeout(resolve, 60));
    // A runtime may take its time to begin.
    if (proxy.connections === 0) cut = -1;
    else if (cut < CUTS) proxy.cut(0);
  }
  const { success, stdout, stderr } = await client;
  const text = new TextDecoder();
  if (!success) return `it failed: ${text.decode(stderr).slice(-500)}`;
  for (const line of text.decode(stdout).trim().split("\n")) history.push(JSON.parse(line));
  await echo.shutdown();
  const violations = judge(history, { current: "user" });
  if (violations.length > 0) return violations.slice(0, 3).join("; ");
  const handled = history.filter(({ type }) => type === "handled").length;
  return handled === COUNT && proxy.connections > CUTS / 4
    ? `ok: ${handled} up and down, ${proxy.connections} connections`
    : `${handled} handled, ${proxy.connections} connections`;
}
