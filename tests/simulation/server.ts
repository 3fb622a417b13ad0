/**
 * The `server` and `dialling` lines: the other side of a run.
 *
 * - `server accepts [PROTOCOL]`, `refuses`, `drops`, `stalls`, `closes CODE [REASON]`,
 *   `says SIZE [bytes|reply]`, `strays EVENT` (one event out of nowhere),
 *   `answers-close later|inside-close|never`, `refuses-sends`, `takes-sends`, `buffers BYTES`.
 *   `server-1` is the server of the socket before the last one, and so on.
 * - `dialling hangs`, `succeeds MS`, `fails MS`, `flaps MS LIFE_MS`, `throws [NAME]`: from now on.
 *
 * @module
 */

import type { FakeConnection } from "@holdfast/websocket/testing";
import type { Run } from "./run.ts";
import type { Socket } from "./seen.ts";

/** The server ends of all connections. */
export class Server {
  readonly #run: Run;
  #plan: readonly string[] = ["hangs"];
  #closeReply: FakeConnection["closeReply"] = "later";
  #messages = 0;

  constructor(run: Run) {
    this.#run = run;
  }

  /** What happens to later dials. */
  plan(words: readonly string[]): void {
    this.#plan = words;
  }

  beforeDial(): void {
    this.#run.emit({
      kind: "hook",
      name: "dial",
      attempt: undefined,
      signal: undefined,
      argument: null,
    });
    const [verb, name = "Error"] = this.#plan;
    if (verb === "throws") throw new DOMException("planned", name);
  }

  afterDial({ connection }: Socket): void {
    const { clock } = this.#run;
    const [verb, first, second] = this.#plan;
    connection.closeReply = this.#closeReply;
    const answer = (act: () => void): void => {
      clock.plan(() => {
        if (connection.readyState === 0 && connection.clientClose === null) act();
      }, Number(first));
    };
    if (verb === "succeeds") answer(() => connection.accept());
    if (verb === "fails") answer(() => connection.refuse());
    if (verb === "flaps") {
      answer(() => {
        connection.accept();
        clock.plan(() => connection.drop(), Number(second));
      });
    }
  }

  /** What cannot be, such as accepting twice, is left out: a shrunk schedule may ask for it. */
  act(subject: string, words: readonly string[]): void {
    const { sockets } = this.#run;
    const back = Number(subject.slice("server-".length) || 0);
    const socket = sockets[sockets.length - 1 - back];
    if (!socket) return;
    const { connection } = socket;
    const { readyState } = connection;
    const [verb, first = "", second] = words;
    switch (verb) {
      case "accepts":
        if (readyState === 0 && !connection.clientClose) connection.accept(first || undefined);
        return;
      case "refuses":
        if (readyState === 0 && !connection.clientClose) connection.refuse();
        return;
      case "drops":
        return connection.drop();
      case "stalls":
        return connection.stall();
      case "closes":
        if (readyState !== 1) return;
        return connection.close(first ? Number(first) : undefined, second);
      case "says":
        if (readyState !== 0) connection.send(this.#message(socket, Number(first), second));
        return;
      case "strays":
        if ((first === "open" || first === "message") && readyState === 0) return;
        if (first === "close" && readyState < 2) return;
        return connection.dispatch(
          first as "close",
          first === "message" ? { data: this.#message(socket, 8) } : { code: 1001 },
        );
      case "answers-close":
        return void (connection.closeReply = this.#closeReply = first as "later");
      case "refuses-sends":
        if (this.#run.setting.isBare) return;
        return void (connection.sendError = new Error("planned"));
      case "takes-sends":
        return void (connection.sendError = null);
      case "buffers":
        return void (connection.bufferedAmount = Number(first));
    }
  }

  /** The text tells which socket it came from. */
  #message(socket: Socket, size: number, kind = ""): string | Uint8Array<ArrayBuffer> {
    const text = `${kind === "reply" ? "reply" : "m"}:${socket.index}:${this.#messages++}`;
    if (kind !== "bytes") return text.padEnd(size, ".");
    return new TextEncoder().encode(text);
  }
}
