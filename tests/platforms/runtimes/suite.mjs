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
import { compositionsOf } from "./compositions.mjs";
import { Lab, LISTENER_BUG } from "./harness.mjs";

/** How many run at once: Chromium delays dials by seconds once some sixteen of a page are pending. */
const FEW = 6;
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
 * Each case on each client that it can run on; the name says on which. Where few run at once, the long
 * ones are for the full class alone.
 */
function plays(parallel) {
  return cases.flatMap((it) =>
    compositionsOf(parallel <= FEW && it.isLong ? { only: "full" } : it)
      .map((composition) => ({ ...it, composition, title: it.name + composition.label }))
  );
}

/**
 * Runs all cases, a few at a time.
 *
 * @param client What the entry points export that the cases use: see `entries.ts`.
 * @param base The fault server, `ws://127.0.0.1:PORT`.
 * @param controlUrl Its control API, `http://127.0.0.1:PORT/control`.
 * @param WebSocket The class to inject where the platform has none.
 * @param notPossible Reasons by the name of a case, on all clients or on one, where the platform itself
 * makes it impossible. Such a case runs too: once it passes, the reason is out of date, which is a failure.
 * @param parallel How many run at once.
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
  parallel = FEW,
  only = "",
  onResult = () => {},
}) {
  const all = plays(parallel);
  const unknown = Object.keys(notPossible)
    .filter((given) => !all.some(({ name, title }) => name === given || title === given));
  if (unknown.length > 0) throw new Error(`notPossible names no case: ${unknown.join(", ")}`);
  const info = await (await fetch(`${controlUrl}/info`)).json();
  const runId = Math.random().toString(36).slice(2, 8);
  const chosen = all.filter(({ title }) => title.includes(only));
  const results = new Array(chosen.length);
  const work = async (indices) => {
    for (let index; (index = indices.shift()) !== undefined;) {
      const { composition, name, test, title } = chosen[index];
      const lab = new Lab({
        ...{ client, composition, base, controlUrl, WebSocket, info, runId, index },
      });
      const reason = notPossible[title] ?? notPossible[name];
      const limitMs = reason ? IMPOSSIBLE_LIMIT_MS : CASE_LIMIT_MS;
      const result = judge(title, await attempt(lab, test, limitMs), reason);
      results[index] = result;
      onResult(result);
    }
  };
  const stray = watchStrayErrors();
  const [alone, together] = [true, false].map((isAlone) =>
    [...chosen.keys()].filter((index) => !!chosen[index].isAlone === isAlone)
  );
  await Promise.all(Array.from({ length: parallel }, () => work(together)));
  await work(alone);
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
