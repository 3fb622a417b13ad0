/**
 * A client in another language, made from `docs/protocol.md` alone, against the engine, under cuts.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { Proxy } from "../../../examples/resume/proxy.ts";
import { serveDeno } from "../../../lib/resume/adapters/deno.ts";
import { ResumeServer, type SessionHandlers } from "../../../lib/resume/server/mod.ts";
import type { Event } from "../../simulation/resume/history.ts";
import { judge } from "../../simulation/resume/judge.ts";

/** Debian's, which has Debian's packages. */
const PYTHON = "/usr/bin/python3";
const COUNT = 800;
const SESSION = "python";

const isInstalled = await new Deno.Command(PYTHON, { args: ["-c", "import websockets"] }).output()
  .then(({ success }) => success, () => false);

if (isInstalled) {
  Deno.test("A client in Python keeps the promises of resume.v1 under cuts", play);
} else console.log("NOT RUN: a client in Python, as python3-websockets is not installed");

async function play(): Promise<void> {
  const history: Event[] = [];
  let message = 0;
  const server = new ResumeServer<Request>({
    authenticate: (_request, auth) => auth ?? null,
    session(session): SessionHandlers {
      const life = "A";
      history.push({ type: "begun", session: session.user, life, isNew: session.isNew });
      return {
        message(data, { id, redelivered }): void {
          const number = Number(data);
          history.push({
            type: "handled",
            session: session.user,
            message: number,
            redelivered,
            id,
          });
          session.send(`${++message}`);
          history.push({ type: "sent", session: session.user, life, message });
        },
      };
    },
  });
  await using http = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    (request) => serveDeno(server, request),
  );
  await using proxy = await Proxy.start(() => [http.addr.port]);
  const script = new URL("./peer.py", import.meta.url).pathname;
  const peer = new Deno.Command(PYTHON, {
    args: [script, proxy.url, SESSION, `${COUNT}`],
    signal: AbortSignal.timeout(30_000),
  }).output();
  let isRunning = true;
  void peer.finally(() => isRunning = false);
  for (let cut = 0; isRunning; cut++) {
    await new Promise((resolve) => setTimeout(resolve, 60));
    if (cut < 30) proxy.cut(0);
  }
  const { stdout, stderr } = await peer;
  const text = new TextDecoder();
  assertEquals(text.decode(stderr), "");
  for (const line of text.decode(stdout).trim().split("\n")) history.push(JSON.parse(line));
  assertEquals(judge(history, { current: SESSION }), []);
  assertEquals(history.filter(({ type }) => type === "handled").length, COUNT);
  assert(proxy.connections >= 20);
  await server.shutdown();
}
