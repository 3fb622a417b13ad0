/**
 * One server of the demo, a process of its own. It writes down what its handlers do in a file that
 * outlives it: `deno run -A server.ts PORT NAME STORE FILE`, where STORE is `none` (no sessions),
 * `memory`, `sqlite:PATH` or `redis:PORT`.
 */
import { openSync, writeSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { serveDeno } from "../../lib/resume/adapters/deno.ts";
import { ResumeServer, type Session, type SessionStore } from "../../lib/resume/server/mod.ts";
import { redisStore } from "../../lib/resume/stores/redis.ts";
import { sqlStore } from "../../lib/resume/stores/sql.ts";
import type { DemoEvent } from "./history.ts";
import { MiniRedis } from "./redis.ts";

/** A server that stands still for longer loses its sessions to the other one. */
const LEASE_MS = 1_500;
/** How often a server sends of its own accord. */
const SEND_MS = 4;

const [port, name, kind = "memory", path = ""] = Deno.args;
const file = openSync(path, "a");
/** A number that no other life of a session has used: two servers may start in one millisecond. */
let message = Deno.pid * 1e9;

function note(event: DemoEvent): void {
  writeSync(file, `${JSON.stringify(event)}\n`);
}

function storeOf(kind: string): SessionStore | undefined {
  const [type, where = ""] = kind.split(/:(.*)/s);
  if (type === "redis") return redisStore(new MiniRedis(Number(where)), { leaseMs: LEASE_MS });
  if (type !== "sqlite") return undefined;
  const db = new DatabaseSync(where);
  db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
  const statements = new Map<string, ReturnType<typeof db.prepare>>();
  return sqlStore({
    run(sql, ...values): Iterable<unknown> {
      const statement = statements.get(sql) ?? db.prepare(sql);
      statements.set(sql, statement);
      return statement.all(...values);
    },
    transaction<T>(work: () => T): T {
      db.exec("BEGIN IMMEDIATE");
      try {
        const result = work();
        db.exec("COMMIT");
        return result;
      } catch (error) {
        db.exec("ROLLBACK");
        throw error;
      }
    },
  });
}

let lives = 0;

/** The application: it sends all the time, and takes its time with a third of what comes. */
function begin(
  session: Session,
): ReturnType<ConstructorParameters<typeof ResumeServer>[0]["session"]> {
  const { user } = session;
  const life = `${name}.${lives++}`;
  note({ type: "begun", session: user, life, isNew: session.isNew });
  const timer = setInterval(() => {
    if (session.send(`${++message}`)) note({ type: "sent", session: user, life, message });
  }, SEND_MS);
  return {
    async message(data, { id, redelivered }): Promise<void> {
      if (data === "stop") return clearInterval(timer);
      const number = Number(data);
      if (number % 3 === 0) await new Promise((resolve) => setTimeout(resolve, number % 7));
      note({ type: "handled", session: user, message: number, redelivered, id });
    },
    end(why, unacked): void {
      clearInterval(timer);
      note({ type: "ended", session: user, life, why, unacked: unacked.map(Number) });
    },
  };
}

/** The same without sessions: what is sent while no client is connected is lost. */
function servePlain(request: Request): Response {
  if (request.headers.get("upgrade") !== "websocket") return new Response("Plain", { status: 400 });
  const { socket, response } = Deno.upgradeWebSocket(request);
  const user = new URL(request.url).pathname.slice(1);
  sockets.set(user, socket);
  const life = `${name}.plain`;
  if (!timers.has(user)) {
    note({ type: "begun", session: user, life, isNew: true });
    timers.set(
      user,
      setInterval(() => {
        note({ type: "sent", session: user, life, message: ++message });
        const current = sockets.get(user);
        if (current?.readyState === 1) current.send(`${message}`);
      }, SEND_MS),
    );
  }
  socket.onmessage = ({ data }): void => {
    if (data === "stop") return clearInterval(timers.get(user));
    const id = `${user}:${data}`;
    note({ type: "handled", session: user, message: Number(data), redelivered: false, id });
  };
  socket.onerror = (event): void => event.preventDefault();
  return response;
}
const sockets = new Map<string, WebSocket>();
const timers = new Map<string, ReturnType<typeof setInterval>>();

const store = storeOf(kind);
const server = new ResumeServer<Request>({
  authenticate: (_request, auth) => auth ?? null,
  session: begin,
  ...(store && { store }),
});
Deno.serve(
  { port: Number(port), hostname: "127.0.0.1", onListen: () => console.log("listening") },
  kind === "none" ? servePlain : (request) => serveDeno(server, request),
);
Deno.addSignalListener("SIGTERM", async () => {
  await server.shutdown();
  Deno.exit();
});
