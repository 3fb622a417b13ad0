/**
 * What happened to a client, as a line for people and as a record for machines.
 *
 * @module
 */

import { type Layout, messageFields, showMessage } from "./show.ts";
import { formatTotals, type Totals } from "./tally.ts";
import { cut, formatDuration, formatTime, printable } from "./words.ts";

/** How a connection or an attempt ended. */
interface End {
  readonly code: number;
  readonly reason: string;
  /** The code of the client's error; null after a clean close. */
  readonly error: string | null;
  /** What the platform said. */
  readonly cause: string;
}

/** One thing that happened. Attempt 0 is the first connection; connections count from 1. */
export type Happening =
  | { readonly type: "connecting"; readonly attempt: number; readonly url: string }
  | {
    readonly type: "open";
    readonly connection: number;
    readonly attempt: number;
    readonly protocol: string;
    /** How long there was no connection; null for the first. */
    readonly downMs: number | null;
  }
  | { readonly type: "message"; readonly data: unknown }
  | { readonly type: "sent"; readonly data: string; readonly isQueued: boolean }
  | { readonly type: "unsent"; readonly data: unknown; readonly why: string }
  | { readonly type: "lost"; readonly connection: number; readonly openMs: number } & End
  | { readonly type: "failed"; readonly attempt: number } & End
  | { readonly type: "retry"; readonly attempt: number; readonly delayMs: number }
  | {
    readonly type: "end";
    readonly error: string | null;
    readonly totals: Totals;
  };

const MAX_CAUSE_LENGTH = 120;
/** Time, and the blanks behind it. */
const INDENT = " ".repeat("00:00:00.000  ".length);

/** A line of the log; a message that is laid out over several lines is indented. */
export function formatHappening(happening: Happening, atMs: number, layout: Layout): string {
  const { paint } = layout;
  const text = describe(happening, { ...layout, columns: layout.columns - INDENT.length - 3 });
  return `${paint("dim", formatTime(atMs))}  ${text.replaceAll("\n", `\n${INDENT}`)}`;
}

function describe(happening: Happening, layout: Layout): string {
  const { paint } = layout;
  switch (happening.type) {
    case "connecting":
      return happening.attempt === 0
        ? `connecting to ${printable(happening.url)}`
        : `attempt ${happening.attempt}: connecting`;
    case "open": {
      const { attempt, connection, downMs, protocol } = happening;
      const after = downMs === null ? "" : ` after ${formatDuration(downMs)} without one`;
      const by = attempt > 0 ? `, by attempt ${attempt}` : "";
      const chosen = protocol === "" ? "" : `, subprotocol ${printable(protocol)}`;
      return `${paint("good", `connection ${connection} open`)}${after}${by}${chosen}`;
    }
    case "message":
      return `${paint("name", "<")} ${showMessage(happening.data, layout)}`;
    case "sent": {
      const note = happening.isQueued ? paint("dim", " (kept until there is a connection)") : "";
      return `${paint("name", ">")} ${showMessage(happening.data, layout)}${note}`;
    }
    case "unsent":
      return paint("bad", `not sent (${happening.why}): ${showMessage(happening.data, layout)}`);
    case "lost": {
      const verb = happening.error === null ? "closed" : "lost";
      const what = paint("bad", `connection ${happening.connection} ${verb}`);
      return `${what} after ${formatDuration(happening.openMs)}: ${formatEnd(happening)}`;
    }
    case "failed":
      return `${paint("bad", `attempt ${happening.attempt} failed`)}: ${formatEnd(happening)}`;
    case "retry":
      return paint(
        "warn",
        `attempt ${happening.attempt} in ${formatDuration(happening.delayMs)}`,
      );
    case "end": {
      const { error, totals } = happening;
      const why = error === null ? "ended" : paint("bad", `gave up: ${error}`);
      return `${why}\n${formatTotals(totals)}`;
    }
  }
}

function formatEnd({ code, reason, error, cause }: End): string {
  const said = reason === "" ? `${code}` : `${code} "${printable(reason)}"`;
  const why = cause === "" ? "" : `, ${printable(cut(cause, MAX_CAUSE_LENGTH))}`;
  return error === null ? said : `${error} (${said})${why}`;
}

/** A record of one line. Messages are whole. */
export function happeningToJson(happening: Happening, atMs: number): string {
  const head = { time: new Date(atMs).toISOString(), type: happening.type };
  if (happening.type === "end") {
    const { error, totals } = happening;
    return JSON.stringify({ ...head, error, ...totals });
  }
  const fields = "data" in happening
    ? { ...happening, data: undefined, ...messageFields(happening.data) }
    : happening;
  return JSON.stringify({ ...head, ...fields });
}
