/**
 * Builds the npm package as npm's users expect it: `deno task npm` makes the folder `npm/`, from
 * which `npm publish` works.
 *
 * `deno pack` makes the modules, the declarations and a package.json with the entry points, and
 * takes no other fields; those are added here. There is one copy of the code, as ES modules:
 * `require()` loads it too where the platform can, and a second copy as CommonJS would be a second
 * class, for which `instanceof` fails.
 *
 * @module
 */

const ROOT = new URL("../../", import.meta.url).pathname;
const REPOSITORY = "https://github.com/holdfast/websocket";

/** What npm shows of the package, and what bundlers and package managers want to know. */
const FIELDS = {
  description:
    "A WebSocket that survives the network: it reconnects with exponential backoff and " +
    "jitter, and keeps what is sent meanwhile",
  keywords: [
    ...["websocket", "reconnect", "reconnecting-websocket", "backoff", "jitter", "retry"],
    ...["heartbeat", "offline", "browser", "deno", "bun", "edge", "react-native"],
  ],
  homepage: `${REPOSITORY}#readme`,
  repository: { type: "git", url: `git+${REPOSITORY}.git` },
  bugs: { url: `${REPOSITORY}/issues` },
  // The first versions of each line that can `require()` an ES module.
  engines: { node: "^20.19.0 || >=22.12.0" },
  sideEffects: false,
  // `npx` takes the one that is named like the package.
  bin: { holdfast: "lib/cli/bin.js", websocket: "lib/cli/bin.js" },
};

/** The command of npm's users; JSR's run the entry point itself. */
const BIN = `#!/usr/bin/env node
import { exit } from "./host.js";
import { main } from "./main.js";
main().then(exit);
`;

/** Where a package.json leads. */
interface Manifest {
  readonly exports: Readonly<
    Record<string, { readonly types: string; readonly import: string; readonly default: string }>
  >;
}

async function run(command: string, ...args: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(command, {
    args: [...args],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  if (!success) throw new Error(`${command} failed:\n${new TextDecoder().decode(stderr)}`);
}

const writeJson = (path: string, value: unknown): Promise<void> =>
  Deno.writeTextFile(path, `${JSON.stringify(value, null, 2)}\n`);

/**
 * A folder for each entry point: resolvers that do not read `exports` (TypeScript's `node10`,
 * Parcel's default, Metro before 0.82, browserify) look for one.
 */
async function writeStubs(folder: string, { exports }: Manifest): Promise<void> {
  for (const [entry, { import: main, types }] of Object.entries(exports)) {
    if (entry === ".") continue;
    await Deno.mkdir(`${folder}/${entry}`, { recursive: true });
    // From `./resume/server` it is two folders up.
    const up = "../".repeat(entry.split("/").length - 1);
    await writeJson(`${folder}/${entry}/package.json`, {
      ...{ type: "module", sideEffects: false },
      ...{ main: up + main.slice(2), types: up + types.slice(2) },
    });
  }
}

/** The declarations that name `Symbol.dispose`, which is in no library of TypeScript but this and `esnext`. */
const DISPOSABLE = "lib/client/reconnecting_websocket.d.ts";

/** Lets projects compile it that check declarations. JSR allows no such line in sources, and needs none. */
async function referToLib(folder: string): Promise<void> {
  const path = `${folder}/${DISPOSABLE}`;
  const text = await Deno.readTextFile(path);
  await Deno.writeTextFile(path, `/// <reference lib="esnext.disposable" />\n${text}`);
}

/** Builds the package in a folder, of which nothing else is left. */
export async function buildNpm(folder: string): Promise<void> {
  await Deno.remove(folder, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  await Deno.mkdir(folder, { recursive: true });
  const tarball = `${folder}/packed.tgz`;
  // Source maps would carry the paths of this machine.
  await run(Deno.execPath(), "pack", "--no-source-maps", "--allow-dirty", `--output=${tarball}`);
  await run("tar", "xzf", tarball, "-C", folder, "--strip-components=1");
  await Deno.remove(tarball);
  const path = `${folder}/package.json`;
  const { name, version, ...rest } = JSON.parse(await Deno.readTextFile(path));
  await writeJson(path, { name, version, ...FIELDS, ...rest });
  await writeStubs(folder, rest);
  await referToLib(folder);
  await Deno.writeTextFile(`${folder}/${FIELDS.bin.holdfast}`, BIN, { mode: 0o755 });
}

if (import.meta.main) {
  await buildNpm(`${ROOT}npm`);
  console.log("npm/ is ready: npm publish ./npm");
}
