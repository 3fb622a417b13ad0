/**
 * Mutation testing with Stryker, outside CI: every small change of the code that decides must break a
 * test.
 *
 *     deno task mutate [MODULE ...]
 *
 * Stryker's instrumenter makes the changes, in a copy of the repository; `session.ts` plays the unit tests of
 * the module for each, in one process. What survives there is played once more in a process of its own, if
 * it is code that runs on import, or maybe in a worker, and then against the tests that walk everything.
 * Prints the survivors and the score, without those of `equivalent.ts`, which nobody can see; fails below
 * 99 %.
 *
 * @module
 */

import { EQUIVALENT } from "./equivalent.ts";
import { MODULES, type Tests } from "./modules.ts";

const ROOT = new URL("../../../", import.meta.url);
const LEAST_SCORE = 99;
/** A session that is so much later than it said has met a loop that never ends. */
const GRACE_MS = 2_000;
/** To walk every state takes a minute, and more on a busy machine. */
const WALK_MS = 600_000;
/** Variables, so that only who runs this downloads them. */
const INSTRUMENTER = "npm:@stryker-mutator/instrumenter@9.6.1";
const INJECTOR = "npm:typed-inject@5.0.0";

/** One change, as Stryker describes it; lines and columns count from 0. */
export interface Mutant {
  readonly id: string;
  readonly replacement: string;
  readonly location: { readonly start: Place; readonly end: Place };
}

interface Place {
  readonly line: number;
  readonly column: number;
}

/** What `session.ts` says of a mutant. */
export interface Verdict {
  readonly index: number;
  /** The test that noticed, or null. */
  readonly killer: string | null;
  /** Whether only a process of its own can tell. */
  readonly isOpen: boolean;
}

/** What it says before each test: how long that may take; and whether there is a mutant by then. */
export interface Notice {
  readonly limitMs: number;
  readonly isReady: boolean;
}

const wanted = Deno.args.length > 0 ? Deno.args : Object.keys(MODULES);
const folder = await Deno.makeTempDir({ prefix: "mutation-" });
let [killed, total, outdated] = [0, 0, 0];
try {
  for (const name of ["lib", "tests", "mod.ts", "README.md", "deno.json", "deno.lock"]) {
    await copyTree(new URL(name, ROOT), `${folder}/${name}`);
  }
  for (const module of wanted) {
    const tests = MODULES[module];
    if (!tests) throw new Error(`Unknown module: ${module}`);
    await judge(module, tests);
  }
} finally {
  await Deno.remove(folder, { recursive: true });
}
const score = 100 * killed / total;
console.log(`killed ${killed} of ${total}: ${score.toFixed(1)} %`);
if (outdated > 0) console.log(`${outdated} of equivalent.ts are killed, or not there`);
Deno.exit(score >= LEAST_SCORE && outdated === 0 ? 0 : 1);

/** Judges all mutants of a module, and prints those that nothing notices. */
async function judge(module: string, tests: Tests): Promise<void> {
  const startMs = Date.now();
  const path = `lib/${module}.ts`;
  const source = await Deno.readTextFile(new URL(path, ROOT));
  const { content, mutants } = await instrument(path, source);
  await Deno.writeTextFile(`${folder}/${path}`, content);
  await Deno.writeTextFile(`${folder}/mutants.json`, JSON.stringify(mutants));
  const alive: Mutant[] = [];
  for (const { index, killer, isOpen } of await playAll(tests, mutants.length)) {
    const mutant = mutants[index];
    if (!mutant || killer !== null) continue;
    const isAlive = (!isOpen || await survives(mutant, tests.units)) &&
      (!tests.walks || await survives(mutant, tests.walks));
    if (isAlive) alive.push(mutant);
  }
  await Deno.writeTextFile(`${folder}/${path}`, source);
  const equivalent = report(module, source.split("\n"), alive);
  const [dead, all] = [mutants.length - alive.length, mutants.length - equivalent];
  killed += dead;
  total += all;
  const notes = `${equivalent} equivalent, ${((Date.now() - startMs) / 1_000).toFixed(0)} s`;
  console.log(`${module}: killed ${dead} of ${all}, ${notes}`);
}

