// deno-lint-ignore-file explicit-function-return-type -- plain JavaScript: run by Node as it is
/**
 * Real sessions on the fault server, one engine for each test; it sends back what comes.
 *
 * @module
 */
import { setTimeout } from "node:timers";

/** @param engine The URL of the module with the engine: see `session_engine.ts`. */
export async function createSessions(engine, describe) {
  const { acceptWs, ResumeServer } = await import(engine);
  const servers = new Map();

  function serverOf(id, record, ttlMs) {
    if (!servers.has(id)) servers.set(id, createServer(record, ttlMs));
    return servers.get(id);
  }

  function createServer(record, ttlMs) {
    return new ResumeServer({
      ttlMs,
      authenticate: (_request, auth) => auth ?? "nobody",
      session(session) {
        record.sessions.push(session.user);
        return {
          message(data) {
            const isText = typeof data === "string";
            record.handled.push(describe(isText ? data : Buffer.from(data), !isText));
            session.send(data);
          },
          end: (why, unacked) => record.ended.push(`${why} ${unacked.length}`),
        };
      },
      // Timers that keep the process alive, as any server has something that does.
      sources: { clock: { setTimeout, clearTimeout } },
    });
  }

  /** A fault as those of `faults.mjs`: `/session/TTL_MS`. */
  return ({ request, url, ws, record, args: [ttlMs = "60000"] }) =>
    acceptWs(serverOf(url.searchParams.get("id"), record, Number(ttlMs)), ws, request);
}
