/**
 * Wrong versions of the sessions, each a small replacement in the client, the engine or the simulated
 * store. The simulation must find all of them, or the unit test that is named.
 *
 * @module
 */

import type { Bug } from "./bug.ts";

/** As the others, but in a file: the simulated store is none of `lib/`. */
export interface SessionBug extends Bug {
  readonly file: string;
}

const edit = (file: string) => (name: string, from: string, to: string): SessionBug => ({
  name,
  file,
  from,
  to,
});

const half = edit("lib/resume/half.ts");
const client = edit("lib/resume/session.ts");
const live = edit("lib/resume/server/live_session.ts");
const server = edit("lib/resume/server/resume_server.ts");
const connection = edit("lib/resume/server/connection.ts");
const confirmations = edit("lib/resume/server/confirmations.ts");
const inbound = edit("lib/resume/server/inbound.ts");
const storage = edit("lib/resume/web_storage.ts");
const store = edit("tests/simulation/resume/store.ts");

const TESTS = "tests/client/resume";

/** What `end()` waits for, and how it was before it did. */
const END = "    this.#isUnsure = true;\n    this.#commit.schedule();\n  }\n\n  /** Goes on";
const END_AT_ONCE = "    this.#outgoing.pump(this.#outgoing.tx);\n" +
  "    void this.settled().then(() => this.isOver || this.#close());\n  }\n\n  /** Goes on";

