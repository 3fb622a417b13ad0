/**
 * The runtimes: what each needs, how the suite runs in it, and what it makes impossible.
 *
 * @module
 */

import { runInBrowser } from "./browsers.ts";
import { hermes, hermesc, runHermes } from "./hermes.ts";
import { modulesOf, nodeOf, tools } from "./paths.ts";
import { findProgram, start } from "./processes.ts";
import { runMetro, runReactNative } from "./react_native.ts";

export { modulesOf, nodeOf, tools };

/** What the suite is told; `client` is the URL of the built bundle. */
export interface Job {
  readonly client: string;
  readonly base: string;
  readonly controlUrl: string;
  readonly only: string;
  readonly notPossible: Readonly<Record<string, string>>;
  /** How many cases run at once; few if absent. */
  readonly parallel?: number;
  /** The page that shows it in browsers, unless it is the one for modules. */
  readonly page?: string;
}

/** One result of the suite, or its end. */
export interface Result {
  readonly name: string;
  readonly ok: boolean;
  readonly error?: string;
  readonly notPossible?: string;
  readonly done?: true;
}

/** One row of the table. */
export interface Runner {
  /** Programs and files that must exist. */
  readonly needs: readonly string[];
  /** A command that prints the version. */
  readonly version: readonly string[];
  readonly notPossible: Readonly<Record<string, string>>;
  /** Tells each result as it comes; gives up, and ends what it started, when `signal` is aborted. */
  run(job: Job, tell: (result: Result) => void, signal: AbortSignal): Promise<void>;
}

const here = (name: string): string => new URL(name, import.meta.url).pathname;

/** Where a process dials as often as it likes: nearly all that a case does is to wait. */
export const parallel = 12;

/** Reads the results that a process prints. */
export async function runCommand(
  command: readonly string[],
  job: object,
  tell: (result: Result) => void,
  signal: AbortSignal,
): Promise<void> {
  await using process = start([...command, JSON.stringify(job)]);
  signal.addEventListener("abort", () => void process[Symbol.asyncDispose](), { once: true });
  let done = false;
  for await (const line of process.lines) {
    if (!line.startsWith("{")) continue;
    const result = JSON.parse(line) as Result;
    done ||= !!result.done;
    tell(result);
  }
  if (!done) throw new Error(`it ended early: ${process.errors()}`);
}

function commandRunner(
  command: readonly string[],
  needs: readonly string[],
  { notPossible = {}, extra = {} }: { notPossible?: Record<string, string>; extra?: object } = {},
): Runner {
  const [program = ""] = command;
  return {
    needs,
    version: [program, "--version"],
    notPossible,
    run: (job, tell, signal) => runCommand(command, { ...job, parallel, ...extra }, tell, signal),
  };
}

function nodeRunner(
  name: string,
  options: { notPossible?: Record<string, string>; extra?: object } = {},
): Runner {
  const node = nodeOf(name);
  return commandRunner([node, here("entry.mjs")], [node], options);
}

function workerdRunner(keeper: boolean): Runner {
  const modules = `${tools}/workerd`;
  const worker = `${tools}/worker.bundle.mjs`;
  return {
    needs: [`${modulesOf("workerd")}/miniflare/package.json`],
    version: [`${modulesOf("workerd")}/.bin/workerd`, "--version"],
    notPossible: workerdLacks,
    run(job, tell, signal): Promise<void> {
      const client = new URL(job.client).pathname;
      const details = { ...job, modules, worker, client, keeper };
      return runCommand(["node", here("workerd.mjs")], details, tell, signal);
    },
  };
}

function browserRunner(
  name: string,
  programs: readonly string[],
  notPossible: Record<string, string>,
  version = [...programs, "--version"],
): Runner {
  return {
    needs: programs,
    version,
    notPossible,
    run: (job, tell, signal) => runInBrowser(name, job, tell, signal),
  };
}

/** The version of an installed package. */
const versionIn = (folder: string): readonly string[] => [
  "node",
  "-p",
  `require(${JSON.stringify(`${folder}/package.json`)}).version`,
];

