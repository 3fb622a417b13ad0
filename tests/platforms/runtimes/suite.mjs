// deno-lint-ignore-file explicit-function-return-type -- plain JavaScript: run by Node and browsers as it is
/**
 * The conformance suite: what the client guarantees, over real sockets, on any runtime. Plain
 * modules without a framework, so that a page and a worker can load them as they are.
 *
 * @module
 */
import { closeCodeCases } from "./cases_close_codes.mjs";
import { connectCases } from "./cases_connect.mjs";
import { hookCases } from "./cases_hooks.mjs";
import { lifecycleCases } from "./cases_lifecycle.mjs";
import { lossCases } from "./cases_loss.mjs";
import { messageCases } from "./cases_messages.mjs";
import { preflightCases } from "./cases_preflight.mjs";
import { resumeCases } from "./cases_resume.mjs";
import { streamCases } from "./cases_streams.mjs";
import { surfaceCases } from "./cases_surface.mjs";
import { waitCases } from "./cases_wait.mjs";
import { Lab, LISTENER_BUG } from "./harness.mjs";

/** Chromium delays dials by seconds once some sixteen of a page are pending. */
const PARALLEL = 6;
const CASE_LIMIT_MS = 90_000;
/** Nobody waits long for what is said to be impossible. */
const IMPOSSIBLE_LIMIT_MS = 8_000;

/** The long ones first, so that they do not run alone at the end. */
export const cases = [
  ...lossCases,
  ...hookCases,
  ...connectCases,
  ...lifecycleCases,
  ...messageCases,
  ...streamCases,
  ...resumeCases,
  ...preflightCases,
  ...waitCases,
  ...surfaceCases,
  ...closeCodeCases,
];

/**
 * Runs all cases, a few at a time.
 *
 * @param client What the entry points export that the cases use: see `entries.ts`.
 * @param base The fault server, `ws://127.0.0.1:PORT`.
 * @param controlUrl Its control API, `http://127.0.0.1:PORT/control`.
 * @param WebSocket The class to inject where the platform has none.
 * @param notPossible Reasons by case name, where the platform itself makes a case impossible. Such a
 * case runs too: once it passes, the reason is out of date, which is a failure.
 * @param only Part of the name of the cases to run; all if absent.
 * @param onResult Told each result as it comes.
 * @returns `{ name, ok, error?, notPossible? }` for each case, in the order of `cases`.
 */
export async function run({
  client,
  base,
  controlUrl,
  WebSocket,
  notPossible = {},
  only = "",
  onResult = () => {},
}) {
  const unknown = Object.keys(notPossible).filter((name) => !cases.some((c) => c.name === name));
  if (unknown.length > 0) throw new Error(`notPossible names no case: ${unknown.join(", ")}`);
  const info = await (await fetch(`${controlUrl}/info`)).json();
  const runId = Math.random().toString(36).slice(2, 8);
  const chosen = cases.filter(({ name }) => name.includes(only));
  const results = new Array(chosen.length);
  let next = 0;
  const work = async () => {
    while (next < chosen.length) {
      const index = next++;
      const { name, test } = chosen[index];
      const lab = new Lab({ client, base, controlUrl, WebSocket, info, runId, index });
      const reason = notPossible[name];
      const limitMs = reason ? IMPOSSIBLE_LIMIT_MS : CASE_LIMIT_MS;
      const result = judge(name, await attempt(lab, test, limitMs), reason);
      results[index] = result;
      onResult(result);
    }
  };
  const stray = watchStrayErrors();
  await Promise.all(Array.from({ length: PARALLEL }, work));
  const escaped = stray.stop();
  const quiet = judge(
    "nothing escapes as an unhandled rejection or uncaught exception",
    escaped.length === 0 ? null : escaped.join("; "),
  );
  onResult(quiet);
  return [...results, quiet];
}

/** @returns What went wrong, or null. */
async function attempt(lab, test, limitMs) {
  let timer;
  const limit = new Promise((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`not done after ${limitMs} ms`)),
      limitMs,
    );
  });
  try {
    await Promise.race([Promise.resolve(test(lab)).then(() => lab.finish()), limit]);
    return null;
  } catch (error) {
    lab.abandon();
    return `${error?.message ?? error}`;
  } finally {
    clearTimeout(timer);
  }
}

function judge(name, error, reason) {
  if (!reason) return error === null ? { name, ok: true } : { name, ok: false, error };
  if (error !== null) return { name, ok: true, notPossible: reason };
  return { name, ok: false, error: `passes, although it was said to be impossible: ${reason}` };
}

/** Errors that reach nobody, as the runtime reports them. */
function watchStrayErrors() {
  const seen = [];
  const note = (event) => {
    event.preventDefault?.();
    const text = String(event.reason ?? event.error ?? event.message ?? event);
    // A case throws this one in its listeners, and it belongs here.
    if (!text.includes(LISTENER_BUG)) seen.push(text);
  };
  const types = ["unhandledrejection", "error"];
  const node = globalThis.process?.versions?.node && !globalThis.Deno ? globalThis.process : null;
  if (node) {
    node.on("unhandledRejection", note);
    node.on("uncaughtException", note);
  } else for (const type of types) globalThis.addEventListener(type, note);
  return {
    stop() {
      if (node) {
        node.off("unhandledRejection", note);
        node.off("uncaughtException", note);
      } else for (const type of types) globalThis.removeEventListener(type, note);
      return seen;
    },
  };
}