export const RESUME_BUGS: readonly SessionBug[] = [
  // The invariants of the engine: see `live_session.ts`.
  edit("lib/resume/server/outgoing.ts")(
    "A message is on the wire before it is stored",
    "pump(limit: number = this.#stored.tx): void {",
    "pump(limit: number = this.tx): void {",
  ),
  confirmations(
    "More is confirmed than is committed",
    "return ackFrame(this.report(rx));",
    "return ackFrame(this.report());",
  ),
  inbound(
    "A message counts as handled when its handler begins",
    "        void pending.then(() => {\n          this.#done(data);",
    "        this.#host.handled(data);\n        void pending.then(() => {\n          this.isWorking = false;",
  ),
  live(
    "Another connection goes on while a handler runs",
    "this.#inbound.size > 0 || this.#commit.isBusy",
    "this.#commit.isBusy",
  ),
  live(
    "Another connection goes on before all is stored",
    "this.#commit.isBusy || this.#isDirty ||",
    "",
  ),
  live(
    "A process that was fenced goes on",
    'if (answer === "fenced") return',
    "if (!answer) return",
  ),
  live(
    "An end sends what is not stored, and confirms what is not committed",
    END,
    END_AT_ONCE,
  ),
  live(
    "A session ends while its handler runs",
    "if (this.#isEnding && !this.#inbound.isWorking)",
    "if (this.#isEnding)",
  ),
  live(
    "A session in memory goes on without the store's consent",
    "      this.n = n;\n      this.#isUnsure = true;\n",
    "      this.n = n;\n",
  ),
  // The store's part.
  store("The store does not fence", " && row.gen === gen &&", " &&"),
  store(
    "The store forgets that it went back in time",
    "row.epoch !== this.#epoch",
    "row.epoch < 0",
  ),
  store(
    "The store gives away what another server owns",
    "    if (!isFree) return row.owner;\n",
    "",
  ),
  store(
    "The store makes a fresh session of one that is gone",
    '      if (!hello.new) return { type: "lost", grave: { why: "unknown" } };\n',
    "",
  ),
  store("The store forgets what is in doubt", "    if (row.owner) row.doubt = hello.tx;\n", ""),
  store(
    "The store forgets a doubt at the next move",
    "if (row.owner) row.doubt = hello.tx;",
    "row.doubt = row.owner ? hello.tx : 0;",
  ),
  store(
    "The store serves a hello that is late",
    "    if (row && hello.n <= row.n) return",
    "    if (row && hello.n < 0) return",
  ),
  edit("lib/resume/server/session_store.ts")(
    "Whoever has a copy goes on with the session",
    "return was?.includes(n) ?? true;",
    "return (was?.length ?? n) >= 0;",
  ),
  store(
    "The store removes what has another owner already",
    "if (row?.gen !== gen) return;",
    "if (!row) return;",
  ),
  store(
    "The store takes an unclean release for a clean one",
    'row.owner = isClean ? "" : UNCLEAN',
    'row.owner = isClean ? "" : ""',
  ),
  // Counters.
  half(
    "What was in flight is not sent again",
    "    this.sent = this.acked;\n    this.#flightBytes = 0;",
    "    this.sent = this.everSent;\n    this.#flightBytes = 0;",
  ),
  half(
    "One message is skipped at a resumption",
    "    this.sent = this.acked;\n    this.#flightBytes = 0;",
    "    this.sent = Math.min(this.tx, this.acked + 1);\n    this.#flightBytes = 0;",
  ),
  half(
    "A confirmation forgets one message too many",
    "while (this.acked < rx) {",
    "while (this.acked < Math.min(this.tx, rx + 1)) {",
  ),
  client(
    "The client counts no message that it dispatches",
    "const isDue = this.#session.inlet.count(arrival.data);",
    "const isDue = this.#session.inlet.rx < 0;",
  ),
  client(
    "The client goes on from where it confirmed, not from where it is",
    "      rx: inlet.rx,\n      ack",
    "      rx: inlet.reported,\n      ack",
  ),
  client("The client counts no hello", "++session.n]", "session.n = 1]"),
  client(
    "The client calls a loss exact that is in doubt",
    "const isExact = isCertain || ",
    "const isExact = true || ",
  ),
  client(
    "The client says 'lost' twice",
    '    this.client?.dispatch({ type: "lost"',
    '    for (let i = 0; i < 2; i++) this.client?.dispatch({ type: "lost"',
  ),
  client(
    "A snapshot forgets that its session was never answered",
    "return { token, hellos, isNew, rx,",
    "return { token, hellos, isNew: false, rx,",
  ),
  edit("lib/resume/snapshot.ts")(
    "Two clients of one snapshot say the same hellos",
    "+ Math.floor(chance * MAX_LEAD)",
    "+ Math.floor(chance * 0)",
  ),
  // The engine.
  server(
    "Two connections serve one session",
    '    if (isHeir) await known?.quiesce(RESUMED_ELSEWHERE, "resumed elsewhere", hello.n);\n    else',
    "    if (known && !isHeir)",
  ),
  server(
    "A session that failed is released as clean",
    "const isClean = !!session && !session.isOver;",
    "const isClean = !!session || !session;",
  ),
  live(
    "A message in doubt is not flagged",
    "redelivered: seq <= this.#doubt",
    "redelivered: false",
  ),
  live(
    "A count in doubt is said as certain",
    'const isInDoubt = rx < this.#doubt || why === "gap";',
    'const isInDoubt = why === "gap";',
  ),
  live(
    "A running handler counts for nothing when a session is lost",
    ": rx + Number(this.#inbound.isWorking) };",
    ": rx };",
  ),
];

const inTest = (file: string, bug: SessionBug): SessionBug => ({
  ...bug,
  test: `${TESTS}/${file}`,
});