/** What the platforms make impossible, by the name of the case: run all the same, and a failure if it begins to pass. */
const denoLacks = {
  "close code 1014 is reported and retried": "Deno refuses close code 1014",
  "a wrong Sec-WebSocket-Accept is a failed attempt, retried up to the limit":
    "Deno does not check Sec-WebSocket-Accept",
};
const undiciLacks = {
  "status 401 is a failed attempt, retried up to the limit":
    "Node dials twice by itself after a 401",
};
const workerdLacks = {
  "Blobs arrive byte by byte and in order, queued or not": "workerd cannot send Blobs",
  "a text frame that is not UTF-8 ends the connection, which is replaced":
    "workerd accepts text that is not UTF-8",
  "an event handler keeps its place among the listeners":
    "workerd calls event handlers before all listeners",
  "a listener that throws stops neither the others nor the client":
    "workerd's dispatchEvent stops at a listener that throws",
  // The full class has a list of its own for the listeners of `message`, and `queue()` converts texts.
  ...Object.fromEntries(["[./core]", "[./core with all]"].map((client) => [
    `handlers, once, signal, handleEvent and removal work as in the DOM ${client}`,
    "workerd calls event handlers before all listeners",
  ])),
  "lone surrogates are sent as U+FFFD [./core]": "workerd sends lone surrogates as they are",
};
const firefoxLacks = {
  "the TCP connection of an abandoned upgrade is closed":
    "Firefox keeps the TCP connection of a pending upgrade",
  "a subprotocol where none was asked for is a failed attempt":
    "Firefox opens, and shows no subprotocol where none was asked for",
};
const webkitLacks = {
  ...Object.fromEntries([1012, 1013, 1014].map((code) => [
    `close code ${code} is reported and retried`,
    "WebKit refuses close codes 1012 to 1014",
  ])),
  "a redirect is a failed attempt, retried up to the limit": "WebKit follows redirects",
};

/** The program of the row `bun`. */
export const bun = `${modulesOf("bun")}/.bin/bun`;

/** All rows, in the order of the table. */
export const runners: Readonly<Record<string, Runner>> = {
  deno: commandRunner([Deno.execPath(), "run", "-A", "--quiet", here("entry.mjs")], [], {
    // The one runtime that needs no bundle.
    extra: { client: new URL("entries.ts", import.meta.url) },
    notPossible: denoLacks,
  }),
  bun: commandRunner([bun, here("entry.mjs")], [bun]),
  "node-20": nodeRunner("node-20", { extra: { ws: `${tools}/base` } }),
  "node-22": nodeRunner("node-22"),
  "node-24": nodeRunner("node-24", { notPossible: undiciLacks }),
  "node-26": nodeRunner("node-26", { notPossible: undiciLacks }),
  workerd: workerdRunner(false),
  "durable-object": workerdRunner(true),
  chromium: browserRunner("chromium", ["chromium"], {}),
  firefox: browserRunner("firefox", ["firefox-esr"], firefoxLacks),
  // Its programs do not tell their version without a screen.
  webkitgtk: browserRunner(
    "webkitgtk",
    ["WebKitWebDriver", "Xvfb"],
    webkitLacks,
    [
      "dpkg-query",
      "--show",
      "--showformat=${Version}",
      "libwebkit2gtk-4.1-0",
    ],
  ),
  hermes: {
    needs: [hermes, hermesc, `${modulesOf("metro")}/metro/package.json`, nodeOf("node-24")],
    version: versionIn(`${modulesOf("hermes")}/hermes-engine-cli`),
    notPossible: {},
    run: runHermes,
  },
  metro: {
    needs: [`${modulesOf("metro")}/metro/package.json`, "chromium"],
    version: versionIn(`${modulesOf("metro")}/metro`),
    notPossible: {},
    run: runMetro,
  },
  "react-native": {
    needs: [`${tools}/metro/react-native-0.86/package.json`, nodeOf("node-24")],
    version: versionIn(`${tools}/metro/react-native-0.86`),
    notPossible: {},
    run: runReactNative,
  },
};

/** What a row needs and this machine lacks. */
export async function missing({ needs }: Pick<Runner, "needs">): Promise<string[]> {
  const found = await Promise.all(
    needs.map((need) =>
      need.startsWith("/")
        ? Deno.stat(need).then(() => true, () => false)
        : findProgram(need).then((path) => path !== null)
    ),
  );
  return needs.filter((_, n) => !found[n]);
}

/** The version that a row's program tells. */
export async function versionOf({ version: [program = "", ...args] }: Runner): Promise<string> {
  const { stdout } = await new Deno.Command(program, { args, stderr: "null" }).output();
  const text = new TextDecoder().decode(stdout);
  return text.match(/\d+(\.\d+)+/)?.[0] ?? text.trim();
}
