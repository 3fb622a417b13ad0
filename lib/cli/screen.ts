/**
 * A log with one live line below it, which shows what is going on and what is being typed.
 *
 * @module
 */

import type { Host } from "./host.ts";
import { type Paint, widthOf } from "./paint.ts";
import { printable } from "./words.ts";

/** What keys lead to. */
export interface Edit {
  /** What stands on the line now. */
  readonly typed: string;
  /** The lines that were entered. */
  readonly lines: readonly string[];
  /** Whether Ctrl-C or, on an empty line, Ctrl-D was pressed. */
  readonly isEnd: boolean;
}

const MAX_TYPED = 65_536;
/** A sequence of a function key, a line end, or one character. */
// deno-lint-ignore no-control-regex -- what terminals send
const KEYS = /\u001b(?:\[[0-?]*[ -/]*[@-~]|O[^]|[^])?|\r\n?|[^]/gu;

/** Applies keys to a line that is being typed. */
export function edit(typed: string, keys: string): Edit {
  const lines: string[] = [];
  for (const key of keys.match(KEYS) ?? []) {
    if (key === "\u0003" || (key === "\u0004" && typed === "")) {
      return { typed: "", lines, isEnd: true };
    }
    if (/^[\r\n]/.test(key)) {
      lines.push(typed);
      typed = "";
    } else if (key === "\u007f" || key === "\b") typed = [...typed].slice(0, -1).join("");
    else if (key === "\u0015") typed = "";
    else if (key === "\u0017") typed = typed.replace(/\S*\s*$/, "");
    else if (key >= " " && typed.length < MAX_TYPED) typed += key;
  }
  return { typed, lines, isEnd: false };
}

/** Splits what is piped in into lines; the last one counts also without a line end. */
export class LineReader {
  #rest = "";

  read(text: string | null): readonly string[] {
    const lines = (this.#rest + (text ?? "")).split(/\r?\n/);
    this.#rest = text === null ? "" : lines.pop() ?? "";
    return text === null ? lines.filter((line) => line !== "") : lines;
  }
}

const CLEAR = "\r\u001b[K";

/** The screen of a terminal; where no person watches, a log without the live line. */
export class Screen {
  readonly #host: Pick<Host, "columns" | "write">;
  readonly #paint: Paint;
  readonly #isLive: boolean;
  #status = "";
  #typed = "";

  constructor(host: Pick<Host, "columns" | "write">, paint: Paint, isLive: boolean) {
    this.#host = host;
    this.#paint = paint;
    this.#isLive = isLive;
  }

  /** What is being typed. */
  get typed(): string {
    return this.#typed;
  }
  set typed(text: string) {
    this.#typed = text;
    this.#draw();
  }

  /** What the live line says. */
  set status(text: string) {
    if (text === this.#status) return;
    this.#status = text;
    this.#draw();
  }

  /** Writes to the log, above the live line. */
  print(text: string): void {
    if (!this.#isLive) return this.#host.write(`${text}\n`);
    this.#host.write(`${CLEAR}${text}\n${this.#line()}`);
  }

  /** Takes the live line away. */
  close(): void {
    if (this.#isLive) this.#host.write(CLEAR);
  }

  #draw(): void {
    if (this.#isLive) this.#host.write(`${CLEAR}${this.#line()}`);
  }

  /** Never wider than the terminal, as what wraps cannot be cleared; the end of what is typed shows. */
  #line(): string {
    const room = Math.max(0, this.#host.columns() - 1);
    const status = fit(this.#status, room, (text) => text.slice(0, -1));
    const prompt = `${status === "" ? "" : " "}> `;
    const typed = fit(
      printable(this.#typed),
      room - widthOf(status + prompt),
      (text) => [...text].slice(1).join(""),
    );
    return widthOf(status + prompt) > room
      ? this.#paint("dim", status)
      : `${this.#paint("dim", status + prompt)}${typed}`;
  }
}

function fit(text: string, room: number, shorten: (text: string) => string): string {
  while (text !== "" && widthOf(text) > room) text = shorten(text);
  return text;
}