async function instrument(
  name: string,
  content: string,
): Promise<{ content: string; mutants: Mutant[] }> {
  const { createInstrumenter } = await import(INSTRUMENTER);
  const { createInjector } = await import(INJECTOR);
  const options = { plugins: null, excludedMutations: [], ignorers: [], noHeader: false };
  const injector = createInjector()
    .provideValue("logger", new Proxy({}, { get: () => () => false }))
    .provideValue("options", options);
  const { files: [file], mutants } = await createInstrumenter(injector)
    .instrument([{ name, content, mutate: true }], options);
  return { content: file.content, mutants: mutants.filter(({ status }: Instrumented) => !status) };
}

/** A mutant with a status was not made. */
interface Instrumented extends Mutant {
  readonly status?: string;
}

/** The verdicts on all mutants; one that ends the process, or keeps it busy for ever, is killed, too. */
async function playAll({ units }: Tests, count: number): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = [];
  while (verdicts.length < count) {
    const first = verdicts.length;
    const session = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", "tests/project/mutation/session.ts", `${first}`, ...units],
      cwd: folder,
      stdout: "piped",
      stderr: "piped",
      env: { NO_COLOR: "1" },
    }).spawn();
    const errors = new Response(session.stderr).text();
    let [rest, isReady] = ["", false];
    let timer: ReturnType<typeof setTimeout> | undefined;
    for await (const text of session.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const said of lines.map((line) => JSON.parse(line) as Verdict | Notice)) {
        clearTimeout(timer);
        if ("index" in said) {
          verdicts.push(said);
          continue;
        }
        isReady = said.isReady;
        timer = setTimeout(() => session.kill("SIGKILL"), said.limitMs + GRACE_MS);
      }
    }
    clearTimeout(timer);
    const { success, signal } = await session.status;
    const said = await errors;
    if (success) break;
    if (!isReady || said.includes("Cannot judge")) throw new Error(said || "The tests never end");
    verdicts.push({ index: verdicts.length, killer: signal ?? "the process ended", isOpen: false });
  }
  return verdicts;
}

/** Whether none of the tests notices a mutant that is there from the beginning. */
async function survives({ id }: Mutant, files: readonly string[]): Promise<boolean> {
  const flags = ["-q", "-A", "--no-check", "--fail-fast"];
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["test", ...flags, ...files.map((file) => `tests/${file}`)],
    cwd: folder,
    env: { __STRYKER_ACTIVE_MUTANT__: id },
    signal: AbortSignal.timeout(WALK_MS),
  }).output();
  return success;
}

/** Prints what is alive, and how many of them nobody can see. */
function report(module: string, lines: readonly string[], alive: readonly Mutant[]): number {
  const known = new Set(EQUIVALENT.filter((it) => it.module === module));
  let count = 0;
  for (const mutant of alive) {
    const { location: { start }, replacement } = mutant;
    const text = textOf(mutant, lines);
    const entry = [...known].find((it) =>
      it.line === lines[start.line]?.trim() && it.text === text && it.replacement === replacement
    );
    const change = `${text} -> ${replacement}`.replaceAll(/\s+/g, " ");
    const place = `lib/${module}.ts:${start.line + 1}:${start.column + 1}`;
    console.log(`${entry ? "equivalent" : "SURVIVED"} ${place} ${change}`);
    if (!entry) continue;
    console.log(`  ${entry.reason}`);
    known.delete(entry);
    count++;
  }
  for (const { line, text } of known) {
    console.log(`OUTDATED lib/${module}.ts '${text}' in '${line}'`);
  }
  outdated += known.size;
  return count;
}

/** The text that a mutant replaces. */
function textOf({ location: { start, end } }: Mutant, lines: readonly string[]): string {
  const touched = lines.slice(start.line, end.line + 1);
  touched.push((touched.pop() ?? "").slice(0, end.column));
  return [(touched.shift() ?? "").slice(start.column), ...touched].join("\n");
}

async function copyTree(from: URL, to: string): Promise<void> {
  if (!(await Deno.stat(from)).isDirectory) return await Deno.copyFile(from, to);
  await Deno.mkdir(to);
  for await (const { name } of Deno.readDir(from)) {
    await copyTree(new URL(`${from.href}/${name}`), `${to}/${name}`);
  }
}