/** Those that only a unit test can see, or the simulation in one run of many thousands. */
export const RESUME_TEST_BUGS: readonly SessionBug[] = [
  inTest(
    "scenarios_test.ts",
    server(
      "A message is said to be handled while its handler runs",
      "    await session.settled();\n",
      "",
    ),
  ),
  inTest(
    "server_test.ts",
    live(
      "A session that is lost confirms what is not committed",
      "    this.#leave(why, this.#grave(why));",
      '    this.#transport?.send(controlFrame({ t: "lost", why, rx: this.#grave(why).rx }));\n' +
        "    this.#leave(why, this.#grave(why));",
    ),
  ),
  inTest(
    "server_end_test.ts",
    live(
      "A session that ends confirms what is not committed",
      END,
      END_AT_ONCE.replace("    this.#outgoing.pump(this.#outgoing.tx);\n", ""),
    ),
  ),
  inTest(
    "server_end_test.ts",
    live(
      "A session ends without asking whether another process has it",
      END,
      END.replace("    this.#isUnsure = true;\n", ""),
    ),
  ),
  inTest(
    "server_end_test.ts",
    live(
      "What comes while a session ends is handled",
      "return this.#isEnding ||\n      !this.#isLeaving",
      "return !this.#isLeaving",
    ),
  ),
  inTest(
    "server_end_test.ts",
    live(
      "What waited as a session ended is handled",
      "    // The client has it still, and is given it back.\n    this.#inbound.clear();\n",
      "",
    ),
  ),
  inTest(
    "server_end_test.ts",
    live(
      "A session that ends accepts messages",
      "if (this.isOver || this.#isEnding) return false;",
      "if (this.isOver) return false;",
    ),
  ),
  inTest(
    "server_end_test.ts",
    server(
      "A hello misses a session that leaves in the same turn",
      "leaves meanwhile.\n    if (this.#gone.has(key) && ",
      "leaves meanwhile.\n    if (",
    ),
  ),
  inTest(
    "server_end_test.ts",
    server(
      "A client is attached to a session that ended as it began",
      "    if (session.isOver) return connection",
      "    if (!session) return connection",
    ),
  ),
  inTest(
    "resumable_websocket_test.ts",
    client(
      "'resumed' is true for a session that the application never saw",
      "this.resumed = !isNew;",
      "this.resumed = true;",
    ),
  ),
  inTest(
    "resumable_websocket_test.ts",
    edit("lib/resume/resumable_websocket.ts")(
      "A session takes messages that may age",
      "    if (options !== undefined) {",
      "    if (options === null) {",
    ),
  ),
  inTest(
    "half_test.ts",
    half("Empty messages are unbounded", "OVERHEAD_BYTES = 16", "OVERHEAD_BYTES = 0"),
  ),
  inTest(
    "server_store_test.ts",
    live(
      "What is handled while the store is asked for something else is not confirmed",
      "return this.#isEnding || !this.#transport ||",
      "return this.#isEnding || this.#isUnsure || !this.#transport ||",
    ),
  ),
  inTest(
    "server_store_test.ts",
    live(
      "A session that was opened for a connection that is gone forgets the hello",
      "    this.n = n;\n    this.isNew",
      "    this.n = 0;\n    this.isNew",
    ),
  ),
  inTest(
    "server_store_test.ts",
    server(
      "What is accepted while a session is handed over is forgotten",
      "      while (session?.isBusy) await session.quiesce",
      "      if (session?.isBusy) await session.quiesce",
    ),
  ),
  inTest(
    "server_test.ts",
    edit("lib/resume/server/memory_store.ts")(
      "A late hello begins a session anew that is over",
      "if (grave && hello.n <= grave.n)",
      "if (grave && hello.n < 0)",
    ),
  ),
  inTest(
    "server_test.ts",
    server(
      "A late hello takes the session from the live connection",
      "if (known && hello.n < known.n) return",
      "if (known && hello.n < 0) return",
    ),
  ),
  inTest(
    "server_test.ts",
    live(
      "What came before a farewell is thrown away",
      "        if (this.#inbound.size === 0) this.drained();",
      "        this.drained();",
    ),
  ),
  inTest(
    "server_test.ts",
    live(
      "A gap is not noticed",
      "return this.#outgoing.canHave(rx) && ack <= handled &&",
      "return rx >= 0 ||",
    ),
  ),
  inTest(
    "server_store_test.ts",
    edit("lib/resume/server/close_codes.ts")(
      "A hand-over costs the pause of a restart",
      "MOVED = 4010;",
      "MOVED = 1012;",
    ),
  ),
  inTest(
    "server_limits_test.ts",
    connection(
      "Opening a session has no deadline",
      'this.#enter("opening", this.#settings.openTimeoutMs,',
      'this.#enter("opening", 2 ** 30,',
    ),
  ),
  inTest(
    "trace_test.ts",
    client(
      "A trace has the session's token",
      'this.#note({ event: "hello", ...counters });',
      'this.#note({ event: "hello", ...counters, token } as never);',
    ),
  ),
  inTest(
    "trace_test.ts",
    client(
      "A trace has what 'auth' threw",
      "link.fail(cause)",
      "this.#fail(link, String(cause))",
    ),
  ),
  inTest(
    "resumable_websocket_test.ts",
    client(
      "confirmed() waits for ever once the client is over",
      'if (this.client?.state.phase === "closed") this.drain();',
      "if (!this.client) this.drain();",
    ),
  ),
  inTest(
    "server_store_test.ts",
    edit("lib/resume/server/options.ts")(
      "What 'onError' throws stops what follows",
      "      } catch {\n        // There is nowhere left to report to.\n      }",
      "      } finally {\n        // There is nowhere left to report to.\n      }",
    ),
  ),
  inTest(
    "web_storage_test.ts",
    storage(
      "A copied tab finds what the first one has taken",
      "    this.#storage.removeItem(this.#key);\n    const",
      "    const",
    ),
  ),
  inTest(
    "web_storage_test.ts",
    storage(
      "A session that was taken is not locked",
      "this.#locks && !await",
      "this.#waitMs < 0 && this.#locks && !await",
    ),
  ),
  inTest(
    "web_storage_test.ts",
    storage("A page that is left keeps its lock", "    this.#unlock();\n", ""),
  ),
  inTest(
    "server_store_test.ts",
    server(
      "What is over and still runs does not count at a shutdown",
      "return this.#rest.length;",
      "return this.#live.size;",
    ),
  ),
  inTest(
    "server_store_test.ts",
    server(
      "A session that the store could not forget is never forgotten",
      "if (!isDone && !this.#isShut) clock",
      "if (ttlMs < 0) clock",
    ),
  ),
  inTest(
    "server_limits_test.ts",
    server(
      "Sessions that begin at the same time find the same room",
      "return this.#total >= settings",
      "return this.#live.size >= settings",
    ),
  ),
  inTest(
    "server_limits_test.ts",
    server(
      "What the store does not open takes room",
      'if (opened?.type !== "session") this',
      "if (!opened) this",
    ),
  ),
  inTest(
    "server_limits_test.ts",
    connection(
      "A message that a transport does not take is skipped",
      "send(frame);\n    } catch (error) {\n      this.#fail(error);",
      "send(frame);\n    } catch (error) {\n      this.#settings.onError(error);",
    ),
  ),
  inTest(
    "server_limits_test.ts",
    connection(
      "A transport that throws keeps what is lost from being given back",
      "close(code, reason);\n    } catch (error) {\n      this.#fail(error);",
      "close(code, reason);\n    } catch (error) {\n      throw error;",
    ),
  ),
  inTest(
    "server_end_test.ts",
    live(
      "Nobody is told of a session that is lost as it begins",
      "    if (!this.#handlers) await undefined;\n",
      "",
    ),
  ),
  inTest(
    "server_end_test.ts",
    live(
      "What 'end' rejects with is not reported",
      "await this.#handlers?.end?.(",
      "this.#handlers?.end?.(",
    ),
  ),
  inTest(
    "server_end_test.ts",
    live(
      "What came before a farewell is thrown away when it takes long",
      "if (this.isOver || this.#isLeaving) return;",
      "if (this.isOver) return;",
    ),
  ),
  inTest(
    "server_store_test.ts",
    live(
      "What was requested waits for a timer when a commit runs",
      " || this.#confirmations.isRequested;",
      ";",
    ),
  ),
  inTest(
    "resumable_websocket_test.ts",
    client(
      "Messages of the next session leave on the connection of the last",
      "    link.isUp = false;\n    this.#lose",
      "    this.#lose",
    ),
  ),
  inTest(
    "resumable_websocket_test.ts",
    client(
      "A client that was refused often enough forgets which hello was answered",
      "!i || i + MAX_LATER",
      "i + MAX_LATER",
    ),
  ),
  inTest(
    "sql_store_test.ts",
    edit("lib/resume/stores/sql.ts")(
      "A process that was replaced releases what its successor has",
      "WHERE key = ? AND owned = ?",
      "WHERE key = ? AND owned <> '' AND ? <> ''",
    ),
  ),
  inTest(
    "upgrade_test.ts",
    edit("lib/resume/server/upgrade.ts")(
      "A page whose origin is no URL ends the process",
      "    onError(error);\n    return false;",
      "    throw error;",
    ),
  ),
  inTest(
    "upgrade_test.ts",
    edit("lib/resume/server/upgrade.ts")(
      "A page of another host acts with the user's cookie",
      'return !header("cookie") ||',
      "return true ||",
    ),
  ),
];
