/**
 * Mutation testing with Stryker, outside CI: every small change of the code that decides must break a
 * test.
 *
 *     deno task mutate [MODULE ...]
 *
 * Stryker comes from npm into a folder of its own, with a copy of the repository. Each module is
 * mutated against its own unit tests, as Stryker's command runner plays them all for each mutant.
 * Prints the survivors and the score; fails below 90 %.
 *
 * @module
 */

const ROOT = new URL("../../../", import.meta.url);
const LEAST_SCORE = 90;

const MACHINE: readonly string[] = [
  "machine/transition_test.ts",
  "machine/transition_later_test.ts",
  "machine/transition_table_test.ts",
  "machine/exhaustive_test.ts",
];

const SETTINGS: readonly string[] = [
  "client/settings_test.ts",
  "client/settings_arguments_test.ts",
  "client/settings_types_test.ts",
];

/** The modules that decide, and what must notice a change in them. */
const MODULES: Readonly<Record<string, readonly string[]>> = {
  "machine/calls": MACHINE,
  "machine/step": MACHINE,
  "machine/hint_cells": [...MACHINE, "machine/hint_cells_test.ts"],
  "machine/heartbeat_cells": [...MACHINE, "machine/heartbeat_cells_test.ts"],
  "machine/handshake_cells": MACHINE,
  "machine/pause_cells": MACHINE,
  "machine/close_codes": ["machine/close_codes_test.ts"],
  "backoff": ["machine/backoff_test.ts", "machine/backoff_options_test.ts"],
  "_windows": ["machine/backoff_test.ts", "machine/backoff_options_test.ts"],
  "bounded_queue": ["client/bounded_queue_test.ts", "client/message_test.ts"],
  "client/settings": SETTINGS,
  "client/timing": SETTINGS,
  "client/parts": SETTINGS,
  "client/close_arguments": ["client/close_arguments_test.ts"],
  "client/verdict": ["client/verdict_test.ts", "machine/retry_decision_test.ts"],
  "features/retry": ["machine/retry_decision_test.ts"],
  "features/decision": ["client/decision_test.ts"],
};

/** The part of Stryker's report that counts. */
interface MutationReport {
  readonly files: Readonly<Record<string, { readonly mutants: readonly Mutant[] }>>;
}

interface Mutant {
  readonly status: string;
  readonly mutatorName: string;
  readonly replacement?: string;
  readonly location: { readonly start: { readonly line: number; readonly column: number } };
}

const wanted = Deno.args.length > 0 ? Deno.args : Object.keys(MODULES);
const folder = await Deno.makeTempDir({ prefix: "mutation-" });
let killed = 0;
let total = 0;
try {
  for (const name of ["lib", "tests", "mod.ts", "README.md", "deno.json", "deno.lock"]) {
    await copyTree(new URL(name, ROOT), `${folder}/${name}`);
  }
  await run(["npm", "install", "--no-save", "--no-audit", "@stryker-mutator/core@9.6.1"]);
  for (const module of wanted) await mutate(module);
} finally {
  await Deno.remove(folder, { recursive: true });
}
const score = 100 * killed / total;
console.log(`killed ${killed} of ${total}: ${score.toFixed(1)} %`);
Deno.exit(score >= LEAST_SCORE ? 0 : 1);

async function mutate(module: string): Promise<void> {
  const tests = (MODULES[module] ?? []).map((test) => `tests/${test}`).join(" ");
  const config = {
    testRunner: "command",
    commandRunner: { command: `${Deno.execPath()} test -q -A --no-check --fail-fast ${tests}` },
    mutate: [`lib/${module}.ts`],
    reporters: ["json"],
    jsonReporter: { fileName: "report.json" },
    concurrency: Number(Deno.env.get("MUTATION_WORKERS") ?? 2),
    timeoutMS: 60_000,
    checkers: [],
    ignorePatterns: ["node_modules", "coverage", "npm"],
    allowEmpty: false,
  };
  await Deno.writeTextFile(`${folder}/stryker.json`, JSON.stringify(config));
  await run(["node_modules/.bin/stryker", "run", "stryker.json"]);
  const report: MutationReport = JSON.parse(await Deno.readTextFile(`${folder}/report.json`));
  const mutants = Object.values(report.files).flatMap((file) => file.mutants);
  const counted = mutants.filter(({ status }) => !["Ignored", "CompileError"].includes(status));
  const survivors = counted.filter(({ status }) => status !== "Killed" && status !== "Timeout");
  killed += counted.length - survivors.length;
  total += counted.length;
  for (const { location: { start }, mutatorName, replacement, status } of survivors) {
    console.log(`${status} lib/${module}.ts:${start.line}:${start.column} ${mutatorName}`);
    console.log(`  ${replacement?.replaceAll(/\s+/g, " ")}`);
  }
  console.log(`${module}: killed ${counted.length - survivors.length} of ${counted.length}`);
}

async function run([program = "", ...args]: string[]): Promise<void> {
  const command = new Deno.Command(program.includes("/") ? `${folder}/${program}` : program, {
    args,
    cwd: folder,
    env: { NO_COLOR: "1" },
  });
  const { code, stdout, stderr } = await command.output();
  if (code === 0) return;
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  throw new Error(`Cannot mutate as '${program}' must succeed: ${text.slice(-2_000)}`);
}

async function copyTree(from: URL, to: string): Promise<void> {
  if (!(await Deno.stat(from)).isDirectory) return await Deno.copyFile(from, to);
  await Deno.mkdir(to);
  for await (const { name } of Deno.readDir(from)) {
    await copyTree(new URL(`${from.href}/${name}`), `${to}/${name}`);
  }
}
