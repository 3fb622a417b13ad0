/**
 * The hooks of `./react` in a page, with React and with Preact.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { until } from "../../compatibility/trial.ts";
import { esbuild } from "../../packaging/edge.ts";
import { startEcho } from "../real/echo.ts";
import { row, type Rows, type Stage } from "../rows.ts";
import { modulesOf } from "../runtimes/runners.ts";
import { host, openIn, pageOf } from "./page.ts";
import { bundle, createProject } from "./project.ts";

/** A library that stands for React, and how it is bundled. */
interface Library {
  /** Where it is: `install.sh react` installs them all. */
  readonly folder: string;
  readonly flags: readonly string[];
  /** What is hydrated is rendered by this. */
  readonly server?: string;
  /** What StrictMode and a server make of it. */
  readonly hydration: object | null;
}

const REACT: Library = {
  folder: "react",
  flags: [],
  server: "react-dom/server.browser",
  hydration: { html: "<p>none - 0</p>", atRender: 0, dialled: 1 },
};

const PREACT: Library = {
  folder: "react",
  flags: ["--alias:react=preact/compat", "--alias:react-dom=preact/compat"],
  hydration: null,
};

async function checkHooks(
  stage: Stage,
  { folder, flags, server: renderer, hydration }: Library,
): Promise<string> {
  const project = await createProject(stage, ["react_page.mjs"], modulesOf(folder));
  const entry = `import { check } from "./react_page.mjs";
    ${renderer ? `import { renderToString } from "${renderer}";` : "const renderToString = null;"}
    export const result = () => check(renderToString);`;
  await using server = await startEcho();
  // Takes connections, and answers none.
  using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await using pages = host({
    "/": pageOf(),
    "/module.js": await bundle(project, entry, "esm", ...flags),
  });
  await using stack = new AsyncDisposableStack();
  const silentUrl = `ws://127.0.0.1:${silent.addr.port}/`;
  await openIn(stack, `${pages.origin}/?server=${server.url}&silent=${silentUrl}`);
  assertEquals(await pages.next(), {
    hydration,
    burst: { inOrder: true, dialled: 1 },
    otherUrl: {
      undelivered: [["for the first", `${server.url}refused`]],
      seen: ["for the second"],
      isOther: true,
    },
    unmountInDial: { during: [0], dialled: 1 },
    countdown: ["waiting 2 0", "waiting 1 0"],
    errors: [],
  });
  await until(() => server.live === 0, "no client is left");
  const hydrated = hydration ? "hydration, " : "";
  return `${hydrated}StrictMode, 10,000 messages in a burst, another url, a dial left, a countdown`;
}

function library(it: Library): Rows[string] {
  return row(
    (stage) => checkHooks(stage, it),
    ["chromium", esbuild, `${modulesOf(it.folder)}/react/package.json`],
    "react chromium",
  );
}

/** The rows. */
export const react: Rows = {
  "react": library(REACT),
  "react-18": library({ ...REACT, folder: "react-18" }),
  "preact": library(PREACT),
};
