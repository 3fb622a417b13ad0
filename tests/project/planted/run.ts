/**
 * Plants each bug of `bugs.ts` in a copy of the client and asks the simulation, then the unit tests,
 * whether they notice:
 *
 *     deno task planted [PART OF A NAME]
 *
 * Fails if a bug survives, or if its place in the source is not found exactly once.
 *
 * @module
 */

import type { Bug, Edit } from "./bug.ts";
import { BUGS } from "./bugs.ts";

const ROOT = new URL("../../../", import.meta.url);
const RUNS = 12_000;
const SEED = 1;
const WORKERS = 2;
const LIMIT_MS = 240_000;

const [wanted = ""] = Deno.args;
const bugs = BUGS.filter(({ name }) => name.includes(wanted));
const waiting = [...bugs];
let killed = 0;
const noise = await simulate(new URL(".", ROOT).pathname, WORKERS);
if (noise) throw new Error(`Cannot plant bugs as the client must be well: ${noise}`);
await Promise.all(Array.from({ length: WORKERS }, work));
console.log(`killed ${killed} of ${bugs.length}`);
Deno.exit(killed === bugs.length ? 0 : 1);

async function work(): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "planted-" });
  try {
    await copy(folder);
    for (let bug = waiting.shift(); bug; bug = waiting.shift()) {
      const killer = await plant(folder, bug);
      if (killer !== null) killed++;
      console.log(killer === null ? `SURVIVED  ${bug.name}` : `killed    ${bug.name}: ${killer}`);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** What notices the bug, or null. */
async function plant(folder: string, bug: Bug): Promise<string | null> {
  const originals: [path: string, source: string][] = [];
  try {
    for (const edit of [bug, ...(bug.also ? [bug.also] : [])]) {
      originals.unshift(await replace(folder, edit));
    }
    if (bug.test) return await test(folder, bug.test);
    return await simulate(folder);
  } finally {
    for (const [path, source] of originals) await Deno.writeTextFile(path, source);
  }
}

async function simulate(folder: string, workers = 1): Promise<string | null> {
  const { code, text } = await deno(folder, [
    "run",
    "-A",
    "--no-check",
    "tests/simulation/soak.ts",
    "--brief",
    `--workers=${workers}`,
    `--runs=${RUNS}`,
    `--seed=${SEED}`,
  ]);
  if (code === 0) return null;
  return text.match(/^(guarantee|model).*$/m)?.[0].slice(0, 120) ?? `exit code ${code}`;
}

async function test(folder: string, file: string): Promise<string | null> {
  const { code, text } = await deno(folder, ["test", "-A", "--no-check", "-q", file]);
  if (code === 0) return null;
  return `${file}: ${text.match(/^(.*) \.\.\. FAILED/m)?.[1] ?? `exit code ${code}`}`;
}

async function deno(folder: string, args: string[]): Promise<{ code: number; text: string }> {
  const command = new Deno.Command(Deno.execPath(), {
    args,
    cwd: folder,
    env: { NO_COLOR: "1" },
    stderr: "piped",
    // A bug may make what waits for an answer wait for ever.
    signal: AbortSignal.timeout(LIMIT_MS),
  });
  const { code, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  return { code, text: decoder.decode(stdout) + decoder.decode(stderr) };
}

/** Replaces the text in the one file that has it; gives the file, and what it was. */
async function replace(folder: string, { from, to }: Edit): Promise<[string, string]> {
  const found: [path: string, source: string][] = [];
  for (const path of await modules(`${folder}/lib`)) {
    const source = await Deno.readTextFile(path);
    for (let i = 1; i < source.split(from).length; i++) found.push([path, source]);
  }
  const [place, another] = found;
  if (!place || another) {
    throw new Error(
      `Cannot plant a bug as its text must occur once in lib/: it occurs ${found.length} times: ${from}`,
    );
  }
  const [path, source] = place;
  await Deno.writeTextFile(path, source.replace(from, () => to));
  return place;
}

async function modules(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    found.push(...isDirectory ? await modules(`${folder}/${name}`) : [`${folder}/${name}`]);
  }
  return found;
}

async function copy(folder: string): Promise<void> {
  for (const name of ["lib", "tests", "mod.ts", "deno.json", "deno.lock"]) {
    await copyTree(new URL(name, ROOT), `${folder}/${name}`);
  }
}

async function copyTree(from: URL, to: string): Promise<void> {
  if (!(await Deno.stat(from)).isDirectory) return await Deno.copyFile(from, to);
  await Deno.mkdir(to);
  for await (const { name } of Deno.readDir(from)) {
    await copyTree(new URL(`${from.href}/${name}`), `${to}/${name}`);
  }
}
